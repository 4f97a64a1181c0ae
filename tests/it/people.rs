//! Staff: signing in, guessing, links, and what takes two administrators.

mod changes;
mod guessing;
mod signing_in;

use strikefund::clock::Instant;
use strikefund::db::Tx;
use strikefund::ids::{Entropy, PersonId};
use strikefund::people::factor::Shown;
use strikefund::people::session::{self, Session};
use strikefund::people::sign_in::{self, Desk, Entered, SignInError};
use strikefund::people::{self, Actor, Hasher, Language, Link, NewPerson, Password, Purpose, Role, Roles, Seed, audit, links};
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::support::Books;

/// A password that nobody refuses.
pub const PASSWORD: &str = "tulip-anchor-velvet-9";

/// Books with what signing in needs beside them.
pub struct Staffed<'a> {
    pub books: &'a Books,
    pub keys: Keyring,
    pub entropy: Entropy,
    pub hasher: Hasher,
}

/// Somebody who has come in.
pub struct Person {
    pub id: PersonId,
    pub email: String,
    pub seed: Seed,
    pub entered: Entered,
}

impl<'a> Staffed<'a> {
    pub fn new(books: &'a Books) -> Self {
        Self { books, keys: Keyring::from_master(&[7; 32]), entropy: Entropy::seeded(77), hasher: Hasher::default() }
    }

    pub fn now(&self) -> Instant {
        self.books.now()
    }

    pub fn desk(&self) -> Desk<'_> {
        Desk { db: &self.books.db, keys: &self.keys, entropy: &self.entropy, hasher: &self.hasher }
    }

    pub async fn read(&self) -> Tx {
        self.books.db.begin_read().await.unwrap()
    }

    pub fn new_person(&self, roles: &[Role]) -> NewPerson {
        let name = self.entropy.gift_number();
        NewPerson { email: format!("{name}@example.org"), name, language: Language::English, roles: Roles::new(roles.iter().copied()) }
    }

    /// A link, as its holder has it.
    pub async fn link(&self, purpose: Purpose, person: PersonId) -> Link {
        let now = self.now();
        let token: sqlx::Result<String> = transact!(self.books.db, tx => links::make(tx, purpose, person, None, &self.entropy, now).await);
        links::find(&mut self.read().await, &token.unwrap(), now).await.unwrap().unwrap()
    }

    /// A fresh authenticator, shown to work.
    pub fn shown(&self) -> (Seed, Shown) {
        let seed = Seed::new(&self.entropy);
        let shown = Shown::parse(seed.clone(), &seed.code_at(self.now()), self.now()).unwrap();
        (seed, shown)
    }

    /// Takes somebody on who comes in by a link.
    pub async fn person(&self, roles: &[Role]) -> Person {
        let (new, now) = (self.new_person(roles), self.now());
        let id: sqlx::Result<PersonId> = transact!(self.books.db, tx => people::add(tx, &new, &self.keys, &self.entropy, now).await);
        let id = id.unwrap();
        let link = self.link(Purpose::Join, id).await;
        let (seed, shown) = self.shown();
        let entered = sign_in::join(self.desk(), &link, &new.name, &Password::parse(PASSWORD, &[]).unwrap(), &shown, now).await.unwrap();
        Person { id, email: new.email, seed, entered }
    }

    pub async fn session(&self, token: &str) -> Option<Session> {
        session::find(&mut self.read().await, token, self.now()).await.unwrap()
    }

    pub async fn password(&self, email: &str, typed: &str) -> Result<String, SignInError> {
        sign_in::password(self.desk(), email, typed.to_owned().into(), self.now()).await
    }

    /// A session that waits for its code.
    pub async fn half(&self, person: &Person) -> Session {
        let token = self.password(&person.email, PASSWORD).await.unwrap();
        self.session(&token).await.unwrap()
    }

    pub fn actor(&self, person: &Person) -> Actor {
        Actor { person: person.id, proved_at: self.now() }
    }

    /// The acts in the log, oldest first.
    pub async fn acts(&self) -> Vec<String> {
        let mut acts = audit::list(&mut self.read().await, None, 1_000).await.unwrap();
        acts.reverse();
        acts.into_iter().map(|act| act.act).collect()
    }
}
