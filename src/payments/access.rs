//! What opens the way between Stripe and us at this moment: a key and the endpoint's secrets, which an administrator may replace while the
//! program runs. Not here: where they are kept (`keys.rs`).

use std::sync::{Arc, Mutex, RwLock};

use super::keys::Mark;
use super::signature::Secrets;
use super::stripe::Gateway;

/// The key and the secrets in force. Who holds one of them keeps it to the end of what they do with it.
#[derive(Debug)]
pub(super) struct Access {
    gateway: RwLock<Arc<Gateway>>,
    secrets: RwLock<Arc<Secrets>>,
    /// The server's own configuration names the key.
    pub key_is_fixed: bool,
    /// The server's own configuration names the secrets.
    pub secrets_are_fixed: bool,
    /// Which of the kept ones were taken up last.
    taken_up: Mutex<Vec<Mark>>,
}

impl Access {
    /// What the server's configuration names; what it does not, an administrator gives.
    pub(super) fn new(gateway: Gateway, secrets: Secrets) -> Self {
        let (key_is_fixed, secrets_are_fixed) = (gateway.is_open(), !secrets.is_empty());
        let (gateway, secrets) = (RwLock::new(Arc::new(gateway)), RwLock::new(Arc::new(secrets)));
        Self { gateway, secrets, key_is_fixed, secrets_are_fixed, taken_up: Mutex::new(Vec::new()) }
    }

    pub(super) fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.gateway.read().expect("nobody panics while replacing a key"))
    }

    pub(super) fn secrets(&self) -> Arc<Secrets> {
        Arc::clone(&self.secrets.read().expect("nobody panics while replacing a secret"))
    }

    pub(super) fn open_with(&self, gateway: Gateway) {
        *self.gateway.write().expect("nobody panics while replacing a key") = Arc::new(gateway);
    }

    pub(super) fn listen_with(&self, secrets: Secrets) {
        *self.secrets.write().expect("nobody panics while replacing a secret") = Arc::new(secrets);
    }

    /// Whether something else is kept than what was taken up last; from then on it counts as taken up.
    pub(super) fn is_news(&self, kept: Vec<Mark>) -> bool {
        let mut taken_up = self.taken_up.lock().expect("nobody panics while comparing marks");
        let news = *taken_up != kept;
        *taken_up = kept;
        news
    }
}
