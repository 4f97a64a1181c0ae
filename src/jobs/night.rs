//! What is done at start and once a night: everything held against Stripe, and what nobody needs any more put away.

use tracing::{error, info, warn};

use super::{JobError, Jobs};
use crate::booking::{self, BookingError};
use crate::clock::Instant;
use crate::payments::health;
use crate::payments::sync::Run;
use crate::{bank, donations, files, people, publication, transact};

/// How long wrong guesses are remembered that nobody followed up, in seconds.
const ATTEMPTS_KEPT_SECS: i64 = 7 * 24 * 3600;
/// How long sessions are kept that nobody uses any more, in seconds.
const SESSIONS_KEPT_SECS: i64 = 30 * 24 * 3600;

impl Jobs {
    /// The night's checks, one after the other; what fails is logged, and the others still run.
    pub async fn night(&self) {
        if self.payments.gateway().is_open() {
            self.hold_against_stripe().await;
        }
        self.look_at_heads().await;
        if let Err(error) = self.tell_donors().await {
            warn!(%error, "donors of a fund that closed could not be told who got what was left");
        }
        self.put_away().await;
    }

    async fn hold_against_stripe(&self) {
        if let Err(error) = self.tie().await {
            error!(%error, "the balance could not be held against Stripe's");
        }
        if let Err(error) = self.reserves().await {
            error!(%error, "the reserve could not be held against its lines");
        }
        if let Err(error) = self.payments.catch_up().await {
            warn!(%error, "events that were never delivered could not be listed");
        }
        self.look_at_endpoint().await;
        match booking::look_again(&self.payments, &self.db, &self.clock).await {
            Ok(found) => info!(found.listed, found.asked, "looked for what no notice told"),
            Err(error) => warn!(%error, "what no notice told could not be looked for"),
        }
        match self.payments.check_payouts().await {
            Ok(found) => info!(found.hold, found.differ, found.waiting, "held payouts against their lines"),
            Err(error) => warn!(%error, "payouts could not be held against their lines"),
        }
        if let Err(error) = donations::repeating::find_unheard(&self.payments, &self.db, &self.clock).await {
            warn!(%error, "gifts that are behind in payment could not be asked about");
        }
        if let Err(error) = booking::finish_unheard(&self.payments, &self.db, &self.clock).await {
            warn!(%error, "gifts whose end nobody told could not be asked about");
        }
    }

    async fn put_away(&self) {
        if let Err(error) = self.bank().await {
            error!(%error, "the bank could not be held against the books");
        }
        let now = self.clock.now();
        let expired: sqlx::Result<u64> = transact!(&self.db, tx => donations::expire(tx, now).await);
        if let Err(error) = expired {
            warn!(%error, "pledges that nobody finished could not be ended");
        }
        match donations::retention::forget(&self.db, &self.keyring, now).await {
            Ok(0) => {}
            Ok(forgotten) => info!(forgotten, "forgot donors whose details nobody needs any more"),
            Err(error) => warn!(%error, "donors whose details nobody needs any more could not be forgotten"),
        }
        if let Err(error) = self.forget_salts(now).await {
            warn!(%error, "what opens gifts of funds that closed long ago could not be destroyed");
        }
        match files::sweep(&self.files, &self.db, now).await {
            Ok(0) => {}
            Ok(swept) => info!(swept, "removed files that no document stands for"),
            Err(error) => warn!(%error, "files that no document stands for could not be removed"),
        }
        let forgotten: sqlx::Result<u64> = transact!(&self.db, tx => {
            let forgotten = async {
                health::forget_lags(tx, now).await?;
                people::forget_attempts(tx, now.plus_secs(-ATTEMPTS_KEPT_SECS)).await?;
                people::device::forget(tx, now.plus_secs(-people::device::REMEMBERED_SECS)).await?;
                people::session::forget(tx, now.plus_secs(-SESSIONS_KEPT_SECS)).await
            };
            forgotten.await
        });
        if let Err(error) = forgotten {
            warn!(%error, "old sessions, wrong guesses and notes could not be forgotten");
        }
        if let Err(error) = self.digest().await {
            warn!(%error, "nobody could be told what waits");
        }
        if let Err(error) = self.payments.clear_old_bodies().await {
            warn!(%error, "bodies of old deliveries could not be cleared");
        }
    }

