//! The command line: what can be asked, and the help that teaches it. Not here: doing it.
#![expect(clippy::doc_markdown, reason = "the comments on arguments are the help that people read in a terminal")]

mod asked;
pub mod donors;
pub mod published;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use strikefund::clock::Day;
use strikefund::config::Flags;
use strikefund::people::{Language, Role};
use strikefund::publication::export::Format;

use published::{CheckHead, Prove, RotateKey, VerifyPublic, VerifyReceipt};

/// Gifts for a strike fund, in books that balance, on pages that anyone can check.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = AFTER)]
#[command(long_about = "\
Takes gifts for a strike fund through Stripe, keeps double-entry books of them, and publishes
figures that anyone can check. Everything is in this one program: the site, the books, the work
behind the scenes, and a practice Stripe to try it with.")]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub flags: Flags,
}

const AFTER: &str = "\
First steps:
  strikefund demo                a strike of ten days to click through; needs nothing, keeps nothing
  strikefund setup --help        prepare your own fund
  strikefund staff --help        let its treasurers in
  strikefund serve --practice    your own fund on the practice Stripe, before there is an account
  strikefund serve               the real thing, with a Stripe key

Every setting can be a flag, an environment variable or a line of a settings file: --help shows them,
`strikefund config` shows which are in force and where each came from. Secrets are never flags.

Exit codes: 0 done; 1 it could not be done, or `verify` found something; 2 it was asked wrongly.";

#[derive(Debug, Subcommand)]
pub enum Verb {
    Serve(Serve),
    Demo(Demo),
    Setup(Box<Setup>),
    Staff(Staff),
    Migrate(Migrate),
    Verify(Verify),
    Export(Export),
    VerifyPublic(VerifyPublic),
    VerifyReceipt(VerifyReceipt),
    Proof(Prove),
    RotateKey(RotateKey),
    CheckHead(CheckHead),
    Backup(Backup),
    Restore(Restore),
    ChangeMasterKey(donors::ChangeMasterKey),
    MailTest(MailTest),
    Config(Show),
}

