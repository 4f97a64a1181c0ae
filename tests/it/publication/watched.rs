//! Somebody who keeps every publication, and looks at every public page each hour, among a thousand simulated gifts (safety table L3): no gift is
//! dated closer than its batch, and none is isolated. Small batches, rulers, repeat givers and single refunds wait or hide (L2).

use std::collections::{BTreeMap, BTreeSet};

use strikefund::funds;
use strikefund::language::Language;
use strikefund::publication::{self, Asked};
use strikefund::{run, transact};

use super::gifts::{batches, fund, given, refunded};
use super::stranger::{files, tree};
use super::{DAY, file, publish, verified};
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

/// Every public byte of the fund: what lies in its folder, and the page that checks.
async fn seen(books: &Books) -> BTreeMap<String, Vec<u8>> {
    if file(books, None, "log/checkpoint").await.is_none() {
        return BTreeMap::new();
    }
    let folder = tree(books).await;
    let mut seen: BTreeMap<String, Vec<u8>> =
        files(folder.path()).iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    let prefix = folder.path().display().to_string();
    seen = seen.into_iter().map(|(path, body)| (path.trim_start_matches(&prefix).to_owned(), body)).collect();
    let fund = fund(books).await;
    let tx = &mut books.db.begin_read().await.unwrap();
    let page = publication::verify_page(tx, &fund, Language::English, "https://x", Asked::Nothing).await.unwrap();
    seen.extend(page.map(|page| ("verify".to_owned(), page.into_bytes())));
    seen
}

#[tokio::test]
async fn hourly_copies_of_every_public_page_date_no_gift_closer_than_its_batch_and_isolate_none() {
    let books = Books::on_sqlite().await;
    books.general_fund().await;
    let fund = fund(&books).await;
    let (mut given_so_far, mut published) = (0_i64, 0_i64);
    let mut singles: BTreeSet<i64> = BTreeSet::new();
    let mut before = seen(&books).await;
    let mut quiet_hours = 0;
    for hour in 0..120_i64 {
        // Between none and seventeen gifts an hour, a thousand in five days; amounts that nobody else gives, so that any of them would be recognised.
        let count = books.entropy.below(18);
        let amounts: Vec<i64> = (0..count).map(|n| 1_000 + i64::try_from(books.entropy.below(20_000) * 10 + n).unwrap()).collect();
        given(&books, &fund, &amounts).await;
        singles.extend(&amounts);
        given_so_far += i64::try_from(count).unwrap();
        if hour % 15 == 7 {
            refunded(&books, fund.id, 1_700).await;
        }
        let number = publish(&books, fund.id, books.now().plus_secs(hour * 3600)).await.unwrap();
        // What moves in a quiet hour stays moved until somebody looks: a look every fourth hour, and at every hour that published.
        if number.is_none() && hour % 4 != 3 {
            quiet_hours += 1;
            continue;
        }
        let now = seen(&books).await;
        if number.is_none() {
            assert_eq!(now, before, "hour {hour}: something public moved without a publication");
            quiet_hours += 1;
        } else {
            let counted: i64 = batches(&books).await.last().unwrap().gifts;
            assert!(counted >= 5, "a batch of {counted}");
            published += counted;
            assert_eq!(published, given_so_far, "what is published is whole batches");
        }
        before = now;
    }
    assert!(given_so_far > 800 && quiet_hours > 100, "{given_so_far} gifts, {quiet_hours} quiet hours");
    // No sum that moved is one gift, or one gift less a refund.
    for batch in batches(&books).await {
        assert!(batch.refunds == 0 || batch.refunds >= 5, "{batch:?}");
        assert!(!singles.contains(&batch.received_minor) && !singles.contains(&(batch.received_minor + 1_700)), "{batch:?}");
    }
    assert_eq!(verified(&books).await, None);
    books.close().await;
}

#[tokio::test]
async fn few_gifts_one_ruler_and_one_donor_giving_five_times_wait_and_leave_no_trace() {
    let books = Books::on_sqlite().await;
    books.general_fund().await;
    let fund = fund(&books).await;
    given(&books, &fund, &[2_500, 1_000, 5_000, 2_500]).await;
    assert_eq!(publish(&books, fund.id, books.now()).await.unwrap(), None, "four are too few");
    given(&books, &fund, &[100_000]).await;
    assert_eq!(publish(&books, fund.id, books.now()).await.unwrap(), None, "one gave most of it");
    assert!(seen(&books).await.is_empty());
    given(&books, &fund, &[15_000]).await;
    assert_eq!(publish(&books, fund.id, books.now()).await.unwrap(), Some(1));

    // Five gifts of one donor are one; what is public stays as it is.
    let before = seen(&books).await;
    let mine = given(&books, &fund, &[2_500; 5]).await;
    for gift in &mine {
        let known: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute,
            sqlx::query("UPDATE donation SET donor_hash = 'one' WHERE id = $1").bind(*gift)));
        known.unwrap();
    }
    assert_eq!(publish(&books, fund.id, books.now().plus_secs(DAY)).await.unwrap(), None);
    assert_eq!(seen(&books).await, before);

    // While the fund winds down everything waits for the remainder; then it goes out as one.
    given(&books, &fund, &[2_000, 1_000, 3_000, 4_000]).await;
    moved(&books, fund.id, funds::State::WindingDown, "", books.now()).await;
    let state = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap().state;
    assert_eq!(state, funds::State::WindingDown);
    // That it winds down is told, and no gift with it.
    assert_eq!(publish(&books, fund.id, books.now().plus_secs(DAY)).await.unwrap(), Some(2));
    assert_eq!(batches(&books).await.len(), 1);
    given(&books, &fund, &[700]).await;
    assert_eq!(publish(&books, fund.id, books.now().plus_secs(2 * DAY)).await.unwrap(), None);
    moved(&books, fund.id, funds::State::Distributing, "", books.now()).await;
    assert_eq!(publish(&books, fund.id, books.now().plus_secs(2 * DAY)).await.unwrap(), Some(3));
    assert_eq!(batches(&books).await.last().unwrap().gifts, 10);
    books.close().await;
}

