//! Signed notes (C2SP signed-note, tlog-checkpoint): the head of a log in four lines that anyone with the fund's key can check. Pure.

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use super::tree::Hash;

/// Names the algorithm in a key and in its hash.
const ED25519_WORD: u8 = 1;

/// Why a text is no checkpoint of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It has not the shape.
    #[error("this is no signed checkpoint: {0}")]
    Shape(&'static str),
    /// It is of another log.
    #[error("the checkpoint is of the log “{0}”, the key of “{1}”")]
    Origin(String, String),
    /// Nobody signed it whose key is known.
    #[error("the checkpoint bears no signature by the key {0}")]
    Unsigned(String),
    /// It was signed, and changed afterwards or signed with another key.
    #[error("the signature on the checkpoint does not fit")]
    Forged,
}

/// What a checkpoint says: a log of that name had that many records, and that root over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The log's name: the fund's address without `https://`.
    pub origin: String,
    /// How many records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Head {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root))
    }

    /// The head signed by each key, as it is published.
    pub fn sign(&self, keys: &[&SigningKey]) -> String {
        let text = self.text();
        let lines: String = keys.iter().map(|key| key.line(&text)).collect();
        format!("{text}\n{lines}")
    }
}

/// Opens a checkpoint that bears a signature by one of `keys`; other signatures are passed over, as the specification asks.
///
/// # Errors
/// [`NoteError`].
pub fn open(note: &str, keys: &[VerifyingKey]) -> Result<Head, NoteError> {
    let (head, split) = read(note)?;
    let (text, signatures) = note.split_at(split);
    let mut unsigned = true;
    for line in signatures.trim_start_matches('\n').lines() {
        let (name, signature) = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '))
            .and_then(|(name, code)| Some((name, BASE64.decode(code.as_bytes()).ok()?)))
            .ok_or(NoteError::Shape("a line of its signatures is none"))?;
        let (hash, signature) = signature.split_first_chunk().ok_or(NoteError::Shape("a signature is too short"))?;
        for key in keys.iter().filter(|key| key.name == name && key.hash() == *hash) {
            unsigned = false;
            if UnparsedPublicKey::new(&ED25519, key.public).verify(text.as_bytes(), signature).is_err() {
                return Err(NoteError::Forged);
            }
            if head.origin != key.name {
                return Err(NoteError::Origin(head.origin, key.name.clone()));
            }
        }
    }
    match keys.first() {
        Some(key) if unsigned => Err(NoteError::Unsigned(key.to_string())),
        _ => Ok(head),
    }
}

/// What a checkpoint says, whoever signed it: nothing to rely on before its signature was checked.
///
/// # Errors
/// [`NoteError::Shape`].
pub fn unsigned(note: &str) -> Result<Head, NoteError> {
    read(note).map(|(head, _)| head)
}

/// The first text inside `text` that looks like a checkpoint: a mail has words before and behind it.
pub fn find(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    (0..lines.len()).find_map(|start| {
        let signatures = lines.get(start + 4..)?.iter().take_while(|line| line.starts_with("— ")).count();
        let note = format!("{}\n", lines.get(start..start + 4 + signatures)?.join("\n"));
        unsigned(&note).is_ok().then_some(note)
    })
}

/// What the key of a log says when it hands over to the next.
fn handing_over(log: &str, next: &VerifyingKey, publication: i64) -> String {
    format!("strikefund key change\n{log}\n{publication}\n{next}\n")
}

/// What a checkpoint says, whoever signed it; and where its signatures begin.
fn read(note: &str) -> Result<(Head, usize), NoteError> {
    let split = note.find("\n\n— ").filter(|_| note.ends_with('\n')).ok_or(NoteError::Shape("its signatures are missing or cut"))? + 1;
    let mut lines = note[..split].lines();
    let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(NoteError::Shape("it needs an origin, a size and a root"));
    };
    let digits = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
    let size = size.parse().ok().filter(|_| digits).ok_or(NoteError::Shape("its size is no number"))?;
    let root = BASE64.decode(root.as_bytes()).ok().and_then(|root| root.try_into().ok());
    let root = root.ok_or(NoteError::Shape("its root is no SHA-256"))?;
    if origin.is_empty() || lines.next().is_some() {
        return Err(NoteError::Shape("it needs an origin, a size and a root, and nothing else"));
    }
    Ok((Head { origin: origin.to_owned(), size, root }, split))
}

/// What is signed with. It is never shown and never printed.
pub struct SigningKey {
    name: String,
    pair: Ed25519KeyPair,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

impl SigningKey {
    /// The key of the log called `name`, from its seed.
    ///
    /// # Panics
    /// Never: every 32 bytes are a seed.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("every 32 bytes are a seed");
        Self { name: name.to_owned(), pair }
    }

    /// What others check its signatures with.
    ///
    /// # Panics
    /// Never: an Ed25519 key has 32 bytes.
    pub fn public(&self) -> VerifyingKey {
        let public = self.pair.public_key().as_ref().try_into().expect("an Ed25519 key has 32 bytes");
        VerifyingKey { name: self.name.clone(), public }
    }

