//! SQL of proposals and signatures, private to this room.

use super::proposal::{NewProposal, Proposal, Question, Signature, Signed, State, Subject, Waiting};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{FundId, PersonId, ProposalId, QuestionId};
use crate::money::Currency;
use crate::{run, run_in};

/// Writes a query for whole proposals; the columns are named once.
macro_rules! select_proposal {
    ($rest:literal) => {
        concat!(
            "SELECT id, subject, subject_id, fund_id, author_id, amount_minor, currency, payee, payload, payload_hash, at_least, more, needed, state,
                    (emergency = 1) AS emergency, reason, proposed_at, decided_at FROM proposal ",
            $rest
        )
    };
}

pub(super) async fn insert(
    tx: &mut Tx,
    new: &NewProposal,
    author: PersonId,
    currency: Currency,
    hash: &str,
    needed: i64,
    now: Instant,
) -> sqlx::Result<ProposalId> {
    const SQL: &str = "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payee, payload, payload_hash,
            at_least, more, needed, state, emergency, proposed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', 0, $13) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(new.subject)
            .bind(&new.subject_id)
            .bind(new.fund)
            .bind(author)
            .bind(new.amount.map_or(0, |amount| amount.minor))
            .bind(currency)
            .bind(new.payee.as_deref())
            .bind(&new.payload)
            .bind(hash)
            .bind(new.at_least)
            .bind(new.more)
            .bind(needed)
            .bind(now)
    )
}

pub(super) async fn insert_hand(tx: &mut Tx, id: ProposalId, person: PersonId) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO proposal_hand (proposal_id, person_id) VALUES ($1, $2) ON CONFLICT (proposal_id, person_id) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(person)).map(drop)
}

pub(super) async fn had_a_hand(tx: &mut Tx, id: ProposalId, person: PersonId) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM proposal_hand WHERE proposal_id = $1 AND person_id = $2";
    let found: i64 = run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(id).bind(person))?;
    Ok(found > 0)
}

pub(super) async fn hands(tx: &mut Tx, id: ProposalId) -> sqlx::Result<Vec<PersonId>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT person_id FROM proposal_hand WHERE proposal_id = $1 ORDER BY person_id").bind(id))
}

/// What waits, with all that the list says of it to one person.
pub(super) async fn waiting(tx: &mut Tx, person: PersonId, after: ProposalId, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    const SQL: &str = "SELECT p.id, p.subject, p.fund_id, p.amount_minor, p.currency, p.payload, p.needed, p.proposed_at,
            (SELECT COUNT(*) FROM approval a WHERE a.proposal_id = p.id) AS given,
            EXISTS (SELECT 1 FROM approval a WHERE a.proposal_id = p.id AND a.person_id = $1) AS is_signed,
            (p.author_id = $1 OR EXISTS (SELECT 1 FROM proposal_hand h WHERE h.proposal_id = p.id AND h.person_id = $1)) AS is_author,
            (SELECT COUNT(*) FROM question q WHERE q.proposal_id = p.id
                AND NOT EXISTS (SELECT 1 FROM answer n WHERE n.question_id = q.id)) AS unanswered
           FROM proposal p WHERE p.state = 'open' AND p.id > $2 ORDER BY p.id LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(person).bind(after).bind(limit))
}

pub(super) async fn insert_question(
    tx: &mut Tx,
    proposal: ProposalId,
    person: PersonId,
    text: &str,
    now: Instant,
) -> sqlx::Result<QuestionId> {
    const SQL: &str = "INSERT INTO question (proposal_id, person_id, text, asked_at) VALUES ($1, $2, $3, $4) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(proposal).bind(person).bind(text).bind(now))
}

/// False where it was answered before.
pub(super) async fn insert_answer(tx: &mut Tx, id: QuestionId, person: PersonId, text: &str, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str =
        "INSERT INTO answer (question_id, person_id, text, given_at) VALUES ($1, $2, $3, $4) ON CONFLICT (question_id) DO NOTHING";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(person).bind(text).bind(now))? == 1)
}

