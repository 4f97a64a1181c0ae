//! What proves that a gift is inside a batch's published total, and shows nobody another gift: the total added up in binary, out of sealed
//! coins. Pure; not here: where coins are kept (`commitments`), the proof as a file (`receipt`).
//!
//! # The construction
//!
//! Every gift of a batch is changed into *coins* worth 1, 2, 4, 8 … minor units, a coin of *height* `h` being worth 2^h: of each height below
//! [`largest`] at most one, of that height as many as are left. Then the coins are added up as binary digits are: two nodes of one height, in the
//! order of their hashes, become one *carry* of the height above; the last of an odd number stays as a *peak*. The peaks that remain have the
//! heights of the bits that are set in the total, and no others.
//!
//! Hashes are SHA-256; `‖` joins bytes; `TAG` is the ASCII text `strikefund coins 1`.
//!
//! | what | hash of |
//! |---|---|
//! | a coin | `0x00 ‖ TAG ‖ height (1 byte) ‖ index (1 byte) ‖ salt (32 bytes) ‖ number of the gift (ASCII)` |
//! | a carry | `0x01 ‖ TAG ‖ its height (1 byte) ‖ lower hash (32 bytes) ‖ higher hash (32 bytes)` |
//! | the commitment | `0x02 ‖ TAG ‖ total (8 bytes, the largest first) ‖ the peaks' hashes, the highest first` |
//!
//! `index` tells coins of one gift and one height apart, from 0. The salt is 32 random bytes, one for each gift.
//!
//! A proof is the peaks, the highest first, each written as: `0x00 ‖ hash`, a node that stays closed; `0x01`, a carry, followed by its two nodes; or
//! `0x02 ‖ index`, a coin of this very gift. What the coins of the gift are worth is its amount.
//!
//! # What it shows, and what not
//!
//! A node of height `h` holds coins worth exactly 2^h, for a carry has just two nodes of half its worth, and a coin none. So no coin is worth less
//! than nothing, two gifts never share one, and all gifts that can be proved are together at most the published total: nothing has to be
//! believed about the closed nodes. A Merkle sum tree would show the sums beside the path, the first of which is another donor's gift; Pedersen
//! commitments hide them, and let a publisher take a gift out again by a negative one unless each bears a range proof of kilobytes. Here sums are
//! never written: a closed node is a hash over a salt.
//!
//! The shape around one's own coins is the work of chance, for hashes decide which meet. It depends on the other gifts through the number of coins
//! of each height alone, and as no coin is worth more than a sixteenth of the total, one large gift does not stand out in it. Two donors who were
//! both told the same number of a gift could be shown the same coins: they find out when they compare numbers.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::log::tree::Hash;

/// What hides a gift's coins.
pub type Salt = [u8; 32];

const TAG: &[u8] = b"strikefund coins 1";
/// How many bits a total has; it is never below zero.
const BITS: u8 = 63;

/// The height of the largest coin in a batch that comes to `total`: it is worth a sixteenth of it at most, unless that is less than one.
pub fn largest(total: u64) -> u8 {
    u8::try_from((total / 16).max(1).ilog2()).unwrap_or(BITS)
}

/// A coin, or two nodes added up.
#[derive(Clone, Debug)]
pub struct Node {
    /// It is worth two to this power.
    pub height: u8,
    /// Its hash.
    pub hash: Hash,
    /// What is open of it.
    open: Open,
}

#[derive(Clone, Debug)]
enum Open {
    Closed,
    Carry(Box<(Node, Node)>),
    Coin(u8),
}

impl Node {
    /// A node of which nothing but its hash is known.
    pub const fn closed(height: u8, hash: Hash) -> Self {
        Self { height, hash, open: Open::Closed }
    }

    fn carry(one: Self, other: Self) -> Self {
        let height = one.height + 1;
        let hash = carry_hash(height, &one.hash, &other.hash);
        let is_closed = |node: &Self| matches!(node.open, Open::Closed);
        // Only what leads to an open coin is worth being kept.
        let open = if is_closed(&one) && is_closed(&other) { Open::Closed } else { Open::Carry(Box::new((one, other))) };
        Self { height, hash, open }
    }

    fn write(&self, proof: &mut Vec<u8>) {
        match &self.open {
            Open::Closed => {
                proof.push(0);
                proof.extend(self.hash);
            }
            Open::Carry(nodes) => {
                proof.push(1);
                nodes.0.write(proof);
                nodes.1.write(proof);
            }
            Open::Coin(index) => proof.extend([2, *index]),
        }
    }
}

fn coin_hash(height: u8, index: u8, salt: &Salt, number: &str) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(TAG)
        .chain_update([height, index])
        .chain_update(salt)
        .chain_update(number)
        .finalize()
        .into()
}

fn carry_hash(height: u8, one: &Hash, other: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(TAG).chain_update([height]).chain_update(one).chain_update(other).finalize().into()
}

