//! What a password must be: long, not one that many people use, not built from the fund's own words. Not here: its hash (`hasher`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

/// The fewest letters of a password (safety rule SS8).
pub const SHORTEST: usize = 15;
/// The most.
pub const LONGEST: usize = 128;
/// How many letters must be left of a password when the words that anybody would try are taken out.
const LEFT: usize = 6;

/// A password that may be set.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer letters than [`SHORTEST`].
    #[error("use {SHORTEST} letters or more")]
    Short,
    /// More letters than [`LONGEST`].
    #[error("use {LONGEST} letters or fewer")]
    Long,
    /// Among the first that anybody would try.
    #[error("many people use this password: pick another")]
    Common,
    /// Made of the names of fund, organisation or person.
    #[error("this password is built from names that belong to the fund or to you: pick another")]
    Own,
}

impl Password {
    /// Reads a new password. `own` are texts that whoever knows the fund or the person would try: names, addresses, the site's host.
    /// Any letter of any script counts, blanks too, and no kind of letter is asked for. However a keyboard puts a letter together, it is the
    /// same letter (NIST SP 800-63B-4: NFKC before hashing).
    ///
    /// # Errors
    /// [`PasswordError`]
    pub fn parse(typed: &str, own: &[&str]) -> Result<Self, PasswordError> {
        let typed = &*normalized(typed);
        let letters = typed.chars().count();
        if letters < SHORTEST {
            return Err(PasswordError::Short);
        }
        if letters > LONGEST {
            return Err(PasswordError::Long);
        }
        // Read twice: digits as they are, and digits as the letters they stand for.
        let rests = [plain(typed), letters_for_digits(typed)].map(|text| without(&text, COMMON.iter().copied()));
        let forms = [plain(typed), letters_for_digits(typed)];
        if rests.iter().any(|rest| is_monotonous(rest)) || forms.iter().any(|form| is_known(form)) {
            return Err(PasswordError::Common);
        }
        let own: Vec<String> = own.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).map(plain).collect();
        let own = || own.iter().map(String::as_str).filter(|word| word.chars().count() >= 4);
        let built = rests.iter().any(|rest| is_monotonous(&without(rest, own())));
        if built { Err(PasswordError::Own) } else { Ok(Self(typed.to_owned().into())) }
    }

    /// The password itself, for the hash.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Words and runs that most of the long passwords in published leaks are built from (after `plain`), the longest first.
const COMMON: &[&str] = &[
    "correcthorsebatterystaple",
    "thequickbrownfoxjumpsoverthelazydog",
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "qazwsxedcrfvtgbyhnujm",
    "supercalifragilistic",
    "administrator",
    "qwertyuiop",
    "passphrase",
    "contrasena",
    "letmeinnow",
    "iloveyou",
    "asdfghjkl",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "passwort",
    "password",
    "trustno",
    "welcome",
    "charlie",
    "michael",
    "zxcvbnm",
    "letmein",
    "qwertz",
    "qwerty",
    "azerty",
    "asdfgh",
    "dragon",
    "master",
    "monkey",
    "shadow",
    "secret",
    "hello",
    "login",
    "abcdef",
    "admin",
    "asdf",
    "qwer",
    "pass",
    "strikefund",
    "treasurer",
    "treasury",
    "solidarity",
    "solidaridad",
    "huelga",
    "strike",
    "union",
    "fund",
];

/// The words and passwords that lead the lists of published leaks, sorted: a word a line, four letters or more (taken from the lists of zxcvbn,
/// MIT licence: `common-licence.txt`, without what is only rude).
static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());
/// The longest of them that stand inside others.
const LONGEST_WORD: usize = 30;
/// How many different words of [`KNOWN`] a password may not be made of alone: with two of them, a guesser is through in a minute.
const FEW: usize = 2;

/// The text as every keyboard would have put it together.
pub(super) fn normalized(typed: &str) -> String {
    typed.nfkc().collect()
}

/// Whether a text is one or two words that many passwords are made of, over and over, with digits about them and hardly a letter of its own.
fn is_known(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let (mut used, mut own, mut at) = (BTreeSet::new(), 0, 0);
    while at < letters.len() {
        let longest = (4..=LONGEST_WORD.min(letters.len() - at)).rev().map(|length| letters[at..at + length].iter().collect::<String>());
        if let Some(word) = longest.into_iter().find(|piece| KNOWN.contains(piece.as_str())) {
            at += word.chars().count();
            used.insert(word);
        } else {
            at += 1;
            own += 1;
        }
    }
    !used.is_empty() && used.len() <= FEW && own < 4 || KNOWN.contains(text)
}

