//! What a person should look at before an expense goes on; none of it forbids anything. Not here: what does (`checks`).

use super::expense::Whole;
use super::lint::{Lint, lint};
use super::{budgets, checks, store, within_three_days};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds;
use crate::money::Money;

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The same file hangs on another expense.
    SameReceipt(String),
    /// Another expense has the same shop and amount within three days.
    SameShop(String),
    /// It was bought before the fund was set up; the day it was. When the strike began, nobody enters.
    BeforeTheFund(Day),
    /// The fund holds less; what it holds.
    MoreThanOnHand(Money),
    /// More than the use's budget; what is left of it.
    OverBudget(String, Money),
    /// Just under the sum that needs one more approver; that sum.
    NearTier(Money),
    /// The public text may give somebody away.
    Text(Lint),
}

/// How close to a tier is close, in hundredths of it.
const NEAR_PERCENT: i64 = 90;

/// Everything to look at, in a fixed order.
///
/// # Errors
/// When the database is gone.
pub async fn warnings(tx: &mut Tx, whole: &Whole) -> sqlx::Result<Vec<Warning>> {
    let expense = &whole.expense;
    let money = |minor| Money::new(minor, expense.currency);
    let mut found = Vec::new();
    for document in &whole.documents {
        found.extend(store::same_content(tx, expense.id, &document.sha256).await?.into_iter().map(Warning::SameReceipt));
    }
    let (from, to) = within_three_days(expense.bought_on);
    found.extend(store::same_shop(tx, expense, from, to).await?.into_iter().map(Warning::SameShop));
    let listed_in = funds::find(tx, expense.fund_id).await?;
    if let Some(own) = &listed_in {
        let began = funds::set_up_at(tx, own.id).await?.map(|at| at.day_in(&own.time_zone));
        found.extend(began.filter(|began| expense.bought_on < *began).map(Warning::BeforeTheFund));
    }
    let means = checks::means(tx, expense.currency).await?;
    for part in &whole.parts {
        if means.fund(part.fund_id) < part.amount_minor && expense.entry_id.is_none() {
            found.push(Warning::MoreThanOnHand(money(means.fund(part.fund_id))));
        }
        let left = budgets::left(tx, part.fund_id, &part.category, expense.currency).await?;
        if let Some(left) = left.filter(|left| expense.entry_id.is_none() && *left < part.amount_minor) {
            found.push(Warning::OverBudget(part.category.clone(), money(left)));
        }
    }
    if let Some(own) = listed_in {
        let near = |over: i64| over > 0 && expense.amount_minor <= over && expense.amount_minor >= over / 100 * NEAR_PERCENT;
        let tier = funds::tiers(tx, &own).await?.iter().find(|tier| near(tier.over_minor)).map(|tier| tier.over_minor);
        found.extend(tier.map(|over| Warning::NearTier(money(over))));
    }
    found.extend(lint(&expense.public_text).into_iter().map(Warning::Text));
    Ok(found)
}
