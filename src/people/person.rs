//! One member of staff: name, roles, language. Not here: how they prove who they are.

use crate::clock::Instant;
use crate::ids::PersonId;
use crate::language::Language;
use crate::{record, words};

words! {
    /// What somebody may do. One person may hold several; nobody approves what they entered.
    pub enum Role {
        /// Enters expenses and gifts, and pays.
        Recorder = "recorder",
        /// Agrees to what others entered.
        Approver = "approver",
        /// Reads everything but identities, and changes nothing.
        Auditor = "auditor",
        /// Looks after people and settings.
        Administrator = "administrator",
    }
}

impl Role {
    /// Every role, in the order screens show them.
    pub const ALL: [Self; 4] = [Self::Recorder, Self::Approver, Self::Auditor, Self::Administrator];
}

/// The roles of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// These, each once.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        let mut roles: Vec<Role> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self(roles)
    }

    /// Whether this is one of them.
    pub fn holds(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

record! {
    /// A person's row.
    pub struct PersonRow {
        /// Its number.
        pub id: PersonId,
        /// What stands for the person in addresses and in the books; opaque.
        pub reference: String,
        /// What colleagues call them; never public.
        pub name: String,
        /// The sealed e-mail address.
        pub email: Vec<u8>,
        /// What they read.
        pub language: Language,
        /// When they were taken on.
        pub created_at: Instant,
        /// Since when they may not sign in; None: they may.
        pub disabled_at: Option<Instant>,
    }
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their row.
    pub id: PersonId,
    /// What stands for them in addresses and in the books; opaque.
    pub reference: String,
    /// What colleagues call them; never public.
    pub name: String,
    /// The sealed e-mail address.
    pub email: Vec<u8>,
    /// What they read.
    pub language: Language,
    /// When they were taken on.
    pub created_at: Instant,
    /// Since when they may not sign in; None: they may.
    pub disabled_at: Option<Instant>,
    /// What they may do now.
    pub roles: Roles,
}

impl Person {
    pub(super) fn new(row: PersonRow, roles: Vec<Role>) -> Self {
        let PersonRow { id, reference, name, email, language, created_at, disabled_at } = row;
        Self { id, reference, name, email, language, created_at, disabled_at, roles: Roles::new(roles) }
    }
}

/// Somebody to be taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// What colleagues call them.
    pub name: String,
    /// Where they get mail.
    pub email: String,
    /// What they read.
    pub language: Language,
    /// What they may do.
    pub roles: Roles,
}

/// Why somebody cannot be taken on as they were written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// No name, a very long one, or one with signs that cannot be seen.
    #[error("a name has 1 to 60 letters")]
    Name,
    /// No address that mail could reach.
    #[error("that address looks unfinished: write it like name@example.org")]
    Email,
}

impl NewPerson {
    /// Reads a name as colleagues see it.
    ///
    /// # Errors
    /// [`PersonError::Name`]
    pub fn parse_name(typed: &str) -> Result<String, PersonError> {
        let name = typed.trim();
        // Marks that turn the direction of text could make one name look like another.
        let hidden = |c: char| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        };
        let fits = (1..=60).contains(&name.chars().count()) && !name.chars().any(hidden);
        if fits { Ok(name.to_owned()) } else { Err(PersonError::Name) }
    }

    /// Reads an e-mail address.
    ///
    /// # Errors
    /// [`PersonError::Email`]
    pub fn parse_email(typed: &str) -> Result<String, PersonError> {
        let email = typed.trim();
        let plain =
            email.len() <= 254 && !email.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'));
        let whole = email.split_once('@').is_some_and(|(box_name, host)| {
            !box_name.is_empty() && !host.contains('@') && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        });
        if plain && whole { Ok(email.to_owned()) } else { Err(PersonError::Email) }
    }
}

/// Who acts, as the sign-in found it out; what they may do is read again inside the transaction that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// When they last proved who they are with a second factor.
    pub proved_at: Instant,
}

/// What a sealed address is bound to.
pub(super) fn email_context(reference: &str) -> String {
    format!("person.email/{reference}")
}
