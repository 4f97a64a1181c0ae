//! What is asked about a person and takes two administrators: what it is, how far it got, how long it waits. Not here: asking and agreeing
//! (`changes`).

use super::person::Role;
use crate::clock::Instant;
use crate::ids::{ChangeId, PersonId};
use crate::{record, words};

words! {
    /// What is asked about a person.
    pub enum Kind {
        /// To be given this role.
        Recorder = "recorder",
        /// To be given this role.
        Approver = "approver",
        /// To be given this role.
        Auditor = "auditor",
        /// To be given this role.
        Administrator = "administrator",
        /// To get another authenticator in the place of a lost one.
        Reset = "reset",
    }
}

impl From<Role> for Kind {
    fn from(role: Role) -> Self {
        match role {
            Role::Recorder => Self::Recorder,
            Role::Approver => Self::Approver,
            Role::Auditor => Self::Auditor,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl Kind {
    /// The role that is asked for; None for a reset.
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Recorder => Some(Role::Recorder),
            Self::Approver => Some(Role::Approver),
            Self::Auditor => Some(Role::Auditor),
            Self::Administrator => Some(Role::Administrator),
            Self::Reset => None,
        }
    }
}

words! {
    /// How far a change got.
    pub enum State {
        /// One administrator asked.
        Asked = "asked",
        /// Another agreed; it waits for its time.
        Agreed = "agreed",
        /// It was carried out.
        Done = "done",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

record! {
    /// What is asked about a person, while it is open.
    pub struct Change {
        /// Its row.
        pub id: ChangeId,
        /// About whom.
        pub person_id: PersonId,
        /// What.
        pub kind: Kind,
        /// How far it got.
        pub state: State,
        /// Who asked.
        pub asked_by: PersonId,
        /// When.
        pub asked_at: Instant,
        /// Who agreed; None: nobody yet.
        pub agreed_by: Option<PersonId>,
        /// When.
        pub agreed_at: Option<Instant>,
    }
}

/// How long a reset waits once a second administrator agreed, in seconds, so that whoever it is about can call it off.
pub const RESET_WAIT_SECS: i64 = 24 * 3600;

impl Change {
    /// From when on an agreed reset may be carried out; None while nobody agreed.
    pub fn due_at(&self) -> Option<Instant> {
        self.agreed_at.map(|at| at.plus_secs(RESET_WAIT_SECS))
    }
}
