//! What is settled and what is left, as the books and the rooms below have it now. Not here: what follows from it (`closing`).

use std::collections::{BTreeMap, BTreeSet};

use super::grant::{Stands, WholeGrant};
use super::granting;
use super::item::{Check, Item};
use super::left::{Distributable, Figures};
use super::store;
use crate::bank;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations::{EndStep, ending, refunding};
use crate::funds::charter::Charter;
use crate::funds::{self, Fund, State};
use crate::ids::FundId;
use crate::ledger::{self, Kind, chart};
use crate::money::Currency;
use crate::payments::{self, about};
use crate::spending;

/// The most of one kind that is looked at one by one.
const MOST: i64 = 100;
/// What is held back for disputes where no charter says how much, in percent.
const USUAL_PERCENT: i64 = 10;
/// For how many days after the last gift, where no charter says it: a bank may ask for a gift's money for so long.
const USUAL_DAYS: i64 = 120;

/// How everything stands that a fund must settle, in the order of [`Item`].
///
/// # Errors
/// When the database is gone.
pub async fn checks(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<Vec<Check>> {
    let all = funds::list(tx).await?;
    let shared = all.iter().any(|other| other.id != fund.id && other.currency == fund.currency && runs(other));
    let check = |item, count, amount_minor, since| Check { item, count, amount_minor, since, shared };
    let (left, _) = ending::left(tx, fund.id, MOST).await?;
    let stopped = ending::of_fund(tx, fund.id).await?.is_some_and(|end| end.done_at.is_some() && end.step == EndStep::Done);
    let (drafts, claims, undecided_since) = store::undecided(tx, fund.id).await?;
    let (decisions, asked_since) = store::decisions(tx, fund.id).await?;
    let unpaid = unpaid(tx, &all, fund.id).await?;
    let (by_hand, by_hand_since) = store::by_hand(tx, fund.id).await?;
    let refunds = refunding::on_their_way(tx, fund).await?;
    let (disputes, disputed_since) = disputes(tx, fund.id).await?;
    let grants = grants(tx, fund.id).await?;
    let books = Books::read(tx, fund.currency).await?;
    let pending = store::pending(tx, fund.currency, now.unix_secs()).await?;
    let (lines_behind, lines_since, differing) = bank_behind(tx).await?;
    let progress = payments::progress(tx).await?;
    let differing = differing + i64::from(progress.tie_broken_at.is_some());
    let others = i64::try_from(all.iter().filter(|other| other.id != fund.id && other.state != State::Closed).count()).unwrap_or(MOST);
    let is_general = funds::general(tx).await?.is_some_and(|general| general.id == fund.id);
    Ok(vec![
        check(Item::Repeats, if stopped { left } else { left.max(1) }, None, None),
        check(Item::Drafts, drafts, None, undecided_since.filter(|_| drafts > 0)),
        check(Item::Claims, claims, None, undecided_since.filter(|_| claims > 0)),
        check(Item::Decisions, decisions, None, asked_since),
        check(Item::Unpaid, 0, Some(unpaid), None),
        check(Item::ByHand, by_hand, None, by_hand_since),
        check(Item::Refunds, 0, Some(refunds), None),
        check(Item::Disputes, disputes, None, disputed_since),
        check(Item::Grants, grants.0, Some(grants.1), None),
        check(Item::Advances, 0, Some(books.under(&[ADVANCES])), None),
        check(Item::Cash, 0, Some(books.under(&[chart::CASH, CARDS])), None),
        check(Item::Pending, 0, Some(pending), None),
        check(Item::Payouts, 0, Some(books.under(&[chart::IN_TRANSIT, chart::STRIPE_HELD])), None),
        check(Item::BankLines, lines_behind, None, lines_since),
        check(Item::Difference, differing, None, progress.tie_broken_at),
        check(Item::Lines, payments::count_new_lines(tx).await?, None, None),
        check(Item::Suspense, 0, Some(books.under(&[chart::SUSPENSE])), None),
        check(Item::Left, books.elsewhere(fund.id), Some(books.held(fund.id)), None),
        check(Item::Accounts, books.standing(), None, None),
        check(Item::Others, if is_general { others } else { 0 }, None, None),
    ])
}

/// Custodians' advances, and money on cards.
const ADVANCES: &str = "assets:advances:";
const CARDS: &str = "assets:cards:";

/// Whether a fund still lives on pooled money.
const fn runs(fund: &Fund) -> bool {
    !matches!(fund.state, State::Closed)
}

/// How many grants of a fund are still under way, and their sum: not sent, sent back, or sent from a bank account whose statements are read here and
/// that has not shown them yet.
async fn grants(tx: &mut Tx, fund: FundId) -> sqlx::Result<(i64, i64)> {
    let read: BTreeSet<String> = bank::accounts(tx).await?.into_iter().map(|account| account.path).collect();
    let is_under_way = |whole: &WholeGrant| match whole.stands() {
        Stands::Promised | Stands::Returned => true,
        Stands::Sent => whole.payment().is_some_and(|sent| read.contains(&sent.paid_from)),
        Stands::Matched | Stands::Ended => false,
    };
    let open: Vec<WholeGrant> = granting::open(tx, fund).await?.into_iter().filter(is_under_way).collect();
    let sum = open.iter().fold(0_i64, |sum, whole| sum.saturating_add(whole.grant.amount_minor));
    Ok((i64::try_from(open.len()).unwrap_or(MOST), sum))
}

/// What a fund owes for expenses, whichever fund they are listed under.
async fn unpaid(tx: &mut Tx, all: &[Fund], fund: FundId) -> sqlx::Result<i64> {
    let mut owed = 0_i64;
    for listed in all {
        let of_fund = spending::unpaid_under(tx, listed.id, None).await?.into_iter().filter(|(owing, _)| *owing == fund);
        owed = of_fund.fold(owed, |sum, (_, minor)| sum.saturating_add(minor));
    }
    Ok(owed)
}

/// The fund's disputes that a bank has not decided.
async fn disputes(tx: &mut Tx, fund: FundId) -> sqlx::Result<(i64, Option<Instant>)> {
    let open = about::open_disputes(tx, None, MOST).await?;
    let charges: Vec<&str> = open.iter().filter_map(|dispute| dispute.charge_id.as_deref()).collect();
    let of_fund: BTreeSet<String> =
        store::funds_of(tx, &charges).await?.into_iter().filter(|(_, of)| *of == fund).map(|(charge, _)| charge).collect();
    let ours = || open.iter().filter(|dispute| dispute.charge_id.as_ref().is_some_and(|charge| of_fund.contains(charge)));
    let since = ours().map(|dispute| Instant::from_unix_secs(dispute.told_at)).min();
    Ok((i64::try_from(ours().count()).unwrap_or(MOST), since))
}

/// Lines of every bank account that are tied to nothing, since when, and how many accounts differ from their bank.
async fn bank_behind(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>, i64)> {
    let (mut count, mut oldest, mut differing) = (0_i64, None, 0);
    for account in bank::accounts(tx).await? {
        let waiting = bank::waiting_lines(tx, account.id).await?;
        count = count.saturating_add(waiting.count);
        oldest = [oldest, waiting.oldest_on].into_iter().flatten().min();
        differing += i64::from(!bank::tie_of(tx, account).await?.holds());
    }
    Ok((count, oldest.and_then(|day: Day| day.start_in(&crate::clock::Zone::UTC).ok()), differing))
}

/// Every account's balance, and what each fund holds.
struct Books {
    currency: Currency,
    /// Assets, debts and what is in suspense, in one currency.
    accounts: BTreeMap<String, i64>,
    /// What stands on each fund, by currency.
    funds: BTreeMap<(FundId, Currency), i64>,
}

impl Books {
    async fn read(tx: &mut Tx, currency: Currency) -> sqlx::Result<Self> {
        let mut books = Self { currency, accounts: BTreeMap::new(), funds: BTreeMap::new() };
        for balance in ledger::balances(tx, None).await? {
            let (minor, theirs) = (balance.amount.minor, balance.amount.currency);
            if let Some(fund) = balance.fund {
                let held = books.funds.entry((fund, theirs)).or_default();
                *held = held.saturating_sub(minor);
            } else if theirs == currency && matches!(balance.kind, Kind::Asset | Kind::Liability) {
                books.accounts.insert(balance.path, minor);
            }
        }
        Ok(books)
    }

    /// What accounts whose paths begin so hold together; sums that cancel each other out are still there.
    fn under(&self, beginnings: &[&str]) -> i64 {
        let ours = self.accounts.iter().filter(|(path, _)| beginnings.iter().any(|beginning| path.starts_with(beginning)));
        ours.fold(0, |sum, (_, minor)| sum.saturating_add(minor.saturating_abs()))
    }

    fn held(&self, fund: FundId) -> i64 {
        self.funds.get(&(fund, self.currency)).copied().unwrap_or(0)
    }

    /// In how many other currencies a fund holds something.
    fn elsewhere(&self, fund: FundId) -> i64 {
        let other = |((of, currency), held): &(&(FundId, Currency), &i64)| *of == fund && *currency != self.currency && **held != 0;
        i64::try_from(self.funds.iter().filter(other).count()).unwrap_or(MOST)
    }

    /// How many accounts are not at zero.
    fn standing(&self) -> i64 {
        i64::try_from(self.accounts.values().filter(|minor| **minor != 0).count()).unwrap_or(MOST)
    }
}

/// What there is to share out of a fund now, line by line. What is held back is what was decided; before that, what its charter says; and nothing
/// once its day has come and no dispute is open.
///
/// # Errors
/// When the database is gone.
pub async fn distributable(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<Distributable> {
    let all = funds::list(tx).await?;
    let means = spending::means(tx, fund.currency).await?;
    let restricted = all.iter().filter(|other| other.id != fund.id && other.restriction.is_some() && other.currency == fund.currency);
    let restricted: BTreeSet<FundId> = restricted.map(|other| other.id).collect();
    let mut figures = Figures {
        held: means.fund(fund.id),
        unpaid: unpaid(tx, &all, fund.id).await?,
        refunds: refunding::on_their_way(tx, fund).await?,
        bearable: means.cover(&restricted),
        reserve: 0,
    };
    let decided = funds::end(tx, fund.id).await?.and_then(|end| end.reserve_minor.zip(end.reserve_until));
    figures.reserve = if let Some((minor, until)) = decided {
        let is_due = until <= now.day_in(&fund.time_zone) && disputes(tx, fund.id).await?.0 == 0;
        if is_due { 0 } else { minor }
    } else {
        let (percent, _) = reserve_of_charter(tx, fund).await?;
        part(Distributable::of(figures, fund.currency).total_minor, percent)
    };
    Ok(Distributable::of(figures, fund.currency))
}

/// A percentage of a sum, rounded up: what is held back must be enough.
pub fn part(minor: i64, percent: i64) -> i64 {
    let hundredths = i128::from(minor) * i128::from(percent.clamp(0, 100));
    i64::try_from((hundredths + 99) / 100).unwrap_or(minor).min(minor)
}

/// How much of what is left the charter holds back, in percent, and for how many days after the last gift.
async fn reserve_of_charter(tx: &mut Tx, fund: &Fund) -> sqlx::Result<(i64, i64)> {
    let charter = funds::charter(tx, fund.id).await?.and_then(|version| Charter::of_lines(&version.body));
    Ok(charter.map_or((USUAL_PERCENT, USUAL_DAYS), |charter| (charter.reserve_percent, charter.reserve_days)))
}

/// What a form about the reserve begins with: the percentage, and the day from which it is passed on as well.
///
/// # Errors
/// When the database is gone.
pub async fn usual_reserve(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<(i64, Day)> {
    let (percent, days) = reserve_of_charter(tx, fund).await?;
    let last = store::last_gift_at(tx, fund.id).await?.unwrap_or(now);
    let today = now.day_in(&fund.time_zone);
    Ok((percent, last.day_in(&fund.time_zone).plus_days(days).max(today.next())))
}

/// Money that came, or was taken, after a fund had closed: it stays that fund's own, in minor units, until it is passed on.
///
/// # Errors
/// When the database is gone.
pub async fn late(tx: &mut Tx) -> sqlx::Result<Vec<(Fund, i64)>> {
    let mut found = Vec::new();
    for fund in funds::list(tx).await?.into_iter().filter(|fund| fund.state == State::Closed) {
        let held = spending::means(tx, fund.currency).await?.fund(fund.id);
        if held != 0 {
            found.push((fund, held));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_rounded_up_and_is_never_more_than_the_whole() {
        assert_eq!(
            [(12_901, 10), (12_901, 0), (12_901, 100), (1, 1), (0, 50), (-5, 10)].map(|(minor, percent)| part(minor, percent)),
            [1_291, 0, 12_901, 1, 0, -5]
        );
        assert_eq!(part(i64::MAX, 100), i64::MAX);
    }
}
