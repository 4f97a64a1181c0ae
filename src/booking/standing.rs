//! How a fund stands: received, spent, on hand, free to spend (screens.md 3.5 and 6.1). Not here: the pages that tell it.

use crate::clock::Day;
use crate::db::Tx;
use crate::donations::refunding;
use crate::funds::{self, Fund};
use crate::ids::FundId;
use crate::ledger::{self, Account, Balance, Kind, chart};
use crate::spending;

/// How a fund stands, in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Gifts of money, before refunds and fees.
    pub received: i64,
    /// Uses, grants and running costs, once approved.
    pub spent: i64,
    /// What the fund holds, with what it owes and has not paid yet.
    pub on_hand: i64,
    /// On hand less what is approved but unpaid and less refunds on their way; never more than pooled cash can bear, never below nothing.
    pub free: i64,
}

/// What a fund has promised and not paid, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promised {
    /// Approved but unpaid. The books have taken it off the fund already, as a debt.
    pub unpaid: i64,
    /// Refunds that were agreed to and that no line of Stripe's has booked. The books do not know them yet.
    pub refunds: i64,
}

/// Every fund with how it stands, oldest first; now, or at the end of a day. Of a day that is past, no refund is on its way.
///
/// # Errors
/// When the database is gone.
pub async fn standings(tx: &mut Tx, day: Option<Day>) -> sqlx::Result<Vec<(Fund, Standing)>> {
    let (all, accounts, balances) = (funds::list(tx).await?, ledger::accounts(tx).await?, ledger::balances(tx, day).await?);
    let mut unpaid: Vec<(FundId, i64)> = Vec::new();
    for fund in &all {
        unpaid.extend(spending::unpaid_under(tx, fund.id, day).await?);
    }
    let mut standings = Vec::with_capacity(all.len());
    for fund in &all {
        let owed = unpaid.iter().filter(|(id, _)| *id == fund.id).map(|(_, minor)| *minor).fold(0, i64::saturating_add);
        let refunds = if day.is_some() { 0 } else { refunding::on_their_way(tx, fund).await? };
        let promised = Promised { unpaid: owed, refunds };
        standings.push((fund.clone(), Standing::of(fund, (&all, &accounts, &balances), promised)));
    }
    Ok(standings)
}

impl Standing {
    fn of(fund: &Fund, (all, accounts, balances): (&[Fund], &[Account], &[Balance]), promised: Promised) -> Self {
        let in_currency = || balances.iter().filter(|balance| balance.amount.currency == fund.currency);
        let sum = |takes: &dyn Fn(&Balance) -> bool| {
            in_currency().filter(|balance| takes(balance)).fold(0_i64, |sum, balance| sum.saturating_add(balance.amount.minor))
        };
        let left = |other: &Fund| sum(&|balance| balance.fund == Some(other.id)).saturating_neg();
        let own = |balance: &Balance| balance.fund == Some(fund.id);
        let received = sum(&|b| own(b) && b.path.starts_with("income:donations:") && b.path != chart::IN_KIND).saturating_neg();
        let spent =
            sum(&|b| own(b) && ["expenses:program:", "expenses:grants:", "expenses:admin:"].iter().any(|part| b.path.starts_with(part)));
        let on_hand = left(fund).saturating_add(promised.unpaid);
        let own_free = on_hand.saturating_sub(promised.unpaid).saturating_sub(promised.refunds);
        // Cash is pooled: what other restricted funds stand on, and what is owed, cannot be spent from here.
        let is_cash = |balance: &Balance| accounts.iter().any(|account| account.cash && account.path == balance.path);
        let liquid = sum(&is_cash).saturating_add(sum(&|balance| balance.kind == Kind::Liability));
        let others = all.iter().filter(|other| other.id != fund.id && other.restriction.is_some() && other.currency == fund.currency);
        let kept = others.fold(0_i64, |sum, other| sum.saturating_add(left(other).max(0)));
        let free = own_free.min(liquid.saturating_sub(kept).saturating_sub(promised.refunds)).max(0);
        Self { received, spent, on_hand, free }
    }
}
