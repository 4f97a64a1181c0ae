//! Reserves: what Stripe's mirror lines say it holds back is what `assets:stripe-held` holds, per currency (stripe.md §6.5).

use std::collections::BTreeMap;

use super::store;
use crate::clock::Instant;
use crate::db::Tx;
use crate::money::{Currency, Money};
use crate::payments;
use crate::payments::alert::{self, AlertKind, Said};

/// One currency's reserve, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserve {
    /// Σ net of the lines that mirror holds and releases.
    pub mirrored_minor: i64,
    /// What holds and releases left on `assets:stripe-held`.
    pub held_minor: i64,
}

impl Reserve {
    /// Whether both agree.
    pub const fn holds(&self) -> bool {
        self.mirrored_minor == self.held_minor
    }
}

/// Compares the mirror lines with the books and raises or clears the alert of each currency.
///
/// What lines of before the books opened left in reserve stands in the opening entry. While a line waits to be booked, or the opening entry is still to come,
/// nothing is compared (None).
///
/// # Errors
/// When the database is gone.
pub async fn check_reserves(tx: &mut Tx, now: Instant) -> sqlx::Result<Option<BTreeMap<Currency, Reserve>>> {
    let sync = payments::progress(tx).await?;
    if payments::count_new_lines(tx).await? > 0 || (sync.opens_at.is_some() && sync.opened_at.is_none()) {
        return Ok(None);
    }
    let mut reserves = BTreeMap::<Currency, Reserve>::new();
    for total in payments::reserved_totals(tx, i64::MAX).await? {
        reserves.entry(total.currency).or_default().mirrored_minor = total.net_minor;
    }
    for (currency, held_minor) in store::held_by_mirrored_lines(tx).await? {
        reserves.entry(currency).or_default().held_minor = held_minor;
    }
    for (currency, reserve) in &reserves {
        tell(tx, *currency, *reserve, now).await?;
    }
    Ok(Some(reserves))
}

async fn tell(tx: &mut Tx, currency: Currency, reserve: Reserve, now: Instant) -> sqlx::Result<()> {
    if reserve.holds() {
        return alert::clear(tx, AlertKind::ReserveDiffers, currency.code(), now).await.map(drop);
    }
    let people = |minor| Money::new(minor, currency).for_people();
    let said = Said::new("reserve-differs").with("mirrored", people(reserve.mirrored_minor)).with("held", people(reserve.held_minor));
    alert::raise(tx, AlertKind::ReserveDiffers, currency.code(), &said, now).await.map(drop)
}
