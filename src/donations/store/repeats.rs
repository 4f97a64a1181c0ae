//! SQL of the gifts that repeat, and of their end when a fund winds down.

use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::Donation;
use crate::donations::repeat::{Problem, Repeat, RepeatsEnd, StopBy, Tells};
use crate::ids::{DonationId, FundId, PersonId, RepeatId};
use crate::money::Currency;
use crate::payments::checkout::Interval;
use crate::run;

/// Writes a query for whole gifts; the columns are named once.
macro_rules! select_repeat {
    ($rest:literal) => {
        concat!(
            // In two pieces, neither of which is a statement: only the whole has a plan.
            "SELECT id, fund_id, donation_id, subscription_id, every, amount_minor, currency, state, begun_at, next_at, ends_at, paid_invoice,
                    failed_invoice, failed_at, next_try_at, CASE WHEN stop_disputed = 1 THEN 'bank' ELSE stop_by END AS stop_by, stop_person, stop_asked_at, stop_due_at, stop_tries, stop_problem,
                    stopped_at, tells, ",
            "(SELECT d.number FROM donation d WHERE d.id = recurring_gift.donation_id) AS number FROM recurring_gift ",
            $rest
        )
    };
}

/// A row to be written.
pub(in crate::donations) struct NewRepeat<'a> {
    pub fund_id: FundId,
    pub donation_id: Option<DonationId>,
    pub subscription_id: &'a str,
    pub every: Option<Interval>,
    pub amount_minor: i64,
    pub currency: Currency,
}

pub(in crate::donations) async fn insert(tx: &mut Tx, new: &NewRepeat<'_>, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO recurring_gift (fund_id, donation_id, subscription_id, every, amount_minor, currency, state, begun_at, stop_tries)
                       VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, 0) ON CONFLICT (subscription_id) DO NOTHING";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(new.fund_id)
            .bind(new.donation_id)
            .bind(new.subscription_id)
            .bind(new.every)
            .bind(new.amount_minor)
            .bind(new.currency)
            .bind(now)
    )?;
    Ok(())
}

pub(in crate::donations) async fn find(tx: &mut Tx, id: RepeatId) -> sqlx::Result<Option<Repeat>> {
    run!(tx, fetch_optional, sqlx::query_as(select_repeat!("WHERE id = $1")).bind(id))
}

pub(in crate::donations) async fn find_by_subscription(tx: &mut Tx, subscription: &str) -> sqlx::Result<Option<Repeat>> {
    run!(tx, fetch_optional, sqlx::query_as(select_repeat!("WHERE subscription_id = $1")).bind(subscription))
}

/// The gift that began with this one.
pub(in crate::donations) async fn begun_with(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<Repeat>> {
    run!(tx, fetch_optional, sqlx::query_as(select_repeat!("WHERE donation_id = $1")).bind(donation))
}

/// The gift that this payment is a turn of.
pub(in crate::donations) async fn of_turn(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<Repeat>> {
    const SQL: &str = select_repeat!("WHERE subscription_id = (SELECT subscription_id FROM donation WHERE id = $1)");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(donation))
}

/// The gift that one which came again began with.
pub(in crate::donations) async fn beginning_of(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<DonationId>> {
    const SQL: &str = "SELECT r.donation_id FROM donation d JOIN recurring_gift r ON r.subscription_id = d.subscription_id WHERE d.id = $1";
    let first: Option<Option<DonationId>> = run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(donation))?;
    Ok(first.flatten())
}

/// How many payments of a gift arrived.
pub(in crate::donations) async fn count_turns(tx: &mut Tx, subscription: &str) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM donation WHERE subscription_id = $1 AND settled_at IS NOT NULL";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(subscription))
}

pub(in crate::donations) async fn list(tx: &mut Tx, before: RepeatId, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    run!(tx, fetch_all, sqlx::query_as(select_repeat!("WHERE id < $1 ORDER BY id DESC LIMIT $2")).bind(before).bind(limit))
}

/// Those of a fund that Stripe may still charge, the oldest first.
pub(in crate::donations) async fn alive(tx: &mut Tx, fund: FundId, after: RepeatId, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    const SQL: &str = select_repeat!("WHERE fund_id = $1 AND state <> 'stopped' AND id > $2 ORDER BY id LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(after).bind(limit))
}

/// How many of a fund Stripe may still charge, and how many of them it would not stop when it was asked; `most` at the most.
pub(in crate::donations) async fn count_alive(tx: &mut Tx, fund: FundId, most: i64) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT COUNT(*), COUNT(stop_problem) FROM
                       (SELECT stop_problem FROM recurring_gift WHERE fund_id = $1 AND state <> 'stopped' LIMIT $2) AS alive";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(fund).bind(most))
}

