//! Gifts, from pledge to settled. Not here: Stripe's page (`payments`), the entry in the books (`booking`).

pub mod arriving;
pub mod asking_back;
mod by_hand;
mod checkout;
pub mod counting;
mod donation;
mod donor;
pub mod donor_keys;
pub mod ending;
mod gift_page;
mod goods;
pub mod in_kind;
mod issued;
pub mod ladder;
pub mod letters;
pub mod listing;
pub mod names;
mod note;
mod offline;
mod pledge;
mod proof;
pub mod receipt;
mod refund;
pub mod refunding;
mod repeat;
pub mod repeat_mail;
pub mod repeating;
pub mod result;
pub mod retention;
mod returning;
mod reveal;
pub mod revealing;
mod settle;
pub mod slowing;
pub mod stopping;
mod store;
pub mod supporters;
mod vault;
pub mod ways;
pub mod wishes;

use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::funds;
use crate::ids::{DonationId, Entropy, FundId, sha256_hex};
use crate::seal::Keyring;

pub use arriving::Bounce;
pub use by_hand::HandError;
pub use checkout::{Desk, GiveError, give};
pub use donation::{Donation, Origin, Standing, State};
pub use donor::{Donor, Listing};
pub use gift_page::{GiftPage, GiftState, NameState, find_by_code, gift_code, gift_page, name_state, of_same_donor, open_pages};
pub use goods::{Given, Goods, GoodsForm, GoodsState, GoodsWrong, NewGoods, UNITS, Valued};
pub use issued::{is_proved, is_too_soon, issue, issued_at};
pub use note::{Note, NoteState};
pub use offline::{Count, CountSheet, ExpectedForm, NewExpected, Offline, OfflineKind, OfflineState, OfflineWrong, denominations};
pub use pledge::{FieldError, Pledge, PledgeForm, Terms, Wrong};
pub use proof::{Proof, ProofOf, Proven};
pub use refund::{Left, NewRefund, Refund, RefundReason, RefundState, RefundWay};
pub use repeat::{EndStep, Problem, Repeat, RepeatState, RepeatsEnd, Stage, StopBy, Tells};
pub use returning::{Answers, Return, come_back};
pub use reveal::{Because, NewReveal, Reveal, RevealState};
pub use settle::{Settled, Settlement, settle};
pub use vault::{donor_of, erase, list_as, move_in, published_names, shown_names};

/// How long a donor has at Stripe's page: its shortest is 30 minutes, and our request takes a while to get there.
pub const CHECKOUT_SECS: i64 = 35 * 60;

/// Why a pledge was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PledgeError {
    /// The fund takes no gifts now.
    #[error("This fund does not take gifts now.")]
    NotOpen,
    /// The same form was sent with other content.
    #[error("This form was sent before with other answers. Please open it again.")]
    Changed,
    /// The form is older than Stripe's page can be.
    #[error("This form is too old. Please open it again.")]
    TooOld,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for PledgeError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// A pledge that is kept, and the code of the page its donor comes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledged {
    /// The gift as it stands.
    pub donation: Donation,
    /// Opens `/thanks/{code}`; only its hash is stored.
    pub thanks_code: String,
    /// Leads back to the form, filled in: `?back={code}`.
    pub back_code: String,
}

impl Pledged {
    /// Both codes come from the keys, so the same pledge always has the same.
    fn new(donation: Donation, keys: &Keyring) -> Self {
        let (thanks_code, back_code) = (thanks_code(keys, &donation.reference), returning::code(keys, &donation.reference));
        Self { donation, thanks_code, back_code }
    }
}

