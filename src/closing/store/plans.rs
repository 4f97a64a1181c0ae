//! The statements over groups, plans, members' votes.

use super::super::plan::{Plan, PlanState, Share, Working};
use super::super::recipient::Recipient;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{FundId, PayeeId, PersonId, PlanId, ProposalId, RecipientId};
use crate::money::Money;
use crate::run;

/// Writes a query for whole plans; the columns are named once.
macro_rules! select_plan {
    ($rest:literal) => {
        concat!("SELECT id, fund_id, n, total_minor, currency, proposal_id, state, made_by, made_at, decided_at FROM plan ", $rest)
    };
}

pub(in crate::closing) async fn insert_recipient(
    tx: &mut Tx,
    fund: FundId,
    (name, payee): (&str, PayeeId),
    by: PersonId,
    now: Instant,
) -> sqlx::Result<RecipientId> {
    const SQL: &str = "INSERT INTO recipient (fund_id, name, payee_id, entered_by, entered_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(fund).bind(name).bind(payee).bind(by).bind(now))
}

/// The newest row of each name.
pub(in crate::closing) async fn recipients(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Recipient>> {
    const SQL: &str = "SELECT id, fund_id, name, payee_id, entered_by, entered_at FROM recipient r
        WHERE fund_id = $1 AND id = (SELECT MAX(o.id) FROM recipient o WHERE o.fund_id = r.fund_id AND o.name = r.name) ORDER BY id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

pub(in crate::closing) async fn find_recipient(tx: &mut Tx, id: RecipientId) -> sqlx::Result<Option<Recipient>> {
    const SQL: &str = "SELECT id, fund_id, name, payee_id, entered_by, entered_at FROM recipient WHERE id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(in crate::closing) async fn insert_plan(tx: &mut Tx, fund: FundId, total: Money, by: PersonId, now: Instant) -> sqlx::Result<PlanId> {
    const SQL: &str = "INSERT INTO plan (fund_id, n, total_minor, currency, state, made_by, made_at)
        SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3, 'proposed', $4, $5 FROM plan WHERE fund_id = $1 RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(fund).bind(total.minor).bind(total.currency).bind(by).bind(now))
}

pub(in crate::closing) async fn insert_line(tx: &mut Tx, plan: PlanId, n: i64, line: &Working) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO plan_line (plan_id, n, line, amount_minor) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(SQL).bind(plan).bind(n).bind(line.line.as_str()).bind(line.amount_minor)).map(drop)
}

pub(in crate::closing) async fn insert_share(tx: &mut Tx, plan: PlanId, share: &Share) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO plan_share (plan_id, n, recipient_id, rule, value, most_minor, amount_minor)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let Share { n, recipient_id, rule, value, most_minor, amount_minor, .. } = share;
    run!(tx, execute, sqlx::query(SQL).bind(plan).bind(n).bind(recipient_id).bind(rule).bind(value).bind(most_minor).bind(amount_minor))
        .map(drop)
}

pub(in crate::closing) async fn set_proposal(tx: &mut Tx, plan: PlanId, proposal: ProposalId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE plan SET proposal_id = $2 WHERE id = $1").bind(plan).bind(proposal)).map(drop)
}

/// Decides a plan that is proposed; false where it is not any more.
pub(in crate::closing) async fn decide(tx: &mut Tx, plan: PlanId, state: PlanState, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE plan SET state = $2, decided_at = $3 WHERE id = $1 AND state = 'proposed'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(plan).bind(state).bind(now))? == 1)
}

pub(in crate::closing) async fn find(tx: &mut Tx, id: PlanId) -> sqlx::Result<Option<Plan>> {
    run!(tx, fetch_optional, sqlx::query_as(select_plan!("WHERE id = $1")).bind(id))
}

pub(in crate::closing) async fn proposed(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Plan>> {
    run!(tx, fetch_optional, sqlx::query_as(select_plan!("WHERE fund_id = $1 AND state = 'proposed'")).bind(fund))
}

/// The plans of a fund that were made before the one with number `before`, the newest first.
pub(in crate::closing) async fn list(tx: &mut Tx, fund: FundId, before: i64, limit: i64) -> sqlx::Result<Vec<Plan>> {
    const SQL: &str = select_plan!("WHERE fund_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(before).bind(limit))
}

pub(in crate::closing) async fn lines(tx: &mut Tx, plan: PlanId) -> sqlx::Result<Vec<Working>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT line, amount_minor FROM plan_line WHERE plan_id = $1 ORDER BY n").bind(plan))
}

pub(in crate::closing) async fn shares(tx: &mut Tx, plan: PlanId) -> sqlx::Result<Vec<Share>> {
    const SQL: &str = "SELECT s.n, s.recipient_id, r.name, s.rule, s.value, s.most_minor, s.amount_minor
                         FROM plan_share s JOIN recipient r ON r.id = s.recipient_id WHERE s.plan_id = $1 ORDER BY s.n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(plan))
}