/// The coins of a gift, open; None where they are more than can be told apart, which no gift of a batch is worth.
pub fn change(amount: u64, largest: u8, salt: &Salt, number: &str) -> Option<Vec<Node>> {
    let coin = |height, index| Node { height, hash: coin_hash(height, index, salt, number), open: Open::Coin(index) };
    let many = u8::try_from(amount >> largest).ok()?;
    let mut coins: Vec<Node> = (0..many).map(|index| coin(largest, index)).collect();
    coins.extend((0..largest).filter(|height| amount >> height & 1 == 1).map(|height| coin(height, 0)));
    Some(coins)
}

/// Adds nodes up: what remains, the highest first.
pub fn add_up(nodes: Vec<Node>) -> Vec<Node> {
    let mut heights: BTreeMap<u8, Vec<Node>> = BTreeMap::new();
    for node in nodes {
        heights.entry(node.height).or_default().push(node);
    }
    let mut peaks = Vec::new();
    while let Some((height, mut row)) = heights.pop_first() {
        row.sort_unstable_by_key(|node| node.hash);
        let mut row = row.into_iter();
        while let Some(one) = row.next() {
            match row.next() {
                Some(other) => heights.entry(height + 1).or_default().push(Node::carry(one, other)),
                None => peaks.push(one),
            }
        }
    }
    peaks.reverse();
    peaks
}

/// What nodes are worth; None beyond what the books can hold.
pub fn worth(nodes: &[Node]) -> Option<u64> {
    nodes.iter().try_fold(0_u64, |sum, node| sum.checked_add(1_u64.checked_shl(u32::from(node.height))?)).filter(|sum| *sum >> BITS == 0)
}

/// The commitment to a total, by its peaks.
pub fn commitment(total: u64, peaks: &[Node]) -> Hash {
    root(total, peaks.iter().map(|peak| &peak.hash))
}

fn root<'a>(total: u64, peaks: impl Iterator<Item = &'a Hash>) -> Hash {
    let start = Sha256::new().chain_update([2]).chain_update(TAG).chain_update(total.to_be_bytes());
    peaks.fold(start, sha2::Digest::chain_update).finalize().into()
}

/// The proof for the coins that are open in these peaks.
pub fn proof(peaks: &[Node]) -> Vec<u8> {
    let mut proof = Vec::new();
    for peak in peaks {
        peak.write(&mut proof);
    }
    proof
}

/// What the gift with that number and salt is worth inside the total, by its proof; None where the proof does not fit.
pub fn prove(total: u64, committed: &Hash, mut proof: &[u8], salt: &Salt, number: &str) -> Option<u64> {
    let mut reading = Reading { proof: &mut proof, salt, number, amount: 0 };
    let heights = (0..BITS).rev().filter(|height| total >> height & 1 == 1);
    let peaks: Vec<Hash> = heights.map(|height| reading.node(height)).collect::<Option<_>>()?;
    let amount = reading.amount;
    (proof.is_empty() && root(total, peaks.iter()) == *committed).then_some(amount)
}

struct Reading<'a, 'b> {
    proof: &'a mut &'b [u8],
    salt: &'a Salt,
    number: &'a str,
    amount: u64,
}

