//! Spending by use and week as one table: a line a week, a column a use, what each comes to, its share, and what was bought, counted. Not here: the
//! other tables of reports (`tables`), the statement that gives the rows (`reports/spending.sql`).

use super::tables::{Row, Scribe, WEEKS, share};

/// The part that counts what was bought.
const UNITS: &str = "units";

/// The table. Every line has as many cells as there are heads but the first, which is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matrix {
    pub caption: String,
    pub heads: Vec<String>,
    pub weeks: Vec<Line>,
    /// What each column comes to, its share, its units.
    pub feet: Vec<Line>,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub head: String,
    pub cells: Vec<String>,
}

impl Matrix {
    /// The table of a report's rows; None where nothing was spent in any week.
    pub fn of(scribe: Scribe<'_>, rows: &[Row]) -> Option<Self> {
        let (mut weeks, mut uses): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        let spent: Vec<&Row> = rows.iter().filter(|row| row.part == WEEKS).collect();
        for row in &spent {
            weeks.push(&row.period);
            uses.push(&row.item);
        }
        for names in [&mut weeks, &mut uses] {
            names.sort_unstable();
            names.dedup();
        }
        let sum = |takes: &dyn Fn(&Row) -> bool| -> i64 {
            spent.iter().filter(|row| takes(row)).fold(0, |sum, row| sum.saturating_add(row.amount_minor))
        };
        let whole = sum(&|_| true);
        let money = |minor| scribe.figures.money(minor).for_people();
        // A share of what was taken back as a whole would say nothing.
        let part = |minor| if whole > 0 { scribe.percent(&share(minor, whole)) } else { scribe.say.say("public-not-known") };
        let line = |week: &&str| {
            let in_week = sum(&|row| row.period == *week);
            let cells = uses.iter().map(|account| money(sum(&|row| row.period == *week && row.item == *account)));
            Line { head: scribe.say.week(week), cells: cells.chain([money(in_week), part(in_week)]).collect() }
        };
        let totals: Vec<i64> = uses.iter().map(|account| sum(&|row| row.item == *account)).collect();
        let foot = |key: &str, cells: Vec<String>| Line { head: scribe.say.say(key), cells };
        let units: Vec<String> = uses.iter().map(|account| counted(scribe, rows, account)).collect();
        let mut feet = vec![
            foot("public-total", totals.iter().map(|minor| money(*minor)).chain([money(whole), part(whole)]).collect()),
            foot("public-share", totals.iter().map(|minor| part(*minor)).chain([part(whole), String::new()]).collect()),
        ];
        if units.iter().any(|said| !said.is_empty()) {
            feet.push(foot("public-part-units", units.into_iter().chain([String::new(), String::new()]).collect()));
        }
        let mut heads = vec![scribe.say.say("public-week")];
        heads.extend(uses.iter().map(|account| scribe.say.account(account)));
        heads.extend(["public-total", "public-share"].map(|key| scribe.say.say(key)));
        let caption = scribe.say.say("public-matrix");
        (!weeks.is_empty()).then(|| Self { caption, heads, weeks: weeks.iter().map(line).collect(), feet })
    }
}

/// `40 cases`, or what else was counted of a use; nothing where nothing was.
fn counted(scribe: Scribe<'_>, rows: &[Row], account: &str) -> String {
    let units = rows.iter().filter(|row| row.part == UNITS && row.item == account && row.count != 0);
    let said = units.map(|row| format!("{} {}", row.count, scribe.say.say(&format!("public-unit-{}", row.text))));
    said.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::super::sample;
    use super::super::say::Say;
    use super::*;
    use crate::language::Language;

    fn row(part: &str, item: &str, period: &str, (count, amount_minor): (i64, i64), text: &str) -> Row {
        let [part, item, period, text] = [part, item, period, text].map(str::to_owned);
        Row { part, item, period, count, amount_minor, text }
    }

    #[test]
    fn rows_and_columns_add_up_and_nothing_spent_is_zero() {
        let rows = [
            row("units", "expenses:program:water", "", (40, 0), "cases"),
            row("weeks", "expenses:program:food", "2026-W46", (1, 30_000), ""),
            row("weeks", "expenses:program:water", "2026-W46", (2, 10_000), ""),
            row("weeks", "expenses:program:food", "2026-W47", (1, 10_000), ""),
            row("months", "expenses:program:food", "2026-11", (2, 40_000), ""),
        ];
        let say = Say(Language::English);
        let (figures, place) = (sample::figures(), Place::new("reports/spending", say));
        let scribe = Scribe { say, figures: &figures, place: &place };
        let matrix = Matrix::of(scribe, &rows).unwrap();
        assert_eq!(matrix.heads, ["Week of", "Food", "Water", "Together", "Share"]);
        assert_eq!(matrix.weeks[0].cells, ["$300.00", "$100.00", "$400.00", "80.0%"]);
        assert_eq!(matrix.weeks[1].cells, ["$100.00", "$0.00", "$100.00", "20.0%"]);
        assert_eq!(matrix.feet[0].cells, ["$400.00", "$100.00", "$500.00", "100.0%"]);
        assert_eq!(matrix.feet[1].cells, ["80.0%", "20.0%", "100.0%", ""]);
        assert_eq!(matrix.feet[2].cells, ["", "40 cases", "", ""]);
        let uncounted = Matrix::of(scribe, &rows[1..]).unwrap();
        assert_eq!((uncounted.weeks, uncounted.feet.len()), (matrix.weeks, 2), "nothing was counted");
        assert_eq!(Matrix::of(scribe, &rows[..1]), None);
    }
}
