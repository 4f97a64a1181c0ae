//! Reading what Stripe says, one field at a time and only the fields we use, each misfit with its path. Not here: what the fields mean.
//!
//! Stripe adds fields and changes shapes from version to version (stripe.md §4.4). A struct that mirrors an object refuses all of it for one
//! field nobody needs, so the fields of an object stay raw slices until one is asked for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The longest id, status or other single word that is read; Stripe's own are far shorter.
const LONGEST_WORD: usize = 255;

/// Where a piece of JSON is not what we need: `data.object.amount`, or empty for the piece as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot be read", if .path.is_empty() { "the whole" } else { .path.as_str() })]
pub struct Misfit {
    /// Field names from the outside in, with points between.
    pub path: String,
}

/// An object whose fields are still raw text.
#[derive(Debug)]
pub struct Object<'a> {
    path: String,
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Splits an object into its fields; fails on anything that is not one whole JSON object.
    pub fn read(json: &'a [u8]) -> Result<Self, Misfit> {
        serde_json::from_slice(json).map(|Fields(fields)| Self { path: String::new(), fields }).map_err(|_| Misfit { path: String::new() })
    }

    /// The same for an element of a list, which is known to be JSON.
    pub fn read_raw(json: &'a RawValue) -> Result<Self, Misfit> {
        Self::read(json.get().as_bytes())
    }

    /// The misfit of the field `name`.
    pub fn misfit(&self, name: &str) -> Misfit {
        Misfit { path: if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) } }
    }

    /// Whether the field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// A whole number; one with a decimal point or beyond 64 bits is a misfit.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Misfit> {
        self.typed(name)
    }

    /// A whole number that must be there.
    pub fn need_int(&self, name: &str) -> Result<i64, Misfit> {
        self.int(name)?.ok_or_else(|| self.misfit(name))
    }

    /// True or false; anything else is a misfit.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, Misfit> {
        self.typed(name)
    }

    /// An id, a status, a currency: visible ASCII, at most 255 letters. Anything else counts as absent, for it can be no id of Stripe's.
    pub fn word(&self, name: &str) -> Option<String> {
        word(self.raw(name)?)
    }

    /// A word that must be there.
    pub fn need_word(&self, name: &str) -> Result<String, Misfit> {
        self.word(name).ok_or_else(|| self.misfit(name))
    }

    /// Any text, such as an address.
    pub fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }

    /// The id in a field that holds either an id or the object itself.
    pub fn id_in(&self, name: &str) -> Option<String> {
        self.word(name).or_else(|| self.object(name)?.word("id"))
    }

    /// The object in a field; None where there is none or something else stands there.
    pub fn object(&self, name: &str) -> Option<Object<'a>> {
        let mut inner = Self::read_raw(self.raw(name)?).ok()?;
        inner.path = self.misfit(name).path;
        Some(inner)
    }

    /// The elements of a list, each still raw; a field that is no list is a misfit.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&'a RawValue>>, Misfit> {
        self.typed(name)
    }

    /// The object in the first place of the list in a field.
    pub fn first_of(&self, name: &str) -> Option<Object<'a>> {
        let list = self.list(name).ok()??;
        Self::read_raw(list.first()?).ok()
    }

    /// Our own opaque references: `metadata.fund` and `metadata.donation`.
    pub fn references(&self) -> References {
        let metadata = self.object("metadata");
        let of = |name| metadata.as_ref().and_then(|metadata| metadata.word(name));
        References { fund: of("fund"), donation: of("donation") }
    }

    fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let (_, raw) = self.fields.iter().find(|(key, _)| key == name)?;
        (raw.get() != "null").then_some(*raw)
    }

    fn typed<T: Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, Misfit> {
        let read = |raw: &'a RawValue| serde_json::from_str(raw.get()).map_err(|_| self.misfit(name));
        self.raw(name).map(read).transpose()
    }
}

/// Our own opaque references as they stand in `metadata`; a value that is no word counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// `metadata.fund`.
    pub fund: Option<String>,
    /// `metadata.donation`.
    pub donation: Option<String>,
}

impl References {
    /// Whether neither is given.
    pub fn are_absent(&self) -> bool {
        self.fund.is_none() && self.donation.is_none()
    }
}

fn word(raw: &RawValue) -> Option<String> {
    let text: String = serde_json::from_str(raw.get()).ok()?;
    is_word(&text).then_some(text)
}

/// Visible ASCII of a length an id can have: what may stand in the database, in an address and in a log.
pub fn is_word(text: &str) -> bool {
    (1..=LONGEST_WORD).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor).map(Fields)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = Vec::with_capacity(32);
        while let Some(Key(key)) = map.next_key()? {
            fields.push((key, map.next_value()?));
        }
        Ok(fields)
    }
}

/// A field's name: borrowed, unless it is written with escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor).map(Key)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misfit_tells_its_path() {
        let object = Object::read(br#"{"data":{"object":{"amount":25.0,"id":"pi_1","note":"two words","big":1e400}}}"#).unwrap();
        let inner = object.object("data").unwrap().object("object").unwrap();
        assert_eq!(inner.need_int("amount").unwrap_err().path, "data.object.amount");
        assert_eq!(inner.need_int("gone").unwrap_err().to_string(), "data.object.gone cannot be read");
        assert!(inner.int("big").is_err());
        assert_eq!((inner.word("id").as_deref(), inner.word("note"), inner.word("amount")), (Some("pi_1"), None, None));
    }

    #[test]
    fn what_is_no_object_is_refused_and_what_is_odd_is_absent() {
        for wrong in ["", "null", "[]", "{", "{}x", "\"text\"", "{\"a\":}", "\u{feff}{}"] {
            assert!(Object::read(wrong.as_bytes()).is_err(), "{wrong:?}");
        }
        let object = Object::read(br#"{"metadata":{"fund":7,"donation":"don_1"},"a":null,"\u0062":"c","charge":{"id":"ch_1"}}"#).unwrap();
        assert_eq!(object.references(), References { fund: None, donation: Some("don_1".into()) });
        assert!(!object.has("a"));
        assert_eq!(object.word("b").as_deref(), Some("c"));
        assert_eq!(object.id_in("charge").as_deref(), Some("ch_1"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, text in "\\PC{0,80}") {
            for json in [&bytes[..], text.as_bytes(), format!("{{\"a\":{text}}}").as_bytes()] {
                if let Ok(object) = Object::read(json) {
                    let _ = (object.int("a"), object.bool("a"), object.word("a"), object.list("a"), object.references(), object.first_of("a"));
                }
            }
        }
    }
}
