//! The rows of a report as tables for people: what stands in which column, in whose words, with which total. Not here: the markup.

use super::Figures;
use super::place::Place;
use super::say::Say;
use crate::language::{Language, Values};

crate::record! {
    /// A row of any report.
    pub struct Row {
        /// The part of the report it belongs to.
        pub part: String,
        /// What it is about: an account's path, or a number.
        pub item: String,
        /// The week it counts in; empty: since the start.
        pub period: String,
        /// How many; of a correction, the spending that it is about.
        pub count: i64,
        /// How much, in minor units of the fund's currency.
        pub amount_minor: i64,
        /// Words that belong to it; mostly none.
        pub text: String,
    }
}

/// A cell as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub text: String,
    pub is_number: bool,
    /// Where it leads to, beside this page.
    pub link: Option<String>,
}

/// One table of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub caption: String,
    pub heads: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
    pub foot: Option<Vec<Cell>>,
}

/// The part of the report of spending that has a table of its own (`matrix`): uses by week.
pub(super) const WEEKS: &str = "weeks";
/// Parts whose amounts are no parts of one sum.
const NO_TOTAL: [&str; 7] = ["fund", "balance", "pooled", "left", "share", "unpaid-uses", "middle"];
/// Parts without money.
const NO_MONEY: [&str; 5] = ["units", "bands", "again", "files", "passed-goods"];
/// Groups of columns that have totals.
const TOTALS: [&str; 3] = ["purposes", "plan", "groups"];
/// Columns that count.
const COUNTS: [&str; 6] = ["strike/days", "ties/waiting", "ties/weeks", "plan/percent", "advice/donors", "advice/members"];
/// Columns of words.
const WORDS: [&str; 2] = ["ties/as-of", "ties/difference"];

fn group_of(part: &str) -> &str {
    part.split_once('/').map_or(part, |(group, _)| group)
}

fn plain(text: String) -> Cell {
    Cell { text, ..Cell::default() }
}

fn number(text: String) -> Cell {
    Cell { text, is_number: true, link: None }
}

/// What tables are written with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scribe<'a> {
    pub say: Say,
    pub figures: &'a Figures,
    /// Where its page stands.
    pub place: &'a Place,
}

