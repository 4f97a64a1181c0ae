//! A gift's own page, for whoever holds its code: what opens it, how the gift stands, what its receipt says. Not here: what donors are written
//! (`letters`), what they ask for (`asking_back`).

use super::receipt::{Back, Counted, Receipt};
use super::store::gift_pages as rows;
use super::{Donation, Donor, State, arriving, donor_of, vault};
use crate::clock::{Instant, Zone};
use crate::db::{Db, Tx};
use crate::funds::{self, Fund};
use crate::ids::{DonationId, Entropy, sha256_hex};
use crate::money::Money;
use crate::payments::about;
use crate::payments::line::Line;
use crate::payments::object::ObjectKind;
use crate::seal::Keyring;
use crate::transact;

/// How many gifts are given their code in one transaction.
const AT_ONCE: i64 = 200;

/// The code of a gift's own page: 160 bits that nobody can guess, the same each time.
pub fn gift_code(keys: &Keyring, reference: &str) -> String {
    keys.token(&format!("gift/{reference}"))
}

/// The gift whose page this code opens.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_code(tx: &mut Tx, code: &str) -> sqlx::Result<Option<Donation>> {
    rows::find(tx, &sha256_hex(code)).await
}

/// Lets a gift be found by its code from now on, and gives the code.
///
/// # Errors
/// When the database is gone.
pub async fn open_page(tx: &mut Tx, keys: &Keyring, gift: &Donation) -> sqlx::Result<String> {
    let code = gift_code(keys, &gift.reference);
    rows::set_hash(tx, gift.id, &sha256_hex(&code)).await?;
    Ok(code)
}

/// Opens the page of every gift that arrived before there were pages. Twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn open_pages(db: &Db, keys: &Keyring) -> sqlx::Result<()> {
    loop {
        let without = rows::without_hash(&mut db.begin_read().await?, AT_ONCE).await?;
        if without.is_empty() {
            return Ok(());
        }
        let opened: sqlx::Result<()> = transact!(db, tx => open_each(tx, keys, &without).await);
        opened?;
    }
}

async fn open_each(tx: &mut Tx, keys: &Keyring, gifts: &[Donation]) -> sqlx::Result<()> {
    for gift in gifts {
        open_page(tx, keys, gift).await?;
    }
    Ok(())
}

crate::words! {
    /// How a gift stands, as its donor reads it.
    pub enum GiftState {
        /// It is not in the books yet.
        Waiting = "waiting",
        /// The payment did not go through, or came back.
        Failed = "failed",
        /// It arrived.
        Confirmed = "confirmed",
        /// Some of it went back.
        PartlyRefunded = "partly refunded",
        /// All of it went back.
        Refunded = "refunded",
        /// The donor's bank asks for the money.
        Disputed = "disputed",
        /// The donor's bank took the money back for good.
        TakenBack = "taken back",
    }
}

crate::words! {
    /// How far the name has come that a donor wants to show.
    pub enum NameState {
        /// A person looks at it first.
        Waiting = "waiting",
        /// It is shown.
        Shown = "shown",
        /// It is not.
        Refused = "refused",
    }
}

