//! What each Stripe fact does to the books and to gifts: one line, one entry, in one transaction with the gift it settles.

mod notices;
mod resolve;
mod rule;
mod store;
mod tie;
mod verify;

use crate::clock::{Clock, Instant, Zone};
use crate::db::{Db, Retryable, Tx};
use crate::donations::{self, Settled, Settlement};
use crate::funds::Fund;
use crate::ids::Entropy;
use crate::ledger::{self, NewEntry, NewPosting, PostError, Source, chart};
use crate::money::Money;
use crate::payments;
use crate::payments::alert::{self, AlertKind};
use crate::payments::line::{Line, LineId};
use crate::payments::sync::BEFORE_OPENING;
use crate::transact;

pub use notices::interpret;
pub use resolve::Books;
pub use rule::{Effect, Event, Funds, effect};
pub use tie::{Tie, check_tie};
pub use verify::verify;

/// How many lines one transaction books.
const BATCH: i64 = 100;

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

/// Books every line that is ready, up to a hundred a transaction, and gives how many.
///
/// # Errors
/// [`BookingError`]; what was booked before stays booked, and nothing is half booked.
pub async fn book(db: &Db, clock: &Clock, entropy: &Entropy) -> Result<u64, BookingError> {
    let mut total = 0;
    loop {
        let now = clock.now();
        let booked: Result<usize, BookingError> = transact!(db, tx => book_batch(tx, entropy, now).await);
        match booked? {
            0 => return Ok(total),
            some => total += some as u64,
        }
    }
}

async fn book_batch(tx: &mut Tx, entropy: &Entropy, now: Instant) -> Result<usize, BookingError> {
    let lines = payments::new_lines(tx, now, BATCH).await?;
    if lines.is_empty() {
        return Ok(0);
    }
    let sync = payments::progress(tx).await?;
    let mut books = Books::open(tx).await?.ok_or(BookingError::NoFund)?;
    let mut booked: Vec<LineId> = Vec::with_capacity(lines.len());
    for line in &lines {
        let before_the_books = sync.opens_at.is_some_and(|opens_at| line.created < opens_at);
        let outcome = match (before_the_books, sync.opened_at) {
            (false, _) => book_line(tx, &mut books, line, entropy, now).await?,
            (true, None) => Outcome::Noted(BEFORE_OPENING),
            (true, Some(_)) => post_late_opening(tx, &books, line, sync.opens_at.unwrap_or(line.created), now).await?,
        };
        match outcome {
            Outcome::Booked => booked.push(line.id.clone()),
            Outcome::Noted(reason) => payments::note_line(tx, &line.id, reason).await?,
            Outcome::Parked(reason) => payments::park_line(tx, &line.id, reason).await?,
        }
    }
    payments::lines_booked(tx, &booked).await?;
    while ledger::fold(tx, 1_000).await? == 1_000 {}
    Ok(lines.len())
}

