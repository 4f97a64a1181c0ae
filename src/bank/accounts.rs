//! The accounts at banks: opened, named, ended. None is ever deleted, for its statements and postings stay. Not here: what stands in them.

use super::statement::tidy;
use super::store::{self, accounts, matches};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::ids::BankAccountId;
use crate::ledger::{self, Account, Kind, chart};
use crate::money::{Currency, Money};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

/// Who may: those who enter what the bank says.
const RECORDER: &[Role] = &[Role::Recorder];
/// The longest name, in letters.
const LONGEST_NAME: usize = 60;
/// How many letters of an account's number are kept.
const ENDING: usize = 4;
/// What the path of every account at a bank begins with.
const PATHS: &str = "assets:bank:";
/// Its code in the chart.
const CODE: &str = "1100";

/// An account as a person describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    name: String,
    ending: Option<String>,
}

/// Why an account is not opened, named or ended. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountRefusal {
    /// No name, or one too long.
    #[error("a name has 1 to {LONGEST_NAME} letters, of which at least one is of A to Z or a digit")]
    Name,
    /// Another account is called so.
    #[error("another account is called so")]
    Taken,
    /// The last letters of its number are four letters or digits.
    #[error("the ending of an account's number has {ENDING} letters or digits")]
    Ending,
    /// A statement told another number.
    #[error("a statement of this account ends in {0}")]
    OtherEnding(String),
    /// Gifts, deposits and payouts go to the main account.
    #[error("the main account cannot be ended")]
    Main,
    /// Money stands in it by the books.
    #[error("the books say it holds {}", .0.for_people())]
    HoldsMoney(Money),
    /// Lines or postings of it wait for their match.
    #[error("{0} lines or entries of it wait")]
    Waiting(i64),
    /// It is ended, or taken up, already.
    #[error("that is so already")]
    Already,
    /// There is no such account.
    #[error("there is no such account")]
    NotThere,
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

impl Retryable for AccountRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

impl NewAccount {
    /// From what a person typed; an empty ending is none.
    ///
    /// # Errors
    /// [`AccountRefusal::Name`], [`AccountRefusal::Ending`].
    pub fn parse(name: &str, ending: &str) -> Result<Self, AccountRefusal> {
        let name = tidy(&[name]);
        if name.chars().count() > LONGEST_NAME || slug(&name).is_empty() {
            return Err(AccountRefusal::Name);
        }
        let ending = ending.trim();
        let fits = ending.chars().count() == ENDING && ending.chars().all(char::is_alphanumeric);
        match (ending.is_empty(), fits) {
            (true, _) => Ok(Self { name, ending: None }),
            (false, true) => Ok(Self { name, ending: Some(ending.to_owned()) }),
            (false, false) => Err(AccountRefusal::Ending),
        }
    }
}

/// What a name is in a path of the ledger: its plain letters and digits.
fn slug(name: &str) -> String {
    let letters = name.to_lowercase();
    let words = letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Opens a bank account under a path of the ledger that is there, in the fund's currency. Twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn open_account(tx: &mut Tx, path: &str, name: &str, currency: Currency, now: Instant) -> sqlx::Result<()> {
    accounts::insert(tx, path, name, currency, now).await
}

