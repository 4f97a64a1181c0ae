//! What a person must see: the kinds of alert, and one alert. Not here: raising and clearing them (`alert.rs`).

use super::said;
use crate::clock::Instant;
use crate::language::Language;
use crate::{record, words};

words! {
    /// What an alert is about; each kind has its own list of subjects.
    pub enum AlertKind {
        /// Many deliveries with a signature that does not hold.
        SignaturesRefused = "signatures refused",
        /// A delivery of the other mode: test money in real books, or real money in practice.
        OtherMode = "other mode",
        /// Stripe signs more than five minutes away from our time.
        ClockWrong = "clock wrong",
        /// A delivery that waits for a person or an upgrade.
        DeliveryParked = "delivery parked",
        /// An event of another Stripe account.
        Connect = "connect",
        /// An element of Stripe's list that cannot be read.
        LineUnread = "line unread",
        /// A line that says something else than it said before.
        LineChanged = "line changed",
        /// A line no rule books, standing in suspense.
        LineUnknown = "line unknown",
        /// A line booked to the general fund because nothing tells its fund.
        FundUnknown = "fund unknown",
        /// The Stripe key lacks a right.
        RightMissing = "right missing",
        /// A run of the list that cannot come to its end.
        SyncFailing = "sync failing",
        /// Stripe's balance and ours differ.
        BalanceDiffers = "balance differs",
        /// A payout is not the sum of its lines.
        PayoutDiffers = "payout differs",
        /// What Stripe's list says it holds in reserve and what the books say differ.
        ReserveDiffers = "reserve differs",
        /// A pledge is paid, and no line came.
        LineMissing = "line missing",
        /// A session whose amount, currency or fund is not the pledge's.
        SessionDiffers = "session differs",
        /// A refund that failed after it was sent.
        RefundFailed = "refund failed",
        /// A payout that failed after it was sent.
        PayoutFailed = "payout failed",
        /// A dispute that waits for an answer.
        DisputeOpen = "dispute open",
        /// An early fraud warning or a review.
        FraudWarning = "fraud warning",
        /// A gift that repeats was charged after it was to stop: the money is to go back.
        ChargedAfterStop = "charged after stop",
        /// Stripe has stopped charges or payouts of the account.
        AccountRestricted = "account restricted",
        /// Lines arrive that no delivery told of.
        DeliveriesMissing = "deliveries missing",
        /// A bank account and the books differ.
        BankDiffers = "bank differs",
        /// The disk of the books is nearly full.
        DiskLow = "disk low",
        /// No backup was made for longer than a day.
        BackupOld = "backup old",
        /// The log of what was published is behind a head that was kept outside the database, or another than it.
        LogBehind = "log behind",
        /// So many visits to the give form, or so many refused cards, that everybody has to prove that time was spent.
        GivingSlowed = "giving slowed",
        /// So many refused cards that nobody gets to Stripe's page for a while.
        GivingPaused = "giving paused",
    }
}

/// How long what mostly passes by itself may stand before it is told by mail, in seconds.
const PASSING_SECS: i64 = 24 * 3600;

impl AlertKind {
    /// How long an alert of this kind stands before treasurers are told by mail, in seconds; None: it is shown, and never mailed.
    pub const fn told_after_secs(self) -> Option<i64> {
        match self {
            Self::ClockWrong
            | Self::BalanceDiffers
            | Self::PayoutDiffers
            | Self::ReserveDiffers
            | Self::BankDiffers
            | Self::DiskLow
            | Self::BackupOld
            | Self::LogBehind
            | Self::GivingSlowed
            | Self::GivingPaused
            | Self::LineChanged
            | Self::LineMissing
            | Self::DeliveriesMissing
            | Self::RefundFailed
            | Self::PayoutFailed
            | Self::DisputeOpen
            | Self::FraudWarning
            | Self::ChargedAfterStop
            | Self::AccountRestricted => Some(0),
            Self::SignaturesRefused
            | Self::DeliveryParked
            | Self::LineUnread
            | Self::LineUnknown
            | Self::RightMissing
            | Self::SyncFailing => Some(PASSING_SECS),
            Self::OtherMode | Self::Connect | Self::FundUnknown | Self::SessionDiffers => None,
        }
    }

    /// Whether it is about one gift that needs an answer, and not about the books.
    pub const fn is_about_a_gift(self) -> bool {
        matches!(self, Self::DisputeOpen | Self::FraudWarning | Self::RefundFailed | Self::ChargedAfterStop)
    }
}

record! {
    /// One alert.
    pub struct Alert {
        /// Its row.
        pub id: i64,
        /// What it is about.
        pub kind: AlertKind,
        /// An opaque id, or empty where the whole program is meant; never a name.
        pub subject: String,
        /// What it says, as it is stored; [`Alert::in_words`] reads it.
        pub said: String,
        /// When it was raised, or raised again after it had been cleared.
        pub raised_at: Instant,
        /// When it was found gone; None while it stands.
        pub cleared_at: Option<Instant>,
    }
}

impl Alert {
    /// What it says, in the reader's language.
    pub fn in_words(&self, language: Language) -> String {
        said::in_words(&self.said, language)
    }
}
