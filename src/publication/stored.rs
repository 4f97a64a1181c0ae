//! The noun: one public file, its bytes, and the same bytes compressed. Not here: where files are kept (`store`).

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::ids::sha256_hex;

crate::record! {
    /// One public file, as it is served for ever.
    pub struct File {
        /// Its place under the fund's address, such as `figures.csv`.
        pub path: String,
        /// What it is.
        pub content_type: String,
        /// SHA-256 of its bytes, in hex; also its entity tag.
        pub sha256: String,
        /// Its bytes.
        pub body: Vec<u8>,
        /// The same, compressed as gzip; None: that does not make it smaller, or it was not tried.
        pub gzip: Option<Vec<u8>>,
    }
}

impl File {
    /// A file of these bytes.
    pub(super) fn new(path: String, content_type: &str, body: Vec<u8>) -> Self {
        Self { path, content_type: content_type.to_owned(), sha256: sha256_hex(&body), body, gzip: None }
    }

    /// The same file with its bytes compressed too.
    #[must_use]
    pub fn packed(self) -> Self {
        Self { gzip: pack(&self.body), ..self }
    }
}

/// Bytes compressed as gzip (RFC 1952), without a time or a name, so that the same bytes give the same; None where that does not make them smaller.
pub fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
    encoder.write_all(body).and_then(|()| encoder.finish()).ok().filter(|packed| packed.len() < body.len())
}

/// Whether `packed` holds exactly `body`.
pub(super) fn holds(packed: &[u8], body: &[u8]) -> bool {
    // One byte more than it may hold is enough to know: nothing can swell without end.
    let most = u64::try_from(body.len()).unwrap_or(u64::MAX).saturating_add(1);
    let mut unpacked = Vec::with_capacity(body.len());
    GzDecoder::new(packed).take(most).read_to_end(&mut unpacked).is_ok() && unpacked == body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_holds_the_bytes_and_nothing_else() {
        let body = b"water, water, water, water, water, water, water, water".repeat(20);
        let packed = pack(&body).unwrap();
        assert!(packed.len() < body.len() && holds(&packed, &body));
        assert_eq!(pack(&body), Some(packed.clone()), "the same bytes give the same");
        assert!(!holds(&packed, &body[1..]) && !holds(&packed, &[&*body, b"x"].concat()) && !holds(&packed[1..], &body));
        assert_eq!(pack(b"x"), None, "it would not be smaller");
    }
}
