//! From a pledge to Stripe's page: kept first, asked second, noted third, so that a crash between any two loses nothing.

use crate::clock::Clock;
use crate::db::Db;
use crate::donations::{self, Pledge, PledgeError};
use crate::funds::{self, Fund};
use crate::ids::{DonationId, Entropy};
use crate::language::Language;
use crate::payments::checkout::{CheckoutRequest, PageLanguage};
use crate::payments::{GatewayError, Payments};
use crate::seal::Keyring;
use crate::transact;

/// What taking a gift needs.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Where the pledge is kept.
    pub db: &'a Db,
    /// The way to Stripe.
    pub payments: &'a Payments,
    /// Seals who gave.
    pub keys: &'a Keyring,
    /// Makes references.
    pub entropy: &'a Entropy,
    /// Tells when.
    pub clock: &'a Clock,
    /// Our own address, without a slash at its end.
    pub base_url: &'a str,
}

/// Why a donor could not be sent to Stripe's page. Nothing was charged.
#[derive(Debug, thiserror::Error)]
pub enum GiveError {
    /// The pledge was not taken.
    #[error(transparent)]
    Pledge(#[from] PledgeError),
    /// Stripe did not make its page.
    #[error("We could not reach the payment service. You have not been charged. Try again in a few minutes.")]
    Stripe(#[source] GatewayError),
}

/// Keeps the pledge, has Stripe make its page, and gives the gift and the address to send the donor to. The same attempt gives the same page.
///
/// # Errors
/// [`GiveError`]; the pledge may be kept, and trying again goes on from it.
pub async fn give(desk: &Desk<'_>, fund: &Fund, pledge: &Pledge) -> Result<(DonationId, String), GiveError> {
    let now = desk.clock.now();
    let kept: Result<_, PledgeError> = transact!(desk.db, tx => donations::pledge(tx, fund.id, pledge, desk.keys, desk.entropy, now).await);
    let kept = kept?;
    if let Some(url) = &kept.donation.session_url {
        return Ok((kept.donation.id, url.clone()));
    }
    let donation = &kept.donation;
    let about =
        funds::settings::about(&mut desk.db.begin_read().await.map_err(PledgeError::from)?, fund.id).await.map_err(PledgeError::from)?;
    let request = CheckoutRequest {
        operation: donation.reference.clone(),
        amount: pledge.amount,
        interval: pledge.interval,
        product_name: product_name(pledge.donor.language).to_owned(),
        description: format!("Gift {}", donation.number),
        client_reference: donation.reference.clone(),
        fund_ref: fund.reference.clone(),
        donation_ref: donation.reference.clone(),
        statement_suffix: Some(about.statement_text).filter(|text| !text.is_empty()),
        email: Some(pledge.donor.email.clone()),
        language: page_language(pledge.donor.language),
        expires_at: donation.pledged_at.plus_secs(donations::CHECKOUT_SECS),
        success_url: format!("{}/thanks/{}", desk.base_url, kept.thanks_code),
        cancel_url: format!("{}/f/{}/give?back={}", desk.base_url, fund.slug, kept.back_code),
    };
    let page = desk.payments.checkout(&request).await.map_err(GiveError::Stripe)?;
    let id = donation.id;
    let noted: sqlx::Result<()> = transact!(desk.db, tx => donations::checkout_opened(tx, id, &page.id, &page.url).await);
    noted.map_err(PledgeError::from)?;
    Ok((id, page.url))
}

/// What Stripe's page, and with it a shared phone, shows: nothing in it tells what for.
const fn product_name(language: Language) -> &'static str {
    match language {
        Language::English => "Gift",
        Language::Spanish => "Donación",
    }
}

/// The language of Stripe's page, by that of ours.
const fn page_language(language: Language) -> PageLanguage {
    match language {
        Language::English => PageLanguage::English,
        Language::Spanish => PageLanguage::LatinSpanish,
    }
}
