//! Signing in as a browser does it: two steps, cookies, where one is sent on to, and how guessing is slowed.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use data_encoding::BASE32_NOPAD;
use strikefund::clock::Instant;
use strikefund::ids::{Entropy, PersonId};
use strikefund::people::{Purpose, Role, Seed, links};
use strikefund::transact;
use strikefund::web::client::Peer;

use super::{Answer, Staff, Visit, encoded, form_to, person, to};
use crate::support::{Books, on_both_databases, soak};

pub const PASSWORD: &str = "tulip-anchor-velvet-9";

/// A browser that has not signed in: it keeps the cookies it is given.
pub struct Browser<'a> {
    visit: &'a Visit,
    pub cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub fn new(visit: &'a Visit) -> Self {
        Self { visit, cookies: Vec::new() }
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, rest) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            // Exactly these, and no Domain (safety rule SS3).
            let ends = match (name, value) {
                (_, "") => "; Max-Age=0",
                // A choice of language outlives the browser's window, and so does what a browser is known by; nothing else does.
                ("__Host-lang", "en" | "es") => "; Max-Age=31536000",
                ("__Host-device", _) => "; Max-Age=7776000",
                _ => "",
            };
            assert_eq!(rest, format!(" Path=/; Secure; HttpOnly; SameSite=Lax{ends}"), "{line}");
            assert!(name.starts_with("__Host-"), "{line}");
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let answer = self.visit.send(to(path).header(header::COOKIE, self.cookie()).body(Body::empty()).unwrap()).await;
        self.keep(answer)
    }

    /// The operation id that the form of a page bears.
    pub async fn operation(&mut self, path: &str) -> String {
        self.get(path).await.is(200).value_of("operation")
    }

    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let request = form_to(path).header("sec-fetch-site", "same-origin").header(header::COOKIE, self.cookie());
        let answer = self.visit.send(request.body(Body::from(form)).unwrap()).await;
        self.keep(answer)
    }

    /// The session's cookie.
    pub fn session(&self) -> Option<&str> {
        self.cookies.iter().find(|(name, _)| name == "__Host-session").map(|(_, value)| &**value)
    }

    /// Signs in from the first page on.
    pub async fn sign_in(&mut self, joined: &Joined, now: Instant, next: &str) -> Answer {
        let path = format!("/sign-in?next={}", encoded(next));
        let form = self.get(&path).await.is(200);
        let fields = [("email", &*joined.email), ("password", PASSWORD), ("next", &*form.value_of("next"))];
        let asked = self.submit("/sign-in", &fields).await.is(303).next();
        let form = self.get(&asked).await.is(200);
        let code = joined.seed.code_at(now);
        self.submit("/sign-in/code", &[("code", &*code), ("next", &*form.value_of("next"))]).await
    }
}

/// Somebody who came in by an invitation.
pub struct Joined {
    pub id: PersonId,
    pub email: String,
    pub seed: Seed,
    pub codes: Vec<String>,
}

/// The key that a page shows to be typed into an authenticator.
pub fn seed_on(page: &Answer) -> Seed {
    let key = shown_on(page).remove(0).replace(' ', "");
    Seed::from_bytes(&BASE32_NOPAD.decode(key.as_bytes()).unwrap()).unwrap()
}

/// What a page tells only once.
pub fn shown_on(page: &Answer) -> Vec<String> {
    page.text().split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect()
}

pub async fn link(books: &Books, purpose: Purpose, person: PersonId) -> String {
    let now = books.now();
    let token: sqlx::Result<String> = transact!(books.db, tx => links::make(tx, purpose, person, None, &Entropy::system(), now).await);
    format!("/link/{}", token.unwrap())
}

/// Takes somebody on who comes in by the page of their invitation.
pub async fn joined(visit: &Visit, books: &Books, roles: &[Role]) -> Joined {
    let id = person(books, roles).await;
    let path = link(books, Purpose::Join, id).await;
    let mut browser = Browser::new(visit);
    assert_eq!(browser.get(&path).await.is(303).next(), "/join");
    let form = browser.get("/join").await.is(200);
    let seed = seed_on(&form);
    let email = form.text().split("come in as ").nth(1).unwrap().split(".</p>").next().unwrap().to_owned();
    let (code, sealed) = (seed.code_at(books.now()), form.value_of("seed"));
    let fields = [("name", "Rosa"), ("password", PASSWORD), ("code", &*code), ("seed", &*sealed)];
    let codes = shown_on(&browser.submit("/join", &fields).await.is(200).says("recovery codes"));
    books.clock.advance(Duration::from_mins(1));
    Joined { id, email, seed, codes }
}

