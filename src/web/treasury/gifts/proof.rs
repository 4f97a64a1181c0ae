//! Documents that come with a form about a gift by hand, and what they prove. Not here: what a document must be (`files`), which form needs one
//! (`donations`).

use crate::db::Tx;
use crate::donations::{Offline, Proof, arriving};
use crate::files::{self, Uploader};
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Field, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::Part;
use crate::web::upload::{self, Limits};
use crate::web::words::Words;
use crate::web::{Site, documents};

/// One document a form.
pub(super) const LIMITS: Limits = Limits::documents(1);

/// The field of a document, and what was sent with the form before it came back.
pub(super) fn fields(parts: &FormParts<'_>, label: &str) -> [Field; 2] {
    let file = parts.file("file", label, documents::ACCEPT, false);
    let hint = if parts.typed.get("kept").is_empty() { "proof-hint" } else { "proof-kept" };
    [file.hint(parts.words.say(hint)), parts.hidden("kept")]
}

/// Reads a form with a document: what was typed, and the document that came now, or with the same form before.
pub(super) async fn read(
    site: &Site,
    signed_in: &SignedIn,
    form: upload::Form,
    wrongs: &mut Wrongs,
) -> Result<(Typed, Option<Proof>), Trouble> {
    let mut upload = upload::read(form, LIMITS).await;
    upload.tell(signed_in.words, LIMITS, wrongs);
    let sent = std::mem::take(&mut upload.files);
    let taken = documents::take_in(site, &Uploader::from(signed_in.person.id), signed_in.words, sent, wrongs).await?;
    let tx = &mut site.db.begin_read().await?;
    let document = match taken.first() {
        Some(id) => files::find(tx, *id).await?,
        None => files::find_by_reference(tx, upload.typed.get("kept")).await?,
    };
    let kept = document.as_ref().map(|document| document.reference.clone()).unwrap_or_default();
    let proof = document.map(|document| Proof { document: document.reference, sha256: document.sha256 });
    Ok((upload.typed.put("kept", kept), proof))
}

/// What proves a gift, each with the way to it.
pub(super) async fn table(tx: &mut Tx, words: Words, gift: &Offline) -> Result<Table, Trouble> {
    let mut table = Table::new(words.say("proof-caption"), words.say("proof-none"))
        .column(words.say("proof-document"))
        .column(words.say("expense-fingerprint"));
    for proven in arriving::proofs(tx, gift.id).await? {
        let name = words.of("proof-of", proven.what.as_str());
        let cell = match files::find_by_reference(tx, &proven.document).await? {
            Some(document) => Cell::link(documents::address(&document), name),
            None => Cell::text(name),
        };
        table.row(vec![cell, Cell::text(proven.sha256.chars().take(12).collect::<String>())]);
    }
    Ok(table)
}

/// The same for a gift by its number, as the page of its approval shows it.
pub(in crate::web::treasury) async fn table_of(tx: &mut Tx, words: Words, number: &str) -> Result<Option<Part>, Trouble> {
    match arriving::find(tx, number).await? {
        Some(gift) => Ok(Some(Part::Table(table(tx, words, &gift).await?))),
        None => Ok(None),
    }
}
