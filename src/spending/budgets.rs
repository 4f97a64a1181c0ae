//! What may be spent on each use, what was, and how long the rest lasts. Not here: the money itself (`ledger`).

use super::store::budgets as store;
use super::writing::RECORDERS;
use super::{Refusal, State, Unit};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::FundId;
use crate::ledger::{self, chart, program_category};
use crate::money::{Currency, Money};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, audit};

/// One use of a fund, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Which: `food`, `water`, …
    pub category: String,
    /// What may be spent; None: nobody set it.
    pub budget_minor: Option<i64>,
    /// What is in the books as spent, owed or paid.
    pub spent_minor: i64,
    /// What of it is owed and not paid.
    pub unpaid_minor: i64,
    /// What waits for approval.
    pub asked_minor: i64,
}

impl Use {
    /// What is left of the budget; below nothing where more was spent.
    pub fn left_minor(&self) -> Option<i64> {
        self.budget_minor.map(|budget| budget.saturating_sub(self.spent_minor))
    }
}

/// A fund's uses, and how fast its money goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Each use that has a budget or was spent on.
    pub uses: Vec<Use>,
    /// What the last seven days cost.
    pub week_minor: i64,
    /// Over how many days the means of that week are, from 1 to 7: fewer than seven while the strike is younger than that.
    pub mean_days: i64,
    /// On how many of them something was bought.
    pub days: i64,
    /// What the last seven days brought in gifts, less what went back of gifts: below nothing in a week of refunds.
    pub given_minor: i64,
    /// What of each unit the last seven days took, such as meals.
    pub units: Vec<(Unit, i64)>,
}

/// How many days something must have been bought on before a mean is worth telling (screens.md 6.12).
pub const FEWEST_DAYS: i64 = 3;
/// Over how many days a mean is where the strike is older than that.
const WEEK_DAYS: i64 = 7;

/// Over how many days the means of a week that ends today are. Of a strike that began within it, its own days count, today among them: the days
/// before cost next to nothing and would make its money seem to last longer than it does.
fn mean_days(strike_on: Option<Day>, today: Day) -> i64 {
    let days = strike_on.map(|first| first.days_until(today).saturating_add(1));
    days.filter(|days| (1..=WEEK_DAYS).contains(days)).unwrap_or(WEEK_DAYS)
}

impl Outlook {
    /// What a day cost, on the mean of the last week or of the strike's own days in it.
    pub const fn mean_minor(&self) -> i64 {
        self.week_minor / self.mean_days
    }

    /// The same; None while too little was bought.
    pub const fn burn_minor(&self) -> Option<i64> {
        if self.days < FEWEST_DAYS { None } else { Some(self.mean_minor()) }
    }

    /// How many whole days so much free money lasts at that.
    pub fn runway_days(&self, free_minor: i64) -> Option<i64> {
        self.burn_minor().filter(|burn| *burn > 0).map(|burn| free_minor.max(0) / burn)
    }

    /// How many whole days so much free money lasts if so much is spent a day and so much is given a week; None: it does not run out.
    pub fn days_if(free_minor: i64, spent_a_day_minor: i64, given_a_week_minor: i64) -> Option<i64> {
        let a_week = i128::from(spent_a_day_minor) * 7 - i128::from(given_a_week_minor);
        let free = i128::from(free_minor.max(0));
        (a_week > 0).then(|| i64::try_from(free * 7 / a_week).unwrap_or(i64::MAX))
    }
}

/// What a fund may spend on what, what it did, and how fast.
///
/// # Errors
/// When the database is gone.
pub async fn outlook(tx: &mut Tx, fund: &Fund, today: Day) -> sqlx::Result<Outlook> {
    let spent = spent(tx, fund.id, fund.currency).await?;
    let (budgets, standing) = (store::newest(tx, fund.id).await?, store::standing(tx, fund.id).await?);
    let accounts = ledger::accounts(tx).await?;
    let sum_of = |category: &str, state: State| {
        let fits = |row: &&(String, String, i64)| row.0 == category && row.1 == state.as_str();
        standing.iter().filter(fits).map(|row| row.2).sum::<i64>()
    };
    let of = |list: &[(String, i64)], category: &str| list.iter().find(|(other, _)| other == category).map(|(_, minor)| *minor);
    let uses: Vec<Use> = accounts
        .iter()
        .filter_map(|account| program_category(&account.path))
        .map(|category| Use {
            category: category.to_owned(),
            budget_minor: of(&budgets, category),
            spent_minor: of(&spent, category).unwrap_or(0),
            unpaid_minor: sum_of(category, State::Approved),
            asked_minor: sum_of(category, State::Sent),
        })
        .collect();
    let week_from = today.plus_days(-6);
    let (week_minor, days) = store::bought_since(tx, fund.id, week_from).await?;
    let given_minor = given(tx, fund, None).await?.saturating_sub(given(tx, fund, Some(week_from.plus_days(-1))).await?);
    let units = store::units_since(tx, fund.id, week_from).await?;
    let mean_days = mean_days(funds::settings::about(tx, fund.id).await?.strike_on, today);
    Ok(Outlook { uses, week_minor, mean_days, days, given_minor, units })
}