impl Scribe<'_> {
    /// The tables of a report; `spans` are the periods that stand beside each other, where the report is one of several.
    pub(super) fn tables(&self, rows: &[Row], spans: Option<&[String]>) -> Vec<Table> {
        let groups = rows.chunk_by(|one, other| group_of(&one.part) == group_of(&other.part));
        let groups = groups.filter(|group| group.iter().any(|row| row.part != WEEKS));
        groups.filter_map(|group| self.table(group, spans)).collect()
    }

    fn table(&self, rows: &[Row], spans: Option<&[String]>) -> Option<Table> {
        let part = &rows.first()?.part;
        match spans {
            _ if part.contains('/') => Some(self.columns(group_of(part), rows)),
            Some(spans) => Some(self.spanned(part, rows, spans)),
            None => Some(self.listed(part, rows)),
        }
    }

    fn money(&self, minor: i64) -> Cell {
        number(self.figures.money(minor).for_people())
    }

    fn head(&self, kind: &str, part: &str) -> String {
        let own = self.say.0.find(&format!("public-{kind}-{}", part.replace('/', "-")), &Values::new());
        own.unwrap_or_else(|| self.say.say(&format!("public-{kind}")))
    }

    /// What a row is about: an account, a number, a band of sizes.
    pub(super) fn item(&self, row: &Row) -> Cell {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match &*row.part {
            "corrections" | "emergencies" | "no-receipt" => Cell { link: Some(self.place.spending(&row.item)), ..plain(row.item.clone()) },
            "files" => Cell { link: Some(format!("{}reports/ledger-{}.csv", self.place.up(), row.item)), ..plain(row.item.clone()) },
            "bands" if row.item.starts_with('0') => plain(self.band(&row.item)),
            // A group is called as the charter names it.
            part if ["groups", "advice", "passed-goods"].contains(&group_of(part)) => plain(row.item.clone()),
            _ if is_digits(&row.item) => plain(row.item.clone()),
            _ => plain(self.say.account(&row.item)),
        }
    }

    fn band(&self, item: &str) -> String {
        let (from, under) = item.split_once('-').unwrap_or((item, ""));
        let money = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |minor| self.figures.money(minor).for_people());
        let values = Values::from([("from".into(), money(from).into()), ("under".into(), money(under).into())]);
        let key = match (from.bytes().all(|b| b == b'0'), under.is_empty()) {
            (true, true) => "public-band-all",
            (true, false) => "public-band-first",
            (false, true) => "public-band-last",
            (false, false) => "public-band",
        };
        self.say.0.text(key, &values)
    }

    fn period(&self, period: &str) -> String {
        match period.split_once('-') {
            None => self.say.say("public-since-start"),
            Some((_, week)) if week.starts_with('W') => self.say.week(period),
            Some((year, month)) => {
                format!("{} {year}", self.say.say(&format!("month-{}", month.trim_start_matches('0'))))
            }
        }
    }

    fn text(&self, row: &Row) -> String {
        match &*row.part {
            "units" => self.say.say(&format!("public-unit-{}", row.text)),
            "share" => self.percent(&row.text),
            _ => row.text.clone(),
        }
    }

    pub(super) fn percent(&self, percent: &str) -> String {
        if self.say.0 == Language::Spanish { format!("{percent}\u{a0}%") } else { format!("{percent}%") }
    }

    /// A row a line: item, period, words, count, amount, as far as any row has them.
    fn listed(&self, part: &str, rows: &[Row]) -> Table {
        let has = |of: fn(&Row) -> bool| rows.iter().any(of);
        let (periods, texts, counts) = (has(|row| !row.period.is_empty()), has(|row| !row.text.is_empty()), has(|row| row.count != 0));
        let (amounts, whole) = (!NO_MONEY.contains(&part), rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount_minor)));
        let shares = part == "uses" && whole > 0;
        let mut heads = vec![plain(self.head("item", part))];
        let when = if rows.iter().any(|row| row.period.contains('W')) { "public-week" } else { "public-month" };
        heads.extend(periods.then(|| plain(self.say.say(when))));
        heads.extend(texts.then(|| plain(self.head("text", part))));
        heads.extend(counts.then(|| number(self.head("count", part))));
        heads.extend(amounts.then(|| number(self.say.say("public-amount"))));
        heads.extend(shares.then(|| number(self.say.say("public-share"))));
        let line = |row: &Row| {
            let mut cells = vec![self.item(row)];
            cells.extend(periods.then(|| plain(self.period(&row.period))));
            cells.extend(texts.then(|| plain(self.text(row))));
            cells.extend(counts.then(|| number(row.count.to_string())));
            cells.extend(amounts.then(|| self.money(row.amount_minor)));
            cells.extend(shares.then(|| number(self.percent(&share(row.amount_minor, whole)))));
            cells
        };
        let foot = (amounts && !NO_TOTAL.contains(&part)).then(|| {
            let mut cells = vec![plain(self.total_of(part))];
            cells.resize(heads.len() - 1 - usize::from(shares), Cell::default());
            cells.push(self.money(whole));
            cells.resize(heads.len(), Cell::default());
            cells
        });
        Table { caption: self.head("part", part), rows: rows.iter().map(line).collect(), heads, foot }
    }

    fn total_of(&self, part: &str) -> String {
        let own = self.say.0.find(&format!("public-total-{part}"), &Values::new());
        own.unwrap_or_else(|| self.say.say("public-total"))
    }

    /// One column a period, the same items in each.
    fn spanned(&self, part: &str, rows: &[Row], spans: &[String]) -> Table {
        let mut items: Vec<&Row> = Vec::new();
        for row in rows.iter().filter(|row| spans.contains(&row.period)) {
            if !items.iter().any(|other| other.item == row.item) {
                items.push(row);
            }
        }
        items.sort_by(|one, other| one.item.cmp(&other.item));
        let amount = |item: &str, span: &String| {
            let of = rows.iter().filter(|row| row.item == item && row.period == *span);
            of.fold(0_i64, |sum, row| sum.saturating_add(row.amount_minor))
        };
        let mut heads = vec![plain(self.head("item", part))];
        heads.extend(spans.iter().map(|span| number(self.span(span))));
        let line = |row: &&Row| {
            let amounts = spans.iter().map(|span| self.money(amount(&row.item, span)));
            std::iter::once(self.item(row)).chain(amounts).collect()
        };
        let foot = (!NO_TOTAL.contains(&part)).then(|| {
            let whole = |span: &String| items.iter().fold(0_i64, |sum, row| sum.saturating_add(amount(&row.item, span)));
            std::iter::once(plain(self.total_of(part))).chain(spans.iter().map(|span| self.money(whole(span)))).collect()
        });
        Table { caption: self.head("part", part), rows: items.iter().map(line).collect(), heads, foot }
    }

    fn span(&self, period: &str) -> String {
        if period.contains('W') { self.say.with("public-in-week", "week", self.say.week(period)) } else { self.period(period) }
    }

    /// One column a part behind `/`, one line an item and period.
    fn columns(&self, group: &str, rows: &[Row]) -> Table {
        let (mut parts, mut lines): (Vec<&str>, Vec<&Row>) = (Vec::new(), Vec::new());
        for row in rows {
            if !parts.contains(&row.part.as_str()) {
                parts.push(&row.part);
            }
            if !lines.iter().any(|other| (&other.item, &other.period) == (&row.item, &row.period)) {
                lines.push(row);
            }
        }
        let periods = lines.iter().any(|row| !row.period.is_empty());
        let is_words = |part: &str| WORDS.contains(&part);
        let mut heads = vec![plain(self.head("item", group))];
        heads.extend(periods.then(|| plain(self.say.say("public-week"))));
        heads.extend(parts.iter().map(|part| Cell { is_number: !is_words(part), ..plain(self.head("column", part)) }));
        let cell = |part: &str, line: &Row| {
            let row = rows.iter().find(|row| row.part == part && row.item == line.item && row.period == line.period);
            match row {
                Some(row) if part == "plan/percent" => number(self.percent(&row.count.to_string())),
                Some(row) if COUNTS.contains(&part) => number(row.count.to_string()),
                Some(row) if is_words(part) => plain(self.words(part, &row.text)),
                Some(row) => self.money(row.amount_minor),
                None if group == "purposes" => self.money(0),
                None => Cell { is_number: !is_words(part), ..plain(self.say.say("public-not-known")) },
            }
        };
        let shown = |line: &&Row| {
            let mut cells = vec![self.item(line)];
            cells.extend(periods.then(|| plain(self.period(&line.period))));
            cells.extend(parts.iter().map(|part| cell(part, line)));
            cells
        };
        let sum = |part: &&str| rows.iter().filter(|row| row.part == **part).fold(0_i64, |sum, row| sum.saturating_add(row.amount_minor));
        let foot = TOTALS.contains(&group).then(|| {
            let sums = parts.iter().map(|part| if COUNTS.contains(part) { Cell::default() } else { self.money(sum(part)) });
            std::iter::once(plain(self.say.say("public-total"))).chain(sums).collect()
        });
        Table { caption: self.head("part", group), rows: lines.iter().map(shown).collect(), heads, foot }
    }

    fn words(&self, part: &str, text: &str) -> String {
        match (part, text.parse()) {
            ("ties/as-of", Ok(day)) => self.say.0.day(day),
            _ => self.say.say(&format!("public-said-{text}")),
        }
    }
}

