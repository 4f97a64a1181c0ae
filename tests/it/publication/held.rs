//! Details that are held back are counted until they are shown or never will be; uses open to their newest entries.

use strikefund::ledger::Mistake;
use strikefund::spending::{self, Correction, Refusal, Show};
use strikefund::{ids::ExpenseId, transact};

use super::figures::rows;
use super::log::purchases;
use super::{DAY, list, one, publish, text, verified};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// What the report of spending says is held back: how many entries of a use, and what they come to.
async fn held(books: &Books) -> Vec<(String, i64, i64)> {
    let held = rows(books, "spending").await.into_iter().filter(|row| row.0 == "held");
    held.map(|(_, item, _, count, minor)| (item, count, minor)).collect()
}

on_both_databases! {
    async fn held_details_are_counted_until_they_are_shown_or_never_will_be(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 2).await;
        let mut draft = treasury.water(7_000);
        (draft.show, draft.parts[0].category) = (Show::AfterStrike, "food".to_owned());
        let long = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, long).await.unwrap();
        let mut draft = treasury.water(300);
        draft.public_text = String::new();
        let bare = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, bare).await.unwrap();
        let start = books.now();
        publish(books, treasury.fund, start).await.unwrap();
        let (food, water) = ("expenses:program:food".to_owned(), "expenses:program:water".to_owned());
        assert_eq!(held(books).await, [(food.clone(), 1, 7_000), (water, 2, 2_001)]);
        let page = text(books, "index.html").await;
        assert!(page.contains("The details of 3 entries, together $90.01, are held back for now"), "{page}");
        for (number, words) in [(1, "Details held until 17 Nov 2026 for picket-site safety."), (3, "Details held until the strike is over"), (4, "No details are given.")] {
            assert!(one(books, number).await.unwrap().contains(words), "{number}: {words}");
        }
        assert!(list(books).await.contains("Details held until 17 Nov 2026"));

        // The hold ends for two, and the third is taken back: its details will never be shown.
        let (operation, actor, now) = (treasury.operation(), treasury.author(), books.now());
        let correction = Correction { reason: "It was the wrong shop.", nothing_instead: true, wrong: Mistake::Other };
        let fresh: Result<ExpenseId, Refusal> =
            transact!(books.db, tx => spending::correct(tx, actor, &operation, long, &correction, &books.entropy, now).await);
        publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap();
        assert_eq!(held(books).await, [(food, 1, 7_000)]);
        let fresh = treasury.send(fresh.unwrap()).await.unwrap();
        treasury.approve(treasury.ana, fresh).await.unwrap();
        publish(books, treasury.fund, start.plus_secs(4 * DAY)).await.unwrap();
        assert_eq!(held(books).await, []);
        assert!(one(books, 3).await.unwrap().contains("It was taken back before its details could be shown."));
        assert!(!text(books, "index.html").await.contains("held back for now"));
        assert_eq!(verified(books).await, None);
    }

    async fn what_is_seen_and_taken_back_in_one_publication_is_not_held(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 1).await;
        let (operation, actor, now) = (treasury.operation(), treasury.author(), books.now());
        let correction = Correction { reason: "It was booked twice, by two of us.", nothing_instead: true, wrong: Mistake::Twice };
        let fresh: Result<ExpenseId, Refusal> =
            transact!(books.db, tx => spending::correct(tx, actor, &operation, ExpenseId(1), &correction, &books.entropy, now).await);
        let fresh = treasury.send(fresh.unwrap()).await.unwrap();
        treasury.approve(treasury.ana, fresh).await.unwrap();
        publish(books, treasury.fund, now).await.unwrap();
        assert_eq!(held(books).await, []);
        assert_eq!(verified(books).await, None);
    }

    async fn uses_open_to_their_newest_entries_and_what_has_no_use_is_listed(books: &Books) {
        let treasury = Treasury::holding(books, 1_000_000).await;
        purchases(&treasury, 12).await;
        let mut draft = treasury.water(900);
        "food".clone_into(&mut draft.parts[0].category);
        let food = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, food).await.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();
        let page = text(books, "reports/spending.html").await;
        let opened = page.split("id=\"opened-heading\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert_eq!(opened.matches("<details>").count(), 2);
        assert!(opened.contains("Water: 12 entries · the newest 10") && opened.contains("Food: 1 entry<"), "{opened}");
        let water = opened.split("Water: 12").nth(1).unwrap();
        for (number, is_there) in [(12, true), (3, true), (2, false), (1, false)] {
            assert_eq!(water.contains(&format!("spending/{number}.html\"")), is_there, "{number}");
        }
        assert!(opened.contains("href=\".././spending/index.html\""), "the way to the others");
        let uncategorised = r#""uses","expenses:uncategorised","",0,0.00"#;
        assert!(text(books, "reports/spending.csv").await.contains(uncategorised));
        let front = text(books, "index.html").await;
        let rows: Vec<&str> = front.split("id=\"went-heading\"").nth(1).unwrap().split("</tbody>").next().unwrap().split("<tr>").collect();
        assert!(rows.last().unwrap().contains("Uncategorised") && rows.last().unwrap().contains("$0.00"), "{rows:?}");
    }
}
