//! What is still to come: each task with the moment it is due. Nothing happens by itself; the driver asks for what is due and runs it.

use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;

use super::charge::Charge;
use super::checkout::Session;
use super::deliveries::Delivery;
use super::dispute::Dispute;
use super::invoice::Invoice;
use super::lines::Line;
use super::payout::Payout;
use super::refund::Refund;
use super::subscription::Subscription;
use super::table::Key;
use crate::clock::Instant;

/// One thing that happens later.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// A charge gets its line, and `charge.updated` says so.
    MakeLine(Key<Charge>),
    /// A line enters the list.
    ShowLine(Key<Line>),
    /// Pending money becomes available.
    Mature,
    /// The bank confirms a debit.
    SettleDebit(Key<Charge>),
    /// The bank refuses a debit.
    BounceDebit(Key<Charge>),
    /// A pending refund goes through.
    FinishRefund(Key<Refund>),
    /// A refund comes back.
    FailRefund(Key<Refund>),
    /// A payout takes its next step.
    StepPayout(Key<Payout>),
    /// A paid payout comes back.
    FailPayout(Key<Payout>),
    /// All that is available goes out, once a day.
    PayOutDaily,
    /// What was chosen on the practice page for afterwards.
    Afterwards(Key<Session>),
    /// A dispute ends.
    CloseDispute {
        /// Which.
        dispute: Key<Dispute>,
        /// Whether we win.
        won: bool,
    },
    /// A session nobody finished runs out.
    ExpireSession(Key<Session>),
    /// The next period of a subscription begins.
    Renew(Key<Subscription>),
    /// An open invoice is tried again.
    RetryInvoice(Key<Invoice>),
    /// A delivery is sent.
    Deliver(Key<Delivery>),
}

/// Tasks by due moment; those of one moment in the order they were added.
#[derive(Debug, Default)]
pub struct Agenda {
    tasks: BTreeMap<(Instant, u64), Task>,
    added: u64,
}

impl Agenda {
    pub fn add(&mut self, due: Instant, task: Task) {
        self.tasks.insert((due, self.added), task);
        self.added += 1;
    }

    /// When the next task is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.tasks.keys().next().map(|(due, _)| *due)
    }

    /// Takes the first task due by `now`.
    pub fn take(&mut self, now: Instant) -> Option<Task> {
        self.tasks.first_entry().filter(|entry| entry.key().0 <= now).map(OccupiedEntry::remove)
    }
}
