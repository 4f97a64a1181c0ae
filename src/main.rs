//! Reads the command line and calls one verb.

mod cli;

use std::io::{BufWriter, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use secrecy::ExposeSecret as _;
use tracing_subscriber::EnvFilter;

use strikefund::clock::Clock;
use strikefund::config::{self, Config};
use strikefund::db::{Db, MIGRATIONS};
use strikefund::ids::Entropy;
use strikefund::publication::export;
use strikefund::{funds, transact};

use cli::{Cli, Verb};

/// It could not be done, or `verify` found something.
const FAULT: u8 = 1;
/// It was asked wrongly: clap exits with the same number.
const USAGE: u8 = 2;

/// What was asked for cannot be meant; the person can ask differently.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct AskedWrongly(String);

fn main() -> ExitCode {
    // Two crates bring rustls; the first to ask would otherwise choose the provider, or panic over the choice.
    rustls::crypto::ring::default_provider().install_default().expect("nothing chose a provider before main");
    let cli = Cli::parse();
    let config = match Config::load(&cli.flags) {
        Ok(config) => config,
        Err(mistakes) => return say(&mistakes.into()),
    };
    log_to_stderr(&config);
    let runtime = tokio::runtime::Runtime::new().context("The system gives no threads");
    match runtime.and_then(|runtime| runtime.block_on(run(&cli.verb, &config))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&error),
    }
}

fn say(error: &anyhow::Error) -> ExitCode {
    eprintln!("strikefund: {error:#}");
    let asked_wrongly = error.is::<AskedWrongly>() || error.is::<config::Mistakes>();
    ExitCode::from(if asked_wrongly { USAGE } else { FAULT })
}

/// Text for a person at a terminal, JSON for a machine that keeps logs.
fn log_to_stderr(config: &Config) {
    // Stripe's client names customers in its spans below `warn`, whatever else is asked for.
    let filter = EnvFilter::new(&config.log).add_directive("stripe=warn".parse().expect("a directive of our own"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { lines.init() } else { lines.json().flatten_event(true).init() }
}

async fn run(verb: &Verb, config: &Config) -> anyhow::Result<()> {
    match verb {
        Verb::Config => print!("{config}"),
        Verb::Migrate(asked) => migrate(config, asked).await?,
        Verb::Setup(asked) => setup(config, asked).await?,
        Verb::Export(asked) => export(config, asked).await?,
        Verb::Serve(_) | Verb::Demo(_) | Verb::Verify | Verb::Backup(_) | Verb::Restore(_) => anyhow::bail!("not wired yet"),
    }
    Ok(())
}

/// Connects to the books as they are.
async fn connect(config: &Config) -> anyhow::Result<Db> {
    if let Some(url) = &config.database_url {
        return Db::connect_postgres(url.expose_secret()).await.context("PostgreSQL does not take us in");
    }
    config::make_private_folder(&config.data).with_context(|| format!("The folder {} cannot be made", config.data.display()))?;
    Db::open_sqlite(&config.data).await
}

/// Connects to books that are there, with the schema of this program.
async fn open(config: &Config) -> anyhow::Result<Db> {
    let db = connect(config).await?;
    match (&db, db.applied().await?) {
        (_, applied) if applied == MIGRATIONS.len() => Ok(db),
        (_, 0) => anyhow::bail!("There are no books here yet. `strikefund setup --help` shows how to begin."),
        (Db::Postgres(_), _) => {
            anyhow::bail!("The books are from an older strikefund. Run `strikefund migrate` as the role that owns the tables.")
        }
        (Db::Sqlite { .. }, _) => db.migrate().await.map(|_| db),
    }
}

async fn migrate(config: &Config, asked: &cli::Migrate) -> anyhow::Result<()> {
    let db = connect(config).await?;
    if asked.check {
        let applied = db.applied().await?;
        println!("The database has {applied} of {} steps.", MIGRATIONS.len());
        anyhow::ensure!(applied == MIGRATIONS.len(), "Run `strikefund migrate`.");
        return Ok(());
    }
    let done = db.migrate().await?;
    println!("The database had {} of {} steps and has them all now.", done.before, done.now);
    if let Some(role) = &asked.app_role {
        db.grant_serving(role).await?;
        println!("The role {role} may serve: it can add to the books, and neither change nor delete what stands in them.");
    }
    db.close().await;
    Ok(())
}

async fn setup(config: &Config, asked: &cli::Setup) -> anyhow::Result<()> {
    let fund = asked.fund().map_err(|wrong| AskedWrongly(wrong.join("\n  ")))?;
    let db = connect(config).await?;
    if matches!(db, Db::Sqlite { .. }) || db.applied().await? == 0 {
        db.migrate().await?;
    }
    let (entropy, now) = (Entropy::system(), Clock::system().now());
    let unused = funds::list(&mut db.begin_read().await?).await?.is_empty();
    config::keyring(&config.master_key_file, &entropy, unused)?;
    let done: Result<_, funds::SetUpError> = transact!(db, tx => funds::set_up(tx, &fund, &entropy, now).await);
    done?;
    println!("The fund “{}” is ready at /f/{}.", fund.name, fund.slug);
    println!("Keep a copy of {} apart from the data: without it, who gave stays sealed for ever.", config.master_key_file.display());
    db.close().await;
    Ok(())
}

async fn export(config: &Config, asked: &cli::Export) -> anyhow::Result<()> {
    let db = open(config).await?;
    let tx = &mut db.begin_read().await?;
    match &asked.out {
        None => {
            export::write(tx, asked.format, &mut BufWriter::new(std::io::stdout())).await?;
        }
        Some(path) => {
            let entries = export_to(tx, asked.format, path).await.with_context(|| format!("{} could not be written", path.display()))?;
            eprintln!("Wrote {entries} entries to {}.", path.display());
        }
    }
    Ok(())
}

/// Writes beside the file first, so that a half-written export never bears its name.
async fn export_to(tx: &mut strikefund::db::Tx, format: export::Format, path: &Path) -> anyhow::Result<u64> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let mut out = BufWriter::new(std::fs::File::create(&draft)?);
    let entries = export::write(tx, format, &mut out).await?;
    out.flush()?;
    out.get_ref().sync_all()?;
    std::fs::rename(&draft, path)?;
    Ok(entries)
}
