//! SQL of the ledger, private to this room.

pub(super) mod months;
pub(super) mod register;
pub(super) mod unpublished;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::{Account, Balance, Entry, Kind, NewEntry, Posting, Source};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{AccountId, EntryId, FundId};
use crate::money::{Currency, Money};
use crate::{insert_rows, run, run_in};

pub(super) async fn open_account(tx: &mut Tx, account: &Account) -> sqlx::Result<()> {
    let sql = "INSERT INTO account (code, path, kind, cash, funded) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (path) DO NOTHING";
    let (cash, funded) = (i64::from(account.cash), i64::from(account.is_funded()));
    run!(tx, execute, sqlx::query(sql).bind(&*account.code).bind(&*account.path).bind(account.kind).bind(cash).bind(funded))?;
    Ok(())
}

pub(super) async fn accounts(tx: &mut Tx) -> sqlx::Result<Vec<Account>> {
    let sql = "SELECT code, path, kind, cash FROM account ORDER BY path";
    let rows: Vec<(String, String, Kind, i64)> = run!(tx, fetch_all, sqlx::query_as(sql))?;
    let account = |(code, path, kind, cash)| Account { code: Cow::Owned(code), path: Cow::Owned(path), kind, cash: cash == 1 };
    Ok(rows.into_iter().map(account).collect())
}

/// The ids of the accounts at these paths; a path without an account is left out.
pub(super) async fn account_ids(tx: &mut Tx, paths: &[&str]) -> sqlx::Result<HashMap<String, AccountId>> {
    Ok(run_in!(tx, query_as, "SELECT path, id FROM account WHERE path IN", paths)?.into_iter().collect())
}

/// A posting as it is written.
pub(super) struct PostingRow {
    pub entry: EntryId,
    pub n: i64,
    pub account: AccountId,
    pub fund: Option<FundId>,
    pub amount: Money,
}

pub(super) async fn insert_postings(tx: &mut Tx, postings: &[PostingRow]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)";
    insert_rows!(tx, HEAD, postings, |row| [row.entry, row.n, row.account, row.fund, row.amount.currency, row.amount.minor]).map(drop)
}

/// Entries come after their postings; each then waits for its day sum.
pub(super) async fn insert_entries(tx: &mut Tx, entries: &[(EntryId, &NewEntry)], now: Instant) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, memo, reverses, actor, postings)";
    let postings = |entry: &NewEntry| i64::try_from(entry.postings.len()).unwrap_or(i64::MAX);
    insert_rows!(tx, HEAD, entries, |(id, entry)| [
        id,
        entry.source,
        &entry.source_id,
        entry.kind,
        entry.effective_on,
        now,
        entry.memo.as_deref(),
        entry.reverses,
        entry.actor.as_deref(),
        postings(entry),
    ])?;
    insert_rows!(tx, "INSERT INTO unsummed (entry_id)", entries, |(id, _)| [id]).map(drop)
}

crate::record! {
    /// One posting beside the entry it belongs to.
    pub struct EntryRow {
        /// The entry.
        pub id: EntryId,
        /// Who caused it.
        pub source: Source,
        /// The cause's own id.
        pub source_id: String,
        /// What kind of event.
        pub kind: String,
        /// The day it counts on.
        pub effective_on: Day,
        /// When it was written.
        pub recorded_at: Instant,
        /// What it takes back.
        pub reverses: Option<EntryId>,
        /// The posting's number.
        pub n: i64,
        /// The posting's account.
        pub path: String,
        /// The posting's fund.
        pub fund_id: Option<FundId>,
        /// That fund's word in addresses.
        pub slug: Option<String>,
        /// The posting's currency.
        pub currency: Currency,
        /// The posting's amount.
        pub amount_minor: i64,
    }
}

