//! Cash: counted by two people who do not see each other's count, kept in a box, taken to the bank. Not here: cheques and transfers.

use super::by_hand::HandError;
use super::offline::{Count, CountSheet, NewExpected, Offline, OfflineKind, OfflineState};
use super::proof::{Proof, ProofOf};
use super::store::offline as rows;
use super::store::proofs;
use super::{arriving, by_hand};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds;
use crate::ids::{Entropy, EntryId, FundId, PersonId};
use crate::ledger::{self, Account, Kind, NewEntry, NewPosting, Source, chart};
use crate::money::{Currency, Money};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};

/// Who may count.
const COUNTERS: &[Role] = &[Role::Recorder, Role::Approver];
/// A bank that counts otherwise than we did may be off by this share of what was taken there, in percent.
const MISCOUNT_PERCENT: i64 = 5;

/// A bucket before it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Where it was collected; private.
    pub place: String,
    /// The box the money goes into: small letters, digits, hyphens.
    pub cash_box: String,
    /// The day of the count.
    pub counted_on: Day,
    /// The photo of the sheet, where the second counter signed one on paper: an approver must agree in their place. None: they count.
    pub signed: Option<Proof>,
}

/// Whether that can name a cash box.
pub fn is_box_name(name: &str) -> bool {
    (1..=30).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
}

/// Keeps the first count of a bucket, and gives its number. It counts once a second person counted the same.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn begin(
    tx: &mut Tx,
    fund: FundId,
    (bucket, sheet): (&Bucket, &CountSheet),
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<String, HandError> {
    people::require(tx, actor, COUNTERS).await?;
    if let Some(number) = operation::find_result(tx, operation).await? {
        return Ok(number);
    }
    let fund = funds::lock(tx, fund).await?.ok_or(HandError::NotFound)?;
    let account = format!("{}{}", chart::CASH, bucket.cash_box);
    ledger::open_account(tx, &Account::new("1200", &account, Kind::Asset, true)).await?;
    let number = entropy.gift_number();
    let gift = NewExpected {
        kind: OfflineKind::Cash,
        gross: Money::new(sheet.total_minor(), fund.currency),
        fee_minor: 0,
        gifts: 1,
        place: bucket.place.clone(),
        dated_on: bucket.counted_on,
        donor: None,
    };
    let (state, currency) = (OfflineState::Counting, fund.currency);
    let row = rows::NewRow { number: &number, fund: fund.id, state, currency, account: &account, donor: None, gift: &gift };
    rows::insert(tx, &row, actor.person, now).await?;
    let gift = rows::find(tx, &number).await?.ok_or(sqlx::Error::RowNotFound)?;
    rows::insert_count(tx, &gift, actor.person, sheet, now).await?;
    if let Some(proof) = &bucket.signed {
        if !rows::set_signed(tx, &gift, sheet.total_minor()).await? {
            return Err(HandError::MovedOn);
        }
        proofs::keep(tx, (gift.id, ProofOf::Sheet), std::slice::from_ref(proof), actor.person, now).await?;
        propose(tx, &gift, sheet, proof, now).await?;
    }
    audit::write(tx, Some(actor.person), "cash_counted", &by_hand::subject(&number), "first", now).await?;
    operation::done(tx, operation, &number, now).await?;
    Ok(number)
}

