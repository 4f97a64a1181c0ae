//! Cheques, transfers and lump sums: expected, at the bank, bounced. Not here: cash, and what a bank's own file says (`bank`).

use std::collections::BTreeMap;

use super::by_hand::{self, HandError};
use super::offline::{NewExpected, Offline, OfflineKind, OfflineState};
use super::proof::{Proof, ProofOf, Proven};
use super::store::offline as rows;
use super::store::proofs;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds;
use crate::ids::{DonationId, Entropy, FundId, OfflineId, PersonId};
use crate::ledger::{self, NewEntry, NewPosting, PostError, Source, chart};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::seal::Keyring;

/// Keeps a gift that the bank will bring, and gives its number. It counts once its line is there. What another platform collected comes with
/// that platform's statement; a cheque may come with its picture.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn expect(
    tx: &mut Tx,
    fund: FundId,
    (new, proof): (&NewExpected, Option<&Proof>),
    operation: &Operation,
    actor: Actor,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<String, HandError> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    if let Some(number) = operation::find_result(tx, operation).await? {
        return Ok(number);
    }
    if new.kind == OfflineKind::Batch && proof.is_none() {
        return Err(HandError::NoProof);
    }
    let fund = funds::lock(tx, fund).await?.ok_or(HandError::NotFound)?;
    let number = entropy.gift_number();
    let donor = new.donor.as_deref().map(|donor| keys.seal(entropy, &format!("offline_gift.donor/{number}"), donor.as_bytes()));
    let row = rows::NewRow {
        number: &number,
        fund: fund.id,
        state: OfflineState::Expected,
        currency: fund.currency,
        account: chart::BANK,
        donor: donor.as_deref(),
        gift: new,
    };
    rows::insert(tx, &row, actor.person, now).await?;
    let what = if new.kind == OfflineKind::Batch { ProofOf::Statement } else { ProofOf::Cheque };
    keep(tx, &number, (what, proof), actor.person, now).await?;
    audit::write(tx, Some(actor.person), "gift_expected", &by_hand::subject(&number), new.kind.as_str(), now).await?;
    operation::done(tx, operation, &number, now).await?;
    Ok(number)
}

/// Keeps what proves a gift, where something came with the form.
async fn keep(
    tx: &mut Tx,
    number: &str,
    (what, proof): (ProofOf, Option<&Proof>),
    person: PersonId,
    now: Instant,
) -> Result<(), HandError> {
    if let Some(proof) = proof {
        let gift = rows::find(tx, number).await?.ok_or(HandError::NotFound)?;
        proofs::keep(tx, (gift.id, what), std::slice::from_ref(proof), person, now).await?;
    }
    Ok(())
}

/// What proves a gift, in the order it came.
///
/// # Errors
/// When the database is gone.
pub async fn proofs(tx: &mut Tx, gift: OfflineId) -> sqlx::Result<Vec<Proven>> {
    proofs::of_gift(tx, gift).await
}

/// A person says which line brought it: as [`arrive`], once a form.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn note_arrival(
    tx: &mut Tx,
    number: &str,
    arrived: (&str, Day),
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<(), HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    arrive(tx, number, arrived, actor, entropy, now).await?;
    Ok(operation::done(tx, operation, number, now).await?)
}

/// The bank brought it, by that line: it is booked, and a gift from now on. One line brings one gift.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn arrive(
    tx: &mut Tx,
    number: &str,
    (bank_line, on): (&str, Day),
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<(), HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    let gift = by_hand::locked(tx, number).await?;
    let already = gift.state == OfflineState::Counted && gift.bank_line.as_deref() == Some(bank_line);
    if already {
        return Ok(());
    }
    let amount = gift.amount().filter(|_| gift.state == OfflineState::Expected).ok_or(HandError::MovedOn)?;
    if on < gift.dated_on {
        return Err(HandError::Day);
    }
    if rows::is_line_taken(tx, bank_line).await? {
        return Err(HandError::LineTaken);
    }
    let of = |minor| Money::new(minor, gift.currency);
    let mut postings = vec![NewPosting::pooled(chart::BANK, of(amount.minor.saturating_sub(gift.fee_minor)))];
    if gift.fee_minor > 0 {
        postings.push(NewPosting::of_fund(chart::PROCESSING, gift.fund_id, of(gift.fee_minor)));
    }
    postings.push(NewPosting::of_fund(gift.kind.income(), gift.fund_id, of(-amount.minor)));
    let arrival = Arrival { amount, on, postings, second: None, bank_line: Some(bank_line) };
    book(tx, &gift, arrival, entropy, now).await?;
    Ok(audit::write(tx, Some(actor.person), "gift_arrived", &by_hand::subject(number), "", now).await?)
}

