//! A fund that moves says so at once, with day and reason, and no figure moves with it; an expense that goes on says so with the next publication.

use strikefund::funds::State;
use strikefund::run;
use strikefund::spending::{self, Draft, PaidBy};
use strikefund::transact;

use super::gifts::{batches, fund, given};
use super::log::{key, purchases};
use super::stranger::tree;
use super::{DAY, one, publish, text, verified};
use crate::spending::Treasury;
use crate::support::{Books, moving, on_both_databases};
use strikefund::clock::Instant;
use strikefund::publication::check::{Scope, check};
use strikefund::publication::source::Source;

async fn moved(books: &Books, state: State, reason: &str, at: Instant) {
    moving::moved(books, fund(books).await.id, state, reason, at).await;
}

/// The figures of the newest publication, without its number and time.
async fn figures(books: &Books) -> serde_json::Value {
    let mut whole: serde_json::Value = serde_json::from_str(&text(books, "figures.json").await).unwrap();
    for moving in ["publication", "made_at", "as_of"] {
        whole.as_object_mut().unwrap().remove(moving);
    }
    whole
}

on_both_databases! {
    async fn a_move_is_told_before_its_time_with_day_and_reason_and_alone(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        let fund = fund(books).await;
        given(books, &fund, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        let start = books.now();
        assert_eq!(publish(books, fund.id, start).await.unwrap(), Some(1));
        let before = figures(books).await;

        // More gifts wait than a batch needs, and a purchase too: none of it is told before its time.
        given(books, &fund, &[2_000, 3_000, 4_000, 5_000, 6_000, 7_000]).await;
        treasury.give(fund.id, 0).await;
        let hour = start.plus_secs(3_600);
        assert_eq!(publish(books, fund.id, hour).await.unwrap(), None);
        moved(books, State::Paused, "The bank moves our account. <b>Back on Monday</b>", hour).await;
        assert_eq!(publish(books, fund.id, hour).await.unwrap(), Some(2));
        assert_eq!(figures(books).await, before, "no figure moved");
        assert_eq!(batches(books).await.len(), 1);
        for (path, words) in [("index.html", "Paused since 14 Nov 2026."), ("index.es.html", "En pausa desde el 14 nov 2026.")] {
            let page = text(books, path).await;
            assert!(page.contains(words) && page.contains("The bank moves our account. &#60;b&#62;Back on Monday&#60;/b&#62;"), "{words} in {page}");
        }
        let feed = text(books, "feed.atom").await;
        assert!(feed.contains("Now: Paused") && feed.contains("since publication 2. The bank moves our account."), "{feed}");
        assert_eq!(publish(books, fund.id, hour.plus_secs(60)).await.unwrap(), None, "it is told once");

        let later = hour.plus_secs(7_200);
        moved(books, State::Open, "", later).await;
        assert_eq!(publish(books, fund.id, later).await.unwrap(), Some(3));
        assert!(text(books, "index.html").await.contains("Open since 14 Nov 2026."));
        assert_eq!(figures(books).await, before);
        // In its time the batch comes as ever.
        assert_eq!(publish(books, fund.id, later.plus_secs(DAY)).await.unwrap(), Some(4));
        assert_eq!(batches(books).await.last().unwrap().gifts, 6);
        assert_eq!(verified(books).await, None);
        let folder = tree(books).await;
        check(&Source::Folder(folder.path().to_owned()), &key(books).await, None, Scope::All).await.unwrap();
    }

    async fn a_move_that_nobody_noted_is_told_as_of_the_day_it_is_seen(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 1).await;
        let start = books.now();
        publish(books, treasury.fund, start).await.unwrap();
        // As it was before moves were noted.
        let unguarded = if books.postgres_url().is_some() { "DROP TRIGGER fund_moves_as_noted ON fund" } else { "DROP TRIGGER fund_moves_as_noted" };
        for sql in [unguarded, "UPDATE fund SET state = 'paused'"] {
            let set: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(sql)));
            set.unwrap();
        }
        assert_eq!(publish(books, treasury.fund, start.plus_secs(2 * DAY)).await.unwrap(), Some(2));
        assert!(text(books, "index.html").await.contains("Paused since 16 Nov 2026."));
    }

    async fn an_expense_says_where_it_stands_who_agreed_and_when_it_is_paid_and_matched(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let draft = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(4_400) };
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let start = books.now();
        publish(books, treasury.fund, start).await.unwrap();
        let page = one(books, 1).await.unwrap();
        for words in ["Approved, not paid yet", "by approvers, 1 of 1, week of 16 Nov 2026"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert_eq!(publish(books, treasury.fund, start.plus_secs(DAY)).await.unwrap(), None, "nothing went on");
        treasury.pay(id).await.unwrap();
        assert_eq!(publish(books, treasury.fund, start.plus_secs(DAY)).await.unwrap(), Some(2));
        assert!(one(books, 1).await.unwrap().contains("<dd>Paid</dd>"));
        let now = books.now();
        let matched: sqlx::Result<bool> = transact!(books.db, tx => spending::mark_matched(tx, id, true, now).await);
        assert!(matched.unwrap());
        assert_eq!(publish(books, treasury.fund, start.plus_secs(2 * DAY)).await.unwrap(), Some(3));
        assert!(one(books, 1).await.unwrap().contains("Paid, and matched to the bank"));
        assert_eq!(publish(books, treasury.fund, start.plus_secs(2 * DAY + DAY)).await.unwrap(), Some(4), "its words come after the hold");
        assert_eq!(publish(books, treasury.fund, start.plus_secs(5 * DAY)).await.unwrap(), None, "and nothing is told twice");
        assert_eq!(verified(books).await, None);
    }
}