/// A row of the newest report of gifts: how many, how much, in which week.
async fn told(books: &Books, part: &str) -> Option<(i64, i64, String)> {
    let whole: serde_json::Value = serde_json::from_slice(&file(books, None, "reports/gifts.json").await?).unwrap();
    let row = whole["rows"].as_array().unwrap().iter().find(|row| row["part"] == part)?.clone();
    Some((row["count"].as_i64().unwrap(), row["amount_minor"].as_i64().unwrap(), row["period"].as_str().unwrap().to_owned()))
}

/// Who gave what, of all that is counted; a gift of nobody known is one of its own.
async fn counted(books: &Books) -> Vec<(String, i64)> {
    const SQL: &str = "SELECT COALESCE(donor_hash, 'nobody ' || id), settled_minor FROM donation WHERE publication_id IS NOT NULL";
    run!(&mut books.db.begin_read().await.unwrap(), fetch_all, sqlx::query_as(SQL)).unwrap()
}

/// How many batches there are.
async fn published_batches(books: &Books) -> i64 {
    let sql = "SELECT COUNT(*) FROM public_record WHERE kind = 'batch'";
    run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar(sql)).unwrap()
}

on_both_databases! {
    /// Somebody who fills batches with gifts of their own and keeps every difference learns nothing of one other gift from the middle gift and
    /// from how many gave again: each move takes a whole batch, each is a step, and each middle is about what many gave.
    async fn all_gifts_together_tell_of_none(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        let (mut last, mut moves, mut middles) = ((None, None), 0, 0);
        for day in 0..70_i64 {
            // Four gifts of the one who watches, all alike but for their addresses, and between none and four of others at odd amounts.
            let mine = given(books, &fund, &[2_500; 4]).await;
            let others = i64::try_from(books.entropy.below(5)).unwrap();
            let odd: Vec<i64> = (0..others).map(|n| 500 + i64::try_from(books.entropy.below(600)).unwrap() * 10 + n).collect();
            let theirs = given(books, &fund, &odd).await;
            for (n, gift) in mine.iter().chain(&theirs).enumerate() {
                let who = if n < 4 { format!("watcher {n}") } else { format!("donor {}", books.entropy.below(30)) };
                let known: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute,
                    sqlx::query("UPDATE donation SET donor_hash = $1 WHERE id = $2").bind(who.as_str()).bind(*gift)));
                known.unwrap();
            }
            let before = published_batches(books).await;
            publish(books, fund.id, books.now().plus_secs(day * DAY)).await.unwrap();
            let now = (told(books, "middle").await, told(books, "again").await);
            if now == last {
                continue;
            }
            moves += 1;
            assert!(published_batches(books).await > before, "day {day}: they moved without a batch");
            let gifts = counted(books).await;
            let mut by_donor: BTreeMap<&str, i64> = BTreeMap::new();
            for (donor, _) in &gifts {
                *by_donor.entry(donor).or_default() += 1;
            }
            let again = i64::try_from(by_donor.values().filter(|count| **count > 1).count()).unwrap();
            let shown = now.1.as_ref().map_or(0, |row| row.0);
            assert!(shown % 5 == 0 && shown <= again && again - shown < 5, "day {day}: {shown} of {again}");
            if now.0 != last.0 {
                middles += 1;
                let (_, middle, week) = now.0.clone().unwrap();
                let mut amounts: Vec<i64> = gifts.iter().map(|(_, minor)| *minor).collect();
                amounts.sort_unstable();
                let true_middle = amounts[(amounts.len() - 1) / 2];
                assert!(gifts.len() >= 20 && middle % 500 == 0 && (middle - true_middle).abs() <= 250, "day {day}: {middle}, {true_middle}");
                let about: BTreeSet<&str> =
                    gifts.iter().filter(|(_, minor)| (minor + 250) / 500 * 500 == middle).map(|(donor, _)| &**donor).collect();
                assert!(about.len() >= 5, "day {day}: only {about:?} gave about {middle}");
                assert!(last.0.as_ref().is_none_or(|(_, _, older)| older[..8] != week[..8]), "day {day}: twice in a week");
            }
            last = now;
        }
        assert!(moves >= 4 && (2..=4).contains(&middles), "{moves} moves, {middles} of the middle gift");
        assert_eq!(verified(books).await, None);
    }
}
