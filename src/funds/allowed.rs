//! The noun: what a fund allows in each of its states, and where it may move from there: one table, which code, pages and tests share. The
//! database guards the moves once more.

use super::fund::State;

crate::words! {
    /// What may be done about a fund, or not.
    pub enum Act {
        /// Its pages and figures are public.
        Publish = "publish",
        /// Somebody gives.
        Give = "give",
        /// Stripe charges a gift that repeats.
        Repeat = "repeat",
        /// A picket captain claims what they bought.
        Claim = "claim",
        /// An expense is sent for approval.
        Spend = "spend",
        /// Others agree to an expense.
        Approve = "approve",
        /// Money goes back to a donor, as somebody asked for here.
        Refund = "refund",
        /// What was agreed to is paid.
        Pay = "pay",
        /// Groups that may get what is left are entered, and how members voted.
        Groups = "groups",
        /// What is left is planned, agreed to, and passed on to mutual aid.
        Grant = "grant",
    }
}

impl Act {
    /// Every act, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Publish,
        Self::Give,
        Self::Repeat,
        Self::Claim,
        Self::Spend,
        Self::Approve,
        Self::Refund,
        Self::Pay,
        Self::Groups,
        Self::Grant,
    ];
}

impl State {
    /// Every state, in the order of a fund's life.
    pub const ALL: [Self; 6] = [Self::Draft, Self::Open, Self::Paused, Self::WindingDown, Self::Distributing, Self::Closed];

    /// Whether a fund in this state allows an act. Facts (a charge that Stripe made, a line of the bank's) are booked in every state.
    pub const fn allows(self, act: Act) -> bool {
        match act {
            Act::Publish | Act::Pay | Act::Groups => !matches!(self, Self::Draft),
            Act::Give => matches!(self, Self::Open),
            // Donors decided on these before the pause; they stop when the fund winds down.
            Act::Repeat => matches!(self, Self::Draft | Self::Open | Self::Paused),
            Act::Claim | Act::Spend | Act::Approve => matches!(self, Self::Open | Self::Paused | Self::WindingDown),
            Act::Refund => matches!(self, Self::Open | Self::Paused | Self::WindingDown | Self::Distributing),
            // What comes after the end is passed on like the rest.
            Act::Grant => matches!(self, Self::Distributing | Self::Closed),
        }
    }

    /// Where it may move from here.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Open],
            Self::Open => &[Self::Paused, Self::WindingDown],
            Self::Paused => &[Self::Open, Self::WindingDown],
            Self::WindingDown => &[Self::Distributing],
            Self::Distributing => &[Self::Closed],
            Self::Closed => &[],
        }
    }

    /// Whether the strike is over for it: it takes no more gifts, for good.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::WindingDown | Self::Distributing | Self::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_each_state_allows() {
        let table = [
            (State::Draft, "repeat"),
            (State::Open, "publish give repeat claim spend approve refund pay groups"),
            (State::Paused, "publish repeat claim spend approve refund pay groups"),
            (State::WindingDown, "publish claim spend approve refund pay groups"),
            (State::Distributing, "publish refund pay groups grant"),
            (State::Closed, "publish pay groups grant"),
        ];
        for (state, allowed) in table {
            let allows: Vec<&str> = Act::ALL.into_iter().filter(|act| state.allows(*act)).map(Act::as_str).collect();
            assert_eq!(allows.join(" "), allowed, "{state}");
            assert_eq!(state.is_over(), !state.allows(Act::Repeat), "{state}: what repeats stops with the fund");
        }
    }

    #[test]
    fn a_fund_goes_on_to_its_end_and_back_only_from_a_pause() {
        let order = |state: State| State::ALL.iter().position(|other| *other == state).unwrap();
        for from in State::ALL {
            for to in from.next() {
                assert!(order(*to) > order(from) || (from, *to) == (State::Paused, State::Open), "{from} to {to}");
            }
        }
        assert!(State::Closed.next().is_empty());
    }
}
