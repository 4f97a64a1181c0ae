//! A donor asks for the money back, on the gift's own page: treasurers answer by a refund, or by saying no. Not here: the refund (`refunding`).

use super::store::gift_pages as rows;
use super::{Donation, HandError, store, vault};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, Entropy, PersonId};
use crate::people::{self, Actor, Role, audit};
use crate::seal::Keyring;

/// The most letters a donor may add.
pub const DETAIL_LETTERS: usize = 280;

crate::words! {
    /// Why a donor asks for the money back.
    pub enum AskReason {
        /// It was given twice by mistake.
        Twice = "twice",
        /// The amount is wrong.
        Amount = "amount",
        /// The donor thought better of it.
        Mind = "mind",
        /// The donor made no such payment.
        Stranger = "stranger",
    }
}

impl AskReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Twice, Self::Amount, Self::Mind, Self::Stranger];
}

crate::record! {
    /// What a donor asked.
    pub struct Request {
        /// Its row.
        pub id: i64,
        /// The gift.
        pub donation_id: DonationId,
        /// Why.
        pub reason: AskReason,
        /// In the donor's own words, sealed.
        pub detail: Option<Vec<u8>>,
        /// When.
        pub asked_at: Instant,
        /// When treasurers answered; None: it waits.
        pub answered_at: Option<Instant>,
    }
}

/// Writes down that a donor asks for the money back. False: the same gift's donor waits for an answer already.
///
/// # Errors
/// When the database is gone.
pub async fn ask_back(
    tx: &mut Tx,
    (keys, entropy): (&Keyring, &Entropy),
    gift: &Donation,
    reason: AskReason,
    detail: &str,
    now: Instant,
) -> sqlx::Result<bool> {
    let detail = match detail {
        "" => None,
        // Whose details were deleted has no key: what they write could not be deleted again.
        text => vault::seal_for(tx, (keys, entropy), gift.id, &context(gift), text.as_bytes()).await?,
    };
    rows::insert_request(tx, gift.id, reason, detail.as_deref(), now).await
}

/// The newest request of a gift.
///
/// # Errors
/// When the database is gone.
pub async fn request_of(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Option<Request>> {
    rows::newest_request(tx, gift).await
}

/// What a donor added to a request, for the treasurers; None: nothing, or it was deleted.
///
/// # Errors
/// When the database is gone.
pub async fn detail_of(tx: &mut Tx, keys: &Keyring, gift: &Donation, request: &Request) -> sqlx::Result<Option<String>> {
    let Some(sealed) = &request.detail else { return Ok(None) };
    let opened = vault::open_of(tx, keys, gift.id, &context(gift), sealed).await?;
    Ok(opened.and_then(|opened| String::from_utf8(opened).ok()))
}

/// At most `limit` requests that wait for an answer, the oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn open_requests(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Request>> {
    rows::open_requests(tx, limit).await
}

/// How many requests wait for an answer, and since when the oldest does.
///
/// # Errors
/// When the database is gone.
pub async fn count_requests(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    rows::count_requests(tx).await
}

/// Notes that a refund of the gift was asked for: its donor is answered by that.
pub(super) async fn answered(tx: &mut Tx, gift: DonationId, by: PersonId, now: Instant) -> sqlx::Result<()> {
    rows::answer_request(tx, gift, by, now).await.map(drop)
}

/// Says no to what a donor asked, and gives the gift, so that its donor can be told. Nothing goes back.
///
/// # Errors
/// [`HandError`]; moved on, where none waits.
pub async fn say_no(tx: &mut Tx, number: &str, actor: Actor, now: Instant) -> Result<Donation, HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    let gift = store::listing::find_by_number(tx, number).await?.ok_or(HandError::NotFound)?;
    if !rows::answer_request(tx, gift.id, actor.person, now).await? {
        return Err(HandError::MovedOn);
    }
    audit::write(tx, Some(actor.person), "refund_request.declined", &format!("gift {number}"), "", now).await?;
    Ok(gift)
}

fn context(gift: &Donation) -> String {
    format!("refund_request.detail/{}", gift.reference)
}
