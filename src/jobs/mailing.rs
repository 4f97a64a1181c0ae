//! Mail beside the rest of the work: a mail server that takes its time must hold up neither the books nor the end of the program.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::{info, warn};

use super::Jobs;
use crate::mail;

/// How long the end of the program waits for the mail under way; what is cut off then goes again later.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// The round that is under way, if one is.
#[derive(Debug, Default)]
pub(super) struct Mailing(Option<JoinHandle<()>>);

impl Mailing {
    /// Begins a round, unless one is under way. Call it only while the lease is held; a round that outlives the lease does no harm, for
    /// each mail is claimed before it goes.
    pub(super) fn go_on(&mut self, jobs: &Jobs) {
        let idle = self.0.as_ref().is_none_or(JoinHandle::is_finished);
        if idle && jobs.post.has_server() {
            let jobs = jobs.clone();
            self.0 = Some(tokio::spawn(async move { jobs.send_mail().await }));
        }
    }

    /// Waits a little for the round that is under way, and then cuts it off.
    pub(super) async fn end(self) {
        if let Some(mut round) = self.0
            && timeout(LAST_WAIT, &mut round).await.is_err()
        {
            round.abort();
        }
    }
}

impl Jobs {
    /// Sends what is due.
    pub async fn send_mail(&self) {
        match mail::deliver(&self.post, &self.db, &self.clock).await {
            Ok(mail::Round { sent: 0, .. }) => {}
            Ok(round) => info!(round.sent, "mails sent"),
            Err(error) => warn!(%error, "the outbox could not be looked at"),
        }
    }
}
