//! A secret address that lets somebody in: what it is for and how long it lives. Not here: making and spending it (`links`).

use crate::clock::Instant;
use crate::ids::{LinkId, PersonId};
use crate::{record, words};

words! {
    /// What a link lets its holder do.
    pub enum Purpose {
        /// Be the first person on the staff.
        Setup = "setup",
        /// Set password and authenticator, of an invited person or of one who lost both.
        Join = "join",
        /// Set another password; the authenticator stays and is asked for.
        Password = "password",
        /// Set another authenticator; the password stays and is asked for.
        Authenticator = "authenticator",
        /// Look around in the demo as one of its made-up people, as often as one likes.
        Demo = "demo",
    }
}

impl Purpose {
    /// How long a link lives, in seconds (safety rules SS13, SS15).
    pub const fn secs(self) -> i64 {
        match self {
            Self::Setup => 3600,
            Self::Join | Self::Password | Self::Authenticator => 30 * 60,
            // The demo keeps nothing: it ends with the program.
            Self::Demo => 365 * 24 * 3600,
        }
    }
}

record! {
    /// One link; what its address holds is known to its holder only.
    pub struct Link {
        /// Its row.
        pub id: LinkId,
        /// What it is for.
        pub purpose: Purpose,
        /// Whom it lets in; None: the first person, who is not there yet.
        pub person_id: Option<PersonId>,
        /// Who made it; None: whoever sits at the server.
        pub made_by: Option<PersonId>,
        /// When it was made.
        pub made_at: Instant,
        /// From when on it opens nothing.
        pub expires_at: Instant,
    }
}

impl Link {
    /// Whether it still opens something. Time that runs backwards revives nothing: a link of the future is none.
    pub const fn is_alive(&self, now: Instant) -> bool {
        self.made_at.0 <= now.0 && now.0 < self.expires_at.0
    }
}
