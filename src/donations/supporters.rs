//! Whoever wants to hear of a fund: asked for by one mail and said again from the mailbox itself, told once a week at most, stopped by one click. Of an
//! address that nobody confirmed, nothing is kept. Not here: what a publication says (`publication`), when it is told (`jobs`).

use data_encoding::BASE64URL_NOPAD;

use super::letters::Pen;
use super::note::{Note, NoteState};
use super::store::donors;
use super::store::supporters::{self as rows, Sealed};
use super::{Donor, HandError, Listing, vault};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::{DonorId, Entropy, FundId, NoteId, sha256_hex};
use crate::language::Language;
use crate::mail::{self, Kind, Letter};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::seal::Keyring;

/// For how many days the link of the first mail is good.
pub const CONFIRM_DAYS: i64 = 3;
const DAY_SECS: i64 = 24 * 3600;
/// How often anybody is told at most.
pub const TOLD_SECS: i64 = 7 * DAY_SECS;
/// How many are told or forgotten in one transaction.
const AT_ONCE: i64 = 100;
/// How many notes one mail holds at most; what is left stands in the next.
const MOST_NOTES: i64 = 5;
/// The most letters of a note, in each language.
pub const NOTE_LETTERS: usize = 2_000;
/// Who lets a note go out that another wrote.
pub const CHECKERS: &[Role] = &[Role::Recorder, Role::Approver];

/// What the link of the first mail says: sealed, and stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The fund.
    pub fund: FundId,
    /// The language that was read.
    pub language: Language,
    email: String,
    until_secs: i64,
}

const ASKED: &str = "supporter.asked";

impl Asked {
    fn written(&self, keys: &Keyring, entropy: &Entropy) -> String {
        let plain = format!("{}\n{}\n{}\n{}", self.fund, self.until_secs, self.language, self.email);
        BASE64URL_NOPAD.encode(&keys.seal(entropy, ASKED, plain.as_bytes()))
    }

    /// Reads it back; None: it is none of ours.
    pub fn read(keys: &Keyring, token: &str) -> Option<Self> {
        let plain = keys.open(ASKED, &BASE64URL_NOPAD.decode(token.as_bytes()).ok()?)?;
        let mut parts = std::str::from_utf8(&plain).ok()?.splitn(4, '\n');
        let mut next = || parts.next();
        let (fund, until_secs) = (FundId(next()?.parse().ok()?), next()?.parse().ok()?);
        Some(Self { fund, until_secs, language: next()?.parse().ok()?, email: next()?.to_owned() })
    }

    /// Whether it is still good.
    pub const fn holds(&self, now: Instant) -> bool {
        now.unix_secs() <= self.until_secs
    }
}

/// Asks the owner of an address whether they want a fund's news: one mail a day and address, whether they get them already or not.
///
/// # Errors
/// When the database is gone.
pub async fn ask(tx: &mut Tx, pen: Pen<'_>, fund: &Fund, (email, language): (&str, Language), now: Instant) -> sqlx::Result<()> {
    let until_secs = now.unix_secs().saturating_add(CONFIRM_DAYS * DAY_SECS);
    let asked = Asked { fund: fund.id, language, email: email.trim().to_owned(), until_secs };
    let link = format!("{}/news/confirm/{}", pen.base_url, asked.written(pen.keys, pen.entropy));
    // The cause outlives the mail, and must not lead back to whom it went to.
    let cause = format!("news asked {}", sha256_hex(format!("{} {} {}", fund.id, pen.keys.index(email), now.unix_secs() / DAY_SECS)));
    let days = CONFIRM_DAYS.to_string();
    let letter = Letter { cause: &cause, to: email, language, kind: Kind::NewsAsked, values: &[("days", &days)], link: Some(&link) };
    mail::queue(tx, &letter, pen.keys, pen.entropy, now).await.map(drop)
}

/// Notes that the owner of an address said so: from now on they are told of what comes after publication number `newest`. Gives the code of their own
/// page; twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn confirm(tx: &mut Tx, (keys, entropy): (&Keyring, &Entropy), asked: &Asked, newest: i64, now: Instant) -> sqlx::Result<String> {
    let (donor, donor_reference) = donors::take(tx, &entropy.reference(), &keys.index(&asked.email)).await?;
    if let Some(reference) = rows::reference_of(tx, asked.fund, donor).await? {
        return Ok(code_of(keys, &reference));
    }
    let key = vault::key_of(tx, donor, &donor_reference, keys, entropy).await?;
    let reference = entropy.reference();
    let code = code_of(keys, &reference);
    let Asked { email, language, .. } = asked.clone();
    let told = Donor { email, name: None, language, listing: Listing::NotNamed, note: None, wish: None };
    let words = key.seal(entropy, &words_context(&reference), &told.written());
    let (fund, code_hash) = (asked.fund, sha256_hex(&code));
    let new = rows::NewSupporter { reference: &reference, fund, donor, code_hash: &code_hash, words: &words, told: newest };
    rows::insert(tx, &new, now).await?;
    Ok(code)
}

