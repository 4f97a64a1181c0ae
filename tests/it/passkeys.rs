//! Passkeys, with a device of our own making on the other side: what it may prove, and what is refused (safety I6).

use std::cell::Cell;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use strikefund::ids::PersonId;
use strikefund::people::passkeys::{self, Challenge, PasskeyError, Relying};
use strikefund::people::session::{self, Session, Stage};
use strikefund::people::{self, Actor, Language, NewPerson, NotAllowed, Role, Roles, audit};
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::support::{Books, on_both_databases};

const SITE: &str = "https://fund.example.org";
const HOST: &str = "fund.example.org";

/// User present, user verified.
const VERIFIED: u8 = 0b0000_0101;
const PRESENT: u8 = 0b0000_0001;

/// A device with one passkey.
struct Device {
    key: EcdsaKeyPair,
    credential_id: [u8; 16],
    handle: Cell<Vec<u8>>,
    counter: Cell<u32>,
}

/// How an answer is made; the honest way unless a test bends it.
#[derive(Clone, Copy)]
struct How {
    origin: &'static str,
    host: &'static str,
    flags: u8,
}

const HONEST: How = How { origin: SITE, host: HOST, flags: VERIFIED };

impl Device {
    fn new(number: u8) -> Self {
        let random = SystemRandom::new();
        let sealed = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, sealed.as_ref(), &random).unwrap();
        Self { key, credential_id: [number; 16], handle: Cell::default(), counter: Cell::new(1) }
    }

    /// What a browser sends after `navigator.credentials.create`.
    fn create(&self, challenge: &Challenge, how: How) -> String {
        let options: Value = serde_json::from_str(&challenge.options).unwrap();
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        self.handle.set(BASE64URL_NOPAD.decode(options["user"]["id"].as_str().unwrap().as_bytes()).unwrap());
        let client = client_data("webauthn.create", &options, how);
        let point = self.key.public_key().as_ref();
        let mut data = self.authenticator_data(how, 0b0100_0000);
        data.extend([0; 16]);
        data.extend(16_u16.to_be_bytes());
        data.extend(self.credential_id);
        // COSE: an EC2 key for ES256 on P-256, x and y of the uncompressed point.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(data.len()).unwrap()]);
        object.extend(&data);
        self.answer(&json!({ "attestationObject": encode(&object), "clientDataJSON": encode(&client) }))
    }

    /// What a browser sends after `navigator.credentials.get`.
    fn get(&self, challenge: &Challenge, how: How) -> String {
        let options: Value = serde_json::from_str(&challenge.options).unwrap();
        assert_eq!(options["userVerification"], "required");
        let client = client_data("webauthn.get", &options, how);
        let data = self.authenticator_data(how, 0);
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let handle = self.handle.take();
        self.handle.set(handle.clone());
        self.answer(&json!({
            "authenticatorData": encode(&data), "clientDataJSON": encode(&client),
            "signature": encode(signature.as_ref()), "userHandle": encode(&handle),
        }))
    }

    fn authenticator_data(&self, how: How, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(how.host).to_vec();
        data.push(how.flags | more);
        data.extend(self.counter.get().to_be_bytes());
        data
    }

    fn answer(&self, response: &Value) -> String {
        let id = encode(&self.credential_id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} }).to_string()
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn client_data(kind: &str, options: &Value, how: How) -> Vec<u8> {
    json!({ "type": kind, "challenge": options["challenge"], "origin": how.origin, "crossOrigin": false }).to_string().into_bytes()
}

fn site() -> Relying {
    Relying::at(SITE).unwrap()
}

async fn person(books: &Books, name: &str) -> Actor {
    let new = NewPerson {
        name: name.to_owned(),
        email: format!("{name}@example.org"),
        language: Language::English,
        roles: Roles::new([Role::Approver]),
    };
    let (keys, now) = (Keyring::from_master(&[7; 32]), books.now());
    let id: sqlx::Result<PersonId> = transact!(books.db, tx => people::add(tx, &new, &keys, &books.entropy, now).await);
    Actor { person: id.unwrap(), proved_at: now }
}

async fn add(books: &Books, device: &Device, actor: Actor, how: How) -> Result<(), PasskeyError> {
    let challenge = passkeys::begin_adding(&books.db, &site(), &books.entropy, actor, books.now()).await.unwrap();
    let answer = device.create(&challenge, how);
    passkeys::finish_adding(&books.db, &site(), actor, &challenge.reference, &answer, "My phone", books.now()).await
}

async fn challenge(books: &Books) -> Challenge {
    passkeys::begin_entering(&books.db, &site(), &books.entropy, books.now()).await.unwrap()
}

async fn answered(books: &Books, standing: Option<&Session>, challenge: &Challenge, answer: &str) -> Result<Session, PasskeyError> {
    let (entropy, now) = (&books.entropy, books.now());
    let token = passkeys::finish_entering(&books.db, &site(), entropy, standing, &challenge.reference, answer, now).await?;
    Ok(session::find(&mut books.db.begin_read().await.unwrap(), &token, now).await.unwrap().expect("the cookie opens a session"))
}

async fn enter(books: &Books, device: &Device, how: How) -> Result<Session, PasskeyError> {
    let challenge = challenge(books).await;
    device.counter.set(device.counter.get() + 1);
    answered(books, None, &challenge, &device.get(&challenge, how)).await
}

