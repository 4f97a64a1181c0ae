//! The proof that a gift is inside the published total, for a treasurer to hand to its donor. Not here: what it proves (`publication`).

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use crate::donations::{Donation, listing};
use crate::people::audit;
use crate::publication::{self, Proof};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Form;
use crate::web::treasury::{Part, RECORDERS};
use crate::web::{AnySite, answer};

const PROOF: &str = "/treasury/gifts/{number}/proof";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.post(PROOF, Who::Holding(RECORDERS), proof)
}

/// The way to the proof, for whoever may hand it on.
pub(super) fn way(signed_in: &SignedIn, gift: &Donation) -> Option<Part> {
    let may = RECORDERS.iter().any(|role| signed_in.person.roles.holds(*role)) && gift.publication_id.is_some();
    let action = || format!("/treasury/gifts/{}/proof", gift.number);
    may.then(|| Part::Form(Form::new(action(), "", Vec::new()).quiet_button(signed_in.words.say("gifts-donor-proof"))))
}

/// `POST /treasury/gifts/{number}/proof`.
async fn proof(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let gift = listing::find_by_number(tx, &number).await?.ok_or(Trouble::NotFound)?;
    let Proof::Ready(text, _) = publication::proof(tx, &site.keyring, gift.id).await? else { return Err(Trouble::NotFound) };
    let (person, subject, now) = (signed_in.person.id, format!("gift {}", gift.number), site.clock.now());
    let noted: sqlx::Result<()> = transact!(site.db, tx => audit::write(tx, Some(person), "gift.proof_given", &subject, "", now).await);
    noted?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(format!("attachment; filename=\"proof-{}.txt\"", gift.number))?);
    answer::keep_private(&mut response);
    Ok(response)
}
