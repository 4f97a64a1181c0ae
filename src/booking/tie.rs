//! The tie: Σ net of Stripe's lines = Stripe's own balance = `assets:stripe`, per currency. A difference is shown and stops publishing.

use std::collections::BTreeSet;

use super::store;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ledger::{self, chart};
use crate::money::{Currency, Money};
use crate::payments;
use crate::payments::alert::{self, AlertKind, Said};
use crate::record;

record! {
    /// One currency's tie, in minor units.
    pub struct Tie {
        /// The settlement currency.
        pub currency: Currency,
        /// What Stripe said it held, pending and available.
        pub reported_minor: i64,
        /// Σ net of its lines.
        pub lines_minor: i64,
        /// What `assets:stripe` held.
        pub ledger_minor: i64,
        /// When they were compared.
        pub compared_at: Instant,
    }
}

impl Tie {
    /// Whether all three agree.
    pub const fn holds(&self) -> bool {
        self.reported_minor == self.lines_minor && self.lines_minor == self.ledger_minor
    }

    /// Books less Stripe's own word; where that is nothing, the sum of its lines less it.
    pub const fn difference_minor(&self) -> i64 {
        match self.ledger_minor.saturating_sub(self.reported_minor) {
            0 => self.lines_minor.saturating_sub(self.reported_minor),
            difference => difference,
        }
    }
}

/// Compares Stripe's reported balance with its lines and with the books, notes the outcome and raises or clears the alert.
///
/// The figures are kept, for [`ties`]. Call it when no line waits to be booked; while one does, the books are behind and nothing is compared (None).
pub async fn check_tie(tx: &mut Tx, reported: &[(Currency, i64)], now: Instant) -> sqlx::Result<Option<Vec<Tie>>> {
    if payments::count_new_lines(tx).await? > 0 {
        return Ok(None);
    }
    let lines = store::line_sums(tx).await?;
    let books = ledger::balance_of(tx, chart::STRIPE).await?;
    let before = store::ties::all(tx).await?;
    let currencies: BTreeSet<Currency> = reported
        .iter()
        .map(|(currency, _)| *currency)
        .chain(before.iter().map(|tie| tie.currency))
        .chain(lines.iter().map(|(currency, _)| *currency))
        .chain(books.keys().copied())
        .collect();
    let tie = |currency: Currency| Tie {
        currency,
        reported_minor: reported.iter().find(|(other, _)| *other == currency).map_or(0, |(_, minor)| *minor),
        lines_minor: lines.iter().find(|(other, _)| *other == currency).map_or(0, |(_, minor)| *minor),
        ledger_minor: books.get(&currency).copied().unwrap_or(0),
        compared_at: now,
    };
    let ties: Vec<Tie> = currencies.into_iter().map(tie).collect();
    for tie in &ties {
        store::ties::save(tx, tie).await?;
        tell(tx, tie, now).await?;
    }
    payments::note_tie(tx, ties.iter().all(Tie::holds), now).await?;
    Ok(Some(ties))
}

/// What the last comparison found, by currency: none before the first.
///
/// # Errors
/// When the database is gone.
pub async fn ties(tx: &mut Tx) -> sqlx::Result<Vec<Tie>> {
    store::ties::all(tx).await
}

/// Raises the alert of a currency whose tie is broken, clears it where the tie holds.
async fn tell(tx: &mut Tx, tie: &Tie, now: Instant) -> sqlx::Result<()> {
    let subject = tie.currency.code();
    if tie.holds() {
        alert::clear(tx, AlertKind::BalanceDiffers, subject, now).await?;
        return Ok(());
    }
    let people = |minor| Money::new(minor, tie.currency).for_people();
    let said = Said::new("balance-differs").with("reported", people(tie.reported_minor)).with("lines", people(tie.lines_minor));
    let said = said.with("ledger", people(tie.ledger_minor));
    alert::raise(tx, AlertKind::BalanceDiffers, subject, &said, now).await?;
    Ok(())
}
