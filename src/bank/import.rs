//! A statement becomes lines: looked at first with nothing stored, then imported whole or not at all. The same file twice is once, files that
//! overlap are their union, and no statement between two others may be missing. Not here: reading files, tying lines.

use super::file::{ReadFile, fingerprints};
use super::rows::{BankAccount, StatementRow};
use super::statement::{Line, Wrong};
use super::store;
use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::ids::{BankAccountId, Entropy, PersonId, StatementId};
use crate::money;
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

/// How long a file waits between its upload and its import.
const UPLOAD_SECS: i64 = 24 * 3600;
/// How many letters of an account's number are kept.
const ENDING: usize = 4;

/// Why a statement is not imported. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportRefusal {
    /// There is no such account or upload.
    #[error("there is no such account or file")]
    NotThere,
    /// The file was imported before.
    #[error("this file was imported before")]
    Known(Instant),
    /// The account was ended.
    #[error("the account was ended")]
    Ended,
    /// Neither the file nor the person tells a balance.
    #[error("neither the file nor the form tells a balance")]
    NoBalance,
    /// Opening + lines is not closing.
    #[error("the statement is not right: {0}")]
    Wrong(#[from] Wrong),
    /// A statement between the last one and this one is missing.
    #[error("the last statement ended with {ended_minor}, this one begins with {begins_minor}")]
    Gap {
        /// What the account held by the last statement.
        ended_minor: i64,
        /// The day of its last line.
        ended_on: Day,
        /// What it held by this one before its first line.
        begins_minor: i64,
    },
    /// With the lines that are known, its new lines do not come to its closing balance.
    #[error("what is known and its new lines come to {expected_minor}, its closing is {said_minor}")]
    Differs {
        /// What it should say.
        expected_minor: i64,
        /// What it says.
        said_minor: i64,
    },
    /// The file is another account's.
    #[error("the file is of the account ending in {0}")]
    OtherAccount(String),
    /// The person may not.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for ImportRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// How many lines it has.
    pub lines: usize,
    /// How many of them are known already.
    pub known: usize,
    /// The days of its first and last line.
    pub days: (Day, Day),
    /// Σ of what came in.
    pub in_minor: i64,
    /// Σ of what went out.
    pub out_minor: i64,
    /// What the account held before it.
    pub opening_minor: i64,
    /// What it held after it.
    pub closing_minor: i64,
}

/// A statement held against what is known.
struct Weighed<'a> {
    preview: Preview,
    new: Vec<(&'a Line, String)>,
    /// What stands for the time before the first statement, where that has to be said anew.
    before: Option<i64>,
}

/// What an import of the file would do; nothing is stored.
///
/// # Errors
/// [`ImportRefusal`], as [`import`] would refuse.
pub async fn preview(tx: &mut Tx, account: &BankAccount, file: &ReadFile, closing_minor: Option<i64>) -> Result<Preview, ImportRefusal> {
    Ok(weigh(tx, account, file, closing_minor).await?.preview)
}

/// Imports the file, whole or not at all.
///
/// # Errors
/// [`ImportRefusal`], with nothing stored.
pub async fn import(
    tx: &mut Tx,
    actor: Actor,
    id: BankAccountId,
    (file, closing_minor): (&ReadFile, Option<i64>),
    operation: &Operation,
    now: Instant,
) -> Result<StatementId, ImportRefusal> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    if let Some(done) = operation::find_result(tx, operation).await? {
        return done.parse().map(StatementId).map_err(|_| ImportRefusal::NotThere);
    }
    if !store::accounts::raise_decisions(tx, id).await? {
        return Err(ImportRefusal::NotThere);
    }
    let account = store::accounts::find(tx, id).await?.ok_or(ImportRefusal::NotThere)?;
    if account.ended_at.is_some() {
        return Err(ImportRefusal::Ended);
    }
    let weighed = weigh(tx, &account, file, closing_minor).await?;
    let Preview { lines, days: (first_on, last_on), opening_minor, closing_minor, .. } = weighed.preview;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let new = store::NewStatement {
        account: id,
        sha256: &file.sha256,
        format: file.format,
        first_on,
        last_on,
        opening_minor,
        closing_minor,
        lines: count(lines),
        new_lines: count(weighed.new.len()),
        person: actor.person,
    };
    let statement = store::insert_statement(tx, &new, now).await?;
    if let Some(amount_minor) = weighed.before.filter(|minor| *minor != 0) {
        let before = Line { number: 0, on: first_on, amount_minor, text: String::new(), reference: None };
        store::insert_lines(tx, id, statement, &[(&before, &format!("before:{}", file.sha256))]).await?;
    }
    let rows: Vec<(&Line, &str)> = weighed.new.iter().map(|(line, fingerprint)| (*line, fingerprint.as_str())).collect();
    store::insert_lines(tx, id, statement, &rows).await?;
    if let Some(ending) = file.statement.account.as_deref().map(ending).filter(|ending| !ending.is_empty()) {
        store::accounts::save_ending(tx, id, &ending).await?;
    }
    let detail = format!("{} lines, {} new", lines, rows.len());
    audit::write(tx, Some(actor.person), "statement imported", &format!("statement {statement}"), &detail, now).await?;
    operation::done(tx, operation, &statement.to_string(), now).await?;
    Ok(statement)
}

/// The last letters of an account's number.
fn ending(number: &str) -> String {
    let letters: Vec<char> = number.chars().filter(|c| c.is_alphanumeric()).collect();
    letters[letters.len().saturating_sub(ENDING)..].iter().collect()
}

