//! A gift's receipt on its page, alone on a page to be printed, and sent again. Not here: what it says (`donations::receipt`).

use axum::extract::State;
use axum::response::Response;

use super::{Here, heading, masked, pen};
use crate::donations::{GiftPage, letters};
use crate::transact;
use crate::web::AnySite;
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Wrongs};
use crate::web::receipt_face::ReceiptFace;
use crate::web::treasury::{Part, Sheet};

const RECEIPT: &str = "/gift/{code}/receipt";

pub fn doors(doors: Doors) -> Doors {
    doors.get(RECEIPT, Who::Anyone, alone).post(RECEIPT, Who::Anyone, send_again)
}

/// The receipt on the gift's page, with what can be done with it.
pub fn parts(here: &Here, page: &GiftPage) -> Vec<Part> {
    let words = here.words;
    let Some(receipt) = &page.receipt else { return Vec::new() };
    let mut parts = vec![
        heading(words, "gift-receipt"),
        Part::Receipt(ReceiptFace::new(words, receipt)),
        Part::Links(vec![(here.at("/receipt"), words.say("gift-print"))]),
    ];
    if let (Some(donor), true) = (&page.donor, here.gift.charge_id.is_some()) {
        let label = words.with("gift-send-again", "address", masked(&donor.email));
        parts.push(Part::Form(Form::new(here.at("/receipt"), "", Vec::new()).quiet_button(label)));
    }
    parts
}

/// The receipt alone, to be printed: one sheet, and no secret on it.
async fn alone(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let page = here.page(&site, &mut site.db.begin_read().await?).await?;
    let receipt = page.receipt.ok_or(Trouble::NotFound)?;
    let sheet = Sheet::new(here.frame(&site, "gift-receipt-of")).with(Part::Receipt(ReceiptFace::new(here.words, &receipt)));
    let sheet = sheet.with(Part::Note(here.words.with("gift-receipt-at", "address", format!("{}/gift", site.base_url))));
    Ok(sheet.with(Part::Links(vec![(here.at(""), here.words.say("gift-back"))])).answer(&Wrongs::default()))
}

async fn send_again(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let sent: sqlx::Result<bool> = transact!(site.db, tx => letters::send_again(tx, pen(&site), &here.gift, now).await);
    here.done(if sent? { "sent" } else { "not-sent" })
}
