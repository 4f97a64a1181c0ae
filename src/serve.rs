//! One node: books, site and the work behind them, put together, run until told to stop, and taken apart again.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::info;

use crate::clock::Clock;
use crate::config::{self, Config, Proxies, StripeKey};
use crate::db::Db;
use crate::donations;
use crate::files::{self, Files};
use crate::ids::Entropy;
use crate::jobs::Jobs;
use crate::jobs::backing::Backing;
use crate::mail::Post;
use crate::payments::practice::{self, Practice};
use crate::payments::{Gateway, GatewaySettings, Payments, Secrets, Settings};
use crate::people::links;
use crate::publication::anchor::Anchors;
use crate::transact;
use crate::web::lanes::Lanes;
use crate::web::server::Limits;
use crate::web::{self, Parts, Site, WEBHOOK, meter, server};

const NOT_ENCRYPTED: &str = "The Stripe key that stands in the books is a live one, so STRIKEFUND_BASE_URL must start with https://.";

/// A node that is put together and listens, and does not answer yet.
#[derive(Debug)]
pub struct Node {
    /// What its site and its work are made of.
    pub parts: Parts,
    listener: TcpListener,
    practice_secret: Option<SecretString>,
    backing: Option<Backing>,
    anchors: Option<Anchors>,
    metrics: Option<SocketAddr>,
    proxies: Proxies,
}

/// Which Stripe a node speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichStripe {
    /// The real one, or what the configuration names in its place.
    Real,
    /// The one inside this program.
    Practice {
        /// Whether it pays out every day what is available, as Stripe does unless told otherwise.
        daily_payouts: bool,
    },
}

impl Node {
    /// Puts a node together: keys, Stripe or the practice Stripe, and the address it listens on.
    ///
    /// # Errors
    /// In plain sentences: a key that does not fit, an address that is taken.
    pub async fn build(config: &Config, db: Db, clock: Clock, entropy: Entropy, stripe: WhichStripe) -> anyhow::Result<Self> {
        let keyring = Arc::new(config::keyring(&config.master_key_file, &entropy, false)?);
        donations::move_in(&db, &keyring, &entropy, clock.now()).await?;
        let listener =
            TcpListener::bind(config.listen).await.with_context(|| format!("The address {} cannot be listened on", config.listen))?;
        let base_url = config.base_url_at(listener.local_addr()?);
        let (practice, key, api_base, secrets) = if let WhichStripe::Practice { daily_payouts } = stripe {
            let options =
                practice::Options { port: 0, clock: clock.clone(), entropy: entropy.clone(), site: base_url.clone(), daily_payouts };
            let practice = Practice::start(options, config.stripe_key.as_ref().map(StripeKey::expose))?;
            let secret = SecretString::from(format!("whsec_{}", entropy.reference()));
            let (key, api_base) = (Some(SecretString::from("sk_test_practice")), practice.api_base());
            (Some((practice, secret.clone())), key, api_base, vec![secret])
        } else {
            let key = config.stripe_key.as_ref().map(|key| SecretString::from(key.expose()));
            (None, key, config.stripe_api_base.to_string(), config.webhook_secrets.clone())
        };
        // What the configuration leaves out, an administrator gives on the site.
        let gateway = match key {
            Some(key) => Gateway::new(&GatewaySettings::new(key, api_base), entropy.clone()).map_err(anyhow::Error::msg)?,
            None => Gateway::closed(&GatewaySettings::new(SecretString::default(), api_base), entropy.clone()),
        };
        let secrets = if secrets.is_empty() { Secrets::none() } else { Secrets::new(secrets).map_err(anyhow::Error::msg)? };
        let settings =
            Settings { db: db.clone(), clock: clock.clone(), entropy: entropy.clone(), keyring: Arc::clone(&keyring), gateway, secrets };
        let payments = Arc::new(Payments::open(settings));
        payments.take_up_keys().await?;
        anyhow::ensure!(!payments.livemode() || base_url.starts_with("https://"), NOT_ENCRYPTED);
        let (practice, practice_secret) = practice.unzip();
        let files = files(config)?;
        let post = Post::new(config.smtp.as_ref(), &config.sender_at(&base_url), Arc::clone(&keyring))?;
        let parts = Parts { db, clock, entropy, keyring, files, post, payments, practice, base_url };
        let backing = Some(Backing {
            db: parts.db.clone(),
            clock: parts.clock.clone(),
            files: parts.files.clone(),
            folder: config.backups.clone(),
            data: config.data.clone(),
            database_url: config.database_url.clone(),
            node: Entropy::system().reference(),
        });
        let anchors = Some(Anchors::in_data(&config.data));
        Ok(Self { parts, listener, practice_secret, backing, anchors, metrics: config.metrics_listen, proxies: config.proxies.clone() })
    }

