//! What the program is told to do: flags over the environment over a settings file over defaults, read once and checked whole.
//! Not here: what a fund decides about itself (its charter stands in the books).

mod bucket;
mod flags;
mod master_key;
mod origin;
mod proxies;
mod secrets;
mod smtp;
mod sources;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};

pub use bucket::Bucket;
pub use flags::Flags;
pub use master_key::{add_key, keyring, make_private_folder};
pub use origin::Origin;
pub use proxies::Proxies;
pub use secrets::StripeKey;
pub use smtp::{Privacy, SmtpServer};
pub use sources::{Found, From};

use sources::Sources;

/// Stripe itself; anything else is a practice or a test double, and never sees a live key.
pub const STRIPE: &str = "https://api.stripe.com";

/// One thing that can be set, under one name: as it stands here in the environment, in lower case in the settings file.
#[derive(Debug)]
pub struct Setting {
    name: &'static str,
    default: Option<&'static str>,
    /// Hidden wherever settings are shown, never taken from the command line, and also read from the file that `NAME_FILE` names.
    secret: bool,
}

const fn setting(name: &'static str, default: Option<&'static str>) -> Setting {
    Setting { name, default, secret: false }
}

const fn secret(name: &'static str) -> Setting {
    Setting { name, default: None, secret: true }
}

const DATA: Setting = setting("STRIKEFUND_DATA", Some("strikefund-data"));
const LISTEN: Setting = setting("STRIKEFUND_LISTEN", Some("127.0.0.1:8080"));
const BASE_URL: Setting = setting("STRIKEFUND_BASE_URL", None);
const PROXIES: Setting = setting("STRIKEFUND_PROXIES", None);
const METRICS_LISTEN: Setting = setting("STRIKEFUND_METRICS_LISTEN", None);
const MASTER_KEY_FILE: Setting = setting("STRIKEFUND_MASTER_KEY_FILE", None);
const LOG: Setting = setting("STRIKEFUND_LOG", Some("info"));
const DATABASE_URL: Setting = secret("DATABASE_URL");
const STRIPE_SECRET_KEY: Setting = secret("STRIPE_SECRET_KEY");
const STRIPE_WEBHOOK_SECRET: Setting = secret("STRIPE_WEBHOOK_SECRET");
const SMTP_URL: Setting = secret("STRIKEFUND_SMTP_URL");
const MAIL_FROM: Setting = setting("STRIKEFUND_MAIL_FROM", None);
const DOCUMENTS: Setting = secret("STRIKEFUND_DOCUMENTS_URL");
const BACKUPS: Setting = setting("STRIKEFUND_BACKUPS", None);
const STRIPE_API_BASE: Setting = setting("STRIPE_API_BASE", Some(STRIPE));

/// Every setting, in the order `strikefund config` shows them.
const SETTINGS: &[Setting] = &[
    DATA,
    DATABASE_URL,
    MASTER_KEY_FILE,
    DOCUMENTS,
    BACKUPS,
    LISTEN,
    BASE_URL,
    PROXIES,
    METRICS_LISTEN,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
    STRIPE_API_BASE,
    SMTP_URL,
    MAIL_FROM,
    LOG,
];

/// What is in force, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder that holds the embedded database and, by default, the master key.
    pub data: PathBuf,
    /// Where the embedded database is not used: `postgres://…`.
    pub database_url: Option<SecretString>,
    /// Where the master key lies.
    pub master_key_file: PathBuf,
    /// Where pages and webhooks are answered; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How the world reaches us; None: as [`Config::listen`] says.
    pub base_url: Option<Origin>,
    /// Reverse proxies in front of us, which are believed as to who the client is.
    pub proxies: Proxies,
    /// Where `/metrics` is answered; None: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// None: no Stripe account is connected.
    pub stripe_key: Option<StripeKey>,
    /// None, one, or two while one replaces the other.
    pub webhook_secrets: Vec<SecretString>,
    /// Where Stripe's API is spoken.
    pub stripe_api_base: Origin,
    /// The bucket that holds documents; None: a folder in the data folder.
    pub documents: Option<Bucket>,
    /// Where the nightly backups lie.
    pub backups: PathBuf,
    /// Where mail is given to; None: it waits.
    pub smtp: Option<SmtpServer>,
    /// The address mail comes from; None: as [`Config::sender_at`] makes it.
    pub mail_from: Option<String>,
    /// What is logged, in the words of `tracing_subscriber`'s filter.
    pub log: String,
    /// Sentences about what works but is not as it should be.
    pub warnings: Vec<String>,
    shown: Vec<Shown>,
}

