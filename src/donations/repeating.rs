//! Gifts that repeat: begun, followed by Stripe's word, and decided to stop. Not here: asking Stripe to stop one (`stopping`), stopping all of a
//! fund's (`ending`), the mails (`repeat_mail`); each payment is a gift of its own (`settle`).

use super::by_hand::{self, HandError};
use super::repeat::{Repeat, RepeatState, StopBy, Tells};
use super::store::{self, repeats as rows};
use super::{Donation, State};
use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::funds;
use crate::ids::{DonationId, FundId, PersonId, RepeatId};
use crate::payments::Payments;
use crate::payments::checkout::Session;
use crate::payments::object::ObjectState;
use crate::payments::sync::SyncError;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::transact;

/// How many gifts are asked about in one day: the books must not wait for long.
const A_DAY: i64 = 200;

/// The donor came back from a page that begins a gift which repeats: what it began is noted, whichever notice comes first.
///
/// # Errors
/// When the database is gone.
pub async fn began(tx: &mut Tx, donation: &Donation, session: &Session, now: Instant) -> sqlx::Result<()> {
    let Some(subscription) = session.subscription.as_deref().filter(|_| session.is_recurring) else { return Ok(()) };
    let amount = session.amount.map(|amount| (amount.minor, amount.currency));
    let asked = donation.asked_minor.map(|minor| (minor, donation.currency));
    let Some(amount) = amount.or(asked) else { return Ok(()) };
    let mut repeat = begin(tx, subscription, (Some(donation), donation.fund_id), amount, now).await?;
    if session.is_paid() && repeat.state == RepeatState::Waiting {
        repeat.state = RepeatState::Active;
    }
    rows::save_facts(tx, &repeat, session.customer.as_deref()).await?;
    stop_if_over(tx, &repeat, now).await
}

/// The gift of a subscription, made where nobody knew of it.
async fn begin(
    tx: &mut Tx,
    subscription: &str,
    (donation, fund): (Option<&Donation>, FundId),
    (amount_minor, currency): (i64, crate::money::Currency),
    now: Instant,
) -> sqlx::Result<Repeat> {
    if let Some(known) = rows::find_by_subscription(tx, subscription).await? {
        return Ok(known);
    }
    // Whoever copies our metadata at Stripe makes a second gift that repeats, and not a second beginning of the first.
    let mut first = donation;
    if let Some(donation) = donation
        && rows::begun_with(tx, donation.id).await?.is_some()
    {
        first = None;
    }
    let new = rows::NewRepeat {
        fund_id: fund,
        donation_id: first.map(|donation| donation.id),
        subscription_id: subscription,
        every: first.and_then(|donation| donation.repeats),
        amount_minor,
        currency,
    };
    rows::insert(tx, &new, now).await?;
    if let Some(donation) = first {
        rows::tie_first(tx, donation, subscription).await?;
    }
    rows::adopt(tx, subscription).await?;
    // Whose lines came first were booked as nobody's, and nobody got their receipts.
    rows::owe_letters(tx, subscription).await?;
    rows::find_by_subscription(tx, subscription).await?.ok_or(sqlx::Error::RowNotFound)
}

/// Takes up what Stripe says of a subscription now. One that is not for a fund of ours is left alone; one that has stopped stays so, whatever
/// a late notice says.
///
/// # Errors
/// When the database is gone.
pub async fn hear(tx: &mut Tx, said: &ObjectState, now: Instant) -> sqlx::Result<()> {
    let known = rows::find_by_subscription(tx, &said.id).await?;
    let was_known = known.is_some();
    let before = match known {
        Some(known) => known,
        None => match whose(tx, said).await? {
            Some((donation, fund)) => {
                let amount = said.amount_minor.zip(said.currency);
                let asked = donation.as_ref().and_then(|donation| Some((donation.asked_minor?, donation.currency)));
                let Some(amount) = amount.or(asked) else { return Ok(()) };
                begin(tx, &said.id, (donation.as_ref(), fund), amount, now).await?
            }
            None => return Ok(()),
        },
    };
    if before.state == RepeatState::Stopped {
        return Ok(());
    }
    let mut repeat = before.clone();
    // A word we do not know tells nothing; whatever it means, it can be stopped.
    repeat.state = RepeatState::of_stripe(&said.status).unwrap_or(before.state);
    let due = said.due_at.map(Instant::from_unix_secs);
    repeat.next_at = due.filter(|_| matches!(repeat.state, RepeatState::Active | RepeatState::PastDue));
    repeat.ends_at = due.filter(|_| said.reason.as_deref() == Some("cancel_at_period_end"));
    if let Some((minor, currency)) = said.amount_minor.zip(said.currency) {
        (repeat.amount_minor, repeat.currency) = (minor, currency);
    }
    if repeat.state == RepeatState::Active {
        (repeat.failed_invoice, repeat.failed_at, repeat.next_try_at) = (None, None, None);
    }
    repeat.tells = None;
    if repeat.state == RepeatState::Stopped {
        (repeat.stopped_at, repeat.next_at, repeat.ends_at, repeat.next_try_at) = (Some(now), None, None, None);
        // Whoever never paid is not told that nothing more will be charged.
        let ran = if was_known { before.state != RepeatState::Waiting } else { has_paid(tx, &before).await? };
        repeat.tells = (ran || before.stop_by.is_some()).then_some(Tells::Stopped);
    }
    rows::save_facts(tx, &repeat, said.parent_id.as_deref()).await?;
    stop_if_over(tx, &repeat, now).await
}