on_both_databases! {
    async fn a_passkey_lets_its_owner_in_and_proves_them_afresh(books: &Books) {
        let (ana, device) = (person(books, "ana").await, Device::new(1));
        add(books, &device, ana, HONEST).await.unwrap();
        let session = enter(books, &device, HONEST).await.unwrap();
        assert_eq!((session.person_id, session.stage), (ana.person, Stage::Whole));
        books.clock.advance(Duration::from_mins(15));
        let again = challenge(books).await;
        device.counter.set(device.counter.get() + 1);
        let proved = answered(books, Some(&session), &again, &device.get(&again, HONEST)).await.unwrap();
        assert_eq!((proved.id, proved.proved_at), (session.id, books.now()));
        let acts: Vec<String> = audit::list(&mut books.db.begin_read().await.unwrap(), None, 10).await.unwrap().into_iter().map(|act| act.act).collect();
        assert_eq!(acts, ["sign-in.confirmed", "sign-in.whole", "factor.passkey_set"]);
    }

    async fn another_site_another_host_and_an_unverified_user_are_refused(books: &Books) {
        let (ana, device) = (person(books, "ana").await, Device::new(1));
        let bent = [
            How { origin: "https://fund.example.com", ..HONEST },
            How { origin: "http://fund.example.org", ..HONEST },
            How { host: "example.org", ..HONEST },
            How { flags: PRESENT, ..HONEST },
        ];
        for how in bent {
            assert!(matches!(add(books, &device, ana, how).await, Err(PasskeyError::Refused)));
        }
        add(books, &device, ana, HONEST).await.unwrap();
        for how in bent {
            assert!(matches!(enter(books, &device, how).await, Err(PasskeyError::Refused)));
        }
        enter(books, &device, HONEST).await.unwrap();
    }

    async fn a_challenge_is_answered_once_within_five_minutes_by_whom_it_was_made_for(books: &Books) {
        let (ana, device) = (person(books, "ana").await, Device::new(1));
        add(books, &device, ana, HONEST).await.unwrap();
        let once = challenge(books).await;
        device.counter.set(5);
        let answer = device.get(&once, HONEST);
        answered(books, None, &once, &answer).await.unwrap();
        assert!(matches!(answered(books, None, &once, &answer).await, Err(PasskeyError::Spent)), "replayed");
        let other = challenge(books).await;
        assert!(matches!(answered(books, None, &other, &answer).await, Err(PasskeyError::Refused)), "an answer to another challenge");
        let late = challenge(books).await;
        books.clock.advance(Duration::from_mins(5));
        device.counter.set(6);
        assert!(matches!(answered(books, None, &late, &device.get(&late, HONEST)).await, Err(PasskeyError::Spent)));
        let ben = person(books, "ben").await;
        let (second, for_ana) = (Device::new(2), passkeys::begin_adding(&books.db, &site(), &books.entropy, ana, books.now()).await.unwrap());
        let answer = second.create(&for_ana, HONEST);
        let stolen = passkeys::finish_adding(&books.db, &site(), ben, &for_ana.reference, &answer, "", books.now()).await;
        assert!(matches!(stolen, Err(PasskeyError::Spent)));
    }

    async fn a_counter_that_falls_tells_a_copy_and_a_credential_belongs_to_one_person(books: &Books) {
        let (ana, ben, device) = (person(books, "ana").await, person(books, "ben").await, Device::new(1));
        add(books, &device, ana, HONEST).await.unwrap();
        device.counter.set(40);
        enter(books, &device, HONEST).await.unwrap();
        device.counter.set(20);
        assert!(matches!(enter(books, &device, HONEST).await, Err(PasskeyError::Refused)));
        device.counter.set(50);
        enter(books, &device, HONEST).await.unwrap();
        assert!(matches!(add(books, &device, ben, HONEST).await, Err(PasskeyError::Refused)));
        let unknown = Device::new(9);
        assert!(matches!(enter(books, &unknown, HONEST).await, Err(PasskeyError::Refused)));
        // Somebody else's passkey proves nothing about whoever is signed in.
        let other = Device::new(2);
        add(books, &other, ben, HONEST).await.unwrap();
        let session = enter(books, &device, HONEST).await.unwrap();
        let challenge = challenge(books).await;
        other.counter.set(9);
        assert!(matches!(answered(books, Some(&session), &challenge, &other.get(&challenge, HONEST)).await, Err(PasskeyError::Refused)));
    }

    async fn an_ended_passkey_and_a_disabled_owner_open_nothing(books: &Books) {
        let (ana, device, spare) = (person(books, "ana").await, Device::new(1), Device::new(2));
        add(books, &device, ana, HONEST).await.unwrap();
        add(books, &spare, ana, HONEST).await.unwrap();
        let (kept, other) = (enter(books, &spare, HONEST).await.unwrap(), enter(books, &device, HONEST).await.unwrap());
        let now = books.now();
        let first = passkeys::list(&mut books.db.begin_read().await.unwrap(), ana.person).await.unwrap()[0].id;
        let stale = Actor { proved_at: now.plus_secs(-601), ..ana };
        let late: Result<bool, PasskeyError> = transact!(books.db, tx => passkeys::end(tx, stale, first, &kept, now).await);
        assert!(matches!(late, Err(PasskeyError::NotAllowed(NotAllowed::StepUp))));
        let ended: Result<bool, PasskeyError> = transact!(books.db, tx => passkeys::end(tx, ana, first, &kept, now).await);
        assert!(ended.unwrap());
        assert!(matches!(enter(books, &device, HONEST).await, Err(PasskeyError::Refused)));
        let living = session::list(&mut books.db.begin_read().await.unwrap(), ana.person, now).await.unwrap();
        assert_eq!(living.iter().map(|session| session.id).collect::<Vec<_>>(), [kept.id], "{other:?} may have begun with it");
        enter(books, &spare, HONEST).await.unwrap();
        let done: sqlx::Result<()> = transact!(books.db, tx => people::disable(tx, ana.person, now).await);
        done.unwrap();
        assert!(matches!(enter(books, &spare, HONEST).await, Err(PasskeyError::Refused)));
    }
}
