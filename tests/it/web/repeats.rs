//! Stopping a gift that repeats, as its donor does from any mail, and as a treasurer does; and the page of a fund's last gifts.

use strikefund::donations::{self, Desk, Donor, Listing, Pledge};
use strikefund::funds::{self, State};
use strikefund::language::Language;
use strikefund::money::{Currency, Money};
use strikefund::payments::checkout::Interval;
use strikefund::payments::practice::Outcome;
use strikefund::people::Role;
use strikefund::people::session::Stage;

use super::checkout::{jobs, settle, site};
use super::refunds::approve;
use super::staff::Staff;
use super::{BASE_URL, Visit};
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

/// A gift of 25.00 a week that has begun: its number and the code of its page.
async fn begun(visit: &Visit, books: &Books, name: &str) -> (String, String) {
    let donor = Donor {
        email: format!("{name}@example.org"),
        name: None,
        language: Language::English,
        listing: Listing::NotNamed,
        note: None,
        wish: None,
    };
    let amount = Money::new(2_500, Currency::USD);
    let pledge = Pledge { attempt: format!("attempt-of-{name}-again"), amount, cover_minor: None, interval: Some(Interval::Week), donor };
    let fund = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap();
    let desk = Desk {
        db: &books.db,
        payments: &visit.payments,
        keys: &visit.site.keyring,
        entropy: &books.entropy,
        clock: &books.clock,
        base_url: BASE_URL,
    };
    let (_, page) = donations::give(&desk, &fund, &pledge).await.unwrap();
    visit.practice.pay(page.rsplit('/').next().unwrap(), Outcome::Pay).unwrap();
    settle(visit, books, 30).await;
    let gift = donations::listing::list(&mut books.db.begin_read().await.unwrap(), fund.id, None, 1).await.unwrap().remove(0);
    let code = donations::gift_code(&visit.site.keyring, &gift.reference);
    (gift.number, code)
}

/// The same person, signed in anew.
async fn again<'a>(visit: &'a Visit, books: &Books, staff: &Staff<'_>) -> Staff<'a> {
    Staff::at_stage(visit, books, staff.person, Stage::Whole).await
}

