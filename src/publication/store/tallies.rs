//! The statements over what batches counted and public figures do not tell apart yet, and over days by week and month.

use std::collections::BTreeMap;

use super::super::record::Sum;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::FundId;
use crate::money::Currency;
use crate::{insert_rows, run};

/// Gifts that wait to be told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub gifts: i64,
    /// So many different donors at least.
    pub donors: i64,
    /// One of them gave so much at most.
    pub largest_minor: i64,
}

pub(in crate::publication) async fn tallies(tx: &mut Tx, fund: FundId) -> sqlx::Result<BTreeMap<String, Tally>> {
    const SQL: &str = "SELECT word, gifts, donors, largest_minor FROM gift_tally WHERE fund_id = $1 ORDER BY word";
    let rows: Vec<(String, i64, i64, i64)> = run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))?;
    Ok(rows.into_iter().map(|(word, gifts, donors, largest_minor)| (word, Tally { gifts, donors, largest_minor })).collect())
}

pub(in crate::publication) async fn put_tally(tx: &mut Tx, fund: FundId, word: &str, tally: &Tally) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO gift_tally (fund_id, word, gifts, donors, largest_minor) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (fund_id, word) DO UPDATE SET gifts = excluded.gifts, donors = excluded.donors, largest_minor = excluded.largest_minor";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(word).bind(tally.gifts).bind(tally.donors).bind(tally.largest_minor)).map(drop)
}

/// Fills the calendar for every week that a fund's sums stand in. A week is in the month that holds its Thursday, as ISO 8601 counts years.
pub(in crate::publication) async fn fill_calendar(tx: &mut Tx, fund: FundId) -> sqlx::Result<()> {
    const MISSING: &str = "SELECT DISTINCT s.week FROM public_sum s WHERE s.fund_id = $1
                              AND NOT EXISTS (SELECT 1 FROM calendar c WHERE c.week = s.week) ORDER BY s.week";
    const INSERT: &str = "INSERT INTO calendar (day, week, month)";
    let weeks: Vec<String> = run!(tx, fetch_all, sqlx::query_scalar(MISSING).bind(fund))?;
    let mut days: Vec<(Day, String, String)> = Vec::new();
    for week in weeks {
        let Some(monday) = Day::of_iso_week(&week) else { continue };
        let month = monday.plus_days(3).month();
        days.extend((0..7).map(|day| (monday.plus_days(day), week.clone(), month.clone())));
    }
    insert_rows!(tx, INSERT, &days, |(day, week, month)| [*day, week.as_str(), month.as_str()], "ON CONFLICT (day) DO NOTHING").map(drop)
}

/// When our books were last held against Stripe's own word, and whether they agreed; None before the first time.
pub(in crate::publication) async fn stripe_tie(tx: &mut Tx, currency: Currency) -> sqlx::Result<Option<(Instant, bool)>> {
    const SQL: &str = "SELECT compared_at, (reported_minor = lines_minor AND lines_minor = ledger_minor) AS agrees
                         FROM stripe_tie WHERE currency = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(currency))
}

/// The lines of the record of that kind and number, by account and unit.
pub(in crate::publication) async fn lines_of(tx: &mut Tx, fund: FundId, kind: &str, n: i64) -> sqlx::Result<Vec<Sum>> {
    const SQL: &str = "SELECT l.account, l.unit, l.amount FROM public_record r CROSS JOIN public_line l
                        WHERE r.fund_id = $1 AND r.kind = $2 AND r.n = $3 AND r.n > 0 AND l.fund_id = r.fund_id AND l.position = r.position
                        ORDER BY l.account, l.unit";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(kind).bind(n))
}
