//! What must not stand in a public text: names, e-mail addresses, telephone numbers, streets (safety test L5). A warning, never a refusal: a
//! second person reads the text as well. Not here: what the page says about it.

crate::words! {
    /// What a text may give away.
    pub enum Lint {
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// A street.
        Street = "street",
        /// Somebody's name.
        Name = "name",
    }
}

/// Words that follow or go before the name of a street.
const STREETS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "place",
    "pl",
    "way",
    "calle",
    "avenida",
    "av",
    "camino",
    "plaza",
    "carretera",
    "paseo",
];

/// Words before a name.
const BEFORE_A_NAME: &[&str] = &["for", "to", "by", "from", "with", "para", "por", "de", "a", "con"];

/// Capitalised words that are nobody's name.
const NO_NAMES: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "thanksgiving",
    "i",
    "the",
];

/// What `text` may give away, each once, in a fixed order.
pub fn lint(text: &str) -> Vec<Lint> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    if words.iter().any(|word| word.split_once('@').is_some_and(|(before, after)| !before.is_empty() && after.contains('.'))) {
        found.push(Lint::Email);
    }
    if has_phone(text) {
        found.push(Lint::Phone);
    }
    if has_street(&words) {
        found.push(Lint::Street);
    }
    if has_name(&words) {
        found.push(Lint::Name);
    }
    found
}

/// Seven digits or more with nothing but the marks of a telephone number between them.
fn has_phone(text: &str) -> bool {
    let mut digits = 0;
    for c in text.chars() {
        if c.is_numeric() {
            digits += 1;
            if digits >= 7 {
                return true;
            }
        } else if !matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/') {
            digits = 0;
        }
    }
    false
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn is_capitalised(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().skip(1).any(char::is_lowercase)
}

/// A word for a street next to a name or a house number.
fn has_street(words: &[&str]) -> bool {
    let is_number = |word: &str| bare(word).chars().next().is_some_and(|c| c.is_ascii_digit());
    let street = |at: usize| {
        let beside = |other: Option<&&str>| other.is_some_and(|word| is_capitalised(word) || is_number(word));
        STREETS.contains(&&*bare(words[at])) && (at > 0 && beside(words.get(at - 1)) || beside(words.get(at + 1)))
    };
    // “Way” and “place” are also plain words: beside a number that begins the text they are none.
    (0..words.len())
        .any(|at| street(at) && words.iter().any(|word| is_number(word) || is_capitalised(word) && !STREETS.contains(&&*bare(word))))
}

/// A capitalised word that begins no sentence, after “for” and its like, or two of them in a row.
fn has_name(words: &[&str]) -> bool {
    let may_be_name = |at: usize| {
        let begins = at == 0 || words[at - 1].ends_with(['.', '!', '?', ':']);
        !begins && is_capitalised(words[at]) && !NO_NAMES.contains(&&*bare(words[at])) && !STREETS.contains(&&*bare(words[at]))
    };
    (1..words.len()).any(|at| may_be_name(at) && (BEFORE_A_NAME.contains(&&*bare(words[at - 1])) || is_capitalised(words[at - 1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_somebody_or_their_place_is_seen() {
        for (text, seen) in [
            ("Mail to ana@example.org", Lint::Email),
            ("Call (503) 555-0123", Lint::Phone),
            ("Coffee at 12 Oak Street", Lint::Street),
            ("Entrega en Calle Mayor 5", Lint::Street),
            ("Rent for Maria", Lint::Name),
            ("Comida para Luis", Lint::Name),
            ("Medicine, Ana Lopez", Lint::Name),
        ] {
            assert!(lint(text).contains(&seen), "{text}: {:?}", lint(text));
        }
    }

    #[test]
    fn what_was_bought_is_no_name() {
        for plain in [
            "",
            "40 cases of water",
            "Coffee and 120 sandwiches",
            "Signs for Friday",
            "Firewood, 3 loads. Gloves for 20 people",
            "2026-11-14 water",
        ] {
            assert!(!lint(plain).iter().any(|lint| *lint != Lint::Phone), "{plain}: {:?}", lint(plain));
        }
        assert_eq!(lint("40 cases of water"), []);
    }
}