/// The gift and the fund that a subscription names in our metadata; None: neither is known here.
async fn whose(tx: &mut Tx, said: &ObjectState) -> sqlx::Result<Option<(Option<Donation>, FundId)>> {
    if let Some(reference) = said.donation_ref.as_deref()
        && let Some(donation) = store::find_by_ref(tx, reference).await?
    {
        let fund = donation.fund_id;
        return Ok(Some((Some(donation), fund)));
    }
    let Some(reference) = said.fund_ref.as_deref() else { return Ok(None) };
    Ok(funds::find_by_ref(tx, reference).await?.map(|fund| (None, fund.id)))
}

async fn has_paid(tx: &mut Tx, repeat: &Repeat) -> sqlx::Result<bool> {
    let Some(first) = repeat.donation_id else { return Ok(false) };
    Ok(store::find(tx, first).await?.is_some_and(|first| first.state == State::Paid))
}

/// A fund that winds down takes no more: whatever is alive of it is to stop, however late we hear of it.
async fn stop_if_over(tx: &mut Tx, repeat: &Repeat, now: Instant) -> sqlx::Result<()> {
    if repeat.state == RepeatState::Stopped || repeat.stop_by.is_some() {
        return Ok(());
    }
    let is_over = funds::find(tx, repeat.fund_id).await?.is_some_and(|fund| fund.state.is_over());
    if is_over {
        rows::ask_stop(tx, repeat.id, StopBy::WindingDown, None, now).await?;
    }
    Ok(())
}

/// Takes up what Stripe says of one turn: paid, or not and when it is tried again.
///
/// # Errors
/// When the database is gone.
pub async fn hear_of_turn(tx: &mut Tx, invoice: &ObjectState, now: Instant) -> sqlx::Result<()> {
    let Some(subscription) = invoice.parent_id.as_deref() else { return Ok(()) };
    let Some(mut repeat) = rows::find_by_subscription(tx, subscription).await? else { return Ok(()) };
    if repeat.state == RepeatState::Stopped {
        return Ok(());
    }
    repeat.tells = None;
    let is_failed = repeat.failed_invoice.as_deref() == Some(&*invoice.id);
    match invoice.status.as_str() {
        "paid" => {
            repeat.paid_invoice = Some(invoice.id.clone());
            if is_failed {
                (repeat.failed_invoice, repeat.failed_at, repeat.next_try_at) = (None, None, None);
            }
        }
        // A notice of a failure that comes after the payment it was followed by, or before the first payment, which its page tells of.
        "open" if repeat.paid_invoice.as_deref() == Some(&*invoice.id) || repeat.state == RepeatState::Waiting => return Ok(()),
        "open" => {
            let next = invoice.due_at.map(Instant::from_unix_secs);
            if is_failed && repeat.next_try_at == next {
                return Ok(());
            }
            (repeat.failed_invoice, repeat.failed_at, repeat.next_try_at) = (Some(invoice.id.clone()), Some(now), next);
            repeat.tells = Some(Tells::Failed);
        }
        "void" | "uncollectible" if is_failed => repeat.next_try_at = None,
        _ => return Ok(()),
    }
    rows::save_facts(tx, &repeat, None).await
}

/// Asks Stripe about the turns of gifts that are behind in payment and of which no notice told (stripe.md §6.6); how many of them it told of.
///
/// # Errors
/// When Stripe cannot be reached or the database fails; what was learned before stays.
pub async fn find_unheard(payments: &Payments, db: &Db, clock: &Clock) -> Result<usize, SyncError> {
    let behind = rows::behind_unheard(&mut db.begin_read().await?, A_DAY).await?;
    let mut found = 0;
    for repeat in behind {
        let now = clock.now();
        let (bills, _) = payments.gateway().open_bills(Some(&repeat.subscription_id), None, now).await?;
        for bill in &bills {
            let heard: sqlx::Result<()> = transact!(db, tx => hear_of_turn(tx, bill, now).await);
            heard?;
        }
        found += bills.len();
    }
    Ok(found)
}