#[derive(Clone, Debug)]
struct Shown {
    name: &'static str,
    value: String,
    from: String,
}

/// Everything wrong with the settings, at once, in plain sentences.
#[derive(Debug, thiserror::Error)]
pub struct Mistakes(pub Vec<String>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("These settings cannot be used:")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  - {mistake}"))
    }
}

impl Config {
    /// Reads the settings of this run: its flags, its environment and the file they name.
    ///
    /// # Errors
    /// All mistakes at once.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn load(flags: &Flags) -> Result<Self, Mistakes> {
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        Self::resolve(flags, &std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect())
    }

    /// The same with an environment that is handed in.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn resolve(flags: &Flags, environment: &BTreeMap<String, String>) -> Result<Self, Mistakes> {
        let mut sources = Sources::gather(flags, environment);
        let mut read = Reader { sources: &mut sources, shown: Vec::new() };
        let data: Option<PathBuf> = read.parsed(&DATA);
        let data = data.unwrap_or_default();
        let database_url = read.checked(&DATABASE_URL, postgres_url, |url| describe_postgres(url.expose_secret()));
        let master_key_file = read.parsed(&MASTER_KEY_FILE).unwrap_or_else(|| read.derived(data.join("master.key"), "beside the data"));
        let documents = read.checked(&DOCUMENTS, Bucket::parse, ToString::to_string);
        let backups = read.parsed(&BACKUPS).unwrap_or_else(|| read.derived(data.join("backups"), "beside the data"));
        let listen = read.parsed_as(&LISTEN, "must be an address and a port, like 127.0.0.1:8080");
        let base_url: Option<Origin> = read.parsed(&BASE_URL);
        let proxies = read.checked(&PROXIES, Proxies::from_str, ToString::to_string);
        let metrics_listen = read.parsed_as(&METRICS_LISTEN, "must be an address and a port, like 127.0.0.1:9090");
        let stripe_key = read.checked(&STRIPE_SECRET_KEY, StripeKey::parse, ToString::to_string);
        let webhook_secrets =
            read.checked(&STRIPE_WEBHOOK_SECRET, secrets::webhook_secrets, |secrets| format!("{} set, hidden", secrets.len()));
        let stripe_api_base: Option<Origin> = read.parsed(&STRIPE_API_BASE);
        let smtp = read.checked(&SMTP_URL, SmtpServer::parse, ToString::to_string);
        let mail_from = read.checked(&MAIL_FROM, smtp::sender, Clone::clone);
        let log = read.checked(&LOG, log_filter, Clone::clone);
        let shown = read.shown;

        let Sources { mut mistakes, warnings, .. } = sources;
        mistakes.extend(contradictions(stripe_key.as_ref(), stripe_api_base.as_ref(), base_url.as_ref()));
        // A value that is missing here was refused above, and its mistake is in the list.
        match (listen, stripe_api_base, log) {
            (Some(listen), Some(stripe_api_base), Some(log)) if mistakes.is_empty() => Ok(Self {
                data,
                database_url,
                master_key_file,
                listen,
                base_url,
                proxies: proxies.unwrap_or_default(),
                metrics_listen,
                stripe_key,
                webhook_secrets: webhook_secrets.unwrap_or_default(),
                stripe_api_base,
                documents,
                backups,
                smtp,
                mail_from,
                log,
                warnings,
                shown,
            }),
            _ => Err(Mistakes(mistakes)),
        }
    }

    /// The settings of a demo that keeps everything in `folder`: of what was set, only how it is reached and a key to refuse remain.
    #[must_use]
    pub fn for_demo(self, flags: &Flags, folder: PathBuf) -> Self {
        // A base address in the environment is the real site's, and links of a demo must not lead there.
        let base_url = self.base_url.filter(|_| flags.base_url.is_some());
        let master_key_file = folder.join("master.key");
        Self { master_key_file, data: folder, database_url: None, documents: None, smtp: None, base_url, ..self }
    }

    /// The address mail comes from: what was set, else one of the site's own host that says nothing of what the site is for.
    pub fn sender_at(&self, base_url: &str) -> String {
        let host = base_url.rsplit("://").next().unwrap_or_default().split(['/', ':', '[']).next().unwrap_or_default();
        let host = if host.is_empty() { "localhost" } else { host };
        self.mail_from.clone().unwrap_or_else(|| format!("noreply@{host}"))
    }

    /// How the world reaches the site once it listens on `bound`.
    pub fn base_url_at(&self, bound: SocketAddr) -> String {
        self.base_url.as_ref().map_or_else(|| format!("http://{bound}"), ToString::to_string)
    }
}