/// Keeps one more count. The second person of a round decides it: the same sum is booked, another begins the next round.
///
/// # Errors
/// [`HandError`], with nothing written; nobody counts twice in a round.
pub async fn count(
    tx: &mut Tx,
    number: &str,
    sheet: &CountSheet,
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<Count, HandError> {
    people::require(tx, actor, COUNTERS).await?;
    let gift = by_hand::locked(tx, number).await?;
    let of = |minor| Money::new(minor, gift.currency);
    if let Some(result) = operation::find_result(tx, operation).await? {
        return Ok(read(&result, gift.currency));
    }
    if gift.state != OfflineState::Counting {
        return Err(HandError::MovedOn);
    }
    let counts = rows::counts(tx, gift.id, gift.round).await?;
    if counts.iter().any(|(person, _)| *person == actor.person) {
        return Err(HandError::OwnWork);
    }
    rows::insert_count(tx, &gift, actor.person, sheet, now).await?;
    let outcome = match counts.first() {
        None => Count::First,
        Some((first, total)) if *total == sheet.total_minor() => {
            // Whoever of the two did not enter the bucket is its second person.
            let second = if actor.person == gift.recorded_by { *first } else { actor.person };
            book(tx, &gift, of(*total), second, entropy, now).await?;
            Count::Agrees
        }
        Some((_, total)) => {
            if !rows::next_round(tx, &gift).await? {
                return Err(HandError::MovedOn);
            }
            Count::Differs { first: of(*total), second: of(sheet.total_minor()) }
        }
    };
    let (word, result) = written(outcome);
    audit::write(tx, Some(actor.person), "cash_counted", &by_hand::subject(number), word, now).await?;
    operation::done(tx, operation, &result, now).await?;
    Ok(outcome)
}

/// Asks others to agree to a count on a signed sheet, whose photo is `proof`: one approver more than a count by two, and as many as the tier asks.
async fn propose(tx: &mut Tx, gift: &Offline, sheet: &CountSheet, proof: &Proof, now: Instant) -> Result<(), HandError> {
    let amount = Money::new(sheet.total_minor(), gift.currency);
    let proposal = NewProposal {
        subject: Subject::Cash,
        subject_id: gift.number.clone(),
        fund: gift.fund_id,
        amount: Some(amount),
        payee: None,
        payload: format!(
            "number: {}\namount: {}\nday: {}\nplace: {}\naccount: {}\npieces: {}\nreceipt: {}",
            gift.number,
            amount.for_people(),
            gift.dated_on,
            gift.place,
            gift.account,
            sheet.text(),
            proof.sha256
        ),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    approvals::propose(tx, gift.recorded_by, &proposal, now).await?;
    Ok(())
}

/// Books the signed sheet that others just agreed to, in the transaction of the last signature.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn carry_out(tx: &mut Tx, person: PersonId, proposal: &Proposal, entropy: &Entropy, now: Instant) -> Result<(), HandError> {
    let gift = by_hand::locked(tx, &proposal.subject_id).await?;
    let amount = gift.amount().filter(|_| gift.state == OfflineState::Signed).ok_or(HandError::MovedOn)?;
    book(tx, &gift, amount, person, entropy, now).await?;
    Ok(audit::write(tx, Some(person), "cash_agreed", &by_hand::subject(&gift.number), "", now).await?)
}

/// Leads a signed sheet that somebody did not agree to back to being counted.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal) -> Result<(), HandError> {
    let gift = by_hand::locked(tx, &proposal.subject_id).await?;
    if rows::count_again(tx, &gift).await? { Ok(()) } else { Err(HandError::MovedOn) }
}

