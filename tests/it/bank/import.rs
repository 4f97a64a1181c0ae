//! Importing statements: whole or not at all, once however often, and none missing between two (invariant 31).

use std::collections::BTreeSet;

use strikefund::bank::{self, ImportRefusal};
use strikefund::clock::Day;
use strikefund::ids::StatementId;
use strikefund::people::{Actor, NotAllowed, Role};
use strikefund::transact;

use super::{bytes_of, import, main_account, operation, person, read, recorder, table};
use crate::support::{Books, block_on, on_both_databases};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Day, amount and text of every line that waits.
async fn lines(books: &Books) -> Vec<(String, i64, String)> {
    let account = main_account(books).await;
    let tx = &mut books.db.begin_read().await.unwrap();
    let lines = bank::open_lines(tx, account.id, day("2000-01-01"), day("2100-01-01"), 1_000).await.unwrap();
    lines.into_iter().map(|line| (line.booked_on.to_string(), line.amount_minor, line.text)).collect()
}

async fn closing(books: &Books) -> i64 {
    let account = main_account(books).await;
    let tie = bank::tie_of(&mut books.db.begin_read().await.unwrap(), account).await.unwrap();
    assert_eq!(tie.lines.sum_minor, tie.last.as_ref().unwrap().closing_minor, "lines and what was there before are the closing");
    tie.last.unwrap().closing_minor
}

on_both_databases! {
    async fn the_same_file_twice_is_once(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &bytes_of("chase.csv"), None).await.unwrap();
        let first = lines(books).await;
        assert_eq!(first.len(), 6, "five lines and what was there before");
        assert_eq!(first[0].1, 101_500);
        let again = import(books, actor, &bytes_of("chase.csv"), None).await;
        assert!(matches!(again, Err(ImportRefusal::Known(at)) if at == books.now()), "{again:?}");
        assert_eq!((lines(books).await, closing(books).await), (first, 151_130));
    }

    async fn the_same_command_twice_is_one_import_with_one_answer(books: &Books) {
        books.general_fund().await;
        let (actor, account, operation, now) = (recorder(books).await, main_account(books).await, operation(), books.now());
        let file = read(&bytes_of("chase.csv"), "usd").unwrap();
        let mut ids = BTreeSet::new();
        for _ in 0..2 {
            let id: Result<StatementId, ImportRefusal> =
                transact!(books.db, tx => bank::import(tx, actor, account.id, (&file, None), &operation, now).await);
            ids.insert(id.unwrap());
        }
        assert_eq!(ids.len(), 1);
    }

    async fn files_that_overlap_are_their_union(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        let early = table(&[("2026-11-01", "a", "5.00"), ("2026-11-02", "coffee", "-1.00"), ("2026-11-02", "coffee", "-1.00")]);
        let late = table(&[("2026-11-02", "coffee", "-1.00"), ("2026-11-02", "coffee", "-1.00"), ("2026-11-02", "coffee", "-1.00"), ("2026-11-03", "b", "4.00")]);
        import(books, actor, &early, Some(1_300)).await.unwrap();
        import(books, actor, &late, Some(1_600)).await.unwrap();
        assert_eq!(closing(books).await, 1_600);
        let amounts: Vec<i64> = lines(books).await.into_iter().map(|(_, minor, _)| minor).collect();
        assert_eq!(amounts, [1_000, 500, -100, -100, -100, 400], "the third coffee of that day is new, the first two are known");
        // A part of what is known adds nothing, whatever it closes with.
        import(books, actor, &early[..early.len() - 24], Some(1_400)).await.unwrap();
        assert_eq!((lines(books).await.len(), closing(books).await), (6, 1_600));
    }

    async fn an_older_statement_may_follow_where_it_reaches_what_is_known(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &table(&[("2026-11-05", "b", "4.00")]), Some(1_400)).await.unwrap();
        let off = import(books, actor, &table(&[("2026-11-01", "a", "3.00")]), Some(999)).await;
        assert!(matches!(off, Err(ImportRefusal::Differs { expected_minor: 1_000, said_minor: 999 })), "{off:?}");
        import(books, actor, &table(&[("2026-11-01", "a", "3.00")]), Some(1_000)).await.unwrap();
        assert_eq!(closing(books).await, 1_400);
        import(books, actor, &table(&[("2026-11-06", "c", "1.00")]), Some(1_500)).await.unwrap();
        assert_eq!(closing(books).await, 1_500);
    }

    async fn a_statement_that_does_not_sum_is_refused_and_nothing_of_it_is_kept(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        let short = String::from_utf8(bytes_of("camt_08.xml")).unwrap().replace(">61.80<", ">61.81<");
        let refused = import(books, actor, short.as_bytes(), None).await;
        assert!(matches!(&refused, Err(ImportRefusal::Wrong(wrong)) if wrong.line == 13), "{refused:?}");
        let paper = import(books, actor, &bytes_of("chase.csv"), Some(151_131)).await;
        assert!(matches!(paper, Err(ImportRefusal::Wrong(_))), "{paper:?}");
        let none = import(books, actor, &table(&[("2026-11-01", "a", "5.00")]), None).await;
        assert!(matches!(none, Err(ImportRefusal::NoBalance)), "{none:?}");
        assert_eq!(lines(books).await, []);
    }

    async fn a_statement_that_is_missing_between_two_is_told(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &table(&[("2026-11-01", "a", "5.00")]), Some(500)).await.unwrap();
        let gap = import(books, actor, &table(&[("2026-11-09", "c", "1.00")]), Some(900)).await;
        assert!(matches!(gap, Err(ImportRefusal::Gap { ended_minor: 500, begins_minor: 800, .. })), "{gap:?}");
        import(books, actor, &table(&[("2026-11-05", "b", "3.00")]), Some(800)).await.unwrap();
        import(books, actor, &table(&[("2026-11-09", "c", "1.00")]), Some(900)).await.unwrap();
        // A line that the bank never showed cannot slip in between later.
        let forged = import(books, actor, &table(&[("2026-11-01", "a", "5.00"), ("2026-11-05", "x", "2.00")]), Some(700)).await;
        assert!(matches!(forged, Err(ImportRefusal::Differs { .. })), "{forged:?}");
        assert_eq!((lines(books).await.len(), closing(books).await), (3, 900));
    }

    async fn another_account_s_statement_is_refused(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &bytes_of("checking.ofx"), None).await.unwrap();
        let other = String::from_utf8(bytes_of("quicken.qfx")).unwrap().replace("00004417", "00009999");
        let refused = import(books, actor, other.as_bytes(), None).await;
        assert!(matches!(&refused, Err(ImportRefusal::OtherAccount(ending)) if ending == "9999"), "{refused:?}");
    }

    async fn only_who_records_imports(books: &Books) {
        books.general_fund().await;
        let auditor = Actor { person: person(books, &[Role::Auditor, Role::Approver, Role::Administrator]).await, proved_at: books.now() };
        let refused = import(books, auditor, &bytes_of("chase.csv"), None).await;
        assert!(matches!(refused, Err(ImportRefusal::NotAllowed(NotAllowed::Role))), "{refused:?}");
        assert_eq!(lines(books).await, []);
    }

    async fn a_thousand_lines_are_imported_and_known_again(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        let rows: Vec<(String, String)> = (0..1_000).map(|n| (format!("2026-{:02}-{:02}", 1 + n / 90, 1 + n % 28), format!("{}.00", 1 + n % 7))).collect();
        let mut rows: Vec<(&str, &str, &str)> = rows.iter().map(|(day, amount)| (day.as_str(), "gift", amount.as_str())).collect();
        rows.sort_unstable();
        let all = table(&rows);
        let file = read(&all, "usd").unwrap();
        let sum = file.statement.sum().unwrap();
        import(books, actor, &all, Some(sum)).await.unwrap();
        assert_eq!(closing(books).await, sum);
        let account = main_account(books).await;
        let more = table(&[&rows[..], &[("2026-12-31", "late", "9.00")]].concat());
        let file = read(&more, "usd").unwrap();
        let preview = bank::preview(&mut books.db.begin_read().await.unwrap(), &account, &file, Some(sum + 900)).await.unwrap();
        assert_eq!((preview.lines, preview.known), (1_001, 1_000));
    }
}

