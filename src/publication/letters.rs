//! Letters of groups become public: of what a group said to its grant the last counts, and its letter's copy lies beside the page of what is left.
//! Not here: who lets one out (`closing::answering`).

use std::collections::BTreeMap;

use super::File;
use super::announced;
use super::copied;
use super::passed::Letter;
use super::record::Record;
use super::rows::{self, RowsError};
use super::store;
use crate::db::Tx;
use crate::files;
use crate::funds::{self, Fund};
use crate::ids::FundId;

/// The letter that stands of each grant which the public was told of one: by plan and group.
async fn standing(tx: &mut Tx, fund: FundId) -> Result<BTreeMap<(i64, String), Letter>, RowsError> {
    let mut letters = BTreeMap::new();
    for leaf in store::of_kind(tx, fund, "grant").await? {
        if let Record::Grant(grant) = rows::read(&leaf)?
            && grant.is_answer()
        {
            let about = (grant.plan, grant.to);
            match grant.copy {
                Some(letter) => letters.insert(about, letter),
                None => letters.remove(&about),
            };
        }
    }
    Ok(letters)
}

/// Each letter that stands, once.
pub(super) async fn list(tx: &mut Tx, fund: FundId) -> Result<Vec<Letter>, RowsError> {
    let by_place: BTreeMap<String, Letter> = standing(tx, fund).await?.into_values().map(|letter| (letter.path(), letter)).collect();
    Ok(by_place.into_values().collect())
}

/// Whether what waits to be told takes the place of a letter that the public may have seen: that is told at once. Cheap to ask where nothing waits.
pub(super) async fn are_taken_back(tx: &mut Tx, fund: &Fund) -> Result<bool, RowsError> {
    let waiting = announced::waiting(tx, fund).await?;
    let answers = waiting.iter().filter_map(|record| match record {
        Record::Grant(grant) if grant.is_answer() => Some((grant.plan, grant.to.clone())),
        _ => None,
    });
    let answers: Vec<_> = answers.collect();
    if answers.is_empty() {
        return Ok(false);
    }
    let shown = standing(tx, fund.id).await?;
    Ok(answers.iter().any(|about| shown.contains_key(about)))
}

/// The bytes at `leftovers/letters/` and that name under a fund's address; None where there never were any, or they were taken back.
///
/// # Errors
/// [`RowsError`].
pub async fn letter(tx: &mut Tx, slug: &str, name: &str) -> Result<Option<File>, RowsError> {
    let Some(fund) = funds::find_by_slug(tx, slug).await? else { return Ok(None) };
    if !copied::is_hash(name.split('.').next().unwrap_or_default()) {
        return Ok(None);
    }
    let named = |letter: &Letter| letter.path().rsplit('/').next() == Some(name);
    match list(tx, fund.id).await?.into_iter().find(named) {
        Some(letter) => Ok(file(tx, &letter).await?),
        None => Ok(None),
    }
}

/// A letter's bytes at their place; None where they were taken back.
pub(super) async fn file(tx: &mut Tx, letter: &Letter) -> sqlx::Result<Option<File>> {
    let Some(copy) = files::released_as(tx, &letter.sha256).await? else { return Ok(None) };
    let Some(body) = files::released(tx, copy.id).await? else { return Ok(None) };
    Ok(Some(File::new(letter.path(), copy.kind.media_type(), body)))
}

/// Names the first letter whose bytes were let out and are not what was published; one that was taken back since has none.
pub(super) async fn verify(tx: &mut Tx, fund: &Fund) -> Result<Option<String>, RowsError> {
    for letter in list(tx, fund.id).await? {
        let is_out = files::released_as(tx, &letter.sha256).await?.is_some();
        if is_out && file(tx, &letter).await?.is_none_or(|file| file.sha256 != letter.sha256) {
            return Ok(Some(format!("the letter {} of {} is gone or was changed", letter.path(), fund.slug)));
        }
    }
    Ok(None)
}