/// A part of a whole in percent, rounded half up, with one decimal; below nothing where it was taken back.
pub(super) fn share(part: i64, whole: i64) -> String {
    let tenths = (i128::from(part) * 2_000 + i128::from(whole)).div_euclid(i128::from(whole) * 2);
    let sign = if tenths < 0 { "−" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::sample;

    fn row(part: &str, item: &str, period: &str, amount_minor: i64) -> Row {
        let [part, item, period] = [part, item, period].map(str::to_owned);
        Row { part, item, period, count: 0, amount_minor, text: String::new() }
    }

    fn tables(rows: &[Row], spans: Option<&[String]>) -> Vec<Table> {
        let say = Say(Language::English);
        Scribe { say, figures: &sample::figures(), place: &Place::new("reports/activities", say) }.tables(rows, spans)
    }

    fn texts(cells: &[Cell]) -> Vec<&str> {
        cells.iter().map(|cell| cell.text.as_str()).collect()
    }

    #[test]
    fn a_share_is_rounded_half_up() {
        assert_eq!([share(1, 3), share(2, 3), share(1, 1), share(-1, 3), share(0, 5)], ["33.3", "66.7", "100.0", "−33.3", "0.0"]);
    }

    #[test]
    fn periods_and_parts_become_columns_and_nothing_is_left_blank() {
        let spans = ["2026-W46", "2026-11", ""].map(str::to_owned);
        let rows = [row("out", "expenses:program:food", "", 500), row("out", "expenses:program:food", "2026-11", 300)];
        let [table] = &tables(&rows, Some(&spans))[..] else { panic!() };
        assert_eq!(texts(&table.heads), ["Line", "week of 9 Nov 2026", "Nov 2026", "Since the start"]);
        assert_eq!(texts(&table.rows[0]), ["Food", "$0.00", "$3.00", "$5.00"]);
        assert_eq!(texts(table.foot.as_deref().unwrap()), ["Outgoings", "$0.00", "$3.00", "$5.00"]);

        let rows = [row("purposes/help", "expenses:program:food", "", 500), row("purposes/raising", "expenses:fees", "", 40)];
        let [table] = &tables(&rows, None)[..] else { panic!() };
        assert_eq!(texts(&table.rows[1]), ["Fees", "$0.00", "$0.40"]);
        assert_eq!(texts(table.foot.as_deref().unwrap()), ["Together", "$5.00", "$0.40"]);
    }

    #[test]
    fn a_band_of_sizes_is_said_in_words() {
        let rows = [row("bands", "000000000000-000000002500", "", 0), row("bands", "000000025000-", "", 0), row("bands", "none", "", 0)];
        let [table] = &tables(&rows, None)[..] else { panic!() };
        let words: Vec<_> = table.rows.iter().map(|cells| cells[0].text.as_str()).collect();
        assert_eq!(words, ["Under $25.00", "$250.00 and up", "Not yet in a band"]);
    }
}