/// Any statement cut into pieces that overlap, imported in order, any of them twice: the lines and the balance of the whole.
#[test]
fn pieces_of_a_statement_are_the_statement() {
    let chance = strikefund::ids::Entropy::seeded(20_261_114);
    for round in 0..12 {
        let rows: Vec<(u64, i64)> = {
            let mut rows: Vec<(u64, i64)> = (0..40)
                .map(|_| (1 + chance.below(28), i64::try_from(chance.below(9)).unwrap() - 4))
                .filter(|(_, minor)| *minor != 0)
                .collect();
            rows.sort_by_key(|(day, _)| *day);
            rows
        };
        let piece = |rows: &[(u64, i64)]| {
            let text = rows.iter().map(|(day, minor)| format!("2026-11-{day:02},t{minor},{minor}.00\n")).collect::<Vec<_>>().concat();
            format!("Date,Description,Amount\n{text}").into_bytes()
        };
        let until = |end: usize| rows[..end].iter().map(|(_, minor)| minor * 100).sum::<i64>() + 7_700;
        block_on(async {
            let books = Books::on_sqlite().await;
            books.general_fund().await;
            let actor = recorder(&books).await;
            let (mut from, mut end) = (0, 0);
            while end < rows.len() {
                end = (end + 1 + usize::try_from(chance.below(9)).unwrap()).min(rows.len());
                let _ = import(&books, actor, &piece(&rows[from..end]), Some(until(end))).await.unwrap();
                if chance.below(3) == 0 {
                    assert!(import(&books, actor, &piece(&rows[from..end]), Some(until(end))).await.is_err());
                }
                // The next file begins with a whole day, as a bank's does: on a day that is known already, or after it.
                let back = usize::try_from(chance.below(6)).unwrap();
                from = end.saturating_sub(back);
                while from > 0 && from < rows.len() && rows[from - 1].0 == rows[from].0 {
                    from -= 1;
                }
            }
            let found = lines(&books).await;
            let mut amounts: Vec<(String, i64)> = found.into_iter().skip(1).map(|(day, minor, _)| (day, minor)).collect();
            let mut whole: Vec<(String, i64)> = rows.iter().map(|(day, minor)| (format!("2026-11-{day:02}"), minor * 100)).collect();
            amounts.sort();
            whole.sort();
            assert_eq!(amounts, whole, "round {round}");
            assert_eq!(closing(&books).await, until(rows.len()), "round {round}");
            books.close().await;
        });
    }
}