async fn weigh<'a>(
    tx: &mut Tx,
    account: &BankAccount,
    file: &'a ReadFile,
    closing_minor: Option<i64>,
) -> Result<Weighed<'a>, ImportRefusal> {
    let statement = &file.statement;
    if let Some(known) = store::statement_of_file(tx, account.id, &file.sha256).await? {
        return Err(ImportRefusal::Known(known.imported_at));
    }
    if let (Some(known), Some(said)) = (&account.ending, statement.account.as_deref().map(ending))
        && *known != said
    {
        return Err(ImportRefusal::OtherAccount(said));
    }
    let (opening_minor, closing_minor) = statement.balances(closing_minor)?.ok_or(ImportRefusal::NoBalance)?;
    let days = statement.first_on().zip(statement.last_on()).ok_or(ImportRefusal::NoBalance)?;
    let (in_minor, out_minor) = statement.in_and_out().ok_or(super::What::TooLarge.at(1))?;
    let known = store::fingerprints(tx, account.id, days.0, days.1).await?;
    let marked = statement.lines.iter().zip(fingerprints(&statement.lines));
    let new: Vec<(&Line, String)> = marked.filter(|(_, fingerprint)| !known.contains(fingerprint)).collect();
    let lines = statement.lines.len();
    let preview = Preview { lines, known: lines - new.len(), days, in_minor, out_minor, opening_minor, closing_minor };
    let before = match store::last_statement(tx, account.id).await? {
        None => Some(opening_minor),
        Some(last) => continuity(tx, account, &last, &preview, &new).await?,
    };
    Ok(Weighed { preview, new, before })
}

/// Holds a statement's balances against those that are known. Where it tells of the time before the first statement, gives by how much what
/// stood for that time is less.
async fn continuity(
    tx: &mut Tx,
    account: &BankAccount,
    last: &StatementRow,
    preview: &Preview,
    new: &[(&Line, String)],
) -> Result<Option<i64>, ImportRefusal> {
    if new.is_empty() {
        return Ok(None);
    }
    let add = |one: i64, other: i64| money::sum([one, other]).ok_or(ImportRefusal::Wrong(super::What::TooLarge.at(1)));
    let new_minor = money::sum(new.iter().map(|(line, _)| line.amount_minor)).ok_or(super::What::TooLarge.at(1))?;
    let known_minor = add(last.closing_minor, -store::sum_after(tx, account.id, preview.days.1).await?)?;
    let first_on = store::first_on(tx, account.id).await?.unwrap_or(preview.days.0);
    let said_minor = preview.closing_minor;
    if preview.days.0 < first_on {
        let all_before = new.iter().all(|(line, _)| line.on <= first_on);
        let fits = all_before && known_minor == said_minor;
        return if fits { Ok(Some(-new_minor)) } else { Err(ImportRefusal::Differs { expected_minor: known_minor, said_minor }) };
    }
    let expected_minor = add(known_minor, new_minor)?;
    let within = preview.days.1 < last.last_on && new_minor != 0;
    if expected_minor == said_minor && !within {
        return Ok(None);
    }
    if preview.known == 0 && preview.days.0 >= last.last_on {
        let (ended_minor, begins_minor) = (last.closing_minor, preview.opening_minor);
        return Err(ImportRefusal::Gap { ended_minor, ended_on: last.last_on, begins_minor });
    }
    Err(ImportRefusal::Differs { expected_minor: if within { known_minor } else { expected_minor }, said_minor })
}

/// A file that waits for its import, as its uploader sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Whose account it is of.
    pub account: BankAccountId,
    /// Its bytes.
    pub body: Vec<u8>,
    /// What a person read off the paper.
    pub closing_minor: Option<i64>,
}

/// Keeps a file until its import, for a day at most, and gives what stands for it in addresses.
///
/// # Errors
/// [`ImportRefusal`].
pub async fn keep_upload(
    tx: &mut Tx,
    actor: Actor,
    (account, body, closing_minor): (BankAccountId, &[u8], Option<i64>),
    entropy: &Entropy,
    now: Instant,
) -> Result<String, ImportRefusal> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    forget_uploads(tx, now).await?;
    let reference = entropy.reference();
    store::insert_upload(tx, (&reference, account, actor.person), body, closing_minor, now).await?;
    Ok(reference)
}

/// A person's own upload.
///
/// # Errors
/// When the database is gone.
pub async fn find_upload(tx: &mut Tx, reference: &str, person: PersonId) -> sqlx::Result<Option<Upload>> {
    let found = store::upload(tx, reference, person).await?;
    Ok(found.map(|(account, body, closing_minor)| Upload { account, body, closing_minor }))
}

/// Says what the columns of an account's tables mean, and what the paper of the waiting file closes with.
///
/// # Errors
/// [`ImportRefusal`].
pub async fn set_columns(
    tx: &mut Tx,
    actor: Actor,
    reference: &str,
    mapping: &super::Mapping,
    closing_minor: Option<i64>,
    now: Instant,
) -> Result<(), ImportRefusal> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    let upload = find_upload(tx, reference, actor.person).await?.ok_or(ImportRefusal::NotThere)?;
    store::accounts::save_mapping(tx, upload.account, &mapping.saved()).await?;
    store::set_upload_closing(tx, reference, closing_minor).await?;
    audit::write(tx, Some(actor.person), "bank columns set", &format!("bank account {}", upload.account), "", now).await?;
    Ok(())
}

/// Lets go of a file that was imported.
///
/// # Errors
/// When the database is gone.
pub async fn forget_upload(tx: &mut Tx, reference: &str) -> sqlx::Result<()> {
    store::delete_upload(tx, reference).await
}

/// Lets go of files that nobody imported within a day; gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn forget_uploads(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::delete_uploads_before(tx, now.plus_secs(-UPLOAD_SECS)).await
}
