//! What must hold before money is promised or leaves: no fund and no account below nothing, and restricted funds covered. Not here: who may.

use std::collections::{BTreeMap, BTreeSet};

use super::expense::{Expense, Part};
use super::{Refusal, store};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::FundId;
use crate::ledger::{self, Kind};
use crate::money::{Currency, Money};

/// What pooled money there is, what is owed, and what each fund holds, in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// What each fund holds.
    pub funds: BTreeMap<FundId, i64>,
    /// Liquid assets less liabilities.
    pub free: i64,
}

/// Reads the means as the books have them now.
pub async fn means(tx: &mut Tx, currency: Currency) -> sqlx::Result<Means> {
    let liquid: BTreeSet<String> = ledger::accounts(tx).await?.into_iter().filter(|a| a.cash).map(|a| a.path.into_owned()).collect();
    let mut means = Means::default();
    for balance in ledger::balances(tx, None).await?.into_iter().filter(|balance| balance.amount.currency == currency) {
        let minor = balance.amount.minor;
        if let Some(fund) = balance.fund {
            let held = means.funds.entry(fund).or_default();
            *held = held.saturating_sub(minor);
        }
        match balance.kind {
            Kind::Asset if !liquid.contains(&balance.path) => {}
            // A liability stands with a minus, so what is owed is taken off by adding.
            Kind::Asset | Kind::Liability => means.free = means.free.saturating_add(minor),
            Kind::Equity | Kind::Income | Kind::Expense => {}
        }
    }
    Ok(means)
}

impl Means {
    /// What a fund holds.
    pub fn fund(&self, id: FundId) -> i64 {
        self.funds.get(&id).copied().unwrap_or(0)
    }

    /// Free money less what restricted funds hold (invariant 6); below nothing, they are not covered.
    pub fn cover(&self, restricted: &BTreeSet<FundId>) -> i64 {
        let held = self.funds.iter().filter(|(id, held)| restricted.contains(id) && **held > 0).map(|(_, held)| *held);
        held.fold(self.free, i64::saturating_sub)
    }
}

/// The funds an expense draws on, the one it is listed under among them.
pub fn funds_of(expense: &Expense, parts: &[Part]) -> Vec<FundId> {
    let mut funds: Vec<FundId> = parts.iter().map(|part| part.fund_id).collect();
    funds.push(expense.fund_id);
    funds.sort_unstable();
    funds.dedup();
    funds
}

/// What free money is left over what restricted funds hold (invariant 6).
pub async fn cover(tx: &mut Tx, currency: Currency) -> sqlx::Result<i64> {
    let restricted = funds::list(tx).await?.iter().filter(|fund| fund.restriction.is_some()).map(|fund| fund.id).collect();
    Ok(means(tx, currency).await?.cover(&restricted))
}

/// Whether `parts` can be promised: every fund holds its share, and restricted funds stay covered (invariants 5 and 6).
///
/// # Errors
/// [`Refusal::FundTooSmall`] or [`Refusal::Uncovered`] where not.
pub async fn can_promise(tx: &mut Tx, parts: &[Part], currency: Currency) -> Result<(), Refusal> {
    let means = means(tx, currency).await?;
    let all: Vec<Fund> = funds::list(tx).await?;
    let restricted: BTreeSet<FundId> = all.iter().filter(|fund| fund.restriction.is_some()).map(|fund| fund.id).collect();
    let mut after = means.clone();
    for part in parts {
        after.free = after.free.saturating_sub(part.amount_minor);
        let held = after.funds.entry(part.fund_id).or_default();
        *held = held.saturating_sub(part.amount_minor);
    }
    for fund in all.iter().filter(|fund| parts.iter().any(|part| part.fund_id == fund.id)) {
        if after.fund(fund.id) < 0 {
            return Err(Refusal::FundTooSmall(fund.name.clone(), Money::new(means.fund(fund.id), currency)));
        }
    }
    // What facts have uncovered already is shown elsewhere; a decision may not make it worse.
    let (before, cover) = (means.cover(&restricted), after.cover(&restricted));
    if cover < 0 && cover < before {
        return Err(Refusal::Uncovered(Money::new(cover.saturating_neg(), currency)));
    }
    Ok(())
}

/// Refuses an account that was ended: no money leaves it any more, and none comes to it.
pub async fn in_use(tx: &mut Tx, account: &str) -> Result<(), Refusal> {
    if store::advances::account_is_ended(tx, account).await? { Err(Refusal::AccountEnded(account.to_owned())) } else { Ok(()) }
}

/// Whether `amount` can leave the account.
///
/// # Errors
/// [`Refusal::AccountEnded`] or [`Refusal::AccountTooSmall`] where not.
pub async fn can_leave(tx: &mut Tx, account: &str, amount: Money) -> Result<(), Refusal> {
    in_use(tx, account).await?;
    let held = ledger::balance_of(tx, account).await?.get(&amount.currency).copied().unwrap_or(0);
    if held < amount.minor {
        return Err(Refusal::AccountTooSmall(account.to_owned(), Money::new(held, amount.currency)));
    }
    Ok(())
}