/// The code of a supporter's own page: the same each time.
fn code_of(keys: &Keyring, reference: &str) -> String {
    keys.token(&format!("supporter/{reference}"))
}

fn words_context(reference: &str) -> String {
    format!("supporter.words/{reference}")
}

fn opened(sealed: &Sealed, keys: &Keyring) -> Option<Donor> {
    let key = keys.unwrap_key(&vault::key_context(&sealed.donor_reference), sealed.wrapped.as_deref()?)?;
    Donor::read(&key.open(&words_context(&sealed.reference), &sealed.words)?)
}

/// Who gets the news of which fund by this code; the address is for them alone. None: nobody, or no more.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, keys: &Keyring, code: &str) -> sqlx::Result<Option<(FundId, Donor)>> {
    let found = rows::find(tx, &sha256_hex(code)).await?;
    Ok(found.and_then(|sealed| Some((sealed.fund_id, opened(&sealed, keys)?))))
}

/// Stops it, and forgets the address where nothing else is known of it. False: it was stopped before.
///
/// # Errors
/// When the database is gone.
pub async fn stop(tx: &mut Tx, keys: &Keyring, code: &str, now: Instant) -> sqlx::Result<bool> {
    let Some(sealed) = rows::find(tx, &sha256_hex(code)).await? else { return Ok(false) };
    drop_one(tx, keys, &sealed, now).await
}

async fn drop_one(tx: &mut Tx, keys: &Keyring, sealed: &Sealed, now: Instant) -> sqlx::Result<bool> {
    let stopped = rows::delete(tx, sealed.id).await?;
    vault::erase_unknown(tx, keys, (sealed.donor_id, &sealed.donor_reference), now).await?;
    Ok(stopped)
}

/// Forgets some supporters of a fund that closed long ago, and gives how many.
pub(super) async fn forget(tx: &mut Tx, fund: FundId, keys: &Keyring, now: Instant) -> sqlx::Result<u64> {
    let mut forgotten = 0;
    for sealed in rows::of_fund(tx, fund, AT_ONCE).await? {
        drop_one(tx, keys, &sealed, now).await?;
        forgotten += 1;
    }
    Ok(forgotten)
}

/// The funds whose news a donor gets.
pub(super) async fn funds_of(tx: &mut Tx, donor: DonorId) -> sqlx::Result<Vec<FundId>> {
    rows::funds_of(tx, donor).await
}

/// How many get a fund's news, counted up to `most`.
///
/// # Errors
/// When the database is gone.
pub async fn count(tx: &mut Tx, fund: FundId, most: i64) -> sqlx::Result<i64> {
    rows::count(tx, fund, most).await
}

/// What is told: the newest publication, in both languages.
#[derive(Clone, Debug)]
pub struct News {
    /// Its number.
    pub number: i64,
    /// The path of its page under the site.
    pub path: String,
    /// Its summary as a table, by language.
    pub tables: [(Language, String); 2],
}

impl News {
    fn table(&self, language: Language) -> &str {
        self.tables.iter().find(|(other, _)| *other == language).map_or("", |(_, table)| table)
    }
}

/// Tells some of those of a fund for whom something is new and whose week is over, each with one mail, and gives how many were looked at.
///
/// # Errors
/// When the database is gone.
pub async fn tell(tx: &mut Tx, pen: Pen<'_>, fund: FundId, news: &News, now: Instant) -> sqlx::Result<usize> {
    let newest = rows::newest_sent(tx, fund).await?;
    let due = rows::due(tx, fund, (news.number, newest), now, AT_ONCE).await?;
    let next_at = now.plus_secs(TOLD_SECS);
    for sealed in &due {
        let Some(donor) = opened(sealed, pen.keys) else {
            // Their key may come back with the copy of keys.
            rows::wait(tx, sealed.id, next_at).await?;
            continue;
        };
        let before = rows::told_note(tx, sealed.id).await?;
        let notes = rows::sent_after(tx, fund, before, MOST_NOTES).await?;
        let up_to = notes.last().map_or(before, |note| note.id);
        write(tx, pen, (sealed, &donor), news, (&notes, up_to), now).await?;
        rows::told(tx, sealed.id, (news.number, up_to), next_at).await?;
    }
    Ok(due.len())
}

