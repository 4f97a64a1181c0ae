//! Passkeys in the browser: their buttons, and the questions and answers that its script carries. Without the feature `passkeys` there are
//! no buttons. Not here: what proves whom (`people::passkeys`).

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::form::Field;

/// A button that asks the browser for a passkey; hidden until its script finds that there are any.
#[derive(Debug, Template)]
#[template(path = "web/parts/passkey.html")]
pub struct PasskeyButton {
    /// Where the script asks; the answer goes to `/answer` below it.
    address: &'static str,
    next: String,
    label: String,
    failed: String,
    name_field: Option<Field>,
}

impl HtmlSafe for PasskeyButton {}

/// What a passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// To sign in.
    SigningIn,
    /// To prove again who one is.
    Confirming,
}

#[cfg(feature = "passkeys")]
pub use with::{button, doors, own_page};
#[cfg(not(feature = "passkeys"))]
pub use without::{button, doors, own_page};

#[cfg(not(feature = "passkeys"))]
mod without {
    use super::{For, PasskeyButton};
    use crate::web::Site;
    use crate::web::doors::Doors;
    use crate::web::words::Words;

    pub fn doors(doors: Doors) -> Doors {
        doors
    }

    /// The button of a page: there is none.
    pub fn button(_: &Site, _: Words, _: For, _: &str) -> Option<PasskeyButton> {
        None
    }

    /// Where one's own passkeys are: nowhere.
    pub fn own_page(_: &Site) -> Option<&'static str> {
        None
    }
}

#[cfg(feature = "passkeys")]
mod with {
    use axum::Json;
    use axum::extract::{Form as Sent, Path, State};
    use axum::http::StatusCode;
    use axum::response::{IntoResponse as _, Response};
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::{For, PasskeyButton};
    use crate::ids::PasskeyId;
    use crate::people::passkeys::{self, Challenge, PasskeyError, Relying};
    use crate::people::{self, NotAllowed};
    use crate::transact;
    use crate::web::doors::{Doors, SignedIn, Who};
    use crate::web::error::Trouble;
    use crate::web::form::{Form, FormParts, Typed, Wrongs};
    use crate::web::table::{Cell, Table};
    use crate::web::treasury::sign_in::{Pairs, keep_device, next_of, note_device};
    use crate::web::treasury::{Frame, Part, Sheet, not_allowed, words_outside, zone};
    use crate::web::words::Words;
    use crate::web::{AnySite, Site, answer, assets};

    const ENTER: &str = "/sign-in/passkey";
    const ENTERED: &str = "/sign-in/passkey/answer";
    const CONFIRM: &str = "/confirm/passkey";
    const CONFIRMED: &str = "/confirm/passkey/answer";
    /// One's own passkeys.
    const MINE: &str = "/me/passkeys";
    const ADD: &str = "/me/passkeys/new";
    const ADDED: &str = "/me/passkeys/new/answer";
    const END: &str = "/me/passkeys/{id}/end";

    pub fn doors(doors: Doors) -> Doors {
        doors
            .get("/assets/passkeys.js", Who::Anyone, assets::passkeys)
            .post(ENTER, Who::Anyone, ask)
            .post(ENTERED, Who::Anyone, enter)
            .post(CONFIRM, Who::Staff, ask)
            .post(CONFIRMED, Who::Staff, confirm)
            .get(MINE, Who::Staff, show)
            .post(ADD, Who::Staff, ask_for_new)
            .post(ADDED, Who::Staff, add)
            .post(END, Who::Staff, end)
    }

    /// The button of a page that leads on to `next`; None where the site's host can have no passkeys.
    pub fn button(site: &Site, words: Words, what: For, next: &str) -> Option<PasskeyButton> {
        Relying::at(&site.base_url)?;
        let (address, label) = match what {
            For::SigningIn => (ENTER, words.say("passkey-use")),
            For::Confirming => (CONFIRM, words.say("passkey-confirm")),
        };
        Some(PasskeyButton { address, next: next.to_owned(), label, failed: words.say("passkey-failed"), name_field: None })
    }

