//! What a password must be: long, not one that many people use, not built from the fund's own words. Not here: its hash (`hasher`).

use secrecy::{ExposeSecret as _, SecretString};

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
    /// Any letter of any script counts, blanks too, and no kind of letter is asked for.
    ///
    /// # Errors
    /// [`PasswordError`]
    pub fn parse(typed: &str, own: &[&str]) -> Result<Self, PasswordError> {
        let letters = typed.chars().count();
        if letters < SHORTEST {
            return Err(PasswordError::Short);
        }
        if letters > LONGEST {
            return Err(PasswordError::Long);
        }
        // Read twice: digits as they are, and digits as the letters they stand for.
        let rests = [plain(typed), letters_for_digits(typed)].map(|text| without(&text, COMMON.iter().copied()));
        if rests.iter().any(|rest| is_monotonous(rest)) {
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
    fn a_password_is_never_shown() {
        let password = Password::parse("tulip-anchor-velvet-9", &[]).unwrap();
        assert!(!format!("{password:?}").contains("tulip"));
    }
}
