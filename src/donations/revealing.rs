//! Looking at who gave: asked for with a reason, agreed to by another person, opened once by whoever asked and for a quarter of an hour, told to all
//! treasurers, counted in public by its reason. Everything about one donor is shown the same way. Not here: pages (`web`), the mails (`jobs`).

use serde_json::{Value, json};

use super::reveal::{Because, NewReveal, REASON_LETTERS, Reveal};
use super::store::reveals as rows;
use super::{Donation, Donor, HandError, State, asking_back, by_hand, gift_page, repeating, store, supporters, vault};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds;
use crate::ids::{DonationId, Entropy, FundId, RevealId};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit, notice};
use crate::seal::Keyring;

/// How many of a gift are listed.
const MOST: i64 = 20;

/// Asks to know who gave, and gives what names the question. Another person must agree; no emergency does without.
///
/// # Errors
/// [`HandError`], with nothing written: nobody is known, or no more.
pub async fn ask(
    tx: &mut Tx,
    number: &str,
    new: &NewReveal,
    operation: &Operation,
    actor: Actor,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<String, HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(reference);
    }
    if !(REASON_LETTERS.0..=REASON_LETTERS.1).contains(&new.reason.chars().count()) {
        return Err(HandError::Reason);
    }
    let gift = store::listing::find_by_number(tx, number).await?.ok_or(HandError::NotFound)?;
    vault::donor_of(tx, keys, gift.id).await?.ok_or(HandError::NotFound)?;
    let reference = entropy.reference();
    let id = rows::insert(tx, &reference, (gift.id, gift.fund_id), new, actor.person, now).await?;
    let look = if new.whole { "everything" } else { "gift" };
    let proposal = NewProposal {
        subject: Subject::Reveal,
        subject_id: id.to_string(),
        fund: gift.fund_id,
        amount: None,
        payee: None,
        payload: format!("gift: {number}\nlook: {look}\nbecause: {}\nreason: {}", new.because, new.reason.replace(['\r', '\n'], " ")),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    approvals::propose(tx, actor.person, &proposal, now).await?;
    audit::write(tx, Some(actor.person), "reveal_asked", &by_hand::subject(number), new.because.as_str(), now).await?;
    operation::done(tx, operation, &reference, now).await?;
    Ok(reference)
}

/// Lets whoever asked open it, for a day.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn carry_out(tx: &mut Tx, proposal: &Proposal, now: Instant) -> Result<(), HandError> {
    let id = id_of(proposal)?;
    if rows::agree(tx, id, now).await? { Ok(()) } else { Err(HandError::MovedOn) }
}

/// Notes that somebody did not agree.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal) -> Result<(), HandError> {
    let id = id_of(proposal)?;
    if rows::refuse(tx, id).await? { Ok(()) } else { Err(HandError::MovedOn) }
}

fn id_of(proposal: &Proposal) -> Result<RevealId, HandError> {
    proposal.subject_id.parse().map(RevealId).map_err(|_| HandError::NotFound)
}

/// Opens what was agreed to: once, by whoever asked. All treasurers are told.
///
/// # Errors
/// [`HandError`], with nothing written; [`HandError::MovedOn`] where it was opened, or not agreed to within a day.
pub async fn open(tx: &mut Tx, reference: &str, actor: Actor, now: Instant) -> Result<(), HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    let reveal = rows::find_by_ref(tx, reference).await?.filter(|reveal| reveal.asked_by == actor.person).ok_or(HandError::NotFound)?;
    // Openings are numbered in their fund; the state is read again under the lock.
    funds::lock(tx, reveal.fund_id).await?.ok_or(HandError::NotFound)?;
    let reveal = rows::find(tx, reveal.id).await?.ok_or(HandError::NotFound)?;
    if !reveal.can_open(now) || !rows::open(tx, reveal.id, now).await? {
        return Err(HandError::MovedOn);
    }
    let number = store::find(tx, reveal.donation_id).await?.ok_or(HandError::NotFound)?.number;
    let detail = format!("{} {}", reveal.because, reveal.id);
    Ok(audit::write(tx, Some(actor.person), notice::IDENTITY_OPENED, &by_hand::subject(&number), &detail, now).await?)
}

/// The question of that reference, with its gift.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<(Reveal, Donation)>> {
    let Some(reveal) = rows::find_by_ref(tx, reference).await? else { return Ok(None) };
    Ok(store::find(tx, reveal.donation_id).await?.map(|gift| (reveal, gift)))
}