pub(in crate::closing) async fn insert_vote(
    tx: &mut Tx,
    fund: FundId,
    (held_on, counts): (Day, &[(String, i64)]),
    by: PersonId,
    now: Instant,
) -> sqlx::Result<()> {
    const VOTE: &str = "INSERT INTO member_vote (fund_id, held_on, recorded_by, recorded_at) VALUES ($1, $2, $3, $4) RETURNING id";
    const COUNT: &str = "INSERT INTO member_vote_count (vote_id, n, name, votes) VALUES ($1, $2, $3, $4)";
    let id: i64 = run!(tx, fetch_one, sqlx::query_scalar(VOTE).bind(fund).bind(held_on).bind(by).bind(now))?;
    for (n, (name, votes)) in (1_i64..).zip(counts) {
        run!(tx, execute, sqlx::query(COUNT).bind(id).bind(n).bind(name.as_str()).bind(*votes))?;
    }
    Ok(())
}

/// The newest vote of a fund's members: its day, and who got how many.
pub(in crate::closing) async fn newest_vote(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<(Day, Vec<(String, i64)>)>> {
    const VOTE: &str = "SELECT id, held_on FROM member_vote WHERE fund_id = $1 ORDER BY id DESC LIMIT 1";
    const COUNTS: &str = "SELECT name, votes FROM member_vote_count WHERE vote_id = $1 ORDER BY n";
    let vote: Option<(i64, Day)> = run!(tx, fetch_optional, sqlx::query_as(VOTE).bind(fund))?;
    let Some((id, held_on)) = vote else { return Ok(None) };
    Ok(Some((held_on, run!(tx, fetch_all, sqlx::query_as(COUNTS).bind(id))?)))
}

/// Everything that plans and grants promise, as questions whose every answer is wrong.
pub(in crate::closing) const QUESTIONS: &[(&str, &str)] = &[
    (
        "an approved plan shares out its whole sum",
        "SELECT CAST(p.id AS TEXT) FROM plan p WHERE p.state = 'approved'
            AND p.total_minor <> (SELECT COALESCE(SUM(s.amount_minor), 0) FROM plan_share s WHERE s.plan_id = p.id) ORDER BY p.id LIMIT 1",
    ),
    (
        "each share of an approved plan is one grant",
        "SELECT CAST(p.id AS TEXT) FROM plan p JOIN plan_share s ON s.plan_id = p.id
          WHERE p.state = 'approved' AND s.amount_minor > 0
            AND NOT EXISTS (SELECT 1 FROM fund_grant g WHERE g.plan_id = p.id AND g.share = s.n AND g.amount_minor = s.amount_minor) ORDER BY p.id LIMIT 1",
    ),
    (
        "the entry of a grant is a gift to mutual aid of its sum",
        "SELECT g.number FROM fund_grant g WHERE NOT EXISTS (
            SELECT 1 FROM posting x JOIN account a ON a.id = x.account_id
             WHERE x.entry_id = g.entry_id AND a.path = 'expenses:grants:mutual-aid' AND x.fund_id = g.fund_id AND x.amount_minor = g.amount_minor)
          ORDER BY g.number LIMIT 1",
    ),
    (
        "a payment of a grant is of its sum",
        "SELECT g.number FROM fund_grant g JOIN grant_payment p ON p.grant_id = g.id WHERE NOT EXISTS (
            SELECT 1 FROM posting x JOIN account a ON a.id = x.account_id
             WHERE x.entry_id = p.entry_id AND a.path = g.path AND x.amount_minor = g.amount_minor) ORDER BY g.number LIMIT 1",
    ),
];

/// The first wrong answer to one of [`QUESTIONS`].
pub(in crate::closing) async fn first_wrong(tx: &mut Tx, question: &'static str) -> sqlx::Result<Option<String>> {
    run!(tx, fetch_optional, sqlx::query_scalar(question))
}
