//! The head of what is published goes to treasurers by mail, is kept outside the database, and stops a log that is behind it.

use std::time::Duration;

use strikefund::payments::alert::{self, AlertKind};
use strikefund::people::Role;
use strikefund::publication;
use strikefund::publication::anchor::Anchors;

use super::notices::Mailed;
use super::staff::sign_in::joined;
use crate::publication::gifts::{fund, given};
use crate::publication::text;
use crate::support::on_both_databases;

const GIFTS: [i64; 5] = [2_500, 1_000, 5_000, 2_500, 1_500];

on_both_databases! {
    async fn treasurers_get_each_head_by_mail_and_one_a_day_without_a_publication(books: &Books) {
        books.general_fund().await;
        let folder = tempfile::tempdir().unwrap();
        let mut mailed = Mailed::of(books).await;
        mailed.jobs.anchors = Some(Anchors::in_data(folder.path()));
        let ana = joined(&mailed.visit, books, &[Role::Recorder]).await;
        joined(&mailed.visit, books, &[Role::Auditor]).await;
        let general = fund(books).await;
        given(books, &general, &GIFTS).await;
        mailed.sent().await;
        mailed.jobs.publish().await.unwrap();
        let head = publication::published_head(&mut books.db.begin_read().await.unwrap(), &general, None).await.unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("heads/general.checkpoint")).unwrap(), head.checkpoint);
        let told = mailed.sent().await;
        assert_eq!(told.iter().map(|(to, subject, _)| (to.as_str(), subject.as_str())).collect::<Vec<_>>(), [(ana.email.as_str(), "Publication 1")]);
        assert!(told[0].2.contains(&head.root) && told[0].2.contains("/f/general/verify"), "{}", told[0].2);

        mailed.jobs.look_at_heads().await;
        assert!(mailed.sent().await.is_empty(), "once a day and publication");
        books.clock.advance(Duration::from_hours(24));
        mailed.jobs.look_at_heads().await;
        assert_eq!(mailed.sent().await.len(), 1, "daily, even without a publication");
    }

    async fn a_log_behind_its_kept_head_is_an_alert_until_a_newer_backup_is_restored(books: &Books) {
        books.general_fund().await;
        let folder = tempfile::tempdir().unwrap();
        let mut mailed = Mailed::of(books).await;
        mailed.jobs.anchors = Some(Anchors::in_data(folder.path()));
        let general = fund(books).await;
        given(books, &general, &GIFTS).await;
        mailed.jobs.publish().await.unwrap();
        let place = folder.path().join("heads/general.checkpoint");
        let kept = std::fs::read_to_string(&place).unwrap();
        let size: u64 = kept.lines().nth(1).unwrap().parse().unwrap();
        std::fs::write(&place, kept.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 3), 1)).unwrap();
        assert_eq!(text(books, "log/checkpoint").await, kept);
        given(books, &general, &GIFTS).await;
        books.clock.advance(Duration::from_hours(24));
        for _ in 0..2 {
            mailed.jobs.publish().await.unwrap();
        }
        mailed.jobs.look_at_heads().await;
        assert_eq!(text(books, "log/checkpoint").await, kept, "nothing was published on top");
        let standing = async || alert::list(&mut books.db.begin_read().await.unwrap(), 10).await.unwrap();
        let alerts = standing().await;
        assert_eq!(alerts.iter().map(|alert| (alert.kind, alert.subject.as_str())).collect::<Vec<_>>(), [(AlertKind::LogBehind, "general")]);
        let said = alerts[0].in_words(strikefund::language::Language::English);
        let wanted = format!("Nothing is published for general: the log has {size} records, and the head that was kept says it had {}", size + 3);
        assert!(said.contains(&wanted), "{said}");

        std::fs::write(&place, &kept).unwrap();
        mailed.jobs.look_at_heads().await;
        assert!(standing().await.is_empty());
        mailed.jobs.publish().await.unwrap();
        assert_ne!(text(books, "log/checkpoint").await, kept);
    }
}