/// Keeps a pledge before Stripe is asked for its page. The same attempt again gives the same pledge.
///
/// # Errors
/// [`PledgeError`], with nothing written.
pub async fn pledge(
    tx: &mut Tx,
    fund: FundId,
    pledge: &Pledge,
    keys: &Keyring,
    entropy: &Entropy,
    now: Instant,
) -> Result<Pledged, PledgeError> {
    let fund = funds::lock(tx, fund).await?.filter(|fund| fund.state.allows(funds::Act::Give)).ok_or(PledgeError::NotOpen)?;
    if let Some(donation) = store::find_by_operation(tx, &pledge.attempt).await? {
        if donation.input_hash.as_deref() != Some(&*pledge.input_hash(keys)) || donation.fund_id != fund.id {
            return Err(PledgeError::Changed);
        }
        if donation.session_url.is_none() && now > donation.pledged_at.plus_secs(300) {
            return Err(PledgeError::TooOld);
        }
        return Ok(Pledged::new(donation, keys));
    }
    let reference = entropy.reference();
    let new = store::NewDonation {
        number: &entropy.gift_number(),
        fund_id: fund.id,
        origin: Origin::Form,
        state: State::Open,
        operation_id: Some(&pledge.attempt),
        input_hash: Some(&pledge.input_hash(keys)),
        thanks_hash: Some(&sha256_hex(thanks_code(keys, &reference))),
        asked_minor: Some(pledge.amount.minor),
        currency: pledge.amount.currency,
        donor_hash: Some(&keys.index(&pledge.donor.email)),
        repeats: pledge.interval,
        cover_minor: pledge.cover_minor,
        subscription_id: None,
        pledged_at: now,
        expires_at: Some(now.plus_secs(CHECKOUT_SECS)),
        reference: &reference,
    };
    let id = store::insert(tx, &new).await?;
    vault::keep(tx, (id, &reference, fund.id), &pledge.donor, (keys, entropy), now).await?;
    let donation = store::find(tx, id).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Pledged::new(donation, keys))
}

/// Notes the page that Stripe made for a pledge.
pub async fn checkout_opened(tx: &mut Tx, id: DonationId, session_id: &str, session_url: &str) -> sqlx::Result<()> {
    store::set_session(tx, id, session_id, session_url).await
}

/// The gift whose donor came back with `code`.
pub async fn thanks(tx: &mut Tx, code: &str) -> sqlx::Result<Option<Donation>> {
    store::find_by_thanks(tx, &sha256_hex(code)).await
}

/// What Stripe's notices say of a gift that is not money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Our reference in its metadata or as its client reference.
    pub reference: Option<&'a str>,
    /// The checkout session.
    pub session_id: Option<&'a str>,
    /// The payment intent, once there is one.
    pub payment_intent: Option<&'a str>,
    /// The subscription it began.
    pub subscription_id: Option<&'a str>,
    /// Where it stands now.
    pub state: Option<State>,
    /// Why a card was refused.
    pub decline_code: Option<&'a str>,
    /// When we heard of it.
    pub at: Option<Instant>,
}

/// Moves a gift forward by what a notice says, never back. None: no gift of ours.
pub async fn progress(tx: &mut Tx, said: &Progress<'_>) -> sqlx::Result<Option<Donation>> {
    let Some(donation) = find_told(tx, said).await? else { return Ok(None) };
    let state = said.state.filter(|next| donation.state.moves_to(*next)).unwrap_or(donation.state);
    store::set_progress(tx, donation.id, state, said).await?;
    Ok(Some(donation))
}

/// As [`progress`], where nobody can write to the donor at once: the mail is owed from now on ([`letters::write_owed`]).
///
/// # Errors
/// When the database is gone.
pub async fn progress_unheard(tx: &mut Tx, said: &Progress<'_>) -> sqlx::Result<Option<Donation>> {
    let before = progress(tx, said).await?;
    if let (Some(before), Some(state)) = (&before, said.state)
        && before.state.moves_to(state)
    {
        store::owe_letter(tx, before.id).await?;
    }
    Ok(before)
}

