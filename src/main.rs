//! Reads the command line and calls one verb.

mod cli;
mod setup;
mod staff;

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use secrecy::ExposeSecret;
use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use strikefund::clock::Clock;
use strikefund::config::{self, Config, Flags};
use strikefund::db::{Db, MIGRATIONS, Migrated, SQLITE_NAME, backup};
use strikefund::files::{FOLDER, copies};
use strikefund::ids::Entropy;
use strikefund::language::Language;
use strikefund::mail::{self, Kind, Letter, Post, Problem};
use strikefund::people::session;
use strikefund::publication::anchor::Anchors;
use strikefund::publication::export;
use strikefund::seal::Keyring;
use strikefund::serve::{self, Node, WhichStripe};
use strikefund::verify::{self, judge};
use strikefund::{demo, funds, transact};

use cli::{Cli, Verb};

/// It could not be done, or `verify` found something.
const FAULT: u8 = 1;
/// It was asked wrongly: clap exits with the same number.
const USAGE: u8 = 2;

const NO_KEY: &str = "No Stripe key is set. Put a restricted key into a file and name it in STRIPE_SECRET_KEY_FILE (the README says which rights \
    it needs). To look around first: `strikefund demo`, or `strikefund serve --practice` with your own fund and no real money.";

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
    match runtime.and_then(|runtime| runtime.block_on(run(cli, config))) {
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
    // Below `warn`, what carries requests tells of them, and requests of people: whatever was asked for, they keep quiet.
    let talks_of_people = |target: &str| ["stripe", "hyper"].iter().any(|name| target.starts_with(name));
    let quiet = filter_fn(move |said| !talks_of_people(said.target()) || *said.level() <= Level::WARN);
    let registry = tracing_subscriber::registry().with(EnvFilter::new(&config.log)).with(quiet);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { registry.with(lines).init() } else { registry.with(lines.json().flatten_event(true)).init() }
}

async fn run(cli: Cli, config: Config) -> anyhow::Result<()> {
    match cli.verb {
        Verb::Serve(asked) => serve(&config, &asked).await,
        Verb::Demo(_) => demo(config, &cli.flags).await,
        Verb::Setup(asked) => setup::setup(&config, &asked).await,
        Verb::Staff(asked) => staff::staff(&config, &asked).await,
        Verb::Migrate(asked) => migrate(&config, &asked).await,
        Verb::Verify(_) => verify(&config).await,
        Verb::Export(asked) => export(&config, &asked).await,
        Verb::VerifyPublic(asked) => cli::published::check(&asked).await,
        Verb::VerifyReceipt(asked) => cli::published::check_receipt(&asked),
        Verb::Proof(asked) => cli::published::prove(&open(&config).await?, &keyring(&config)?, &asked).await,
        Verb::RotateKey(asked) => {
            let site = config.base_url_at(config.listen);
            cli::published::rotate_key(&open(&config).await?, &keyring(&config)?, &site, &asked).await
        }
        Verb::CheckHead(asked) => cli::published::check_head(&open(&config).await?, &asked).await,
        Verb::Backup(asked) => back_up(&config, &asked).await,
        Verb::Restore(asked) => restore(&config, &asked).await,
        Verb::ChangeMasterKey(asked) => cli::donors::change_master_key(&config, &open(&config).await?, &asked).await,
        Verb::MailTest(asked) => mail_test(&config, &asked).await,
        Verb::Config(_) => {
            print!("{config}");
            Ok(())
        }
    }
}

/// The keys that open what is sealed in the books.
fn keyring(config: &Config) -> anyhow::Result<Keyring> {
    config::keyring(&config.master_key_file, &Entropy::system(), false)
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
    const NO_BOOKS: &str = "There are no books here yet. `strikefund setup --help` shows how to begin.";
    // Looking at books that are not there must not make them.
    anyhow::ensure!(config.database_url.is_some() || config.data.join(SQLITE_NAME).exists(), "{NO_BOOKS}");
    let db = connect(config).await?;
    let applied = db.applied().await?;
    anyhow::ensure!(applied > 0, "{NO_BOOKS}");
    if applied < MIGRATIONS.len() {
        anyhow::ensure!(
            matches!(db, Db::Sqlite { .. }),
            "The books are from an older strikefund. Run `strikefund migrate` as the role that owns the tables."
        );
        bring_up(config, &db).await?;
    }
    Ok(db)
}