/// The newest questions about a gift's donor.
///
/// # Errors
/// When the database is gone.
pub async fn of_gift(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Vec<Reveal>> {
    rows::of_gift(tx, gift, MOST).await
}

/// Why identities were opened, for the public: those behind number `after`, at most `limit`, up to the first whose gift no publication counted yet.
///
/// # Errors
/// When the database is gone.
pub async fn opened_after(tx: &mut Tx, fund: FundId, after: i64, limit: i64) -> sqlx::Result<Vec<(i64, Because, Instant)>> {
    let opened = rows::opened_after(tx, fund, after, limit).await?;
    let counted = opened.into_iter().take_while(|(.., counted)| *counted == 1);
    Ok(counted.map(|(n, because, at, _)| (n, because, at)).collect())
}

/// What was told with one gift.
#[derive(Clone, Debug)]
pub struct Told {
    /// The gift.
    pub gift: Donation,
    /// In the donor's words.
    pub donor: Donor,
    /// What it was paid with, where Stripe told.
    pub paid_with: Option<String>,
    /// Why its donor asked for it back, and what they added.
    pub asked_back: Option<(asking_back::AskReason, Option<String>)>,
    /// Whether it is a payment of a gift that repeats.
    pub repeats: bool,
}

/// What whoever asked sees while it is open: of this gift alone, or of every gift of its donor, and the funds whose news they get. None: it is not
/// open to them now.
///
/// # Errors
/// When the database is gone.
pub async fn seen(
    tx: &mut Tx,
    keys: &Keyring,
    reveal: &Reveal,
    actor: Actor,
    now: Instant,
) -> sqlx::Result<Option<(Vec<Told>, Vec<FundId>)>> {
    if reveal.asked_by != actor.person || !reveal.is_seen(now) {
        return Ok(None);
    }
    let Some((donor, first)) = vault::whose(tx, reveal.donation_id).await? else { return Ok(Some((Vec::new(), Vec::new()))) };
    let (gifts, news) = if reveal.whole == 1 {
        (gift_page::of_same_donor(tx, first).await?, supporters::funds_of(tx, donor).await?)
    } else {
        (vec![reveal.donation_id], Vec::new())
    };
    let mut told = Vec::new();
    for gift in gifts {
        let (Some(donor), Some(gift)) = (vault::donor_of(tx, keys, gift).await?, store::find(tx, gift).await?) else { continue };
        let request = asking_back::request_of(tx, gift.id).await?;
        let asked_back = match request {
            Some(request) => Some((request.reason, asking_back::detail_of(tx, keys, &gift, &request).await?)),
            None => None,
        };
        let paid_with = gift_page::means_of(tx, keys, &gift).await?;
        let repeats = repeating::of_gift(tx, gift.id).await?.is_some();
        told.push(Told { gift, donor, paid_with, asked_back, repeats });
    }
    Ok(Some((told, news)))
}

/// The same as a file: the fields that the README names, and no others.
pub fn written(told: &[Told], news: &[String], fund_of: impl Fn(FundId) -> String) -> String {
    let gifts: Vec<Value> = told
        .iter()
        .map(|Told { gift, donor, paid_with, asked_back, repeats }| {
            let sum = gift.settled_minor.zip(gift.settled_currency).map(|(minor, currency)| Money::new(minor, currency));
            json!({
                "gift": gift.number,
                "fund": fund_of(gift.fund_id),
                "begun_at": gift.pledged_at.rfc3339(),
                "arrived_at": gift.settled_at.filter(|_| gift.state == State::Paid).map(Instant::rfc3339),
                "state": gift.state.as_str(),
                "amount": sum.map(Money::decimal),
                "currency": sum.map(|sum| sum.currency.code().to_owned()),
                "repeats": repeats,
                "email": donor.email,
                "name": donor.name,
                "language": donor.language.as_str(),
                "public_name": donor.listing.name(),
                "note": donor.note,
                "wish": donor.wish,
                "paid_with": paid_with,
                "asked_back": asked_back.as_ref().map(|(reason, detail)| json!({"reason": reason.as_str(), "detail": detail})),
            })
        })
        .collect();
    format!("{:#}\n", json!({"gifts": gifts, "news_of": news}))
}
