//! How `SQLite` would run each statement of the stores: what is asked all day long reads what is new, never a whole growing table.

use sqlx::AssertSqlSafe;
use strikefund::db::Db;

use crate::architecture::source::read_all;
use crate::support::{Books, block_on, repository};

/// Tables that grow with every gift.
const GROWING: [&str; 16] = [
    "posting",
    "entry",
    "stripe_line",
    "delivery",
    "donation",
    "donor_key",
    "donor_words",
    "supporter",
    "publication_file",
    "publication_blob",
    "public_record",
    "public_line",
    "published_copy",
    "gift_salt",
    "coin_heap",
    "recurring_gift",
];

/// Statements that may read a whole table, by how they begin, and why.
const WHOLE: &[(&str, &str)] = &[
    ("SELECT l.id FROM stripe_line l WHERE l.state = 'booked' AND NOT EXISTS", "verify asks it"),
    ("SELECT currency, CAST(SUM(net_minor) AS BIGINT) FROM stripe_line WHERE state IN", "the nightly tie adds up every line"),
    ("SELECT currency, CAST(SUM(net_minor) AS BIGINT) AS net_minor, COUNT(*) AS lines FROM stripe_line", "the nightly tie again"),
    ("UPDATE stripe_sync SET opens_at", "a person asks it once, when the books begin"),
    ("INSERT INTO unsummed (entry_id) SELECT id FROM entry", "day sums are built anew from every entry"),
    ("UPDATE delivery SET next_try_at", "an upgrade asks it once"),
    ("SELECT l.account, l.unit, r.week, CAST(SUM(l.amount) AS BIGINT)", "verify asks it"),
    ("SELECT publication_id, path FROM publication_file f WHERE NOT EXISTS", "verify asks it"),
    ("SELECT k.donor_id, d.ref FROM donor_key k JOIN donor d", "a lost master key is told once"),
    (
        "SELECT id, ref AS reference, fund_id, donor FROM donation WHERE donor IS NOT NULL",
        "an index of those alone, empty after the first start",
    ),
    ("SELECT received_at FROM delivery WHERE seen > 0", "it begins at the newest delivery and ends at the first that arrived"),
];

#[test]
fn nothing_asked_all_day_reads_a_whole_growing_table() {
    block_on(async {
        let books = Books::on_sqlite().await;
        let mut looked_at = 0;
        let mut found = Vec::new();
        for source in read_all(&repository(""), "src", &["rs"]) {
            for (at, text) in &source.literals {
                let sql = text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
                let asked = ["SELECT ", "UPDATE ", "DELETE ", "INSERT ", "WITH "].iter().any(|word| sql.starts_with(word));
                let by_verify = source.path.ends_with("verify.rs");
                if !asked || by_verify || WHOLE.iter().any(|(begins, _)| sql.starts_with(begins)) {
                    continue;
                }
                // A piece of a statement that is put together elsewhere has no plan of its own.
                let Ok(plan) = plan(&books.db, &sql).await else { continue };
                looked_at += 1;
                let scans = plan.iter().filter(|step| reads_whole(step, &sql));
                found.extend(scans.map(|step| format!("{}:{}: {step}: {sql}", source.path, source.line(*at))));
            }
        }
        for report in read_all(&repository(""), "reports", &["sql"]) {
            let sql = report.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let plan = plan(&books.db, &report.text).await.unwrap();
            found.extend(plan.iter().filter(|step| reads_whole(step, &sql)).map(|step| format!("{}: {step}", report.path)));
        }
        assert!(looked_at > 60, "only {looked_at} statements were found");
        assert!(found.is_empty(), "\n{}\nWay out: an index, or CROSS JOIN from the table that is small.\n", found.join("\n"));
    });
}

#[test]
fn a_statement_that_reads_every_posting_is_seen() {
    block_on(async {
        let books = Books::on_sqlite().await;
        let slow = "SELECT p.amount_minor FROM unsummed u JOIN posting p ON p.entry_id = u.entry_id JOIN account a ON a.id = p.account_id WHERE p.amount_minor > 0 ORDER BY p.account_id";
        let plan = plan(&books.db, slow).await.unwrap();
        assert!(plan.iter().any(|step| reads_whole(step, slow)), "{plan:?}");
    });
}

/// Whether a step of a plan reads a growing table from its first row to its last; all that one fund has of it is no less.
fn reads_whole(step: &str, sql: &str) -> bool {
    // The place of the last record is found at the end of the index.
    let of_fund =
        step.strip_prefix("SEARCH ").filter(|rest| rest.ends_with(" USING PRIMARY KEY (fund_id=?)") && !sql.contains("MAX(position)"));
    let Some(name) = step.strip_prefix("SCAN ").or(of_fund).and_then(|rest| rest.split(' ').next()) else { return false };
    // A partial index holds what waits, which is few; a statement without a condition is a piece of others.
    let few = [
        "stripe_line_new",
        "stripe_line_parked",
        "delivery_waiting",
        "donation_unpublished",
        "donation_unsettled",
        "donation_clearing",
        "recurring_gift_alive",
        "recurring_gift_to_stop",
        "recurring_gift_to_tell",
    ];
    let whole_statement = sql.contains(" WHERE ") || sql.contains(" JOIN ");
    let is_growing =
        |table: &&str| *table == name || sql.contains(&format!("FROM {table} {name} ")) || sql.contains(&format!("JOIN {table} {name} "));
    whole_statement && !few.iter().any(|index| step.contains(index)) && GROWING.iter().any(is_growing)
}

async fn plan(db: &Db, sql: &str) -> sqlx::Result<Vec<String>> {
    let Db::Sqlite { read, .. } = db else { return Ok(Vec::new()) };
    let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(read).await?;
    Ok(rows.into_iter().map(|(.., step)| step).collect())
}