/// Run the site, and the work behind it, until stopped
#[derive(Args, Debug)]
#[command(long_about = "\
Answers pages and Stripe's webhooks, and follows Stripe's own ledger into the books, until it is
stopped. SIGTERM or Ctrl-C finishes the requests that are under way and then stops. Several
nodes may serve one PostgreSQL database; the work behind the scenes moves to another node by
itself when one is gone.")]
#[command(after_help = "\
Examples:
  strikefund serve --practice
      On http://127.0.0.1:8080, gifts go to the practice Stripe: no account, no real money.

  STRIPE_SECRET_KEY_FILE=/run/keys/stripe STRIPE_WEBHOOK_SECRET_FILE=/run/keys/webhook \\
  STRIKEFUND_BASE_URL=https://fund.example.org strikefund serve --listen 0.0.0.0:8080
      Behind a proxy that speaks https for fund.example.org. `strikefund setup --webhook`
      tells Stripe to send its events there (the README lists the events and the key's rights).")]
pub struct Serve {
    /// Use the practice Stripe inside this program instead of a Stripe account: no real money
    #[arg(long)]
    pub practice: bool,
}

/// Show a whole strike on made-up data: needs nothing, keeps nothing
#[derive(Args, Debug)]
#[command(long_about = "\
Makes a strike of ten days in a folder of its own: gifts, spending, a refund, a dispute,
payouts, two funds. Then serves it with the practice Stripe and prints the links. Publications
follow every few seconds. No real money, no account; what it made is removed when it stops.")]
#[command(after_help = "\
Examples:
  strikefund demo
  strikefund demo --listen 127.0.0.1:9000")]
pub struct Demo {}

/// Prepare a fund; asked twice, it is done once
#[derive(Args, Debug)]
#[command(long_about = "\
Prepares a fund. The database and the master key are made on the way where they are missing.
Asked again for a fund that is there, only what is given changes; currency and time zone never do.")]
#[command(after_help = "\
Examples:
  strikefund setup --name 'Portland Bakers Strike Fund' --slug bakers --currency USD --time-zone America/Los_Angeles
  strikefund setup --name 'Bakers: children' --slug children --currency USD --time-zone America/Los_Angeles \\
      --restriction 'food and care for the children of strikers'
  strikefund setup --name 'Portland Bakers Strike Fund' --slug bakers --currency USD --time-zone America/Los_Angeles \\
      --open-on 2026-11-01
      Takes over a Stripe account with a history: what Stripe held at the start of that day becomes the opening entry.
  strikefund setup --name 'Portland Bakers Strike Fund' --slug bakers --currency USD --time-zone America/Los_Angeles \\
      --legal-name 'Bakers Local 5' --contact fund@example.org --statement-text 'SUPPORT FUND' --approvers 1,250:2,2500:3
      What the fund says of itself, and who must agree: one approver up to 250, two up to 2,500, three above.
  STRIPE_SECRET_KEY_FILE=/run/keys/stripe STRIKEFUND_BASE_URL=https://fund.example.org \\
  strikefund setup --name 'Portland Bakers Strike Fund' --slug bakers --currency USD --time-zone America/Los_Angeles \\
      --webhook /run/keys/webhook
      Also tells Stripe where to send which events. The secret is told only once, so it goes straight into the file, for
      STRIPE_WEBHOOK_SECRET_FILE. An endpoint that is there is brought up to date. The key needs the right to write webhook endpoints.")]
pub struct Setup {
    /// The fund's name, as the public reads it
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// Its place in addresses: /f/SLUG (lower-case letters, digits, hyphens)
    #[arg(long, value_name = "SLUG")]
    pub slug: String,
    /// The currency its books are kept in, like USD
    #[arg(long, value_name = "CODE")]
    pub currency: String,
    /// The time zone its days begin in, like America/Los_Angeles
    #[arg(long, value_name = "ZONE")]
    pub time_zone: String,
    /// What the money is for, in public
    #[arg(long, value_name = "TEXT")]
    pub promise: Option<String>,
    /// The only purpose its money may serve; left out: whatever the strike needs
    #[arg(long, value_name = "TEXT")]
    pub restriction: Option<String>,
    /// Begin as a draft, which is not public and takes no gifts until two people open it on the site
    #[arg(long)]
    pub draft: bool,
    /// The name on receipts: the organization that holds the money, in full
    #[arg(long, value_name = "TEXT")]
    pub legal_name: Option<String>,
    /// Where donors and members write to
    #[arg(long, value_name = "TEXT")]
    pub contact: Option<String>,
    /// What stands on card statements behind your Stripe account's own words: neutral, at most 22 plain letters
    #[arg(long, value_name = "TEXT")]
    pub statement_text: Option<String>,
    /// The strike's first day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub strike_on: Option<Day>,
    /// The languages it offers, the one it begins in first: en,es or es,en or en or es [default: en,es]
    #[arg(long, value_name = "CODES")]
    pub languages: Option<String>,
    /// Who must agree to sums, while nobody is on the staff: 1,500:2 is one approver, and two above 500 [default: 1,500:2]
    #[arg(long, value_name = "TIERS")]
    pub approvers: Option<String>,
    /// Start the books of the Stripe account on this day; left out: with its first line
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub open_on: Option<Day>,
    /// Have Stripe make the webhook endpoint of this site, and write its secret to this new file
    #[arg(long, value_name = "FILE")]
    pub webhook: Option<PathBuf>,
    /// For `serve --practice` and no real money: only then may a fund publish fewer gifts, or more often, than by default
    #[arg(long)]
    pub practice: bool,
    /// Publish when this many new gifts wait, so that no single gift can be read off the total [default: 5]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub min_gifts: Option<u32>,
    /// Publish at most this often: seconds, or with m, h or d behind the number [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub publish_interval: Option<u32>,
}

/// Let people in: the treasurers, approvers, auditors and administrators of the fund
#[derive(Args, Debug)]
#[command(long_about = "\
Prints a link that lets somebody in: they choose a password and set up the authenticator app on
their phone. Later people are invited on the site by an administrator; this is for the first ones,
and for when nobody else can let somebody in. The log of acts says that it was done at the server.")]
#[command(after_help = "\
Examples:
  strikefund staff add --name 'Rosa' --email rosa@example.org --roles recorder,administrator
  strikefund staff add --name 'Ben' --email ben@example.org --roles approver --language es
  strikefund staff reset rosa@example.org
      Rosa lost phone and password: she is signed out, and sets both anew by the link.")]
pub struct Staff {
    #[command(subcommand)]
    pub what: StaffVerb,
}

#[derive(Debug, Subcommand)]
pub enum StaffVerb {
    Add(StaffAdd),
    Reset(StaffReset),
}

/// Take somebody on, and print the link of their invitation
#[derive(Args, Debug)]
pub struct StaffAdd {
    /// What colleagues call them
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// Their address, by which they sign in
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// What they may do: recorder, approver, auditor, administrator; several with commas between
    #[arg(long, value_name = "ROLES", value_delimiter = ',', required = true)]
    pub roles: Vec<Role>,
    /// What they read: en or es
    #[arg(long, value_name = "CODE", default_value = "en")]
    pub language: Language,
}

/// Sign somebody out, and print a link by which they set password and authenticator anew
#[derive(Args, Debug)]
pub struct StaffReset {
    /// The address by which they sign in
    #[arg(value_name = "ADDRESS")]
    pub email: String,
}

/// Bring the database to the schema of this program
#[derive(Args, Debug)]
#[command(long_about = "\
Brings the database to the schema of this program. On SQLite `serve` does this by itself, after
putting a copy aside. On PostgreSQL it is done here, by the role that owns the tables; the role
that serves needs far fewer rights, and --app-role grants it exactly those: it can add to the
books, and can neither change nor delete what stands in them.")]
#[command(after_help = "\
Examples:
  strikefund migrate --check
      Says what is missing and changes nothing; exit code 1 when something is.

  DATABASE_URL=postgres://strikefund_owner@db/strikefund strikefund migrate --app-role strikefund_app
  DATABASE_URL=postgres://strikefund_app@db/strikefund strikefund serve")]
pub struct Migrate {
    /// Say what is missing, change nothing; exit code 1 when something is
    #[arg(long)]
    pub check: bool,
    /// PostgreSQL: grant this role what `serve` needs and nothing more
    #[arg(long, value_name = "NAME", conflicts_with = "check")]
    pub app_role: Option<String>,
}

/// Recompute everything the books promise, and name the first thing wrong
#[derive(Args, Debug)]
#[command(long_about = "\
Recomputes everything from the postings: every entry sums to zero, every balance and day sum is
right, every guard of the database is in place, and what Stripe said it holds is what the books
say it holds. It only reads, and may run while the site does. What waits for a person
(deliveries that could not be read, alerts) is listed, and is no fault of the books.")]
#[command(after_help = "\
Examples:
  strikefund verify
  strikefund verify || mail -s 'The books are wrong' treasurer@example.org      exit code 1 names the first thing wrong")]
pub struct Verify {}

/// Write the whole ledger for another program to read, or everything published as a folder
#[derive(Args, Debug)]
#[command(long_about = "\
Writes every entry of the ledger with every amount, from one consistent view, while the site
runs. Nothing that a stranger typed is in it: no name, no e-mail address, no note; entries carry
their numbers and Stripe's. The same books give the same file.")]
#[command(after_help = "\
Examples:
  strikefund export --format hledger | hledger -f - check --strict
  strikefund export --format hledger | hledger -f - balance
  strikefund export --format beancount --out books.beancount && bean-check books.beancount
  strikefund export --format csv --out books.csv       one line a posting; opens in any spreadsheet
  strikefund export --format json                      whole minor units, as Stripe counts them
  strikefund export --site public                      the published pages, reports and log, as files")]
pub struct Export {
    /// What to write
    #[arg(long, value_enum, required_unless_present = "site")]
    pub format: Option<Format>,
    /// Write every public file of every fund into this folder, for any host that serves files; files that are there are replaced
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "out"])]
    pub site: Option<PathBuf>,
    /// Where to; left out: standard output. A file that is there is replaced once the new one is whole
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Copy the books to a new file while the site runs, and check the copy
#[derive(Args, Debug)]
#[command(long_about = "\
Copies the database to a new file while the site runs, opens the copy, checks it (its structure,
every balance, every sum) and only then gives it its name, with its SHA-256 in a file beside it.
Documents (photos of receipts, PDFs) go to a folder beside it, FILE.documents, each held against
its SHA-256.
The master key is not in it, on purpose: whoever finds a backup cannot read who gave. Keep a
copy of the key apart; without it the books are whole but names and addresses stay sealed.")]
#[command(after_help = "\
Examples:
  strikefund backup /mnt/backup/books-2026-11-22.sqlite
  DATABASE_URL=… strikefund backup /mnt/backup/books-2026-11-22.dump      runs pg_dump, and pg_restore to check")]
