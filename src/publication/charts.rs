//! Charts of public pages: lengths, places and words of SVG that needs no script and no style attribute. The same numbers stand in a table under
//! each. Not here: their markup (`templates/publication/*.svg`), which numbers they show (`page`).

use std::fmt::Write as _;

use super::say::Say;

/// Horizontal bars: a line of text and a bar a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bars {
    /// What tells its parts from those of other charts of the page.
    pub id: &'static str,
    /// What the chart shows, as a finding.
    pub title: String,
    /// The same numbers as the bars, in a sentence.
    pub description: String,
    /// Top to bottom.
    pub rows: Vec<Bar>,
}

/// One row of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    /// What it is about.
    pub label: String,
    /// The class that gives colour and pattern: the same use looks the same on every page.
    pub mark: &'static str,
    /// Its figure, as it stands at the end of its line.
    pub said: String,
    /// Its length in thousandths of the track behind it.
    pub length: i64,
    /// Which row it is, from 0.
    place: usize,
}

impl Bar {
    /// The length as SVG writes it: `41.2%`.
    pub fn width(&self) -> String {
        format!("{}.{}%", self.length / 10, self.length % 10)
    }

    /// Where the baseline of its label lies.
    pub fn label_at(&self) -> String {
        ems(ROW * self.place + LABEL_BASELINE)
    }

    /// Where its upper edge lies.
    pub fn bar_at(&self) -> String {
        ems(ROW * self.place + BAR_TOP)
    }
}

/// Height of a row, label and bar together, in tenths of an `em`: the drawing grows with the reader's text.
const ROW: usize = 36;
const LABEL_BASELINE: usize = 11;
const BAR_TOP: usize = 15;

impl Bars {
    /// Bars against a whole that a full track stands for: what each is about, its mark, its figure, its amount. None where there is nothing to
    /// draw.
    pub fn of(id: &'static str, title: String, whole: i128, rows: Vec<(String, &'static str, String, i64)>) -> Option<Self> {
        if whole <= 0 || rows.is_empty() {
            return None;
        }
        let said: Vec<_> = rows.iter().map(|(label, _, said, _)| format!("{label} {said}")).collect();
        let bar = |(place, (label, mark, said, amount)): (usize, (String, &'static str, String, i64))| Bar {
            label,
            mark,
            said,
            length: per_thousand(i128::from(amount.max(0)), whole),
            place,
        };
        Some(Self { id, title, description: format!("{}.", said.join("; ")), rows: rows.into_iter().enumerate().map(bar).collect() })
    }

    /// How tall the drawing is.
    pub fn height(&self) -> String {
        ems(ROW * self.rows.len())
    }
}

fn ems(tenths: usize) -> String {
    format!("{}.{}em", tenths / 10, tenths % 10)
}

/// What is there is never drawn as nothing, and nothing is drawn as more than the whole.
fn per_thousand(part: i128, whole: i128) -> i64 {
    let length = i64::try_from((part * 1000 + whole / 2) / whole).unwrap_or(1000);
    length.max(i64::from(part > 0)).min(1000)
}

/// A share in whole percent, half up. What is there but rounds to nothing says so.
pub(super) fn share(say: Say, part: i128, whole: i128) -> String {
    let percent = if whole > 0 { (part.max(0) * 100 + whole / 2) / whole } else { 0 };
    if percent == 0 && part > 0 { say.say("public-under-percent") } else { say.with("public-percent", "percent", percent.to_string()) }
}

/// Colour and pattern of a use, by its account: fixed for the promised ones, shared by all others.
pub(super) fn mark_of(account: &str) -> &'static str {
    match account {
        "expenses:program:food" => "food",
        "expenses:program:water" => "water",
        "expenses:program:supplies" => "supplies",
        "expenses:program:logistics" => "logistics",
        "expenses:program:community-support" => "community",
        "expenses:grants:mutual-aid" => "mutual-aid",
        _ => "fees",
    }
}

/// Stepped lines over time, from week to week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    /// What tells its parts from those of other charts of the page.
    pub id: &'static str,
    /// What the chart shows, as a finding.
    pub title: String,
    /// The same in a sentence; the numbers stand in the table below.
    pub description: String,
    /// The first is solid, the second dashed.
    pub lines: Vec<Step>,
    /// The highest value, on the line that it lies on.
    pub top: String,
    /// The first and the last week.
    pub ends: [String; 2],
    /// Where nothing lies, in thousandths from above.
    pub zero: i64,
    /// From where on, and how wide, days are marked; in thousandths from the left.
    pub marked: Option<(i64, i64)>,
}

/// One line of [`Steps`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// What it is, with its last value.
    pub label: String,
    /// Its way, in thousandths of the drawing.
    pub path: String,
    /// Which line it is, from 0.
    place: usize,
}

/// Height of a line of the legend, of the drawing itself, and of what stands around it, in tenths of an `em`.
const LEGEND: usize = 17;
const ABOVE: usize = 20;
const DRAWING: usize = 110;
const BELOW: usize = 22;

