//! What every request passes: names, origins, sizes, methods; and what every answer bears.

use axum::body::Body;
use axum::http::{Method, Request};
use strikefund::people::Role;

use super::staff::Staff;
use super::{Visit, form_to, to};
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";

async fn visit() -> (Books, Visit) {
    let books = Books::on_sqlite().await;
    books.general_fund().await;
    let visit = Visit::of(&books);
    (books, visit)
}

#[tokio::test]
async fn every_answer_bears_the_headers_that_keep_it_in_its_place() {
    let (_books, visit) = visit().await;
    for path in [
        "/",
        "/f/general/",
        GIVE,
        "/nowhere",
        "/assets/style.css",
        "/robots.txt",
        "/healthz",
        "/readyz",
        "/webhooks/stripe",
        "/f/general/figures.csv",
    ] {
        let answer = visit.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "form-action 'self' https://checkout.stripe.com;", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        assert_eq!(answer.header("server"), None, "{path}");
    }
}

#[tokio::test]
async fn only_our_own_name_is_answered_to() {
    let (_books, visit) = visit().await;
    let asked = async |host: Option<&str>, uri: &str| {
        let request = host.into_iter().fold(Request::builder().uri(uri), |request, host| request.header("host", host));
        visit.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(asked(Some("fund.example.org"), "/robots.txt").await, 200);
    assert_eq!(asked(Some("evil.example"), "/robots.txt").await, 421);
    assert_eq!(asked(Some("fund.example.org"), "http://evil.example/robots.txt").await, 421);
    assert_eq!(asked(None, "/robots.txt").await, 400);
    assert_eq!(asked(Some("10.0.0.9:8080"), "/healthz").await, 200, "load balancers come by number");
}

#[tokio::test]
async fn an_address_beyond_8_kib_is_too_long() {
    let (_books, visit) = visit().await;
    let long = |length: usize| format!("/robots.txt?{}", "x".repeat(length - "/robots.txt?".len()));
    visit.get(&long(8192)).await.is(200);
    visit.get(&long(8193)).await.is(414).says("too long");
}

#[tokio::test]
async fn the_webhook_is_bound_by_its_signature_alone() {
    let (_books, visit) = visit().await;
    let delivery = to("/webhooks/stripe").method("POST").header("sec-fetch-site", "cross-site").header("origin", "https://evil.example");
    visit.send(delivery.body(Body::from("{}")).unwrap()).await.is(400);
    let doubled = to("/webhooks/stripe").method("POST").header("stripe-signature", "t=1,v1=00").header("stripe-signature", "t=1,v1=00");
    visit.send(doubled.body(Body::from("{}")).unwrap()).await.is(400);
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused_whether_they_say_their_length_or_not() {
    let (_books, visit) = visit().await;
    let webhook = || to("/webhooks/stripe").method("POST");
    let large = vec![b' '; 1024 * 1024 + 1];
    visit.send(webhook().header("content-length", large.len()).body(Body::from(large.clone())).unwrap()).await.is(413);
    visit.send(webhook().body(unannounced(large)).unwrap()).await.is(413);
    let form = format!("name={}", "x".repeat(64 * 1024)).into_bytes();
    visit.send(form_to(GIVE).header("content-length", form.len()).body(Body::from(form.clone())).unwrap()).await.is(413).says("too much");
    visit.send(form_to(GIVE).body(unannounced(form)).unwrap()).await.is(413).says("too much");
}

/// A body that does not say how long it is, in pieces.
fn unannounced(bytes: Vec<u8>) -> Body {
    struct Pieces(Vec<u8>);
    impl axum::body::HttpBody for Pieces {
        type Data = axum::body::Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            let length = self.0.len().min(10_000);
            let rest = self.0.split_off(length);
            let piece = std::mem::replace(&mut self.0, rest);
            std::task::Poll::Ready((!piece.is_empty()).then(|| Ok(hyper::body::Frame::data(piece.into()))))
        }
    }
    Body::new(Pieces(bytes))
}

#[tokio::test]
async fn methods_and_content_types_outside_the_list_are_refused_with_a_page() {
    let (_books, visit) = visit().await;
    let answer = visit.send(to(GIVE).method("DELETE").body(Body::empty()).unwrap()).await.is(405).says("<h1>");
    assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
    visit.send(to("/").method("POST").body(Body::empty()).unwrap()).await.is(405);
    visit.send(to("/webhooks/stripe").body(Body::empty()).unwrap()).await.is(405);
    let json = to(GIVE).method("POST").header("content-type", "application/json");
    visit.send(json.body(Body::from("{}")).unwrap()).await.is(415).says("<h1>");
    for form in ["amount=25&role=admin", "amount=25&amount=50"] {
        visit.send(form_to(GIVE).body(Body::from(form)).unwrap()).await.is(422).says("could not be read");
    }
    visit.send(form_to(GIVE).body(Body::from("amount=%FF%FE")).unwrap()).await.is(422).says("Enter an amount");
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let (_books, visit) = visit().await;
    for path in [
        "/nowhere",
        "/f/nobody/",
        "/f/nobody/give",
        "/f/general/figures.json",
        "/thanks/nobody",
        "/practice/checkout/cs_test_0",
        "/f/",
        "/metrics",
    ] {
        let answer = visit.get(path).await.is(404).says("There is no such page").says("no real money");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[tokio::test]
async fn an_error_speaks_the_readers_language() {
    let (_books, visit) = visit().await;
    visit.get("/nowhere?lang=es").await.is(404).says("No existe esa página").says("lang=\"es\"").says("sin dinero real");
    let spanish = to("/nowhere").header("accept-language", "es-MX,es;q=0.9,en;q=0.5").body(Body::empty()).unwrap();
    visit.send(spanish).await.is(404).says("No existe esa página");
}

on_both_databases! {
    async fn forms_of_other_sites_are_refused_and_ours_are_read(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &Role::ALL).await;
        let sent = async |path: &str, cookie: &str, headers: &[(&str, &str)]| {
            let request = headers.iter().fold(form_to(path), |request, (name, value)| request.header(*name, *value));
            let request = if cookie.is_empty() { request } else { request.header("cookie", cookie) };
            visit.send(request.body(Body::from("amount=25")).unwrap()).await
        };
        let foreign = [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
        ];
        // Every form there is, sent with the cookie of somebody who may do everything.
        for door in visit.doors().iter().filter(|door| door.method == Method::POST) {
            let path = door.path.split('/').map(|place| if place == "{fund}" { "general" } else if place.starts_with('{') { "1" } else { place });
            let path = path.collect::<Vec<_>>().join("/");
            for headers in foreign.iter().copied().chain([&[][..]]) {
                let answer = sent(&path, &staff.cookie, headers).await.is(403).says("another site");
                assert_eq!(answer.header("vary"), Some("Sec-Fetch-Site, Origin"), "{path} {headers:?}");
            }
        }
        for headers in foreign {
            sent(GIVE, "", headers).await.is(403);
        }
        let ours = [&[("sec-fetch-site", "same-origin")][..], &[("origin", "https://fund.example.org")]];
        for headers in ours {
            sent(GIVE, "", headers).await.is(422);
            sent(GIVE, "a=b", headers).await.is(422);
        }
        sent(GIVE, "", &[]).await.is(422);
    }

    async fn a_site_is_ready_while_its_database_answers(books: &Books) {
        let visit = Visit::of(books);
        visit.get("/healthz").await.is(200);
        visit.get("/readyz").await.is(200);
        books.db.close().await;
        visit.get("/healthz").await.is(200);
        visit.get("/readyz").await.is(503);
    }

    async fn a_database_that_went_away_is_a_fault_with_a_reference_and_nothing_else(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        books.db.close().await;
        let answer = visit.get("/f/general/").await.is(500).says("name this reference").never_says("Pool").never_says("sqlx");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}