/// What a fund was given by a day, less what went back, in minor units. Goods are no money.
async fn given(tx: &mut Tx, fund: &Fund, as_of: Option<Day>) -> sqlx::Result<i64> {
    let balances = ledger::balances(tx, as_of).await?;
    let ours = balances.iter().filter(|balance| balance.fund == Some(fund.id) && balance.amount.currency == fund.currency);
    let income = ours.filter(|balance| balance.path.starts_with("income:") && balance.path != chart::IN_KIND);
    Ok(income.fold(0_i64, |sum, balance| sum.saturating_sub(balance.amount.minor)))
}

/// What the books say a fund spent, by use.
async fn spent(tx: &mut Tx, fund: FundId, currency: Currency) -> sqlx::Result<Vec<(String, i64)>> {
    let balances = ledger::balances(tx, None).await?;
    let ours = balances.iter().filter(|balance| balance.fund == Some(fund) && balance.amount.currency == currency);
    Ok(ours.filter_map(|balance| Some((program_category(&balance.path)?.to_owned(), balance.amount.minor))).collect())
}

/// What is left of a use's budget, in minor units; None where nobody set one.
pub(super) async fn left(tx: &mut Tx, fund: FundId, category: &str, currency: Currency) -> sqlx::Result<Option<i64>> {
    let budgets = store::newest(tx, fund).await?;
    let Some((_, budget)) = budgets.iter().find(|(other, _)| other == category) else { return Ok(None) };
    let spent = spent(tx, fund, currency).await?;
    let spent = spent.iter().find(|(other, _)| other == category).map_or(0, |(_, minor)| *minor);
    Ok(Some(budget.saturating_sub(spent)))
}

crate::record! {
    /// A budget as it was set.
    pub struct SetBudget {
        /// The use: `food`, `water`, …
        pub category: String,
        /// What may be spent since then.
        pub amount_minor: i64,
        /// Why.
        pub reason: String,
        /// When.
        pub set_at: Instant,
    }
}

/// Every budget a fund ever set, in the order in which they were set.
///
/// # Errors
/// When the database is gone.
pub async fn all_set(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<SetBudget>> {
    store::all_set(tx, fund).await
}

/// What is approved and not paid of a fund: each use, how many parts of expenses, and their sum in minor units.
///
/// # Errors
/// When the database is gone.
pub async fn approved_by_use(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(String, i64, i64)>> {
    store::approved_by_use(tx, fund).await
}

/// Sets what may be spent on uses from now on, with the reason.
///
/// # Errors
/// [`Refusal::Reason`] where there is none.
pub async fn set(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    fund: &Fund,
    (amounts, reason): (&[(String, Money)], &str),
    now: Instant,
) -> Result<(), Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::Reason);
    }
    // One after another, so that the order in which budgets were set is the order of their rows.
    funds::lock(tx, fund.id).await?;
    let standing = store::newest(tx, fund.id).await?;
    for (category, amount) in amounts {
        if !standing.contains(&(category.clone(), amount.minor)) {
            store::insert(tx, (fund.id, category, *amount), reason, person.id, now).await?;
        }
    }
    audit::write(tx, Some(person.id), "set budget", &format!("fund {}", fund.id), "", now).await?;
    operation::done(tx, operation, "", now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_means_of_a_young_strike_are_over_its_own_days() {
        let day = |text: &str| -> Day { text.parse().unwrap() };
        let today = day("2026-11-14");
        for (first, days) in [
            ("2026-11-14", 1),
            ("2026-11-12", 3),
            ("2026-11-08", 7),
            // Older than the week, and not begun.
            ("2026-11-07", 7),
            ("2025-11-14", 7),
            ("2026-11-15", 7),
        ] {
            assert_eq!(mean_days(Some(day(first)), today), days, "{first}");
        }
        assert_eq!(mean_days(None, today), 7);
    }

    #[test]
    fn a_young_strike_does_not_seem_to_last_longer_than_it_does() {
        let outlook = |mean_days, days| Outlook { uses: vec![], week_minor: 21_000, mean_days, days, given_minor: 0, units: vec![] };
        assert_eq!((outlook(7, 3).burn_minor(), outlook(7, 3).runway_days(49_000)), (Some(3_000), Some(16)));
        assert_eq!((outlook(3, 3).burn_minor(), outlook(3, 3).runway_days(49_000)), (Some(7_000), Some(7)));
        assert_eq!((outlook(2, 2).burn_minor(), outlook(2, 2).mean_minor()), (None, 10_500));
    }
}
