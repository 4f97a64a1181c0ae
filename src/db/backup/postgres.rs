//! Backup and restore on `PostgreSQL`, by its own programs: they know every server's ways.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr as _;

use anyhow::{Context as _, bail, ensure};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use super::{Backup, NEVER_COPIED, beside, checksum, folder_of, sync_folder};
use crate::db::Db;

/// Runs `pg_dump`, which reads one consistent view, and lists the dump to see that it is whole.
pub(super) async fn back_up(url: &str, file: &Path) -> anyhow::Result<Backup> {
    let draft = beside(file, ".part");
    let outcome = dump(url, &draft, file).await;
    if outcome.is_err() {
        // It is of no use to anyone; if it stays, the next run writes over it.
        let _ = fs::remove_file(&draft);
    }
    outcome
}

async fn dump(url: &str, draft: &Path, file: &Path) -> anyhow::Result<Backup> {
    // Made by us first, so that it is never open to others.
    let made = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(draft);
    made.with_context(|| format!("{} cannot be written", draft.display()))?;
    let without = format!("--exclude-table-data={NEVER_COPIED}");
    run("pg_dump", url, &["--format=custom".as_ref(), without.as_ref(), "--file".as_ref(), draft.as_os_str()]).await?;
    fs::File::open(draft)?.sync_all()?;
    list(url, draft).await?;
    let (sha256, bytes) = (checksum::of(draft)?, fs::metadata(draft)?.len());
    ensure!(!file.exists(), "{} came to be meanwhile, and a backup never overwrites anything.", file.display());
    checksum::note(file, &sha256)?;
    fs::rename(draft, file)?;
    sync_folder(folder_of(file))?;
    Ok(Backup { file: file.to_owned(), bytes, sha256 })
}

/// Puts a dump into an empty database, all of it or nothing; `verify` judges what is there then.
///
/// Gives whether a SHA-256 stood beside the dump and agreed.
///
/// # Errors
/// In one plain sentence; a database that is not empty is not touched.
pub async fn restore_postgres(url: &str, backup: &Path, verify: impl AsyncFn(&Db) -> anyhow::Result<()>) -> anyhow::Result<bool> {
    let checksum_agreed = checksum::check(backup, backup)?;
    list(url, backup).await?;
    let db = Db::connect_postgres(url).await?;
    let Db::Postgres(pool) = &db else { bail!("The address is not of PostgreSQL") };
    let question = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()";
    let tables: i64 = sqlx::query_scalar(question).fetch_one(pool).await?;
    ensure!(tables == 0, "The database is not empty. Make a new one (createdb), and let DATABASE_URL name it.");
    let database = PgConnectOptions::from_str(url)?;
    let database = database.get_database().unwrap_or_else(|| database.get_username()).to_owned();
    let whole_or_nothing = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname"];
    let arguments = whole_or_nothing.into_iter().chain([&*database]).map(OsStr::new).chain([backup.as_os_str()]);
    run("pg_restore", url, &arguments.collect::<Vec<_>>()).await?;
    db.migrate().await?;
    verify(&db).await.context("The backup is in the database, and what it holds is wrong: do not serve it")?;
    db.close().await;
    Ok(checksum_agreed)
}

/// Reads the dump's table of contents; a dump that was cut off has none.
async fn list(url: &str, dump: &Path) -> anyhow::Result<()> {
    run("pg_restore", url, &["--list".as_ref(), dump.as_os_str()]).await.with_context(|| format!("{} is no whole dump", dump.display()))
}

/// Runs one of the database's own programs. How to connect goes by its environment: a process list shows arguments, passwords too.
async fn run(program: &'static str, url: &str, arguments: &[&OsStr]) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.args(arguments).envs(surroundings(url)?).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let done = tokio::task::spawn_blocking(move || command.output()).await?;
    let done = match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("{program} was not found. It comes with PostgreSQL's client programs (on Debian: apt install postgresql-client).")
        }
        done => done.with_context(|| format!("{program} could not be run"))?,
    };
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{program} did not succeed: {}", said.trim());
    Ok(())
}

/// The address as the variables that every one of its programs reads.
fn surroundings(url: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    // The driver's own error may repeat the address, and with it the password.
    let options =
        PgConnectOptions::from_str(url).map_err(|_| anyhow::anyhow!("DATABASE_URL is not the address of a PostgreSQL database"))?;
    let socket = options.get_socket().map(|socket| socket.to_string_lossy().into_owned());
    let mut surroundings = vec![
        ("PGHOST", socket.unwrap_or_else(|| options.get_host().to_owned())),
        ("PGPORT", options.get_port().to_string()),
        ("PGUSER", options.get_username().to_owned()),
        ("PGDATABASE", options.get_database().unwrap_or_else(|| options.get_username()).to_owned()),
    ];
    let address = options.to_url_lossy();
    surroundings.extend(address.password().and_then(percent_decoded).map(|password| ("PGPASSWORD", password)));
    for (key, value) in address.query_pairs() {
        let name = match &*key {
            "sslmode" => "PGSSLMODE",
            "sslrootcert" => "PGSSLROOTCERT",
            "sslcert" => "PGSSLCERT",
            "sslkey" => "PGSSLKEY",
            _ => continue,
        };
        surroundings.push((name, value.into_owned()));
    }
    Ok(surroundings)
}

/// Undoes `%41`; None where the text is not what percent-encoding gives.
fn percent_decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(piece.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_the_variables_postgresql_reads() {
        let all = surroundings("postgres://fund:p%40ss%2Fw%C3%B6rd@db.example.org:5433/books?sslmode=verify-full").unwrap();
        for (name, value) in [
            ("PGHOST", "db.example.org"),
            ("PGPORT", "5433"),
            ("PGUSER", "fund"),
            ("PGDATABASE", "books"),
            ("PGPASSWORD", "p@ss/wörd"),
            ("PGSSLMODE", "verify-full"),
        ] {
            assert!(all.contains(&(name, value.to_owned())), "{name}: {all:?}");
        }
        let said = surroundings("not an address CANARY").unwrap_err();
        assert!(!format!("{said:#} {said:?}").contains("CANARY"), "{said:?}");
    }
}
