//! The ladder against card testing (safety §5): from what was counted lately, how hard it is to get to Stripe's page just now. Each step is the
//! mildest that works. Not here: who is counted (`web/turnstile.rs`, in memory alone), the counts (`store/ladder.rs`).

use crate::clock::Instant;

/// A minute, five minutes, an hour and a day, in seconds: what is counted over.
pub const MINUTE: i64 = 60;
/// How far back refusals of all are counted.
pub const LATELY: i64 = 300;
const HOUR: i64 = 3_600;
/// How long a client's visits are remembered.
pub const DAY: i64 = 86_400;
/// How long it must have been calm before nobody has to prove anything any more.
const CALM: i64 = 900;
/// The first pause, doubled with each that follows within a day, up to the longest.
const PAUSE: i64 = 900;
const LONGEST_PAUSE: i64 = 2 * HOUR;

/// The numbers at which the steps begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rungs {
    /// Visits of one client to Stripe's page in a minute, beyond which each needs proof.
    pub client_minute: i64,
    /// The same in a day; a gift that was paid gives its place back.
    pub client_day: i64,
    /// Refused cards of one client in an hour, from which on it waits.
    pub client_refusals: i64,
    /// A client that paid this many gifts within a day does not.
    pub client_paid: i64,
    /// Visits of all in a minute, beyond which everybody needs proof.
    pub all_minute: i64,
    /// Refused cards of all in five minutes, beyond which everybody needs proof; and, where they are more than half of all attempts, giving pauses.
    pub refusals: i64,
}

impl Default for Rungs {
    fn default() -> Self {
        Self { client_minute: 3, client_day: 10, client_refusals: 5, client_paid: 3, all_minute: 30, refusals: 10 }
    }
}

/// What happened lately, on all nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// Visits to Stripe's page within a minute.
    pub visits: i64,
    /// Refused cards within five minutes.
    pub refusals: i64,
    /// Gifts that began within five minutes and are paid.
    pub paid: i64,
}

crate::record! {
    /// How far giving is slowed down for everybody.
    #[derive(Copy, Default)]
    pub struct Brake {
        /// Since when everybody needs proof; None: nobody does.
        pub slowed_at: Option<Instant>,
        /// Since when it has been calm.
        pub calm_since: Option<Instant>,
        /// Until when nobody gets to Stripe's page.
        pub paused_until: Option<Instant>,
        /// When the last pause began.
        pub paused_at: Option<Instant>,
        /// How many pauses there were, each within a day of the one before.
        pub pauses: i64,
    }
}

impl Brake {
    /// Whether nobody gets to Stripe's page at `now`, and for how many seconds more.
    pub fn pause_secs(&self, now: Instant) -> Option<i64> {
        self.paused_until.map(|until| until.unix_secs() - now.unix_secs()).filter(|left| *left > 0)
    }

    /// Whether the day's pauses call for people: they find what the burst paid for and give it back (the README's runbook).
    pub const fn calls_for_people(&self) -> bool {
        self.pauses >= 2
    }

    /// Where it stands after what happened lately.
    #[must_use]
    pub fn after(self, lately: Lately, rungs: &Rungs, now: Instant) -> Self {
        // A pause that is over is none, so that whoever watches sees that it is.
        let mut next = Self { paused_until: self.paused_until.filter(|until| *until > now), ..self };
        let busy = lately.visits > rungs.all_minute || lately.refusals > rungs.refusals;
        let calm = lately.visits * 2 < rungs.all_minute && lately.refusals * 2 < rungs.refusals;
        next.calm_since = if calm { self.calm_since.or(Some(now)) } else { None };
        if busy {
            next.slowed_at = self.slowed_at.or(Some(now));
        } else if next.calm_since.is_some_and(|since| since.plus_secs(CALM) <= now) {
            next.slowed_at = None;
        }
        let attack = lately.refusals > rungs.refusals && lately.refusals > lately.paid;
        // What was refused before the last pause began has had its pause, also where a treasurer lifted it.
        let had_its_pause = self.paused_at.is_some_and(|at| at.plus_secs(LATELY) > now);
        if attack && !had_its_pause && self.pause_secs(now).is_none() {
            let again = self.paused_at.is_some_and(|at| at.plus_secs(DAY) > now);
            next.pauses = if again { self.pauses + 1 } else { 1 };
            let doubled = PAUSE.saturating_mul(1 << (next.pauses - 1).clamp(0, 16));
            (next.paused_at, next.paused_until) = (Some(now), Some(now.plus_secs(doubled.min(LONGEST_PAUSE))));
        }
        next
    }

    /// After a treasurer lifted the pause: proof stays on.
    #[must_use]
    pub const fn lifted(self) -> Self {
        Self { paused_until: None, ..self }
    }
}

/// One visit of a client to Stripe's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When.
    pub at: Instant,
    /// Whether its gift is paid.
    pub paid: bool,
    /// How many cards were refused on it within the hour.
    pub refusals: i64,
}

/// What whoever comes next has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Go,
    /// Prove that time was spent.
    Prove,
    /// Wait, for so many seconds: too many cards were refused here.
    Wait(i64),
    /// Giving is paused, for so many seconds.
    Paused(i64),
}

