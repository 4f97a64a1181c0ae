//! The noun: what may be done about what is left while a fund stands where it stands. Not here: what each state allows beside that (`funds`).

use super::PlanRefusal;
use crate::funds::{Act, Fund, State};

/// A step towards passing on what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Entering groups, recording members' votes.
    Groups,
    /// Making a plan and agreeing to it; sending grants; goods.
    Plan,
}

/// Whether a fund stands where that can be done. What comes late, after the end, has the same short way.
pub(super) fn check(fund: &Fund, step: Step) -> Result<(), PlanRefusal> {
    let fits = match step {
        Step::Groups => fund.state != State::Draft,
        Step::Plan => fund.state.allows(Act::Grant),
    };
    if fits { Ok(()) } else { Err(PlanRefusal::State(fund.state)) }
}
