//! What is published: records, their log, the pages made of them, and that nothing else gets out.

pub mod copies;
mod figures;
mod format;
pub mod gifts;
pub mod giving;
mod groups;
mod held;
pub mod hostile;
mod kept;
pub mod log;
mod office;
mod outside;
mod states;
pub mod stranger;
mod watched;
mod words;

use strikefund::clock::Instant;
use strikefund::funds;
use strikefund::ids::FundId;
use strikefund::language::Language;
use strikefund::publication::{self, Press, PublishError};
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::support::Books;

/// How many seconds lie between two publications of a test's fund.
pub const DAY: i64 = 86_400;

/// Publishes what is due for a fund, as the loop would.
pub async fn publish(books: &Books, fund: FundId, now: Instant) -> Result<Option<i64>, PublishError> {
    let keys = Keyring::from_master(&[7; 32]);
    let press = Press { practice: true, site: "https://fund.example", keys: &keys, entropy: &books.entropy, anchors: None };
    let fund = funds::find(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap().unwrap();
    transact!(books.db, tx => publication::publish(tx, &press, &fund, now).await)
}

/// A file of the general fund's newest publication, or of one with that number.
pub async fn file(books: &Books, number: Option<i64>, path: &str) -> Option<Vec<u8>> {
    let tx = &mut books.db.begin_read().await.unwrap();
    publication::file(tx, "general", number, path).await.unwrap().map(|file| file.body)
}

/// The same as text.
pub async fn text(books: &Books, path: &str) -> String {
    String::from_utf8(file(books, None, path).await.unwrap_or_else(|| panic!("{path} is published"))).unwrap()
}

/// The newest page of the list of spendings, in English.
pub async fn list(books: &Books) -> String {
    let tx = &mut books.db.begin_read().await.unwrap();
    let file = publication::spending(tx, "general", None, Language::English).await.unwrap().unwrap();
    String::from_utf8(file.body).unwrap()
}

/// The page of one spending, in English.
pub async fn one(books: &Books, number: i64) -> Option<String> {
    let tx = &mut books.db.begin_read().await.unwrap();
    let file = publication::expense(tx, "general", number, Language::English).await.unwrap();
    file.map(|file| String::from_utf8(file.body).unwrap())
}

/// What `verify` says of the published.
pub async fn verified(books: &Books) -> Option<String> {
    publication::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap()
}
