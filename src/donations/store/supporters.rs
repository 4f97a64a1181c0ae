//! The statements behind supporters, and behind what treasurers write to them.

use super::super::note::{Note, NoteState};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonorId, FundId, NoteId, PersonId, SupporterId};
use crate::run;

crate::record! {
    /// A supporter, still sealed, with what opens them.
    pub struct Sealed {
        /// Their row.
        pub id: SupporterId,
        /// What the words are bound to.
        pub reference: String,
        /// The fund.
        pub fund_id: FundId,
        /// Whose address it is.
        pub donor_id: DonorId,
        /// What that one's key is bound to.
        pub donor_reference: String,
        /// The key, wrapped; None: it is not here, as after a backup was put back without the copy of keys.
        pub wrapped: Option<Vec<u8>>,
        /// Address and language.
        pub words: Vec<u8>,
    }
}

/// A supporter as it becomes a row.
pub(in crate::donations) struct NewSupporter<'a> {
    pub reference: &'a str,
    pub fund: FundId,
    pub donor: DonorId,
    pub code_hash: &'a str,
    pub words: &'a [u8],
    /// The newest publication there is.
    pub told: i64,
}

macro_rules! select_supporter {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.ref AS reference, s.fund_id, s.donor_id, d.ref AS donor_reference, k.wrapped, s.words
               FROM supporter s JOIN donor d ON d.id = s.donor_id LEFT JOIN donor_key k ON k.donor_id = s.donor_id ",
            $rest
        )
    };
}

/// Whether that address gets the fund's news already: what stands for it.
pub(in crate::donations) async fn reference_of(tx: &mut Tx, fund: FundId, donor: DonorId) -> sqlx::Result<Option<String>> {
    let sql = "SELECT ref FROM supporter WHERE fund_id = $1 AND donor_id = $2";
    run!(tx, fetch_optional, sqlx::query_scalar(sql).bind(fund).bind(donor))
}

pub(in crate::donations) async fn insert(tx: &mut Tx, new: &NewSupporter<'_>, now: Instant) -> sqlx::Result<()> {
    let sql = "INSERT INTO supporter (ref, fund_id, donor_id, code_hash, words, told_publication, told_note, next_at)
               VALUES ($1, $2, $3, $4, $5, $6, COALESCE((SELECT MAX(id) FROM supporter_note WHERE fund_id = $2 AND state = 'sent'), 0), $7)";
    run!(tx, execute, {
        let query = sqlx::query(sql).bind(new.reference).bind(new.fund).bind(new.donor).bind(new.code_hash);
        query.bind(new.words).bind(new.told).bind(now)
    })
    .map(drop)
}

pub(in crate::donations) async fn find(tx: &mut Tx, code_hash: &str) -> sqlx::Result<Option<Sealed>> {
    run!(tx, fetch_optional, sqlx::query_as(select_supporter!("WHERE s.code_hash = $1")).bind(code_hash))
}

/// Those of a fund for whom something is new and whose week is over, at most `limit`.
pub(in crate::donations) async fn due(
    tx: &mut Tx,
    fund: FundId,
    (publication, note): (i64, NoteId),
    now: Instant,
    limit: i64,
) -> sqlx::Result<Vec<Sealed>> {
    const SQL: &str = select_supporter!(
        "WHERE s.fund_id = $1 AND s.next_at <= $2 AND (s.told_publication < $3 OR s.told_note < $4) ORDER BY s.next_at, s.id LIMIT $5"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(now).bind(publication).bind(note).bind(limit))
}

/// Gives up to which note they were told before.
pub(in crate::donations) async fn told_note(tx: &mut Tx, id: SupporterId) -> sqlx::Result<NoteId> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT told_note FROM supporter WHERE id = $1").bind(id))
}

pub(in crate::donations) async fn told(
    tx: &mut Tx,
    id: SupporterId,
    (publication, note): (i64, NoteId),
    next_at: Instant,
) -> sqlx::Result<()> {
    let sql = "UPDATE supporter SET told_publication = $2, told_note = $3, next_at = $4 WHERE id = $1";
    run!(tx, execute, sqlx::query(sql).bind(id).bind(publication).bind(note).bind(next_at)).map(drop)
}

/// Lets them wait without having been told.
pub(in crate::donations) async fn wait(tx: &mut Tx, id: SupporterId, next_at: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE supporter SET next_at = $2 WHERE id = $1").bind(id).bind(next_at)).map(drop)
}