/// Writes what Stripe says. Never what people decided: they may decide meanwhile.
pub(in crate::donations) async fn save_facts(tx: &mut Tx, repeat: &Repeat, customer: Option<&str>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE recurring_gift
           SET customer_id = COALESCE($2, customer_id), amount_minor = $3, currency = $4, state = $5, next_at = $6, ends_at = $7,
               paid_invoice = $8, failed_invoice = $9, failed_at = $10, next_try_at = $11, stopped_at = $12,
               stop_due_at = CASE WHEN $5 = 'stopped' THEN NULL ELSE stop_due_at END,
               stop_problem = CASE WHEN $5 = 'stopped' THEN NULL ELSE stop_problem END,
               tells = CASE WHEN $5 = 'stopped' THEN $13 ELSE COALESCE($13, tells) END
         WHERE id = $1";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(repeat.id)
            .bind(customer)
            .bind(repeat.amount_minor)
            .bind(repeat.currency)
            .bind(repeat.state)
            .bind(repeat.next_at)
            .bind(repeat.ends_at)
            .bind(repeat.paid_invoice.as_deref())
            .bind(repeat.failed_invoice.as_deref())
            .bind(repeat.failed_at)
            .bind(repeat.next_try_at)
            .bind(repeat.stopped_at)
            .bind(repeat.tells)
    )?;
    Ok(())
}

/// Ties the gift it began with to a subscription, where a lost notice left that open.
pub(in crate::donations) async fn tie_first(tx: &mut Tx, donation: &Donation, subscription: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE donation SET subscription_id = $2 WHERE id = $1 AND subscription_id IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(donation.id).bind(subscription))?;
    Ok(())
}

/// Gives the payments of a subscription the donor of the gift it began with: one donor counts once, and is erased whole.
pub(in crate::donations) async fn adopt(tx: &mut Tx, subscription: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE donation
           SET donor_hash = (SELECT f.donor_hash FROM recurring_gift r JOIN donation f ON f.id = r.donation_id WHERE r.subscription_id = $1),
               donor_id = (SELECT f.donor_id FROM recurring_gift r JOIN donation f ON f.id = r.donation_id WHERE r.subscription_id = $1)
         WHERE subscription_id = $1 AND donor_id IS NULL AND publication_id IS NULL
           AND id <> COALESCE((SELECT donation_id FROM recurring_gift WHERE subscription_id = $1), 0)";
    run!(tx, execute, sqlx::query(SQL).bind(subscription))?;
    Ok(())
}

/// Notes that the donor is to be written to about the payments that came before anybody knew whose they are, as `owe_letter` does of one.
pub(in crate::donations) async fn owe_letters(tx: &mut Tx, subscription: &str) -> sqlx::Result<()> {
    const SQL: &str =
        "UPDATE donation SET letter_due = 1 WHERE subscription_id = $1 AND origin = 'recurring' AND state IN ('paid', 'failed')";
    run!(tx, execute, sqlx::query(SQL).bind(subscription)).map(drop)
}

/// Decides that a gift stops; false where that was decided before, or there is nothing to stop.
pub(in crate::donations) async fn ask_stop(
    tx: &mut Tx,
    id: RepeatId,
    by: StopBy,
    person: Option<PersonId>,
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE recurring_gift SET stop_by = $2, stop_person = $3, stop_asked_at = $4, stop_due_at = $4, stop_disputed = $5
                        WHERE id = $1 AND stop_by IS NULL AND state <> 'stopped'";
    // A donor's bank speaks for the donor: the row says who decided, and beside it how.
    let (who, disputed) = if by == StopBy::Bank { (StopBy::Donor, 1_i64) } else { (by, 0) };
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(who).bind(person).bind(now).bind(disputed))? == 1)
}

/// Decides the same for every gift of a fund; how many there were.
pub(in crate::donations) async fn ask_stop_of_fund(tx: &mut Tx, fund: FundId, now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE recurring_gift SET stop_by = 'winding_down', stop_asked_at = $2, stop_due_at = $2
                        WHERE fund_id = $1 AND state <> 'stopped' AND stop_by IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(now))
}

/// Those that Stripe is to be asked to stop now, the longest due first.
pub(in crate::donations) async fn to_stop(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    const SQL: &str = select_repeat!("WHERE stop_due_at IS NOT NULL AND stop_due_at <= $1 ORDER BY stop_due_at, id LIMIT $2");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(now).bind(limit))
}

/// Notes that Stripe is about to be asked; false where it need not be any more.
pub(in crate::donations) async fn stop_tried(tx: &mut Tx, id: RepeatId, due_at: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE recurring_gift SET stop_tries = stop_tries + 1, stop_due_at = $2 WHERE id = $1 AND stop_due_at IS NOT NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(due_at))? == 1)
}

pub(in crate::donations) async fn stop_failed(tx: &mut Tx, id: RepeatId, problem: Problem) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE recurring_gift SET stop_problem = $2 WHERE id = $1 AND stop_due_at IS NOT NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(problem))?;
    Ok(())
}

