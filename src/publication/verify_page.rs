//! The page on which anybody checks a gift or an older copy (screens.md 3.9), and its five answers. Not here: the checks themselves (`receipt`,
//! `anchor`), the address (`web`). Nothing that is pasted is kept.

use askama::Template;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use fluent_templates::fluent_bundle::FluentValue;

use super::anchor::{self, Behind};
use super::log::note::{self, Head, VerifyingKey};
use super::log::tree::{Hash, in_fours};
use super::place::Place;
use super::receipt::{Proven, Receipt, ReceiptError};
use super::record::Record;
use super::say::Say;
use super::store::{self, PublishedRow};
use super::{Figures, PublishError, heads, proof};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::language::{Language, Values};

/// How many publications are listed; `roots.txt` has all.
const LISTED: i64 = 100;

/// What somebody pasted.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// Nothing: they look at the page.
    Nothing,
    /// A proof.
    Proof(&'a str),
    /// A root, or a whole checkpoint.
    Older(&'a str),
}

/// What the page answers.
#[derive(Debug)]
enum Answer {
    /// The gift is inside.
    Inside(Box<Proven>),
    /// A later publication than this site has.
    NotYet,
    /// The proof does not fit; the publication that it names, where it names one.
    DoesNotFit(Option<i64>),
    /// Not a whole proof.
    NotWhole,
    /// The root is that of this publication, and the log continues it.
    Continues(i64),
    /// No publication has that root.
    NoSuch,
}

impl Answer {
    const fn is_yes(&self) -> bool {
        matches!(self, Self::Inside(_) | Self::Continues(_))
    }
}

/// The signed head of one publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedHead {
    /// The publication.
    pub number: i64,
    /// Its root, in hexadecimal digits four by four.
    pub root: String,
    /// The head as it was signed.
    pub checkpoint: String,
}

/// The head of a fund's newest publication, or of the one with that number; None where there is none.
///
/// # Errors
/// When the database is gone.
pub async fn published_head(tx: &mut Tx, fund: &Fund, number: Option<i64>) -> sqlx::Result<Option<PublishedHead>> {
    let Some(head) = store::head(tx, fund.id, number).await?.filter(|_| number != Some(0)) else { return Ok(None) };
    let checkpoint = proof::checkpoint(tx, fund.id, head.publication).await?;
    let root = heads::edge(&head).map(|edge| in_fours(&edge.root()));
    Ok(root.zip(checkpoint).map(|(root, checkpoint)| PublishedHead { number: head.publication, root, checkpoint }))
}

#[derive(Template)]
#[template(path = "publication/verify.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    root: String,
    fingerprint: String,
    address: &'a str,
    contact: &'a str,
    answer: Option<Answer>,
    published: Vec<Listed>,
}

/// One publication in the list.
struct Listed {
    number: i64,
    day: String,
    size: i64,
    root: String,
}

impl Page<'_> {
    /// The answer in words.
    fn said(&self, answer: &Answer) -> String {
        let said = |key: &str, values: &[(&'static str, String)]| {
            // What is counted decides between one and many.
            let of = |name: &str, value| {
                if matches!(name, "gifts" | "least") { FluentValue::try_number(value) } else { FluentValue::from(value) }
            };
            let values: Values<'_> = values.iter().map(|(name, value)| ((*name).into(), of(name, value.as_str()))).collect();
            self.say.0.text(key, &values)
        };
        let contact = || ("contact", if self.has_contact() { self.contact.to_owned() } else { "none".to_owned() });
        match answer {
            Answer::Inside(proven) => said(
                "verify-inside",
                &[
                    ("amount", proven.amount.for_people()),
                    ("number", proven.publication.number.to_string()),
                    ("gifts", proven.batch.gifts.to_string()),
                ],
            ),
            Answer::NotYet => said("verify-not-yet", &[("least", self.figures.fund.min_gifts.to_string())]),
            Answer::DoesNotFit(Some(number)) => said("verify-does-not-fit", &[("number", number.to_string()), contact()]),
            Answer::DoesNotFit(None) => said("verify-does-not-fit-any", &[contact()]),
            Answer::NotWhole => said("verify-not-whole", &[]),
            Answer::Continues(number) => said("verify-continues", &[("number", number.to_string())]),
            Answer::NoSuch => said("verify-no-such", &[]),
        }
    }

    fn has_contact(&self) -> bool {
        !self.contact.is_empty()
    }
}

