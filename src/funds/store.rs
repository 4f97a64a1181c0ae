//! SQL of the funds, private to this room.

use super::settings::Step;
use super::{About, CharterVersion, End, Fund, Goal, Move, NewFund, Reports, State, StoredGiving, Tier};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{FundId, ProposalId};
use crate::run;

/// Writes a query for whole funds; the columns are named once.
macro_rules! select_fund {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, slug, name, promise, currency, time_zone, restriction, state, min_gifts, publish_interval_secs FROM fund ",
            $rest
        )
    };
}

pub(super) async fn insert(tx: &mut Tx, new: &NewFund, reference: &str, now: Instant) -> sqlx::Result<FundId> {
    let sql = "INSERT INTO fund (ref, slug, name, promise, currency, time_zone, restriction, state, decisions, min_gifts, publish_interval_secs, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(sql)
            .bind(reference)
            .bind(&new.slug)
            .bind(&new.name)
            .bind(&new.promise)
            .bind(new.currency)
            .bind(new.time_zone.clone())
            .bind(new.restriction.as_deref())
            .bind(if new.draft { State::Draft } else { State::Open })
            .bind(new.min_gifts)
            .bind(new.publish_interval_secs)
            .bind(now)
    )
}

pub(super) async fn update(tx: &mut Tx, id: FundId, new: &NewFund) -> sqlx::Result<()> {
    let sql = "UPDATE fund SET name = $2, promise = $3, restriction = $4, min_gifts = $5, publish_interval_secs = $6 WHERE id = $1";
    run!(
        tx,
        execute,
        sqlx::query(sql)
            .bind(id)
            .bind(&new.name)
            .bind(&new.promise)
            .bind(new.restriction.as_deref())
            .bind(new.min_gifts)
            .bind(new.publish_interval_secs)
    )?;
    Ok(())
}

pub(super) async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Fund>> {
    run!(tx, fetch_all, sqlx::query_as(select_fund!("ORDER BY id")))
}

pub(super) async fn find(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Fund>> {
    run!(tx, fetch_optional, sqlx::query_as(select_fund!("WHERE id = $1")).bind(id))
}

pub(super) async fn set_up_at(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Instant>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT created_at FROM fund WHERE id = $1").bind(id))
}

pub(super) async fn find_by_slug(tx: &mut Tx, slug: &str) -> sqlx::Result<Option<Fund>> {
    run!(tx, fetch_optional, sqlx::query_as(select_fund!("WHERE slug = $1")).bind(slug))
}

pub(super) async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Fund>> {
    run!(tx, fetch_optional, sqlx::query_as(select_fund!("WHERE ref = $1")).bind(reference))
}

pub(super) async fn general(tx: &mut Tx) -> sqlx::Result<Option<Fund>> {
    run!(tx, fetch_optional, sqlx::query_as(select_fund!("WHERE restriction IS NULL ORDER BY id LIMIT 1")))
}

/// Locks the row on `PostgreSQL` and costs nothing on `SQLite`, where the one writer has the file already.
pub(super) async fn raise_decisions(tx: &mut Tx, id: FundId) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("UPDATE fund SET decisions = decisions + 1 WHERE id = $1").bind(id))? == 1)
}

pub(super) async fn tiers(tx: &mut Tx, id: FundId) -> sqlx::Result<Vec<Tier>> {
    const SQL: &str = "SELECT over_minor, approvers FROM tier WHERE fund_id = $1 ORDER BY over_minor";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn forget_tiers(tx: &mut Tx, id: FundId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM tier WHERE fund_id = $1").bind(id)).map(drop)
}

pub(super) async fn insert_tier(tx: &mut Tx, id: FundId, tier: &Tier) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO tier (fund_id, over_minor, approvers) VALUES ($1, $2, $3)";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(tier.over_minor).bind(tier.approvers)).map(drop)
}

pub(super) async fn allows_emergency(tx: &mut Tx, id: FundId) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT emergency FROM approval_rule WHERE fund_id = $1";
    let allowed: Option<i64> = run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(id))?;
    Ok(allowed == Some(1))
}

pub(super) async fn allow_emergency(tx: &mut Tx, id: FundId, allowed: bool) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO approval_rule (fund_id, emergency) VALUES ($1, $2) ON CONFLICT (fund_id) DO UPDATE SET emergency = EXCLUDED.emergency";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(i64::from(allowed))).map(drop)
}

pub(super) async fn put_name(tx: &mut Tx, id: FundId, name: &str, promise: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE fund SET name = $2, promise = $3 WHERE id = $1").bind(id).bind(name).bind(promise)).map(drop)
}

pub(super) async fn find_about(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<About>> {
    const SQL: &str = "SELECT legal_name, tax_number, contact, statement_text, strike_on, languages FROM fund_about WHERE fund_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn put_about(tx: &mut Tx, id: FundId, about: &About) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO fund_about (fund_id, legal_name, contact, statement_text, strike_on, languages, tax_number)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (fund_id) DO UPDATE SET legal_name = excluded.legal_name, contact = excluded.contact,
            statement_text = excluded.statement_text, strike_on = excluded.strike_on, languages = excluded.languages, tax_number = excluded.tax_number";
    let About { legal_name, tax_number, contact, statement_text, strike_on, languages } = about;
    run!(tx, execute, {
        let query = sqlx::query(SQL).bind(id).bind(legal_name).bind(contact);
        query.bind(statement_text).bind(*strike_on).bind(languages).bind(tax_number)
    })
    .map(drop)
}

pub(super) async fn steps_done(tx: &mut Tx) -> sqlx::Result<Vec<Step>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT step FROM setup_step ORDER BY step"))
}

