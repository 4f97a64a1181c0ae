//! The key of Stripe's and the webhook secrets that an administrator gives in the browser: tried before they are kept, sealed, never shown again.
//! Every node takes them up without a restart. What the server's own configuration names stands above them, and nobody changes it here.

use secrecy::{ExposeSecret as _, SecretString};

use super::gateway::GatewayError;
use super::signature::{Secrets, ending};
use super::stripe::Gateway;
use super::{Payments, store};
use crate::clock::Instant;
use crate::config::StripeKey;
use crate::db::{Retryable, Tx};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Person, Role, audit};
use crate::{record, transact, words};

/// Who may give keys.
const KEEPERS: &[Role] = &[Role::Administrator];

words! {
    /// What is kept, each once.
    pub enum Slot {
        /// The restricted key.
        Key = "key",
        /// The secret that deliveries are signed with.
        Webhook = "webhook",
        /// The one that is to follow it: both are taken meanwhile.
        NextWebhook = "next webhook",
    }
}

record! {
    /// What an administrator gave.
    pub struct Kept {
        /// What it is.
        pub slot: Slot,
        /// Sealed under the master key.
        pub sealed: Vec<u8>,
        /// When it was given.
        pub set_at: Instant,
    }
}

/// Tells whether something else is kept than before.
pub(super) type Mark = (Slot, Instant);

words! {
    /// Why what was typed is not kept.
    pub enum KeyWrong {
        /// The server's own configuration names it.
        Fixed = "fixed",
        /// It is a publishable key.
        Publishable = "publishable",
        /// It is a webhook secret, and a key was asked for.
        IsSecret = "is secret",
        /// It is no key of Stripe's.
        NoKey = "no key",
        /// It is a test key, and the key in force moves real money.
        Test = "test",
        /// It moves real money, and the site is reached without encryption.
        Unencrypted = "unencrypted",
        /// Stripe does not take it, or it has no right to read the balance and its lines.
        Refused = "refused",
        /// Stripe could not be reached.
        Silent = "silent",
        /// By it Stripe does not know the lines that stand in the books.
        Foreign = "foreign",
        /// It is a key, and a webhook secret was asked for.
        IsKey = "is key",
        /// It is no webhook secret.
        NoSecret = "no secret",
        /// It is the one that is in force.
        Same = "same",
        /// Two are in force already.
        Two = "two",
        /// There is only one.
        One = "one",
    }
}

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefusal {
    /// What was typed will not do.
    #[error("the key or secret is not kept: {0}")]
    Wrong(KeyWrong),
    /// They look after no settings, or must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for KeyRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::Wrong(_) => false,
        }
    }
}

/// A key that Stripe took just now.
#[derive(Debug)]
pub struct TriedKey(SecretString);

impl Payments {
    /// Whether the server's own configuration names the key, or the secrets: then nobody changes them in the browser.
    pub const fn are_fixed(&self) -> (bool, bool) {
        (self.access.key_is_fixed, self.access.secrets_are_fixed)
    }

    /// Tries a key that somebody typed, and asks Stripe with it. `encrypted`: the site is reached by https.
    ///
    /// # Errors
    /// [`KeyRefusal::Wrong`].
    pub async fn try_key(&self, typed: &str, encrypted: bool) -> Result<TriedKey, KeyRefusal> {
        let wrong = |why| Err(KeyRefusal::Wrong(why));
        let key = match typed {
            _ if self.access.key_is_fixed => return wrong(KeyWrong::Fixed),
            _ if typed.starts_with("pk_") => return wrong(KeyWrong::Publishable),
            _ if typed.starts_with("whsec_") => return wrong(KeyWrong::IsSecret),
            _ => StripeKey::parse(typed).map_err(|_| KeyRefusal::Wrong(KeyWrong::NoKey))?,
        };
        if self.livemode() && !key.is_live() {
            return wrong(KeyWrong::Test);
        }
        if key.is_live() && !encrypted {
            return wrong(KeyWrong::Unencrypted);
        }
        let secret = SecretString::from(key.expose());
        let gateway = self.gateway().with_key(secret.clone()).map_err(|_| KeyRefusal::Wrong(KeyWrong::NoKey))?;
        let newest = self.progress().await?.newest;
        match ask(&gateway, newest).await {
            Ok(true) => Ok(TriedKey(secret)),
            Ok(false) => wrong(KeyWrong::Foreign),
            Err(error) => {
                tracing::warn!(%error, "Stripe was asked with a key that somebody gave");
                let refused = matches!(error, GatewayError::RightMissing { .. } | GatewayError::Refused { .. } | GatewayError::NotAsked(_));
                wrong(if refused { KeyWrong::Refused } else { KeyWrong::Silent })
            }
        }
    }

