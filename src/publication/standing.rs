//! Where the money is, and whether our books agree with Stripe's and the banks', as at a batch. Money is pooled over funds, so nothing is said
//! while any fund has something in the books that the public cannot know yet. Not here: whose accounts they are, which is private.

use std::collections::BTreeMap;

use super::record::{COUNT, MONEY, Sum};
use super::told::{Accounts, HELD, Moved, TOGETHER, Tie};
use super::ways::{beside_gifts, of_fund, untold};
use super::{gather, store};
use crate::bank;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations;
use crate::funds::{self, Fund};
use crate::ledger::{Balance, chart, is_spending};

/// Money that gifts come to: told apart only while every way of giving is.
const LIQUID: [&str; 5] = ["assets:bank", "assets:cash", "assets:in-transit", "assets:stripe", "assets:stripe-held"];
/// What nobody may know before it has a rule, or before it went back.
const NEVER: [&str; 2] = [chart::SUSPENSE, "liabilities:refunds-owed"];

/// The kind of an account: the first two words of its path.
fn kind_of(path: &str) -> &str {
    let end = path.match_indices(':').nth(1).map_or(path.len(), |(end, _)| end);
    &path[..end]
}

/// What the books hold that no fund stands on, by kind of account.
fn pooled(fund: &Fund, balances: &[Balance]) -> BTreeMap<String, i64> {
    let mut kinds = BTreeMap::new();
    for balance in balances.iter().filter(|balance| balance.fund.is_none() && balance.amount.currency == fund.currency) {
        let sum: &mut i64 = kinds.entry(kind_of(&balance.path).to_owned()).or_default();
        *sum = sum.saturating_add(balance.amount.minor);
    }
    kinds
}

/// Whether everything of a fund that may not be guessed from pooled money is published. Ordinary spending may wait: its amounts count at once.
fn is_public(fund: &Fund, balances: &[Balance], sums: &[Sum]) -> bool {
    let may_wait = |path: &str| is_spending(path) && path != gather::PEOPLE;
    let is_goods = |path: &str| path == chart::IN_KIND || path.starts_with(chart::GOODS);
    let in_books = of_fund(fund, balances, |path| !may_wait(path) && !is_goods(path));
    let published = sums.iter().filter(|sum| sum.unit == MONEY && !may_wait(&sum.account));
    published.fold(0_i64, |all, sum| all.saturating_add(sum.amount)) == in_books
}

/// Whether accounts may be told apart as far as this fund's gifts go: each way of giving is told, and nothing went back in cash that hides in
/// what was received.
async fn is_apart(tx: &mut Tx, fund: &Fund, balances: &[Balance], sums: &[Sum]) -> sqlx::Result<bool> {
    if untold(sums) != beside_gifts(fund, balances) {
        return Ok(false);
    }
    let shown = sums.iter().find(|sum| sum.account == chart::REFUNDS && sum.unit == COUNT).map_or(0, |sum| sum.amount);
    let ours = balances.iter().find(|balance| balance.fund == Some(fund.id) && balance.path == chart::REFUNDS);
    let hides = ours.map_or(0, |balance| balance.postings) != shown;
    Ok(!hides || !donations::ways::gave_cash_back(tx, fund.id).await?)
}

/// What kinds of account moved by since they were last told; None while that must wait. The batch of `fund` stands in its log already.
pub(super) async fn accounts(tx: &mut Tx, fund: &Fund, balances: &[Balance], week: &str) -> sqlx::Result<Option<Accounts>> {
    let held = pooled(fund, balances);
    if NEVER.iter().any(|kind| held.get(*kind).is_some_and(|minor| *minor != 0)) {
        return Ok(None);
    }
    let mut apart = true;
    for other in funds::list(tx).await?.iter().filter(|other| other.currency == fund.currency) {
        let sums = store::sums(tx, other.id).await?;
        let waits = other.id != fund.id && !donations::uncounted(tx, other.id).await?.is_empty();
        if waits || !is_public(other, balances, &sums) {
            return Ok(None);
        }
        apart = apart && is_apart(tx, other, balances, &sums).await?;
    }
    let told: BTreeMap<String, i64> =
        store::sums(tx, fund.id).await?.into_iter().filter(|sum| sum.unit == HELD).map(|sum| (sum.account, sum.amount)).collect();
    let n = store::last_number(tx, fund.id, "accounts").await?.saturating_add(1);
    let moved = moved(&held, &told, apart);
    Ok((!moved.is_empty()).then(|| Accounts { n, week: week.to_owned(), moved }))
}

