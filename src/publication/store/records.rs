//! The statements over public records, what they add up to, and what waits to become one.

use std::collections::BTreeMap;

use super::super::record::{Record, Sum};
use super::super::tables::Row;
use super::super::weeks::WeekSum;
use crate::clock::Instant;
use crate::db::{Tx, rows};
use crate::ids::{EntryId, ExpenseId, FundId};
use crate::{insert_rows, run};

/// Which posting of the books a spending shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The posting's entry.
    pub entry_id: EntryId,
    /// Its number in it.
    pub n: i64,
    /// The number of the spending; 0: it stands in a sum.
    pub spending: i64,
}

crate::record! {
    /// Words that wait until they may be shown.
    pub struct Waiting {
        /// The number of the spending they are about.
        pub spending: i64,
        /// The expense whose words they are.
        pub expense_id: ExpenseId,
        /// From when on; None: when the strike is over.
        pub show_from: Option<Instant>,
    }
}

crate::record! {
    /// A record as it stands in the log.
    pub struct Leaf {
        /// Its place in the log.
        pub position: i64,
        /// The publication that first shows it.
        pub publication: i64,
        /// Its text.
        pub body: String,
    }
}

/// Appends records from `position` on, and adds what they move to the sums.
pub(in crate::publication) async fn append(
    tx: &mut Tx,
    fund: FundId,
    publication: i64,
    position: i64,
    records: &[(Record, String)],
) -> sqlx::Result<()> {
    const RECORD: &str = "INSERT INTO public_record (fund_id, position, publication, kind, n, about, week, text, body)";
    const LINE: &str = "INSERT INTO public_line (fund_id, position, account, unit, amount)";
    let numbered: Vec<(i64, &(Record, String))> = (position..).zip(records).collect();
    insert_rows!(tx, RECORD, &numbered, |(position, (record, leaf))| [
        fund,
        *position,
        publication,
        record.kind(),
        record.number(),
        record.about(),
        record.week(),
        record.text().into_owned(),
        leaf.as_str(),
    ])?;
    let mut lines = Vec::with_capacity(records.len());
    let mut sums: BTreeMap<(String, String, &str), (i64, i64)> = BTreeMap::new();
    for (position, (record, _)) in numbered {
        for line in record.lines() {
            let sum = sums.entry((line.account.clone(), line.unit.clone(), record.week())).or_default();
            *sum = (sum.0.checked_add(line.amount).ok_or_else(beyond)?, sum.1 + 1);
            lines.push((position, line));
        }
    }
    insert_rows!(tx, LINE, &lines, |(position, line)| [fund, *position, line.account.as_str(), line.unit.as_str(), line.amount])?;
    add(tx, fund, &sums).await
}

async fn add(tx: &mut Tx, fund: FundId, sums: &BTreeMap<(String, String, &str), (i64, i64)>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO public_sum (fund_id, account, unit, week, amount, lines) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (fund_id, account, unit, week)
        DO UPDATE SET amount = public_sum.amount + excluded.amount, lines = public_sum.lines + excluded.lines";
    for ((account, unit, week), (amount, lines)) in sums {
        let (account, unit) = (account.as_str(), unit.as_str());
        run!(tx, execute, sqlx::query(SQL).bind(fund).bind(account).bind(unit).bind(*week).bind(*amount).bind(*lines))?;
    }
    Ok(())
}

fn beyond() -> sqlx::Error {
    sqlx::Error::Protocol("a sum beyond what the books can hold".to_owned())
}