    /// Keeps a key that Stripe took, in place of the one before; from now on it is in force here, and in a moment on every other node.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub async fn keep_key(&self, actor: Actor, operation: &Operation, tried: &TriedKey) -> Result<(), KeyRefusal> {
        let now = self.clock.now();
        let kept: Result<(), KeyRefusal> = transact!(self.db, tx => async {
            let person = people::require_fresh(tx, actor, KEEPERS, now).await?;
            if operation::find_result(tx, operation).await?.is_some() {
                return Ok(());
            }
            self.put(tx, Slot::Key, &tried.0, &person, now).await?;
            audit::write(tx, Some(person.id), "stripe.key_set", "stripe", &ending(tried.0.expose_secret()), now).await?;
            Ok::<_, KeyRefusal>(operation::done(tx, operation, "", now).await?)
        }.await);
        kept?;
        Ok(self.take_up_keys().await?)
    }

    /// Keeps a webhook secret: the first, or a second while one replaces the other.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub async fn keep_secret(&self, actor: Actor, operation: &Operation, typed: &str) -> Result<(), KeyRefusal> {
        let wrong = |why| Err(KeyRefusal::Wrong(why));
        if self.access.secrets_are_fixed {
            return wrong(KeyWrong::Fixed);
        }
        if StripeKey::parse(typed).is_ok() || typed.starts_with("pk_") {
            return wrong(KeyWrong::IsKey);
        }
        let given = SecretString::from(typed);
        let is_word = typed.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        if !is_word || typed.len() > LONGEST || Secrets::new(vec![given.clone()]).is_err() {
            return wrong(KeyWrong::NoSecret);
        }
        let now = self.clock.now();
        let kept: Result<(), KeyRefusal> = transact!(self.db, tx => async {
            let person = people::require_fresh(tx, actor, KEEPERS, now).await?;
            if operation::find_result(tx, operation).await?.is_some() {
                return Ok(());
            }
            let standing = self.webhook_secrets(&store::keys::all(tx).await?);
            if standing.iter().any(|(_, secret)| secret.expose_secret() == typed) {
                return Err(KeyRefusal::Wrong(KeyWrong::Same));
            }
            let free = [Slot::Webhook, Slot::NextWebhook].into_iter().find(|slot| !standing.iter().any(|(taken, _)| taken == slot));
            let slot = free.ok_or(KeyRefusal::Wrong(KeyWrong::Two))?;
            self.put(tx, slot, &given, &person, now).await?;
            audit::write(tx, Some(person.id), "stripe.webhook_secret_set", "stripe", &ending(typed), now).await?;
            Ok::<_, KeyRefusal>(operation::done(tx, operation, "", now).await?)
        }.await);
        kept?;
        Ok(self.take_up_keys().await?)
    }

    /// Ends the older of two webhook secrets: what is signed with it alone is taken no more.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub async fn end_older_secret(&self, actor: Actor, operation: &Operation) -> Result<(), KeyRefusal> {
        let now = self.clock.now();
        let ended: Result<(), KeyRefusal> = transact!(self.db, tx => async {
            let person = people::require_fresh(tx, actor, KEEPERS, now).await?;
            if operation::find_result(tx, operation).await?.is_some() {
                return Ok(());
            }
            let standing = self.webhook_secrets(&store::keys::all(tx).await?);
            let [(_, older), (_, newer)] = &*standing else { return Err(KeyRefusal::Wrong(KeyWrong::One)) };
            self.put(tx, Slot::Webhook, newer, &person, now).await?;
            store::keys::forget(tx, Slot::NextWebhook).await?;
            audit::write(tx, Some(person.id), "stripe.webhook_secret_ended", "stripe", &ending(older.expose_secret()), now).await?;
            Ok::<_, KeyRefusal>(operation::done(tx, operation, "", now).await?)
        }.await);
        ended?;
        Ok(self.take_up_keys().await?)
    }

    /// Takes up what administrators gave, here or on another node; what is in force already stays. Where nothing changed this is one small question.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn take_up_keys(&self) -> sqlx::Result<()> {
        if self.access.key_is_fixed && self.access.secrets_are_fixed {
            return Ok(());
        }
        let kept = store::keys::all(&mut self.db.begin_read().await?).await?;
        if !self.access.is_news(kept.iter().map(|kept| (kept.slot, kept.set_at)).collect()) {
            return Ok(());
        }
        let key = kept.iter().find(|kept| kept.slot == Slot::Key).filter(|_| !self.access.key_is_fixed).and_then(|kept| self.opened(kept));
        match key.map(|key| self.gateway().with_key(key)) {
            Some(Ok(gateway)) => self.access.open_with(gateway),
            Some(Err(said)) => tracing::error!("The Stripe key that an administrator gave cannot be used here: {said}"),
            None => {}
        }
        let secrets = self.webhook_secrets(&kept).into_iter().map(|(_, secret)| secret).collect();
        match Secrets::new(secrets) {
            Ok(secrets) if !self.access.secrets_are_fixed => self.access.listen_with(secrets),
            _ => {}
        }
        self.wake();
        Ok(())
    }

    async fn put(&self, tx: &mut Tx, slot: Slot, secret: &SecretString, by: &Person, now: Instant) -> sqlx::Result<()> {
        let sealed = self.keyring.seal(&self.entropy, &context(slot), secret.expose_secret().as_bytes());
        store::keys::put(tx, slot, &sealed, by.id, now).await
    }

    /// The webhook secrets that are kept, the older first.
    fn webhook_secrets(&self, kept: &[Kept]) -> Vec<(Slot, SecretString)> {
        let of = |slot: Slot| kept.iter().find(|kept| kept.slot == slot).and_then(|kept| Some((slot, self.opened(kept)?)));
        [Slot::Webhook, Slot::NextWebhook].into_iter().filter_map(of).collect()
    }

    fn opened(&self, kept: &Kept) -> Option<SecretString> {
        let plain = self.keyring.open(&context(kept.slot), &kept.sealed).and_then(|plain| String::from_utf8(plain).ok());
        if plain.is_none() {
            tracing::error!(slot = %kept.slot, "what an administrator gave was sealed under another master key; give it anew");
        }
        plain.map(SecretString::from)
    }
}

/// The longest secret, far beyond Stripe's own.
const LONGEST: usize = 200;

/// What a sealed secret is bound to.
fn context(slot: Slot) -> String {
    format!("stripe_secret.sealed/{slot}")
}

/// Whether Stripe answers, and by this key knows the newest line of the books, where they hold any.
async fn ask(gateway: &Gateway, newest: i64) -> Result<bool, GatewayError> {
    gateway.balance_at_once().await?;
    if newest == 0 { Ok(true) } else { gateway.knows_line_of(newest).await }
}