on_both_databases! {
    async fn two_steps_lead_to_the_page_one_wanted_and_each_has_an_id_of_its_own(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Auditor]).await;
        assert_eq!(rosa.codes.len(), 10);
        let mut browser = Browser::new(&visit);
        // Whatever id a browser is made to bring along, it is given another (I4).
        browser.cookies.push(("__Host-session".to_owned(), "planted".to_owned()));
        let answer = browser.submit("/sign-in", &[("email", &rosa.email), ("password", PASSWORD), ("next", "/treasury/audit")]).await;
        let code_page = answer.is(303).next();
        let half = browser.session().unwrap().to_owned();
        assert_ne!(half, "planted");
        browser.get("/treasury/audit").await.is(401);
        browser.get("/me").await.is(401);
        let form = browser.get(&code_page).await.is(200);
        browser.submit("/sign-in/code", &[("code", "000000"), ("next", "")]).await.is(422).says("did not match or was used");
        let code = rosa.seed.code_at(books.now());
        let answer = browser.submit("/sign-in/code", &[("code", &code), ("next", &form.value_of("next"))]).await.is(303);
        assert_eq!(answer.next(), "/treasury/audit");
        assert_ne!(browser.session().unwrap(), half);
        browser.get("/treasury/audit").await.is(200);
        let mut old = Browser { visit: &visit, cookies: vec![("__Host-session".to_owned(), half)] };
        old.get(&code_page).await.is(401);
        // Whoever signs in anew in the same browser leaves the session before.
        let left = browser.session().unwrap().to_owned();
        books.clock.advance(Duration::from_mins(1));
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        let mut old = Browser { visit: &visit, cookies: vec![("__Host-session".to_owned(), left)] };
        old.get("/me").await.is(401);
        // Signing out ends it on the server.
        let token = browser.session().unwrap().to_owned();
        assert_eq!(browser.submit("/sign-out", &[]).await.is(303).next(), "/sign-in");
        assert_eq!(browser.session(), None);
        let mut old = Browser { visit: &visit, cookies: vec![("__Host-session".to_owned(), token)] };
        old.get("/me").await.is(401);
    }

    async fn nobody_is_sent_to_another_site_after_signing_in(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Auditor]).await;
        for evil in ["//evil.example", "/\\evil.example", "\\evil", "javascript:alert(1)", "https://evil.example/x", "/ /x"] {
            books.clock.advance(Duration::from_mins(1));
            let answer = Browser::new(&visit).sign_in(&rosa, books.now(), evil).await.is(303);
            assert_eq!(answer.next(), "/treasury", "{evil}");
        }
        books.clock.advance(Duration::from_mins(1));
        let mut browser = Browser::new(&visit);
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        books.clock.advance(Duration::from_mins(1));
        let code = rosa.seed.code_at(books.now());
        assert_eq!(browser.submit("/confirm", &[("code", &code), ("next", "//evil.example")]).await.is(303).next(), "/treasury");
    }

    async fn a_wrong_password_and_an_unknown_address_get_the_same_page(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Auditor]).await;
        let mut pages = Vec::new();
        for email in [&*rosa.email, "nobody@example.org"] {
            let mut told = Vec::new();
            for _ in 0..6 {
                let answer = visit.submit("/sign-in", &[("email", email), ("password", "never-the-right-one")]).await;
                told.push((answer.status.as_u16(), answer.text().replace(email, "EMAIL")));
            }
            pages.push(told);
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(pages[0].iter().map(|(status, _)| *status).collect::<Vec<_>>(), [422, 422, 422, 422, 422, 429]);
        assert!(pages[0][0].1.contains("Those details do not match.") && pages[0][5].1.contains("Wait 1 minute."));
        books.clock.advance(Duration::from_secs(61));
        Browser::new(&visit).sign_in(&rosa, books.now(), "").await.is(303);
    }

    async fn one_client_that_guesses_at_many_accounts_is_slowed_and_its_neighbours_are_not(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let guess = async |from: &str, number: usize| {
            let form = format!("email=person{number}%40example.org&password=never-the-right-one");
            let mut request = form_to("/sign-in").header("sec-fetch-site", "same-origin").body(Body::from(form)).unwrap();
            request.extensions_mut().insert(Peer(from.parse::<IpAddr>().unwrap()));
            visit.send(request).await.status.as_u16()
        };
        for number in 0..30 {
            assert_eq!(guess("192.0.2.7", number).await, 422, "{number}");
        }
        assert_eq!(guess("192.0.2.7", 30).await, 429);
        assert_eq!(guess("192.0.2.8", 31).await, 422);
        books.clock.advance(Duration::from_mins(10));
        assert_eq!(guess("192.0.2.7", 32).await, 422);
    }

    async fn many_sign_ins_at_once_are_answered_or_told_to_wait(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let sent: Vec<_> = (0..soak(50, 200))
            .map(|number| {
                let form = format!("email=person{number}%40example.org&password=never-the-right-one");
                let request = form_to("/sign-in").header("sec-fetch-site", "same-origin").body(Body::from(form)).unwrap();
                tokio::spawn(tower::ServiceExt::oneshot(visit.router.clone(), request))
            })
            .collect();
        let mut statuses = Vec::new();
        for one in sent {
            let response = one.await.unwrap().unwrap();
            let status = response.status().as_u16();
            assert_eq!(response.headers().contains_key("retry-after"), status == 429);
            statuses.push(status);
        }
        let told_to_wait = statuses.iter().filter(|status| **status == 429).count();
        assert!(told_to_wait > 0 && statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
        let code = visit.submit("/sign-in", &[("email", "late@example.org"), ("password", "never-the-right-one")]).await;
        assert_eq!(code.status, 422, "the line is free again");
    }

    async fn signing_in_speaks_spanish_to_whoever_does(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.get("/sign-in?lang=es").await.is(200).says("Iniciar sesión").says("lang=\"es\"").says("Contraseña");
        visit.submit("/sign-in?lang=es", &[("email", "x@example.org"), ("password", "y")]).await.is(422).says("Esos datos no coinciden.");
    }

    async fn a_fresh_proof_is_asked_for_after_ten_minutes_and_leads_back(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Recorder]).await;
        let mut browser = Browser::new(&visit);
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        browser.get("/me/codes").await.is(200);
        books.clock.advance(Duration::from_mins(10));
        browser.get("/me/codes").await.is(200);
        books.clock.advance(Duration::from_secs(1));
        assert_eq!(browser.get("/me/codes").await.is(303).next(), "/confirm?next=/me/codes");
        assert_eq!(browser.submit("/me/codes", &[]).await.is(303).next(), "/confirm?next=/me/codes");
        let form = browser.get("/confirm?next=/me/codes").await.is(200).says("Confirm it is you");
        let before = browser.session().unwrap().to_owned();
        let code = rosa.seed.code_at(books.now());
        let answer = browser.submit("/confirm", &[("code", &code), ("next", &form.value_of("next"))]).await;
        assert_eq!(answer.is(303).next(), "/me/codes");
        assert_ne!(browser.session().unwrap(), before, "a new id at each step");
        let codes = shown_on(&browser.submit("/me/codes", &[]).await.is(200));
        assert!(codes.len() == 10 && codes.iter().all(|code| !rosa.codes.contains(code)));
    }

    async fn an_own_session_is_listed_and_ended_and_anothers_is_not(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let rosa = joined(&visit, books, &[Role::Recorder]).await;
        let one = Staff::at_stage(&visit, books, rosa.id, strikefund::people::session::Stage::Whole).await;
        let other = Staff::at_stage(&visit, books, rosa.id, strikefund::people::session::Stage::Whole).await;
        let stranger = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let page = one.get("/me").await.is(200).says("This browser").says("Another browser");
        let ends: Vec<String> =
            page.text().split("action=\"/me/sessions/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        for end in ends.iter().filter(|end| end.contains('/')) {
            assert_eq!(stranger.submit(&format!("/me/sessions/{end}"), &[]).await.status, 404, "{end}");
        }
        other.get("/me").await.is(200);
        one.submit("/me/sessions/end", &[]).await.is(303);
        other.get("/me").await.is(401);
        one.get("/me").await.is(200);
    }
}
