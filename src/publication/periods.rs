//! The figures of three fixed times, prepared with each publication: this month, the last four weeks, last week. Gifts count in the week of the
//! publication that first shows them, so no time cuts a batch in two. Not here: all time, which is the fund's own page (`page`).

use askama::Template;

use super::charts::{self, Bars};
use super::known::{Counted, Known, Use, place_of_use};
use super::place::Place;
use super::record::{COUNT, FEES, GIFTS, MONEY};
use super::rows::{Rows, RowsError};
use super::say::Say;
use super::store;
use super::weeks::WeekSum;
use super::{Figures, File, reports};
use crate::clock::Day;
use crate::db::Tx;
use crate::ids::FundId;
use crate::language::Language;
use crate::ledger::{chart, is_spending};

/// The page of all time.
const ALL: &str = "index";
/// The pages of the times, in the order of the links, each with the word of its name.
const PAGES: [(&str, &str); 3] = [("period/month", "month"), ("period/four-weeks", "four-weeks"), ("period/week", "week")];

/// The links to all times: where each leads to, its name, whether it is the page that they stand on.
pub(super) fn links(say: Say, place: &Place) -> Vec<(String, String, bool)> {
    let all = std::iter::once((ALL, "all")).chain(PAGES);
    all.map(|(page, word)| (place.to(page), say.say(&format!("public-period-{word}")), place.is(page))).collect()
}

/// From which week to which; a week stands for its Monday.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    page: &'static str,
    word: &'static str,
    first: String,
    last: String,
}

impl Span {
    fn holds(&self, week: &str) -> bool {
        (&*self.first..=&*self.last).contains(&week)
    }
}

/// The times of a publication that is made on a day.
fn spans(today: Day) -> Option<[Span; 3]> {
    let monday = Day::of_iso_week(&today.iso_week())?;
    let month_of = |monday: Day| monday.plus_days(3).month();
    let mut first = monday;
    while month_of(first.plus_days(-7)) == month_of(monday) {
        first = first.plus_days(-7);
    }
    let weeks = [(first, monday), (monday.plus_days(-21), monday), (monday.plus_days(-7), monday.plus_days(-7))];
    let [month, four, week] = weeks.map(|(first, last)| (first.iso_week(), last.iso_week()));
    let span = |(page, word): (&'static str, &'static str), (first, last): (String, String)| Span { page, word, first, last };
    Some([span(PAGES[0], month), span(PAGES[1], four), span(PAGES[2], week)])
}

/// What moved in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Moved {
    gifts: i64,
    received: i64,
    refunded: i64,
    disputed: i64,
    fees: i64,
    opening: i64,
    spent: Vec<(String, i64)>,
    /// What the fund stood at before.
    before: i64,
}

impl Moved {
    fn of(span: &Span, sums: &[WeekSum]) -> Self {
        let mut moved = Self::default();
        for sum in sums.iter().filter(|sum| sum.unit == MONEY && *sum.week < *span.first) {
            moved.before = moved.before.saturating_sub(sum.amount);
        }
        for sum in sums.iter().filter(|sum| span.holds(&sum.week)) {
            let (into, amount) = match (&*sum.unit, &*sum.account) {
                (COUNT, GIFTS) => (&mut moved.gifts, sum.amount),
                (MONEY, GIFTS) => (&mut moved.received, sum.amount.saturating_neg()),
                (MONEY, chart::REFUNDS) => (&mut moved.refunded, sum.amount),
                (MONEY, chart::CHARGEBACKS) => (&mut moved.disputed, sum.amount),
                (MONEY, FEES) => (&mut moved.fees, sum.amount),
                (MONEY, chart::OPENING) => (&mut moved.opening, sum.amount.saturating_neg()),
                (MONEY, account) if is_spending(account) => {
                    moved.spend(account, sum.amount);
                    continue;
                }
                _ => continue,
            };
            *into = into.saturating_add(amount);
        }
        moved.spent.retain(|(_, minor)| *minor != 0);
        moved.spent.sort_by(|(one, _), (other, _)| place_of_use(one).cmp(&place_of_use(other)).then_with(|| one.cmp(other)));
        moved
    }

    fn spend(&mut self, account: &str, amount: i64) {
        match self.spent.iter_mut().find(|(other, _)| other == account) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => self.spent.push((account.to_owned(), amount)),
        }
    }

    fn spent_in_all(&self) -> i64 {
        self.spent.iter().fold(0, |sum, (_, minor)| sum.saturating_add(*minor))
    }

    fn change(&self) -> i64 {
        let out = [self.refunded, self.disputed, self.fees, self.spent_in_all()];
        out.iter().fold(self.opening.saturating_add(self.received), |left, minor| left.saturating_sub(*minor))
    }
}

#[derive(Template)]
#[template(path = "publication/period.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    span: &'a Span,
    moved: &'a Moved,
    uses: Vec<Use>,
    batches: Vec<&'a Counted>,
}

impl Rows for Page<'_> {
    fn say(&self) -> Say {
        self.say
    }

    fn figures(&self) -> &Figures {
        self.figures
    }
}