/// The same for who serves: on the embedded database, books that are not there are begun, and the site's own setup does the rest.
async fn open_or_begin(config: &Config) -> anyhow::Result<Db> {
    if config.database_url.is_none() && !config.data.join(SQLITE_NAME).exists() {
        let db = connect(config).await?;
        bring_up(config, &db).await?;
        config::keyring(&config.master_key_file, &Entropy::system(), true)?;
        println!("There were no books in {}: new ones are begun.", config.data.display());
        return Ok(db);
    }
    open(config).await
}

/// Brings the schema to its newest step; on the embedded database a checked copy is put aside before.
async fn bring_up(config: &Config, db: &Db) -> anyhow::Result<Migrated> {
    let applied = db.applied().await?;
    let copy = config.data.join(format!("before-schema-{}-of-{applied}.sqlite", MIGRATIONS.len()));
    if matches!(db, Db::Sqlite { .. }) && (1..MIGRATIONS.len()).contains(&applied) && !copy.exists() {
        backup::back_up(db, None, &copy, judge).await.context("The books were not migrated, for no copy could be put aside before")?;
    }
    db.migrate().await
}

/// Runs the site until it is asked to stop.
async fn serve(config: &Config, asked: &cli::Serve) -> anyhow::Result<()> {
    let stop = serve::asked_to_stop()?;
    let db = open_or_begin(config).await?;
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let stripe = if asked.practice { WhichStripe::Practice { daily_payouts: true } } else { WhichStripe::Real };
    let node = Node::build(config, db, Clock::system(), Entropy::system(), stripe).await?;
    println!("strikefund answers on {}", node.parts.base_url);
    for fund in funds::list(&mut node.parts.db.begin_read().await?).await? {
        println!("  {}: {}/f/{}", fund.name, node.parts.base_url, fund.slug);
    }
    if !node.parts.payments.gateway().is_open() {
        println!("No Stripe key is set yet, so nobody can give. An administrator enters it at {}/setup/stripe.", node.parts.base_url);
    }
    if let Some(path) = serve::first_link(&node.parts).await? {
        println!("Nobody is on the staff yet. Begin here, within an hour: {}{path}", node.parts.base_url);
    }
    node.serve(stop).await
}

/// Plays the demo in a folder of its own, serves it, and takes the folder away again.
async fn demo(config: Config, flags: &Flags) -> anyhow::Result<()> {
    let entropy = Entropy::system();
    let data = std::env::temp_dir().join(format!("strikefund-demo-{}", entropy.reference()));
    config::make_private_folder(&data).with_context(|| format!("The folder {} cannot be made", data.display()))?;
    let mut own = config.for_demo(flags, data.clone());
    // Whoever wants to look around should not have to find out first what else listens there.
    if std::net::TcpListener::bind(own.listen).is_err_and(|error| error.kind() == ErrorKind::AddrInUse) {
        own.listen.set_port(0);
    }
    let served = serve_demo(&own, entropy).await;
    let removed = std::fs::remove_dir_all(&data).with_context(|| format!("{} could not be removed", data.display()));
    served.and(removed)
}

async fn serve_demo(config: &Config, entropy: Entropy) -> anyhow::Result<()> {
    let mut stop = std::pin::pin!(serve::asked_to_stop()?);
    let db = Db::open_sqlite(&config.data).await?;
    db.migrate().await?;
    config::keyring(&config.master_key_file, &entropy, true)?;
    let stripe = WhichStripe::Practice { daily_payouts: false };
    let node = Node::build(config, db, Clock::shifted(-demo::SECS), entropy, stripe).await?.without_backups();
    eprintln!("Playing ten days of a strike …");
    tokio::select! {
        played = demo::play(&node) => played?,
        () = &mut stop => return Ok(()),
    }
    let staff = demo::ways_in(&node.parts).await?;
    println!("A strike of ten days, on practice money:");
    for (slug, name) in demo::public_funds() {
        println!("  {name}: {}/f/{slug}", node.parts.base_url);
    }
    println!("  Give (no card needed): {}/f/{}/give", node.parts.base_url, demo::public_funds()[0].0);
    println!("The treasury, as one of its made-up people:");
    for (who, path) in &staff {
        println!("  {who}: {}{path}", node.parts.base_url);
    }
    println!("Figures are published every few seconds. Ctrl-C ends it; nothing is kept.");
    node.serve(stop).await
}

