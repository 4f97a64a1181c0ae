//! Which language a page speaks: the switch, the choice it leaves in the browser, the browser's own wish, a person's own language.

use axum::body::Body;
use axum::http::header;
use strikefund::people::{Language, Role, choose_language};
use strikefund::transact;

use super::staff::sign_in::{Browser, joined};
use super::{Visit, to};
use crate::support::on_both_databases;

on_both_databases! {
    async fn a_switch_lasts_and_keeps_the_page_and_its_query(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let page = visit.get("/sign-in?next=%2Ftreasury%2Fgifts").await.is(200).says("lang=\"en\"").says("?lang=es&#38;next=/treasury/gifts");
        assert_eq!(page.header("set-cookie"), None, "only the switch leaves anything behind");
        let mut browser = Browser::new(&visit);
        browser.get("/sign-in?next=%2Ftreasury%2Fgifts&lang=es").await.is(200).says("Contraseña").says("value=\"/treasury/gifts\"");
        assert_eq!(browser.cookies, [("__Host-lang".to_owned(), "es".to_owned())]);
        browser.get("/sign-in").await.is(200).says("Contraseña");
        browser.get("/sign-in/forgotten").await.is(200).says("¿Olvidó la contraseña");
        browser.get("/sign-in?lang=en").await.is(200).says("Password");
        browser.get("/sign-in").await.is(200).says("Password");
        browser.get("/sign-in?lang=xx").await.is(200).says("Password");
        // A choice wins over what the browser says, and that over English.
        let ask = async |cookie: &str| {
            let request = to("/sign-in").header(header::ACCEPT_LANGUAGE, "es-MX,en;q=0.5").header(header::COOKIE, cookie);
            visit.send(request.body(Body::empty()).unwrap()).await.is(200)
        };
        ask("").await.says("lang=\"es\"");
        ask("__Host-lang=en").await.says("lang=\"en\"");
        ask("lang=en").await.says("lang=\"en\"");
        ask("__Host-lang=xx").await.says("lang=\"es\"");
    }

    async fn a_persons_own_language_holds_until_they_choose_another(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Recorder]).await;
        let spanish: sqlx::Result<()> = transact!(books.db, tx => choose_language(tx, rosa.id, Language::Spanish).await);
        spanish.unwrap();
        let mut browser = Browser::new(&visit);
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        browser.get("/treasury/search?q=water").await.is(200).says("lang=\"es\"").says("?lang=en&#38;q=water");
        browser.get("/treasury/search?q=water&lang=en").await.is(200).says("lang=\"en\"");
        browser.get("/treasury").await.is(200).says("lang=\"en\"");
        browser.submit("/me/language", &[("language", "es")]).await.is(303);
        browser.get("/treasury").await.is(200).says("lang=\"es\"");
        browser.submit("/me/language", &[("language", "en")]).await.is(303);
        browser.get("/me").await.is(200).says("lang=\"en\"");
    }

    async fn what_everybody_is_given_a_copy_of_sets_no_cookie(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        for path in ["/?lang=es", "/f/general?lang=es", "/assets/style.css?lang=es", "/robots.txt?lang=es"] {
            let answer = visit.get(path).await;
            let stored = answer.header("cache-control") != Some("no-store");
            assert!(!stored || answer.header("set-cookie").is_none(), "{path}: {:?}", answer.headers);
        }
        let form = visit.submit("/sign-in?lang=es", &[("email", "x@example.org"), ("password", "y")]).await.is(422);
        assert_eq!(form.header("set-cookie"), None, "a form that was sent is no switch");
    }
}
