//! The part of a gift's page about its coming again. Not here: stopping it.

use super::{Here, heading};
use crate::donations::receipt::interval_key;
use crate::web::treasury::Part;

/// How often a gift comes again; nothing where it was given once.
pub fn parts(here: &Here) -> Vec<Part> {
    let words = here.words;
    here.gift.repeats.map_or_else(Vec::new, |interval| vec![heading(words, "gift-repeat"), Part::Text(words.say(interval_key(interval)))])
}
