//! What deliveries say that is not money: how far a gift has come, what Stripe's objects are now. Never touches the books.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::BookingError;
use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::donations::letters::{self, Pen};
use crate::donations::{self, Donation, Progress, State, repeating};
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::checkout::Session;
use crate::payments::delivery::Delivery;
use crate::payments::notice::{Decline, Intent, IntentNews, Notice, SessionNews, Unread};
use crate::payments::object::{ObjectKind, ObjectState};
use crate::payments::sync::SyncError;
use crate::payments::{self, GatewayError, Payments};
use crate::transact;

/// How many deliveries one transaction reads.
const BATCH: i64 = 100;
/// How many of them one call makes, so that a surge of deliveries never keeps the books waiting.
const BATCHES: usize = 10;
/// The reason of a delivery about something that is ours and not here yet.
const NOT_SEEN_YET: &str = "not seen yet";
/// The reason of a delivery whose object Stripe did not give.
const NOT_FETCHED: &str = "Stripe did not tell";

/// A delivery and what it was found to say; None where its body was cleared after it was done.
type Reading<'a> = (&'a Delivery, Option<Result<Notice, Unread>>);
/// What Stripe said of the objects that a batch asks for; None where it did not answer.
type Fetched = HashMap<(ObjectKind, String), Option<Vec<ObjectState>>>;

/// Reads the deliveries that are due, the oldest first, and acts on them; what cannot be read is parked with its reason. Gives how many it looked at.
/// Donors are written in the same transaction, and then those who are owed a mail.
///
/// # Errors
/// When the database fails; a batch is done or not done as a whole.
pub async fn interpret(payments: &Payments, db: &Db, clock: &Clock, pen: Pen<'_>) -> Result<u64, BookingError> {
    let mut total = 0;
    for _ in 0..BATCHES {
        let now = clock.now();
        let waiting = {
            let tx = &mut db.begin_read().await?;
            payments::waiting_deliveries(tx, now, BATCH).await?
        };
        if waiting.is_empty() {
            break;
        }
        let readings: Vec<Reading<'_>> = waiting.iter().map(|delivery| (delivery, payments.read_delivery(delivery))).collect();
        let fetched = fetch_all(payments, &readings).await;
        let done: Result<(), BookingError> = transact!(db, tx => act_on_all(tx, &readings, &fetched, pen, now).await);
        done?;
        total += waiting.len() as u64;
    }
    letters::write_owed(db, pen, clock).await?;
    Ok(total)
}