async fn migrate(config: &Config, asked: &cli::Migrate) -> anyhow::Result<()> {
    let db = connect(config).await?;
    if asked.check {
        let applied = db.applied().await?;
        println!("The database has {applied} of {} steps.", MIGRATIONS.len());
        anyhow::ensure!(applied == MIGRATIONS.len(), "Run `strikefund migrate`.");
        return Ok(());
    }
    let done = bring_up(config, &db).await?;
    println!("The database had {} of {} steps and has them all now.", done.before, done.now);
    if let Some(role) = &asked.app_role {
        db.grant_serving(role).await?;
        println!("The role {role} may serve: it can add to the books, and neither change nor delete what stands in them.");
    }
    db.close().await;
    Ok(())
}

async fn verify(config: &Config) -> anyhow::Result<()> {
    let db = open(config).await?;
    let report = verify::verify(&db).await?;
    db.close().await;
    for waiting in &report.waiting {
        println!("Waits for a person: {waiting}");
    }
    report.wrong.map_or(Ok(()), |wrong| Err(anyhow::anyhow!("The books are wrong: {wrong}")))?;
    println!("Every entry balances, every sum is right, every line of Stripe's is booked once, every guard is in place.");
    Ok(())
}

async fn back_up(config: &Config, asked: &cli::Backup) -> anyhow::Result<()> {
    let db = open(config).await?;
    let url = config.database_url.as_ref().map(ExposeSecret::expose_secret);
    let backup = backup::back_up(&db, url, &asked.file, judge).await?;
    println!("Wrote {} ({} bytes) and checked it. SHA-256: {}", backup.file.display(), backup.bytes, backup.sha256);
    // After the database, so that no row of the copy names a document that is missing.
    let documents =
        copies::copy_out(&serve::files(config)?, &db, &asked.file).await.context("The books are copied, their documents are not")?;
    if documents > 0 {
        println!("Wrote {documents} documents to {} and checked each. Keep both together.", copies::folder_beside(&asked.file).display());
    }
    cli::donors::copy_beside(&db, &asked.file).await?;
    let now = Clock::system().now();
    let noted: sqlx::Result<()> = transact!(db, tx => backup::notes::made_elsewhere(tx, &backup, documents, now).await);
    noted.context("The backup was made, and it could not be noted in the books")?;
    println!("The master key is not in it: keep a copy of {} apart from it.", config.master_key_file.display());
    db.close().await;
    Ok(())
}

async fn restore(config: &Config, asked: &cli::Restore) -> anyhow::Result<()> {
    let judge = async |copy: &Db| {
        judge(copy).await?;
        copies::check(copy, &asked.file).await
    };
    let checksum_agreed = if let Some(url) = &config.database_url {
        backup::restore_postgres(url.expose_secret(), &asked.file, judge).await?
    } else {
        config::make_private_folder(&config.data)?;
        let done = backup::restore_sqlite(&asked.file, &config.data, asked.replace, Clock::system().now(), judge).await?;
        if let Some(aside) = done.aside {
            move_documents_aside(config, &aside)?;
            println!("The books that were there are in {} now.", aside.display());
        }
        done.checksum_agreed
    };
    if !checksum_agreed {
        println!("No SHA-256 stood beside the backup, so only its structure and its sums were checked.");
    }
    let db = connect(config).await?;
    bring_up(config, &db).await?;
    cli::donors::put_back(&db, &asked.file, asked.donor_keys.as_ref()).await?;
    let documents =
        copies::copy_in(&serve::files(config)?, &db, &asked.file).await.context("The books are restored, their documents are not")?;
    if documents > 0 {
        println!("{documents} documents are back.");
    }
    let now = Clock::system().now();
    let held: sqlx::Result<u64> = transact!(db, tx => {
        session::end_all(tx, now).await?;
        mail::hold(tx, now).await
    });
    if let held @ 1.. = held? {
        println!("{held} mails waited when the backup was made and may have been sent since. They are held: see /treasury/mail.");
    }
    compare_heads(config, &db).await?;
    db.close().await;
    println!("The books are restored; everybody signs in anew. What Stripe did since then is booked when the site runs again.");
    if !config.master_key_file.exists() {
        println!("The master key is not part of a backup: put its copy at {}.", config.master_key_file.display());
    }
    Ok(())
}