async fn write(
    tx: &mut Tx,
    pen: Pen<'_>,
    (sealed, donor): (&Sealed, &Donor),
    news: &News,
    (notes, up_to): (&[Note], NoteId),
    now: Instant,
) -> sqlx::Result<()> {
    let texts: Vec<&str> = notes.iter().map(|note| note.text(donor.language)).collect();
    let said = if texts.is_empty() { "none".to_owned() } else { texts.join("\n\n") };
    let (number, link) = (news.number.to_string(), format!("{}{}", pen.base_url, news.path));
    let leave = format!("{}/news/{}", pen.base_url, code_of(pen.keys, &sealed.reference));
    let table = news.table(donor.language);
    let values = [("number", &*number), ("table", table), ("note", &*said), ("leave", &*leave)];
    let cause = format!("news {} {number} {up_to}", sealed.reference);
    let (to, language) = (&*donor.email, donor.language);
    let letter = Letter { cause: &cause, to, language, kind: Kind::News, values: &values, link: Some(&link) };
    mail::queue(tx, &letter, pen.keys, pen.entropy, now).await.map(drop)
}

/// Writes a note to a fund's supporters; another person looks at it before it goes out.
///
/// # Errors
/// [`HandError`], with nothing written: one waits already, or there is nothing to say.
pub async fn write_note(
    tx: &mut Tx,
    fund: FundId,
    (english, spanish): (&str, &str),
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), HandError> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let fits = |text: &str| text.chars().count() <= NOTE_LETTERS;
    if (english.is_empty() && spanish.is_empty()) || !fits(english) || !fits(spanish) {
        return Err(HandError::Reason);
    }
    let id = rows::insert_note(tx, fund, (english, spanish), actor.person, now).await?.ok_or(HandError::MovedOn)?;
    audit::write(tx, Some(actor.person), "supporters_note_written", &format!("note {id}"), "", now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// Lets a note go out that another person wrote, or drops it, which its author may as well.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn decide_note(
    tx: &mut Tx,
    (fund, id): (FundId, NoteId),
    goes: bool,
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), HandError> {
    people::require_fresh(tx, actor, CHECKERS, now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let note = rows::find_note(tx, id).await?.filter(|note| note.fund_id == fund).ok_or(HandError::NotFound)?;
    if goes && note.written_by == actor.person {
        return Err(HandError::OwnWork);
    }
    let state = if goes { NoteState::Sent } else { NoteState::Dropped };
    if !rows::decide_note(tx, id, state, actor.person, now).await? {
        return Err(HandError::MovedOn);
    }
    let act = if goes { "supporters_note_sent" } else { "supporters_note_dropped" };
    audit::write(tx, Some(actor.person), act, &format!("note {id}"), "", now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// A note by its number.
///
/// # Errors
/// When the database is gone.
pub async fn find_note(tx: &mut Tx, fund: FundId, id: NoteId) -> sqlx::Result<Option<Note>> {
    Ok(rows::find_note(tx, id).await?.filter(|note| note.fund_id == fund))
}

/// The note that waits for another person.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_note(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Note>> {
    rows::waiting_note(tx, fund).await
}

/// How many notes wait for another person, and since when the oldest does.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    rows::waiting_notes(tx).await
}

/// The notes of a fund, the newest first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn notes(tx: &mut Tx, fund: FundId, before: Option<NoteId>, limit: i64) -> sqlx::Result<Vec<Note>> {
    rows::notes(tx, fund, before.unwrap_or(NoteId(i64::MAX)), limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_reads_back_from_its_own_link_alone_and_names_nobody() {
        let (keys, entropy) = (Keyring::from_master(&[7; 32]), Entropy::seeded(1));
        let asked = Asked { fund: FundId(3), language: Language::Spanish, email: "ana\n@example.org".to_owned(), until_secs: 1_000 };
        let token = asked.written(&keys, &entropy);
        assert_eq!(Asked::read(&keys, &token), Some(asked.clone()));
        assert!(!token.contains("ana") && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{token}");
        assert_eq!(Asked::read(&Keyring::from_master(&[8; 32]), &token), None);
        for bent in [&token[1..], "", "AAAA"] {
            assert_eq!(Asked::read(&keys, bent), None, "{bent}");
        }
        assert!(asked.holds(Instant::from_unix_secs(1_000)) && !asked.holds(Instant::from_unix_secs(1_001)));
    }
}