/// Rows of one entry follow each other; each run of them becomes an entry.
fn gather(rows: Vec<EntryRow>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for row in rows {
        let amount = Money::new(row.amount_minor, row.currency);
        let posting = Posting { n: row.n, path: row.path, fund: row.fund_id, fund_slug: row.slug, amount };
        match entries.last_mut() {
            Some(entry) if entry.id == row.id => entry.postings.push(posting),
            _ => entries.push(Entry {
                id: row.id,
                source: row.source,
                source_id: row.source_id,
                kind: row.kind,
                effective_on: row.effective_on,
                recorded_at: row.recorded_at,
                reverses: row.reverses,
                postings: vec![posting],
            }),
        }
    }
    entries
}

/// The entries that stand for these ids of one source, of whatever kind.
pub(super) async fn standing(tx: &mut Tx, source: Source, source_ids: &[&str]) -> sqlx::Result<Vec<EntryId>> {
    const HEAD: &str = "SELECT id FROM entry WHERE source = $1 AND source_id IN";
    run_in!(tx, query_scalar, HEAD, source_ids, source)
}

pub(super) async fn find(tx: &mut Tx, id: EntryId) -> sqlx::Result<Option<Entry>> {
    Ok(entries(tx, EntryId(id.0 - 1), 1).await?.into_iter().find(|entry| entry.id == id))
}

pub(super) async fn entries(tx: &mut Tx, after: EntryId, limit: i64) -> sqlx::Result<Vec<Entry>> {
    let sql = "SELECT e.id, e.source, e.source_id, e.kind, e.effective_on, e.recorded_at, e.reverses,
                      p.n, a.path, p.fund_id, f.slug, p.currency, p.amount_minor
                 FROM (SELECT id, source, source_id, kind, effective_on, recorded_at, reverses
                         FROM entry WHERE id > $1 ORDER BY id LIMIT $2) e
                 JOIN posting p ON p.entry_id = e.id
                 JOIN account a ON a.id = p.account_id
                 LEFT JOIN fund f ON f.id = p.fund_id
                ORDER BY e.id, p.n";
    let rows: Vec<EntryRow> = run!(tx, fetch_all, sqlx::query_as(sql).bind(after).bind(limit))?;
    Ok(gather(rows))
}

pub(super) async fn first_day(tx: &mut Tx) -> sqlx::Result<Option<Day>> {
    // Days are few, however many entries fall on them.
    let sql = "SELECT MIN(day) FROM (SELECT MIN(day) AS day FROM day_sum
                 UNION ALL SELECT MIN(e.effective_on) FROM unsummed u CROSS JOIN entry e WHERE e.id = u.entry_id) d";
    run!(tx, fetch_one, sqlx::query_scalar(sql))
}

pub(super) async fn is_reversed(tx: &mut Tx, id: EntryId) -> sqlx::Result<bool> {
    let found: Option<EntryId> = run!(tx, fetch_optional, sqlx::query_scalar("SELECT id FROM entry WHERE reverses = $1").bind(id))?;
    Ok(found.is_some())
}

crate::record! {
    /// What an account holds for a fund.
    pub struct BalanceRow {
        /// The account's path.
        pub path: String,
        /// Its code.
        pub code: String,
        /// Its kind.
        pub kind: Kind,
        /// The fund, 0 for none.
        pub fund_id: FundId,
        /// The currency.
        pub currency: Currency,
        /// Σ of the postings.
        pub amount_minor: i64,
        /// How many postings.
        pub postings: i64,
    }
}

// What waits for its day sum is few: `CROSS JOIN` makes SQLite begin there, where it would read every posting there is.

