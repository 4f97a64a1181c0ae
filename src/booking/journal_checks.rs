//! What must hold before an entry by hand is posted: its accounts, Stripe's own left alone, nothing overdrawn. Not here: who agrees to it.

use super::journal_entry::{JournalError, JournalLine};
use crate::db::Tx;
use crate::funds::Fund;
use crate::ledger::{self, Account, chart};
use crate::money::{Currency, Money};

/// The accounts that Stripe's own lines book, and no person does alone (invariant 11).
const STRIPES: [&str; 3] = [chart::STRIPE, chart::STRIPE_HELD, chart::IN_TRANSIT];

/// Whether Stripe's own lines book that account.
pub(super) fn is_stripes(path: &str) -> bool {
    STRIPES.contains(&path)
}

/// None of the lines moves an account of Stripe's.
pub(super) fn nothing_of_stripes(lines: &[JournalLine]) -> Result<(), JournalError> {
    match lines.iter().find(|line| is_stripes(&line.path)) {
        Some(line) => Err(JournalError::StripesOwn(line.path.clone())),
        None => Ok(()),
    }
}

/// The sum at stake, in minor units of a currency: what is debited.
pub(super) fn debits(lines: &[JournalLine], currency: Currency) -> i64 {
    lines.iter().filter(|line| line.currency == currency).map(|line| line.amount_minor.max(0)).fold(0, i64::saturating_add)
}

/// Each account is there, and has its fund or none as it must.
pub(super) async fn accounts(tx: &mut Tx, lines: &[JournalLine]) -> Result<(), JournalError> {
    let accounts = ledger::accounts(tx).await?;
    for line in lines {
        let account: &Account = accounts.iter().find(|account| account.path == line.path).ok_or(JournalError::NotFound)?;
        if account.is_funded() != line.fund_id.is_some() {
            return Err(JournalError::Fund(line.path.clone()));
        }
    }
    Ok(())
}

/// No decision takes a restricted fund, or an account that holds money, below nothing (invariant 5).
pub(super) async fn overdraft(tx: &mut Tx, funds: &[Fund], lines: &[JournalLine]) -> Result<(), JournalError> {
    let balances = ledger::balances(tx, None).await?;
    let cash: Vec<Account> = ledger::accounts(tx).await?.into_iter().filter(|account| account.cash).collect();
    for line in lines {
        let same = |other: &Money| other.currency == line.currency;
        if let Some(fund) = funds.iter().find(|fund| Some(fund.id) == line.fund_id && fund.restriction.is_some()) {
            let stands = balances.iter().filter(|balance| balance.fund == line.fund_id && same(&balance.amount)).map(|b| b.amount.minor);
            let adds = lines.iter().filter(|other| other.fund_id == line.fund_id && other.currency == line.currency);
            let (stands, adds): (i64, i64) = (stands.sum(), adds.map(|other| other.amount_minor).sum());
            if adds > 0 && stands.saturating_add(adds) > 0 {
                return Err(JournalError::Overdrawn(fund.name.clone()));
            }
        }
        if cash.iter().any(|account| account.path == line.path) {
            let stands = balances.iter().filter(|balance| balance.path == line.path && same(&balance.amount)).map(|b| b.amount.minor);
            let adds = lines.iter().filter(|other| other.path == line.path && other.currency == line.currency);
            let (stands, adds): (i64, i64) = (stands.sum(), adds.map(|other| other.amount_minor).sum());
            if adds < 0 && stands.saturating_add(adds) < 0 {
                return Err(JournalError::Overdrawn(line.path.clone()));
            }
        }
    }
    Ok(())
}
