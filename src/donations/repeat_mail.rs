//! What a donor is told of a gift that repeats: a payment did not go through, or it has stopped. What is to be told stands in the row since the
//! transaction of its cause; the letter is written and the row told in one transaction, once a cause. Receipts are written elsewhere.

use super::repeat::{Repeat, StopBy, Tells};
use super::store::{self, repeats as rows};
use super::{donor_of, gift_page};
use crate::clock::{Clock, Instant, Zone};
use crate::db::{Db, Tx};
use crate::funds;
use crate::ids::Entropy;
use crate::mail::{self, Kind, Letter};
use crate::seal::Keyring;
use crate::transact;

/// How many are written in one go.
const AT_ONCE: i64 = 50;

/// Writes the letters that are due.
///
/// # Errors
/// When the database is gone; what was not told yet is told at the next look.
pub async fn tell(db: &Db, (keys, entropy): (&Keyring, &Entropy), base_url: &str, clock: &Clock) -> sqlx::Result<()> {
    let due = rows::to_tell(&mut db.begin_read().await?, AT_ONCE).await?;
    for repeat in &due {
        let now = clock.now();
        let told: sqlx::Result<()> = transact!(db, tx => tell_one(tx, repeat, (keys, entropy), base_url, now).await);
        told?;
    }
    Ok(())
}

async fn tell_one(tx: &mut Tx, repeat: &Repeat, (keys, entropy): (&Keyring, &Entropy), base_url: &str, now: Instant) -> sqlx::Result<()> {
    let Some(what) = repeat.tells else { return Ok(()) };
    if !rows::told(tx, repeat.id, what).await? {
        return Ok(());
    }
    let first = match repeat.donation_id {
        Some(first) => store::find(tx, first).await?,
        None => None,
    };
    // Begun elsewhere, or erased: nobody is known who could be told.
    let Some(first) = first else { return Ok(()) };
    let Some(donor) = donor_of(tx, keys, first.id).await? else { return Ok(()) };
    let page = format!("{base_url}/gift/{}", gift_page::open_page(tx, keys, &first).await?);
    let zone = funds::find(tx, repeat.fund_id).await?.map_or(Zone::UTC, |fund| fund.time_zone);
    let day = |at: Instant| donor.language.day(at.day_in(&zone));
    let (on, next) = (repeat.failed_at.map(day).unwrap_or_default(), repeat.next_try_at.map_or_else(|| "none".to_owned(), day));
    let who = repeat.stop_by.map_or("stripe", StopBy::as_str);
    let (kind, cause, link) = match what {
        Tells::Failed => {
            let (invoice, next) = (repeat.failed_invoice.as_deref().unwrap_or("unknown"), repeat.next_try_at.map_or(0, |at| at.0));
            (Kind::RepeatFailed, format!("repeat {} failed {invoice} {next}", repeat.id), format!("{page}/stop"))
        }
        Tells::Stopped => (Kind::RepeatStopped, format!("repeat {} stopped", repeat.id), page),
    };
    let values = [("gift", &*first.number), ("on", &*on), ("next", &*next), ("who", who)];
    let letter = Letter { cause: &cause, to: &donor.email, language: donor.language, kind, values: &values, link: Some(&link) };
    mail::queue(tx, &letter, keys, entropy, now).await.map(drop)
}