pub struct Backup {
    /// The new file; one that is there is never overwritten
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Put a backup in the place of the books, after checking it
#[derive(Args, Debug)]
#[command(long_about = "\
Checks the backup first: its SHA-256 where it stands beside it, its structure, every balance,
every sum, every document in the folder beside it. Until all of that has passed nothing is touched. Books that are there already are
left alone unless --replace is given; then they are moved aside, never deleted. Stop the site
before.")]
#[command(after_help = "\
Examples:
  strikefund restore /mnt/backup/books-2026-11-22.sqlite --data /var/lib/strikefund
  strikefund restore /mnt/backup/books-2026-11-22.sqlite --replace
  DATABASE_URL=… strikefund restore /mnt/backup/books-2026-11-22.dump     into an empty database, by pg_restore")]
pub struct Restore {
    /// What `strikefund backup` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Move the books that are there aside
    #[arg(long)]
    pub replace: bool,
    /// The newest copy of donors' keys, where it does not lie beside the backup
    #[arg(long, value_name = "FILE")]
    pub donor_keys: Option<PathBuf>,
}

/// Send one mail now, to see whether the mail server takes it
#[derive(Args, Debug)]
#[command(long_about = "\
Gives one short mail to the mail server and says what came of it. It needs no books. The mail says
nothing of what this site is for. Mails of the site itself go through the outbox (/treasury/mail).")]
#[command(after_help = "\
Examples:
  STRIKEFUND_SMTP_URL_FILE=/run/keys/smtp strikefund mail-test --to ana@example.org
      The file holds one line, like smtps://USER:PASSWORD@mail.example.org")]
pub struct MailTest {
    /// Whom to send it to
    #[arg(long, value_name = "ADDRESS")]
    pub to: String,
}

/// Show which settings are in force, and where each came from
#[derive(Args, Debug)]
#[command(long_about = "\
Shows every setting with its value and the place it came from: a flag, an environment variable,
a line of the settings file, or its default. Secrets are never shown. Mistakes are told all at
once, and the exit code is 2.")]
#[command(after_help = "\
Examples:
  strikefund config
  STRIKEFUND_CONFIG=/etc/strikefund.toml strikefund config

A settings file, every line optional:
  strikefund_data = \"/var/lib/strikefund\"
  strikefund_listen = \"127.0.0.1:8080\"
  strikefund_base_url = \"https://fund.example.org\"
  strikefund_proxies = \"127.0.0.1, 10.1.0.0/16\"
  stripe_secret_key_file = \"/etc/strikefund/stripe-key\"
  stripe_webhook_secret_file = \"/etc/strikefund/webhook-secret\"")]
pub struct Show {}

/// Reads `90`, `90s`, `15m`, `24h` or `7d` as seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let wrong = || format!("“{text}” is no length of time; write it like 24h");
    let (number, unit) = text.split_at(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len());
    let unit = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_length_of_time_is_read_or_refused() {
        for (text, secs) in [("90", 90), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)] {
            assert_eq!(seconds(text), Ok(secs), "{text}");
        }
        for text in ["", "h", "-1h", "1w", "1.5h", "99999999d"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