/// By how much each kind moved. Where money may not be told apart, it moved together; once it may, that is taken back.
fn moved(held: &BTreeMap<String, i64>, told: &BTreeMap<String, i64>, apart: bool) -> Vec<Moved> {
    let mut moved: BTreeMap<&str, i64> = BTreeMap::new();
    let mut together = 0_i64;
    for kind in held.keys().chain(told.keys()) {
        if kind == TOGETHER || NEVER.contains(&&**kind) {
            continue;
        }
        let now = held.get(kind).copied().unwrap_or(0).saturating_sub(told.get(kind).copied().unwrap_or(0));
        if apart || !LIQUID.contains(&&**kind) {
            moved.insert(kind, now);
        } else if moved.insert(kind, 0).is_none() {
            together = together.saturating_add(now);
        }
    }
    moved.insert(TOGETHER, together.saturating_sub(told.get(TOGETHER).copied().unwrap_or(0)));
    let moved = moved.into_iter().filter(|(_, minor)| *minor != 0);
    moved.map(|(account, amount_minor)| Moved { account: account.to_owned(), amount_minor }).collect()
}

/// Our books beside Stripe's and the banks'.
pub(super) async fn ties(tx: &mut Tx, fund: &Fund, week: &str, now: Instant) -> sqlx::Result<Vec<Tie>> {
    let today = now.day_in(&fund.time_zone);
    let mut ties = Vec::new();
    if let Some((compared_at, agrees)) = store::stripe_tie(tx, fund.currency).await? {
        ties.push(Tie { as_of: compared_at.day_in(&fund.time_zone).to_string(), agrees, ..of(chart::STRIPE, week) });
    }
    let mut banks = of("assets:bank", week);
    let (mut read, mut oldest): (Option<Day>, Option<Day>) = (None, None);
    for account in bank::accounts(tx).await? {
        if account.currency != fund.currency || account.ended_at.is_some() {
            continue;
        }
        let held = bank::tie_of(tx, account).await?;
        // An account at which nothing ever was has no statement to wait for.
        let Some(last) = &held.last else { continue };
        banks.agrees = banks.agrees && held.holds();
        banks.waiting = banks.waiting.saturating_add(held.lines.count).saturating_add(held.postings.count);
        read = Some(read.map_or(last.last_on, |read| read.min(last.last_on)));
        for day in [held.lines.oldest_on, held.postings.oldest_on].into_iter().flatten() {
            oldest = Some(oldest.map_or(day, |oldest| oldest.min(day)));
        }
    }
    banks.weeks = oldest.map_or(0, |day| day.days_until(today).max(0) / 7);
    if let Some(read) = read {
        banks.as_of = read.to_string();
        ties.push(banks);
    }
    let first = store::last_number(tx, fund.id, "tie").await?.saturating_add(1);
    for (n, tie) in (first..).zip(&mut ties) {
        tie.n = n;
    }
    Ok(ties)
}

fn of(account: &str, week: &str) -> Tie {
    Tie { n: 0, week: week.to_owned(), account: account.to_owned(), as_of: String::new(), agrees: true, waiting: 0, weeks: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(of: &[(&str, i64)]) -> BTreeMap<String, i64> {
        of.iter().map(|(kind, minor)| ((*kind).to_owned(), *minor)).collect()
    }

    fn shown(held: &BTreeMap<String, i64>, told: &BTreeMap<String, i64>, apart: bool) -> Vec<(String, i64)> {
        moved(held, told, apart).into_iter().map(|moved| (moved.account, moved.amount_minor)).collect()
    }

    #[test]
    fn an_account_is_called_by_its_kind() {
        assert_eq!(kind_of("assets:cash:north-gate"), "assets:cash");
        assert_eq!((kind_of("assets:stripe"), kind_of("suspense")), ("assets:stripe", "suspense"));
    }

    #[test]
    fn money_moves_together_until_it_may_be_told_apart() {
        let held = map(&[("assets:bank", 500), ("assets:stripe", 300), ("assets:cards", 40), ("liabilities:reimbursements", -20)]);
        let together = shown(&held, &BTreeMap::new(), false);
        let of = |kind: &str, minor| (kind.to_owned(), minor);
        assert_eq!(together, [of("assets:cards", 40), of(TOGETHER, 800), of("liabilities:reimbursements", -20)]);
        let told: BTreeMap<String, i64> = together.into_iter().collect();
        assert_eq!(shown(&held, &told, false), []);
        assert_eq!(shown(&held, &told, true), [of("assets:bank", 500), of("assets:stripe", 300), of(TOGETHER, -800)]);
        let told = map(&[("assets:bank", 500), ("assets:stripe", 300)]);
        assert_eq!(shown(&map(&[("assets:bank", 100)]), &told, false), [of(TOGETHER, -700)]);
    }
}
