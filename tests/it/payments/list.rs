//! The list of lines, read whole whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use strikefund::money::Currency;
use strikefund::payments::practice::{Faults, LoneLine};
use strikefund::payments::sync::{self, Run, SyncError};
use strikefund::payments::{self, lease};
use strikefund::transact;

use super::canned::Canned;
use super::{alerts, gifts, payments_at, practice, ready};
use crate::support::on_both_databases;

/// A page of one charge line with this amount.
fn page(amount: &str) -> (u16, String) {
    let line = format!(
        r#"{{"id":"txn_1","object":"balance_transaction","amount":{amount},"fee":0,"net":{amount},"currency":"usd","created":1000,"type":"charge","status":"pending","source":null}}"#
    );
    (200, format!(r#"{{"object":"list","data":[{line}],"has_more":false}}"#))
}

on_both_databases! {
    async fn every_line_is_read_once_and_their_sum_is_stripes_balance(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        gifts(books, &stripe, 250, 3_600);
        let first = sync::run(&payments, Run::Wake).await.unwrap();
        assert_eq!((first.new, first.known, first.pages), (250, 0, 3));
        let again = sync::run(&payments, Run::Full).await.unwrap();
        assert_eq!((again.new, again.known, again.changed, again.unread), (0, 250, 0, 0));
        let lines = ready(books).await;
        assert!(lines.is_sorted_by_key(|line| (line.created, line.id.clone())));
        assert_eq!(lines.iter().map(|line| line.net_minor).sum::<i64>(), stripe.balance(Currency::USD));
        assert_eq!(payments.gateway().balance().await.unwrap().funds[0].1, stripe.balance(Currency::USD));
        let wake = sync::run(&payments, Run::Wake).await.unwrap();
        assert_eq!((wake.pages, wake.known), (1, 1));
    }

    async fn a_hundred_at_one_second_and_full_pages_lose_nothing(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        for (count, total) in [(100, 100), (1, 101), (99, 200)] {
            gifts(books, &stripe, count, 0);
            sync::run(&payments, Run::Wake).await.unwrap();
            assert_eq!(ready(books).await.len(), total);
        }
    }

    async fn a_run_that_dies_goes_on_where_it_was(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        gifts(books, &stripe, 1_500, 60);
        let run = tokio::spawn({
            let payments = Arc::clone(&payments);
            async move { sync::run(&payments, Run::Full).await }
        });
        while payments.progress().await.unwrap().slice_after.is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        run.abort();
        drop(run.await);
        let read = ready(books).await.len() as u64;
        assert!((100..1_500).contains(&read) && payments.progress().await.unwrap().complete_at.is_none());
        // A line that came meanwhile stands above everything the dead run read.
        gifts(books, &stripe, 1, 0);
        let report = sync::run(&payments, Run::Wake).await.unwrap();
        assert_eq!(report.new, 1_501 - read);
        assert_eq!(ready(books).await.len(), 1_501);
        assert_eq!(payments.progress().await.unwrap().slice_after, None);
    }

    async fn late_and_early_lines_are_found_by_the_next_timer(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        stripe.set_faults(Faults { line_shown_late: 500, line_stamped_earlier: 500, page_cut_off: 200, rate_limited: 200, server_error: 100, bad_gateway: 100, ..Faults::default() });
        for day in 0..6 {
            for _ in 0..5 {
                stripe.lone_line(LoneLine::StripeFee, Currency::USD, -100 - day);
                stripe.advance(Duration::from_mins(7)).await;
                sync::run(&payments, Run::Wake).await.unwrap();
            }
            stripe.advance(Duration::from_hours(20)).await;
            sync::run(&payments, Run::Timer).await.unwrap();
        }
        let lines = ready(books).await;
        assert_eq!(lines.len(), 30);
        assert_eq!(lines.iter().map(|line| line.net_minor).sum::<i64>(), stripe.balance(Currency::USD));
        assert!(alerts(books).await.is_empty());
    }

    async fn an_empty_page_that_promises_more_ends_the_run_and_moves_nothing(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        gifts(books, &stripe, 3, 60);
        stripe.set_faults(Faults { page_empty_with_more: 1_000, ..Faults::default() });
        assert!(matches!(sync::run(&payments, Run::Wake).await, Err(SyncError::DeadEnd { .. })));
        assert_eq!(payments.progress().await.unwrap().complete_at, None);
        assert_eq!(alerts(books).await, ["sync failing"]);
        stripe.set_faults(Faults::default());
        assert_eq!(sync::run(&payments, Run::Wake).await.unwrap().new, 3);
        assert!(alerts(books).await.is_empty());
    }

    async fn a_line_that_changes_its_money_is_an_alarm_and_keeps_what_it_had(books: &Books) {
        let stripe = Canned::start(vec![page("500"), page("700")]).await;
        let payments = payments_at(books, &stripe.api_base);
        sync::run(&payments, Run::Wake).await.unwrap();
        let report = sync::run(&payments, Run::Wake).await.unwrap();
        assert_eq!((report.new, report.known, report.changed), (0, 0, 1));
        assert_eq!(ready(books).await[0].amount_minor, 500);
        assert_eq!(alerts(books).await, ["line changed"]);
    }

    async fn an_element_that_is_no_line_is_kept_until_it_is(books: &Books) {
        let stripe = Canned::start(vec![page("1.5"), page("9000000000000001"), page("150")]).await;
        let payments = payments_at(books, &stripe.api_base);
        for _ in 0..2 {
            assert_eq!(sync::run(&payments, Run::Wake).await.unwrap().unread, 1);
            assert_eq!(alerts(books).await, ["line unread"]);
        }
        assert!(ready(books).await.is_empty());
        assert_eq!(sync::run(&payments, Run::Wake).await.unwrap().new, 1);
        assert!(alerts(books).await.is_empty(), "a line that can be read at last is no alarm any more");
    }

    async fn the_day_the_books_open_parts_the_lines(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        gifts(books, &stripe, 10, 86_400);
        sync::run(&payments, Run::Full).await.unwrap();
        let opens_at = books.now().plus_secs(-3 * 86_400).unix_secs();
        let opened: sqlx::Result<bool> = transact!(books.db, tx => payments::open_books_at(tx, opens_at).await);
        assert!(opened.unwrap());
        let since: i64 = ready(books).await.iter().map(|line| line.net_minor).sum();
        let tx = &mut books.db.begin_read().await.unwrap();
        let before: i64 = payments::line_totals(tx, opens_at).await.unwrap().iter().map(|total| total.net_minor).sum();
        assert!(before > 0 && since > 0);
        assert_eq!(before + since, stripe.balance(Currency::USD));
        assert_eq!(payments::progress(tx).await.unwrap().opens_at, Some(opens_at));
    }

    async fn one_holder_works_until_its_time_is_over(books: &Books) {
        let now = books.now();
        let take = |holder, at| lease::take(&books.db, "jobs", holder, at, 15);
        assert!(take("one", now).await.unwrap());
        assert!(!take("two", now.plus_secs(14)).await.unwrap());
        assert!(lease::renew(&books.db, "jobs", "one", now.plus_secs(14), 15).await.unwrap());
        assert!(!take("two", now.plus_secs(28)).await.unwrap());
        assert!(take("two", now.plus_secs(29)).await.unwrap());
        assert!(!lease::renew(&books.db, "jobs", "one", now.plus_secs(30), 15).await.unwrap());
        lease::give_back(&books.db, "jobs", "two").await.unwrap();
        assert!(take("one", now.plus_secs(30)).await.unwrap());
    }
}