/// What is in force and where each value came from, secrets hidden: for `strikefund config`.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.shown.iter().map(|shown| shown.value.chars().count()).max().unwrap_or(0).min(48);
        for Shown { name, value, from } in &self.shown {
            writeln!(f, "{name:<26}  {value:<width$}  {from}")?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "\nNote: {warning}"))
    }
}

/// Takes settings out of the sources one by one, collecting what is wrong and what will be shown.
struct Reader<'a> {
    sources: &'a mut Sources,
    shown: Vec<Shown>,
}

impl Reader<'_> {
    fn checked<T>(&mut self, setting: &Setting, check: impl Fn(&str) -> Result<T, String>, show: impl Fn(&T) -> String) -> Option<T> {
        let Some(Found { value, from }) = self.sources.get(setting) else {
            self.shown.push(Shown { name: setting.name, value: "–".to_owned(), from: "not set".to_owned() });
            return None;
        };
        match check(&value) {
            Ok(read) => {
                self.shown.push(Shown { name: setting.name, value: show(&read), from: from.to_string() });
                Some(read)
            }
            Err(said) => {
                let place = if from == From::Default { String::new() } else { format!(" ({from})") };
                self.sources.mistakes.push(format!("{}{place} {said}.", setting.name));
                None
            }
        }
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, setting: &Setting) -> Option<T> {
        let read = |text: &str| text.parse().map(|read| (read, text.to_owned())).map_err(|error: T::Err| format!("is not right: {error}"));
        self.checked(setting, read, |(_, text)| text.clone()).map(|(read, _)| read)
    }

    /// Shows what the setting asked for last comes to when nobody set it.
    fn derived(&mut self, path: PathBuf, from: &str) -> PathBuf {
        if let Some(shown) = self.shown.last_mut() {
            shown.value = path.display().to_string();
            from.clone_into(&mut shown.from);
        }
        path
    }

    fn parsed_as<T: FromStr>(&mut self, setting: &Setting, said: &str) -> Option<T> {
        let read = |text: &str| text.parse().map(|read| (read, text.to_owned())).map_err(|_| said.to_owned());
        self.checked(setting, read, |(_, text)| text.clone()).map(|(read, _)| read)
    }
}

/// What is wrong with settings that are each right by themselves.
fn contradictions(key: Option<&StripeKey>, api_base: Option<&Origin>, base_url: Option<&Origin>) -> Vec<String> {
    let mut mistakes = Vec::new();
    if !key.is_some_and(StripeKey::is_live) {
        return mistakes;
    }
    if api_base.is_some_and(|base| base.as_str() != STRIPE) {
        mistakes.push(format!("STRIPE_SECRET_KEY is a live key, and STRIPE_API_BASE is not {STRIPE}: a live key is shown to Stripe only."));
    }
    if base_url.is_some_and(|url| !url.is_https()) {
        mistakes.push("STRIPE_SECRET_KEY is a live key, so STRIKEFUND_BASE_URL must start with https://.".to_owned());
    }
    mistakes
}

fn postgres_url(text: &str) -> Result<SecretString, String> {
    let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
    // The driver's own error may repeat the address, and with it the password.
    if is_postgres && sqlx::postgres::PgConnectOptions::from_str(text).is_ok() {
        Ok(text.into())
    } else {
        Err("must be the address of a PostgreSQL database, like postgres://USER:PASSWORD@HOST/DATABASE (leave it out for the built-in SQLite)"
            .to_owned())
    }
}

fn describe_postgres(url: &str) -> String {
    sqlx::postgres::PgConnectOptions::from_str(url).map_or_else(
        |_| "set, hidden".to_owned(),
        |options| {
            let database = options.get_database().unwrap_or_else(|| options.get_username());
            format!("{database} at {}:{} as {}, password hidden", options.get_host(), options.get_port(), options.get_username())
        },
    )
}

fn log_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|_| "must say what to log, like info or strikefund=debug,warn".to_owned())
}
