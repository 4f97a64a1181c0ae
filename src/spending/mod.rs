//! Money out on the promised uses. Not here: the bank's statement, leftover grants.

use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::funds;
use crate::ids::FundId;
use crate::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use crate::money::Money;

/// Money that was paid for one of the promised uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expense {
    /// Made by whoever asks: asked twice, it is paid once.
    pub operation_id: String,
    /// The fund it is paid from.
    pub fund: FundId,
    /// What it was for: `food`, `water`, `supplies`, `logistics`, `community-support`.
    pub category: String,
    /// The account the money left, such as `assets:bank:main`.
    pub paid_from: String,
    /// What was paid; positive.
    pub amount: Money,
    /// The day it was paid, in the fund's time zone.
    pub paid_on: Day,
}

/// Why an expense was not booked.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// There is no such fund.
    #[error("there is no such fund")]
    NoFund,
    /// Nothing, or less than nothing, was paid.
    #[error("an expense is more than zero")]
    NotPositive,
    /// The fund has less than that.
    #[error("the fund {0} has {1} left: it cannot spend {2}")]
    FundTooSmall(String, String, String),
    /// The account has less than that.
    #[error("{0} holds {1}: it cannot pay {2}")]
    AccountTooSmall(String, String, String),
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for SpendError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// Books a paid expense. A decision: the fund's row is locked first, then the general fund's, which stands for the pooled cash.
///
/// # Errors
/// [`SpendError`], with nothing written; neither the fund nor the account is ever overdrawn.
pub async fn pay(tx: &mut Tx, expense: &Expense, actor: &str, now: Instant) -> Result<Posted, SpendError> {
    if expense.amount.minor <= 0 {
        return Err(SpendError::NotPositive);
    }
    let fund = funds::lock(tx, expense.fund).await?.ok_or(SpendError::NoFund)?;
    if let Some(general) = funds::general(tx).await?.filter(|general| general.id != fund.id) {
        funds::lock(tx, general.id).await?;
    }
    let entry = expense.entry(actor);
    if let Some(posted) = ledger::find_posted(tx, &entry).await? {
        return Ok(posted);
    }
    let (mut fund_left, mut account_left) = (0_i64, 0_i64);
    for balance in ledger::balances(tx, None).await?.iter().filter(|balance| balance.amount.currency == expense.amount.currency) {
        if balance.fund == Some(fund.id) {
            fund_left = fund_left.saturating_sub(balance.amount.minor);
        }
        if balance.path == expense.paid_from {
            account_left = account_left.saturating_add(balance.amount.minor);
        }
    }
    let people = |minor| Money::new(minor, expense.amount.currency).for_people();
    if fund_left < expense.amount.minor {
        return Err(SpendError::FundTooSmall(fund.name, people(fund_left), people(expense.amount.minor)));
    }
    if account_left < expense.amount.minor {
        return Err(SpendError::AccountTooSmall(expense.paid_from.clone(), people(account_left), people(expense.amount.minor)));
    }
    Ok(ledger::post(tx, &entry, now).await?)
}

impl Expense {
    fn entry(&self, actor: &str) -> NewEntry {
        let spent = NewPosting::of_fund(format!("{}{}", chart::PROGRAM, self.category), self.fund, self.amount);
        let paid = NewPosting::pooled(self.paid_from.clone(), Money::new(-self.amount.minor, self.amount.currency));
        NewEntry {
            source: Source::Spending,
            source_id: self.operation_id.clone(),
            kind: "expense",
            effective_on: self.paid_on,
            memo: None,
            actor: Some(actor.to_owned()),
            reverses: None,
            postings: vec![spent, paid],
        }
    }
}
