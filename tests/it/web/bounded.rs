//! What a page costs does not grow with history: once a list's page is full, more rows behind it change nothing.

use axum::http::Method;
use sqlx::AssertSqlSafe;
use strikefund::clock::Instant;
use strikefund::ids::{PersonId, sha256_hex};
use strikefund::ledger::{self, NewEntry, NewPosting, Source, chart};
use strikefund::people::{Role, audit};
use strikefund::web::doors::Who;
use strikefund::{run, transact};

use super::Visit;
use super::staff::Staff;
use crate::approvals::usd;
use crate::support::statements::{Work, counted};
use crate::support::{Books, on_both_databases};

/// The most rows a page may read. A list shows at most a hundred rows, a page at most two lists, and what stands beside them (the session, the
/// roles, the funds, the chart of accounts, the choices of a form) is a hundred rows at the most.
const MOST_ROWS: u64 = 300;

/// A file holds the whole of what it is about, on purpose; and who enters an expense chooses among all payees, a thousand at the most.
const LEFT_OUT: [&str; 2] = ["/treasury/audit/acts.csv", "/treasury/general/expenses/new"];

/// The SQL that makes rows numbered from `from` to `to` of every kind that history piles up.
fn rows(from: i64, to: i64, by: PersonId, fund: i64, now: Instant) -> Vec<String> {
    let hash = sha256_hex("text");
    let at = now.unix_secs() * 1_000_000;
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to})");
    let text = "CAST(i AS TEXT)";
    [
        ("donation (ref, number, fund_id, origin, state, currency, pledged_at, settled_at, settled_minor, settled_fee_minor, settled_currency, clearing)",
            format!("'r' || {text}, 'G' || {text}, {fund}, 'elsewhere', 'paid', 'USD', {at}, {at}, 100, 0, 'USD', 0")),
        ("expense (fund_id, author_id, number, state, version, amount_minor, currency, bought_on, vendor, vendor_key, public_text, note, paid_by, show_when, show_shop, created_at, changed_at)",
            format!("{fund}, {by}, 'E' || {text}, 'draft', 1, 100, 'USD', '2026-11-14', 'Shop', 'shop', 'Water', '', 'bill', 'next', 0, {at}, {at}")),
        ("proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed, state, emergency, proposed_at)",
            format!("'expense', 'X' || {text}, {fund}, {by}, 100, 'USD', 'text', '{hash}', 1, 0, 1, 'open', 0, {at}")),
        ("payee (label, kind, pseudonym, created_by, created_at)", format!("'Somebody', 'person', 'P' || {text}, {by}, {at}")),
        ("captain (code_hash, fund_id, label, language, total_minor, each_minor, uses, last_on, made_by, made_at)",
            format!("'c' || {text}, {fund}, 'Gate', 'en', 100, 100, 'water', '2026-12-01', {by}, {at}")),
        ("offline_gift (number, fund_id, kind, state, amount_minor, fee_minor, currency, gifts, place, account, dated_on, round, recorded_by, recorded_at)",
            format!("'O' || {text}, {fund}, 'cheque', 'expected', 100, 0, 'USD', 1, '', 'assets:bank:main', '2026-11-14', 1, {by}, {at}")),
    ]
    .map(|(table, values)| format!("INSERT INTO {table} {numbers} SELECT {values} FROM n"))
    .into()
}

/// Lets history pile up: so many rows of every kind.
async fn pile_up(books: &Books, by: PersonId, fund: i64, from: i64, to: i64) {
    let now = books.now();
    let done: Result<(), ledger::PostError> = transact!(books.db, tx => {
        for sql in rows(from, to, by, fund, now) {
            run!(tx, execute, sqlx::query(AssertSqlSafe(sql)))?;
        }
        for n in from..=to {
            audit::write(tx, Some(by), "test", &format!("row {n}"), "", now).await?;
        }
        let entries: Vec<NewEntry> = (from..=to).map(|n| NewEntry {
            source: Source::Bank,
            source_id: format!("gift {n}"),
            kind: "gift",
            effective_on: now.day_in(&strikefund::clock::Zone::UTC),
            memo: None,
            actor: None,
            reverses: None,
            postings: vec![NewPosting::pooled(chart::BANK, usd(100)), NewPosting::of_fund("income:donations:bank", strikefund::ids::FundId(fund), usd(-100))],
        }).collect();
        for some in entries.chunks(100) {
            ledger::post_all(tx, some, now).await?;
        }
        Ok::<(), ledger::PostError>(())
    });
    done.unwrap();
}

async fn costs(visit: &Visit, staff: &Staff<'_>) -> Vec<(String, Work)> {
    let mut costs = Vec::new();
    for door in visit.doors() {
        let path = door.path.replace("{fund}", "general");
        let list = door.method == Method::GET && matches!(door.who, Who::Holding(_)) && !path.contains('{');
        if list && !LEFT_OUT.contains(&&*path) {
            // What a process reads once and keeps is no part of a page's cost.
            staff.get(&path).await;
            let (answer, work) = counted(staff.get(&path)).await;
            assert!(matches!(answer.status.as_u16(), 200 | 303), "{path}: {}", answer.status);
            costs.push((path, work));
        }
    }
    costs
}

on_both_databases! {
    async fn no_list_costs_more_when_history_grows_behind_its_page(books: &Books) {
        let fund = books.general_fund().await.0;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &Role::ALL).await;
        pile_up(books, staff.person, fund, 1, 120).await;
        let before = costs(&visit, &staff).await;
        assert!(before.len() > 15 && before.iter().all(|(_, work)| work.statements > 0), "{before:?}");
        pile_up(books, staff.person, fund, 121, 720).await;
        let mut wrong = Vec::new();
        for ((path, little), (_, much)) in before.into_iter().zip(costs(&visit, &staff).await) {
            println!("{path}: {little:?} {much:?}");
            if much.statements > little.statements || much.rows > MOST_ROWS {
                wrong.push(format!("{path}: {little:?} became {much:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
