//! `strikefund setup`: prepares a fund and, when asked, the endpoint that Stripe sends its events to.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};
use strikefund::approvals::rules::{self, RulesRefusal};
use strikefund::clock::Clock;
use strikefund::config::{self, Config, StripeKey};
use strikefund::db::Db;
use strikefund::funds::{self, About, Fund, NewFund, settings};
use strikefund::ids::Entropy;
use strikefund::payments::{self, Gateway, GatewaySettings};
use strikefund::transact;
use strikefund::web::WEBHOOK;

use crate::{AskedWrongly, NO_KEY, bring_up, cli, connect};

const NO_ADDRESS: &str = "Stripe must be told where to send its events. Say how the world reaches this site: \
    STRIKEFUND_BASE_URL=https://fund.example.org";

/// What a publication never goes below where money is real (safety rule PR7): so many gifts, and so many seconds since the last.
const FLOOR: (i64, i64) = (5, 86_400);

/// Prepares the fund, and the endpoint when asked. Twice is once.
pub async fn setup(config: &Config, asked: &cli::Setup) -> anyhow::Result<()> {
    let wrongly = |wrong: Vec<String>| AskedWrongly(wrong.join("\n  "));
    let mut fund = asked.fund().map_err(wrongly)?;
    keeps_the_floor(config, asked, &fund).map_err(wrongly)?;
    let tiers = asked.tiers(&fund).map_err(wrongly)?;
    // What stands is looked at later; what was typed wrongly is said before anything is made.
    asked.names(&fund, &About::default()).map_err(wrongly)?;
    let endpoint = asked.webhook.as_deref().map(|file| Endpoint::wanted(config, file)).transpose()?;
    let db = connect(config).await?;
    let applied = db.applied().await?;
    if applied == 0 || matches!(db, Db::Sqlite { .. }) {
        bring_up(config, &db).await?;
    }
    let standing = funds::find_by_slug(&mut db.begin_read().await?, &fund.slug).await?;
    if let Some(standing) = standing {
        fund = over(standing, asked, fund);
        // It may have been set up for practice, and be on its way to real money now.
        keeps_the_floor(config, asked, &fund).map_err(wrongly)?;
    }
    let (entropy, now) = (Entropy::system(), Clock::system().now());
    let unused = funds::list(&mut db.begin_read().await?).await?.is_empty();
    config::keyring(&config.master_key_file, &entropy, unused)?;
    let done: Result<_, funds::SetUpError> = transact!(db, tx => funds::set_up(tx, &fund, &entropy, now).await);
    let id = done?;
    let names = asked.names(&fund, &settings::about(&mut db.begin_read().await?, id).await?).map_err(wrongly)?;
    let said: sqlx::Result<()> = transact!(db, tx => settings::put_names(tx, id, &names).await);
    said?;
    if let Some(tiers) = tiers {
        let set: Result<(), RulesRefusal> = transact!(db, tx => rules::set_first(tx, id, &tiers, now).await);
        set.map_err(|refused| match refused {
            RulesRefusal::NotAllowed(_) => {
                anyhow::anyhow!("Somebody is on the staff: two people change the rules now, at /treasury/{}/settings.", fund.slug)
            }
            fault => fault.into(),
        })?;
    }
    if let Some(day) = asked.open_on {
        let opens_at = day.start_in(&fund.time_zone)?.unix_secs();
        let as_asked = payments::progress(&mut db.begin_read().await?).await?.opens_at == Some(opens_at);
        let moved: sqlx::Result<bool> = transact!(db, tx => payments::open_books_at(tx, opens_at).await);
        anyhow::ensure!(moved? || as_asked, "The books hold lines of Stripe's already: the day they open cannot be moved any more.");
    }
    println!("The fund “{}” is ready at /f/{}.", fund.name, fund.slug);
    println!("Keep a copy of {} apart from the data: without it, who gave stays sealed for ever.", config.master_key_file.display());
    db.close().await;
    match endpoint {
        Some(endpoint) => endpoint.arrange(&entropy).await,
        None => Ok(()),
    }
}

/// A fund that stands keeps what nobody gave on the command line.
fn over(standing: Fund, asked: &cli::Setup, new: NewFund) -> NewFund {
    NewFund {
        promise: asked.promise.clone().unwrap_or(standing.promise),
        restriction: asked.restriction.clone().or(standing.restriction),
        min_gifts: asked.min_gifts.map_or(standing.min_gifts, i64::from),
        publish_interval_secs: asked.publish_interval.map_or(standing.publish_interval_secs, i64::from),
        ..new
    }
}