pub(super) async fn balances(tx: &mut Tx, as_of: Option<Day>) -> sqlx::Result<Vec<Balance>> {
    let sql = "SELECT a.path, a.code, a.kind, s.fund_id, s.currency, CAST(SUM(s.amount_minor) AS BIGINT) AS amount_minor,
                      CAST(SUM(s.postings) AS BIGINT) AS postings
                 FROM (SELECT account_id, fund_id, currency, amount_minor, postings FROM day_sum WHERE day <= $1
                       UNION ALL
                       SELECT p.account_id, COALESCE(p.fund_id, 0), p.currency, p.amount_minor, 1
                         FROM unsummed u CROSS JOIN entry e CROSS JOIN posting p
                        WHERE e.id = u.entry_id AND p.entry_id = e.id AND e.effective_on <= $1) s
                 JOIN account a ON a.id = s.account_id
                GROUP BY a.path, a.code, a.kind, s.fund_id, s.currency
               HAVING SUM(s.amount_minor) <> 0
                ORDER BY a.path, s.fund_id, s.currency";
    // A text beyond every day stands for “now”: it sorts after 9999-12-31.
    let through = as_of.map_or_else(|| "9999-99-99".to_owned(), |day| day.to_string());
    let rows: Vec<BalanceRow> = run!(tx, fetch_all, sqlx::query_as(sql).bind(&through))?;
    let balance = |row: BalanceRow| Balance {
        path: row.path,
        code: row.code,
        kind: row.kind,
        fund: Some(row.fund_id).filter(|fund| fund.0 != 0),
        amount: Money::new(row.amount_minor, row.currency),
        postings: row.postings,
    };
    Ok(rows.into_iter().map(balance).collect())
}

pub(super) async fn balance_of(tx: &mut Tx, path: &str) -> sqlx::Result<BTreeMap<Currency, i64>> {
    let sql = "SELECT currency, CAST(SUM(amount_minor) AS BIGINT)
                 FROM (SELECT d.currency, d.amount_minor FROM day_sum d JOIN account a ON a.id = d.account_id WHERE a.path = $1
                       UNION ALL
                       SELECT p.currency, p.amount_minor
                         FROM unsummed u CROSS JOIN posting p CROSS JOIN account a
                        WHERE p.entry_id = u.entry_id AND a.id = p.account_id AND a.path = $1) s
                GROUP BY currency";
    let rows: Vec<(Currency, i64)> = run!(tx, fetch_all, sqlx::query_as(sql).bind(path))?;
    Ok(rows.into_iter().collect())
}

/// Marks what one run will fold, so that the sums and the forgetting speak of the same entries on both databases.
pub(super) async fn claim_unsummed(tx: &mut Tx, limit: i64) -> sqlx::Result<u64> {
    let sql = "UPDATE unsummed SET batch = 1
                WHERE entry_id IN (SELECT entry_id FROM unsummed WHERE batch IS NULL ORDER BY entry_id LIMIT $1)";
    run!(tx, execute, sqlx::query(sql).bind(limit))
}

pub(super) async fn add_claimed_to_day_sums(tx: &mut Tx) -> sqlx::Result<()> {
    let sql = "INSERT INTO day_sum (account_id, fund_id, currency, day, amount_minor, postings)
               SELECT p.account_id, COALESCE(p.fund_id, 0), p.currency, e.effective_on, CAST(SUM(p.amount_minor) AS BIGINT), COUNT(*)
                 FROM unsummed u CROSS JOIN entry e CROSS JOIN posting p
                WHERE e.id = u.entry_id AND p.entry_id = e.id AND u.batch = 1
                GROUP BY p.account_id, COALESCE(p.fund_id, 0), p.currency, e.effective_on
                ORDER BY p.account_id, COALESCE(p.fund_id, 0), p.currency, e.effective_on
               ON CONFLICT (account_id, fund_id, currency, day)
               DO UPDATE SET amount_minor = day_sum.amount_minor + excluded.amount_minor, postings = day_sum.postings + excluded.postings";
    run!(tx, execute, sqlx::query(sql))?;
    Ok(())
}

pub(super) async fn forget_claimed(tx: &mut Tx) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM unsummed WHERE batch = 1"))?;
    Ok(())
}

pub(super) async fn drop_day_sums(tx: &mut Tx) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM day_sum"))?;
    run!(tx, execute, sqlx::query("INSERT INTO unsummed (entry_id) SELECT id FROM entry WHERE 1 = 1 ON CONFLICT (entry_id) DO NOTHING"))?;
    Ok(())
}

/// A question that `verify` asks: no row is the sound answer, a row is the first thing wrong.
pub(super) async fn first_wrong(tx: &mut Tx, sql: &'static str) -> sqlx::Result<Option<String>> {
    run!(tx, fetch_optional, sqlx::query_scalar(sql))
}