pub(super) async fn questions(tx: &mut Tx, subject: Subject, subject_id: &str) -> sqlx::Result<Vec<Question>> {
    const SQL: &str = "SELECT q.id, q.proposal_id, q.person_id, q.text, q.asked_at, n.text AS answer, n.person_id AS answered_by
           FROM proposal p JOIN question q ON q.proposal_id = p.id LEFT JOIN answer n ON n.question_id = q.id
          WHERE p.subject = $1 AND p.subject_id = $2 ORDER BY q.id LIMIT 50";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(subject).bind(subject_id))
}

pub(super) async fn find(tx: &mut Tx, id: ProposalId) -> sqlx::Result<Option<Proposal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_proposal!("WHERE id = $1")).bind(id))
}

pub(super) async fn latest(tx: &mut Tx, subject: Subject, subject_id: &str) -> sqlx::Result<Option<Proposal>> {
    const SQL: &str = select_proposal!("WHERE subject = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(subject).bind(subject_id))
}

pub(super) async fn history(tx: &mut Tx, subject: Subject, subject_id: &str) -> sqlx::Result<Vec<Proposal>> {
    const SQL: &str = select_proposal!("WHERE subject = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 50");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(subject).bind(subject_id))
}

pub(super) async fn all_open_about(tx: &mut Tx, subject: Subject) -> sqlx::Result<Vec<Proposal>> {
    run!(tx, fetch_all, sqlx::query_as(select_proposal!("WHERE state = 'open' AND subject = $1 ORDER BY id DESC")).bind(subject))
}

pub(super) async fn open(tx: &mut Tx, after: ProposalId, limit: i64) -> sqlx::Result<Vec<Proposal>> {
    const SQL: &str = select_proposal!("WHERE state = 'open' AND id > $1 ORDER BY id LIMIT $2");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(after).bind(limit))
}

pub(super) async fn open_of(tx: &mut Tx, fund: FundId, after: ProposalId, limit: i64) -> sqlx::Result<Vec<Proposal>> {
    const SQL: &str = select_proposal!("WHERE state = 'open' AND fund_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(after).bind(limit))
}

/// The oldest open proposal of a fund about this.
pub(super) async fn open_about(tx: &mut Tx, fund: FundId, subject: Subject) -> sqlx::Result<Option<Proposal>> {
    const SQL: &str = select_proposal!("WHERE state = 'open' AND fund_id = $1 AND subject = $2 ORDER BY id LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(fund).bind(subject))
}

/// Open proposals, of one subject or of all, that somebody neither proposed, nor had a hand in, nor signed: how many, and the oldest's moment.
pub(super) async fn waiting_for(tx: &mut Tx, person: PersonId, subject: &str) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(p.proposed_at) FROM proposal p
        WHERE p.state = 'open' AND (p.subject = $2 OR $2 = '') AND p.author_id <> $1
          AND NOT EXISTS (SELECT 1 FROM proposal_hand h WHERE h.proposal_id = p.id AND h.person_id = $1)
          AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.proposal_id = p.id AND a.person_id = $1)";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(person).bind(subject))
}

pub(super) async fn count_open(tx: &mut Tx) -> sqlx::Result<i64> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM proposal WHERE state = 'open'"))
}

pub(super) async fn emergencies_without_a_second(tx: &mut Tx) -> sqlx::Result<Vec<Proposal>> {
    const SQL: &str = select_proposal!(
        "WHERE state = 'approved' AND emergency = 1 AND (SELECT COUNT(*) FROM approval a WHERE a.proposal_id = proposal.id) < 2 ORDER BY id LIMIT 100"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL))
}

/// What else goes to the payee between two moments and was neither rejected nor dropped, in minor units.
pub(super) async fn sum_of_parts(
    tx: &mut Tx,
    payee: &str,
    currency: Currency,
    but: Option<ProposalId>,
    from: Instant,
    to: Instant,
) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COALESCE(CAST(SUM(amount_minor) AS BIGINT), 0) FROM proposal
        WHERE payee = $1 AND currency = $2 AND id <> $3 AND state IN ('open', 'approved') AND proposed_at > $4 AND proposed_at < $5";
    let but = but.unwrap_or(ProposalId(0));
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(payee).bind(currency).bind(but).bind(from).bind(to))
}

