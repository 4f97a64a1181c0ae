//! Back from Stripe's page without paying: a donor's own answers, for an hour, to whoever holds the link that Stripe's page led back by.
//! The link names nobody; what it opens ends with the hour, or with the payment.

use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::{Donation, Donor, State, issued, store, thanks_code, vault};
use crate::ids::{FundId, sha256_hex};
use crate::money::Money;
use crate::payments::checkout::Interval;
use crate::seal::Keyring;

/// How long answers are kept for the form: longer than Stripe's page lives, so that whoever comes back from one that ended finds them still.
const KEPT_SECS: i64 = 60 * 60;

/// What a donor answered before, opened for that donor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// What was to be given, without what was to cover the card fee.
    pub amount: Money,
    /// Whether the card fee was to be given besides.
    pub cover: bool,
    /// How often; None: once.
    pub interval: Option<Interval>,
    /// Who was to give.
    pub donor: Donor,
    /// The latest moment at which their form can have been given out: whoever comes back has read it already.
    pub issued_at: Instant,
    /// Stripe's page, which still waits, and the hash of what it was opened for.
    pub checkout: Option<(String, String)>,
}

/// How things stand with a gift whose donor is back at the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Return {
    /// Nothing was paid; None once the answers are not kept any more.
    Unpaid(Option<Answers>),
    /// Paid meanwhile, or on its way: `/thanks/{code}` says which.
    Given {
        /// Opens the page after a payment.
        thanks_code: String,
    },
}

/// What stands in the address that leads back to the form: which gift, and proof that the address is ours.
pub(super) fn code(keys: &Keyring, reference: &str) -> String {
    format!("{reference}-{}", keys.token(&format!("back/{reference}")))
}

/// How things stand with the gift that `given`, the code in the address, is about. None: we never made this code for this fund.
///
/// # Errors
/// When the database is gone.
pub async fn come_back(tx: &mut Tx, fund: FundId, given: &str, keys: &Keyring, now: Instant) -> sqlx::Result<Option<Return>> {
    let Some((reference, _)) = given.split_once('-') else { return Ok(None) };
    if sha256_hex(code(keys, reference)) != sha256_hex(given) {
        return Ok(None);
    }
    let Some(donation) = store::find_by_ref(tx, reference).await?.filter(|donation| donation.fund_id == fund) else { return Ok(None) };
    if donation.settled_at.is_some() || matches!(donation.state, State::Waiting | State::Paid) {
        return Ok(Some(Return::Given { thanks_code: thanks_code(keys, reference) }));
    }
    if !matches!(donation.state, State::Open | State::Expired) || now > donation.pledged_at.plus_secs(KEPT_SECS) {
        return Ok(Some(Return::Unpaid(None)));
    }
    let donor = vault::donor_of(tx, keys, donation.id).await?;
    Ok(Some(Return::Unpaid(donor.and_then(|donor| answers(&donation, donor, now)))))
}

fn answers(donation: &Donation, donor: Donor, now: Instant) -> Option<Answers> {
    // A page may be ended before its time, by its donor or while giving is paused: nobody is sent there again.
    let waits = donation.state == State::Open && donation.expires_at.is_some_and(|end| now < end);
    Some(Answers {
        amount: Money::new(donation.asked_minor?.saturating_sub(donation.cover_minor.unwrap_or(0)), donation.currency),
        cover: donation.cover_minor.is_some(),
        interval: donation.repeats,
        donor,
        issued_at: donation.pledged_at.plus_secs(-issued::SHORTEST_SECS),
        checkout: donation.session_url.clone().zip(donation.input_hash.clone()).filter(|_| waits),
    })
}

impl Answers {
    /// Where to send the donor who asks for the very same again: the page that still waits, so that one gift has one page.
    pub fn same_checkout(&self, input_hash: &str) -> Option<&str> {
        self.checkout.as_ref().filter(|(_, opened_for)| opened_for == input_hash).map(|(url, _)| url.as_str())
    }
}
