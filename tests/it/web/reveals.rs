//! Who gave: asked for by one, agreed to by another, seen by the asker alone, once and for a quarter of an hour; told to all treasurers, counted in
//! public by its reason, and everything about one donor the same way (safety rule PR6, test L9).

use std::time::Duration;

use strikefund::ids::FundId;
use strikefund::people::Role;
use strikefund::{funds, run};

use super::Visit;
use super::checkout::{jobs, settle, site};
use super::gift::{arrived, give, mails, publish};
use super::refunds::{approve, cannot_sign};
use super::staff::Staff;
use crate::support::{Books, on_both_databases};

const REASON: &str = "The bank wants to know by Friday.";

/// The number of the gift whose page this is.
async fn number_of(visit: &Visit, page: &str) -> String {
    visit.get(page).await.text().split("Your gift ").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// Asks to know who gave; where the question stands.
async fn ask(staff: &Staff<'_>, number: &str, because: &str, look: &str) -> String {
    let page = format!("/treasury/gifts/{number}/reveal");
    let operation = staff.get(&page).await.is(200).value_of("operation");
    let fields = [("operation", &*operation), ("because", because), ("look", look), ("reason", REASON)];
    let asked = staff.submit(&page, &fields).await.is(303).next();
    assert_eq!(staff.submit(&page, &fields).await.is(303).next(), asked, "sent twice, asked once");
    asked
}

/// The text of every row of the log of acts, and of everything that is proposed.
async fn written_down(books: &Books) -> String {
    let sql = "SELECT act || ' ' || subject || ' ' || detail FROM audit UNION ALL SELECT payload FROM proposal UNION ALL SELECT subject || cause FROM letter";
    let rows: Vec<String> = run!(&mut books.db.begin_read().await.unwrap(), fetch_all, sqlx::query_scalar(sql)).unwrap();
    rows.join("\n")
}

on_both_databases! {
    async fn who_gave_is_shown_to_whoever_asked_alone_once_and_for_a_quarter_of_an_hour(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        let number = number_of(&visit, &page).await;
        let both = [Role::Recorder, Role::Approver];
        let (ana, ben) = (Staff::signed_in(&visit, books, &both).await, Staff::signed_in(&visit, books, &both).await);
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        let gift = format!("/treasury/gifts/{number}");
        ana.get(&gift).await.is(200).says("Ask to know who gave").never_says("ana@example.org").never_says("Ana Canary");
        auditor.get(&gift).await.is(200).never_says("Who gave");
        auditor.get(&format!("{gift}/reveal")).await.is(404);
        let operation = ana.get(&format!("{gift}/reveal")).await.is(200).value_of("operation");
        let short = [("operation", &*operation), ("because", "dispute"), ("look", "gift"), ("reason", "too short")];
        ana.submit(&format!("{gift}/reveal"), &short).await.is(422).says("20 to 500 letters");

        let asked = ask(&ana, &number, "dispute", "gift").await;
        ana.get(&asked).await.is(200).says("Waits for another person").never_says("ana@example.org");
        ana.submit(&asked, &[]).await.is(409);
        // Whoever asked cannot agree; another can, and still sees nothing.
        cannot_sign(&ana, &asked).await;
        approve(&ben, &asked).await.is(303);
        ben.get(&asked).await.is(200).never_says("Show who gave").never_says("ana@example.org");
        ben.submit(&asked, &[]).await.is(404);
        mails(books).await;
        ana.get(&asked).await.is(200).says("Show who gave").never_says("ana@example.org");
        ana.submit(&asked, &[]).await.is(303);
        let shown = ana.get(&asked).await.is(200).says("ana@example.org").says("Ana Canary").says("visa 4242").never_says("Download everything");
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        ben.get(&asked).await.is(200).says("Open").never_says("ana@example.org");
        jobs(&visit, books).tell().await.unwrap();
        let told = mails(books).await;
        assert_eq!(told.len(), 2, "all treasurers are told: {told:?}");
        assert!(told.iter().all(|mail| mail.contains(&number) && mail.contains("a dispute") && !mail.contains("ana@example.org")), "{told:?}");
        books.clock.advance(Duration::from_mins(15));
        ana.get(&asked).await.is(200).says("ana@example.org");
        books.clock.advance(Duration::from_secs(1));
        ana.get(&asked).await.is(200).says("Was opened").never_says("ana@example.org").never_says("Ana Canary");
        let written = written_down(books).await;
        assert!(written.contains("identity_opened") && !written.contains("ana@example.org") && !written.contains("Canary"), "{written}");
    }

    async fn what_was_not_agreed_to_or_not_opened_within_a_day_shows_nobody(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        let number = number_of(&visit, &page).await;
        let both = [Role::Recorder, Role::Approver];
        let (ana, ben) = (Staff::signed_in(&visit, books, &both).await, Staff::signed_in(&visit, books, &both).await);
        let late = ask(&ana, &number, "law", "gift").await;
        approve(&ben, &late).await.is(303);
        let stale = ask(&ana, &number, "law", "gift").await;
        books.clock.advance(Duration::from_hours(25));
        let ana = Staff::at_stage(&visit, books, ana.person, strikefund::people::session::Stage::Whole).await;
        ana.get(&late).await.is(200).says("Not opened in time").never_says("Show who gave");
        ana.submit(&late, &[]).await.is(409).says("It cannot be opened any more");
        ana.submit(&stale, &[]).await.is(409).never_says("ana@example.org");
        // Once the donor is gone there is nobody to ask for, and what was agreed to shows nobody.
        let ben = Staff::at_stage(&visit, books, ben.person, strikefund::people::session::Stage::Whole).await;
        approve(&ben, &stale).await.is(303);
        visit.submit(&format!("{page}/delete"), &[]).await.is(303);
        ana.submit(&stale, &[]).await.is(303);
        ana.get(&stale).await.is(200).never_says("ana@example.org");
        ana.get(&format!("/treasury/gifts/{number}/reveal")).await.is(200).says("Nobody is known for this gift");
    }

    async fn everything_about_one_donor_needs_two_people_and_the_public_reads_how_often_and_why(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        let number = number_of(&visit, &page).await;
        give(&visit, "ana@example.org", "31", &[("outcome", "pay")]).await;
        give(&visit, "eve@example.org", "32", &[("outcome", "pay")]).await;
        settle(&visit, books, 5).await;
        let both = [Role::Recorder, Role::Approver];
        let (ana, ben) = (Staff::signed_in(&visit, books, &both).await, Staff::signed_in(&visit, books, &both).await);
        let asked = ask(&ana, &number, "asked", "everything").await;
        ana.submit(&format!("{asked}/export"), &[]).await.is(404);
        approve(&ben, &asked).await.is(303);
        ana.submit(&asked, &[]).await.is(303);
        ana.get(&asked).await.is(200).says("Download everything").never_says("eve@example.org");
        ben.submit(&format!("{asked}/export"), &[]).await.is(404);
        let file = ana.submit(&format!("{asked}/export"), &[]).await.is(200).never_says("eve@example.org");
        let whole: serde_json::Value = serde_json::from_str(file.text()).unwrap();
        let gifts = whole["gifts"].as_array().unwrap();
        assert!(gifts.len() >= 2 && gifts.iter().all(|gift| gift["email"] == "ana@example.org"), "{whole:#}");
        let mut fields: Vec<&str> = gifts[0].as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields.join(" "), "amount arrived_at asked_back begun_at currency email fund gift language name note paid_with public_name repeats state wish");
        assert!(written_down(books).await.contains("donor_exported"));

        // The public learns of it once the gift is counted, and never sooner.
        let summary = async || -> String {
            let fund: FundId = books.general_fund().await;
            let _known = funds::find(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap();
            crate::publication::text(books, "reports/summary.html").await
        };
        for n in 0..4 {
            give(&visit, &format!("{n}@donors.example"), "33", &[("outcome", "pay")]).await;
        }
        settle(&visit, books, 5).await;
        publish(books).await.expect("a batch");
        assert!(summary().await.contains("Identities of donors opened: 0"));
        books.clock.advance(Duration::from_hours(24));
        publish(books).await.expect("it is told by itself");
        let page = summary().await;
        assert!(page.contains("Identities of donors opened: 1 (the donor asked: 1)") && !page.contains(&number), "{page}");
        assert_eq!(publish(books).await, None);
    }
}