/// The gift that repeats of which this one is a payment, or the beginning.
///
/// # Errors
/// When the database is gone.
pub async fn of_gift(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Option<Repeat>> {
    match rows::begun_with(tx, gift).await? {
        Some(repeat) => Ok(Some(repeat)),
        None => rows::of_turn(tx, gift).await,
    }
}

/// How many of its payments arrived.
///
/// # Errors
/// When the database is gone.
pub async fn count_turns(tx: &mut Tx, repeat: &Repeat) -> sqlx::Result<i64> {
    rows::count_turns(tx, &repeat.subscription_id).await
}

/// The newest gifts that repeat, at most `limit`, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, before: Option<RepeatId>, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    rows::list(tx, before.unwrap_or(RepeatId(i64::MAX)), limit).await
}

/// Those of a fund that Stripe may still charge, at most `limit`, the oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn alive(tx: &mut Tx, fund: FundId, after: Option<RepeatId>, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    rows::alive(tx, fund, after.unwrap_or(RepeatId(0)), limit).await
}

/// The donor wants it to stop. Decided here, done by Stripe (`stopping`); twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn stop_by_donor(tx: &mut Tx, repeat: &Repeat, now: Instant) -> sqlx::Result<bool> {
    let decided = rows::ask_stop(tx, repeat.id, StopBy::Donor, None, now).await?;
    if decided {
        audit::write(tx, None, "repeat_stop_by_donor", &subject(repeat), "", now).await?;
    }
    Ok(decided)
}

/// A treasurer wants the gift to stop that `number` is a payment of. Decided here, done by Stripe (`stopping`).
///
/// # Errors
/// [`HandError`], with nothing written; [`HandError::MovedOn`] where it is to stop already.
pub async fn stop(tx: &mut Tx, number: &str, operation: &Operation, actor: Actor, now: Instant) -> Result<(), HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let gift = store::listing::find_by_number(tx, number).await?.ok_or(HandError::NotFound)?;
    let repeat = of_gift(tx, gift.id).await?.ok_or(HandError::NotFound)?;
    if !rows::ask_stop(tx, repeat.id, StopBy::Treasurer, Some(actor.person), now).await? {
        return Err(HandError::MovedOn);
    }
    audit::write(tx, Some(actor.person), "repeat_stop_asked", &subject(&repeat), "", now).await?;
    Ok(operation::done(tx, operation, number, now).await?)
}

/// A treasurer gives a gift's money back and wants no more of it: the gift that repeats stops as well, where it runs and nobody stopped it yet.
pub(super) async fn stop_of(tx: &mut Tx, gift: DonationId, treasurer: PersonId, now: Instant) -> sqlx::Result<()> {
    let Some(repeat) = of_gift(tx, gift).await? else { return Ok(()) };
    if rows::ask_stop(tx, repeat.id, StopBy::Treasurer, Some(treasurer), now).await? {
        audit::write(tx, Some(treasurer), "repeat_stop_asked", &subject(&repeat), "", now).await?;
    }
    Ok(())
}

/// The donor's bank took a payment back: whoever disputes a gift wants no more of it, and is charged no more.
///
/// # Errors
/// When the database is gone.
pub async fn stop_disputed(tx: &mut Tx, charge_id: &str, now: Instant) -> sqlx::Result<()> {
    let Some(gift) = store::find_by_charge(tx, charge_id).await? else { return Ok(()) };
    let Some(repeat) = of_gift(tx, gift.id).await? else { return Ok(()) };
    if rows::ask_stop(tx, repeat.id, StopBy::Bank, None, now).await? {
        audit::write(tx, None, "repeat_stop_by_bank", &subject(&repeat), "", now).await?;
    }
    Ok(())
}

/// Whether a turn was charged after it was decided that its gift stops: nobody wanted it any more.
///
/// # Errors
/// When the database is gone.
pub async fn is_after_stop(tx: &mut Tx, subscription: &str, charged_at: Instant) -> sqlx::Result<bool> {
    let repeat = rows::find_by_subscription(tx, subscription).await?;
    Ok(repeat.and_then(|repeat| repeat.stop_asked_at).is_some_and(|asked_at| asked_at < charged_at))
}

/// What stands for it in the log of acts: the number of the gift it began with.
fn subject(repeat: &Repeat) -> String {
    repeat.number.as_deref().map_or_else(|| format!("repeat {}", repeat.id), by_hand::subject)
}

/// How many are behind in payment, of those that nobody stopped, `most` at the most, and since when the first of them is.
///
/// # Errors
/// When the database is gone.
pub async fn count_behind(tx: &mut Tx, most: i64) -> sqlx::Result<(i64, Option<Instant>)> {
    rows::count_behind(tx, most).await
}
