//! The first run's own pages: choices in place of codes, keys that are given in the browser and never shown again, an event on its way.

use std::time::Duration;

use strikefund::people::Role;
use strikefund::transact;

use super::staff::Staff;
use super::{Answer, Visit, to};
use crate::support::wire::sign;
use crate::support::{Books, on_both_databases};

const STRIPE: &str = "/setup/stripe";
const KEY: &str = "rk_test_CANARYofthekey1234";
const FIRST: &str = "whsec_CANARYofthefirst5678";
const SECOND: &str = "whsec_CANARYofthesecond9999";

/// The operation id of the form that bears this hidden act.
fn operation_of(page: &Answer, act: &str) -> String {
    let forms = page.text().split("<form").filter(|form| form.contains(&format!("name=\"act\" value=\"{act}\"")));
    let form = forms.last().unwrap_or_else(|| panic!("no form {act}: {}", page.text()));
    form.split("name=\"operation\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn give(who: &Staff<'_>, act: &str, value: &str) -> Answer {
    let operation = operation_of(&who.get(STRIPE).await.is(200), act);
    who.submit(STRIPE, &[("act", act), (act, value), ("operation", &operation)]).await
}

/// A delivery signed with this secret, at the door.
async fn deliver(visit: &Visit, books: &Books, secret: &str, id: &str) -> u16 {
    let body = format!(r#"{{"id":"{id}","type":"balance.available","created":1,"livemode":false,"data":{{"object":{{}}}}}}"#);
    let signature = sign(secret, body.as_bytes(), books.now().unix_secs());
    let request = to("/webhooks/stripe").method("POST").header("stripe-signature", signature);
    visit.send(request.body(axum::body::Body::from(body)).unwrap()).await.status.as_u16()
}

on_both_databases! {
    async fn a_key_is_tried_kept_sealed_and_in_force_at_once(books: &Books) {
        books.general_fund().await;
        let visit = Visit::without_keys(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        ana.get(STRIPE).await.is(200).says("No Stripe key is set yet").says("Not set yet").says("name=\"key\"");
        ana.submit(STRIPE, &[]).await.is(200).says("No Stripe key is set yet");
        visit.give("/f/general/give", &[("amount", "25"), ("email", "a@example.org"), ("attempt", "attempt-before-a-key")]).await.is(503);
        for (typed, said) in [
            ("pk_test_CANARY", "This is a publishable key. Use the restricted key."),
            (FIRST, "This is a webhook secret."),
            ("CANARY", "This is no key of Stripe’s."),
            ("", "This is no key of Stripe’s."),
        ] {
            give(&ana, "key", typed).await.is(422).says(said).never_says("CANARY");
        }
        // The practice Stripe takes no live key, as Stripe takes no key that it did not make.
        give(&ana, "key", "rk_live_CANARY").await.is(422).never_says("CANARY");
        assert!(!visit.payments.gateway().is_open(), "nothing was kept");
        assert_eq!(give(&ana, "key", KEY).await.is(303).next(), "/setup/stripe?done=key");
        assert!(visit.payments.gateway().is_open());
        let page = ana.get("/setup/stripe?done=key").await.is(200).says("The key is in force now.").says("…1234 · Given by an administrator");
        page.never_says("CANARY");
        ana.submit(STRIPE, &[]).await.is(200).says("Stripe answers: the key works.");
        visit.give("/f/general/give", &[("amount", "25"), ("email", "a@example.org"), ("attempt", "attempt-after-a-key")]).await.is(303);
        // Another node, or this one after a restart, takes it up; so does one that runs already.
        let other = Visit::without_keys(books);
        other.payments.take_up_keys().await.unwrap();
        assert_eq!(other.payments.gateway().key_ending(), "1234");
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get("/treasury/audit").await.is(200).says("Gave a Stripe key").never_says("CANARY");
        let kept: Vec<u8> = {
            let tx = &mut books.db.begin_read().await.unwrap();
            strikefund::run!(tx, fetch_one, sqlx::query_scalar("SELECT sealed FROM stripe_secret WHERE slot = 'key'")).unwrap()
        };
        assert!(!String::from_utf8_lossy(&kept).contains("CANARY"));
    }

    async fn a_webhook_secret_is_replaced_without_losing_a_delivery(books: &Books) {
        books.general_fund().await;
        let visit = Visit::without_keys(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        give(&ana, "key", KEY).await.is(303);
        assert_eq!(deliver(&visit, books, FIRST, "evt_0").await, 503, "it comes again once there is a secret");
        give(&ana, "secret", KEY).await.is(422).says("This is a key. Its box is further up.").never_says("CANARY");
        give(&ana, "secret", "nonsense").await.is(422).says("One starts with whsec_.");
        give(&ana, "secret", FIRST).await.is(303);
        assert_eq!((deliver(&visit, books, FIRST, "evt_1").await, deliver(&visit, books, SECOND, "evt_2").await), (200, 400));
        give(&ana, "secret", FIRST).await.is(422).says("This secret is in force already.");
        give(&ana, "secret", SECOND).await.is(303);
        let page = ana.get(STRIPE).await.is(200).says("…5678").says("…9999").never_says("CANARY").never_says("name=\"secret\"");
        assert_eq!((deliver(&visit, books, FIRST, "evt_3").await, deliver(&visit, books, SECOND, "evt_4").await), (200, 200));
        let id = operation_of(&page, "end");
        for _ in 0..2 {
            ana.submit(STRIPE, &[("act", "end"), ("operation", &id)]).await.is(303);
        }
        assert_eq!((deliver(&visit, books, FIRST, "evt_5").await, deliver(&visit, books, SECOND, "evt_6").await), (400, 200));
        ana.get(STRIPE).await.is(200).says("…9999").never_says("…5678").says("name=\"secret\"");
    }

    async fn what_the_servers_configuration_names_is_shown_and_nobody_changes_it(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        ana.get(STRIPE).await.is(200).says("practice Stripe").never_says("name=\"key\"").never_says("name=\"secret\"");
        let id = books.entropy.reference();
        for (act, value) in [("key", KEY), ("secret", FIRST)] {
            ana.submit(STRIPE, &[("act", act), (act, value), ("operation", &id)]).await.is(422).says("Set by the server’s configuration.");
        }
        let real = Visit::to_site(books, None, |parts| strikefund::web::Site::new(strikefund::web::Parts { practice: None, ..parts }).at_once());
        let ana = Staff::signed_in(&real, books, &[Role::Administrator]).await;
        ana.get(STRIPE).await.is(200).says("Set by the server’s configuration").says("…tice").never_says("name=\"key\"");
        let rosa = Staff::signed_in(&real, books, &[Role::Recorder]).await;
        rosa.get(STRIPE).await.is(404);
    }

    async fn a_key_of_another_account_never_comes_to_the_books(books: &Books) {
        let practised = crate::web::checkout::site(books).await;
        drop(practised);
        let visit = Visit::without_keys(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        // The practice Stripe of this site is another one than that whose lines are booked.
        give(&ana, "key", KEY).await.is(422).says("By this key Stripe does not know what stands in these books");
        assert!(!visit.payments.gateway().is_open());
    }

    async fn keys_are_given_by_whoever_just_proved_who_they_are(books: &Books) {
        books.general_fund().await;
        let visit = Visit::without_keys(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        books.clock.advance(Duration::from_secs(601));
        assert_eq!(give(&ana, "key", KEY).await.is(303).next(), "/confirm?next=/setup/stripe");
        assert_eq!(give(&ana, "secret", FIRST).await.is(303).next(), "/confirm?next=/setup/stripe");
        assert!(!visit.payments.gateway().is_open());
    }

    async fn a_test_event_travels_the_whole_way_or_is_said_to_be_missing(books: &Books) {
        let visit = crate::web::checkout::site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let id = operation_of(&ana.get(STRIPE).await.is(200), "event");
        books.clock.advance(Duration::from_mins(1));
        let page = ana.submit(STRIPE, &[("act", "event"), ("operation", &id)]).await.is(303).next();
        ana.submit(STRIPE, &[("act", "event"), ("operation", &id)]).await.is(303);
        ana.get(&page).await.is(200).says("It usually arrives within seconds.").says("Check again").never_says("No event arrived");
        books.clock.advance(Duration::from_mins(1));
        ana.get(&page).await.is(200).says("No event arrived in 60 seconds. Check the address.").says("Check again");
        ana.get(&format!("{page}&lang=es")).await.is(200).says("No llegó ningún aviso en 60 segundos. Revise la dirección.");
        assert_eq!(crate::web::checkout::settle(&visit, books, 1).await, 1, "one form, one event");
        ana.get(&page).await.is(200).says("An event arrived on").never_says("Check again");
        // It is nobody's gift, and nobody need look at it.
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(strikefund::payments::alert::list(tx, 10).await.unwrap(), []);
        assert_eq!(strikefund::payments::parked_deliveries(tx).await.unwrap(), []);
    }

    async fn currency_and_zone_are_chosen_from_lists_and_languages_are_the_funds_own(books: &Books) {
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator, Role::Recorder]).await;
        let page = ana.get("/setup/fund").await.is(200);
        for choice in ["<option value=\"USD\" selected>USD $</option>", "<option value=\"CHF\">CHF</option>", "<option value=\"\">Choose</option>",
            "<option value=\"America/Los_Angeles\">America/Los Angeles</option>", "<option value=\"en es\" selected>"] {
            assert!(page.text().contains(choice), "{choice}");
        }
        assert!(page.text().len() < 60_000, "{}", page.text().len());
        let fund = |zone: &'static str, languages: &'static str| {
            [("name", "Bakers"), ("slug", "bakers"), ("currency", "USD"), ("time_zone", zone), ("languages", languages)]
        };
        ana.submit("/setup/fund", &fund("", "en es")).await.is(422).says("Choose a time zone");
        ana.submit("/setup/fund", &fund("UTC", "fr")).await.is(422).says("Choose the languages from the list.");
        ana.submit("/setup/fund", &fund("UTC", "es en")).await.is(303);
        ana.get("/setup/fund").await.is(200).says("<option value=\"es en\" selected>").says("<option value=\"UTC\" selected>");
        ana.get("/treasury/bakers/settings").await.is(200).says("Spanish and English, Spanish first");
        ana.get("/treasury/claims").await.is(200).says("name=\"language\" value=\"es\" checked");
        // Whose browser asks for none of our languages begins in the fund's.
        let french = to("/sign-in").header("accept-language", "fr-CH, fr;q=0.9");
        visit.send(french.body(axum::body::Body::empty()).unwrap()).await.is(200).says("lang=\"es\"").says("Contraseña");
        let english = to("/sign-in").header("accept-language", "en");
        visit.send(english.body(axum::body::Body::empty()).unwrap()).await.is(200).says("Password");
    }
}

#[test]
fn a_zone_that_is_called_otherwise_stays_to_be_chosen() {
    crate::support::block_on(async {
        let books = Books::on_sqlite().await;
        let new = strikefund::funds::NewFund::parse("Old", "old", "USD", "EST5EDT").unwrap();
        let now = books.now();
        let done: Result<_, strikefund::funds::SetUpError> =
            transact!(books.db, tx => strikefund::funds::set_up(tx, &new, &books.entropy, now).await);
        done.unwrap();
        let visit = Visit::of(&books);
        let ana = Staff::signed_in(&visit, &books, &[Role::Administrator]).await;
        ana.get("/setup/fund").await.is(200).says("<option value=\"EST5EDT\" selected>");
        books.close().await;
    });
}