/// The text in small letters, without blanks and signs.
fn plain(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The same with digits and signs that stand for letters read as those.
fn letters_for_digits(text: &str) -> String {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    plain(&text.chars().map(letter).collect::<String>())
}

fn without<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> String {
    words.fold(text.to_owned(), |rest, word| rest.replace(word, "\u{0}")).replace('\u{0}', "")
}

/// Whether too little is left to guess at: few letters, few different ones, or one short piece over and over, or a run of neighbours.
fn is_monotonous(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    if letters.len() < LEFT || different.len() < 5 {
        return true;
    }
    let repeats = |piece: usize| letters.iter().zip(letters.iter().skip(piece)).all(|(one, other)| one == other);
    let steps = letters.windows(2).filter(|pair| matches!(i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])), -1..=1 | 9 | -9));
    (1..=4).any(repeats) || steps.count() * 4 > letters.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(typed: &str) -> Option<PasswordError> {
        Password::parse(typed, &["Portland Bakers Strike Fund", "bakers", "rosa.lopez@example.org", "fund.bakers.example"]).err()
    }

    #[test]
    fn length_is_counted_in_letters_of_any_script() {
        assert_eq!(refused("kurz aber gut!"), Some(PasswordError::Short));
        assert_eq!(refused("пять синих зонт"), None);
        assert_eq!(refused("雨に負けず風に負けず雪にも夏の暑"), None);
        assert_eq!(refused(&"ab3 xk9 qm".repeat(13)), Some(PasswordError::Long));
        assert_eq!(refused("only small letters and blanks"), None);
    }

    #[test]
    fn what_many_use_and_what_the_fund_is_called_are_refused() {
        for common in [
            "passwordpassword",
            "P4ssw0rd!P4ssw0rd!",
            "123456789012345",
            "aaaaaaaaaaaaaaaaaa",
            "qwertyuiopasdfghjkl",
            "abcabcabcabcabcabc",
            "Password1234567890",
            "letmeinletmein!!!",
            "butterfly-butterfly",
            "Liverpool Chelsea 1999",
            "dr4gon dr4gon dr4gon",
            "chocolate.cheese.77",
        ] {
            assert_eq!(refused(common), Some(PasswordError::Common), "{common}");
        }
        for own in ["PortlandBakersStrikeFund", "rosalopezbakers2026", "Bakers-Portland-2023!"] {
            assert_eq!(refused(own), Some(PasswordError::Own), "{own}");
        }
        for good in ["a loaf for Rosa at seven in the rain", "tulip-anchor-velvet-9", "mq7v0xk2hw9pzt4r"] {
            assert_eq!(refused(good), None, "{good}");
        }
    }

    #[test]
    fn a_letter_is_the_same_letter_however_it_is_put_together() {
        let one = Password::parse("caf\u{e9} anchor tulip 9", &[]).unwrap();
        let other = Password::parse("cafe\u{301} anchor tulip 9", &[]).unwrap();
        assert_eq!(one.expose(), other.expose());
        // Wide letters are letters; a ligature counts as the letters it stands for.
        assert_eq!(refused("\u{ff50}\u{ff41}\u{ff53}\u{ff53}wordpassword"), Some(PasswordError::Common));
        assert_eq!(refused("\u{fb01}ve kurz zw\u{f6}lf"), None, "15 letters with the ligature taken apart");
    }

    #[test]
    fn the_list_is_sorted_and_short_enough_to_ship() {
        let words: Vec<&str> = include_str!("common.txt").lines().collect();
        assert!(words.is_sorted() && words.len() > 2_000 && include_str!("common.txt").len() < 200_000);
        assert!(words.iter().all(|word| (4..=LONGEST_WORD).contains(&word.len()) && !word.chars().any(char::is_uppercase)));
    }

    #[test]
    fn a_password_is_never_shown() {
        let password = Password::parse("tulip-anchor-velvet-9", &[]).unwrap();
        assert!(!format!("{password:?}").contains("tulip"));
    }
}
