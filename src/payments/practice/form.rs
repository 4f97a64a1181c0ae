//! Form bodies and queries with nested brackets, as every Stripe client writes them: `line_items[0][price_data][currency]=usd`.

use super::metadata::Metadata;
use super::reply::ApiError;

/// One level of a parsed form: a value, or named children in the order they came.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Form {
    value: Option<String>,
    children: Vec<(String, Form)>,
}

impl Form {
    /// Reads `query` and then `body`; brackets may be plain or percent-encoded.
    pub fn parse(query: &str, body: &[u8]) -> Self {
        let mut form = Self::default();
        for pair in query.as_bytes().split(|b| *b == b'&').chain(body.split(|b| *b == b'&')).filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=');
            let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            form.insert(&decode(name), decode(value));
        }
        form
    }

    fn insert(&mut self, name: &str, value: String) {
        let mut at = self;
        for part in name.split('[') {
            let part = part.strip_suffix(']').unwrap_or(part);
            // `expand[]=a&expand[]=b` counts up by itself, and so equals `expand[0]=a&expand[1]=b`.
            let part = if part.is_empty() { at.children.len().to_string() } else { part.to_owned() };
            let found = at.children.iter().position(|(known, _)| *known == part).unwrap_or_else(|| {
                at.children.push((part, Self::default()));
                at.children.len() - 1
            });
            at = &mut at.children[found].1;
        }
        at.value = Some(value);
    }

    /// The named child, also when it is empty.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|(known, _)| known == name).map(|(_, child)| child)
    }

    /// The child at a path such as `["price_data", "recurring"]`.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |form, name| form.child(name))
    }

    /// A child's text; an empty one counts as not sent, as Stripe's “unset”.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.child(name)?.value.as_deref().filter(|text| !text.is_empty())
    }

    /// A child's text, owned.
    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A child's text, or Stripe's complaint that it is missing.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    /// A child's whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.text(name).map(|text| text.parse().map_err(|_| ApiError::invalid(name, format!("Invalid integer: {text}")))).transpose()
    }

    /// A child's yes or no; absent is no.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The children of a list, in the order they came.
    pub fn items(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.child(name).into_iter().flat_map(|list| list.children.iter().map(|(_, item)| item))
    }

    /// The texts of a list such as `expand`.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.items(name).filter_map(|item| item.value.as_deref())
    }

    /// The metadata sent, within Stripe's limits; an empty value removes its key from `before`.
    pub fn metadata(&self, before: &Metadata) -> Result<Metadata, ApiError> {
        let Some(sent) = self.child("metadata") else { return Ok(before.clone()) };
        let pairs = sent.children.iter().map(|(key, child)| (key.as_str(), child.value.as_deref().unwrap_or_default()));
        before.merged(pairs)
    }

    /// Every name and value, sorted: two requests with the same parameters are equal here, whatever their order and spelling.
    pub fn canonical(&self) -> String {
        let mut lines = Vec::new();
        self.collect("", &mut lines);
        lines.sort();
        lines.join("\n")
    }

    fn collect(&self, path: &str, lines: &mut Vec<String>) {
        lines.extend(self.value.as_ref().map(|value| format!("{path}={value}")));
        for (name, child) in &self.children {
            child.collect(&format!("{path}[{name}]"), lines);
        }
    }
}

fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let (byte, left) = match (first, tail) {
            (b'+', _) => (b' ', tail),
            (b'%', [high, low, left @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, left),
                _ => (b'%', tail),
            },
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = left;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clients_spelling_reads_the_same() {
        let plain = Form::parse("", b"expand[0]=a&expand[1]=b&line_items[0][price_data][currency]=usd&name=A+b%C3%A9");
        let encoded =
            Form::parse("expand%5B%5D=a&expand%5B%5D=b", b"name=A%20b\xC3\xA9&line_items%5B0%5D%5Bprice_data%5D%5Bcurrency%5D=usd");
        assert_eq!(plain.canonical(), encoded.canonical());
        assert_eq!(plain.texts("expand").collect::<Vec<_>>(), ["a", "b"]);
        let item = plain.items("line_items").next().unwrap();
        assert_eq!(item.at(&["price_data"]).unwrap().text("currency"), Some("usd"));
        assert_eq!(plain.text("name"), Some("A bé"));
    }

    #[test]
    fn broken_escapes_and_numbers_do_not_panic() {
        let form = Form::parse("limit=%&x=%G1&=&[]=&a[=1&]=2", b"\xFF=\xFE");
        assert_eq!(form.text("limit"), Some("%"));
        assert!(form.integer("limit").is_err());
    }
}
