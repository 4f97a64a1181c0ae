//! The states of Stripe's objects looked at again, at start and once a day: what no notice told is found, kept, and told to a person
//! as the notice would have (stripe.md §6.5, §6.6). Never touches the books.

use super::BookingError;
use super::notices::tell;
use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::daily::{self, DailyList};
use crate::payments::object::{ObjectKind, ObjectState};
use crate::payments::{self, GatewayError, Payments};
use crate::transact;

/// What is looked at, the most pressing first.
const KINDS: [ObjectKind; 7] = [
    ObjectKind::Dispute,
    ObjectKind::FraudWarning,
    ObjectKind::Account,
    ObjectKind::Refund,
    ObjectKind::Payout,
    ObjectKind::Review,
    ObjectKind::Subscription,
];
/// How many objects of a kind are asked about by id in one day, the longest unasked first: the books must not wait for long.
const A_DAY: i64 = 200;
/// How many of them are kept in one transaction.
const AT_ONCE: usize = 20;

/// What [`look_again`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookedAgain {
    /// Objects of the daily lists.
    pub listed: u64,
    /// Objects asked about by id, for they may have moved and no list told of them.
    pub asked: u64,
}

/// Reads the lists of disputes, early fraud warnings and running gifts, and asks about everything else that may still move.
///
/// # Errors
/// When Stripe cannot be reached or the database fails. What one kind lacks (a right, a readable answer) does not hold up the others.
pub async fn look_again(payments: &Payments, db: &Db, clock: &Clock) -> Result<LookedAgain, BookingError> {
    let mut found = LookedAgain::default();
    for kind in KINDS {
        let looked = look_at(payments, db, clock, kind, &mut found).await;
        match looked {
            Ok(()) => drop(alert::clear_alone(db, AlertKind::RightMissing, kind.as_str(), clock.now()).await?),
            Err(BookingError::Stripe(error)) if !matches!(error, GatewayError::Unreachable { .. }) => {
                tracing::warn!(%error, %kind, "what no notice told could not be looked for");
                if matches!(error, GatewayError::RightMissing { .. }) {
                    let said = Said::new("right-missing").because(&error);
                    alert::raise_alone(db, AlertKind::RightMissing, kind.as_str(), &said, clock.now()).await?;
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn look_at(payments: &Payments, db: &Db, clock: &Clock, kind: ObjectKind, found: &mut LookedAgain) -> Result<(), BookingError> {
    let started = clock.now();
    if kind == ObjectKind::Account {
        let state = payments.gateway().object(kind, "", started).await?;
        return keep(db, &[state], started).await;
    }
    if let Some(list) = DailyList::of(kind) {
        found.listed += read_list(payments, db, clock, list).await?;
    }
    found.asked += ask_by_id(payments, db, clock, kind, started).await?;
    Ok(())
}

/// Reads one list to its end. Its place is only moved when every element could be read, so that none is passed over for good.
async fn read_list(payments: &Payments, db: &Db, clock: &Clock, list: DailyList) -> Result<u64, BookingError> {
    let since = daily::list_from(&mut db.begin_read().await?, list.kind).await?;
    let (mut listed, mut unread, mut newest) = (0, 0, None);
    let mut after = None;
    loop {
        let now = clock.now();
        let page = payments.gateway().listed(list, since, after.as_deref(), now).await?;
        keep(db, &page.states, now).await?;
        listed += page.states.len() as u64;
        unread += page.unread;
        newest = newest.max(page.newest);
        if page.next.is_none() || page.next == after {
            break;
        }
        after = page.next;
    }
    if unread > 0 {
        tracing::error!(kind = %list.kind, unread, "objects at Stripe cannot be read; the list is read from the same place tomorrow");
    } else if let Some(newest) = newest.filter(|_| !list.is_of_the_living) {
        let noted: sqlx::Result<()> = transact!(db, tx => daily::list_read(tx, list.kind, newest).await);
        noted?;
    }
    Ok(listed)
}

/// Asks about what may still move and was in no list today.
async fn ask_by_id(payments: &Payments, db: &Db, clock: &Clock, kind: ObjectKind, started: Instant) -> Result<u64, BookingError> {
    let open = daily::may_move(&mut db.begin_read().await?, kind, started, A_DAY).await?;
    for some in open.chunks(AT_ONCE) {
        let mut states = Vec::with_capacity(some.len());
        for known in some {
            let now = clock.now();
            states.push(match payments.gateway().object(kind, &known.id, now).await {
                // What Stripe does not know any more keeps its last word, and goes behind the others.
                Err(error) if error.is_missing() => ObjectState { updated_at: now, ..known.clone() },
                state => state?,
            });
        }
        keep(db, &states, clock.now()).await?;
    }
    Ok(open.len() as u64)
}

async fn keep(db: &Db, states: &[ObjectState], now: Instant) -> Result<(), BookingError> {
    let kept: sqlx::Result<()> = transact!(db, tx => keep_and_tell(tx, states, now).await);
    Ok(kept?)
}

async fn keep_and_tell(tx: &mut Tx, states: &[ObjectState], now: Instant) -> sqlx::Result<()> {
    payments::store_objects(tx, states).await?;
    for state in states {
        tell(tx, state, now).await?;
    }
    Ok(())
}
