//! A donor, as the donor's own words say: who, in which language, listed or not, what was noted and wished. Not here: where that is kept
//! (`vault`); the words are sealed wherever they lie.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Whether a donor is named in the public list of a fund.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// The usual way.
    #[default]
    NotNamed,
    /// By this name, once a person has looked at it.
    Show(String),
}

/// What a donor told us with a gift. All of it is private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Donor {
    /// Where the receipt goes.
    pub email: String,
    /// For the receipt.
    pub name: Option<String>,
    /// What the donor reads.
    pub language: Language,
    /// Whether the donor is named in public.
    pub listing: Listing,
    /// For the treasurers.
    pub note: Option<String>,
    /// Which of the charter's recipients the donor would like to get what is left; a wish.
    pub wish: Option<String>,
}

/// The same as it is written down before it is sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wish: Option<String>,
}

impl Listing {
    /// The name to show, where one is wanted.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::NotNamed => None,
            Self::Show(name) => Some(name),
        }
    }
}

impl Donor {
    /// Written down, to be sealed.
    pub(super) fn written(&self) -> Vec<u8> {
        let Self { email, name, language, listing, note, wish } = self.clone();
        let public_name = listing.name().map(str::to_owned);
        let written = Written { email, name, language: language.to_string(), public_name, note, wish };
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Read from what [`Donor::written`] wrote.
    pub(super) fn read(written: &[u8]) -> Option<Self> {
        let Written { email, name, language, public_name, note, wish } = serde_json::from_slice(written).ok()?;
        let listing = public_name.map_or(Listing::NotNamed, Listing::Show);
        Some(Self { email, name, language: language.parse().ok()?, listing, note, wish })
    }

    /// Read from how it was written before donors had keys of their own: the address, and the name on the next line.
    pub(super) fn read_old(written: &[u8]) -> Option<Self> {
        let (email, name) = std::str::from_utf8(written).ok()?.split_once('\n')?;
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        // The form was in English then.
        Some(Self { email: email.to_owned(), name, language: Language::English, listing: Listing::NotNamed, note: None, wish: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_donor_reads_back_as_written_and_so_does_one_of_before() {
        let donor = Donor {
            email: "ana@example.org".to_owned(),
            name: Some("Ana\n\"".to_owned()),
            language: Language::Spanish,
            listing: Listing::Show("Ana's bakery".to_owned()),
            note: Some("Fuerza".to_owned()),
            wish: None,
        };
        assert_eq!(Donor::read(&donor.written()), Some(donor));
        let before = Donor::read_old(b"ana@example.org\nAna").unwrap();
        assert_eq!((&*before.email, before.name.as_deref(), before.listing), ("ana@example.org", Some("Ana"), Listing::NotNamed));
        assert_eq!(Donor::read_old(b"ana@example.org\n").unwrap().name, None);
        assert_eq!((Donor::read(b"ana@example.org\n"), Donor::read_old(b"")), (None, None));
    }
}