/// What everything published of a fund comes to, by account and unit.
pub(in crate::publication) async fn sums(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Sum>> {
    const SQL: &str = "SELECT account, unit, CAST(SUM(amount) AS BIGINT) AS amount FROM public_sum WHERE fund_id = $1
                        GROUP BY account, unit ORDER BY account, unit";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// The highest number of a kind; 0 before the first.
pub(in crate::publication) async fn last_number(tx: &mut Tx, fund: FundId, kind: &'static str) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COALESCE(MAX(n), 0) FROM public_record WHERE fund_id = $1 AND kind = $2 AND n > 0";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(fund).bind(kind))
}

/// Every record of a kind of which there are few, the oldest first.
pub(in crate::publication) async fn of_kind(tx: &mut Tx, fund: FundId, kind: &'static str) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record WHERE fund_id = $1 AND kind = $2 AND n > 0 ORDER BY n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(kind))
}

/// The record with that number among those of its kind.
pub(in crate::publication) async fn numbered(tx: &mut Tx, fund: FundId, kind: &'static str, n: i64) -> sqlx::Result<Option<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record WHERE fund_id = $1 AND kind = $2 AND n > 0 AND n = $3";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(fund).bind(kind).bind(n))
}

/// The record with that number among those of its kind, read; None where there is none, or it does not read.
pub(in crate::publication) async fn of_number(tx: &mut Tx, fund: FundId, kind: &'static str, n: i64) -> sqlx::Result<Option<Record>> {
    let leaf = numbered(tx, fund, kind, n).await?;
    Ok(leaf.and_then(|leaf| Record::from_leaf(&leaf.body).ok()))
}

/// Notes which postings are published by now.
pub(in crate::publication) async fn note_shown(tx: &mut Tx, fund: FundId, shown: &[Shown]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO published_posting (entry_id, n, fund_id, spending)";
    insert_rows!(tx, HEAD, shown, |shown| [shown.entry_id, shown.n, fund, shown.spending]).map(drop)
}

/// The number of the spending that shows a posting; 0: it stands in a sum; None: nobody has seen it.
pub(in crate::publication) async fn shown(tx: &mut Tx, (entry, n): (EntryId, i64)) -> sqlx::Result<Option<i64>> {
    run!(
        tx,
        fetch_optional,
        sqlx::query_scalar("SELECT spending FROM published_posting WHERE entry_id = $1 AND n = $2").bind(entry).bind(n)
    )
}

/// The number of the first spending that shows a posting of this entry.
pub(in crate::publication) async fn shown_of_entry(tx: &mut Tx, fund: FundId, entry: EntryId) -> sqlx::Result<Option<i64>> {
    const SQL: &str = "SELECT MIN(spending) FROM published_posting WHERE entry_id = $1 AND fund_id = $2 AND spending > 0";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(entry).bind(fund))
}

/// The spendings with numbers from `first` to `last`, in order.
pub(in crate::publication) async fn spendings(tx: &mut Tx, fund: FundId, first: i64, last: i64) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record
                        WHERE fund_id = $1 AND kind = 'spending' AND n > 0 AND n BETWEEN $2 AND $3 ORDER BY n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(first).bind(last))
}

/// Everything that later records say about the spendings with numbers from `first` to `last`, of each in order.
pub(in crate::publication) async fn about(tx: &mut Tx, fund: FundId, first: i64, last: i64) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record
                        WHERE fund_id = $1 AND about > 0 AND about BETWEEN $2 AND $3 ORDER BY about, position";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(first).bind(last))
}

/// The records of a kind with numbers below one, or the newest; the newest first, at most `limit`.
pub(in crate::publication) async fn records_below(
    tx: &mut Tx,
    fund: FundId,
    kind: &'static str,
    below: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record
                        WHERE fund_id = $1 AND kind = $2 AND n > 0 AND n < $3 ORDER BY n DESC LIMIT $4";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(kind).bind(below.unwrap_or(i64::MAX)).bind(limit))
}

/// The newest spendings of a use, the newest first, at most `limit`.
pub(in crate::publication) async fn spendings_on(tx: &mut Tx, fund: FundId, account: &str, limit: i64) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT r.position, r.publication, r.body
                         FROM public_line l CROSS JOIN public_record r
                        WHERE l.fund_id = $1 AND l.account = $2 AND l.unit = 'money'
                          AND r.fund_id = l.fund_id AND r.position = l.position AND r.kind = 'spending'
                        ORDER BY l.position DESC LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(account).bind(limit))
}

/// The newest corrections, the newest first: few among all spendings, so that the index over them is read and sorted, and not the log.
pub(in crate::publication) async fn corrections(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT r.position, r.publication, r.body FROM public_line l CROSS JOIN public_record r
                        WHERE l.fund_id = $1 AND l.unit IN ('correction', 'emergency', 'no-receipt') AND l.unit = 'correction'
                          AND r.fund_id = l.fund_id AND r.position = l.position ORDER BY l.position + 0 DESC LIMIT 30";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// The records from `position` on, at most `limit`, each with the publication that first shows it.
pub(in crate::publication) async fn leaves_told(tx: &mut Tx, fund: FundId, position: i64, limit: i64) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str =
        "SELECT position, publication, body FROM public_record WHERE fund_id = $1 AND position >= $2 ORDER BY position LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(position).bind(limit))
}