/// Lets all that is due wait until then: Stripe cannot be reached at all.
pub(in crate::donations) async fn stops_wait(tx: &mut Tx, until: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE recurring_gift SET stop_due_at = $1 WHERE stop_due_at IS NOT NULL AND stop_due_at < $1";
    run!(tx, execute, sqlx::query(SQL).bind(until))?;
    Ok(())
}

/// Has Stripe asked again at once about what a fund still waits for.
pub(in crate::donations) async fn stops_again(tx: &mut Tx, fund: FundId, now: Instant) -> sqlx::Result<()> {
    const STOPS: &str = "UPDATE recurring_gift SET stop_due_at = $2 WHERE fund_id = $1 AND state <> 'stopped' AND stop_due_at IS NOT NULL";
    const END: &str = "UPDATE repeats_end SET due_at = $2 WHERE fund_id = $1 AND due_at > $2 AND step <> 'done'";
    run!(tx, execute, sqlx::query(STOPS).bind(fund).bind(now))?;
    run!(tx, execute, sqlx::query(END).bind(fund).bind(now))?;
    Ok(())
}

/// Those whose donor is to get a mail, the oldest first.
pub(in crate::donations) async fn to_tell(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    run!(tx, fetch_all, sqlx::query_as(select_repeat!("WHERE tells IS NOT NULL ORDER BY id LIMIT $1")).bind(limit))
}

pub(in crate::donations) async fn told(tx: &mut Tx, id: RepeatId, what: Tells) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE recurring_gift SET tells = NULL WHERE id = $1 AND tells = $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(what))? == 1)
}

/// Behind in payment, by Stripe's word, without our knowing of which turn.
pub(in crate::donations) async fn behind_unheard(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Repeat>> {
    const SQL: &str = select_repeat!("WHERE state <> 'stopped' AND state = 'past_due' AND failed_invoice IS NULL ORDER BY id LIMIT $1");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

macro_rules! select_end {
    ($rest:literal) => {
        concat!("SELECT fund_id, begun_at, step, pass, pass_at, after_id, found, due_at, tries, problem, done_at FROM repeats_end ", $rest)
    };
}

/// Begins to stop all gifts of a fund; false where that was begun before.
pub(in crate::donations) async fn begin_end(tx: &mut Tx, fund: FundId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str =
        "INSERT INTO repeats_end (fund_id, begun_at, step, pass, pass_at, found, due_at, tries) VALUES ($1, $2, 'pages', 1, $2, 0, $2, 0)
                       ON CONFLICT (fund_id) DO NOTHING";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(fund).bind(now))? == 1)
}

pub(in crate::donations) async fn find_end(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<RepeatsEnd>> {
    run!(tx, fetch_optional, sqlx::query_as(select_end!("WHERE fund_id = $1")).bind(fund))
}

pub(in crate::donations) async fn ends_due(tx: &mut Tx, now: Instant) -> sqlx::Result<Vec<RepeatsEnd>> {
    run!(tx, fetch_all, sqlx::query_as(select_end!("WHERE due_at <= $1 ORDER BY fund_id")).bind(now))
}

pub(in crate::donations) async fn ends_under_way(tx: &mut Tx) -> sqlx::Result<Vec<RepeatsEnd>> {
    run!(tx, fetch_all, sqlx::query_as(select_end!("WHERE done_at IS NULL ORDER BY fund_id")))
}

pub(in crate::donations) async fn save_end(tx: &mut Tx, end: &RepeatsEnd) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE repeats_end SET step = $2, pass = $3, pass_at = $4, after_id = $5, found = $6, due_at = $7, tries = $8, problem = $9, done_at = $10
                        WHERE fund_id = $1";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(end.fund_id)
            .bind(end.step)
            .bind(end.pass)
            .bind(end.pass_at)
            .bind(end.after_id.as_deref())
            .bind(end.found)
            .bind(end.due_at)
            .bind(end.tries)
            .bind(end.problem)
            .bind(end.done_at)
    )?;
    Ok(())
}

/// How many are behind in payment by Stripe's word, of those that nobody stopped, `most` at the most, and since when the first of them is.
pub(in crate::donations) async fn count_behind(tx: &mut Tx, most: i64) -> sqlx::Result<(i64, Option<Instant>)> {
    // Fund by fund, for the index of those that are alive begins with the fund and holds their state.
    const SQL: &str = "SELECT COUNT(*), MIN(failed_at) FROM
                       (SELECT r.failed_at FROM fund f CROSS JOIN recurring_gift r
                         WHERE r.fund_id = f.id AND r.state <> 'stopped' AND r.state = 'past_due' AND r.stop_by IS NULL LIMIT $1) AS behind";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(most))
}
