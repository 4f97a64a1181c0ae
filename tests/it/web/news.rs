//! News by mail: nothing is kept of an address that nobody confirmed, everybody is told once a week at most, one click stops it, and an erasure
//! takes it, too.

use std::time::Duration;

use axum::body::Body;
use strikefund::funds::State;
use strikefund::ids::FundId;
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::people::Role;
use strikefund::{run, transact};

use super::checkout::{jobs, settle, site};
use super::gift::{arrived, give, mails, publish};
use super::staff::Staff;
use super::{Visit, to};
use crate::approvals::usd;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

const ASK: &str = "/f/general/news";
const CANARY: &str = "canary.supporter@example.org";
const WEEK: Duration = Duration::from_hours(7 * 24);

/// How many rows there are: donors, their keys, supporters.
async fn kept(books: &Books) -> (i64, i64, i64) {
    let sql =
        "SELECT (SELECT COUNT(*) FROM donor WHERE erased_at IS NULL), (SELECT COUNT(*) FROM donor_key), (SELECT COUNT(*) FROM supporter)";
    run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_as(sql)).unwrap()
}

/// Where a mail leads whose address begins so.
fn link(mail: &str, begins: &str) -> String {
    let at = format!("https://fund.example.org{begins}");
    let rest = mail.split_once(&at).unwrap_or_else(|| panic!("{begins} is not in {mail}")).1;
    format!("{begins}{}", rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_').next().unwrap())
}

/// Asks for news and says yes in the mailbox; the supporter's own page.
async fn subscribe(visit: &Visit, books: &Books, email: &str, language: &str) -> String {
    visit.submit(ASK, &[("email", email), ("language", language)]).await.is(200);
    let sent = mails(books).await;
    let confirm = link(sent.iter().find(|mail| mail.contains("/news/confirm/")).expect("one mail a day"), "/news/confirm/");
    visit.get(&confirm).await.is(200);
    visit.submit(&confirm, &[]).await.is(303).next().split('?').next().unwrap().to_owned()
}

/// Four gifts more, so that a batch may be published.
async fn a_publication(visit: &Visit, books: &Books, round: u32) -> i64 {
    for n in 0..5 {
        give(visit, &format!("{n}of{round}@donors.example"), &(20 + round).to_string(), &[("outcome", "pay")]).await;
    }
    settle(visit, books, 5).await;
    books.clock.advance(Duration::from_hours(24));
    publish(books).await.expect("five gifts are a batch")
}

/// Everything that a fund holds goes to mutual aid.
async fn pass_on(books: &Books, fund: FundId) {
    let held = "SELECT CAST(-SUM(amount_minor) AS BIGINT) FROM posting WHERE fund_id = $1";
    let minor: i64 = run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar(held).bind(fund)).unwrap();
    let entry = NewEntry {
        source: Source::Bank,
        source_id: "all".to_owned(),
        kind: "grant",
        effective_on: "2026-11-14".parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::of_fund(chart::MUTUAL_AID, fund, usd(minor)), NewPosting::pooled(chart::BANK, usd(-minor))],
    };
    let now = books.now();
    let posted: Result<Posted, PostError> = transact!(books.db, tx => ledger::post(tx, &entry, now).await);
    posted.unwrap();
}

