//! The webhook door: check, seal, store, commit, and only then say yes (stripe.md §3). Not here: what a delivery means.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Instant;
use crate::db::{self, Db};

use super::alert::{self, AlertKind, Said};
use super::delivery::{self, Arrival, DeliveryState, Peek};
use super::notice::{self, Notice};
use super::signature::{self, BadSignature, Secrets};
use super::{Payments, Wakes, store};

/// How many deliveries may wait for the writer; more wait at the door.
const WAITING: usize = 512;
/// How often the writer lets everyone else who is ready go first, before it writes what waits. Deliveries that were read and not yet handed in
/// then share the commit; where nobody is ready it costs nothing.
const TURNS: usize = 3;
/// How long a delivery may wait to be written before it is told to come again, in seconds.
const PATIENCE_SECS: u64 = 10;
/// So many refused signatures within one hour raise an alert.
const BURST: i64 = 20;
const HOUR_SECS: i64 = 3600;

/// Why a delivery was not taken. Stripe sends it again, except where it never will fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing proves that Stripe sent it.
    #[error("{0}")]
    Signature(#[from] BadSignature),
    /// Test money knocks at real books, or real money at practice books.
    #[error("the delivery is of the other mode: livemode {livemode}")]
    Livemode {
        /// What the delivery says.
        livemode: bool,
    },
    /// It could not be made durable now.
    #[error("the delivery could not be stored; it will come again")]
    Unavailable,
}

/// What the door needs between two deliveries.
#[derive(Debug)]
pub(super) struct Door {
    writer: mpsc::Sender<Waiting>,
    refused: Hourly,
    ahead: Hourly,
    other_mode: Hourly,
    /// Whether an alert about signatures may stand; at start one may, from before.
    suspected: AtomicBool,
}

/// A delivery that waits for its commit, and whom to tell.
struct Waiting {
    arrival: Arrival,
    answer: oneshot::Sender<bool>,
}

impl Door {
    /// Opens the door and starts the one task that writes what comes in.
    pub(super) fn open(db: Db, wakes: Wakes) -> Self {
        let (writer, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write_deliveries(db, waiting, wakes));
        let (refused, ahead, other_mode) = (Hourly::default(), Hourly::default(), Hourly::default());
        Self { writer, refused, ahead, other_mode, suspected: AtomicBool::new(true) }
    }
}

impl Payments {
    /// Takes a delivery: when this returns Ok it is checked, sealed and durable, and the jobs are awake.
    ///
    /// `signature` is the one `Stripe-Signature` header, None where there is none or more than one. A caller that goes away
    /// loses only the answer: what was handed to the writer is written.
    ///
    /// # Errors
    /// [`Refused`]: nothing was stored, and the sender must not be told yes.
    pub async fn receive(&self, signature: Option<&[u8]>, body: &[u8]) -> Result<(), Refused> {
        let now = self.clock.now();
        let (gateway, secrets) = (self.gateway(), self.access.secrets());
        // Before somebody says what to hold deliveries against, none is right or wrong: they come again.
        if !gateway.is_open() || secrets.is_empty() {
            return Err(Refused::Unavailable);
        }
        let signed = match signature::verify(&secrets, signature, body, now) {
            Ok(signed) => signed,
            Err(reason) => {
                self.note_refusal(reason, now).await;
                return Err(Refused::Signature(reason));
            }
        };
        self.note_clock(signed.ahead_secs(now), now);
        let peek = Peek::at(body);
        if let Some(livemode) = peek.livemode.filter(|livemode| *livemode != gateway.is_live()) {
            self.note_other_mode(&peek, now).await;
            return Err(Refused::Livemode { livemode });
        }
        self.store_arrival(peek, body, now).await?;
        if self.door.suspected.swap(false, Ordering::Relaxed) {
            self.lift_suspicion(now).await;
        }
        Ok(())
    }

    /// A signature held, so secret and clock are right again.
    async fn lift_suspicion(&self, now: Instant) {
        for kind in [AlertKind::SignaturesRefused, AlertKind::ClockWrong] {
            if let Err(error) = alert::clear_alone(&self.db, kind, "", now).await {
                tracing::warn!(%error, %kind, "an alert could not be cleared");
            }
        }
    }

    async fn store_arrival(&self, peek: Peek, body: &[u8], received_at: Instant) -> Result<(), Refused> {
        let arrival = self.arrival(peek, body, received_at);
        let (answer, answered) = oneshot::channel();
        let stored = async {
            self.door.writer.send(Waiting { arrival, answer }).await.ok()?;
            answered.await.ok()
        };
        match tokio::time::timeout(Duration::from_secs(PATIENCE_SECS), stored).await {
            Ok(Some(true)) => Ok(()),
            Ok(Some(false) | None) | Err(_) => Err(Refused::Unavailable),
        }
    }