pub(super) async fn raise_needed(tx: &mut Tx, id: ProposalId, needed: i64) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE proposal SET needed = $2 WHERE id = $1 AND needed < $2").bind(id).bind(needed)).map(drop)
}

pub(super) async fn sign(tx: &mut Tx, proposal: &Proposal, person: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at) VALUES ($1, $2, $3, $4, $5)";
    run!(tx, execute, sqlx::query(SQL).bind(proposal.id).bind(person).bind(proposal.author_id).bind(&proposal.payload_hash).bind(now))
        .map(drop)
}

pub(super) async fn signatures(tx: &mut Tx, id: ProposalId) -> sqlx::Result<Vec<Signature>> {
    const SQL: &str = "SELECT person_id, given_at FROM approval WHERE proposal_id = $1 ORDER BY given_at, person_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn signed(tx: &mut Tx, ids: &[ProposalId]) -> sqlx::Result<Vec<Signed>> {
    const HEAD: &str =
        "SELECT p.id, p.needed, (SELECT COUNT(*) FROM approval a WHERE a.proposal_id = p.id) AS given, (p.emergency = 1) AS emergency,
                                (SELECT MAX(a.given_at) FROM approval a WHERE a.proposal_id = p.id) AS last_at
                          FROM proposal p WHERE p.id IN";
    run_in!(tx, query_as, HEAD, ids)
}

/// Moves an open proposal on; false where it is open no more.
pub(super) async fn decide(
    tx: &mut Tx,
    id: ProposalId,
    state: State,
    emergency: bool,
    reason: Option<&str>,
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE proposal SET state = $2, emergency = $3, reason = $4, decided_at = $5 WHERE id = $1 AND state = 'open'";
    let count = run!(tx, execute, sqlx::query(SQL).bind(id).bind(state).bind(i64::from(emergency)).bind(reason).bind(now))?;
    Ok(count == 1)
}

/// Drops what stands for a row, open or approved; gives how many that were.
pub(super) async fn drop_standing(tx: &mut Tx, subject: Subject, subject_id: &str, now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE proposal SET state = 'dropped', decided_at = $3
        WHERE subject = $1 AND subject_id = $2 AND state IN ('open', 'approved')";
    run!(tx, execute, sqlx::query(SQL).bind(subject).bind(subject_id).bind(now))
}

/// What `verify` asks: each finds the first row that breaks a rule.
pub(super) const QUESTIONS: &[(&str, &str)] = &[
    (
        "a proposal was approved by fewer than it needed",
        "SELECT CAST(p.id AS TEXT) FROM proposal p WHERE p.state = 'approved'
            AND (SELECT COUNT(*) FROM approval a WHERE a.proposal_id = p.id) < CASE WHEN p.emergency = 1 THEN 1 ELSE p.needed END
          ORDER BY p.id LIMIT 1",
    ),
    (
        "somebody signed what they proposed",
        "SELECT CAST(a.proposal_id AS TEXT) FROM approval a JOIN proposal p ON p.id = a.proposal_id
          WHERE a.person_id = p.author_id
             OR EXISTS (SELECT 1 FROM proposal_hand h WHERE h.proposal_id = p.id AND h.person_id = a.person_id)
          ORDER BY a.proposal_id LIMIT 1",
    ),
    (
        "somebody signed other content than was proposed",
        "SELECT CAST(a.proposal_id AS TEXT) FROM approval a JOIN proposal p ON p.id = a.proposal_id
          WHERE a.payload_hash <> p.payload_hash ORDER BY a.proposal_id LIMIT 1",
    ),
];

pub(super) async fn first_wrong(tx: &mut Tx, sql: &'static str) -> sqlx::Result<Option<String>> {
    run!(tx, fetch_optional, sqlx::query_scalar(sql))
}
