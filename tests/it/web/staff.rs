//! Visits by members of staff: people with roles, signed in as a browser is, and who may come where.

mod people;
pub mod sign_in;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, header};
use strikefund::clock::Instant;
use strikefund::ids::{Entropy, PersonId};
use strikefund::people::session::{self, Stage};
use strikefund::people::{self as staff, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::transact;
use strikefund::web::doors::Who;

use super::{Answer, MASTER, Visit, encoded, form_to, to};
use crate::support::{Books, on_both_databases};

/// Somebody who is signed in, with the cookie of their browser.
pub struct Staff<'a> {
    visit: &'a Visit,
    /// The person.
    pub person: PersonId,
    /// What the browser sends along.
    pub cookie: String,
}

/// Takes somebody on.
pub async fn person(books: &Books, roles: &[Role]) -> PersonId {
    let name = Entropy::system().gift_number();
    let new =
        NewPerson { email: format!("{name}@example.org"), name, language: Language::English, roles: Roles::new(roles.iter().copied()) };
    let (keys, now) = (Keyring::from_master(&MASTER), books.now());
    let id: sqlx::Result<PersonId> = transact!(books.db, tx => staff::add(tx, &new, &keys, &Entropy::system(), now).await);
    id.unwrap()
}

impl<'a> Staff<'a> {
    /// A new person with these roles, wholly signed in just now.
    pub async fn signed_in(visit: &'a Visit, books: &Books, roles: &[Role]) -> Self {
        let person = person(books, roles).await;
        Self::at_stage(visit, books, person, Stage::Whole).await
    }

    /// This person, as far as a sign-in got.
    pub async fn at_stage(visit: &'a Visit, books: &Books, person: PersonId, stage: Stage) -> Self {
        Self::begun_at(visit, books, person, stage, books.now()).await
    }

    /// The same, of a sign-in that began then.
    async fn begun_at(visit: &'a Visit, books: &Books, person: PersonId, stage: Stage, then: Instant) -> Self {
        let token: sqlx::Result<String> = transact!(books.db, tx => session::begin(tx, person, stage, "", &Entropy::system(), then).await);
        Self { visit, person, cookie: format!("__Host-session={}", token.unwrap()) }
    }

    /// A browser that nobody signed in with.
    pub const fn without_cookie(visit: &'a Visit) -> Self {
        Self { visit, person: PersonId(0), cookie: String::new() }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.visit.send(to(path).header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a browser does from our own page.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let request = form_to(path).header("sec-fetch-site", "same-origin").header(header::COOKIE, &self.cookie);
        self.visit.send(request.body(Body::from(form)).unwrap()).await
    }

    /// Sends a form with files: `(field, file name, content type, bytes)`.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Answer {
        const BOUNDARY: &str = "a-line-that-no-file-holds-7d93b1";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (field, name, kind, bytes) in files {
            let head = format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}");
            body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let request = to(path).method("POST").header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        let request = request.header("sec-fetch-site", "same-origin").header(header::COOKIE, &self.cookie);
        self.visit.send(request.body(Body::from(body)).unwrap()).await
    }
}

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

on_both_databases! {
    async fn every_door_lets_in_who_may_come_and_nobody_else(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let doors = visit.doors();
        assert!(doors.iter().any(|door| door.path == "/treasury"), "the table holds the treasury");
        let disabled = Staff::signed_in(&visit, books, &Role::ALL).await;
        let id = disabled.person;
        let now = books.now();
        let done: sqlx::Result<()> = transact!(books.db, tx => staff::disable(tx, id, now).await);
        done.unwrap();
        let somebody = person(books, &Role::ALL).await;
        let half = Staff::at_stage(&visit, books, somebody, Stage::Password).await;
        let nobody = Staff { visit: &visit, person: somebody, cookie: String::new() };
        let forged = Staff { visit: &visit, person: somebody, cookie: format!("__Host-session={}", Entropy::system().secret()) };
        let idle = Staff::begun_at(&visit, books, somebody, Stage::Whole, now.plus_secs(-30 * 60)).await;
        // Used until this moment, and twelve hours old.
        let began = now.plus_secs(-12 * 3_600);
        let old = Staff::begun_at(&visit, books, somebody, Stage::Whole, began).await;
        let token = old.cookie.strip_prefix("__Host-session=").unwrap();
        let used: sqlx::Result<()> = transact!(books.db, tx => async {
            let session = session::find(tx, token, began).await?.expect("it was alive then");
            session::note_use(tx, session.id, now).await
        }.await);
        used.unwrap();
        let mut staff = Vec::new();
        for role in Role::ALL {
            staff.push((role, Staff::signed_in(&visit, books, &[role]).await));
        }
        let none = Staff::signed_in(&visit, books, &[]).await;
        let another = person(books, &[]).await;
        for door in &doors {
            let path = filled(door.path);
            let asked = async |who: &Staff<'_>| if door.method == Method::GET { who.get(&path).await } else { who.submit(&path, &[]).await }.status;
            for stranger in [&nobody, &forged, &disabled, &idle, &old] {
                let status = asked(stranger).await;
                assert_eq!(status == 401, door.who != Who::Anyone, "{} {} for a stranger: {status}", door.method, door.path);
            }
            let status = asked(&half).await;
            let closed = matches!(door.who, Who::Staff | Who::Holding(_));
            assert_eq!(status == 401, closed, "{} {} for the half signed in: {status}", door.method, door.path);
            // Whoever is wholly in does not come to the second step again, and everybody on the staff comes to their own pages. One of those
            // ends the session, so each is asked with a new one.
            let whole = Staff::at_stage(&visit, books, another, Stage::Whole).await;
            let status = asked(&whole).await;
            assert_eq!(status == 401, door.who == Who::HalfSignedIn, "{} {} for the wholly signed in: {status}", door.method, door.path);
            let own = door.who == Who::Staff;
            assert!(!own || status != 403, "{} {} for any member of staff: {status}", door.method, door.path);
            if let Who::Holding(roles) = door.who {
                assert_eq!(asked(&none).await, 404, "{} {} for staff without a role", door.method, door.path);
                for (role, who) in staff.iter().filter(|(role, _)| !roles.contains(role)) {
                    assert_eq!(asked(who).await, 404, "{} {} for a {role}", door.method, door.path);
                }
                for (role, who) in staff.iter().filter(|(role, _)| roles.contains(role)) {
                    let status = asked(who).await;
                    assert!(status != 401 && status != 403, "{} {} for a {role}: {status}", door.method, door.path);
                }
            }
        }
    }

    async fn a_session_ends_after_half_an_hour_without_use_and_twelve_hours_at_the_latest(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        books.clock.advance(Duration::from_secs(1_799));
        assert_eq!(staff.get("/treasury").await.is(200).header("cache-control"), Some("no-store"));
        books.clock.advance(Duration::from_secs(1_799));
        staff.get("/treasury").await.is(200);
        books.clock.advance(Duration::from_mins(30));
        staff.get("/treasury").await.is(401);
        let busy = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        for _ in 0..43 {
            books.clock.advance(Duration::from_secs(1_000));
            busy.get("/treasury").await.is(200);
        }
        books.clock.advance(Duration::from_secs(199));
        busy.get("/treasury").await.is(200);
        books.clock.advance(Duration::from_secs(1));
        busy.get("/treasury").await.is(401);
    }
}
