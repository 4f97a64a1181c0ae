//! The log of goods: logged, agreed to, given out. What was valued is in the books, on accounts of its own, so that no sum of money moves.

use super::by_hand::HandError;
use super::goods::{Given, Goods, GoodsState, NewGoods};
use super::store::in_kind as rows;
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::{Entropy, FundId, GoodsId, PersonId};
use crate::ledger::{self, Account, Kind, NewEntry, NewPosting, Source, chart};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::seal::Keyring;

/// Goods worth more than that many whole units of money need a second person (screens.md 0.1: the first tier).
const ALONE_UP_TO: i64 = 500;

/// Whether goods of that value need a second person.
pub fn needs_second(value: Option<Money>) -> bool {
    value.is_some_and(|value| value.minor > ALONE_UP_TO.saturating_mul(10_i64.saturating_pow(value.currency.exponent())))
}

/// Logs goods, and gives their number. Valued ones are booked at once, or, where they are worth much, once a second person agrees.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn log(
    tx: &mut Tx,
    fund: FundId,
    new: &NewGoods,
    operation: &Operation,
    actor: Actor,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<String, HandError> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    if let Some(number) = operation::find_result(tx, operation).await? {
        return Ok(number);
    }
    let fund = funds::lock(tx, fund).await?.ok_or(HandError::NotFound)?;
    let number = entropy.gift_number();
    let value = new.value.map(|(value, _)| value);
    let state = if needs_second(value) { GoodsState::Waiting } else { GoodsState::Logged };
    let donor = new.donor.as_deref().map(|donor| keys.seal(entropy, &donor_context(&number), donor.as_bytes()));
    let row = rows::NewRow { number: &number, fund: fund.id, goods: new, currency: fund.currency, donor: donor.as_deref(), state };
    rows::insert(tx, &row, actor.person, now).await?;
    let goods = rows::find(tx, &number).await?.ok_or(sqlx::Error::RowNotFound)?;
    match value.filter(|_| state == GoodsState::Waiting) {
        Some(value) => propose(tx, &goods, value, now).await?,
        None => book(tx, &goods, now).await?,
    }
    audit::write(tx, Some(actor.person), "goods_logged", &subject(&goods), state.as_str(), now).await?;
    operation::done(tx, operation, &number, now).await?;
    Ok(number)
}

/// Asks others to agree to what goods are worth.
async fn propose(tx: &mut Tx, goods: &Goods, value: Money, now: Instant) -> Result<(), HandError> {
    let how = goods.valued_how.map(|how| how.to_string()).unwrap_or_default();
    let proposal = NewProposal {
        subject: Subject::Goods,
        subject_id: goods.number.clone(),
        fund: goods.fund_id,
        // No money moves, so no tier asks for more than a second person.
        amount: None,
        payee: None,
        payload: format!(
            "number: {}\nwhat: {}\nquantity: {} {}\nuse: {}\nvalue: {}\nvalued: {how}\nreceived: {}",
            goods.number,
            goods.what,
            goods.quantity,
            goods.unit,
            goods.category,
            value.for_people(),
            goods.received_on
        ),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    approvals::propose(tx, goods.recorded_by, &proposal, now).await?;
    Ok(())
}

/// Books goods at the value that others just agreed to, in the transaction of the last signature.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn carry_out(tx: &mut Tx, person: PersonId, proposal: &Proposal, now: Instant) -> Result<(), HandError> {
    let goods = locked(tx, &proposal.subject_id).await?;
    if !rows::set_agreed(tx, goods.id, person, now).await? {
        return Err(HandError::MovedOn);
    }
    book(tx, &goods, now).await?;
    Ok(audit::write(tx, Some(person), "goods_agreed", &subject(&goods), "", now).await?)
}

