//! What each Stripe fact does to the books and to gifts: one line, one entry, in one transaction with the gift it settles.

pub mod bank;
mod bank_error;
pub mod brought;
mod condition;
pub mod correcting;
pub mod journal;
mod journal_checks;
mod journal_entry;
mod lines;
mod look_again;
pub mod months;
mod notices;
mod reserves;
mod resolve;
mod rule;
mod standing;
mod store;
mod tie;
mod under_way;
mod unfinished;
mod verify;
mod watch;

use std::collections::BTreeMap;

use crate::clock::Instant;
use crate::db::{Db, Retryable, Tx};
use crate::ledger::{self, NewEntry, NewPosting, PostError, Source, Unbalanced, chart};
use crate::money::{self, Currency, Money};
use crate::payments;
use crate::transact;

pub use condition::Condition;
pub use lines::book;
pub use look_again::{LookedAgain, look_again};
pub use notices::interpret;
pub use reserves::{Reserve, check_reserves};
pub use resolve::Books;
pub use rule::{Effect, Event, Funds, effect};
pub use standing::{Standing, standings};
pub use tie::{Tie, check_tie, ties};
pub use unfinished::finish_unheard;
pub use verify::verify;
pub use watch::watch;

/// Why booking stopped.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// There is no fund at all to book to.
    #[error("no fund is set up: run `strikefund setup` first")]
    NoFund,
    /// The ledger refused an entry.
    #[error(transparent)]
    Post(#[from] PostError),
    /// Stripe did not answer.
    #[error(transparent)]
    Stripe(#[from] payments::GatewayError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for BookingError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::NoFund | Self::Stripe(_) => false,
        }
    }
}

/// Opens the books of an account that had a past, once its lines before that day are all read: one entry a currency. It takes the writer's
/// place only where that is still to be done.
///
/// # Errors
/// [`BookingError`], with nothing written.
pub async fn open_books(db: &Db, now: Instant) -> Result<(), BookingError> {
    if payments::progress(&mut db.begin_read().await?).await?.opened_at.is_some() {
        return Ok(());
    }
    transact!(db, tx => open(tx, now).await)
}

async fn open(tx: &mut Tx, now: Instant) -> Result<(), BookingError> {
    let sync = payments::progress(tx).await?;
    if sync.opened_at.is_some() || sync.complete_at.is_none() {
        return Ok(());
    }
    if let Some(opens_at) = sync.opens_at {
        let books = Books::open(tx).await?.ok_or(BookingError::NoFund)?;
        let mut held: BTreeMap<Currency, Opening> = BTreeMap::new();
        for total in payments::line_totals(tx, opens_at).await? {
            held.entry(total.currency).or_default().stripe_minor = total.net_minor;
        }
        for total in payments::reserved_totals(tx, opens_at).await? {
            held.entry(total.currency).or_default().held_minor = total.net_minor;
        }
        for (currency, opening) in held {
            if let Some(entry) = opening.entry(&books, &format!("stripe {currency}"), currency, opens_at)? {
                ledger::post(tx, &entry, now).await?;
            }
        }
    }
    payments::books_opened(tx, now).await?;
    Ok(())
}

/// What an account had in one currency before its books opened, in minor units.
#[derive(Clone, Copy, Debug, Default)]
struct Opening {
    /// In Stripe's balance.
    stripe_minor: i64,
    /// Held by Stripe in reserve: a later release takes it from there.
    held_minor: i64,
}

impl Opening {
    /// The entry that puts it into the books; None where there was nothing.
    fn entry(self, books: &Books, source_id: &str, currency: Currency, opens_at: i64) -> Result<Option<NewEntry>, BookingError> {
        let all = money::sum([self.stripe_minor, self.held_minor]);
        let all = all.ok_or_else(|| PostError::from(Unbalanced::TooLarge(chart::OPENING.to_owned())))?;
        let of = |minor| Money::new(minor, currency);
        let postings = [
            NewPosting::pooled(chart::STRIPE, of(self.stripe_minor)),
            NewPosting::pooled(chart::STRIPE_HELD, of(self.held_minor)),
            NewPosting::of_fund(chart::OPENING, books.general.id, of(-all)),
        ];
        let postings: Vec<NewPosting> = postings.into_iter().filter(|posting| posting.amount.minor != 0).collect();
        let entry = NewEntry {
            source: Source::Opening,
            source_id: source_id.to_owned(),
            kind: "opening",
            effective_on: Instant::from_unix_secs(opens_at).day_in(&books.general.time_zone),
            memo: None,
            actor: None,
            reverses: None,
            postings,
        };
        Ok((!entry.postings.is_empty()).then_some(entry))
    }
}

/// Books a payout that was seen at the bank: bank against in transit. Once a payout.
///
/// # Errors
/// [`PostError`], with nothing written.
pub async fn payout_arrived(tx: &mut Tx, payout_id: &str, amount: Money, on: crate::clock::Day, now: Instant) -> Result<(), PostError> {
    let entry = NewEntry {
        source: Source::Bank,
        source_id: payout_id.to_owned(),
        kind: "payout",
        effective_on: on,
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![
            NewPosting::pooled(chart::BANK, amount),
            NewPosting::pooled(chart::IN_TRANSIT, Money::new(-amount.minor, amount.currency)),
        ],
    };
    ledger::post(tx, &entry, now).await?;
    Ok(())
}