on_both_databases! {
    async fn a_donor_stops_a_gift_from_its_page_and_reading_that_page_stops_nothing(books: &Books) {
        let visit = site(books).await;
        let (_, code) = begun(&visit, books, "ana").await;
        let (page, stop) = (format!("/gift/{code}"), format!("/gift/{code}/stop"));
        for _ in 0..2 {
            visit.get(&page).await.is(200).says("Every week").says("Stop this gift").says("Next payment");
            visit.get(&stop).await.is(200).says("Stop giving $25.00 every week? Nothing more will be charged.").never_says("<script");
        }
        visit.get(&format!("{stop}?lang=es")).await.is(200).says("¿Dejar de donar $25.00 cada semana? No se le cobrará nada más.");
        visit.submit(&stop, &[("sure", "yes")]).await.is(422);
        for _ in 0..2 {
            assert_eq!(visit.submit(&stop, &[]).await.is(303).next(), stop);
        }
        visit.get(&stop).await.is(200).says("We asked the payment service to stop it").never_says("<button");
        jobs(&visit, books).stop_repeats().await.unwrap();
        visit.get(&stop).await.is(200).says("Nothing more will be charged.").says("You stopped it.");
        visit.get(&page).await.is(200).says("You stopped it.").never_says("Stop this gift");
        visit.get("/gift/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/stop").await.is(404);
        settle(&visit, books, 40 * 86_400).await;
        visit.get(&page).await.is(200).says("<dd>1</dd>");
    }

    async fn from_the_page_of_a_later_payment_a_donor_can_do_the_same(books: &Books) {
        let visit = site(books).await;
        let (first, _) = begun(&visit, books, "ana").await;
        settle(&visit, books, 8 * 86_400).await;
        let tx = &mut books.db.begin_read().await.unwrap();
        let fund = funds::find_by_slug(tx, "general").await.unwrap().unwrap();
        let gift = donations::listing::list(tx, fund.id, None, 1).await.unwrap().remove(0);
        assert_ne!(gift.number, first);
        let page = format!("/gift/{}", donations::gift_code(&visit.site.keyring, &gift.reference));
        visit.submit(&format!("{page}/name"), &[("listing", "show"), ("public_name", "The corner bakery")]).await.is(303);
        visit.get(&page).await.is(200).says("The corner bakery").says("waits for a check by a person");
        visit.submit(&format!("{page}/refund"), &[("reason", "twice"), ("detail", "I gave at the hall, too")]).await.is(303);
        let treasurer = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        treasurer.get(&format!("/treasury/gifts/{}", gift.number)).await.is(200).says("I gave at the hall, too");
    }

    async fn whoever_deletes_their_details_is_charged_no_more(books: &Books) {
        let visit = site(books).await;
        let (_, code) = begun(&visit, books, "ana").await;
        visit.get(&format!("/gift/{code}/delete")).await.is(200).says("A gift of yours that repeats is stopped.");
        visit.submit(&format!("/gift/{code}/delete"), &[]).await.is(303);
        jobs(&visit, books).stop_repeats().await.unwrap();
        visit.get(&format!("/gift/{code}/stop")).await.is(200).says("Nothing more will be charged.").says("You stopped it.");
    }

    async fn a_treasurer_stops_a_gift_once_and_whoever_only_reads_cannot(books: &Books) {
        let visit = site(books).await;
        let (number, code) = begun(&visit, books, "ana").await;
        let (gift, stop) = (format!("/treasury/gifts/{number}"), format!("/treasury/gifts/{number}/stop"));
        let reader = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        reader.get(&gift).await.is(200).says("This gift repeats").never_says(&stop);
        reader.get(&stop).await.is(404);
        reader.submit(&stop, &[("operation", "a")]).await.is(404);
        reader.get("/treasury/repeats").await.is(200).says(&number).says("Active").never_says("ana@example.org");
        let treasurer = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        treasurer.get(&gift).await.is(200).says(&stop);
        let operation = treasurer.get(&stop).await.is(200).says("Nothing more will be charged.").value_of("operation");
        for _ in 0..2 {
            assert_eq!(treasurer.submit(&stop, &[("operation", &operation)]).await.is(303).next(), format!("{gift}?done=stop"));
        }
        treasurer.get(&format!("{gift}?done=stop")).await.is(200).says("Stopping").says("By a treasurer");
        jobs(&visit, books).stop_repeats().await.unwrap();
        treasurer.get("/treasury/repeats?lang=es").await.is(200).says("Detenida").says("Por la tesorería");
        visit.get(&format!("/gift/{code}/stop")).await.is(200).says("A treasurer stopped it.");
        treasurer.get(&stop).await.is(200).says("It has stopped already").never_says("name=\"operation\"");
    }

    async fn a_refund_asks_whether_the_gift_goes_on_and_what_is_charged_after_a_stop_is_told_until_it_went_back(books: &Books) {
        let visit = site(books).await;
        let (number, code) = begun(&visit, books, "ana").await;
        let (ana, ben) = (Staff::signed_in(&visit, books, &[Role::Recorder]).await, Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await);
        let refund = format!("/treasury/gifts/{number}/refund");
        let operation = ana.get(&refund).await.is(200).says("Stop the gift that repeats as well?").value_of("operation");
        let asked = [("operation", &*operation), ("amount", "5"), ("reason", "asked")];
        ana.submit(&refund, &asked).await.is(422).says("Choose whether the gift that repeats stops.");
        let stops = |choice: &'static str| [&asked[..], &[("repeat", choice)]].concat();
        ana.submit(&refund, &stops("no")).await.is(303);
        visit.get(&format!("/gift/{code}/stop")).await.is(200).says("Stop giving $25.00 every week?");
        let operation = ana.get(&refund).await.value_of("operation");
        let asked = [("operation", &*operation), ("amount", "5"), ("reason", "asked"), ("repeat", "yes")];
        ana.submit(&refund, &asked).await.is(303);
        visit.get(&format!("/gift/{code}/stop")).await.is(200).says("We asked the payment service to stop it");
        ana.get(&refund).await.is(200).never_says("Stop the gift that repeats as well?");

        // The payment service takes its time, and charges once more.
        settle(&visit, books, 8 * 86_400).await;
        let late = {
            let tx = &mut books.db.begin_read().await.unwrap();
            let fund = funds::find_by_slug(tx, "general").await.unwrap().unwrap();
            donations::listing::list(tx, fund.id, None, 1).await.unwrap().remove(0).number
        };
        assert_ne!(late, number);
        let (ana, ben) = (again(&visit, books, &ana).await, again(&visit, books, &ben).await);
        ana.get("/treasury").await.is(200).says(&format!("Gift {late} was charged after it was to stop."));
        ana.get(&format!("/treasury/gifts/{late}")).await.is(200).says(&format!("/treasury/gifts/{late}/refund"));
        let back = format!("/treasury/gifts/{late}/refund");
        let operation = ana.get(&back).await.value_of("operation");
        let asked = ana.submit(&back, &[("operation", &operation), ("amount", "25"), ("reason", "other"), ("note", "Charged too late.")]).await;
        approve(&ben, asked.is(303).next().split('?').next().unwrap()).await.is(303);
        for _ in 0..3 {
            settle(&visit, books, 60).await;
        }
        ana.get("/treasury").await.is(200).never_says("was charged after it was to stop");
    }

    async fn the_end_of_a_funds_gifts_is_in_sight_until_stripe_has_confirmed_each(books: &Books) {
        let visit = site(books).await;
        let (number, code) = begun(&visit, books, "ana").await;
        let treasurer = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let end = "/treasury/general/repeats-end";
        treasurer.get(end).await.is(200).says("This fund does not wind down");
        treasurer.get("/treasury").await.is(200).never_says("Repeating gifts of a fund that winds down");
        let fund = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap();
        moved(books, fund.id, State::WindingDown, "", books.now()).await;
        let away = Visit::with_stripe_at(books, Some("http://127.0.0.1:1"));
        jobs(&away, books).stop_repeats().await.unwrap();
        treasurer.get("/treasury").await.is(200).says("Repeating gifts of a fund that winds down");
        treasurer.get(end).await.is(200).says(&number).says("Stripe did not answer. It is asked again.").says("Try again");
        assert_eq!(treasurer.submit(end, &[]).await.is(303).next(), format!("{end}?done=again"));
        for _ in 0..4 {
            jobs(&visit, books).stop_repeats().await.unwrap();
            visit.practice.advance(std::time::Duration::from_secs(61)).await;
        }
        treasurer.get(end).await.is(200).says("Stripe has confirmed each of them.").says("A whole pass found nothing");
        treasurer.get("/treasury").await.is(200).never_says("Repeating gifts of a fund that winds down");
        visit.get(&format!("/gift/{code}/stop")).await.is(200).says("It stopped because the fund is winding down.");
    }
}