/// What became of a line.
enum Outcome {
    /// It is one entry.
    Booked,
    /// It needs none, for this reason.
    Noted(&'static str),
    /// It waits for a person, for this reason.
    Parked(&'static str),
}

/// Books one line: entry and gift together.
async fn book_line(tx: &mut Tx, books: &mut Books, line: &Line, entropy: &Entropy, now: Instant) -> Result<Outcome, BookingError> {
    let event = Event::of(line);
    let fund = if event.is_about_a_gift() { books.fund_of(tx, line, now).await? } else { books.general.clone() };
    let funds = Funds { gift: fund.id, general: books.general.id };
    match effect(line, funds) {
        Effect::Note(reason) => Ok(Outcome::Noted(reason)),
        Effect::Park(reason) => {
            alert::raise(tx, AlertKind::LineUnknown, line.id.as_str(), &format!("A line is parked: {reason}."), now).await?;
            Ok(Outcome::Parked(reason))
        }
        Effect::Suspense(postings, reason) => {
            alert::raise(tx, AlertKind::LineUnknown, line.id.as_str(), &format!("A line stands in suspense: {reason}."), now).await?;
            ledger::post(tx, &entry(line, Event::Unknown, postings, &books.general.time_zone), now).await?;
            Ok(Outcome::Booked)
        }
        Effect::Post(event, postings) => {
            ledger::post(tx, &entry(line, event, postings, &fund.time_zone), now).await?;
            touch_gift(tx, line, event, &fund, entropy, now).await?;
            Ok(Outcome::Booked)
        }
    }
}

/// What a booked line means for the gift it is about.
async fn touch_gift(tx: &mut Tx, line: &Line, event: Event, fund: &Fund, entropy: &Entropy, now: Instant) -> Result<(), BookingError> {
    let Some(charge_id) = line.charge_id.as_deref().or(line.source_id.as_deref()) else { return Ok(()) };
    match event {
        Event::Charge => {
            let settlement = Settlement {
                fund,
                reference: line.donation_ref.as_deref(),
                subscription_id: line.subscription_id.as_deref(),
                charge_id,
                payment_intent: line.payment_intent.as_deref(),
                amount: Money::new(line.amount_minor, line.currency),
                fee_minor: line.fee_minor,
                clearing: line.source_status.as_deref() == Some("pending"),
                bounced: payments::has_bounced(tx, charge_id).await?,
            };
            if let Settled::Otherwise(_) = donations::settle(tx, &settlement, entropy, now).await? {
                let said = "A gift arrived with another amount or currency than it was pledged; it is booked as it arrived.";
                alert::raise(tx, AlertKind::SessionDiffers, line.id.as_str(), said, now).await?;
            }
        }
        Event::ChargeFailure => donations::bounce(tx, charge_id).await?,
        _ => {}
    }
    Ok(())
}

/// The entry of a line; its day is the line's in the fund's time zone.
fn entry(line: &Line, event: Event, postings: Vec<NewPosting>, zone: &Zone) -> NewEntry {
    NewEntry {
        source: Source::Stripe,
        source_id: line.id.as_str().to_owned(),
        kind: event.as_str(),
        effective_on: Instant::from_unix_secs(line.created).day_in(zone),
        memo: None,
        actor: None,
        reverses: None,
        postings,
    }
}

/// Opens the books of an account that had a past, once its lines before that day are all read: one entry a currency.
///
/// # Errors
/// [`BookingError`], with nothing written.
pub async fn open_books(tx: &mut Tx, now: Instant) -> Result<(), BookingError> {
    let sync = payments::progress(tx).await?;
    if sync.opened_at.is_some() || sync.complete_at.is_none() {
        return Ok(());
    }
    if let Some(opens_at) = sync.opens_at {
        let books = Books::open(tx).await?.ok_or(BookingError::NoFund)?;
        for total in payments::line_totals(tx, opens_at).await?.into_iter().filter(|total| total.net_minor != 0) {
            let source_id = format!("stripe {}", total.currency);
            ledger::post(tx, &opening(&books, &source_id, Money::new(total.net_minor, total.currency), opens_at), now).await?;
        }
    }
    payments::books_opened(tx, now).await?;
    Ok(())
}

/// A line of before the books opened that was listed only after: the opening balance grows by it.
async fn post_late_opening(tx: &mut Tx, books: &Books, line: &Line, opens_at: i64, now: Instant) -> Result<Outcome, BookingError> {
    if line.net_minor == 0 || !line.is_ordinary() {
        return Ok(Outcome::Noted(BEFORE_OPENING));
    }
    let sum = Money::new(line.net_minor, line.currency);
    ledger::post(tx, &opening(books, line.id.as_str(), sum, opens_at), now).await?;
    Ok(Outcome::Noted("before the books open; added to the opening balance"))
}

fn opening(books: &Books, source_id: &str, sum: Money, opens_at: i64) -> NewEntry {
    let other = Money::new(-sum.minor, sum.currency);
    NewEntry {
        source: Source::Opening,
        source_id: source_id.to_owned(),
        kind: "opening",
        effective_on: Instant::from_unix_secs(opens_at).day_in(&books.general.time_zone),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::STRIPE, sum), NewPosting::of_fund(chart::OPENING, books.general.id, other)],
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