impl Steps {
    /// Lines over so many weeks: their words, and what each came to from which week on, counted from 0. None where there is nothing but nothing.
    pub fn of(
        id: &'static str,
        [title, description]: [String; 2],
        (ends, weeks): ([String; 2], i64),
        lines: &[(String, Vec<(i64, i64)>)],
        money: impl Fn(i64) -> String,
    ) -> Option<Self> {
        let values = || lines.iter().flat_map(|(_, values)| values).map(|(_, value)| *value);
        let (low, high) = (values().min()?.min(0), values().max()?.max(0));
        let height = Some(i128::from(high) - i128::from(low)).filter(|height| *height > 0)?;
        let y = |value: i64| i64::try_from((i128::from(high) - i128::from(value)) * 1000 / height).unwrap_or(1000);
        let step =
            |(place, (label, values)): (usize, &(String, Vec<_>))| Step { label: label.clone(), path: path(values, weeks, y), place };
        let lines = lines.iter().enumerate().map(step).collect();
        Some(Self { id, title, description, lines, top: money(high), ends, zero: y(0), marked: None })
    }

    fn legend(&self) -> usize {
        LEGEND * self.lines.len()
    }

    /// Where the drawing begins.
    pub fn drawing_at(&self) -> String {
        ems(self.legend() + ABOVE)
    }

    /// How tall the drawing is, without the words around it.
    pub fn drawing() -> String {
        ems(DRAWING)
    }

    /// Where the baseline of the highest value lies.
    pub fn top_at(&self) -> String {
        ems(self.legend() + ABOVE - 4)
    }

    /// Where the baseline of the weeks lies.
    pub fn ends_at(&self) -> String {
        ems(self.legend() + ABOVE + DRAWING + 15)
    }

    /// How tall all of it is.
    pub fn height(&self) -> String {
        ems(self.legend() + ABOVE + DRAWING + BELOW)
    }
}

impl Step {
    /// Where the baseline of its words lies.
    pub fn label_at(&self) -> String {
        ems(LEGEND * self.place + LABEL_BASELINE)
    }

    /// Where its sample lies.
    pub fn sample_at(&self) -> String {
        ems(LEGEND * self.place + LABEL_BASELINE - 4)
    }
}

/// Each value holds until the next.
fn path(values: &[(i64, i64)], weeks: i64, y: impl Fn(i64) -> i64) -> String {
    let mut path = String::new();
    for (week, value) in values {
        let begin = if path.is_empty() { "M0 ".to_owned() } else { format!("H{}V", week * 1000 / weeks.max(1)) };
        write!(path, "{begin}{}", y(*value)).expect("a string takes what is written to it");
    }
    path + "H1000"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::money::LARGEST_MINOR;

    const ENGLISH: Say = Say(Language::English);

    fn bars(amounts: &[i64]) -> Option<Bars> {
        let whole = amounts.iter().map(|amount| i128::from((*amount).max(0))).sum();
        let row = |amount: &i64| ("Food".to_owned(), "food", share(ENGLISH, i128::from(*amount), whole), *amount);
        Bars::of("uses", "Title".to_owned(), whole, amounts.iter().map(row).collect())
    }

    #[test]
    fn bars_and_shares_are_measured_against_the_whole_so_a_full_track_is_everything() {
        let drawn = |amounts: &[i64]| bars(amounts).unwrap().rows.iter().map(|row| (row.width(), row.said.clone())).collect::<Vec<_>>();
        let is = |width: &str, said: &str| (width.to_owned(), said.to_owned());
        assert_eq!(drawn(&[6000, 3000, 1000]), [is("60.0%", "60%"), is("30.0%", "30%"), is("10.0%", "10%")]);
        assert_eq!(drawn(&[1_000_000, 1])[1], is("0.1%", "under 1%"), "a small one says that it is there");
        assert_eq!(drawn(&[-500, 700])[0], is("0.0%", "0%"), "what came back draws no bar");
        assert_eq!(drawn(&[LARGEST_MINOR, LARGEST_MINOR])[0], is("50.0%", "50%"), "the largest sums are drawn");
        assert_eq!((bars(&[0]), bars(&[])), (None, None));
    }

    #[test]
    fn a_percent_is_written_as_the_language_writes_it() {
        assert_eq!(share(Say(Language::Spanish), 37, 100), "37\u{a0}%");
        assert_eq!(share(ENGLISH, 5, 0), "under 1%");
    }

    fn steps(weeks: i64, lines: &[Vec<(i64, i64)>]) -> Option<Steps> {
        let lines: Vec<_> = lines.iter().map(|values| (String::new(), values.clone())).collect();
        Steps::of("flow", Default::default(), (Default::default(), weeks), &lines, |minor| minor.to_string())
    }

    #[test]
    fn a_line_holds_each_value_until_the_next_and_nothing_lies_at_zero() {
        let both = steps(4, &[vec![(0, 0), (1, 1000), (2, 2000)], vec![(0, 0), (1, 500), (3, 1500)]]).unwrap();
        assert_eq!((both.zero, both.top.as_str()), (1000, "2000"));
        assert_eq!(both.lines[0].path, "M0 1000H250V500H500V0H1000");
        assert_eq!(both.lines[1].path, "M0 1000H250V750H750V250H1000");
        let below = steps(2, &[vec![(0, -100), (1, 300)]]).unwrap();
        assert_eq!((below.zero, below.lines[0].path.as_str()), (750, "M0 1000H500V0H1000"));
        assert!(steps(1, &[vec![(0, 0)]]).is_none() && steps(1, &[vec![]]).is_none());
    }
}