/// The page, with the answer to what was asked; None before the first publication. `address` is the fund's, in full.
///
/// # Errors
/// [`PublishError`].
pub async fn verify_page(
    tx: &mut Tx,
    fund: &Fund,
    language: Language,
    address: &str,
    asked: Asked<'_>,
) -> Result<Option<String>, PublishError> {
    let Some(head) = store::head(tx, fund.id, None).await? else { return Ok(None) };
    let leaf = store::newest_publication(tx, fund.id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let Ok(Record::Publication(newest)) = Record::from_leaf(&leaf.body) else { return Err(PublishError::Log(fund.slug.clone())) };
    let figures = Figures::of(&newest, &store::sums(tx, fund.id).await?);
    let log_wrong = || PublishError::Log(fund.slug.clone());
    let root = heads::edge(&head).ok_or_else(log_wrong)?.root();
    let answer = match asked {
        Asked::Nothing => None,
        Asked::Proof(text) => Some(inside(tx, fund, newest.number, text).await?),
        Asked::Older(text) => Some(older(tx, fund, text).await?),
    };
    let about = funds::settings::about(tx, fund.id).await?;
    let published = store::published(tx, fund.id, LISTED).await?;
    let say = Say(language);
    let page = Page {
        say,
        place: Place::new("verify", say),
        practice: figures.practice,
        root: in_fours(&root),
        fingerprint: figures.key.parse::<VerifyingKey>().map(|key| key.fingerprint()).unwrap_or_default(),
        address,
        contact: &about.contact,
        answer,
        published: published.iter().filter_map(|row| listed(row, &figures, say)).collect(),
        figures: &figures,
    };
    Ok(Some(page.render()?))
}

fn listed(row: &PublishedRow, figures: &Figures, say: Say) -> Option<Listed> {
    let root = in_fours(&heads::edge(&row.head())?.root());
    let day = say.0.day(row.made_at.day_in(&figures.fund.time_zone));
    Some(Listed { number: row.publication, day, size: row.size, root })
}

/// All publications with their roots, one a line: number, size, root.
///
/// # Errors
/// When the database is gone.
pub async fn roots(tx: &mut Tx, fund: &Fund) -> sqlx::Result<String> {
    let rows = store::published(tx, fund.id, i64::MAX).await?;
    let line = |row: &PublishedRow| {
        let root = heads::edge(&row.head())?.root();
        Some(format!("{} {} {}\n", row.publication, row.size, data_encoding::HEXLOWER.encode(&root)))
    };
    Ok(rows.iter().filter_map(line).collect())
}

/// Whether the pasted proof is of a gift inside what this fund published.
async fn inside(tx: &mut Tx, fund: &Fund, newest: i64, text: &str) -> Result<Answer, PublishError> {
    let Ok(receipt) = Receipt::read(text) else { return Ok(Answer::NotWhole) };
    let claimed = match Record::from_leaf(&receipt.publication) {
        Ok(Record::Publication(publication)) => Some(publication.number),
        _ => None,
    };
    if claimed.is_some_and(|number| number > newest) {
        return Ok(Answer::NotYet);
    }
    let key = key_of(tx, fund, claimed.unwrap_or(0)).await?;
    match receipt.check(key.as_slice()) {
        Ok(proven) if anchor::continues(tx, fund, &proven.head).await?.is_ok() => Ok(Answer::Inside(Box::new(proven))),
        Ok(_) | Err(ReceiptError::Wrong(_)) => Ok(Answer::DoesNotFit(claimed)),
        Err(ReceiptError::NotWhole(_)) => Ok(Answer::NotWhole),
    }
}

/// Whether the pasted root, or checkpoint, is one of this fund's publications.
async fn older(tx: &mut Tx, fund: &Fund, text: &str) -> Result<Answer, PublishError> {
    let head: Option<Head> = note::find(text).and_then(|note| note::unsigned(&note).ok());
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let decoded = HEXLOWER_PERMISSIVE.decode(plain.as_bytes()).or_else(|_| BASE64.decode(plain.as_bytes()));
    let root: Option<Hash> = head.as_ref().map(|head| head.root).or_else(|| decoded.ok()?.try_into().ok());
    let Some(root) = root else { return Ok(Answer::NoSuch) };
    for row in store::published(tx, fund.id, i64::MAX).await? {
        let Some(edge) = heads::edge(&row.head()).filter(|edge| edge.root() == root) else { continue };
        if head.as_ref().is_some_and(|head| head.size != edge.size()) {
            break;
        }
        let at = Head { origin: String::new(), size: edge.size(), root };
        return Ok(match anchor::continues(tx, fund, &at).await? {
            Ok(()) => Answer::Continues(row.publication),
            Err(Behind::Shorter { .. } | Behind::Another(_)) => Answer::NoSuch,
        });
    }
    Ok(Answer::NoSuch)
}

/// Which publication signed a head that somebody kept.
///
/// # Errors
/// [`PublishError::Behind`] where the log does not continue it, [`PublishError::NotOurs`] where no publication signed it.
pub async fn opened(tx: &mut Tx, fund: &Fund, checkpoint: &str) -> Result<i64, PublishError> {
    let kept = note::unsigned(checkpoint).map_err(|error| PublishError::NotOurs(error.to_string()))?;
    anchor::continues(tx, fund, &kept).await?.map_err(|behind| PublishError::Behind(fund.slug.clone(), behind))?;
    let rows = store::published(tx, fund.id, i64::MAX).await?;
    let row = rows.iter().find(|row| u64::try_from(row.size) == Ok(kept.size));
    let row = row.ok_or_else(|| PublishError::NotOurs("no publication ends there".to_owned()))?;
    let key = key_of(tx, fund, row.publication).await?;
    note::open(checkpoint, key.as_slice()).map_err(|error| PublishError::NotOurs(error.to_string()))?;
    Ok(row.publication)
}

/// The key that a publication was signed with.
async fn key_of(tx: &mut Tx, fund: &Fund, number: i64) -> sqlx::Result<Option<VerifyingKey>> {
    let ours = store::numbered(tx, fund.id, "publication", number).await?;
    Ok(ours.and_then(|leaf| match Record::from_leaf(&leaf.body) {
        Ok(Record::Publication(publication)) => publication.key.parse().ok(),
        _ => None,
    }))
}
