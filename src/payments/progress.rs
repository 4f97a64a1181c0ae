//! How far the list of lines has been read, what lines sum to, and elements that could not be read. Not here: reading it (`sync.rs`).

use crate::clock::Instant;
use crate::money::Currency;
use crate::record;

record! {
    /// How far the list has been read.
    pub struct Progress {
        /// The newest stamp ever seen on a line, in unix seconds; our own clock never enters it.
        pub newest: i64,
        /// Where a run that died was: the slice …
        pub slice_from: Option<i64>,
        /// … and the last line of the last page it stored.
        pub slice_after: Option<String>,
        /// When a run last came to its end.
        pub complete_at: Option<Instant>,
        /// The day the books open, in unix seconds; None: from the first line.
        pub opens_at: Option<i64>,
        /// When the opening entry was made, or found unneeded.
        pub opened_at: Option<Instant>,
        /// When ledger and Stripe's balance last agreed.
        pub tied_at: Option<Instant>,
        /// Since when they do not.
        pub tie_broken_at: Option<Instant>,
    }
}

record! {
    /// What the lines of one currency come to.
    pub struct Total {
        /// The currency.
        pub currency: Currency,
        /// The sum of `net`, in minor units.
        pub net_minor: i64,
        /// How many lines.
        pub lines: i64,
    }
}

record! {
    /// An element of the list that is no line yet, its body sealed.
    pub struct UnreadElement {
        /// `txn_…`, or `sha256:…` of the element.
        pub id: String,
        /// Why it could not be read.
        pub reason: String,
        /// The sealed element.
        pub body: Vec<u8>,
        /// When it was first seen.
        pub first_at: Instant,
    }
}