pub(in crate::donations) async fn delete(tx: &mut Tx, id: SupporterId) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("DELETE FROM supporter WHERE id = $1").bind(id))? == 1)
}

/// At most `limit` of a fund.
pub(in crate::donations) async fn of_fund(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<Sealed>> {
    run!(tx, fetch_all, sqlx::query_as(select_supporter!("WHERE s.fund_id = $1 ORDER BY s.next_at, s.id LIMIT $2")).bind(fund).bind(limit))
}

/// The funds whose news a donor gets.
pub(in crate::donations) async fn funds_of(tx: &mut Tx, donor: DonorId) -> sqlx::Result<Vec<FundId>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT fund_id FROM supporter WHERE donor_id = $1 ORDER BY fund_id").bind(donor))
}

/// How many there are, up to `most`.
pub(in crate::donations) async fn count(tx: &mut Tx, fund: FundId, most: i64) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM supporter WHERE fund_id = $1 LIMIT $2) some";
    run!(tx, fetch_one, sqlx::query_scalar(sql).bind(fund).bind(most))
}

macro_rules! select_note {
    ($rest:literal) => {
        concat!("SELECT id, fund_id, text_en, text_es, written_by, written_at, state, decided_at FROM supporter_note ", $rest)
    };
}

/// None: another waits.
pub(in crate::donations) async fn insert_note(
    tx: &mut Tx,
    fund: FundId,
    (english, spanish): (&str, &str),
    author: PersonId,
    now: Instant,
) -> sqlx::Result<Option<NoteId>> {
    let sql = "INSERT INTO supporter_note (fund_id, text_en, text_es, written_by, written_at, state) VALUES ($1, $2, $3, $4, $5, 'waiting')
               ON CONFLICT (fund_id) WHERE state = 'waiting' DO NOTHING RETURNING id";
    run!(tx, fetch_optional, sqlx::query_scalar(sql).bind(fund).bind(english).bind(spanish).bind(author).bind(now))
}

pub(in crate::donations) async fn find_note(tx: &mut Tx, id: NoteId) -> sqlx::Result<Option<Note>> {
    run!(tx, fetch_optional, sqlx::query_as(select_note!("WHERE id = $1")).bind(id))
}

pub(in crate::donations) async fn waiting_note(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Note>> {
    run!(tx, fetch_optional, sqlx::query_as(select_note!("WHERE fund_id = $1 AND state = 'waiting'")).bind(fund))
}

pub(in crate::donations) async fn waiting_notes(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    run!(tx, fetch_one, sqlx::query_as("SELECT COUNT(*), MIN(written_at) FROM supporter_note WHERE state = 'waiting'"))
}

/// The notes of a fund, the newest first, from behind one of them on.
pub(in crate::donations) async fn notes(tx: &mut Tx, fund: FundId, before: NoteId, limit: i64) -> sqlx::Result<Vec<Note>> {
    run!(
        tx,
        fetch_all,
        sqlx::query_as(select_note!("WHERE fund_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3")).bind(fund).bind(before).bind(limit)
    )
}

/// Those that go out behind one of them, the first first, at most `limit`.
pub(in crate::donations) async fn sent_after(tx: &mut Tx, fund: FundId, after: NoteId, limit: i64) -> sqlx::Result<Vec<Note>> {
    run!(
        tx,
        fetch_all,
        sqlx::query_as(select_note!("WHERE fund_id = $1 AND state = 'sent' AND id > $2 ORDER BY id LIMIT $3"))
            .bind(fund)
            .bind(after)
            .bind(limit)
    )
}

pub(in crate::donations) async fn newest_sent(tx: &mut Tx, fund: FundId) -> sqlx::Result<NoteId> {
    let sql = "SELECT COALESCE(MAX(id), 0) FROM supporter_note WHERE fund_id = $1 AND state = 'sent'";
    run!(tx, fetch_one, sqlx::query_scalar(sql).bind(fund))
}

/// False: it was decided before.
pub(in crate::donations) async fn decide_note(
    tx: &mut Tx,
    id: NoteId,
    state: NoteState,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<bool> {
    let sql = "UPDATE supporter_note SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'waiting'";
    Ok(run!(tx, execute, sqlx::query(sql).bind(id).bind(state).bind(person).bind(now))? == 1)
}