/// What others are asked about a signed sheet, or were.
///
/// # Errors
/// When the database is gone.
pub async fn proposal(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Proposal>> {
    approvals::latest(tx, Subject::Cash, number).await
}

async fn book(tx: &mut Tx, gift: &Offline, amount: Money, second: PersonId, entropy: &Entropy, now: Instant) -> Result<(), HandError> {
    let postings = vec![
        NewPosting::pooled(gift.account.clone(), amount),
        NewPosting::of_fund(gift.kind.income(), gift.fund_id, Money::new(-amount.minor, amount.currency)),
    ];
    let arrival = arriving::Arrival { amount, on: gift.dated_on, postings, second: Some(second), bank_line: None };
    arriving::book(tx, gift, arrival, entropy, now).await
}

/// Whether this person has counted in the round that runs.
///
/// # Errors
/// When the database is gone.
pub async fn has_counted(tx: &mut Tx, gift: &Offline, person: PersonId) -> sqlx::Result<bool> {
    Ok(rows::counts(tx, gift.id, gift.round).await?.iter().any(|(counter, _)| *counter == person))
}

/// What two people counted in the round before, where they differed.
///
/// # Errors
/// When the database is gone.
pub async fn last_difference(tx: &mut Tx, gift: &Offline) -> sqlx::Result<Option<(Money, Money)>> {
    let counts = rows::counts(tx, gift.id, gift.round.saturating_sub(1)).await?;
    let money = |(_, minor): &(PersonId, i64)| Money::new(*minor, gift.currency);
    Ok(match counts.as_slice() {
        [first, second] => Some((money(first), money(second))),
        _ => None,
    })
}

/// The outcome as a word of the audit log and as an operation's result.
fn written(outcome: Count) -> (&'static str, String) {
    match outcome {
        Count::First => ("first", "first".to_owned()),
        Count::Agrees => ("agrees", "agrees".to_owned()),
        Count::Differs { first, second } => ("differs", format!("{} {}", first.minor, second.minor)),
    }
}

fn read(result: &str, currency: Currency) -> Count {
    let money = |text: &str| text.parse().ok().map(|minor| Money::new(minor, currency));
    match result.split_once(' ').map(|(first, second)| (money(first), money(second))) {
        Some((Some(first), Some(second))) => Count::Differs { first, second },
        _ if result == "agrees" => Count::Agrees,
        _ => Count::First,
    }
}

/// Cash that goes to the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// The box it is taken from.
    pub cash_box: String,
    /// What was taken.
    pub taken: Money,
    /// What the bank counted.
    pub banked: Money,
    /// When.
    pub on: Day,
}

/// Takes cash to the bank: the bank's count is what counts, and the fund bears a small difference.
///
/// # Errors
/// [`HandError`], with nothing written; a box never gives more than it holds.
pub async fn deposit(
    tx: &mut Tx,
    fund: FundId,
    deposit: &Deposit,
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<EntryId, HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    by_hand::lock_money(tx, fund).await?;
    if let Some(entry) = operation::find_result(tx, operation).await? {
        return Ok(EntryId(entry.parse().map_err(|_| sqlx::Error::RowNotFound)?));
    }
    let Deposit { cash_box, taken, banked, on } = deposit;
    let path = format!("{}{cash_box}", chart::CASH);
    let short = taken.minor.saturating_sub(banked.minor);
    let negative = |money: &Money| Money::new(-money.minor, money.currency);
    let mut postings = vec![NewPosting::pooled(chart::BANK, *banked), NewPosting::pooled(path.clone(), negative(taken))];
    if short != 0 {
        postings.push(NewPosting::of_fund(chart::OVER_SHORT, fund, Money::new(short, taken.currency)));
    }
    let entry = NewEntry {
        source: Source::Gift,
        source_id: operation.id().to_owned(),
        kind: "deposit",
        effective_on: *on,
        memo: None,
        actor: Some(actor.person.to_string()),
        reverses: None,
        postings,
    };
    let held = ledger::balance_of(tx, &path).await?.get(&taken.currency).copied().unwrap_or(0);
    if held < taken.minor {
        return Err(HandError::BoxHolds(Money::new(held.max(0), taken.currency)));
    }
    if short.saturating_abs().saturating_mul(100) > taken.minor.saturating_mul(MISCOUNT_PERCENT) {
        return Err(HandError::TooFarApart);
    }
    let posted = ledger::post(tx, &entry, now).await?.entry();
    audit::write(tx, Some(actor.person), "cash_deposited", &format!("entry {posted}"), &short.to_string(), now).await?;
    operation::done(tx, operation, &posted.to_string(), now).await?;
    Ok(posted)
}

/// What each cash box holds, by name.
///
/// # Errors
/// When the database is gone.
pub async fn boxes(tx: &mut Tx) -> sqlx::Result<Vec<(String, Money)>> {
    let balances = ledger::balances(tx, None).await?;
    Ok(balances.into_iter().filter_map(|balance| Some((balance.path.strip_prefix(chart::CASH)?.to_owned(), balance.amount))).collect())
}
