//! The bank: statements in the layouts of several banks, their import, and what their lines are tied to.

mod accounts;
mod files;
mod import;
mod judge;
pub mod matching;
mod night;
pub mod returned;
mod walk;

use strikefund::bank::{self, BankAccount, Mapping, NotRead, ReadFile};
use strikefund::ids::{Entropy, PersonId, StatementId};
use strikefund::money::Currency;
use strikefund::people::operation::Operation;
use strikefund::people::{self, Actor, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::support::{Books, repository};

/// The bytes of a statement under `statements/`.
pub fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(repository("tests/it/bank/statements").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The statement of a file, a table read by what is proposed for it.
pub fn read(bytes: &[u8], currency: &str) -> Result<ReadFile, NotRead> {
    let currency: Currency = currency.parse().unwrap();
    let mapping = bank::columns(bytes, None, currency).and_then(|(_, mapping)| mapping);
    bank::read(bytes, mapping.as_ref(), currency)
}

/// A table of three columns, as a test writes it: day, text, amount.
pub fn table(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let rows = rows.iter().map(|(day, text, amount)| format!("{day},{text},{amount}\n")).collect::<Vec<_>>().concat();
    format!("Date,Description,Amount\n{rows}").into_bytes()
}

/// Somebody who records, having proved who they are just now.
pub async fn recorder(books: &Books) -> Actor {
    Actor { person: person(books, &[Role::Recorder]).await, proved_at: books.now() }
}

pub async fn person(books: &Books, roles: &[Role]) -> PersonId {
    let name = Entropy::system().gift_number();
    let new =
        NewPerson { email: format!("{name}@example.org"), name, language: Language::English, roles: Roles::new(roles.iter().copied()) };
    let (keys, now) = (Keyring::from_master(&[7; 32]), books.now());
    let id: sqlx::Result<PersonId> = transact!(books.db, tx => people::add(tx, &new, &keys, &Entropy::system(), now).await);
    id.unwrap()
}

/// A command nobody sent before.
pub fn operation() -> Operation {
    Operation::new(&Entropy::system().reference(), "test", &[]).unwrap()
}

/// The main account at the bank, opened.
pub async fn main_account(books: &Books) -> BankAccount {
    let now = books.now();
    let opened: sqlx::Result<()> =
        transact!(books.db, tx => bank::open_account(tx, "assets:bank:main", "Main account", Currency::USD, now).await);
    opened.unwrap();
    let accounts = bank::accounts(&mut books.db.begin_read().await.unwrap()).await.unwrap();
    accounts.into_iter().find(|account| account.path == "assets:bank:main").unwrap()
}

/// Imports a file into the main account.
pub async fn import(books: &Books, actor: Actor, bytes: &[u8], closing_minor: Option<i64>) -> Result<StatementId, bank::ImportRefusal> {
    let account = main_account(books).await;
    let file = read(bytes, "usd").unwrap();
    let (operation, now) = (operation(), books.now());
    transact!(books.db, tx => bank::import(tx, actor, account.id, (&file, closing_minor), &operation, now).await)
}

/// A mapping of the three columns of [`table`].
pub fn mapping() -> Mapping {
    Mapping::proposed("Date,Description,Amount\n2026-11-01,x,1.00\n", Currency::USD).unwrap()
}