/// Asks Stripe once for each object of a batch, before any transaction is open. Once it cannot be reached nothing more is asked:
/// these deliveries wait, and what needs no answer goes on.
async fn fetch_all(payments: &Payments, readings: &[Reading<'_>]) -> Fetched {
    let mut fetched = Fetched::new();
    let mut away = false;
    for (_, reading) in readings {
        let Some(Ok(Notice::Fetch { object, id })) = reading else { continue };
        let Entry::Vacant(unasked) = fetched.entry((*object, id.clone())) else { continue };
        let states = if away { None } else { Some(payments.fetch(*object, id).await) };
        if let Some(Err(error)) = &states {
            away = matches!(error, SyncError::Gateway(GatewayError::Unreachable { .. }));
            tracing::warn!(%error, "an object could not be asked for");
        }
        unasked.insert(states.and_then(Result::ok));
    }
    fetched
}

async fn act_on_all(tx: &mut Tx, readings: &[Reading<'_>], fetched: &Fetched, pen: Pen<'_>, now: Instant) -> Result<(), BookingError> {
    let mut done = Vec::with_capacity(readings.len());
    for (delivery, reading) in readings {
        let parked = match reading {
            None => None,
            Some(Ok(Notice::Declined(decline))) => {
                act_on_decline(tx, decline, delivery.created.map_or(now, Instant::from_unix_secs)).await?;
                None
            }
            Some(Ok(notice)) => act(tx, notice, fetched, pen, now).await?.map(str::to_owned),
            Some(Err(unread)) => Some(unread.to_string()),
        };
        match parked {
            None => done.push(delivery.id),
            Some(reason) => payments::park_delivery(tx, delivery, &reason, now).await?,
        }
    }
    payments::deliveries_done(tx, &done, now).await?;
    Ok(())
}

/// Acts on one notice; Some is the reason why it must wait.
async fn act(tx: &mut Tx, notice: &Notice, fetched: &Fetched, pen: Pen<'_>, now: Instant) -> sqlx::Result<Option<&'static str>> {
    match notice {
        Notice::Wake | Notice::Unused | Notice::Declined(_) => Ok(None),
        Notice::Session { session, news } => act_on_session(tx, session, *news, pen, now).await,
        Notice::Intent(intent) => act_on_intent(tx, intent, pen, now).await,
        Notice::Keep(state) => {
            if payments::keep_object(tx, state).await? {
                tell(tx, state, now).await?;
            }
            Ok(None)
        }
        Notice::Fetch { object, id } => {
            let Some(Some(states)) = fetched.get(&(*object, id.clone())) else { return Ok(Some(NOT_FETCHED)) };
            for state in states {
                tell(tx, state, now).await?;
            }
            Ok(None)
        }
    }
}

async fn act_on_session(
    tx: &mut Tx,
    session: &Session,
    news: SessionNews,
    pen: Pen<'_>,
    now: Instant,
) -> sqlx::Result<Option<&'static str>> {
    let state = match news {
        SessionNews::Completed if session.is_paid() => State::Paid,
        // A delayed method: the donor is done, the money is not here. Booking or thanking now would be a lie.
        SessionNews::Completed => State::Waiting,
        SessionNews::Succeeded => State::Paid,
        SessionNews::Failed => State::Failed,
        SessionNews::Expired => State::Expired,
    };
    let reference = session.references.donation.as_deref().or(session.client_reference.as_deref());
    let progress = Progress {
        reference,
        session_id: Some(&session.id),
        payment_intent: session.payment_intent.as_deref(),
        subscription_id: session.subscription.as_deref(),
        state: Some(state),
        decline_code: None,
        at: Some(now),
    };
    match donations::progress(tx, &progress).await? {
        Some(donation) => {
            write_to_donor(tx, &donation, state, pen, now).await?;
            repeating::began(tx, &donation, session, now).await?;
            if differs(&donation, session) {
                alert::raise(tx, AlertKind::SessionDiffers, &session.id, &Said::new("page-differs"), now).await?;
            }
            Ok(None)
        }
        // Made elsewhere in the account: nothing of ours to move. With our metadata it is ours, and will be here.
        None => Ok(session.references.donation.is_some().then_some(NOT_SEEN_YET)),
    }
}

/// Writes to the donor whose bank answered late: a debit that was booked and has now succeeded, or a payment that failed. `before` is the
/// gift as it was until this notice.
async fn write_to_donor(tx: &mut Tx, before: &Donation, state: State, pen: Pen<'_>, now: Instant) -> sqlx::Result<()> {
    if !before.state.moves_to(state) {
        return Ok(());
    }
    match (state, &before.charge_id) {
        (State::Paid, Some(charge_id)) => letters::arrived(tx, pen, &[charge_id], now).await,
        (State::Failed, _) => letters::failed(tx, pen, before, now).await,
        _ => Ok(()),
    }
}

/// Whether a session asked for another amount or currency than its gift was pledged with.
fn differs(donation: &Donation, session: &Session) -> bool {
    let (Some(asked), Some(amount)) = (donation.asked_minor, session.amount) else { return false };
    asked != amount.minor || donation.currency != amount.currency
}

async fn act_on_intent(tx: &mut Tx, intent: &Intent, pen: Pen<'_>, now: Instant) -> sqlx::Result<Option<&'static str>> {
    let state = match intent.news {
        IntentNews::Processing => State::Waiting,
        IntentNews::Succeeded => State::Paid,
        IntentNews::Canceled => State::Expired,
    };
    let reference = intent.references.donation.as_deref();
    let progress = Progress { reference, payment_intent: Some(&intent.id), state: Some(state), at: Some(now), ..Progress::default() };
    let found = donations::progress(tx, &progress).await?;
    if let Some(donation) = &found {
        write_to_donor(tx, donation, state, pen, now).await?;
    }
    Ok((found.is_none() && reference.is_some()).then_some(NOT_SEEN_YET))
}

/// Notes a refused card, at the time that Stripe names: what comes late is no attack of today.
async fn act_on_decline(tx: &mut Tx, decline: &Decline, at: Instant) -> sqlx::Result<()> {
    let progress = Progress {
        reference: decline.references.donation.as_deref(),
        payment_intent: decline.payment_intent.as_deref(),
        decline_code: decline.reason.as_deref(),
        ..Progress::default()
    };
    // Several on one payment are normal, and the page stays open: the state does not move.
    donations::progress(tx, &progress).await?;
    match decline.charge_id.as_deref().or(decline.payment_intent.as_deref()) {
        Some(id) => donations::slowing::refused(tx, id, &progress, at).await,
        None => Ok(()),
    }
}

/// Moves the gift that repeats which an object is about; tells a person where an object's state needs one, and takes the alert back where it does
/// not any more.
pub(super) async fn tell(tx: &mut Tx, state: &ObjectState, now: Instant) -> sqlx::Result<()> {
    match state.object {
        ObjectKind::Subscription => repeating::hear(tx, state, now).await?,
        ObjectKind::Invoice => repeating::hear_of_turn(tx, state, now).await?,
        _ => {}
    }
    let Some((kind, stands, key)) = call_for_a_person(state) else { return Ok(()) };
    if stands {
        alert::raise(tx, kind, &state.id, &Said::new(key), now).await?;
    } else {
        alert::clear(tx, kind, &state.id, now).await?;
    }
    Ok(())
}

/// Which alert an object can raise, whether it stands now, and the key of what it says.
fn call_for_a_person(state: &ObjectState) -> Option<(AlertKind, bool, &'static str)> {
    let status = state.status.as_str();
    match state.object {
        ObjectKind::Dispute => {
            let open = matches!(status, "needs_response" | "warning_needs_response" | "appeal_needs_response");
            Some((AlertKind::DisputeOpen, open, "dispute-open"))
        }
        ObjectKind::Payout => Some((AlertKind::PayoutFailed, status == "failed", "payout-failed")),
        ObjectKind::Refund => Some((AlertKind::RefundFailed, status == "failed", "refund-failed")),
        ObjectKind::FraudWarning => Some((AlertKind::FraudWarning, status == "actionable", "fraud-warning")),
        ObjectKind::Review => Some((AlertKind::FraudWarning, status == "open", "review")),
        ObjectKind::Account => Some((AlertKind::AccountRestricted, status == "restricted", "account-restricted")),
        ObjectKind::Subscription | ObjectKind::Invoice | ObjectKind::InvoicePayment | ObjectKind::Intent | ObjectKind::Customer => None,
    }
}