    /// What is stored of a delivery. One that only wakes us is done with that: most are, and nobody need open them again.
    pub(super) fn arrival(&self, peek: Peek, body: &[u8], received_at: Instant) -> Arrival {
        let only_wakes = matches!(notice::read(body, received_at), Ok(Notice::Wake | Notice::Unused));
        let state = if only_wakes { DeliveryState::Done } else { DeliveryState::New };
        let body = self.keyring.seal(&self.entropy, &delivery::seal_context(&peek.event_id), body);
        let Peek { event_id, kind, created, .. } = peek;
        Arrival { event_id, kind, created, received_at, seen: 1, body, state }
    }

    async fn note_refusal(&self, reason: BadSignature, now: Instant) {
        metrics::counter!("strikefund_deliveries_refused_total").increment(1);
        tracing::debug!(%reason, "a delivery was refused");
        if self.door.refused.count(now) != BURST {
            return;
        }
        let (kind, said) = match reason {
            BadSignature::TooOld(_) | BadSignature::TooNew(_) => (AlertKind::ClockWrong, Said::new("clock-wrong")),
            _ => (AlertKind::SignaturesRefused, Said::new("signatures-refused")),
        };
        self.raise_aside(kind, "", &said, now).await;
        self.door.suspected.store(true, Ordering::Relaxed);
    }

    async fn note_other_mode(&self, peek: &Peek, now: Instant) {
        tracing::warn!(event = %peek.event_id, "a delivery of the other mode was refused");
        if self.door.other_mode.count(now) == 1 {
            self.raise_aside(AlertKind::OtherMode, "", &Said::new("other-mode"), now).await;
        }
    }

    fn note_clock(&self, ahead_secs: i64, now: Instant) {
        // One second is rounding and travel; more is a clock that differs.
        if ahead_secs > 1 && self.door.ahead.count(now) == 1 {
            tracing::warn!(ahead_secs, "the clock differs from Stripe's");
        }
    }

    /// Raises an alert where failing to do so must not change the answer.
    async fn raise_aside(&self, kind: AlertKind, subject: &str, said: &Said, now: Instant) {
        if let Err(error) = alert::raise_alone(&self.db, kind, subject, said, now).await {
            tracing::error!(%error, %kind, "an alert could not be stored");
        }
    }
}

/// Gathers whatever waits, writes it in one statement, and answers everyone in it; never ends before the door closes.
///
/// Many deliveries share one flush of the disk, and each is durable before it is answered. While one batch is being
/// flushed the next gathers, so the batch grows by itself with the load.
async fn write_deliveries(db: Db, mut waiting: mpsc::Receiver<Waiting>, wakes: Wakes) {
    let mut batch = Vec::with_capacity(store::ARRIVALS_AT_ONCE);
    while let Some(first) = waiting.recv().await {
        batch.push(first);
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        while batch.len() < store::ARRIVALS_AT_ONCE
            && let Ok(more) = waiting.try_recv()
        {
            batch.push(more);
        }
        let (arrivals, answers): (Vec<_>, Vec<_>) = batch.drain(..).map(|one: Waiting| (one.arrival, one.answer)).unzip();
        let count = answers.len() as u64;
        let arrivals = delivery::fold(arrivals);
        // After the disk failed nothing is certain, not even a commit that says yes.
        let outcome = if wakes.has_failed() { Err(sqlx::Error::PoolClosed) } else { store::save_arrivals(&db, &arrivals).await };
        if let Err(error) = &outcome {
            metrics::counter!("strikefund_deliveries_unstored_total").increment(count);
            tracing::error!(%error, count, "deliveries could not be stored; they were told to come again");
            if db::is_disk_failure(error) {
                wakes.fail();
            }
        } else {
            metrics::counter!("strikefund_deliveries_stored_total").increment(count);
            wakes.wake();
        }
        for answer in answers {
            // Whoever went away has lost nothing but this answer.
            let _ = answer.send(outcome.is_ok());
        }
    }
}

/// Counts within an hour, so that what repeats is said once.
#[derive(Debug, Default)]
struct Hourly {
    since: AtomicI64,
    count: AtomicI64,
}

impl Hourly {
    /// Which one this is, from 1, since the hour began. Races may miscount by one; nothing depends on it.
    fn count(&self, now: Instant) -> i64 {
        let now = now.unix_secs();
        if now.saturating_sub(self.since.load(Ordering::Relaxed)) >= HOUR_SECS {
            self.since.store(now, Ordering::Relaxed);
            self.count.store(0, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}

/// Reads the configured secrets: one, or two with a comma between.
///
/// # Errors
/// As [`Secrets::new`].
pub fn read_secrets(text: &str) -> Result<Secrets, String> {
    Secrets::new(text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(SecretString::from).collect())
}