    /// Signs that from that publication on `next` signs: base64 of the Ed25519 signature over the lines `strikefund key change`, this key's name, the
    /// publication's number, and the next key, each with its line end.
    pub fn hand_over(&self, next: &VerifyingKey, publication: i64) -> String {
        BASE64.encode(self.pair.sign(handing_over(&self.name, next, publication).as_bytes()).as_ref())
    }

    fn line(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        format!("— {} {}\n", self.name, BASE64.encode(&[&self.public().hash()[..], signature.as_ref()].concat()))
    }
}

/// What signatures are checked with. Its text is the usual one of such keys: name, hash and key with plus signs between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    public: [u8; 32],
}

impl VerifyingKey {
    /// The log whose heads it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The log it is the key of.
    pub fn log(&self) -> &str {
        &self.name
    }

    /// Whether this key handed over to `next` with that publication.
    pub fn handed_over(&self, next: &Self, publication: i64, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature.as_bytes()) else { return false };
        let said = handing_over(&self.name, next, publication);
        UnparsedPublicKey::new(&ED25519, self.public).verify(said.as_bytes(), &signature).is_ok()
    }

    /// The SHA-256 of the key itself in hexadecimal digits, four by four: what is printed and compared.
    pub fn fingerprint(&self) -> String {
        let digits = HEXLOWER.encode(&Sha256::digest(self.public));
        let groups: Vec<&str> = (0..digits.len()).step_by(4).map(|start| &digits[start..start + 4]).collect();
        groups.join(" ")
    }

    /// The first four bytes of the SHA-256 of name and key: tells keys apart.
    fn hash(&self) -> [u8; 4] {
        let digest: [u8; 32] =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519_WORD]).chain_update(self.public).finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl std::fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [&[ED25519_WORD], &self.public[..]].concat();
        write!(f, "{}+{}+{}", self.name, HEXLOWER.encode(&self.hash()), BASE64.encode(&key))
    }
}

impl std::str::FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Shape("a key is written as name+hash+key"));
        };
        let key = BASE64.decode(key.as_bytes()).map_err(|_| NoteError::Shape("the key is no base64"))?;
        let public = key.strip_prefix(&[ED25519_WORD]).and_then(|key| key.try_into().ok());
        let key = Self { name: name.to_owned(), public: public.ok_or(NoteError::Shape("the key is no Ed25519 key"))? };
        if name.is_empty() || name.contains(char::is_whitespace) || HEXLOWER.encode(&key.hash()) != hash {
            return Err(NoteError::Shape("the key's hash does not fit its name"));
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key, text and signature of the package golang.org/x/mod/sumdb/note's own example.
    const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const GO_LINE: &str = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("fund.example/f/strike", &[seed; 32])
    }

    fn head() -> Head {
        Head { origin: "fund.example/f/strike".to_owned(), size: 1_234, root: [7; 32] }
    }

    #[test]
    fn keys_and_signatures_are_those_of_go() {
        let key: VerifyingKey = GO_KEY.parse().unwrap();
        assert_eq!(key.to_string(), GO_KEY);
        let line = BASE64.decode(GO_LINE.as_bytes()).unwrap();
        let (hash, signature) = line.split_first_chunk().unwrap();
        assert_eq!(key.hash(), *hash);
        UnparsedPublicKey::new(&ED25519, key.public).verify(GO_TEXT.as_bytes(), signature).unwrap();
    }

    #[test]
    fn a_checkpoint_opens_with_its_own_key_and_with_no_other() {
        let (old, new, stranger) = (key(1), key(2), key(3));
        let note = head().sign(&[&old, &new]);
        assert!(
            note.starts_with("fund.example/f/strike\n1234\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n— fund.example/f/strike "),
            "{note}"
        );
        for known in [vec![old.public()], vec![new.public()], vec![stranger.public(), new.public()]] {
            assert_eq!(open(&note, &known), Ok(head()));
        }
        assert_eq!(open(&note, &[stranger.public()]), Err(NoteError::Unsigned(stranger.public().to_string())));
    }

    #[test]
    fn every_flipped_byte_of_a_checkpoint_is_noticed() {
        let signer = key(1);
        let note = head().sign(&[&signer]);
        for place in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[place] ^= 1;
            let Ok(bent) = String::from_utf8(bytes) else { continue };
            assert!(open(&bent, &[signer.public()]).is_err(), "byte {place}");
        }
        for cut in 0..note.len() {
            if let Some(short) = note.get(..cut) {
                assert!(open(short, &[signer.public()]).is_err(), "{cut} bytes");
            }
        }
    }

    #[test]
    fn a_key_survives_being_written_down_and_a_bent_one_is_refused() {
        let public = key(1).public();
        assert_eq!(public.to_string().parse(), Ok(public.clone()));
        for bent in ["", "a+b", "name+00000000+AQ==", &public.to_string().replace("strike", "other")] {
            assert!(bent.parse::<VerifyingKey>().is_err(), "{bent}");
        }
    }

    #[test]
    fn a_signing_key_never_shows_its_seed() {
        assert!(format!("{:?}", key(1)).contains("fund.example") && !format!("{:?}", key(1)).contains(&HEXLOWER.encode(&[1; 32])));
    }
}
