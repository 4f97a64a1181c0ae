//! The tree of a log (RFC 6962 §2.1): hashes, heads, proofs and their checks. Pure; not here: where hashes are kept, who signs a head.

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of a leaf, of a node or of a whole log.
pub type Hash = [u8; 32];

/// The hash of a record as a leaf.
pub fn leaf_hash(record: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(record).finalize().into()
}

/// The hash of a node over two others.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A hash as people compare it: hexadecimal digits, four by four.
pub fn in_fours(hash: &Hash) -> String {
    let digits = data_encoding::HEXLOWER.encode(hash);
    let groups: Vec<&str> = (0..digits.len()).step_by(4).map(|start| &digits[start..start + 4]).collect();
    groups.join(" ")
}

/// The right edge of a growing log: enough to append to it and to know its root, however long it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// The whole subtrees that the log is made of, the largest first: one for each bit that is set in its size.
    peaks: Vec<Hash>,
}

impl Edge {
    /// The edge of a log of that many leaves, as [`Edge::peaks`] gave it; None where the two do not fit.
    pub fn new(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (usize::try_from(size.count_ones()) == Ok(peaks.len())).then_some(Self { size, peaks })
    }

    /// How many leaves there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its whole subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf.
    ///
    /// # Panics
    /// Never: an edge has a peak for each bit that is set in its size.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a log has a peak for each bit of its size");
            hash = node_hash(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root over all leaves; of an empty log, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// A run of leaves `[start, end)` whose hash a proof needs: one or several whole subtrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its first leaf.
    pub start: u64,
    /// The leaf behind its last.
    pub end: u64,
}

/// The runs whose hashes prove that the leaf at `index` is in the log of `size` leaves, the nearest first (RFC 6962 §2.1.1).
pub fn inclusion_runs(index: u64, size: u64) -> Vec<Run> {
    let (mut start, mut end) = (0, size);
    let mut runs = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            runs.push(Run { start: middle, end });
            end = middle;
        } else {
            runs.push(Run { start, end: middle });
            start = middle;
        }
    }
    runs.reverse();
    runs
}

/// The runs whose hashes prove that the log of `size` leaves begins with that of `old` leaves (RFC 6962 §2.1.2); `old` is neither 0 nor above.
pub fn consistency_runs(old: u64, size: u64) -> Vec<Run> {
    let (mut start, mut end, mut is_whole) = (0, size, true);
    let mut runs = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            runs.push(Run { start: middle, end });
            end = middle;
        } else {
            runs.push(Run { start, end: middle });
            start = middle;
            is_whole = false;
        }
    }
    if !is_whole {
        runs.push(Run { start, end });
    }
    runs.reverse();
    runs
}

/// The largest power of two below `size`, which is 2 at least.
const fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// Whether `proof` shows that `leaf` stands at `index` in the log of `size` leaves with that root (RFC 9162 §2.1.3.2).
pub fn is_included(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for other in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(other, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, other);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the log of `size` leaves with `root` begins with that of `old` leaves with `old_root` (RFC 9162 §2.1.4.2).
pub fn is_consistent((old, old_root): (u64, &Hash), (size, root): (u64, &Hash), proof: &[Hash]) -> bool {
    if old == 0 || old > size {
        return false;
    }
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(first) = first else { return false };
    let (mut place, mut last) = (old - 1, size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for other in hashes {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = node_hash(other, &before);
            after = node_hash(other, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, other);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *root
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// The leaves that Certificate Transparency's own test vectors are made of.
    const LEAVES: [&str; 8] = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    /// Their roots, of one leaf to eight.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    fn edge(leaves: &[Hash]) -> Edge {
        let mut edge = Edge::default();
        for leaf in leaves {
            edge.push(*leaf);
        }
        edge
    }

    fn root(leaves: &[Hash]) -> Hash {
        edge(leaves).root()
    }

    fn hashes(leaves: &[Hash], runs: &[Run]) -> Vec<Hash> {
        let at = |place: u64| usize::try_from(place).unwrap();
        runs.iter().map(|run| root(&leaves[at(run.start)..at(run.end)])).collect()
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let mut edge = Edge::default();
        assert_eq!(HEXLOWER.encode(&edge.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (leaf, root) in LEAVES.iter().zip(ROOTS) {
            edge.push(leaf_hash(&hex(leaf)));
            assert_eq!(HEXLOWER.encode(&edge.root()), root);
        }
        assert_eq!(Edge::new(edge.size(), edge.peaks().to_vec()), Some(edge.clone()));
        assert_eq!(Edge::new(7, edge.peaks().to_vec()), None);
    }

    #[test]
    fn proofs_are_those_of_certificate_transparency() {
        let leaves: Vec<Hash> = LEAVES.iter().map(|leaf| leaf_hash(&hex(leaf))).collect();
        let proof: Vec<String> = hashes(&leaves[..8], &inclusion_runs(5, 8)).iter().map(|hash| HEXLOWER.encode(hash)).collect();
        assert_eq!(
            proof,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
        let proof: Vec<String> = hashes(&leaves[..8], &consistency_runs(6, 8)).iter().map(|hash| HEXLOWER.encode(hash)).collect();
        assert_eq!(
            proof,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
    }

    #[test]
    fn every_leaf_is_included_and_nothing_else_is() {
        let leaves = leaves(40);
        for size in 1..=40_u64 {
            let all = &leaves[..usize::try_from(size).unwrap()];
            let root = root(all);
            for (index, leaf) in (0..).zip(all) {
                let proof = hashes(all, &inclusion_runs(index, size));
                assert!(is_included(*leaf, index, size, &proof, &root), "{index} of {size}");
                assert!(!is_included(leaf_hash(b"other"), index, size, &proof, &root));
                assert!(!is_included(*leaf, index, size, &[&proof[..], &[root]].concat(), &root));
                assert!(!is_included(*leaf, size, size, &proof, &root));
                for place in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[place][0] ^= 1;
                    assert!(!is_included(*leaf, index, size, &bent, &root));
                    bent.truncate(place);
                    assert!(!is_included(*leaf, index, size, &bent, &root));
                }
            }
        }
    }

    #[test]
    fn every_log_continues_its_own_past_and_no_other() {
        let leaves = leaves(40);
        let other = root(&[leaf_hash(b"other")]);
        for size in 1..=40_usize {
            for old in 1..=size {
                let (before, after) = (root(&leaves[..old]), root(&leaves[..size]));
                let (m, n) = (u64::try_from(old).unwrap(), u64::try_from(size).unwrap());
                let proof = hashes(&leaves[..size], &consistency_runs(m, n));
                assert!(is_consistent((m, &before), (n, &after), &proof), "{old} of {size}");
                assert!(!is_consistent((m, &other), (n, &after), &proof));
                assert!(!is_consistent((m, &before), (n, &other), &proof));
                assert!(!is_consistent((m, &before), (n, &after), &[&proof[..], &[other]].concat()));
                for place in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[place][31] ^= 1;
                    assert!(!is_consistent((m, &before), (n, &after), &bent));
                }
            }
        }
        assert!(!is_consistent((0, &other), (1, &other), &[]));
    }
}