/// Says of each fund whose log is behind a head that was kept: nothing will be published on top of it.
async fn compare_heads(config: &Config, db: &Db) -> anyhow::Result<()> {
    let (anchors, tx) = (Anchors::in_data(&config.data), &mut db.begin_read().await?);
    for fund in funds::list(tx).await? {
        if let Err(behind) = anchors.check(tx, &fund).await {
            println!("Take care: {behind}.");
        }
    }
    Ok(())
}

/// Gives one mail to the server, past the outbox. Nothing that was sealed is needed, so the keys are made up.
async fn mail_test(config: &Config, asked: &cli::MailTest) -> anyhow::Result<()> {
    if config.smtp.is_none() {
        return Err(
            AskedWrongly("No mail server is set. Put its address into a file and name it in STRIKEFUND_SMTP_URL_FILE.".to_owned()).into()
        );
    }
    let base_url = config.base_url_at(config.listen);
    let (entropy, keyring) = (Entropy::system(), Keyring::from_master(&[0; 32]));
    let post = Post::new(config.smtp.as_ref(), &config.sender_at(&base_url), Arc::new(keyring))?;
    let letter = Letter { cause: "", to: &asked.to, language: Language::English, kind: Kind::Test, values: &[], link: None };
    match post.send(&asked.to, letter.write(), &entropy.reference(), Clock::system().now()).await {
        Ok(()) => println!("The mail server took the mail to {}. Look into that mailbox.", asked.to),
        Err((problem, reply)) => {
            let reply = reply.map_or(String::new(), |reply| format!(" (it answered {reply})"));
            anyhow::bail!("The mail did not go: {}{reply}.", said_of(problem))
        }
    }
    Ok(())
}

const fn said_of(problem: Problem) -> &'static str {
    match problem {
        Problem::Address => "the address, or the one it comes from, cannot be one",
        Problem::Unreachable => "the mail server was not reached, or broke off",
        Problem::NotPrivate => "the connection could not be encrypted, or the server takes no password, so nothing was said",
        Problem::Login => "the mail server did not take the name and password",
        Problem::Later => "the mail server does not take it now",
        Problem::Refused => "the mail server refused it",
        Problem::Sealed | Problem::Restored => "it is held back",
    }
}

/// The documents of books that were moved aside go with them: where they lay, they would be swept away, for no row stands for them any more.
fn move_documents_aside(config: &Config, aside: &Path) -> anyhow::Result<()> {
    match std::fs::rename(config.data.join(FOLDER), aside.join(FOLDER)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).context("The documents that were there cannot be moved"),
        _ => Ok(()),
    }
}

async fn export(config: &Config, asked: &cli::Export) -> anyhow::Result<()> {
    let db = open(config).await?;
    if let Some(folder) = &asked.site {
        return cli::published::write(&db, folder).await;
    }
    let Some(format) = asked.format else { anyhow::bail!("--format or --site says what to write") };
    let tx = &mut db.begin_read().await?;
    match &asked.out {
        None => {
            export::write(tx, format, |piece| std::future::ready(std::io::stdout().write_all(&piece))).await?;
            std::io::stdout().flush()?;
        }
        Some(path) => {
            let entries = export_to(tx, format, path).await.with_context(|| format!("{} could not be written", path.display()))?;
            eprintln!("Wrote {entries} entries to {}.", path.display());
        }
    }
    Ok(())
}

/// Writes beside the file first, so that a half-written export never bears its name.
async fn export_to(tx: &mut strikefund::db::Tx, format: export::Format, path: &Path) -> anyhow::Result<u64> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let mut out = std::fs::File::create(&draft)?;
    let entries = export::write(tx, format, |piece| std::future::ready(out.write_all(&piece))).await?;
    out.sync_all()?;
    std::fs::rename(&draft, path)?;
    Ok(entries)
}