    /// The same without backups, for books that nobody keeps.
    #[must_use]
    pub fn without_backups(self) -> Self {
        Self { backing: None, ..self }
    }

    /// The work behind the scenes, as this node would do it.
    pub fn jobs(&self) -> Jobs {
        let Parts { db, clock, entropy, keyring, files, post, payments, practice, base_url, .. } = &self.parts;
        Jobs {
            db: db.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            files: files.clone(),
            post: post.clone(),
            keyring: Arc::clone(keyring),
            base_url: base_url.clone(),
            payments: Arc::clone(payments),
            anchors: self.anchors.clone(),
            practice: practice.is_some(),
            endpoint: format!("{base_url}{WEBHOOK}"),
            node: Entropy::system().reference(),
        }
    }

    /// Answers until `stop` is done: then no new connection is taken, requests under way end, the lease is given back.
    ///
    /// # Errors
    /// When the disk failed under the database: what it holds is then unknown, and the process must end (safety rule DB9).
    pub async fn serve(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let jobs = self.jobs();
        let (stopping, stopped) = watch::channel(false);
        if let (Some(practice), Some(secret)) = (&self.parts.practice, &self.practice_secret) {
            // Only now does somebody answer there.
            practice.webhook_to(&format!("{}{WEBHOOK}", self.parts.base_url), secret.expose_secret());
        }
        let (db, payments) = (self.parts.db.clone(), Arc::clone(&self.parts.payments));
        if let Some(address) = self.metrics {
            let listener = TcpListener::bind(address).await.with_context(|| format!("The address {address} cannot be listened on"))?;
            let router = meter::router(meter::install()?);
            tokio::spawn(server::serve(listener, router, Limits::default(), until(stopped.clone())));
        }
        let limits = Limits { proxies: self.proxies.clone(), ..Limits::default() };
        let router = web::router(Arc::new(Site::new(self.parts).with_lanes(Lanes::default(), self.proxies)))?;
        let work = tokio::spawn(jobs.run(stopped.clone()));
        let backing = self.backing.map(|backing| tokio::spawn(backing.run(stopped.clone())));
        let site = tokio::spawn(server::serve(self.listener, router, limits, until(stopped)));
        let failed = tokio::select! {
            () = stop => false,
            () = payments.fatal() => true,
        };
        info!("stopping: requests under way end first");
        stopping.send_replace(true);
        site.await?;
        work.await?;
        if let Some(backing) = backing {
            backing.await?;
        }
        db.close().await;
        anyhow::ensure!(!failed, "The disk failed under the database. Check it before you start again; nothing acknowledged is lost.");
        Ok(())
    }
}

/// Where documents are kept: in the bucket that is set, else in a folder of the data folder, made where it is missing.
///
/// # Errors
/// When the folder cannot be made, or this program was built without S3.
pub fn files(config: &Config) -> anyhow::Result<Files> {
    if let Some(bucket) = &config.documents {
        return Files::in_bucket(bucket);
    }
    let folder = config.data.join(files::FOLDER);
    config::make_private_folder(&folder).with_context(|| format!("The folder {} cannot be made", folder.display()))?;
    Ok(Files::in_folder(&folder)?)
}

/// Makes the link that the first person comes in by, in place of the one of the start before; None once somebody is on the staff.
///
/// # Errors
/// When the database is gone.
pub async fn first_link(parts: &Parts) -> sqlx::Result<Option<String>> {
    let now = parts.clock.now();
    let token: sqlx::Result<Option<String>> = transact!(parts.db, tx => links::make_setup(tx, &parts.entropy, now).await);
    Ok(token?.map(|token| format!("/link/{token}")))
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone means the node is gone: stop as well.
    while !*stopped.borrow_and_update() {
        if stopped.changed().await.is_err() {
            return;
        }
    }
}

/// Done when the system or a person at the terminal asks the program to end. Heard from this call on, not from the first await:
/// whoever is asked before it listens would be killed in mid-work.
///
/// # Errors
/// When the system does not let signals be heard.
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
