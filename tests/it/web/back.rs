//! Back from Stripe's page without paying: the donor's own answers, for an hour, and nobody else's.

use std::time::Duration;

use strikefund::donations::{self, Progress, State};
use strikefund::{run, transact};

use super::Visit;
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";
const FORM: [(&str, &str); 4] =
    [("amount", "50"), ("email", "ana@example.org"), ("name", "Ana Name"), ("attempt", "abcdefghijklmnopqrstuvwxyz")];

/// Gives up to the payment page; its path, and the path that leads back from it.
async fn at_checkout(visit: &Visit, form: &[(&str, &str)]) -> (String, String) {
    let checkout = visit.give(GIVE, form).await.is(303).next();
    let session = visit.practice.session(checkout.rsplit('/').next().unwrap()).unwrap();
    let back = session.cancel_url.unwrap();
    assert!(!back.contains("ana") && !back.contains("50") && !checkout.contains("ana"), "no address names anybody: {back}");
    (checkout, back.strip_prefix(super::BASE_URL).unwrap().to_owned())
}

/// Moves the one gift as a notice would.
async fn told(books: &Books, state: State) {
    let tx = &mut books.db.begin_read().await.unwrap();
    let reference: String = run!(tx, fetch_one, sqlx::query_scalar("SELECT ref FROM donation")).unwrap();
    let said = Progress { reference: Some(&reference), state: Some(state), ..Progress::default() };
    let moved: sqlx::Result<_> = transact!(books.db, tx => donations::progress(tx, &said).await);
    moved.unwrap();
}

fn code_of(back: &str) -> &str {
    back.split("back=").nth(1).unwrap()
}

on_both_databases! {
    async fn who_comes_back_finds_the_form_filled_in_and_the_same_page_waiting(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (checkout, back) = at_checkout(&visit, &FORM).await;
        let page = visit
            .get(&back)
            .await
            .is(200)
            .says("You have not been charged. Your answers are kept for 60 minutes.")
            .says("value=\"ana@example.org\"")
            .says("value=\"Ana Name\"")
            .says("value=\"50\" checked")
            .never_says("abcdefghijklmnopqrstuvwxyz");
        assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), (Some("no-store"), Some("noindex, nofollow")));
        let (attempt, issued, code) = (page.value_of("attempt"), page.value_of("issued"), page.value_of("back"));
        let again = [&FORM[..3], &[("attempt", &*attempt), ("issued", &*issued), ("back", &*code)]].concat();
        assert_eq!(visit.submit(GIVE, &again).await.is(303).next(), checkout, "at once, and one gift has one page");
        let other = [("amount", "100"), ("email", "ana@example.org"), ("attempt", "zyxwvutsrqponmlkjihgfedcba"), ("back", code_of(&back))];
        let other = visit.give(GIVE, &other).await.is(303).next();
        assert_ne!(other, checkout, "another amount is another gift");
        visit.get(&other).await.is(200).says("$100.00");
    }

    async fn an_amount_of_ones_own_comes_back_as_it_was_typed(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let form = [("amount", "25"), ("amount_other", "40.50"), ("email", "ana@example.org"), ("attempt", "abcdefghijklmnopqrstuvwxyz")];
        let (_, back) = at_checkout(&visit, &form).await;
        visit.get(&back).await.is(200).says("value=\"40.50\"").says("value=\"other\" checked").says("id=\"name\" name=\"name\" value=\"\"");
    }

    async fn answers_are_kept_for_an_hour_and_no_longer(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (_, back) = at_checkout(&visit, &FORM).await;
        books.clock.advance(Duration::from_hours(1));
        visit.get(&back).await.is(200).says("ana@example.org");
        books.clock.advance(Duration::from_secs(1));
        visit.get(&back).await.is(200).says("You have not been charged.").never_says("are kept").never_says("ana@").never_says("Ana");
    }

    async fn a_link_we_never_made_opens_an_empty_form_and_claims_nothing(books: &Books) {
        books.general_fund().await;
        books.fund("hardship", Some("rent")).await;
        let visit = Visit::of(books);
        let (_, back) = at_checkout(&visit, &FORM).await;
        let (reference, proof) = code_of(&back).split_once('-').unwrap();
        let elsewhere = format!("/f/hardship/give?back={reference}-{proof}");
        let mut forged = vec![elsewhere];
        for code in ["1", "-", reference, &format!("{reference}-"), &format!("{reference}-{}", proof.replace(proof.chars().next().unwrap(), "x"))] {
            forged.push(format!("{GIVE}?back={code}"));
        }
        for path in forged {
            visit.get(&path).await.is(200).never_says("charged.").never_says("ana@example.org").never_says("Ana Name");
        }
    }

    async fn who_has_paid_meanwhile_is_never_told_that_nothing_was_charged(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (_, back) = at_checkout(&visit, &FORM).await;
        told(books, State::Waiting).await;
        let thanks = visit.get(&back).await.is(303).next();
        visit.get(&thanks).await.is(200).says("Your bank is confirming");
        let again = [&FORM[..3], &[("attempt", "zyxwvutsrqponmlkjihgfedcba"), ("back", code_of(&back))]].concat();
        assert_eq!(visit.give(GIVE, &again).await.is(303).next(), thanks);
        told(books, State::Paid).await;
        assert_eq!(visit.get(&back).await.is(303).next(), thanks);
    }

    async fn a_page_that_ran_out_leads_back_to_the_answers_within_the_hour_and_is_never_opened_again(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (checkout, back) = at_checkout(&visit, &FORM).await;
        told(books, State::Expired).await;
        let page = visit.get(&back).await.is(200).says("are kept for 60 minutes").says("value=\"ana@example.org\"").says("value=\"Ana Name\"");
        assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), (Some("no-store"), Some("noindex, nofollow")));
        visit.get(&format!("{GIVE}?back={}x", code_of(&back))).await.is(200).never_says("ana@example.org");
        let (attempt, issued, code) = (page.value_of("attempt"), page.value_of("issued"), page.value_of("back"));
        let again = [&FORM[..3], &[("attempt", &*attempt), ("issued", &*issued), ("back", &*code)]].concat();
        let other = visit.submit(GIVE, &again).await.is(303).next();
        assert_ne!(other, checkout, "what has ended at Stripe takes no payment");
        books.clock.advance(Duration::from_hours(1));
        visit.get(&back).await.is(200).says("ana@example.org");
        books.clock.advance(Duration::from_secs(1));
        visit.get(&back).await.is(200).says("You have not been charged.").never_says("are kept").never_says("ana@").never_says("Ana");
    }
}