/// What others are asked about goods, or were.
///
/// # Errors
/// When the database is gone.
pub async fn proposal(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Proposal>> {
    approvals::latest(tx, Subject::Goods, number).await
}

/// Notes that so many of them were given out on a day.
///
/// # Errors
/// [`HandError`], with nothing written; never more than there are.
pub async fn give_out(
    tx: &mut Tx,
    number: &str,
    (quantity, on): (i64, Day),
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), HandError> {
    hand_out(tx, number, &Given { quantity, given_on: on, passed_to: None }, operation, actor, now).await
}

/// Notes that so many of them were passed on to a group at the end, as the charter names it.
///
/// # Errors
/// As [`give_out`].
pub async fn pass_on(
    tx: &mut Tx,
    number: &str,
    (quantity, on, group): (i64, Day, &str),
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), HandError> {
    hand_out(tx, number, &Given { quantity, given_on: on, passed_to: Some(group.to_owned()) }, operation, actor, now).await
}

async fn hand_out(tx: &mut Tx, number: &str, given: &Given, operation: &Operation, actor: Actor, now: Instant) -> Result<(), HandError> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let goods = locked(tx, number).await?;
    let quantity = given.quantity;
    if quantity < 1 || !rows::raise_given(tx, goods.id, quantity).await? {
        return Err(HandError::OnlyLeft(goods.left()));
    }
    if given.given_on < goods.received_on {
        return Err(HandError::Day);
    }
    rows::insert_given(tx, goods.id, given, actor.person, now).await?;
    audit::write(tx, Some(actor.person), "goods_given", &subject(&goods), &quantity.to_string(), now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// The goods of that number.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Goods>> {
    rows::find(tx, number).await
}

/// Up to `limit` goods of a fund that were logged before `before`, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, fund: FundId, before: Option<GoodsId>, limit: i64) -> sqlx::Result<Vec<Goods>> {
    rows::list(tx, fund, before.unwrap_or(GoodsId(i64::MAX)), limit).await
}

/// When some of them were given out, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn given_of(tx: &mut Tx, goods: GoodsId) -> sqlx::Result<Vec<Given>> {
    rows::given_of(tx, goods).await
}

/// The promised uses: the last word of each account under `expenses:program:`.
///
/// # Errors
/// When the database is gone.
pub async fn uses(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    let mut accounts = ledger::accounts(tx).await?;
    accounts.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(accounts.iter().filter_map(|account| ledger::program_category(&account.path)).map(str::to_owned).collect())
}

/// Locks the fund of the goods, then reads them.
async fn locked(tx: &mut Tx, number: &str) -> Result<Goods, HandError> {
    let goods = rows::find(tx, number).await?.ok_or(HandError::NotFound)?;
    let _: Fund = funds::lock(tx, goods.fund_id).await?.ok_or(HandError::NotFound)?;
    rows::find(tx, number).await?.ok_or(HandError::NotFound)
}

/// What valued goods do to the books: the same sum on both sides, on accounts that hold no money.
async fn book(tx: &mut Tx, goods: &Goods, now: Instant) -> Result<(), HandError> {
    let Some(value) = goods.value() else { return Ok(()) };
    let path = format!("{}{}", chart::GOODS, goods.category);
    ledger::open_account(tx, &Account::new("5200", &path, Kind::Expense, false)).await?;
    let entry = NewEntry {
        source: Source::Gift,
        source_id: goods.number.clone(),
        kind: "in_kind",
        effective_on: goods.received_on,
        memo: None,
        actor: Some(goods.recorded_by.to_string()),
        reverses: None,
        postings: vec![
            NewPosting::of_fund(path, goods.fund_id, value),
            NewPosting::of_fund(chart::IN_KIND, goods.fund_id, Money::new(-value.minor, value.currency)),
        ],
    };
    ledger::post(tx, &entry, now).await?;
    Ok(())
}

fn subject(goods: &Goods) -> String {
    format!("goods {}", goods.number)
}

/// What the sealed donor of goods is bound to.
fn donor_context(number: &str) -> String {
    format!("goods.donor/{number}")
}