async fn find_told(tx: &mut Tx, said: &Progress<'_>) -> sqlx::Result<Option<Donation>> {
    if let Some(reference) = said.reference
        && let Some(donation) = store::find_by_ref(tx, reference).await?
    {
        return Ok(Some(donation));
    }
    if let Some(session) = said.session_id
        && let Some(donation) = store::find_by_session(tx, session).await?
    {
        return Ok(Some(donation));
    }
    match said.payment_intent {
        Some(intent) => store::find_by_intent(tx, intent).await,
        None => Ok(None),
    }
}

/// Notes that a bank debit bounced after it was settled.
pub async fn bounce(tx: &mut Tx, charge_id: &str) -> sqlx::Result<()> {
    store::set_bounced(tx, charge_id).await
}

/// Which fund and gift an intent or session of ours is for: the last resort for a charge without metadata.
pub async fn find_by_intent(tx: &mut Tx, payment_intent: &str) -> sqlx::Result<Option<Donation>> {
    store::find_by_intent(tx, payment_intent).await
}

/// The gift that a charge settled.
pub async fn find_by_charge(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Option<Donation>> {
    store::find_by_charge(tx, charge_id).await
}

/// The gifts that these charges settled, in no order: what a list shows is asked for together.
///
/// # Errors
/// When the database is gone.
pub async fn with_charges(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<Vec<Donation>> {
    store::with_charges(tx, charge_ids).await
}

/// The gift of that row.
pub async fn find(tx: &mut Tx, id: DonationId) -> sqlx::Result<Option<Donation>> {
    store::find(tx, id).await
}

/// The gift that stands for `reference` at Stripe.
pub async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Donation>> {
    store::find_by_ref(tx, reference).await
}

crate::record! {
    /// A gift that a notice calls paid and whose line has not been booked.
    pub struct Unarrived {
        /// What stands for it at Stripe; opaque.
        pub reference: String,
        /// For talking about it; opens nothing.
        pub number: String,
        /// `cs_…`, where its page is known.
        pub session_id: Option<String>,
        /// `pi_…`, where its payment is known.
        pub payment_intent: Option<String>,
        /// `sub_…`, where it repeats.
        pub subscription_id: Option<String>,
    }
}

/// Gifts that were paid by `paid_by` and whose line has not been booked, the oldest first.
pub async fn paid_without_line(tx: &mut Tx, paid_by: Instant, limit: i64) -> sqlx::Result<Vec<Unarrived>> {
    store::paid_without_line(tx, paid_by, limit).await
}

crate::record! {
    /// A gift whose end nobody told us.
    pub struct Unfinished {
        /// What stands for it at Stripe; opaque.
        pub reference: String,
        /// For talking about it; opens nothing.
        pub number: String,
        /// `cs_…`, where its page is known.
        pub session_id: Option<String>,
        /// `pi_…`, where its payment is known.
        pub payment_intent: Option<String>,
    }
}

/// Pledges whose page must be over by `now` and gifts that wait for a bank, the oldest first: a notice should have told their end.
pub async fn unfinished(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Unfinished>> {
    store::unfinished(tx, now, limit).await
}

/// A settled gift that no publication has counted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncounted {
    /// The gift.
    pub id: DonationId,
    /// For talking about it; opens nothing.
    pub number: String,
    /// The keyed hash of its donor's address; None where no donor is known.
    pub donor_hash: Option<String>,
    /// What arrived, in minor units.
    pub amount_minor: i64,
}

/// The settled gifts of a fund that no publication has counted yet, oldest first.
pub async fn uncounted(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Uncounted>> {
    store::uncounted(tx, fund).await
}

/// Notes which publication counted the fund's gifts up to and including `last`.
pub async fn count_in(tx: &mut Tx, fund: FundId, last: DonationId, publication: crate::ids::PublicationId) -> sqlx::Result<()> {
    store::count_in(tx, fund, last, publication).await
}

/// Ends pledges whose page at Stripe is over, an hour after its end so that a late notice still finds them open.
pub async fn expire(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::expire(tx, now.plus_secs(-3600)).await
}

fn thanks_code(keys: &Keyring, reference: &str) -> String {
    keys.token(&format!("thanks/{reference}"))
}
