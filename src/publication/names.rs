//! The page of donors who want to be named. It stands beside the publications and in none of them: a name may be taken back, what is published may not.
//! It holds no amount and no day, so there is nothing to recompute in it. Not here: who may be named (`donations`).

use askama::Template;

use super::place::Place;
use super::say::Say;
use super::{Figures, PublishError, rows};
use crate::db::Tx;
use crate::language::Language;

#[derive(Template)]
#[template(path = "publication/names.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    names: &'a [String],
}

/// The page with these names; None before a fund's first publication.
///
/// # Errors
/// When what is published cannot be read, or the database is gone.
pub async fn names_page(tx: &mut Tx, slug: &str, language: Language, names: &[String]) -> Result<Option<String>, PublishError> {
    let Some((_, figures)) = rows::newest(tx, slug).await? else { return Ok(None) };
    let (say, practice) = (Say(language), figures.practice);
    let page = Page { say, place: Place::new("gifts/names", say), figures: &figures, practice, names };
    Ok(Some(page.render()?))
}
