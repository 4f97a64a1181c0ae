//! What a page costs does not grow with history: once a list's page is full, more rows behind it change nothing. Every page of the treasury
//! is asked for, by the table of addresses; statements and rows are counted on both databases, steps on `SQLite`.

use strikefund::web::doors::Who;

use super::Visit;
use super::grown::Grown;
use crate::support::on_both_databases;
use crate::support::statements::{Work, count_steps, counted};

/// The most rows a page may read. A list shows at most a hundred rows, a page at most two lists, and what stands beside them (the session, the
/// roles, the funds, the chart of accounts, the choices of a form) is two hundred rows at the most.
const MOST_ROWS: u64 = 400;
/// The most statements a page may ask: what it shows is asked for together, not row by row.
const MOST_STATEMENTS: u64 = 60;
/// Pages that offer every payee, captain or account there is to choose among, a thousand at the most.
const CHOOSERS: [&str; 4] =
    ["/treasury/{fund}/expenses/new", "/treasury/{fund}/expenses/{number}/edit", "/treasury/journal/new", "/treasury/advances"];
/// Files hold the whole of what they are about, on purpose, and are written piece by piece.
const FILES: [&str; 2] = ["/treasury/audit/acts.csv", "/treasury/exports/{file}"];

/// How much history lies behind the pages: at first, and in the end.
const LITTLE: i64 = 400;
const MUCH: i64 = 4_000;

async fn costs(grown: &Grown<'_>, addresses: &[(&'static str, String)]) -> Vec<Work> {
    let mut costs = Vec::new();
    for (_, path) in addresses {
        // What a process reads once and keeps is no part of a page's cost.
        grown.staff.get(path).await;
        let (answer, work) = counted(grown.staff.get(path)).await;
        assert!(matches!(answer.status.as_u16(), 200 | 303), "{path}: {} {}", answer.status, answer.text());
        costs.push(work);
    }
    costs
}

on_both_databases! {
    async fn no_page_costs_more_when_history_grows_behind_it(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        grown.pile_up(1, LITTLE).await;
        let mut addresses = grown.addresses(|who| matches!(who, Who::Holding(_) | Who::Staff)).await;
        addresses.retain(|(door, _)| !FILES.contains(door));
        count_steps(&books.db).await;
        let before = costs(&grown, &addresses).await;
        assert!(addresses.len() > 60 && before.iter().all(|work| work.statements > 0), "{addresses:?}");
        grown.pile_up(LITTLE + 1, MUCH).await;
        count_steps(&books.db).await;
        let mut wrong = Vec::new();
        for (((door, path), little), much) in addresses.iter().zip(&before).zip(costs(&grown, &addresses).await) {
            println!("{path}: {little:?} {much:?}");
            let chooses = CHOOSERS.contains(door);
            let more = much.statements > little.statements || (!chooses && much.rows > MOST_ROWS) || much.statements > MOST_STATEMENTS;
            // A tree of ten times as many rows is a level or so deeper.
            if more || (!chooses && much.steps > little.steps * 3 / 2 + 500) {
                wrong.push(format!("{path}: {little:?} became {much:?}"));
            }
        }
        assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    }
}