    /// What opens the amounts of gifts goes with who gave them: nobody is left who could ask for a proof.
    async fn forget_salts(&self, now: Instant) -> sqlx::Result<()> {
        let due = donations::retention::due(&mut self.db.begin_read().await?, now).await?;
        for fund in due {
            loop {
                let some: sqlx::Result<u64> = transact!(self.db, tx => publication::forget_some_of(tx, fund).await);
                if some? == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads everything anew, as a person asked at `asked_at`: the whole list, events that were never delivered, and the tie. What is known
    /// already is booked no second time. What fails is logged and stands as an alert; a person who asks again starts it again.
    pub async fn fetch_all(&self, asked_at: Instant) {
        if let Err(error) = self.round(Run::Full).await {
            error!(%error, "what a person asked to be read anew could not be read to its end");
        }
        if let Err(error) = self.payments.catch_up().await {
            warn!(%error, "events that were never delivered could not be listed");
        }
        if let Err(error) = self.tie().await {
            error!(%error, "the balance could not be held against Stripe's");
        }
        self.look_at_endpoint().await;
        let done: sqlx::Result<()> = transact!(&self.db, tx => health::all_fetched(tx, asked_at).await);
        if let Err(error) = done {
            error!(%error, "it could not be noted that everything was read anew");
        }
    }

    async fn look_at_endpoint(&self) {
        let looked = match self.payments.look_at_endpoint(&self.endpoint).await {
            Ok(state) => state,
            Err(error) => return warn!(%error, "Stripe could not be asked about our endpoint"),
        };
        let now = self.clock.now();
        let noted: sqlx::Result<()> = transact!(&self.db, tx => health::note_endpoint(tx, looked, now).await);
        if let Err(error) = noted {
            warn!(%error, "what Stripe says of our endpoint could not be noted");
        }
    }

    /// Reads Stripe's balance before and after a run until both readings agree, then compares (safety rule ST10).
    ///
    /// # Errors
    /// [`JobError`]; then nothing was compared, and what was noted before stands.
    pub async fn tie(&self) -> Result<(), JobError> {
        for attempt in 0..5 {
            let before = self.payments.gateway().balance().await.map_err(BookingError::from)?;
            // A difference may be an old line that was never listed: look at everything once before alarming.
            self.round(if attempt < 4 { Run::Wake } else { Run::Full }).await?;
            let after = self.payments.gateway().balance().await.map_err(BookingError::from)?;
            if before != after {
                continue;
            }
            let now = self.clock.now();
            let ties: sqlx::Result<Option<Vec<booking::Tie>>> = transact!(&self.db, tx => booking::check_tie(tx, &after.funds, now).await);
            if ties?.is_some_and(|ties| ties.iter().all(booking::Tie::holds)) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Ties payouts that arrived exactly, then holds every bank account against its last statement.
    ///
    /// # Errors
    /// [`booking::bank::BankError`]; then nothing was tied, and what was noted before stands.
    pub async fn bank(&self) -> Result<usize, booking::bank::BankError> {
        let now = self.clock.now();
        transact!(self.db, tx => async {
            let settled = booking::bank::settle_payouts(tx, now).await?;
            booking::bank::check_ties(tx, now).await?;
            bank::forget_uploads(tx, now).await?;
            Ok::<usize, booking::bank::BankError>(settled)
        }.await)
    }

    async fn reserves(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        transact!(&self.db, tx => booking::check_reserves(tx, now).await.map(drop))
    }
}