/// How far the name has come that the donor of a gift wants to show; None: none is wanted.
///
/// # Errors
/// When the database is gone.
pub async fn name_state(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Option<NameState>> {
    rows::name_state(tx, gift).await
}

/// Every gift of whoever gave this one, as far as that is known: for what is done to all of them alike, never for a page.
///
/// # Errors
/// When the database is gone.
pub async fn of_same_donor(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Vec<DonationId>> {
    rows::of_same_donor(tx, gift).await
}

/// Everything the page of a gift says of it.
#[derive(Clone, Debug)]
pub struct GiftPage {
    /// How it stands.
    pub state: GiftState,
    /// Who gave; None: nobody is known, or no more.
    pub donor: Option<Donor>,
    /// Its receipt; None before it arrived.
    pub receipt: Option<Receipt>,
    /// Until when its donor may ask for the money back.
    pub refund_until: Option<Instant>,
    /// When its donor's details were deleted.
    pub erased_at: Option<Instant>,
}

/// What is the same for all receipts of a fund.
#[derive(Clone, Debug)]
pub(super) struct Issuer {
    pub fund: Fund,
    pub to: String,
    pub contact: String,
    pub tax_number: String,
    pub giving: funds::Giving,
    pub practice: bool,
}

impl Issuer {
    pub(super) async fn of(tx: &mut Tx, gift: &Donation, practice: bool) -> sqlx::Result<Self> {
        let fund = funds::find(tx, gift.fund_id).await?.ok_or(sqlx::Error::RowNotFound)?;
        let about = funds::settings::about(tx, fund.id).await?;
        let giving = funds::giving(tx, &fund).await?;
        let to = if about.legal_name.is_empty() { fund.name.clone() } else { about.legal_name };
        Ok(Self { fund, to, contact: about.contact, tax_number: about.tax_number, giving, practice })
    }

    /// The receipt of a gift that arrived, out of what Stripe's lines tell of it; None before.
    pub(super) fn receipt(&self, gift: &Donation, donor: Option<&Donor>, lines: &[Line], now: Instant) -> Option<Receipt> {
        let paid = Money::new(gift.settled_minor?, gift.settled_currency?);
        let of = |minor| Money::new(minor, paid.currency);
        let zone = &self.fund.time_zone;
        let charge = lines.iter().find(|line| line.source_id.is_some() && line.source_id == gift.charge_id);
        let paid_at = charge.map_or(gift.settled_at?, |line| Instant::from_unix_secs(line.created));
        let tax = donor.map(|donor| donor.language).and_then(|language| self.giving.tax_in(language)).unwrap_or_default();
        Some(Receipt {
            number: gift.number.clone(),
            practice: self.practice,
            to: self.to.clone(),
            contact: self.contact.clone(),
            tax_number: self.tax_number.clone(),
            paid_with: charge.and_then(|line| line.paid_with.clone()),
            from: donor.and_then(|donor| donor.name.clone()),
            paid_on: paid_at.day_in(zone),
            issued_on: now.day_in(zone),
            paid,
            // What was asked is known in the currency of the pledge alone.
            cover: of(gift.cover_minor.filter(|_| gift.currency == paid.currency).unwrap_or(0)),
            fee: of(gift.settled_fee_minor.unwrap_or(0)),
            by_hand: None,
            repeats: gift.repeats,
            back: backs(lines, zone),
            tax: tax.to_owned(),
            refund_days: self.giving.refund_days,
            counted: None,
        })
    }
}

/// Keeps what a gift was paid with, sealed with its donor's key; of a donor who is not known, or no more, nothing is kept.
pub(super) async fn keep_means(tx: &mut Tx, keys: (&Keyring, &Entropy), gift: &Donation, means: &str) -> sqlx::Result<()> {
    let Some(sealed) = vault::seal_for(tx, keys, gift.id, &means_context(gift), means.as_bytes()).await? else { return Ok(()) };
    rows::set_paid_with(tx, gift.id, &sealed).await
}

/// What a gift was paid with: `visa 4242`.
pub(super) async fn means_of(tx: &mut Tx, keys: &Keyring, gift: &Donation) -> sqlx::Result<Option<String>> {
    let Some(sealed) = rows::paid_with(tx, gift.id).await? else { return Ok(None) };
    let opened = vault::open_of(tx, keys, gift.id, &means_context(gift), &sealed).await?;
    Ok(opened.and_then(|opened| String::from_utf8(opened).ok()))
}

fn means_context(gift: &Donation) -> String {
    format!("donation.paid_with/{}", gift.reference)
}

/// What went back by Stripe's lines, the first first. A refund whose line was countered came back to the fund.
fn backs(lines: &[Line], zone: &Zone) -> Vec<Back> {
    let is_refund = |line: &&Line| line.source_object.as_deref() == Some("refund");
    let came_back = |refund: &Line| lines.iter().filter(is_refund).any(|line| line.source_id == refund.source_id && line.amount_minor > 0);
    let gone = lines.iter().filter(is_refund).filter(|line| line.amount_minor < 0 && !came_back(line));
    gone.map(|line| Back {
        on: Instant::from_unix_secs(line.created).day_in(zone),
        amount: Money::new(line.amount_minor.saturating_neg(), line.currency),
    })
    .collect()
}

/// What the page of a gift says. `counted` is where it is counted, as whoever published it knows.
///
/// # Errors
/// When the database is gone.
pub async fn gift_page(
    tx: &mut Tx,
    keys: &Keyring,
    gift: &Donation,
    counted: Option<Counted>,
    practice: bool,
    now: Instant,
) -> sqlx::Result<GiftPage> {
    let donor = donor_of(tx, keys, gift.id).await?;
    let issuer = Issuer::of(tx, gift, practice).await?;
    let lines = match &gift.charge_id {
        Some(charge) => about::lines(tx, charge).await?,
        None => Vec::new(),
    };
    let mut receipt = issuer.receipt(gift, donor.as_ref(), &lines, now).filter(|_| gift.state == State::Paid);
    if let Some(receipt) = &mut receipt {
        receipt.counted = counted;
        if receipt.paid_with.is_none() {
            receipt.paid_with = means_of(tx, keys, gift).await?;
        }
        if gift.charge_id.is_none() {
            receipt.by_hand = arriving::of_donation(tx, gift.id).await?.map(|by_hand| by_hand.kind);
        }
    }
    let state = state_of(tx, gift, receipt.as_ref()).await?;
    let window = issuer.giving.refund_days.saturating_mul(24 * 3600);
    let refund_until = gift.settled_at.map(|at| at.plus_secs(window));
    let erased_at = rows::erased_at(tx, gift.id).await?;
    Ok(GiftPage { state, donor, receipt, refund_until, erased_at })
}

async fn state_of(tx: &mut Tx, gift: &Donation, receipt: Option<&Receipt>) -> sqlx::Result<GiftState> {
    let Some(receipt) = receipt else {
        return Ok(if matches!(gift.state, State::Failed | State::Expired) { GiftState::Failed } else { GiftState::Waiting });
    };
    let mut dispute = None;
    if let Some(charge) = &gift.charge_id {
        let objects = about::objects(tx, charge).await?;
        let disputes = objects.iter().filter(|state| state.object == ObjectKind::Dispute);
        dispute = disputes.filter(|state| about::is_open(state) || state.status == "lost").map(about::is_open).max();
    }
    let back = receipt.all_back().minor;
    Ok(match dispute {
        Some(true) => GiftState::Disputed,
        Some(false) => GiftState::TakenBack,
        None if back >= receipt.paid.minor => GiftState::Refunded,
        None if back > 0 => GiftState::PartlyRefunded,
        None => GiftState::Confirmed,
    })
}