/// A cheque that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The day it came back.
    pub on: Day,
    /// Why, in the bank's words; at most 200 letters; private.
    pub because: String,
    /// The bank's letter, where there is one.
    pub letter: Option<Proof>,
}

/// A cheque came back: its entry is taken back on that day, and the gift has failed.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn bounce(
    tx: &mut Tx,
    number: &str,
    bounce: &Bounce,
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let (on, because) = (bounce.on, bounce.because.trim());
    if because.is_empty() || because.chars().count() > 200 || because.chars().any(char::is_control) {
        return Err(HandError::Reason);
    }
    let gift = by_hand::locked(tx, number).await?;
    let entry = gift.entry_id.filter(|_| gift.kind == OfflineKind::Cheque && gift.state == OfflineState::Counted);
    let entry = entry.ok_or(HandError::MovedOn)?;
    if on < gift.dated_on {
        return Err(HandError::Day);
    }
    if !rows::set_bounced(tx, &gift, because).await? {
        return Err(HandError::MovedOn);
    }
    match ledger::reverse(tx, entry, on, "The cheque bounced.", Some(&actor.person.to_string()), now).await {
        // Somebody corrected the entry meanwhile: what stands in its place is corrected, too.
        Err(PostError::NotReversible(_)) => return Err(HandError::MovedOn),
        done => done?,
    };
    keep(tx, number, (ProofOf::Letter, bounce.letter.as_ref()), actor.person, now).await?;
    audit::write(tx, Some(actor.person), "cheque_bounced", &by_hand::subject(number), "", now).await?;
    Ok(operation::done(tx, operation, number, now).await?)
}

/// What is booked when a gift counts.
pub(super) struct Arrival<'a> {
    /// What was given, before any fee.
    pub amount: Money,
    /// The day it counts on.
    pub on: Day,
    /// Its entry's postings.
    pub postings: Vec<NewPosting>,
    /// The second person, where there must be one.
    pub second: Option<PersonId>,
    /// The bank's line.
    pub bank_line: Option<&'a str>,
}

/// Posts the entry, makes it a gift like any other, and moves it on, all in one transaction.
pub(super) async fn book(tx: &mut Tx, gift: &Offline, arrival: Arrival<'_>, entropy: &Entropy, now: Instant) -> Result<(), HandError> {
    let Arrival { amount, on, postings, second, bank_line } = arrival;
    let entry = NewEntry {
        source: Source::Gift,
        source_id: gift.number.clone(),
        kind: gift.kind.as_str(),
        effective_on: on,
        memo: None,
        actor: Some(gift.recorded_by.to_string()),
        reverses: None,
        postings,
    };
    let entry = ledger::post(tx, &entry, now).await?.entry();
    let donation = rows::insert_donation(tx, gift, &entropy.reference(), amount, now).await?;
    let counted = rows::Counted { amount, entry, donation, agreed_by: second, bank_line };
    if rows::set_counted(tx, gift, &counted, now).await? { Ok(()) } else { Err(HandError::MovedOn) }
}

/// The gift of that number that came in by hand.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Offline>> {
    rows::find(tx, number).await
}

/// Up to `limit` expected gifts of which the bank gets exactly `net`, dated between two days, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn expected_of(tx: &mut Tx, net: Money, (from, to): (Day, Day), limit: i64) -> sqlx::Result<Vec<Offline>> {
    rows::expected_of(tx, net, from, to, limit).await
}

/// How a gift came in, where that was by hand.
///
/// # Errors
/// When the database is gone.
pub async fn of_donation(tx: &mut Tx, id: DonationId) -> sqlx::Result<Option<Offline>> {
    rows::of_donation(tx, id).await
}

/// How each of these gifts came in, where that was by hand; the others are not among them.
///
/// # Errors
/// When the database is gone.
pub async fn kinds_of(tx: &mut Tx, ids: &[DonationId]) -> sqlx::Result<BTreeMap<DonationId, OfflineKind>> {
    Ok(rows::kinds_of(tx, ids).await?.into_iter().collect())
}

/// Up to `limit` of a fund's gifts by hand that were entered before `before`, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, fund: FundId, before: Option<OfflineId>, limit: i64) -> sqlx::Result<Vec<Offline>> {
    rows::list(tx, fund, before.unwrap_or(OfflineId(i64::MAX)), limit).await
}

/// The months in which a gift by hand is dated that waits for a count, a second person or the bank.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_months(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    rows::waiting_months(tx).await
}

/// How many gifts by hand wait for a count, a second person or the bank, and since when the oldest does.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    rows::open(tx).await
}
