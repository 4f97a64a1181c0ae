//! The flags that every verb takes. Not here: the verbs' own (`main.rs`), and secrets, which a process list would show.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

/// Settings given on the command line; each is also an environment variable and a key of the settings file.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings (each also in the environment, or in lower case in the settings file)")]
pub struct Flags {
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "The settings file, TOML [STRIKEFUND_CONFIG]")]
    pub(super) config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "FOLDER", hide_short_help = true)]
    #[arg(help = "The folder of the built-in database and the master key [STRIKEFUND_DATA; strikefund-data]")]
    pub(super) data: Option<String>,
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "Holds the address of a PostgreSQL database [DATABASE_URL_FILE]")]
    pub(super) database_url_file: Option<String>,
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "Where the master key lies [STRIKEFUND_MASTER_KEY_FILE; master.key in the data folder]")]
    pub(super) master_key_file: Option<String>,
    #[arg(long, global = true, value_name = "ADDRESS:PORT", hide_short_help = true)]
    #[arg(help = "Where pages and webhooks are answered [STRIKEFUND_LISTEN; 127.0.0.1:8080]")]
    pub(super) listen: Option<String>,
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    #[arg(help = "How the world reaches this site, like https://fund.example.org [STRIKEFUND_BASE_URL]")]
    pub(super) base_url: Option<String>,
    #[arg(long, global = true, value_name = "RANGES", hide_short_help = true)]
    #[arg(help = "Reverse proxies in front, like 127.0.0.1,10.1.0.0/16: they may say who the client is [STRIKEFUND_PROXIES]")]
    pub(super) proxies: Option<String>,
    #[arg(long, global = true, value_name = "ADDRESS:PORT", hide_short_help = true)]
    #[arg(help = "Where /metrics is answered, away from the public [STRIKEFUND_METRICS_LISTEN]")]
    pub(super) metrics_listen: Option<String>,
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "Holds the Stripe key [STRIPE_SECRET_KEY_FILE]")]
    pub(super) stripe_secret_key_file: Option<String>,
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "Holds one webhook secret, or two with a comma between [STRIPE_WEBHOOK_SECRET_FILE]")]
    pub(super) stripe_webhook_secret_file: Option<String>,
    #[arg(long, global = true, value_name = "URL", hide_short_help = true)]
    #[arg(help = "Where Stripe's API is spoken: scheme, host, port [STRIPE_API_BASE; https://api.stripe.com]")]
    pub(super) stripe_api_base: Option<String>,
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "Holds the address of an S3 bucket for documents [STRIKEFUND_DOCUMENTS_URL_FILE; a folder in the data folder]")]
    pub(super) documents_url_file: Option<String>,
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    #[arg(help = "Holds the address of the mail server, like smtps://USER:PASSWORD@mail.example.org [STRIKEFUND_SMTP_URL_FILE]")]
    pub(super) smtp_url_file: Option<String>,
    #[arg(long, global = true, value_name = "ADDRESS", hide_short_help = true)]
    #[arg(help = "The address mail comes from [STRIKEFUND_MAIL_FROM; noreply@ the site's host]")]
    pub(super) mail_from: Option<String>,
    #[arg(long, global = true, value_name = "FILTER", hide_short_help = true)]
    #[arg(help = "What to log, like info or strikefund=debug,warn [STRIKEFUND_LOG; info]")]
    pub(super) log: Option<String>,
}

impl Flags {
    /// What was said, by the setting's name.
    pub(super) fn said(&self) -> BTreeMap<String, String> {
        [
            ("STRIKEFUND_DATA", &self.data),
            ("DATABASE_URL_FILE", &self.database_url_file),
            ("STRIKEFUND_MASTER_KEY_FILE", &self.master_key_file),
            ("STRIKEFUND_LISTEN", &self.listen),
            ("STRIKEFUND_BASE_URL", &self.base_url),
            ("STRIKEFUND_PROXIES", &self.proxies),
            ("STRIKEFUND_METRICS_LISTEN", &self.metrics_listen),
            ("STRIPE_SECRET_KEY_FILE", &self.stripe_secret_key_file),
            ("STRIPE_WEBHOOK_SECRET_FILE", &self.stripe_webhook_secret_file),
            ("STRIPE_API_BASE", &self.stripe_api_base),
            ("STRIKEFUND_DOCUMENTS_URL_FILE", &self.documents_url_file),
            ("STRIKEFUND_SMTP_URL_FILE", &self.smtp_url_file),
            ("STRIKEFUND_MAIL_FROM", &self.mail_from),
            ("STRIKEFUND_LOG", &self.log),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.clone().map(|value| (name.to_owned(), value)))
        .collect()
    }
}