impl Page<'_> {
    fn periods(&self) -> Vec<(String, String, bool)> {
        links(self.say, &self.place)
    }

    fn name(&self) -> String {
        self.say.say(&format!("public-period-{}", self.span.word))
    }

    fn weeks(&self) -> String {
        let week = |week: &str| self.say.week(week);
        self.say.two("public-period-weeks", ("first", week(&self.span.first)), ("last", week(&self.span.last)))
    }

    /// Line by line from what the fund stood at before to what it stood at after.
    fn lines(&self) -> Vec<(String, String)> {
        let moved = self.moved;
        let mut lines = vec![(self.say.say("public-period-before"), self.money(moved.before))];
        let mut line = |name: String, minor: i64| lines.push((name, self.money(minor)));
        if moved.opening != 0 {
            line(self.say.account(chart::OPENING), moved.opening);
        }
        line(self.say.account(GIFTS), moved.received);
        for (account, minor) in [(chart::REFUNDS, moved.refunded), (chart::CHARGEBACKS, moved.disputed), (FEES, moved.fees)] {
            line(self.say.account(account), minor.saturating_neg());
        }
        line(self.say.say("public-spending"), moved.spent_in_all().saturating_neg());
        line(self.say.say("public-period-change"), moved.change());
        lines
    }

    fn after(&self) -> String {
        self.money(self.moved.before.saturating_add(self.moved.change()))
    }

    fn whole(&self) -> i128 {
        self.uses.iter().map(|used| i128::from(used.minor.max(0))).sum()
    }

    fn where_it_went(&self) -> Option<Bars> {
        let whole = self.whole();
        let largest = self.uses.iter().max_by_key(|used| used.minor)?;
        let share = largest.share(self.say, whole);
        let name = self.say.account(&largest.account);
        let title = self.say.three("public-went-title", ("use", name), ("amount", self.money(largest.minor)), ("share", share));
        let row = |used: &Use| (self.say.account(&used.account), charts::mark_of(&used.account), used.share(self.say, whole), used.minor);
        Bars::of("went", title, whole, self.uses.iter().map(row).collect())
    }

    /// Batches of this time that are too many to stand here: how many gifts, and what they brought.
    fn earlier(&self) -> Option<(i64, i64)> {
        let sum = |of: fn(&Counted) -> i64| self.batches.iter().fold(0_i64, |sum, counted| sum.saturating_add(of(counted)));
        let gifts = self.moved.gifts.saturating_sub(sum(|counted| counted.batch.gifts));
        let minor = self.moved.received.saturating_sub(sum(|counted| counted.batch.received_minor));
        (gifts != 0 || minor != 0).then_some((gifts, minor))
    }

    fn grown(&self) -> String {
        reports::grown(self.say, self.figures, self.moved.change())
    }
}

/// The page of each time, in every language.
///
/// # Errors
/// [`RowsError`].
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures, known: &Known) -> Result<Vec<File>, RowsError> {
    let Some(spans) = spans(figures.made_at.day_in(&figures.fund.time_zone)) else { return Ok(Vec::new()) };
    let sums = store::every_sum(tx, fund).await?;
    let mut files = Vec::new();
    for span in &spans {
        let moved = Moved::of(span, &sums);
        for say in Language::ALL.map(Say) {
            let uses = moved.spent.iter().map(|(account, minor)| Use::plain(account, *minor)).collect();
            let batches = known.batches.iter().filter(|counted| span.holds(&counted.batch.week)).collect();
            let (place, practice) = (Place::new(span.page, say), figures.practice);
            let page = Page { say, place, figures, practice, span, moved: &moved, uses, batches };
            files.push(page.place.file(page.render()?));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_whole_weeks() {
        let weeks = |day: &str| spans(day.parse().unwrap()).unwrap().map(|span| format!("{} {}", span.first, span.last));
        // A Wednesday whose week is November's third by its Thursdays.
        assert_eq!(weeks("2026-11-18"), ["2026-W45 2026-W47", "2026-W44 2026-W47", "2026-W46 2026-W46"]);
        // The first day of a year in a week that the year before holds.
        assert_eq!(weeks("2027-01-01"), ["2026-W49 2026-W53", "2026-W50 2026-W53", "2026-W52 2026-W52"]);
    }

    #[test]
    fn what_moved_in_a_time_leads_from_before_to_after() {
        let sum = |account: &str, unit: &str, week: &str, amount: i64| {
            let [account, unit, week] = [account, unit, week].map(str::to_owned);
            WeekSum { account, unit, week, amount }
        };
        let sums = [
            sum(GIFTS, MONEY, "2026-W45", -9_000),
            sum(GIFTS, MONEY, "2026-W46", -5_000),
            sum(GIFTS, COUNT, "2026-W46", 5),
            sum(FEES, MONEY, "2026-W46", 200),
            sum("expenses:program:food", MONEY, "2026-W46", 1_000),
            sum("expenses:program:food", "meals", "2026-W46", 40),
            sum("expenses:program:food", MONEY, "2026-W47", 700),
        ];
        let [_, _, week] = spans("2026-11-18".parse().unwrap()).unwrap();
        let moved = Moved::of(&week, &sums);
        assert_eq!((moved.before, moved.received, moved.gifts, moved.fees), (9_000, 5_000, 5, 200));
        assert_eq!((moved.spent.clone(), moved.change()), (vec![("expenses:program:food".to_owned(), 1_000)], 3_800));
    }
}
