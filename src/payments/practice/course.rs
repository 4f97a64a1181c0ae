//! What somebody chose to see on the practice page: how the payment goes, what happens to it afterwards, and how its events come.

use serde::Deserialize;

use super::account::Account;
use super::agenda::Task;
use super::checkout::Session;
use super::dispute::Dispute;
use super::paying::Outcome;
use super::refund::RefundMore;
use super::table::Key;

/// How long after the money came, and again until a dispute ends.
const PAUSE_SECS: i64 = 10;
/// How long after the money a late dispute comes: most card networks allow 120 days.
const LATE_SECS: i64 = 60 * 24 * 3600;
/// How long the first of events out of order waits; each next one waits two seconds less, so that the last comes first.
const LONGEST_WAIT_SECS: u64 = 20;

/// What happens to a payment once its money is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Afterwards {
    /// Nothing more.
    #[default]
    Nothing,
    /// It is given back from Stripe's side.
    Refund,
    /// The donor's bank takes it back, and gives it again.
    DisputeWon,
    /// The donor's bank takes it back for good.
    DisputeLost,
    /// The same, two months later: whatever the fund did meanwhile.
    DisputeLate,
    /// The donor's bank only asks: no money moves.
    Inquiry,
}

impl Afterwards {
    /// How long after the money it happens.
    const fn after_secs(self) -> i64 {
        match self {
            Self::DisputeLate => LATE_SECS,
            Self::Nothing | Self::Refund | Self::DisputeWon | Self::DisputeLost | Self::Inquiry => PAUSE_SECS,
        }
    }
}

/// How the events of a payment come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// Once each, in their order.
    #[default]
    AsUsual,
    /// Twice each.
    Twice,
    /// The last first.
    OutOfOrder,
}

/// All that was chosen for one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// How the payment goes.
    pub outcome: Outcome,
    /// What happens to it then.
    pub afterwards: Afterwards,
    /// How its events come.
    pub manner: Manner,
}

impl From<Outcome> for Course {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, afterwards: Afterwards::Nothing, manner: Manner::AsUsual }
    }
}

impl Account {
    /// Does something whose events come in a session's manner.
    pub fn in_manner_of<T>(&mut self, session: Key<Session>, act: impl FnOnce(&mut Self) -> T) -> T {
        (self.manner, self.told) = (self.sessions[session].manner, 0);
        let done = act(self);
        self.manner = Manner::AsUsual;
        done
    }

    /// How long the deliveries of the next event wait because of the manner it is told in.
    pub const fn wait_by_manner(&mut self) -> u64 {
        self.told += 1;
        match self.manner {
            Manner::OutOfOrder => LONGEST_WAIT_SECS.saturating_sub(2 * self.told),
            Manner::AsUsual | Manner::Twice => 0,
        }
    }

    /// The money of a session is there: what was chosen for afterwards follows.
    pub fn plan_afterwards(&mut self, session: Key<Session>) {
        let afterwards = self.sessions[session].afterwards;
        if afterwards != Afterwards::Nothing {
            self.agenda.add(self.clock.now().plus_secs(afterwards.after_secs()), Task::Afterwards(session));
        }
    }

    /// What was chosen for afterwards happens.
    pub fn follow_up(&mut self, session: Key<Session>) {
        let Some(charge) = self.sessions[session].intent.and_then(|intent| self.intents[intent].latest_charge) else { return };
        let (afterwards, amount) = (self.sessions[session].afterwards, self.charges[charge].amount);
        self.in_manner_of(session, |account| match afterwards {
            Afterwards::Nothing => {}
            // Somebody may have refunded or disputed it meanwhile; Stripe refuses a second time, and that is that.
            Afterwards::Refund => drop(account.refund_charge(charge, None, RefundMore::default())),
            Afterwards::DisputeWon | Afterwards::DisputeLost | Afterwards::DisputeLate => {
                let dispute = account.open_dispute(charge, amount, false);
                let task = Task::CloseDispute { dispute, won: afterwards == Afterwards::DisputeWon };
                account.agenda.add(account.clock.now().plus_secs(PAUSE_SECS), task);
            }
            Afterwards::Inquiry => drop(account.open_dispute(charge, amount, true)),
        });
    }

    /// A dispute ends, one way or the other; its fee stays.
    pub fn close_dispute(&mut self, dispute: Key<Dispute>, won: bool) {
        if won { self.win_dispute(dispute, None, false) } else { self.lose_dispute(dispute) }
    }
}