impl Reading<'_, '_> {
    fn node(&mut self, height: u8) -> Option<Hash> {
        let (kind, rest) = self.proof.split_first()?;
        *self.proof = rest;
        match kind {
            0 => {
                let (hash, rest) = self.proof.split_first_chunk()?;
                *self.proof = rest;
                Some(*hash)
            }
            1 => {
                let below = height.checked_sub(1)?;
                let (one, other) = (self.node(below)?, self.node(below)?);
                Some(carry_hash(height, &one, &other))
            }
            2 => {
                let (index, rest) = self.proof.split_first()?;
                *self.proof = rest;
                self.amount = self.amount.checked_add(1 << height)?;
                Some(coin_hash(height, *index, self.salt, self.number))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gift(n: usize) -> (Salt, String) {
        (Sha256::digest(n.to_be_bytes()).into(), format!("GIFT{n}"))
    }

    /// Every gift's coins, those of one of them open.
    fn peaks(amounts: &[u64], open: usize) -> Vec<Node> {
        let largest = largest(amounts.iter().sum());
        let mut nodes = Vec::new();
        for (n, amount) in amounts.iter().enumerate() {
            let (salt, number) = gift(n);
            let coins = change(*amount, largest, &salt, &number).unwrap();
            nodes.extend(coins.into_iter().map(|coin| if n == open { coin } else { Node::closed(coin.height, coin.hash) }));
        }
        add_up(nodes)
    }

    #[test]
    fn the_hashes_are_those_of_the_documentation() {
        let hex = |hash: Hash| data_encoding::HEXLOWER.encode(&hash);
        let by_hand = |bytes: &[&[u8]]| -> Hash { Sha256::digest(bytes.concat()).into() };
        let salt = [7; 32];
        let coin = |height: u8, index: u8| by_hand(&[b"\0strikefund coins 1", &[height, index], &salt, b"3F7KQ2"]);
        // Five cents: the largest coin is worth one, so there are five of them.
        let coins = change(5, largest(5), &salt, "3F7KQ2").unwrap();
        assert_eq!(coins.iter().map(|coin| hex(coin.hash)).collect::<Vec<_>>(), (0..5).map(|n| hex(coin(0, n))).collect::<Vec<_>>());
        let mut ones: Vec<Hash> = (0..5).map(|n| coin(0, n)).collect();
        ones.sort_unstable();
        let carry = |height: u8, one: &Hash, other: &Hash| by_hand(&[b"\x01strikefund coins 1", &[height], one, other]);
        let mut twos = [carry(1, &ones[0], &ones[1]), carry(1, &ones[2], &ones[3])];
        twos.sort_unstable();
        let four = carry(2, &twos[0], &twos[1]);
        let whole = by_hand(&[b"\x02strikefund coins 1", &5_u64.to_be_bytes(), &four, &ones[4]]);
        assert_eq!(hex(commitment(5, &add_up(coins))), hex(whole));
    }

    #[test]
    fn every_flipped_cut_or_added_byte_of_a_proof_is_refused() {
        let amounts = [2_500, 1_000, 733, 9_999, 12_345];
        let (total, open) = (amounts.iter().sum(), peaks(&amounts, 2));
        let (root, whole, (salt, number)) = (commitment(total, &open), proof(&open), gift(2));
        assert_eq!(prove(total, &root, &whole, &salt, &number), Some(733));
        for place in 0..whole.len() {
            let mut bent = whole.clone();
            for bit in 0..8 {
                bent[place] ^= 1 << bit;
                assert_eq!(prove(total, &root, &bent, &salt, &number), None, "byte {place}");
                bent[place] ^= 1 << bit;
            }
            assert_eq!(prove(total, &root, &whole[..place], &salt, &number), None, "{place} bytes");
        }
        assert_eq!(prove(total, &root, &[&whole[..], &[0]].concat(), &salt, &number), None);
        assert_eq!(prove(total + 1, &root, &whole, &salt, &number), None);
        assert_eq!(prove(total, &root, &whole, &[1; 32], &number), None);
        assert_eq!(prove(total, &root, &whole, &salt, "GIFT3"), None);
    }

    #[test]
    fn no_coin_is_worth_more_than_a_sixteenth_and_none_is_told_twice() {
        for amounts in [vec![1], vec![100, 1], vec![8_000_000, 500, 500, 500, 500], vec![i64::MAX as u64 - 10, 10]] {
            let total: u64 = amounts.iter().sum();
            let largest = largest(total);
            assert!(largest == 0 || 16_u64 << largest <= total, "{amounts:?}");
            let coins = change(amounts[0], largest, &[1; 32], "A").unwrap();
            assert_eq!(worth(&coins), Some(amounts[0]), "{amounts:?}");
            let mut hashes: Vec<Hash> = coins.iter().map(|coin| coin.hash).collect();
            hashes.sort_unstable();
            hashes.dedup();
            assert_eq!(hashes.len(), coins.len());
        }
    }

    proptest! {
        /// What each donor can prove is their own gift, and all of them together the total (invariant 33).
        #[test]
        fn every_gift_is_proved_and_they_are_the_total(amounts in proptest::collection::vec(1_u64..200_000, 1..40)) {
            let total: u64 = amounts.iter().sum();
            let mut proved = 0;
            for (n, amount) in amounts.iter().enumerate() {
                let peaks = peaks(&amounts, n);
                prop_assert_eq!(worth(&peaks), Some(total));
                let (salt, number) = gift(n);
                let root = commitment(total, &peaks);
                prop_assert_eq!(prove(total, &root, &proof(&peaks), &salt, &number), Some(*amount));
                proved += amount;
            }
            prop_assert_eq!(proved, total);
        }

        /// However the coins lie in heaps that are added up before, the worth is the same, and a proof passes.
        #[test]
        fn heaps_are_added_up_as_coins_are(amounts in proptest::collection::vec(1_u64..200_000, 2..30), cut in 1_usize..29) {
            let (total, cut) = (amounts.iter().sum::<u64>(), cut.min(amounts.len() - 1));
            let largest = largest(total);
            let coins = |n: usize| { let (salt, number) = gift(n); change(amounts[n], largest, &salt, &number).unwrap() };
            let closed = |node: Node| Node::closed(node.height, node.hash);
            let mine = add_up((0..cut).flat_map(|n| coins(n).into_iter().map(move |coin| if n == 0 { coin } else { closed(coin) })).collect());
            let others = add_up((cut..amounts.len()).flat_map(coins).map(closed).collect());
            let whole = add_up(mine.into_iter().chain(others).collect());
            let (salt, number) = gift(0);
            prop_assert_eq!(prove(total, &commitment(total, &whole), &proof(&whole), &salt, &number), Some(amounts[0]));
        }
    }
}