pub(super) async fn note_step(tx: &mut Tx, step: Step, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO setup_step (step, done_at) VALUES ($1, $2) ON CONFLICT (step) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(step).bind(now)).map(drop)
}

pub(super) async fn charter(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<CharterVersion>> {
    const SQL: &str = "SELECT n, body, proposal_id, agreed_at FROM charter WHERE fund_id = $1 ORDER BY n DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn insert_charter(
    tx: &mut Tx,
    id: FundId,
    (n, body): (i64, &str),
    proposal: Option<ProposalId>,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO charter (fund_id, n, body, proposal_id, agreed_at) VALUES ($1, $2, $3, $4, $5)";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(n).bind(body).bind(proposal).bind(now)).map(drop)
}

pub(super) async fn reports(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Reports>> {
    const SQL: &str = "SELECT (budget = 1) AS budget, (lm = 1) AS lm FROM fund_reports WHERE fund_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn put_reports(tx: &mut Tx, id: FundId, reports: &Reports) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO fund_reports (fund_id, budget, lm) VALUES ($1, $2, $3)
        ON CONFLICT (fund_id) DO UPDATE SET budget = excluded.budget, lm = excluded.lm";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(i64::from(reports.budget)).bind(i64::from(reports.lm))).map(drop)
}

pub(super) async fn set_state(tx: &mut Tx, id: FundId, state: State) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE fund SET state = $2 WHERE id = $1").bind(id).bind(state)).map(drop)
}

pub(super) async fn insert_move(tx: &mut Tx, id: FundId, moved: &Move) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO fund_state (fund_id, n, state, reason, changed_at, proposal_id) VALUES ($1, $2, $3, $4, $5, $6)";
    run!(tx, execute, {
        let query = sqlx::query(SQL).bind(id).bind(moved.n).bind(moved.state);
        query.bind(moved.reason.as_str()).bind(moved.changed_at).bind(moved.proposal_id)
    })
    .map(drop)
}

pub(super) async fn newest_move(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Move>> {
    const SQL: &str = "SELECT n, state, reason, changed_at, proposal_id FROM fund_state WHERE fund_id = $1 ORDER BY n DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn move_to(tx: &mut Tx, id: FundId, state: State) -> sqlx::Result<Option<Move>> {
    const SQL: &str =
        "SELECT n, state, reason, changed_at, proposal_id FROM fund_state WHERE fund_id = $1 AND state = $2 ORDER BY n DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id).bind(state))
}

pub(super) async fn end(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<End>> {
    const SQL: &str = "SELECT last_expense_on, reserve_minor, reserve_until, release FROM fund_end WHERE fund_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn insert_end(tx: &mut Tx, id: FundId, last_expense_on: Day) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO fund_end (fund_id, last_expense_on) VALUES ($1, $2)";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(last_expense_on)).map(drop)
}

pub(super) async fn decide_end(tx: &mut Tx, id: FundId, (minor, until): (i64, Day), release: Option<&str>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE fund_end SET reserve_minor = $2, reserve_until = $3, release = $4 WHERE fund_id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(minor).bind(until).bind(release)).map(drop)
}

pub(super) async fn goal(tx: &mut Tx, id: FundId) -> sqlx::Result<Goal> {
    const SQL: &str = "SELECT amount_minor, cap_minor FROM fund_goal WHERE fund_id = $1";
    let row: Option<(Option<i64>, Option<i64>)> = run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))?;
    Ok(row.map(|(amount_minor, cap_minor)| Goal { amount_minor, cap_minor }).unwrap_or_default())
}

pub(super) async fn put_goal(tx: &mut Tx, id: FundId, goal: Goal) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO fund_goal (fund_id, amount_minor, cap_minor) VALUES ($1, $2, $3)
        ON CONFLICT (fund_id) DO UPDATE SET amount_minor = excluded.amount_minor, cap_minor = excluded.cap_minor";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(goal.amount_minor).bind(goal.cap_minor)).map(drop)
}

pub(super) async fn giving(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<StoredGiving>> {
    const SQL: &str =
        "SELECT amounts, chosen_minor, smallest_minor, largest_minor, rate, fixed_minor, refund_days, tax_en, tax_es, keep_days
                         FROM fund_giving WHERE fund_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn put_giving(tx: &mut Tx, id: FundId, giving: &StoredGiving) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO fund_giving
            (fund_id, amounts, chosen_minor, smallest_minor, largest_minor, rate, fixed_minor, refund_days, tax_en, tax_es, keep_days)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (fund_id) DO UPDATE SET amounts = excluded.amounts, chosen_minor = excluded.chosen_minor,
            smallest_minor = excluded.smallest_minor, largest_minor = excluded.largest_minor, rate = excluded.rate,
            fixed_minor = excluded.fixed_minor, refund_days = excluded.refund_days, tax_en = excluded.tax_en, tax_es = excluded.tax_es,
            keep_days = excluded.keep_days";
    run!(tx, execute, {
        let query = sqlx::query(SQL).bind(id).bind(&giving.amounts).bind(giving.chosen_minor).bind(giving.smallest_minor);
        let query = query.bind(giving.largest_minor).bind(giving.rate).bind(giving.fixed_minor).bind(giving.refund_days);
        query.bind(&giving.tax_en).bind(&giving.tax_es).bind(giving.keep_days)
    })
    .map(drop)
}