/// The records from `position` on that bring money in and are no spending, at most `limit`.
pub(in crate::publication) async fn money_in(tx: &mut Tx, fund: FundId, position: i64, limit: i64) -> sqlx::Result<Vec<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record
                        WHERE fund_id = $1 AND position >= $2 AND kind IN ('opening', 'batch') ORDER BY position LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(position).bind(limit))
}

/// Notes words that wait.
pub(in crate::publication) async fn note_waiting(tx: &mut Tx, fund: FundId, waiting: &[Waiting]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO unpublished_text (fund_id, spending, expense_id, show_from)";
    insert_rows!(tx, HEAD, waiting, |words| [fund, words.spending, words.expense_id, words.show_from]).map(drop)
}

/// Words that may be shown at `now`, or all where nothing must be held back any more; at most `limit`.
pub(in crate::publication) async fn words_due(tx: &mut Tx, fund: FundId, now: Option<Instant>, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    const DUE: &str = "SELECT spending, expense_id, show_from FROM unpublished_text
                        WHERE fund_id = $1 AND show_from <= $2 ORDER BY show_from, spending LIMIT $3";
    const ALL: &str = "SELECT spending, expense_id, show_from FROM unpublished_text WHERE fund_id = $1 ORDER BY spending LIMIT $2";
    match now {
        Some(now) => run!(tx, fetch_all, sqlx::query_as(DUE).bind(fund).bind(now).bind(limit)),
        None => run!(tx, fetch_all, sqlx::query_as(ALL).bind(fund).bind(limit)),
    }
}

/// Whether the words of a spending wait.
pub(in crate::publication) async fn is_waiting(tx: &mut Tx, fund: FundId, spending: i64) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM unpublished_text WHERE fund_id = $1 AND spending = $2";
    let count: i64 = run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(fund).bind(spending))?;
    Ok(count > 0)
}

/// Forgets words that were shown, or never will be.
pub(in crate::publication) async fn forget_words(tx: &mut Tx, fund: FundId, spendings: &[i64]) -> sqlx::Result<()> {
    const HEAD: &str = "DELETE FROM unpublished_text WHERE fund_id = $1 AND spending IN";
    for piece in rows::pieces(spendings) {
        run!(tx, execute, {
            let mut statement = sqlx::query(rows::list(HEAD, 2, piece.len())).bind(fund);
            for spending in piece {
                statement = statement.bind(*spending);
            }
            statement
        })?;
    }
    Ok(())
}

/// The record that ends the newest publication.
pub(in crate::publication) async fn newest_publication(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Leaf>> {
    const SQL: &str = "SELECT position, publication, body FROM public_record
                        WHERE fund_id = $1 AND kind = 'publication' AND n > 0 ORDER BY n DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(fund))
}

/// The rows of a report, by its statement of `reports/`; `days` are the two that it counts strike days between, where it does.
pub(in crate::publication) async fn report(
    tx: &mut Tx,
    fund: FundId,
    sql: &'static str,
    days: Option<(&str, &str)>,
) -> sqlx::Result<Vec<Row>> {
    match days {
        Some((from, to)) => run!(tx, fetch_all, sqlx::query_as(sql).bind(fund).bind(from).bind(to)),
        None => run!(tx, fetch_all, sqlx::query_as(sql).bind(fund)),
    }
}

/// Every cached sum of a fund.
pub(in crate::publication) async fn every_sum(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<WeekSum>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT account, unit, week, amount FROM public_sum WHERE fund_id = $1").bind(fund))
}

/// The same sums, of the lines themselves.
pub(in crate::publication) async fn every_line(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<WeekSum>> {
    const SQL: &str = "SELECT l.account, l.unit, r.week, CAST(SUM(l.amount) AS BIGINT) AS amount
                         FROM public_line l JOIN public_record r ON r.fund_id = l.fund_id AND r.position = l.position
                        WHERE l.fund_id = $1 GROUP BY l.account, l.unit, r.week";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}
