//! How a log lies in files (C2SP tlog-tiles): tiles of 256 hashes, bundles of 256 records, and the address of each. Pure.

use super::tree::Hash;

/// How many hashes a whole tile has, and how many records a whole bundle.
pub const WIDTH: u64 = 256;

/// A tile or a bundle: its number at its level, and how many it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Its number, from 0.
    pub n: u64,
    /// How many hashes or records it holds: [`WIDTH`], or fewer at the log's right edge.
    pub width: u64,
}

impl Tile {
    /// The tiles that hold what lies between two sizes of a level, the last of them maybe in part.
    pub fn between(old: u64, size: u64) -> impl Iterator<Item = Self> {
        let first = old / WIDTH;
        let end = if size > old { size.div_ceil(WIDTH) } else { first };
        (first..end).map(move |n| Self { n, width: (size - n * WIDTH).min(WIDTH) })
    }

    /// The place of the first hash or record in its level.
    pub const fn start(self) -> u64 {
        self.n * WIDTH
    }

    /// The address of a tile of hashes, under the log's own.
    pub fn of_hashes(self, level: u32) -> String {
        format!("tile/{level}/{}", self.suffix())
    }

    /// The address of a bundle of records, under the log's own.
    pub fn of_records(self) -> String {
        format!("tile/entries/{}", self.suffix())
    }

    fn suffix(self) -> String {
        let mut groups = vec![format!("{:03}", self.n % 1000)];
        let mut rest = self.n / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        let part = if self.width == WIDTH { String::new() } else { format!(".p/{}", self.width) };
        format!("{}{part}", groups.join("/"))
    }
}

/// The bytes of a tile of hashes.
pub fn of_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The bytes of a bundle: each record behind its length in two bytes, the larger first.
///
/// # Panics
/// On a record of 64 KiB: none is written so long. What people write at length into one record is a charter, which `funds::charter` bounds, and a
/// publication that would seal a longer record is refused before (`heads::seal`).
pub fn bundle<'a>(records: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        let length = u16::try_from(record.len()).expect("a record is far shorter than 64 KiB");
        bytes.extend(length.to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

/// The records of a bundle; None where the bytes are none.
pub fn unbundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk()?;
        let (record, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        records.push(record);
        bytes = rest;
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_specification() {
        let whole = |n| Tile { n, width: WIDTH };
        assert_eq!(whole(0).of_hashes(0), "tile/0/000");
        assert_eq!(whole(67).of_hashes(1), "tile/1/067");
        assert_eq!(whole(1_234_067).of_hashes(0), "tile/0/x001/x234/067");
        assert_eq!(Tile { n: 273, width: 112 }.of_hashes(0), "tile/0/273.p/112");
        assert_eq!(Tile { n: 1_273, width: 112 }.of_records(), "tile/entries/x001/273.p/112");
    }

    #[test]
    fn what_is_new_lies_in_the_last_tiles() {
        let between = |old, size| Tile::between(old, size).map(|tile| (tile.n, tile.width)).collect::<Vec<_>>();
        assert_eq!(between(0, 0), []);
        assert_eq!(between(0, 1), [(0, 1)]);
        assert_eq!(between(1, 256), [(0, 256)]);
        assert_eq!(between(256, 257), [(1, 1)]);
        assert_eq!(between(255, 700), [(0, 256), (1, 256), (2, 188)]);
        assert_eq!(between(512, 512), []);
    }

    #[test]
    fn a_bundle_opens_to_its_records_and_half_a_record_to_nothing() {
        let records: [&[u8]; 3] = [b"one", b"", b"three"];
        let bytes = bundle(records);
        assert_eq!(unbundle(&bytes).unwrap(), records);
        for cut in [1, 4, 6, bytes.len() - 1] {
            assert!(unbundle(&bytes[..cut]).is_none(), "{cut}");
        }
        assert_eq!(unbundle(&[]).unwrap(), Vec::<&[u8]>::new());
    }
}
