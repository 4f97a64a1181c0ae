//! A donor's proof as a text: that one gift is inside a published total, to be checked by anybody, anywhere, with the fund's key alone. Pure; not
//! here: how it is made (`proof`).
//!
//! The lines between `BEGIN` and `END`, in this order; `path` is the RFC 6962 inclusion proof of the record before it, the nearest hash first:
//!
//! ```text
//! -----BEGIN STRIKEFUND PROOF-----
//! gift: 3F7KQ2
//! amount_minor: 2500
//! salt: (32 bytes, base64)
//! coins: (what `coins` calls a proof, base64; goes on in lines that begin with a blank)
//! batch: {"kind":"batch",…}
//! at: 12
//! path: (hashes, base64, one a line as above)
//! publication: {"kind":"publication",…}
//! path: …
//! key: fund.example/f/bakers+1a2b3c4d+AQ…
//! checkpoint:
//! (the signed head whose last record is the publication, as it was published)
//! -----END STRIKEFUND PROOF-----
//! ```

use std::fmt::Write as _;

use data_encoding::BASE64;

use super::coins::{self, Salt};
use super::facts::Publication;
use super::log::note::{self, Head, VerifyingKey};
use super::log::tree::{Hash, is_included, leaf_hash};
use super::record::{Batch, Record};
use crate::money::Money;

/// The longest proof that is looked at, in bytes.
pub const LONGEST: usize = 16 * 1024;

const BEGIN: &str = "-----BEGIN STRIKEFUND PROOF-----";
const END: &str = "-----END STRIKEFUND PROOF-----";
/// How much of a long text stands on one line.
const LINE: usize = 64;

/// Everything a proof holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The gift's number.
    pub gift: String,
    /// What it is worth, in minor units.
    pub amount_minor: u64,
    /// What hides it from everybody else.
    pub salt: Salt,
    /// Its coins inside the batch's total.
    pub coins: Vec<u8>,
    /// The batch's record, as it stands in the log.
    pub batch: String,
    /// Its place in the log, from 0.
    pub at: u64,
    /// What proves it to be there.
    pub path: Vec<Hash>,
    /// The record that ends the publication.
    pub publication: String,
    /// What proves it to be the log's last.
    pub end_path: Vec<Hash>,
    /// What the head is signed with.
    pub key: String,
    /// The signed head.
    pub checkpoint: String,
}

/// What a proof proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The gift's number.
    pub gift: String,
    /// What it is worth.
    pub amount: Money,
    /// The batch that counts it.
    pub batch: Batch,
    /// The publication that shows the batch.
    pub publication: Publication,
    /// The log as it was signed then.
    pub head: Head,
}

/// Why a text proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is no whole proof.
    #[error("that is not a whole proof ({0}): it goes from BEGIN to END, with every line between")]
    NotWhole(&'static str),
    /// It is one, and does not fit.
    #[error("the proof does not fit: {0}")]
    Wrong(String),
}

impl Receipt {
    /// The proof as a text.
    ///
    /// # Panics
    /// Never: a string takes what is written to it.
    pub fn write(&self) -> String {
        let mut text = format!("{BEGIN}\ngift: {}\namount_minor: {}\nsalt: {}\n", self.gift, self.amount_minor, BASE64.encode(&self.salt));
        let coins = BASE64.encode(&self.coins);
        let lines: Vec<&str> = (0..coins.len()).step_by(LINE).map(|start| &coins[start..coins.len().min(start + LINE)]).collect();
        writeln!(text, "coins: {}", lines.join("\n ")).expect("a string takes what is written to it");
        let path = |path: &[Hash]| path.iter().map(|hash| BASE64.encode(hash)).collect::<Vec<_>>().join("\n ");
        writeln!(text, "batch: {}\nat: {}\npath: {}", self.batch, self.at, path(&self.path)).expect("a string takes what is written to it");
        writeln!(text, "publication: {}\npath: {}", self.publication, path(&self.end_path)).expect("a string takes what is written to it");
        write!(text, "key: {}\ncheckpoint:\n{}{END}\n", self.key, self.checkpoint).expect("a string takes what is written to it");
        text
    }

