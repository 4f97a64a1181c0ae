//! The people of the treasury on their pages: invited, given roles by two, shut out; links that are opened by strangers; the first run; the log.

use std::time::Duration;

use strikefund::people::{self as staff, Purpose, Role, links};
use strikefund::transact;

use super::sign_in::{Browser, PASSWORD, joined, link, seed_on, shown_on};
use super::{Staff, Visit, person};
use crate::support::on_both_databases;

/// What stands in an address of ours, out of a whole one.
fn path_of(address: &str) -> String {
    address.strip_prefix("https://fund.example.org").unwrap().to_owned()
}

on_both_databases! {
    async fn opening_a_link_spends_nothing_and_its_form_spends_it_once(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let id = person(books, &[Role::Recorder]).await;
        let path = link(books, Purpose::Join, id).await;
        // A scanner of mail follows links, as often as it likes.
        for _ in 0..3 {
            let answer = visit.get(&path).await.is(303);
            assert_eq!(answer.next(), "/join");
            assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        }
        let mut browser = Browser::new(&visit);
        browser.get(&path).await.is(303);
        let form = browser.get("/join").await.is(200).says("<svg class=\"qr\"").never_says("style=");
        let (seed, sealed) = (seed_on(&form), form.value_of("seed"));
        let code = seed.code_at(books.now());
        let submitted = async |browser: &mut Browser<'_>, password: &str, code: &str| {
            browser.submit("/join", &[("name", "Rosa"), ("password", password), ("code", code), ("seed", &sealed)]).await
        };
        submitted(&mut browser, "too short", &code).await.is(422).says("Use 15 letters or more.");
        submitted(&mut browser, "example.fund.example", &code).await.is(422).says("built from names");
        let again = submitted(&mut browser, PASSWORD, "000000").await.is(422).says("Check the clock on your phone.").never_says(PASSWORD);
        assert_eq!(seed_on(&again), seed, "whoever scanned the square need not do it again");
        submitted(&mut browser, PASSWORD, &code).await.is(200).says("recovery codes");
        browser.get("/treasury").await.is(200);
        let mut late = Browser::new(&visit);
        late.get(&path).await.is(404);
        late.get("/join").await.is(410).says("opens nothing any more");
        late.submit("/join", &[]).await.is(410);
        visit.get("/link/guessed").await.is(404);
    }

    async fn an_administrator_invites_and_another_agrees_to_the_role(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (ana, ben) = (joined(&visit, books, &[Role::Administrator]).await, joined(&visit, books, &[Role::Administrator]).await);
        let mut anas = Browser::new(&visit);
        assert_eq!(anas.sign_in(&ana, books.now(), "").await.is(303).next(), "/treasury/people");
        anas.submit("/treasury/people/invite", &[("name", ""), ("email", "x"), ("language", "es")]).await.is(422).says("Choose one role");
        let asked = [("name", "Eva"), ("email", "eva@example.org"), ("role", "approver"), ("language", "es")];
        let (first, second) = (anas.operation("/treasury/people/invite").await, anas.operation("/treasury/people/invite").await);
        let fields = [&asked[..], &[("operation", &first)]].concat();
        let answer = anas.submit("/treasury/people/invite", &fields).await.is(200).says("has to agree");
        let path = path_of(&shown_on(&answer)[0]);
        let again = anas.submit("/treasury/people/invite", &fields).await.is(303).next();
        anas.get(&again).await.is(200).says("<h1>Eva</h1>");
        let other = [("name", "Eve"), ("email", "eve@example.org"), ("role", "approver"), ("language", "es"), ("operation", &first)];
        anas.submit("/treasury/people/invite", &other).await.is(409).says("Open it again");
        anas.submit("/treasury/people/invite", &asked).await.is(409).says("Open it again");
        let fields = [&asked[..], &[("operation", &second)]].concat();
        anas.submit("/treasury/people/invite", &fields).await.is(422).says("has this address");
        let mine = anas.get("/treasury/people").await.is(200).says("Eva: Approver").never_says(">Agree<").says("Call it off");
        let change = mine.text().split("/treasury/people/changes/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let agree = format!("/treasury/people/changes/{change}/agree");
        anas.submit(&agree, &[]).await.is(409).says("Another administrator has to agree");
        let mut bens = Browser::new(&visit);
        bens.sign_in(&ben, books.now(), "").await.is(303);
        bens.get("/treasury/people").await.is(200).says(">Agree<");
        bens.submit(&agree, &[]).await.is(303);
        bens.submit(&agree, &[]).await.is(409);
        // The invited person comes in, in their own language, with the role.
        let mut evas = Browser::new(&visit);
        evas.get(&path).await.is(303);
        let form = evas.get("/join").await.is(200).says("Le damos la bienvenida");
        let (code, sealed) = (seed_on(&form).code_at(books.now()), form.value_of("seed"));
        evas.submit("/join", &[("name", "Eva"), ("password", PASSWORD), ("code", &code), ("seed", &sealed)]).await.is(200);
        evas.get("/treasury").await.is(200);
        evas.get("/treasury/people").await.is(404);
    }

    async fn whoever_is_shut_out_is_out_at_the_next_click(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let eve = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let list = ana.get("/treasury/people").await.is(200).says("one administrator");
        let people: Vec<String> =
            list.text().split("href=\"/treasury/people/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        eve.get("/treasury").await.is(200);
        let mut shut_out = 0;
        for reference in people.iter().filter(|reference| reference.len() == 26) {
            let page = ana.get(&format!("/treasury/people/{reference}")).await.is(200);
            if page.text().contains("<dd>Approver</dd>") {
                let path = format!("/treasury/people/{reference}/disable");
                ana.get(&path).await.is(200).says("nothing can be approved");
                eve.get("/treasury").await.is(200);
                ana.submit(&path, &[]).await.is(303);
                shut_out += 1;
            } else {
                ana.submit(&format!("/treasury/people/{reference}/disable"), &[]).await.is(409).says("last administrator stays");
            }
        }
        assert_eq!(shut_out, 1);
        eve.get("/treasury").await.is(401);
        books.clock.advance(Duration::from_secs(601));
        let stale = ana.submit(&format!("/treasury/people/{}/disable", people[0]), &[]).await.is(303).next();
        assert!(stale.starts_with("/confirm?next=/treasury/people/"), "{stale}");
    }

    async fn a_lost_phone_is_replaced_by_two_after_a_day_and_its_owner_hears_of_it_first(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (ana, ben) = (joined(&visit, books, &[Role::Administrator]).await, joined(&visit, books, &[Role::Administrator]).await);
        let eve = joined(&visit, books, &[Role::Recorder]).await;
        let mut reader = books.db.begin_read().await.unwrap();
        let reference = staff::find(&mut reader, eve.id).await.unwrap().unwrap().reference;
        drop(reader);
        let (mut anas, mut bens, mut eves) = (Browser::new(&visit), Browser::new(&visit), Browser::new(&visit));
        anas.sign_in(&ana, books.now(), "").await.is(303);
        bens.sign_in(&ben, books.now(), "").await.is(303);
        let page = format!("/treasury/people/{reference}");
        anas.get(&page).await.is(200).says("Reset the authenticator").says("Link for a new password");
        anas.submit(&format!("{page}/reset"), &[]).await.is(303);
        let list = bens.get("/treasury/people").await.is(200).says("reset the authenticator");
        let change = list.text().split("/treasury/people/changes/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let act = |act: &str| format!("/treasury/people/changes/{change}/{act}");
        bens.submit(&act("agree"), &[]).await.is(303);
        bens.get("/treasury/people").await.is(200).says("It can be carried out from").never_says("Make the link");
        bens.submit(&act("finish"), &[]).await.is(409).says("24 hours");
        assert_eq!(eves.sign_in(&eve, books.now(), "/treasury").await.is(303).next(), "/me");
        eves.get("/me").await.is(200).says("Somebody asks to reset your authenticator").says(&format!("/me/reset/{change}/cancel"));
        books.clock.advance(Duration::from_hours(24));
        let mut anas = Browser::new(&visit);
        anas.sign_in(&ana, books.now(), "").await.is(303);
        let path = path_of(&shown_on(&anas.submit(&act("finish"), &[]).await.is(200))[0]);
        let mut eves = Browser::new(&visit);
        eves.get(&path).await.is(303);
        let form = eves.get("/join").await.is(200);
        let (seed, sealed) = (seed_on(&form), form.value_of("seed"));
        let code = seed.code_at(books.now());
        let wrong = [("password", "not-her-password-at-all"), ("code", &*code), ("seed", &*sealed)];
        eves.submit("/join", &wrong).await.is(422).says("Those details do not match.");
        eves.submit("/join", &[("password", PASSWORD), wrong[1], wrong[2]]).await.is(200).says("recovery codes");
        eves.get("/treasury").await.is(200);
    }

    async fn a_forgotten_password_is_replaced_with_a_link_and_a_code(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Recorder]).await;
        let path = link(books, Purpose::Password, rosa.id).await;
        let mut browser = Browser::new(&visit);
        browser.get(&path).await.is(303);
        browser.get("/join").await.is(200).says("New password");
        let new = ("password", "another-velvet-tulip-3");
        browser.submit("/join", &[new, ("code", "000000")]).await.is(422).says("did not match or was used");
        let code = rosa.seed.code_at(books.now());
        assert_eq!(browser.submit("/join", &[new, ("code", &code)]).await.is(303).next(), "/treasury");
        browser.get("/treasury").await.is(200);
        visit.submit("/sign-in", &[("email", &rosa.email), ("password", PASSWORD)]).await.is(422);
        visit.submit("/sign-in", &[("email", &rosa.email), new]).await.is(303);
    }

    async fn roles_are_set_on_a_persons_page_and_taken_away_at_once(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (ana, eve) = (joined(&visit, books, &[Role::Administrator]).await, joined(&visit, books, &[Role::Recorder]).await);
        let mut reader = books.db.begin_read().await.unwrap();
        let reference = staff::find(&mut reader, eve.id).await.unwrap().unwrap().reference;
        drop(reader);
        let (mut anas, mut eves) = (Browser::new(&visit), Browser::new(&visit));
        anas.sign_in(&ana, books.now(), "").await.is(303);
        eves.sign_in(&eve, books.now(), "").await.is(303);
        let path = format!("/treasury/people/{reference}/roles");
        let operation = anas.operation(&format!("/treasury/people/{reference}")).await;
        let fields = [("role", "auditor"), ("role", "king"), ("operation", &operation)];
        anas.submit(&path, &fields).await.is(303);
        anas.submit(&path, &[("role", "recorder"), ("operation", &operation)]).await.is(409).says("Open it again");
        eves.get("/treasury").await.is(401);
        books.clock.advance(Duration::from_mins(1));
        eves.sign_in(&eve, books.now(), "/treasury/audit").await.is(303);
        eves.get("/treasury/audit").await.is(200).says("Gave a role").says("auditor, alone").says("Took a role away");
        anas.submit("/treasury/people/unknown/roles", &[]).await.is(404);
        let later = anas.operation(&format!("/treasury/people/{reference}")).await;
        anas.submit(&path, &[("role", "auditor"), ("role", "recorder"), ("operation", &later)]).await.is(303);
        // The first form, sent again late, undoes nothing of what came after it.
        anas.submit(&path, &fields).await.is(303);
        let mut reader = books.db.begin_read().await.unwrap();
        assert!(staff::find(&mut reader, eve.id).await.unwrap().unwrap().roles.holds(Role::Recorder));
    }

    async fn the_first_run_leads_from_a_link_to_a_fund_and_is_then_gone_for_good(books: &Books) {
        let visit = Visit::of(books);
        let now = books.now();
        let token: sqlx::Result<Option<String>> = transact!(books.db, tx => links::make_setup(tx, &books.entropy, now).await);
        let path = format!("/link/{}", token.unwrap().unwrap());
        visit.get("/setup").await.is(404);
        let (mut one, mut other) = (Browser::new(&visit), Browser::new(&visit));
        assert_eq!(one.get(&path).await.is(303).next(), "/setup");
        other.get(&path).await.is(303);
        let form = one.get("/setup").await.is(200).says("Step 1 of 8");
        other.get("/setup?lang=es").await.is(200).says("Paso 1 de 8");
        let (code, sealed) = (seed_on(&form).code_at(now), form.value_of("seed"));
        let fields = [("name", "Ana"), ("email", "ana@example.org"), ("password", PASSWORD), ("code", &*code), ("seed", &*sealed)];
        one.submit("/setup", &fields[1..]).await.is(422).says("Enter a name");
        let answer = one.submit("/setup", &fields).await.is(200).says("/setup/fund");
        assert_eq!(shown_on(&answer).len(), 10);
        for late in [other.get("/setup").await, other.submit("/setup", &fields).await, visit.get(&path).await] {
            late.is(404);
        }
        one.submit("/setup/fund", &[("name", "Bakers"), ("slug", "Not a word"), ("currency", "USD"), ("time_zone", "UTC")]).await.is(422).says("small letters");
        let fund = [("name", "Bakers Strike Fund"), ("slug", "bakers"), ("currency", "USD"), ("time_zone", "America/Los_Angeles"), ("purpose", ""),
            ("legal_name", "Bakers Local 5"), ("strike_on", "2026-11-01")];
        let telling = [&fund[..], &[("statement_text", "STRIKE FUND")]].concat();
        one.submit("/setup/fund", &telling).await.is(422).says("A neutral one protects donors");
        assert_eq!(one.submit("/setup/fund", &fund).await.is(303).next(), "/setup/approval");
        one.get("/setup/fund").await.is(200).says("Bakers Strike Fund").says("Bakers Local 5").says("2026-11-01");
        // What is open stays in sight, each with the way to it; whoever comes back another day goes on from there.
        one.get("/treasury").await.is(200).says("Setup left over").says("/setup/finish");
        let list = one.get("/setup/finish").await.is(200).says("Step 8 of 8");
        for step in ["/setup/approval", "/setup/second", "/setup/stripe", "/setup/mail", "Where donors write to"] {
            assert!(list.text().contains(step), "{step}");
        }
        let form = one.get("/setup/approval").await.is(200).says("Step 3 of 8").says("This rule needs 3 people (author and 2 approvers); you have 1.");
        let operation = form.value_of("operation");
        let rules = [("rows", "3"), ("approvers_0", "1"), ("over_1", "100"), ("approvers_1", "2"), ("emergency", "no"), ("operation", &*operation)];
        assert_eq!(one.submit("/setup/approval", &rules).await.is(303).next(), "/setup/second");
        one.get("/treasury/bakers/settings").await.is(200).says("Above $100.00");
        one.get("/setup/stripe").await.is(200).says("https://fund.example.org/webhooks/stripe");
        one.submit("/setup/stripe", &[]).await.is(200).says("Stripe answers");
        let operation = one.operation("/setup/second").await;
        let second = [("name", "Ben"), ("email", "ben@example.org"), ("role", "approver"), ("language", "en"), ("operation", &operation)];
        let answer = one.submit("/setup/second", &second).await.is(200).says("/setup/stripe");
        assert!(shown_on(&answer)[0].contains("/link/"));
        one.get("/setup/mail").await.is(200).says("Step 6 of 8").says("No mail server is set");
        let mail = [("to", "ana@example.org"), ("operation", &*books.entropy.reference())];
        one.submit("/setup/mail", &mail).await.is(422).says("The mail server said");
        let list = one.get("/setup/finish").await.is(200).says("Second person has come in").never_says("href=\"/setup/approval\">Approval rules</a></th><td><span class=\"chip warning");
        assert!(list.text().matches("chip warning").count() == 5, "contact, who has not come in, events, mail, a backup: {}", list.text());
        let again: sqlx::Result<Option<String>> = transact!(books.db, tx => links::make_setup(tx, &books.entropy, now).await);
        assert_eq!(again.unwrap(), None);
    }

    async fn whoever_was_shut_out_comes_back_without_the_roles_they_had(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (ana, _ben) = (joined(&visit, books, &[Role::Administrator]).await, joined(&visit, books, &[Role::Administrator]).await);
        let eve = joined(&visit, books, &[Role::Approver]).await;
        let mut reader = books.db.begin_read().await.unwrap();
        let reference = staff::find(&mut reader, eve.id).await.unwrap().unwrap().reference;
        drop(reader);
        let mut anas = Browser::new(&visit);
        anas.sign_in(&ana, books.now(), "").await.is(303);
        let page = format!("/treasury/people/{reference}");
        anas.get(&format!("{page}/disable")).await.is(200).says("nothing can be approved");
        anas.submit(&format!("{page}/disable"), &[]).await.is(303);
        visit.submit("/sign-in", &[("email", &eve.email), ("password", PASSWORD)]).await.is(422);
        anas.get(&page).await.is(200).says("Let back in").never_says("Set the roles");
        let operation = anas.operation(&page).await;
        for _ in 0..2 {
            anas.submit(&format!("{page}/enable"), &[("operation", &*operation)]).await.is(303);
        }
        anas.submit(&format!("{page}/enable"), &[("operation", &*books.entropy.reference())]).await.is(409);
        anas.submit(&format!("{page}/enable"), &[]).await.is(409);
        anas.get("/treasury/people").await.is(200).says(": Approver").says("Call it off");
        books.clock.advance(Duration::from_mins(1));
        let mut eves = Browser::new(&visit);
        eves.sign_in(&eve, books.now(), "").await.is(303);
        eves.get("/treasury").await.is(404);
        eves.get("/me").await.is(200).says("No role");
        // The name is the colleagues' to keep in order.
        anas.submit(&format!("{page}/name"), &[("name", " ")]).await.is(422).says("Enter a name");
        let operation = anas.operation(&format!("{page}/name")).await;
        for _ in 0..2 {
            let renamed = [("name", "Evelyn"), ("operation", &*operation)];
            assert_eq!(anas.submit(&format!("{page}/name"), &renamed).await.is(303).next(), page);
        }
        anas.submit(&format!("{page}/name"), &[("name", "Eva"), ("operation", &*operation)]).await.is(409);
        anas.get(&page).await.is(200).says("<h1>Evelyn</h1>");
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get("/treasury/audit").await.is(200).says("Let somebody back in").says("Changed somebody’s name");
    }

    async fn shutting_an_approver_out_tells_which_sums_are_out_of_reach(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let eve = person(books, &[Role::Approver]).await;
        person(books, &[Role::Approver]).await;
        let mut reader = books.db.begin_read().await.unwrap();
        let reference = staff::find(&mut reader, eve).await.unwrap().unwrap().reference;
        drop(reader);
        let page = ana.get(&format!("/treasury/people/{reference}/disable")).await.is(200);
        page.says("only 1 approver is left").says("In general, sums above $500.00 cannot be approved then.");
    }

    async fn the_log_tells_every_act_and_nobodys_name(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Auditor]).await;
        let mut browser = Browser::new(&visit);
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        let page = browser.get("/treasury/audit").await.is(200).says("Signed in").says("Set up an authenticator").says("Used a link");
        let at = |word: &str| page.text().find(word).unwrap();
        assert!(at("Signed in") < at("Used a link"), "newest first");
        let file = browser.get("/treasury/audit/acts.csv").await.is(200).never_says("Rosa").never_says(&rosa.email);
        assert!(file.text().starts_with("\u{feff}number,time,person,act,subject,detail\r\n"));
        assert!(file.text().lines().filter(|line| line.contains("link.made")).count() >= 1);
        let person = page.text().split("/treasury/audit?person=").nth(1).unwrap().split('"').next().unwrap().to_owned();
        browser.get(&format!("/treasury/audit?person={person}")).await.is(200).says("Log of acts of");
        browser.get("/treasury/audit?person=nobody").await.is(404);
    }

    async fn a_demo_link_opens_on_practice_money_and_as_often_as_one_likes(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let id = person(books, &[Role::Recorder]).await;
        let path = link(books, Purpose::Demo, id).await;
        for _ in 0..2 {
            let mut browser = Browser::new(&visit);
            browser.get(&path).await.is(303);
            browser.get("/join").await.is(200).says("This is the demo");
            assert_eq!(browser.submit("/join", &[]).await.is(303).next(), "/treasury");
            browser.get("/treasury").await.is(200);
        }
    }
}
