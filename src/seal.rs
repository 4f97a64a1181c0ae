//! Sealing what must not lie open in the database: raw deliveries, e-mail addresses, names. Not here: who may open them.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac as _};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;

use crate::ids::Entropy;

/// Names the algorithm and key of a sealed value, so that both can be replaced one day.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// The keys derived from the master key, which is kept outside the database.
#[derive(Debug)]
pub struct Keyring {
    /// The newest first: it seals; every one opens.
    sealing: Vec<SecretBox<[u8; 32]>>,
    index: SecretBox<[u8; 32]>,
    tokens: SecretBox<[u8; 32]>,
}

impl Keyring {
    /// Derives every key from the master key, each under a label of its own.
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self::from_masters(master, &[])
    }

    /// The same where the master key was changed: `newer` are those that came after the first, the newest last. Sealed is with the newest;
    /// addresses are found, and private pages named, by the first, since their hashes and links are out already.
    pub fn from_masters(first: &[u8; 32], newer: &[[u8; 32]]) -> Self {
        let derive = |master: &[u8; 32], label: &str| SecretBox::new(Box::new(hmac(master, label.as_bytes())));
        let all = newer.iter().rev().chain([first]);
        let sealing = all.map(|master| derive(master, "strikefund sealing 1")).collect();
        Self { sealing, index: derive(first, "strikefund e-mail index 1"), tokens: derive(first, "strikefund tokens 1") }
    }

    /// Seals `plain` (XChaCha20-Poly1305, random nonce), bound to `context`: table, column and row.
    ///
    /// # Panics
    /// Never for what fits in memory: the cipher refuses only messages beyond 256 GiB.
    pub fn seal(&self, entropy: &Entropy, context: &str, plain: &[u8]) -> Vec<u8> {
        let newest = self.sealing.first().expect("there is always a master key");
        seal_with(newest.expose_secret(), entropy, context, plain)
    }

    /// Opens what [`Keyring::seal`] made under the same key, or one before it, and the same context; None for anything else.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        self.sealing.iter().find_map(|key| open_with(key.expose_secret(), context, sealed))
    }

    /// A new key for one row, and the same wrapped, bound to `context`.
    pub fn new_key(&self, entropy: &Entropy, context: &str) -> (OwnKey, Vec<u8>) {
        let key = OwnKey(SecretBox::new(Box::new(entropy.bytes())));
        let wrapped = self.wrap(entropy, context, &key);
        (key, wrapped)
    }

    /// Wraps a row's own key, bound to `context`.
    pub fn wrap(&self, entropy: &Entropy, context: &str, key: &OwnKey) -> Vec<u8> {
        self.seal(entropy, context, key.0.expose_secret())
    }

    /// A row's own key out of its wrap; None for anything that this master key did not wrap there.
    pub fn unwrap_key(&self, context: &str, wrapped: &[u8]) -> Option<OwnKey> {
        let plain = Zeroizing::new(self.open(context, wrapped)?);
        <[u8; 32]>::try_from(plain.as_slice()).ok().map(|key| OwnKey(SecretBox::new(Box::new(key))))
    }

    /// Which master key wraps now, counted from 1.
    pub fn version(&self) -> i64 {
        i64::try_from(self.sealing.len()).unwrap_or(i64::MAX)
    }

    /// A keyed hash of an e-mail address in its usual form: finds one donor's gifts, names nobody.
    pub fn index(&self, email: &str) -> String {
        HEXLOWER.encode(&hmac(self.index.expose_secret(), email.trim().to_lowercase().as_bytes()))
    }

    /// The unguessable code of a private page about `subject`: the same each time, so that only its hash needs keeping.
    pub fn token(&self, subject: &str) -> String {
        let code = hmac(self.tokens.expose_secret(), subject.as_bytes());
        BASE32_NOPAD.encode(&code[..20]).to_ascii_lowercase()
    }
}

/// A key of one row's own: gone with it is all that was sealed with it, wherever copies lie.
#[derive(Debug)]
pub struct OwnKey(SecretBox<[u8; 32]>);

impl OwnKey {
    /// As [`Keyring::seal`].
    pub fn seal(&self, entropy: &Entropy, context: &str, plain: &[u8]) -> Vec<u8> {
        seal_with(self.0.expose_secret(), entropy, context, plain)
    }

    /// As [`Keyring::open`].
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        open_with(self.0.expose_secret(), context, sealed)
    }
}

fn seal_with(key: &[u8; 32], entropy: &Entropy, context: &str, plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = entropy.bytes();
    let payload = Payload { msg: plain, aad: context.as_bytes() };
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("a message in memory is short enough to seal");
    [&[VERSION], &nonce[..], &sealed].concat()
}

fn open_with(key: &[u8; 32], context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let rest = sealed.strip_prefix(&[VERSION])?;
    let (nonce, message) = rest.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: message, aad: context.as_bytes() }).ok()
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let (keys, others) = (Keyring::from_master(&[1; 32]), Keyring::from_master(&[2; 32]));
        let sealed = keys.seal(&Entropy::seeded(1), "delivery.body/evt_1", b"who gave");
        assert_eq!(keys.open("delivery.body/evt_1", &sealed).as_deref(), Some(&b"who gave"[..]));
        assert_eq!(keys.open("delivery.body/evt_2", &sealed), None);
        assert_eq!(others.open("delivery.body/evt_1", &sealed), None);
        assert!(!sealed.windows(3).any(|w| w == b"who"));
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert_eq!(keys.open("delivery.body/evt_1", &bent), None, "byte {place}");
        }
    }

    #[test]
    fn a_changed_master_key_seals_anew_opens_what_was_sealed_and_finds_what_was_found() {
        let (old, new) = (Keyring::from_master(&[1; 32]), Keyring::from_masters(&[1; 32], &[[2; 32]]));
        let entropy = Entropy::seeded(1);
        assert_eq!((old.version(), new.version()), (1, 2));
        assert_eq!(new.open("a", &old.seal(&entropy, "a", b"x")).as_deref(), Some(&b"x"[..]));
        assert_eq!(old.open("a", &new.seal(&entropy, "a", b"x")), None);
        assert_eq!((new.index("a@b.org"), new.token("gift/1")), (old.index("a@b.org"), old.token("gift/1")));
        let (key, wrapped) = old.new_key(&entropy, "donor_key.wrapped/d");
        let sealed = key.seal(&entropy, "w", b"who");
        let again = new.wrap(&entropy, "donor_key.wrapped/d", &new.unwrap_key("donor_key.wrapped/d", &wrapped).unwrap());
        assert!(old.unwrap_key("donor_key.wrapped/d", &again).is_none() && new.unwrap_key("donor_key.wrapped/e", &again).is_none());
        assert_eq!(new.unwrap_key("donor_key.wrapped/d", &again).unwrap().open("w", &sealed).as_deref(), Some(&b"who"[..]));
    }

    #[test]
    fn an_address_is_found_again_however_it_is_typed() {
        let keys = Keyring::from_master(&[1; 32]);
        assert_eq!(keys.index(" Ana@Example.org "), keys.index("ana@example.org"));
        assert_ne!(keys.index("ana@example.org"), Keyring::from_master(&[2; 32]).index("ana@example.org"));
    }
}
