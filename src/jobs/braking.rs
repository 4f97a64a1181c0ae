//! The brake on giving, looked at while nobody gives: it is released by itself, and pages that are open at Stripe are ended while it holds (safety §5).

use tracing::warn;

use super::Jobs;
use crate::donations::{ladder::Rungs, slowing};
use crate::payments::GatewayError;
use crate::{ids, transact};

/// How many pages are ended at a time; what is left is ended at the next look.
const PAGES: i64 = 20;

impl Jobs {
    /// Moves the brake where it belongs, and ends open pages at Stripe while giving is paused.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn brake(&self) -> sqlx::Result<()> {
        let (now, rungs) = (self.clock.now(), Rungs::default());
        if slowing::due(&mut self.db.begin_read().await?, &rungs, now).await?.is_some() {
            let turned: sqlx::Result<_> = transact!(self.db, tx => slowing::turn(tx, &rungs, now).await);
            turned?;
        }
        let open = slowing::to_end(&mut self.db.begin_read().await?, now, PAGES).await?;
        for (gift, session) in open {
            // Ended twice is ended once: the key is the page's own. One that Stripe does not end is over already, and if it was paid, that wins.
            let outcome = self.payments.gateway().expire_session(&session, &ids::sha256_hex(format!("end/{session}"))).await;
            if let Err(error @ GatewayError::Unreachable { .. }) = outcome {
                warn!(%error, "payment pages could not be ended while giving is paused");
                break;
            }
            let ended: sqlx::Result<()> = transact!(self.db, tx => slowing::ended(tx, gift, now).await);
            ended?;
        }
        Ok(())
    }
}