    /// Reads a proof out of a text; what stands before and behind it is passed over.
    ///
    /// # Errors
    /// [`ReceiptError::NotWhole`].
    pub fn read(text: &str) -> Result<Self, ReceiptError> {
        const HASH: &str = "a hash is none";
        if text.len() > LONGEST {
            return Err(ReceiptError::NotWhole("it is longer than 16 KB"));
        }
        let text = text.replace("\r\n", "\n");
        let inside = text.split_once(BEGIN).and_then(|(_, rest)| rest.strip_prefix('\n')?.split_once(END));
        let (inside, _) = inside.ok_or(ReceiptError::NotWhole("BEGIN or END is missing"))?;
        let (fields, checkpoint) = inside.split_once("\ncheckpoint:\n").ok_or(ReceiptError::NotWhole("the checkpoint is missing"))?;
        let mut fields = Fields(fields.split('\n').peekable());
        let number = |field: String| field.parse::<u64>().ok().filter(|number| number.to_string() == field);
        let decoded = |field: String| BASE64.decode(field.as_bytes()).ok();
        let hash = |line: &str| decoded(line.to_owned())?.try_into().ok();
        let receipt = Self {
            gift: fields.one("gift")?,
            amount_minor: number(fields.one("amount_minor")?).ok_or(ReceiptError::NotWhole("the amount is no number"))?,
            salt: hash(&fields.one("salt")?).ok_or(ReceiptError::NotWhole("the salt is none"))?,
            coins: decoded(fields.many("coins")?.concat()).ok_or(ReceiptError::NotWhole("the coins are none"))?,
            batch: fields.one("batch")?,
            at: number(fields.one("at")?).ok_or(ReceiptError::NotWhole("the place is no number"))?,
            path: fields.many("path")?.into_iter().map(hash).collect::<Option<_>>().ok_or(ReceiptError::NotWhole(HASH))?,
            publication: fields.one("publication")?,
            end_path: fields.many("path")?.into_iter().map(hash).collect::<Option<_>>().ok_or(ReceiptError::NotWhole(HASH))?,
            key: fields.one("key")?,
            checkpoint: checkpoint.to_owned(),
        };
        if fields.0.next().is_some() {
            return Err(ReceiptError::NotWhole("it has a line more"));
        }
        Ok(receipt)
    }

    /// Checks the proof against the fund's keys, whichever of them signed its head.
    ///
    /// # Errors
    /// [`ReceiptError::Wrong`] names the first thing wrong.
    pub fn check(&self, keys: &[VerifyingKey]) -> Result<Proven, ReceiptError> {
        let wrong = |said: &str| ReceiptError::Wrong(said.to_owned());
        let key = keys.iter().find(|key| key.to_string() == self.key).ok_or_else(|| wrong("it names another key than the fund's"))?;
        let head = note::open(&self.checkpoint, std::slice::from_ref(key)).map_err(|error| ReceiptError::Wrong(error.to_string()))?;
        let end = head.size.checked_sub(1).ok_or_else(|| wrong("the log was empty"))?;
        if !is_included(leaf_hash(self.publication.as_bytes()), end, head.size, &self.end_path, &head.root) {
            return Err(wrong("the publication is not the end of the signed log"));
        }
        if !is_included(leaf_hash(self.batch.as_bytes()), self.at, head.size, &self.path, &head.root) {
            return Err(wrong("the batch does not stand in the signed log"));
        }
        let (Ok(Record::Publication(publication)), Ok(Record::Batch(batch))) =
            (Record::from_leaf(&self.publication), Record::from_leaf(&self.batch))
        else {
            return Err(wrong("its records are of another kind"));
        };
        let committed = batch.commitment.as_ref().and_then(|root| BASE64.decode(root.as_bytes()).ok()?.try_into().ok());
        let committed: Hash = committed.ok_or_else(|| wrong("the batch commits to no gifts"))?;
        let total = u64::try_from(batch.received_minor).unwrap_or(0);
        let amount = coins::prove(total, &committed, &self.coins, &self.salt, &self.gift);
        let amount = amount.ok_or_else(|| wrong("the gift is not inside the total of the batch"))?;
        if amount != self.amount_minor || amount == 0 {
            return Err(wrong("the gift is inside the total with another amount"));
        }
        let minor = i64::try_from(amount).map_err(|_| wrong("the amount is beyond what books can hold"))?;
        Ok(Proven { gift: self.gift.clone(), amount: Money::new(minor, publication.fund.currency), batch, publication: *publication, head })
    }
}

/// The lines of a proof, one field behind the other.
struct Fields<'a>(std::iter::Peekable<std::str::Split<'a, char>>);

impl<'a> Fields<'a> {
    fn one(&mut self, name: &str) -> Result<String, ReceiptError> {
        self.many(name).map(|lines| lines.join("\n"))
    }

    /// A field with the lines that go on with it; of none, where its one line is empty.
    fn many(&mut self, name: &str) -> Result<Vec<&'a str>, ReceiptError> {
        let first = self.0.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let mut lines = vec![first.ok_or(ReceiptError::NotWhole("a line is missing"))?];
        while let Some(line) = self.0.peek().and_then(|line| line.strip_prefix(' ')) {
            lines.push(line);
            self.0.next();
        }
        lines.retain(|line| !line.is_empty());
        Ok(lines)
    }
}