/// Whether the fund publishes no more of its donors than it may. Without a key nobody knows yet which one will come, so that counts as real money.
fn keeps_the_floor(config: &Config, asked: &cli::Setup, fund: &NewFund) -> Result<(), Vec<String>> {
    if asked.practice && config.stripe_key.as_ref().is_some_and(StripeKey::is_live) {
        return Err(vec!["--practice is for no real money, and the Stripe key that is set is a live one.".to_owned()]);
    }
    // A practice Stripe that runs elsewhere is practice too: a live key is never shown to it.
    if asked.practice || config.stripe_api_base.as_str() != config::STRIPE {
        return Ok(());
    }
    let mut wrong = Vec::new();
    if fund.min_gifts < FLOOR.0 {
        wrong.push(format!(
            "--min-gifts cannot be {}: with real money a publication waits for {} gifts at least, so that no single one can be read off it. \
             To try it with no real money, add --practice.",
            fund.min_gifts, FLOOR.0
        ));
    }
    if fund.publish_interval_secs < FLOOR.1 {
        wrong.push(format!(
            "--publish-interval cannot be {} seconds: with real money {} hours at least lie between two publications. \
             To try it with no real money, add --practice.",
            fund.publish_interval_secs,
            FLOOR.1 / 3_600
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The endpoint that was asked for.
struct Endpoint<'a> {
    gateway: Gateway,
    url: String,
    /// Where its secret goes.
    file: &'a Path,
}

impl<'a> Endpoint<'a> {
    /// What is missing is said before anything is made.
    fn wanted(config: &Config, file: &'a Path) -> anyhow::Result<Self> {
        let key = config.stripe_key.as_ref().ok_or_else(|| AskedWrongly(NO_KEY.to_owned()))?;
        let base_url = config.base_url.as_ref().ok_or_else(|| AskedWrongly(NO_ADDRESS.to_owned()))?;
        let settings = GatewaySettings::new(SecretString::from(key.expose()), config.stripe_api_base.to_string());
        let gateway = Gateway::new(&settings, Entropy::system()).map_err(anyhow::Error::msg)?;
        Ok(Self { gateway, url: format!("{base_url}{WEBHOOK}"), file })
    }

    /// Makes the endpoint, or brings the one that is there up to date: one a site, however often this is asked.
    async fn arrange(&self, entropy: &Entropy) -> anyhow::Result<()> {
        let there = self.gateway.endpoints_at(&self.url).await?;
        let operation = entropy.reference();
        if let Some(ours) = there.iter().find(|endpoint| endpoint.speaks_ours()) {
            self.gateway.renew_endpoint(&ours.id, &operation).await?;
            println!("Stripe's endpoint {} for {} was there already; it sends what this program reads now.", ours.id, self.url);
            println!("Stripe tells an endpoint's secret only once, so none was written to {}.", self.file.display());
            println!("If the secret is lost: delete the endpoint in Stripe's dashboard and run this again.");
            return Ok(());
        }
        let mut file = Place::reserve(self.file)?;
        let (made, secret) = self.gateway.make_endpoint(&self.url, &operation).await?;
        file.keep(&secret).with_context(|| {
            format!(
                "The endpoint {} was made, and its secret could not be written to {}. Delete the endpoint in Stripe's dashboard and run this again",
                made.id,
                self.file.display()
            )
        })?;
        println!("Stripe sends its events to {} now (endpoint {}).", self.url, made.id);
        println!("Its secret is in {} and is told only once: name that file in STRIPE_WEBHOOK_SECRET_FILE.", self.file.display());
        for older in &there {
            let version = older.version.as_deref().unwrap_or("the account's own");
            println!("The endpoint {} sends there too, in API version {version}. Hold both secrets, with a comma between,", older.id);
            println!("until the site runs with the new one; then delete the old endpoint in Stripe's dashboard.");
        }
        Ok(())
    }
}

/// The file of a secret that is yet to come. It is made before Stripe is asked, for the secret is told only once; left unused, it goes.
struct Place<'a> {
    path: &'a Path,
    file: File,
    used: bool,
}

impl<'a> Place<'a> {
    fn reserve(path: &'a Path) -> anyhow::Result<Self> {
        let said = || format!("The file {} for the endpoint's secret cannot be made; nothing was asked of Stripe", path.display());
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).with_context(said)?;
        let place = Self { path, used: file.metadata().with_context(said)?.len() > 0, file };
        anyhow::ensure!(
            !place.used,
            "The file {} holds something already, and a secret is never written over. Nothing was asked of Stripe: name another file.",
            path.display()
        );
        Ok(place)
    }

    fn keep(&mut self, secret: &SecretString) -> std::io::Result<()> {
        writeln!(self.file, "{}", secret.expose_secret())?;
        self.used = true;
        self.file.sync_all()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.used {
            // What cannot be removed is an empty file, which the next run takes.
            drop(std::fs::remove_file(self.path));
        }
    }
}
