//! Bars of a publication: lengths, places and words of an SVG that needs no script and no style attribute. Not here: its markup.

use super::Figures;
use crate::money::Money;

/// Horizontal bars: a line of text and a bar a row.
#[derive(Debug)]
pub struct Bars {
    /// What the chart shows, as a finding.
    pub title: String,
    /// The same numbers as the bars, in a sentence.
    pub description: String,
    /// Top to bottom.
    pub rows: Vec<Bar>,
}

/// One row of a table and of its chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What was paid for.
    pub label: String,
    /// The class that gives colour and pattern: the same use looks the same on every page.
    pub mark: &'static str,
    /// What it came to.
    pub amount: Money,
    /// Its part of the whole, rounded: `41%`, `under 1%`.
    pub share: String,
    /// The bar's length, its part of the whole that the track behind it stands for, in tenths of a percent.
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
    /// How tall the drawing is.
    pub fn height(&self) -> String {
        ems(ROW * self.rows.len())
    }
}

fn ems(tenths: usize) -> String {
    format!("{}.{}em", tenths / 10, tenths % 10)
}

/// What went out: every use, then fees. None while nothing has.
pub fn outgoings(figures: &Figures) -> Option<Bars> {
    let fees = Some(figures.gifts.fees_minor).filter(|minor| *minor != 0).map(|minor| ("fees".to_owned(), figures.money(minor)));
    let lines: Vec<_> = figures.uses.iter().cloned().chain(fees).collect();
    let whole = Some(lines.iter().map(|(_, amount)| drawn(*amount)).sum()).filter(|whole: &i128| *whole > 0)?;
    let rows: Vec<Bar> = lines.iter().enumerate().map(|(place, (word, amount))| bar(place, word, *amount, whole)).collect();
    let largest = rows.iter().max_by_key(|row| row.amount.minor)?;
    let title = format!("{} is the largest part: {}, {} of what went out", largest.label, largest.amount.for_people(), largest.share);
    let said: Vec<_> = rows.iter().map(|row| format!("{} {} ({})", row.label, row.amount.for_people(), row.share)).collect();
    Some(Bars { title, description: format!("{}.", said.join("; ")), rows })
}

fn bar(place: usize, word: &str, amount: Money, whole: i128) -> Bar {
    let (share, length) = (share(drawn(amount), whole), per_thousand(drawn(amount), whole));
    Bar { label: label_of(word), mark: mark_of(word), amount, share, length, place }
}

/// What can be drawn of an amount: a use that got more back than it cost has no bar, and no part of the whole.
fn drawn(amount: Money) -> i128 {
    i128::from(amount.minor.max(0))
}

/// Colour and pattern of a use: fixed for the promised ones, shared by all others.
fn mark_of(word: &str) -> &'static str {
    match word {
        "food" => "food",
        "water" => "water",
        "supplies" => "supplies",
        "logistics" => "logistics",
        "community-support" => "community",
        "mutual-aid" => "mutual-aid",
        _ => "fees",
    }
}

/// The name of a use for people: `Community support`.
fn label_of(word: &str) -> String {
    match word {
        "mutual-aid" => "Gifts to mutual aid".to_owned(),
        "fees" => "Card and dispute fees".to_owned(),
        _ => {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
            first + &letters.as_str().replace('-', " ")
        }
    }
}

/// What is there is never drawn as nothing.
fn per_thousand(part: i128, whole: i128) -> i64 {
    let length = i64::try_from((part * 1000 + whole / 2) / whole).unwrap_or(1000);
    length.max(i64::from(part > 0))
}

/// A share in whole percent, half up. What is there but rounds to nothing says so.
fn share(part: i128, whole: i128) -> String {
    let percent = (part * 100 + whole / 2) / whole;
    if percent == 0 && part > 0 { "under 1%".to_owned() } else { format!("{percent}%") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::LARGEST_MINOR;
    use crate::publication::sample;

    fn figures(uses: &[(&str, i64)], fees_minor: i64) -> Figures {
        let mut figures = sample::figures();
        figures.uses = uses.iter().map(|(word, minor)| ((*word).to_owned(), figures.money(*minor))).collect();
        figures.gifts.fees_minor = fees_minor;
        figures
    }

    #[test]
    fn bars_and_shares_are_measured_against_the_whole_so_a_full_track_is_everything() {
        let bars = outgoings(&figures(&[("food", 6000), ("community-support", 3000)], 1000)).unwrap();
        let rows: Vec<_> = bars.rows.iter().map(|row| (row.label.as_str(), row.mark, row.width(), row.share.as_str())).collect();
        let [most, less, least] = ["60.0%", "30.0%", "10.0%"].map(str::to_owned);
        assert_eq!(
            rows,
            [
                ("Food", "food", most, "60%"),
                ("Community support", "community", less, "30%"),
                ("Card and dispute fees", "fees", least, "10%"),
            ]
        );
    }

    #[test]
    fn a_small_use_says_that_it_is_there() {
        let bars = outgoings(&figures(&[("food", 1_000_000), ("water", 1)], 0)).unwrap();
        assert_eq!((bars.rows[1].share.as_str(), bars.rows[1].width().as_str()), ("under 1%", "0.1%"));
    }

    #[test]
    fn nothing_spent_draws_nothing_and_a_use_that_came_back_draws_no_bar() {
        assert!(outgoings(&figures(&[("food", 0)], 0)).is_none());
        let bars = outgoings(&figures(&[("food", -500), ("water", 700)], 0)).unwrap();
        assert_eq!((bars.rows[0].width(), bars.rows[0].share.as_str()), ("0.0%".to_owned(), "0%"));
    }

    #[test]
    fn the_largest_sums_the_books_hold_are_drawn() {
        let bars = outgoings(&figures(&[("food", LARGEST_MINOR)], LARGEST_MINOR)).unwrap();
        assert_eq!(bars.rows[0].share, "50%");
    }
}
