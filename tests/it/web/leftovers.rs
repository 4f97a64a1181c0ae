//! The treasury's pages about what is left, from the first form to the last letter.

use std::time::Duration;

use strikefund::bank;
use strikefund::closing::{planning, recipients};
use strikefund::ledger::chart;
use strikefund::money::Currency;
use strikefund::people::Role;
use strikefund::publication::check::{Scope, check};
use strikefund::publication::source::Source;
use strikefund::{run, transact};

use super::Visit;
use super::staff::Staff;
use crate::files::pictures;
use crate::leftovers::End;
use crate::publication::log::key;
use crate::publication::stranger::{self, everything};
use crate::publication::{text, verified};
use crate::support::on_both_databases;

const CLOSE: &str = "/treasury/general/close";

on_both_databases! {
    async fn a_treasurer_plans_sends_and_enters_the_answer_on_the_pages(books: &Books) {
        let end = End::with(books, 12_901, "0").await;
        let visit = Visit::of(books);
        let now = books.now();
        let opened: sqlx::Result<()> = transact!(books.db, tx => bank::open_account(tx, chart::BANK, "Main", Currency::USD, now).await);
        opened.unwrap();
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let groups = recipients::groups(&mut books.db.begin_read().await.unwrap(), end.treasury.fund).await.unwrap();
        let ids: Vec<i64> = groups.iter().map(|group| group.known.as_ref().unwrap().recipient.id.0).collect();

        let page = staff.get(&format!("{CLOSE}/recipients")).await.is(200).says("Water for All").says("they feed the town").says("Ready").says("•••• 6780").never_says("02100002");
        let vote = [("operation", &*page.value_of("operation")), ("held_on", "2026-11-14"), ("votes_0", "40"), ("votes_1", ""), ("votes_2", "x")];
        staff.submit(&format!("{CLOSE}/recipients/vote"), &vote).await.is(422).says("Enter how many votes each group got");

        // Shares that do not come out even are said; then the cents, and only then others are asked.
        let plan = format!("{CLOSE}/plan");
        let page = staff.get(&plan).await.is(200).says("$129.01");
        let named: Vec<(String, &str)> = ids.iter().zip(["5", "3", "2"]).flat_map(|(id, part)| [(format!("rule_{id}"), "weight"), (format!("value_{id}"), part)]).collect();
        let fields = |rule: &'static str| -> Vec<(String, String)> {
            named.iter().map(|(name, value)| (name.clone(), if name.starts_with("rule") { rule.to_owned() } else { (*value).to_owned() })).collect()
        };
        let send = async |fields: Vec<(String, String)>, operation: &str, more: &[(&str, &str)]| {
            let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            all.push(("operation", operation));
            all.extend(more);
            staff.submit(&plan, &all).await
        };
        send(fields("percent"), &page.value_of("operation"), &[]).await.is(422).says("Shares make 10 %. Give out the other 90 %.");
        let sure = send(fields("weight"), &page.value_of("operation"), &[]).await.is(200).says("Shares add up to $129.01 of $129.01").says("$64.51").says("$38.70").says("$25.80");
        let operation = sure.value_of("operation");
        send(fields("weight"), &operation, &[("sure", "1"), ("seen", "12901")]).await.is(303);
        send(fields("weight"), &operation, &[("sure", "1"), ("seen", "12901")]).await.is(303);
        let waiting = planning::proposed(&mut books.db.begin_read().await.unwrap(), end.treasury.fund).await.unwrap().unwrap();
        assert_eq!(waiting.n, 1, "sent twice, it is one plan");
        staff.get(&format!("{plan}?lang=es")).await.is(200).says("Este plan espera el acuerdo").never_says("Make another");
        let approval = format!("/treasury/approvals/{}", waiting.proposal_id.unwrap());
        staff.get(&approval).await.is(200).says("$64.51 | Water for All | weight 5").says("To share out").says("In the bank, in cash and at Stripe");
        for who in [end.treasury.ana, end.treasury.ben] {
            end.agree(who, waiting.id).await.unwrap();
        }

        let number = end.grant(0).await.grant.number;
        let (one, pay) = (format!("{CLOSE}/grants/{number}"), format!("{CLOSE}/grants/{number}/pay"));
        staff.get(&format!("{CLOSE}/grants")).await.is(200).says("To send").says("$64.51");
        let page = staff.get(&pay).await.is(200);
        let today = end.payment().on.to_string();
        let paying = |operation: &str| [("operation", operation.to_owned()), ("from", chart::BANK.to_owned()), ("paid_on", today.clone()), ("reference", "transfer 7".to_owned())];
        let paid = async |operation: &str, sure: bool| {
            let fields = paying(operation);
            let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all.extend(sure.then_some(("sure", "1")));
            staff.submit(&pay, &all).await
        };
        let page = paid(&page.value_of("operation"), false).await.is(200).says("12345678");
        paid(&page.value_of("operation"), true).await.is(422).says("The public has not seen this plan yet");
        end.publish().await;
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let page = staff.get(&pay).await.is(200);
        let operation = page.value_of("operation");
        let fields = [("operation", &*operation), ("from", chart::BANK), ("paid_on", &*end.payment().on.to_string()), ("reference", "transfer 7"), ("sure", "1")];
        staff.submit(&pay, &fields).await.is(303);
        staff.submit(&pay, &fields).await.is(303);
        staff.get(&one).await.is(200).says("Sent").never_says("12345678");

        // A letter is kept; a copy with private parts covered is let out by somebody else.
        let (photo, covered) = (pictures::jpeg(3), pictures::jpeg(4));
        let letter = async |copy: &[u8]| {
            let operation = staff.get(&one).await.is(200).value_of("operation");
            let fields = [("operation", &*operation), ("kind", "letter"), ("text", "It bought water for a month.")];
            staff.upload(&format!("{one}/answer"), &fields, &[("file", "x.jpg", "image/jpeg", &*photo), ("copy", "y.jpg", "image/jpeg", copy)]).await
        };
        letter(&photo).await.is(422).says("This is the same file as the original");
        letter(&covered).await.is(303);
        staff.get(&one).await.is(200).says("Waits for another person to let it out").says("Copy of the letter for the public");
        let clear = async |n: &str| {
            let approver = Staff::signed_in(&visit, books, &[Role::Approver]).await;
            let page = approver.get(&one).await.is(200).says("Let the public read it");
            approver.submit(&format!("{one}/clear"), &[("operation", &page.value_of("operation")), ("n", n)]).await.is(303);
        };
        clear("1").await;
        staff.get(&one).await.is(200).says("The public may read it");
        end.publish().await;
        let page = visit.get("/f/general/leftovers/").await.is(200).says("Their letter, private parts covered").says("It bought water for a month.");
        let (_, rest) = page.text().split_once("href=\".././leftovers/letters/").expect("the way to the letter");
        let copy = format!("/f/general/leftovers/letters/{}", rest.split('"').next().unwrap());
        assert_eq!(visit.get(&copy).await.is(200).header("content-type"), Some("image/jpeg"));
        visit.get(&copy.replace(".jpg", ".png")).await.is(404);
        assert_eq!(verified(books).await, None);
        let folder = stranger::tree(books).await;
        check(&Source::Folder(folder.path().to_owned()), &key(books).await, None, Scope::All).await.unwrap();
        std::fs::write(folder.path().join(copy.trim_start_matches("/f/general/")), b"another").unwrap();
        let wrong = check(&Source::Folder(folder.path().to_owned()), &key(books).await, None, Scope::All).await.unwrap_err();
        assert!(wrong.to_string().ends_with("is not the copy that the records name"), "{wrong}");

        // A name was overlooked: other words take its place, the bytes go at once, and the public is told without waiting.
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let operation = staff.get(&one).await.is(200).value_of("operation");
        let words = [("operation", &*operation), ("kind", "words"), ("text", "It bought water.")];
        staff.upload(&format!("{one}/answer"), &words, &[("file", "", "application/octet-stream", b""), ("copy", "", "application/octet-stream", b"")]).await.is(303);
        visit.get(&copy).await.is(200);
        clear("2").await;
        visit.get(&copy).await.is(404);
        assert!(crate::publication::publish(books, end.treasury.fund, books.now()).await.unwrap().is_some());
        visit.get("/f/general/leftovers/").await.is(200).says("It bought water.").never_says("private parts covered").never_says("/letters/");
        let folder = stranger::tree(books).await;
        check(&Source::Folder(folder.path().to_owned()), &key(books).await, None, Scope::All).await.unwrap();
        end.sound().await;
    }

    async fn a_groups_limit_is_read_refused_where_it_is_none_and_said(books: &Books) {
        let end = End::with(books, 12_901, "0").await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let groups = recipients::groups(&mut books.db.begin_read().await.unwrap(), end.treasury.fund).await.unwrap();
        let ids: Vec<i64> = groups.iter().map(|group| group.known.as_ref().unwrap().recipient.id.0).collect();
        let plan = format!("{CLOSE}/plan");
        let operation = staff.get(&plan).await.is(200).says("Water for All: at most").value_of("operation");
        // Five parts, three, two, by a rule, each with what is typed as its limit.
        let send = async |rule: &str, most: [&str; 3]| {
            let mut fields = vec![("operation".to_owned(), operation.clone())];
            for ((id, part), most) in ids.iter().zip(["5", "3", "2"]).zip(most) {
                fields.extend([("rule", rule), ("value", part), ("most", most)].map(|(name, value)| (format!("{name}_{id}"), value.to_owned())));
            }
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            staff.submit(&plan, &fields).await
        };
        for typed in ["abc", "0", "-5", "1.234"] {
            let page = send("weight", [typed, "", ""]).await.is(422).says("Enter a sum like 250.00, or nothing");
            page.says(&format!("value=\"{typed}\""));
        }
        send("fixed", ["4", "", ""]).await.is(422).says("A fixed sum has none.");
        send("weight", ["40", "40", "40"]).await.is(422).says("The limits leave $9.01 over. Raise one");
        let page = send("weight", ["50", "", ""]).await.is(200);
        page.says("5, at most $50.00").says("$47.41").says("$31.60").says(&format!("name=\"most_{}\"", ids[0]));
    }

    /// What donors wish is told from twenty on, in whole steps, and each donor counts once.
    async fn wishes_of_donors_are_a_tally_that_gives_nobody_away(books: &Books) {
        let end = End::open(books, 0, "0").await;
        let visit = Visit::of(books);
        let wish = async |from: i64, to: i64, group: &str| {
            for n in from..to {
                books.clock.advance(Duration::from_hours(2));
                let (email, attempt) = (format!("donor{n}@example.org"), format!("attempt-of-a-wish-{group}-{n}").replace(' ', "-").to_lowercase());
                visit.give("/f/general/give", &[("amount", "25"), ("email", &email), ("leftover", group), ("attempt", &attempt)]).await.is(303);
                end.treasury.give(end.treasury.fund, 2_500).await;
            }
            let paid = "UPDATE donation SET state = 'paid', settled_at = $1, settled_minor = 2500, settled_fee_minor = 0, settled_currency = 'USD' WHERE state <> 'paid'";
            let now = books.now();
            let done: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(paid).bind(now)));
            assert_eq!(i64::try_from(done.unwrap()).unwrap(), to - from);
            end.publish().await;
            text(books, "leftovers/index.html").await
        };
        let page = wish(0, 13, "Water for All").await;
        assert!(!page.contains("What donors would like"), "thirteen are too few: {page}");
        let page = wish(13, 22, "Rent Relief").await;
        let count = |group: &str, count: i64| format!("<bdi>{group}</bdi></th><td class=\"number\">{count}</td>");
        assert!(page.contains(&count("Water for All", 10)) && page.contains(&count("Rent Relief", 5)) && page.contains(&count("Food Bank", 0)), "{page}");
        // Five who wished for water wish for rent now: eight and fourteen.
        let page = wish(0, 5, "Rent Relief").await;
        assert!(page.contains(&count("Water for All", 5)) && page.contains(&count("Rent Relief", 10)), "{page}");
        assert!(!everything(books).await.values().any(|body| String::from_utf8_lossy(body).contains("donor1@example.org")));
        assert_eq!(verified(books).await, None);
    }
}
