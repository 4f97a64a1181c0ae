//! How much of a fund's goal was received, by what is published: nothing waits in it. Not here: who names a goal (`funds::settings`).

use super::Figures;
use super::charts::Bars;
use super::say::Say;

/// A goal, and how far it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goal {
    pub bars: Option<Bars>,
    /// What it is, what was received, how far that goes, and how much the fund takes at most where it says so.
    pub rows: Vec<(String, String)>,
}

impl Goal {
    /// Of a fund that names one.
    pub fn of(say: Say, figures: &Figures) -> Option<Self> {
        let goal_minor = figures.fund.goal_minor.filter(|minor| *minor > 0)?;
        let received_minor = figures.gifts.received_minor.max(0);
        let money = |minor| figures.money(minor).for_people();
        let said = percent(say, received_minor, goal_minor);
        let key = if received_minor < goal_minor { "public-goal-title" } else { "public-goal-reached" };
        let title = say.two(key, ("percent", said.clone()), ("goal", money(goal_minor)));
        // A bar is never longer than its track, whatever the words say.
        let rows = vec![(say.say("public-received"), "plain", said.clone(), received_minor.min(goal_minor))];
        let cap = figures.fund.cap_minor.map(|cap| (say.say("public-goal-cap"), money(cap)));
        let rows_of_it = [
            (say.say("public-goal"), money(goal_minor)),
            (say.say("public-received"), money(received_minor)),
            (say.say("public-goal-percent"), said),
        ];
        Some(Self { bars: Bars::of("goal", title, i128::from(goal_minor), rows), rows: rows_of_it.into_iter().chain(cap).collect() })
    }
}

/// Cut down to whole percent, so that 100 means all of it.
fn percent(say: Say, part: i64, whole: i64) -> String {
    let percent = i128::from(part) * 100 / i128::from(whole);
    if percent == 0 && part > 0 { say.say("public-under-percent") } else { say.with("public-percent", "percent", percent.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_goal_is_reached_at_its_last_cent_and_its_bar_never_grows_longer() {
        let shown = |goal_minor: Option<i64>| {
            let mut figures = sample::figures();
            figures.fund.goal_minor = goal_minor;
            Goal::of(Say(Language::English), &figures).map(|goal| {
                let bars = goal.bars.unwrap();
                (goal.rows[2].1.clone(), bars.rows[0].length, bars.title)
            })
        };
        // 2,150.00 was received.
        let (said, length, title) = shown(Some(215_001)).unwrap();
        assert_eq!((&*said, length), ("99%", 1000));
        assert_eq!(title, "99% of the goal of $2,150.01 was received");
        let (said, length, title) = shown(Some(100_000)).unwrap();
        assert_eq!((&*said, length), ("215%", 1000));
        assert!(title.starts_with("The goal of $1,000.00 is reached"), "{title}");
        assert_eq!(shown(Some(21_500_001)).unwrap().0, "under 1%");
        assert_eq!(shown(None), None);
    }
}
