//! What programs that walk the web ask for: what they may read, where the pages are, whom to tell of a hole. Not here: pages.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::answer::Stored;
use super::error::Trouble;
use super::{AnySite, Site};
use crate::funds;
use crate::ids::sha256_hex;
use crate::publication;

/// How long what is said of holes holds, in seconds: half a year (RFC 9116 wants less than a year).
const HOLDS_SECS: i64 = 180 * 24 * 3600;
/// Half a year begins anew each week, so that the file stays the same for some days.
const STEP_SECS: i64 = 7 * 24 * 3600;

fn text(content_type: &'static str, text: String, headers: &HeaderMap) -> Result<Response, Trouble> {
    let content_type = HeaderValue::from_static(content_type);
    Ok(Stored::new(content_type, &sha256_hex(&text), "public, max-age=3600", Bytes::from(text), None)?.answer(headers))
}

/// `/robots.txt`: public pages may be found; a donor's own may not, and nobody need walk what is written anew for each who asks.
pub async fn robots(State(site): AnySite, headers: HeaderMap) -> Result<Response, Trouble> {
    let rules = include_str!("../../templates/assets/robots.txt");
    text("text/plain; charset=utf-8", format!("{rules}\nSitemap: {}/sitemap.xml\n", site.base_url), &headers)
}

/// `/sitemap.xml`: the pages of the newest publications, in every language.
pub async fn sitemap(State(site): AnySite, headers: HeaderMap) -> Result<Response, Trouble> {
    let mut whole =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
    for slug in public_funds(&site).await? {
        let tx = &mut site.db.begin_read().await?;
        for (path, day) in publication::pages(tx, &slug).await? {
            // The pages of a fund have plain names; so has the fund in addresses.
            writeln!(whole, "<url><loc>{}/f/{slug}/{path}</loc><lastmod>{day}</lastmod></url>", site.base_url)
                .map_err(anyhow::Error::from)?;
        }
    }
    text("application/xml; charset=utf-8", whole + "</urlset>\n", &headers)
}

async fn public_funds(site: &Site) -> Result<Vec<String>, Trouble> {
    let funds = funds::list(&mut site.db.begin_read().await?).await?;
    Ok(funds.into_iter().filter(|fund| fund.state.allows(funds::Act::Publish)).map(|fund| fund.slug).collect())
}

/// `/.well-known/security.txt` (RFC 9116): the funds' own contacts where they are e-mail addresses, else the site.
pub async fn security(State(site): AnySite, headers: HeaderMap) -> Result<Response, Trouble> {
    let mut contacts = Vec::new();
    let tx = &mut site.db.begin_read().await?;
    for fund in funds::list(tx).await?.into_iter().filter(|fund| fund.state.allows(funds::Act::Publish)) {
        let contact = funds::settings::about(tx, fund.id).await?.contact;
        let is_address = contact.contains('@') && contact.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\".contains(&byte));
        if is_address {
            contacts.push(format!("Contact: mailto:{contact}\n"));
        }
    }
    contacts.dedup();
    if contacts.is_empty() {
        contacts.push(format!("Contact: {}/\n", site.base_url));
    }
    let now = site.clock.now();
    let expires = now.plus_secs(HOLDS_SECS - now.unix_secs().rem_euclid(STEP_SECS));
    let rest = format!(
        "Expires: {}\nPreferred-Languages: en, es\nCanonical: {}/.well-known/security.txt\n\n\
         # Whoever looks for holes in good faith, harms nobody and tells us first, has nothing to fear from us.\n",
        expires.rfc3339(),
        site.base_url
    );
    text("text/plain; charset=utf-8", contacts.concat() + &rest, &headers)
}