    /// Where one's own passkeys are; None where the site's host can have none.
    pub fn own_page(site: &Site) -> Option<&'static str> {
        Relying::at(&site.base_url).map(|_| MINE)
    }

    fn relying(site: &Site) -> Result<Relying, Trouble> {
        Relying::at(&site.base_url).ok_or(Trouble::NotFound)
    }

    fn asked(challenge: &Challenge) -> Result<Response, Trouble> {
        let options: &RawValue = serde_json::from_str(&challenge.options)?;
        Ok(Json(json!({ "reference": challenge.reference, "options": options })).into_response())
    }

    /// A refusal, in the reader's words, for the script to show.
    fn refused(words: Words, error: PasskeyError) -> Result<Response, Trouble> {
        let key = match error {
            // The script leads on to where a code or a passkey is asked for, and from there back here.
            PasskeyError::NotAllowed(NotAllowed::StepUp) => return Ok(go_on(&format!("{}?next={MINE}", super::super::CONFIRM))),
            PasskeyError::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
            PasskeyError::NotAllowed(NotAllowed::Database(error)) => return Err(error.into()),
            PasskeyError::Spent => "passkey-spent",
            PasskeyError::Refused => "passkey-refused",
            PasskeyError::TooMany => "passkey-too-many",
            PasskeyError::Library(_) | PasskeyError::Stored(_) | PasskeyError::Database(_) => return Err(error.into()),
        };
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "said": words.say(key) }))).into_response())
    }

    fn go_on(next: &str) -> Response {
        Json(json!({ "next": next })).into_response()
    }

    async fn ask(State(site): AnySite) -> Result<Response, Trouble> {
        asked(&passkeys::begin_entering(&site.db, &relying(&site)?, &site.entropy, site.clock.now()).await?)
    }

    async fn enter(State(site): AnySite, headers: axum::http::HeaderMap, Sent(pairs): Pairs) -> Result<Response, Trouble> {
        let (typed, words, now) = (Typed::new(pairs), words_outside(&site, None, &headers).await?, site.clock.now());
        let (relying, reference, given) = (relying(&site)?, typed.get("reference"), typed.get("answer"));
        let entered = passkeys::finish_entering(&site.db, &relying, &site.entropy, None, reference, given, now).await;
        let token = match entered {
            Ok(token) => token,
            Err(error) => return refused(words, error),
        };
        let tx = &mut site.db.begin_read().await?;
        let session = people::session::find(tx, &token, now).await?.ok_or(Trouble::NotFound)?;
        let person = people::find(tx, session.person_id).await?.ok_or(Trouble::NotFound)?;
        // The session is called what its owner called the passkey.
        let device = note_device(&site, &headers, &session, "").await?;
        let mut response = go_on(next_of(typed.get("next"), &person));
        answer::set_cookie(&mut response, site.session_cookie(), Some(&token))?;
        keep_device(&site, &mut response, &device)?;
        Ok(response)
    }

    async fn confirm(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
        let (typed, now) = (Typed::new(pairs), site.clock.now());
        let (relying, reference, given) = (relying(&site)?, typed.get("reference"), typed.get("answer"));
        let standing = Some(&signed_in.session);
        match passkeys::finish_entering(&site.db, &relying, &site.entropy, standing, reference, given, now).await {
            Ok(token) => {
                let mut response = go_on(next_of(typed.get("next"), &signed_in.person));
                answer::set_cookie(&mut response, site.session_cookie(), Some(&token))?;
                Ok(response)
            }
            Err(error) => refused(signed_in.words, error),
        }
    }

    async fn show(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
        let words = signed_in.words;
        relying(&site)?;
        // A new key to the house is handed out only to whoever just proved who they are.
        if !people::is_fresh(signed_in.actor(), site.clock.now()) {
            return not_allowed(NotAllowed::StepUp, MINE);
        }
        let tx = &mut site.db.begin_read().await?;
        let zone = zone(tx).await?;
        let mut table = Table::new(words.say("passkey-list"), words.say("passkey-none"))
            .column(words.say("passkey-device"))
            .column(words.say("passkey-made"))
            .column(words.say("passkey-used"));
        let mut ends = Vec::new();
        for passkey in passkeys::list(tx, signed_in.person.id).await? {
            let name = if passkey.label.is_empty() { words.say("passkey-nameless") } else { passkey.label };
            let used = passkey.used_at.map_or_else(|| words.say("passkey-never"), |at| words.moment(at, &zone));
            let end = Form::new(format!("{MINE}/{}/end", passkey.id), "", Vec::new()).quiet_button(words.say("passkey-end"));
            ends.extend([Part::Heading(name.clone()), Part::Form(end)]);
            table.row(vec![Cell::text(name), Cell::moment(words, passkey.made_at, &zone), Cell::text(used)]);
        }
        let (typed, wrongs) = (Typed::default(), Wrongs::default());
        let name_field = FormParts { words, typed: &typed, wrongs: &wrongs }.text("label", "passkey-label", "off").optional(words);
        let (label, failed) = (words.say("passkey-add"), words.say("passkey-failed"));
        let add = PasskeyButton { address: ADD, next: MINE.to_owned(), label, failed, name_field: Some(name_field) };
        let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("passkey-title"))).text(words.say("passkey-why"));
        let sheet = sheet.with(Part::Table(table)).with(Part::Passkey(add));
        Ok(ends.into_iter().fold(sheet, Sheet::with).answer(&wrongs))
    }

    async fn ask_for_new(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
        match passkeys::begin_adding(&site.db, &relying(&site)?, &site.entropy, signed_in.actor(), site.clock.now()).await {
            Ok(challenge) => asked(&challenge),
            Err(error) => refused(signed_in.words, error),
        }
    }

    async fn add(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
        let (typed, now) = (Typed::new(pairs), site.clock.now());
        let (relying, reference, given) = (relying(&site)?, typed.get("reference"), typed.get("answer"));
        match passkeys::finish_adding(&site.db, &relying, signed_in.actor(), reference, given, typed.get("label"), now).await {
            Ok(()) => Ok(go_on(MINE)),
            Err(error) => refused(signed_in.words, error),
        }
    }

    async fn end(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>) -> Result<Response, Trouble> {
        let (actor, now) = (signed_in.actor(), site.clock.now());
        let ended: Result<bool, PasskeyError> =
            transact!(site.db, tx => passkeys::end(tx, actor, PasskeyId(id), &signed_in.session, now).await);
        match ended {
            Ok(true) => Ok(answer::see_other(MINE)?),
            Ok(false) => Err(Trouble::NotFound),
            Err(PasskeyError::NotAllowed(refused)) => not_allowed(refused, MINE),
            Err(error) => Err(error.into()),
        }
    }
}
