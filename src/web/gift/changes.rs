//! What a donor changes about a gift: how the donor is listed, and that nothing more is kept of the donor. Not here: what that does (`donations`).

use axum::extract::{Form as Sent, State};
use axum::response::Response;

use super::{Here, pen};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::{self, Donation, FieldError, Listing, letters, repeating};
use crate::publication;
use crate::transact;
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::give;
use crate::web::treasury::{Part, Sheet};
use crate::web::{AnySite, Site};

const NAME: &str = "/gift/{code}/name";
const DELETE: &str = "/gift/{code}/delete";

/// A form's fields as they came.
type Pairs = Sent<Vec<(String, String)>>;

pub fn doors(doors: Doors) -> Doors {
    let doors = doors.get(NAME, Who::Anyone, name_form).post(NAME, Who::Anyone, rename);
    doors.get(DELETE, Who::Anyone, delete_form).post(DELETE, Who::Anyone, delete)
}

async fn name_form(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let donor = donations::donor_of(&mut site.db.begin_read().await?, &site.keyring, here.gift.id).await?.ok_or(Trouble::NotFound)?;
    let typed = match donor.listing {
        Listing::NotNamed => Typed::default().put("listing", "no"),
        Listing::Show(name) => Typed::default().put("listing", "show").put("public_name", name),
    };
    Ok(name_page(&site, &here, &typed, &Wrongs::default()))
}

fn name_page(site: &Site, here: &Here, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = here.words;
    let parts = FormParts { words, typed, wrongs };
    let fields = give::listing_fields(&parts).into();
    let form = Form::new(here.at("/name"), "", fields).button(words.say("gift-name-change"));
    let sheet = Sheet::new(here.frame(site, "gift-name-title")).text(words.say("gift-name-what")).form(form);
    sheet.with(here.keep()).answer(wrongs)
}

async fn rename(State(site): AnySite, here: Here, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (here.words, Typed::new(pairs), Wrongs::default(), site.clock.now());
    let listing = match Listing::parse(typed.get("listing"), typed.get("public_name")) {
        Ok(listing) => listing,
        Err(FieldError { field, wrong }) => {
            wrongs.add(field, give::listing_wrong(words, wrong));
            return Ok(name_page(&site, &here, &typed, &wrongs));
        }
    };
    let known: sqlx::Result<bool> = transact!(site.db, tx => list_as(tx, &site, &here.gift, &listing, now).await);
    if known? { here.done("name") } else { Err(Trouble::NotFound) }
}

async fn delete_form(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let words = here.words;
    donations::donor_of(&mut site.db.begin_read().await?, &site.keyring, here.gift.id).await?.ok_or(Trouble::NotFound)?;
    let form = Form::new(here.at("/delete"), "", Vec::new()).button(words.say("gift-delete"));
    let sheet = Sheet::new(here.frame(&site, "gift-delete-title")).text(words.say("gift-delete-goes")).text(words.say("gift-delete-stays"));
    Ok(sheet.with(Part::Warning(words.say("gift-delete-first"))).form(form).with(here.keep()).answer(&Wrongs::default()))
}

async fn delete(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let erased: sqlx::Result<bool> = transact!(site.db, tx => erase(tx, &site, &here.gift, now).await);
    // Twice is once: whoever presses again reads that it is done.
    erased?;
    here.done("deleted")
}

/// Changes the listing and tells the donor; the same again changes nothing.
async fn list_as(tx: &mut Tx, site: &Site, gift: &Donation, listing: &Listing, now: Instant) -> sqlx::Result<bool> {
    let before = donations::donor_of(tx, &site.keyring, gift.id).await?;
    let known = donations::list_as(tx, &site.keyring, &site.entropy, gift.id, listing, now).await?;
    if known && before.is_some_and(|before| before.listing != *listing) {
        letters::listed(tx, pen(site), gift, now).await?;
    }
    Ok(known)
}

/// Says goodbye to a donor, and forgets all that the donor told us.
async fn erase(tx: &mut Tx, site: &Site, gift: &Donation, now: Instant) -> sqlx::Result<bool> {
    letters::goodbye(tx, pen(site), gift, now).await?;
    // What would open the amounts inside the published totals goes too; proofs that were handed out stay good. And nobody is charged on whom nobody
    // could write to.
    for gift in donations::of_same_donor(tx, gift.id).await? {
        if let Some(repeat) = repeating::of_gift(tx, gift).await? {
            repeating::stop_by_donor(tx, &repeat, now).await?;
        }
        publication::forget(tx, gift).await?;
    }
    donations::erase(tx, &site.keyring, gift.id, now).await
}