on_both_databases! {
    async fn nothing_is_kept_of_an_address_before_its_owner_says_yes_and_nothing_after_they_stop(books: &Books) {
        let visit = site(books).await;
        mails(books).await;
        let before = kept(books).await;
        visit.get(ASK).await.is(200).says("once a week at most").never_says("supporter.org");
        visit.submit(ASK, &[("email", "nobody"), ("language", "en")]).await.is(422).says("That address looks unfinished");
        visit.submit(ASK, &[("email", CANARY), ("language", "es")]).await.is(200).says("Look into your mailbox");
        visit.submit(ASK, &[("email", CANARY), ("language", "es")]).await.is(200).says("Look into your mailbox");
        assert_eq!(kept(books).await, before, "asking keeps nothing");
        let sent = mails(books).await;
        let [mail] = &*sent else { panic!("one mail a day and address: {sent:?}") };
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(head.contains(&format!("To: {CANARY}")) && mail.contains("Si fue usted") && !head.contains("List-Unsubscribe"), "{mail}");
        let confirm = link(mail, "/news/confirm/");
        assert!(!confirm.contains("canary"));
        // Mail scanners open links.
        visit.get(&confirm).await.is(200).says("¿Sí a las noticias").says("lang=\"es\"");
        visit.get(&format!("{confirm}x")).await.is(404);
        assert_eq!(kept(books).await, before);
        books.clock.advance(Duration::from_hours(73));
        visit.submit(&confirm, &[]).await.is(410).says("Este enlace ha terminado");
        assert_eq!(kept(books).await, before, "a link that is too late keeps nothing");

        let own = subscribe(&visit, books, CANARY, "es").await;
        assert_eq!(kept(books).await, (before.0 + 1, before.1 + 1, before.2 + 1));
        books.clock.advance(Duration::from_hours(24));
        assert_eq!(subscribe(&visit, books, " CANARY.supporter@example.org", "es").await, own, "twice is once");
        visit.get(&own).await.is(200).says("c•••@e•••.org").never_says("canary");
        // The button of a mail program: no cookie, no page of ours, whatever form it sends.
        let press = to(&own).method("POST").header("content-type", "multipart/form-data; boundary=x");
        let body = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        let stopped = visit.send(press.body(Body::from(body)).unwrap()).await.is(200).says("Stopped");
        assert_eq!(stopped.header("set-cookie"), None);
        assert_eq!(kept(books).await, before, "and the address is forgotten");
        visit.get(&own).await.is(404);
        visit.submit(&own, &[("List-Unsubscribe", "One-Click")]).await.is(200).says("Stopped");
    }

    async fn donors_are_told_once_where_the_rest_went_when_their_fund_is_closed(books: &Books) {
        let visit = site(books).await;
        let fund = books.general_fund().await;
        for (email, amount) in [("ana@donors.example", "25"), ("ana@donors.example", "40"), ("bea@donors.example", "30")] {
            give(&visit, email, amount, &[("outcome", "pay")]).await;
        }
        settle(&visit, books, 3).await;
        let results = async || -> Vec<String> {
            jobs(&visit, books).tell_donors().await.unwrap();
            mails(books).await.into_iter().filter(|mail| mail.contains("Subject: Where the remaining money went")).collect()
        };
        for state in [State::WindingDown, State::Distributing, State::Closed] {
            if state == State::Closed {
                pass_on(books, fund).await;
            }
            moved(books, fund, state, "The strike is won.", books.now()).await;
            assert!(results().await.is_empty(), "{state}: nothing of its end is published");
        }
        publish(books).await.expect("the end is told at once");
        let sent = results().await;
        let to: Vec<&str> = sent.iter().map(|mail| mail.split("To: ").nth(1).unwrap().split("\r\n").next().unwrap()).collect();
        assert_eq!(to, ["ana@example.org", "ana@donors.example", "bea@donors.example"], "each once: {sent:?}");
        assert!(sent.iter().all(|mail| mail.contains("https://fund.example.org/f/general/reports/closing.html") && !mail.contains("/gift/")), "{sent:?}");
        books.clock.advance(Duration::from_hours(24));
        assert!(results().await.is_empty(), "twice is once");
    }

    async fn supporters_are_told_of_what_is_published_once_a_week_at_most_with_the_note_that_two_people_let_go(books: &Books) {
        let visit = site(books).await;
        let own = subscribe(&visit, books, CANARY, "en").await;
        let tell = async || jobs(&visit, books).tell_supporters().await.unwrap();
        let news = async || -> Vec<String> {
            tell().await;
            tell().await;
            mails(books).await.into_iter().filter(|mail| mail.contains("\r\nList-Unsubscribe:")).collect()
        };
        assert_eq!(news().await, Vec::<String>::new(), "nothing is published yet");
        let number = a_publication(&visit, books, 1).await;
        let sent = news().await;
        let [mail] = &*sent else { panic!("{sent:?}") };
        let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        assert!(head.contains(&format!("List-Unsubscribe: <https://fund.example.org{own}>")), "{head}");
        assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click") && head.contains(&format!("Subject: Publication {number}")), "{head}");
        let received = strikefund::publication::newest_figures(&mut books.db.begin_read().await.unwrap(), books.general_fund().await).await.unwrap().unwrap();
        let received = received.money(received.gifts.received_minor).for_people();
        assert!(mail.matches(&*received).count() == 2 && mail.contains(&format!("/f/general/p/{number}/")), "{mail}");

        // A note is read by another person, and rests while the week runs.
        let (ana, ben) = (Staff::signed_in(&visit, books, &[Role::Recorder]).await, Staff::signed_in(&visit, books, &[Role::Approver]).await);
        let page = ana.get("/treasury/general/supporters").await.is(200).never_says("canary");
        let operation = page.value_of("operation");
        let note = [("operation", &*operation), ("text_en", "Soup kitchen at noon.\n\nThank you."), ("text_es", "")];
        ana.submit("/treasury/general/supporters", &note).await.is(303);
        ana.submit("/treasury/general/supporters", &note).await.is(303);
        let (another, late) = (books.entropy.reference(), books.entropy.reference());
        let again = [("operation", &*another), ("text_en", "Another"), ("text_es", "")];
        ana.submit("/treasury/general/supporters", &again).await.is(409).says("Another note waits already");
        let one = ana.get("/treasury/general/supporters").await.text().split("/treasury/general/supporters/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let one = format!("/treasury/general/supporters/{one}");
        let own_note = ana.get(&one).await.is(200).says("You wrote it").never_says("Let it go out").value_of("operation");
        ana.submit(&one, &[("operation", &own_note)]).await.is(422);
        let operation = ben.get(&one).await.is(200).says("Soup kitchen at noon.").value_of("operation");
        ben.submit(&one, &[("operation", &operation)]).await.is(303);
        ben.submit(&one, &[("operation", &*late), ("drop", "")]).await.is(409);
        a_publication(&visit, books, 2).await;
        assert_eq!(news().await, Vec::<String>::new(), "the week runs");
        books.clock.advance(WEEK);
        let sent = news().await;
        let [mail] = &*sent else { panic!("{sent:?}") };
        assert!(mail.contains("Soup kitchen at noon.") && mail.contains("Thank you."), "{mail}");
        books.clock.advance(WEEK);
        assert_eq!(news().await, Vec::<String>::new(), "nothing is new");
        visit.submit(&own, &[]).await.is(200);
        a_publication(&visit, books, 3).await;
        books.clock.advance(WEEK);
        assert_eq!(news().await, Vec::<String>::new(), "stopped is stopped");
    }

    async fn whoever_has_their_details_deleted_gets_no_news_either(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        mails(books).await;
        let own = subscribe(&visit, books, "ana@example.org", "en").await;
        let keys = kept(books).await.1;
        visit.submit(&format!("{page}/delete"), &[]).await.is(303);
        assert_eq!((kept(books).await.1, kept(books).await.2), (keys - 1, 0));
        visit.get(&own).await.is(404);
    }
}
