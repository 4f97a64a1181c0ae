//! A mail as the treasury sees it. Not here: whom it goes to and what it says, which nobody is shown.

use super::letter::{Kind, Problem, State};
use crate::clock::Instant;
use crate::ids::LetterId;
use crate::record;

record! {
    /// A mail as the treasury sees it: not to whom, not what it says.
    pub struct Sight {
        /// Its row.
        pub id: LetterId,
        /// What it is about.
        pub kind: Kind,
        /// How far it got.
        pub state: State,
        /// How often it was tried.
        pub attempts: i64,
        /// When it was written.
        pub queued_at: Instant,
        /// When it is tried again, while it waits.
        pub next_at: Instant,
        /// When it was sent or given up.
        pub ended_at: Option<Instant>,
        /// What went wrong last.
        pub problem: Option<Problem>,
        /// What the server answered last, such as 550.
        pub reply: Option<i64>,
    }
}