/// Opens an account at a bank, and its account in the ledger.
///
/// # Errors
/// [`AccountRefusal`], with nothing changed.
pub async fn add(
    tx: &mut Tx,
    actor: Actor,
    (new, currency): (&NewAccount, Currency),
    operation: &Operation,
    now: Instant,
) -> Result<BankAccountId, AccountRefusal> {
    people::require_fresh(tx, actor, RECORDER, now).await?;
    if let Some(done) = operation::find_result(tx, operation).await?.and_then(|done| done.parse().ok()) {
        return Ok(BankAccountId(done));
    }
    if accounts::is_called(tx, &new.name, BankAccountId(0)).await? {
        return Err(AccountRefusal::Taken);
    }
    let path = format!("{PATHS}{}", slug(&new.name));
    if accounts::of_path(tx, &path).await?.is_some() {
        return Err(AccountRefusal::Taken);
    }
    ledger::open_account(tx, &Account::new(CODE, &path, Kind::Asset, true)).await?;
    accounts::insert(tx, &path, &new.name, currency, now).await?;
    let id = accounts::of_path(tx, &path).await?.ok_or(AccountRefusal::NotThere)?.id;
    accounts::set_name(tx, id, &new.name, new.ending.as_deref()).await?;
    audit::write(tx, Some(actor.person), "bank account opened", &format!("bank account {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Gives an account another name, and the last letters of its number where no statement told them.
///
/// # Errors
/// [`AccountRefusal`], with nothing changed.
pub async fn rename(
    tx: &mut Tx,
    actor: Actor,
    (id, new): (BankAccountId, &NewAccount),
    operation: &Operation,
    now: Instant,
) -> Result<(), AccountRefusal> {
    let Some(account) = begin(tx, actor, id, operation, now).await? else { return Ok(()) };
    if accounts::is_called(tx, &new.name, id).await? {
        return Err(AccountRefusal::Taken);
    }
    // What its statements said of its number is not a person's to change: another account's file would then be taken for its own.
    if let Some(told) = account.ending.filter(|told| Some(told) != new.ending.as_ref())
        && store::last_statement(tx, id).await?.is_some()
    {
        return Err(AccountRefusal::OtherEnding(told));
    }
    accounts::set_name(tx, id, &new.name, new.ending.as_deref()).await?;
    audit::write(tx, Some(actor.person), "bank account renamed", &format!("bank account {id}"), "", now).await?;
    operation::done(tx, operation, "", now).await?;
    Ok(())
}

/// Ends an account that is empty by the books and in which nothing waits: no statement and no payment may name it since.
///
/// # Errors
/// [`AccountRefusal`], with nothing changed.
pub async fn end(tx: &mut Tx, actor: Actor, id: BankAccountId, operation: &Operation, now: Instant) -> Result<(), AccountRefusal> {
    let Some(account) = begin(tx, actor, id, operation, now).await? else { return Ok(()) };
    if account.path == chart::BANK {
        return Err(AccountRefusal::Main);
    }
    let held = ledger::balance_of(tx, &account.path).await?.into_iter().find(|(_, minor)| *minor != 0);
    if let Some((currency, minor)) = held {
        return Err(AccountRefusal::HoldsMoney(Money::new(minor, currency)));
    }
    let waiting = matches::lines_waiting(tx, id).await?.count + matches::postings_waiting(tx, id).await?.count;
    if waiting > 0 {
        return Err(AccountRefusal::Waiting(waiting));
    }
    set_ended(tx, id, Some(now)).await?;
    audit::write(tx, Some(actor.person), "bank account ended", &format!("bank account {id}"), "", now).await?;
    operation::done(tx, operation, "", now).await?;
    Ok(())
}

/// Takes an account up again that was ended.
///
/// # Errors
/// [`AccountRefusal`], with nothing changed.
pub async fn take_up(tx: &mut Tx, actor: Actor, id: BankAccountId, operation: &Operation, now: Instant) -> Result<(), AccountRefusal> {
    if begin(tx, actor, id, operation, now).await?.is_none() {
        return Ok(());
    }
    set_ended(tx, id, None).await?;
    audit::write(tx, Some(actor.person), "bank account taken up again", &format!("bank account {id}"), "", now).await?;
    operation::done(tx, operation, "", now).await?;
    Ok(())
}

/// Notes that an account was held against its statements.
///
/// # Errors
/// When the database is gone.
pub async fn checked(tx: &mut Tx, id: BankAccountId, now: Instant) -> sqlx::Result<()> {
    accounts::note_check(tx, id, now).await
}

/// Looks whether the person may, and locks the account; None where the command was carried out before.
async fn begin(
    tx: &mut Tx,
    actor: Actor,
    id: BankAccountId,
    operation: &Operation,
    now: Instant,
) -> Result<Option<super::BankAccount>, AccountRefusal> {
    people::require_fresh(tx, actor, RECORDER, now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(None);
    }
    accounts::raise_decisions(tx, id).await?;
    Ok(Some(accounts::find(tx, id).await?.ok_or(AccountRefusal::NotThere)?))
}

async fn set_ended(tx: &mut Tx, id: BankAccountId, ended_at: Option<Instant>) -> Result<(), AccountRefusal> {
    if accounts::set_ended(tx, id, ended_at).await? { Ok(()) } else { Err(AccountRefusal::Already) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_a_name_that_a_path_can_bear() {
        let parse = |name: &str, ending: &str| NewAccount::parse(name, ending);
        assert_eq!(parse("  Credit  union ", "4417").unwrap(), NewAccount { name: "Credit union".into(), ending: Some("4417".into()) });
        assert_eq!(slug("Credit Union № 2: Señal"), "credit-union-2-se-al");
        assert!(matches!(parse("§§", ""), Err(AccountRefusal::Name)));
        assert!(matches!(parse(&"a".repeat(61), ""), Err(AccountRefusal::Name)));
        assert!(matches!(parse("Main", "417"), Err(AccountRefusal::Ending)));
        assert!(matches!(parse("Main", "44 7"), Err(AccountRefusal::Ending)));
        assert_eq!(parse("Main", " ").unwrap().ending, None);
    }
}
