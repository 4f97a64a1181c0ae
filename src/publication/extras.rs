//! What the books know beside money in and money out: goods in kind, budgets, what is owed or carried. Not here: gifts and spending (`gather`).

use std::collections::BTreeMap;

use super::record::{Record, Sum};
use super::store;
use super::told::{Budget, Goods, Group, Owed, VALUE};
use super::ways::of_fund;
use crate::db::Tx;
use crate::donations::{self, Valued};
use crate::funds::{self, Fund};
use crate::ledger::{Balance, chart};
use crate::spending;
use crate::spending::lint::lint;

/// How many goods one page of them has.
const PAGE: i64 = 500;
/// A group of fewer sums that stand out is not shown, nor is what would tell it.
const FEWEST: i64 = 3;

/// Whether goods or budgets are there that may be shown now: cheap to ask.
pub(super) async fn has_news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<bool> {
    Ok(!donations::ways::unpublished_goods(tx, fund.id, 1).await?.is_empty() || !budgets(tx, fund).await?.is_empty())
}

/// Goods that are new; one page.
pub(super) async fn goods(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Vec<Record>> {
    let mut n = store::last_number(tx, fund.id, "goods").await?;
    let mut records = Vec::new();
    for goods in donations::ways::unpublished_goods(tx, fund.id, PAGE).await? {
        n += 1;
        donations::ways::goods_published(tx, goods.id, n).await?;
        let is_safe = lint(&goods.what).is_empty() && lint(&goods.unit).is_empty();
        let shown = |text: String| if is_safe { text } else { String::new() };
        let valued = goods.valued_how.map_or("not", |how| match how {
            Valued::Shop => "shop",
            Valued::Bill => "bill",
            Valued::Estimate => "estimate",
        });
        records.push(Record::Goods(Goods {
            n,
            week: goods.received_on.iso_week(),
            account: format!("{}{}", chart::GOODS, goods.category),
            what: shown(goods.what),
            quantity: goods.quantity,
            unit: shown(goods.unit),
            value_minor: goods.value_minor,
            valued: valued.to_owned(),
        }));
    }
    Ok(records)
}

/// What goods were worth by the books and is published otherwise: an entry of theirs was taken back since. None wait when this is asked.
pub(super) async fn goods_put_right(tx: &mut Tx, fund: &Fund, balances: &[Balance], week: &str) -> sqlx::Result<Vec<Record>> {
    let sums = store::sums(tx, fund.id).await?;
    let published: BTreeMap<&str, i64> =
        sums.iter().filter(|sum| sum.unit == VALUE).map(|sum| (sum.account.as_str(), sum.amount)).collect();
    let in_books = balances.iter().filter(|balance| balance.fund == Some(fund.id)).map(|balance| balance.path.as_str());
    let mut accounts: Vec<&str> = in_books.filter(|path| path.starts_with(chart::GOODS)).chain(published.keys().copied()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut n = store::last_number(tx, fund.id, "goods").await?;
    let mut records = Vec::new();
    for account in accounts {
        let worth = of_fund(fund, balances, |path| path == account);
        let differs = worth.saturating_sub(published.get(account).copied().unwrap_or(0));
        if differs != 0 {
            n += 1;
            records.push(Record::Goods(Goods {
                n,
                week: week.to_owned(),
                account: account.to_owned(),
                what: String::new(),
                quantity: 0,
                unit: String::new(),
                value_minor: Some(differs),
                valued: "corrected".to_owned(),
            }));
        }
    }
    Ok(records)
}

/// Budgets that were set and are not published, of a fund that shows them.
pub(super) async fn budgets(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Vec<Record>> {
    if !funds::reports(tx, fund.id).await?.budget {
        return Ok(Vec::new());
    }
    let known = store::last_number(tx, fund.id, "budget").await?;
    let mut standing: BTreeMap<String, i64> = BTreeMap::new();
    let mut records = Vec::new();
    for (n, set) in (1..).zip(spending::budgets::all_set(tx, fund.id).await?) {
        let before = standing.insert(set.category.clone(), set.amount_minor).unwrap_or(0);
        if n <= known {
            continue;
        }
        let reason = if lint(&set.reason).is_empty() { set.reason } else { String::new() };
        records.push(Record::Budget(Budget {
            n,
            week: set.set_at.day_in(&fund.time_zone).iso_week(),
            account: format!("{}{}", chart::PROGRAM, set.category),
            amount_minor: set.amount_minor,
            change_minor: set.amount_minor.saturating_sub(before),
            reason,
        }));
    }
    Ok(records)
}

/// What is approved and not paid, and what people carry; None where nothing changed since it was last told.
pub(super) async fn owed(tx: &mut Tx, fund: &Fund, balances: &[Balance], week: &str) -> sqlx::Result<Option<Owed>> {
    let mut groups = unpaid(tx, fund).await?;
    groups.extend(carried(fund, balances));
    let n = store::last_number(tx, fund.id, "owed").await?;
    let told = if n == 0 { Vec::new() } else { store::lines_of(tx, fund.id, "owed", n).await? };
    let owed = Owed { n: n.saturating_add(1), week: week.to_owned(), groups };
    let mut lines: Vec<(String, String, i64)> =
        Record::Owed(owed.clone()).lines().into_iter().map(|l| (l.account, l.unit, l.amount)).collect();
    lines.sort_unstable();
    let told: Vec<(String, String, i64)> = told.into_iter().map(|Sum { account, unit, amount }| (account, unit, amount)).collect();
    Ok((lines != told).then_some(owed))
}

/// Expenses of a fund that others agreed to and nobody paid, by use, and all together. Payments to people stand nowhere.
async fn unpaid(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Vec<Group>> {
    let by_use = spending::budgets::approved_by_use(tx, fund.id).await?;
    let mut uses: Vec<Group> = by_use
        .into_iter()
        .map(|(category, count, amount_minor)| Group { account: format!("{}{category}", chart::PROGRAM), count, amount_minor })
        .filter(|group| group.account != super::gather::PEOPLE)
        .collect();
    let all = Group {
        account: chart::REIMBURSEMENTS.to_owned(),
        count: uses.iter().map(|group| group.count).sum(),
        amount_minor: uses.iter().fold(0, |sum, group| sum.saturating_add(group.amount_minor)),
    };
    if all.count < FEWEST {
        return Ok(Vec::new());
    }
    uses.retain(|group| group.count >= FEWEST);
    uses.sort_by_key(|group| std::cmp::Reverse(group.count));
    // What is not shown is the whole less what is: it must be enough, too.
    while (1..FEWEST).contains(&(all.count - uses.iter().map(|group| group.count).sum::<i64>())) && uses.pop().is_some() {}
    uses.sort_by(|one, other| one.account.cmp(&other.account));
    uses.insert(0, all);
    Ok(uses)
}

/// What people carry for the funds: advances and cards, where they are enough of them.
fn carried(fund: &Fund, balances: &[Balance]) -> Vec<Group> {
    let of = |kind: &str| {
        let prefix = format!("{kind}:");
        let carried = balances.iter().filter(|balance| balance.path.starts_with(&prefix) && balance.amount.currency == fund.currency);
        let sums: Vec<i64> = carried.map(|balance| balance.amount.minor).collect();
        let count = i64::try_from(sums.len()).unwrap_or(i64::MAX);
        Group { account: kind.to_owned(), count, amount_minor: sums.into_iter().fold(0, i64::saturating_add) }
    };
    ["assets:advances", "assets:cards"].into_iter().map(of).filter(|group| group.count >= FEWEST).collect()
}