/// What a client has to do, from its visits of the last day and how giving is slowed down.
pub fn step(visits: &[Visit], brake: &Brake, rungs: &Rungs, now: Instant) -> Step {
    if let Some(left) = brake.pause_secs(now) {
        return Step::Paused(left);
    }
    let within = |secs: i64| visits.iter().filter(move |visit| visit.at.plus_secs(secs) > now);
    let paid = within(DAY).filter(|visit| visit.paid).count();
    let refusals: i64 = within(HOUR).map(|visit| visit.refusals).sum();
    if refusals >= rungs.client_refusals && is_fewer(paid, rungs.client_paid) {
        return Step::Wait(HOUR);
    }
    let unpaid = |secs| within(secs).filter(|visit| !visit.paid).count();
    let slots = is_fewer(unpaid(MINUTE), rungs.client_minute) && is_fewer(unpaid(DAY), rungs.client_day);
    if slots && brake.slowed_at.is_none() { Step::Go } else { Step::Prove }
}

fn is_fewer(count: usize, than: i64) -> bool {
    i64::try_from(count).is_ok_and(|count| count < than)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_unix_secs(1_800_000_000);

    fn visits(count: i64, paid: bool, secs_ago: i64, refusals: i64) -> Vec<Visit> {
        vec![Visit { at: NOW.plus_secs(-secs_ago), paid, refusals }; usize::try_from(count).unwrap()]
    }

    fn asked(visits: &[Visit]) -> Step {
        step(visits, &Brake::default(), &Rungs::default(), NOW)
    }

    #[test]
    fn the_fourth_visit_in_a_minute_and_the_eleventh_in_a_day_need_proof() {
        assert_eq!(asked(&visits(2, false, 10, 0)), Step::Go);
        assert_eq!(asked(&visits(3, false, 10, 0)), Step::Prove);
        assert_eq!(asked(&visits(3, false, 60, 0)), Step::Go, "the minute is over");
        assert_eq!(asked(&visits(9, false, 7_200, 0)), Step::Go);
        assert_eq!(asked(&visits(10, false, 7_200, 0)), Step::Prove);
        assert_eq!(asked(&visits(200, true, 10, 0)), Step::Go, "whoever paid gives the place back: a picket line behind one address");
    }

    #[test]
    fn five_refused_cards_in_an_hour_wait_unless_three_gifts_were_paid_there() {
        let mut seen = visits(1, false, 600, 4);
        assert_eq!(asked(&seen), Step::Go);
        seen[0].refusals = 5;
        assert_eq!(asked(&seen), Step::Wait(3_600));
        seen.extend(visits(2, true, 20_000, 0));
        assert_eq!(asked(&seen), Step::Wait(3_600));
        seen.extend(visits(1, true, 20_000, 0));
        assert_eq!(asked(&seen), Step::Go);
        assert_eq!(asked(&visits(1, false, 3_600, 9)), Step::Go, "the hour is over");
    }

    #[test]
    fn a_surge_slows_and_never_pauses_and_calm_ends_it_after_a_quarter_of_an_hour() {
        let rungs = Rungs::default();
        let surge = Lately { visits: 31, refusals: 3, paid: 25 };
        let slowed = Brake::default().after(surge, &rungs, NOW);
        assert_eq!((slowed.slowed_at, slowed.paused_until), (Some(NOW), None));
        assert_eq!(step(&[], &slowed, &rungs, NOW), Step::Prove);
        let half = Lately { visits: 20, ..Lately::default() };
        assert!(slowed.after(half, &rungs, NOW.plus_secs(2_000)).slowed_at.is_some(), "not under half");
        let calm = Lately { visits: 10, ..Lately::default() };
        let calming = slowed.after(calm, &rungs, NOW.plus_secs(100));
        assert!(calming.after(calm, &rungs, NOW.plus_secs(999)).slowed_at.is_some());
        assert!(calming.after(surge, &rungs, NOW.plus_secs(500)).calm_since.is_none(), "calm begins anew");
        assert_eq!(calming.after(calm, &rungs, NOW.plus_secs(1_000)).slowed_at, None);
    }

    #[test]
    fn mostly_refused_cards_pause_for_a_quarter_of_an_hour_doubling_to_two() {
        let rungs = Rungs::default();
        let honest = Lately { visits: 5, refusals: 11, paid: 11 };
        assert_eq!(Brake::default().after(honest, &rungs, NOW).paused_until, None, "half is not more than half");
        let attack = Lately { paid: 10, ..honest };
        let (mut brake, mut now, mut lengths) = (Brake::default(), NOW, Vec::new());
        for _ in 0..5 {
            brake = brake.after(attack, &rungs, now);
            lengths.push(brake.pause_secs(now).unwrap() / 60);
            assert_eq!(brake.after(attack, &rungs, now.plus_secs(5)).pauses, brake.pauses, "one pause at a time");
            now = brake.paused_until.unwrap();
        }
        assert_eq!(lengths, [15, 30, 60, 120, 120]);
        assert!(brake.calls_for_people());
        assert_eq!(step(&[], &brake, &rungs, now.plus_secs(-60)), Step::Paused(60));
        assert_eq!(step(&[], &brake.lifted(), &rungs, now.plus_secs(-60)), Step::Prove, "lifted by hand, proof stays on");
        let lifted = Brake::default().after(attack, &rungs, NOW).lifted();
        assert_eq!(lifted.after(attack, &rungs, NOW.plus_secs(299)).paused_until, None, "for what it was lifted for");
        assert!(lifted.after(attack, &rungs, NOW.plus_secs(300)).paused_until.is_some(), "and not for what comes after");
        let later = brake.after(attack, &rungs, now.plus_secs(2 * DAY));
        assert_eq!(later.pauses, 1, "another day begins anew");
    }
}
