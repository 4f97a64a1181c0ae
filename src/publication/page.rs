//! The pages of a publication beside its reports: the fund's own, its gifts, the one to be pinned up. One function from published records to
//! text, run once a publication. Not here: serving them (`web`), what they are written from (`known`).

use askama::Template;

use super::charts::Steps;
use super::facts::Facts;
use super::goal::Goal;
use super::known::{self, Known, SPENDINGS};
use super::log::note::VerifyingKey;
use super::place::Place;
use super::record::Spending;
use super::rows::{Row, Rows, RowsError};
use super::say::Say;
use super::tables::{self, Scribe, Table};
use super::weeks::{self, Week};
use super::{Card, Figures, File, charter, closing_report, periods, reports};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds::State;
use crate::funds::charter::{Article, Charter};
use crate::ids::FundId;
use crate::language::{Language, Values};
use crate::qr::Qr;

/// So many batches stand on the fund's own page.
const BATCHES: usize = 10;
/// A table with more rows than this is opened by whoever wants it.
const LONG: usize = 12;
/// So many rows of another report stand on the fund's own page; all of them stand in the report.
const MOST_ROWS: usize = 20;

macro_rules! pages {
    ($($name:ident $template:literal)*) => { $(
        #[derive(Template)]
        #[template(path = $template)]
        struct $name<'a> {
            say: Say,
            place: Place,
            figures: &'a Figures,
            known: &'a Known,
            practice: bool,
        }

        impl Rows for $name<'_> {
            fn say(&self) -> Say {
                self.say
            }

            fn figures(&self) -> &Figures {
                self.figures
            }
        }
    )* };
}

pages! {
    Own "publication/page.html"
    Gifts "publication/gifts.html"
    PinUp "publication/summary.html"
}

impl Own<'_> {
    fn card(&self) -> Option<Card> {
        Card::of(self.say, self.figures, self.place.address(self.figures))
    }

    const fn scribe(&self) -> Scribe<'_> {
        Scribe { say: self.say, figures: self.figures, place: &self.place }
    }

    fn spendings(&self) -> &[Row] {
        self.known.spendings.get(..SPENDINGS).unwrap_or(&self.known.spendings)
    }

    fn batches(&self) -> &[known::Counted] {
        self.known.batches.get(..BATCHES).unwrap_or(&self.known.batches)
    }

    /// `Root of publication 41: 3f7a 91c0 …`.
    fn root(&self) -> Option<String> {
        let (number, root) = self.figures.short_root()?;
        Some(self.say.two("public-root-short", ("number", number), ("root", root)))
    }

    fn goal(&self) -> Option<Goal> {
        Goal::of(self.say, self.figures)
    }

    fn periods(&self) -> Vec<(String, String, bool)> {
        periods::links(self.say, &self.place)
    }

    /// The charter's own words about who runs the fund and how, each article under what it is about.
    fn articles(charter: &Charter) -> [(Article, Vec<&str>); 4] {
        [Article::Who, Article::Tie, Article::Spending, Article::Withdrawal]
            .map(|article| (article, charter.text(article).lines().collect()))
    }

    fn feed(&self) -> String {
        format!("{}feed{}.atom", self.place.up(), self.say.suffix())
    }

    /// Where programs learn how to ask.
    fn program_interface(&self) -> String {
        format!("{}/api/v1/openapi.json", self.figures.site)
    }

    /// Why something was put right, in words.
    fn why(&self, correction: &Spending) -> String {
        let mistake = correction.mistake.as_ref().map(|word| self.say.say(&format!("public-mistake-{word}")));
        correction.reason.clone().or(mistake).unwrap_or_default()
    }

    fn is_long(&self) -> bool {
        self.known.weeks.len() > LONG
    }

    /// The rows of a report as its tables, at most so many of them.
    fn tables(&self, rows: &[tables::Row]) -> Vec<Table> {
        let mut tables = self.scribe().tables(rows, None);
        for table in &mut tables {
            table.rows.truncate(MOST_ROWS);
        }
        tables
    }

    /// How much of it has words that are held back.
    fn held_back(&self) -> String {
        let (count, minor) = self.known.held;
        self.say.0.text("public-held-back", &Values::from([("count".into(), count.into()), ("amount".into(), self.money(minor).into())]))
    }

    /// In and out since the start, as two lines.
    fn flow(&self) -> Option<Steps> {
        let last = self.known.weeks.last()?;
        let (received, spent) = (self.money(last.received_so_far), self.money(last.spent_so_far));
        let title = self.say.three(
            "public-flow-title",
            ("received", received.clone()),
            ("spent", spent.clone()),
            ("week", self.say.week(&last.week)),
        );
        let lines = [
            (self.say.with("public-flow-received", "amount", received), self.values(|week| week.received_so_far)?),
            (self.say.with("public-flow-spent", "amount", spent), self.values(|week| week.spent_so_far)?),
        ];
        let steps = self.steps("flow", [title, self.say.say("public-flow-note")], &lines)?;
        Some(Steps { marked: self.strike_days(), ..steps })
    }

    /// What was on hand, as one.
    fn held(&self) -> Option<Steps> {
        let last = self.known.weeks.last()?;
        let on_hand = self.money(last.held);
        let title = self.say.with("public-held-title", "amount", on_hand.clone());
        let lines = [(self.say.with("public-held-line", "amount", on_hand), self.values(|week| week.held)?)];
        self.steps("held", [title, self.say.say("public-held-over-time")], &lines)
    }

    /// Where the strike's days lie between the first week and the last, in thousandths.
    fn strike_days(&self) -> Option<(i64, i64)> {
        let begun: Day = self.figures.fund.strike_on.as_ref()?.parse().ok()?;
        let (first, (_, count)) = (Day::of_iso_week(&self.known.weeks.first()?.week)?, weeks::places(&self.known.weeks)?);
        let from = first.days_until(begun).max(0) * 1000 / count.saturating_mul(7).max(1);
        (from < 1000).then_some((from, 1000 - from))
    }

    fn values(&self, of: impl Fn(&Week) -> i64) -> Option<Vec<(i64, i64)>> {
        let (places, _) = weeks::places(&self.known.weeks)?;
        Some(places.into_iter().zip(self.known.weeks.iter().map(of)).collect())
    }

    fn steps(&self, id: &'static str, words: [String; 2], lines: &[(String, Vec<(i64, i64)>)]) -> Option<Steps> {
        let (weeks, (_, count)) = (&self.known.weeks, weeks::places(&self.known.weeks)?);
        let ends = [weeks.first()?, weeks.last()?].map(|week| self.say.week(&week.week));
        Steps::of(id, words, (ends, count), lines, |minor| self.money(minor))
    }
}

impl Gifts<'_> {
    /// Gifts of batches that are too old to stand here, with what they brought.
    fn earlier(&self) -> Option<(i64, i64)> {
        let oldest = self.known.batches.last().filter(|oldest| oldest.batch.n > 1)?;
        let shown: i64 = self.known.batches.iter().map(|counted| counted.batch.gifts).sum();
        Some((self.figures.gifts.gifts.saturating_sub(shown), oldest.total.saturating_sub(oldest.batch.received_minor)))
    }
}

impl Gifts<'_> {
    const fn scribe(&self) -> Scribe<'_> {
        Scribe { say: self.say, figures: self.figures, place: &self.place }
    }

    fn tables(&self) -> Vec<Table> {
        self.scribe().tables(&self.known.giving, None)
    }

    /// What is told of all gifts together: what it is, and how much.
    fn all_time(&self) -> Vec<(String, String)> {
        let middle = self.known.middle(self.say, self.figures).map(|said| (self.say.say("public-middle"), said));
        let again = self.known.again(self.say).map(|said| (self.say.say("public-again"), said));
        middle.into_iter().chain(again).collect()
    }
}

impl PinUp<'_> {
    /// The address as people type it.
    fn short_address(&self) -> String {
        let address = self.figures.address().unwrap_or_default();
        address.split_once("://").map_or(&*address, |(_, rest)| rest).trim_end_matches('/').to_owned()
    }

    /// How many must agree to which sum, a line a tier; none of a fund without a charter.
    fn tiers(&self) -> Vec<String> {
        let charter = self.known.charter.as_ref();
        let tiers = charter.map(|(told, _)| charter::tiers(self.say, self.figures.fund.currency, &told.rules)).unwrap_or_default();
        tiers.into_iter().map(|(sum, approvers)| self.say.two("public-pin-tier", ("sum", sum), ("count", approvers.to_string()))).collect()
    }

    /// Who may get what is left, by name.
    fn recipients(&self) -> Option<String> {
        let (_, charter) = self.known.charter.as_ref()?;
        Some(charter.recipients.iter().map(|recipient| &*recipient.name).collect::<Vec<_>>().join(" · "))
    }

    fn charter_language(&self) -> &str {
        self.known.charter.as_ref().map_or("", |(told, _)| &*told.language)
    }

    fn fingerprint(&self) -> String {
        self.figures.key.parse::<VerifyingKey>().map(|key| key.fingerprint()).unwrap_or_default()
    }

    fn sentence(&self) -> String {
        reports::sentence(self.say, self.figures)
    }

    fn qr(&self) -> Option<Qr> {
        let address = self.figures.address()?;
        Qr::new(&address, self.say.with("public-qr", "address", address.clone()))
    }
}

/// What all these pages say.
trait Says: Rows {
    /// What is taken off, with the sign that says so; nothing is plain zero.
    fn less(&self, minor: i64) -> String {
        self.money(minor.saturating_neg())
    }

    /// That gifts are counted in batches so large that none can be told apart; of a fund that closed, what the last one was. None of a fund that chose
    /// to show single gifts.
    fn batched(&self) -> Option<String> {
        let (say, fund) = (self.say(), &self.figures().fund);
        let said = (fund.min_gifts > 1).then(|| say.count("public-batches", fund.min_gifts))?;
        Some(if fund.state == State::Closed { format!("{said} {}", say.say("public-batches-last")) } else { said })
    }

    /// What all uses and fees come to.
    fn out_in_all(&self) -> String {
        self.money(self.figures().spent().minor.saturating_add(self.figures().gifts.fees_minor))
    }

    fn refunds_and_disputes(&self) -> String {
        let gifts = &self.figures().gifts;
        self.money(gifts.refunded_minor.saturating_add(gifts.disputed_minor))
    }
}

impl<T: Rows> Says for T {}

/// These pages of a publication, in every language.
///
/// # Errors
/// [`RowsError`].
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, RowsError> {
    let known = &Known::find(tx, fund, figures).await?;
    let practice = figures.practice;
    let mut files = Vec::new();
    for say in Language::ALL.map(Say) {
        let page = Own { say, place: Place::new("index", say), figures, known, practice };
        files.push(page.place.file(page.render()?));
        let page = Gifts { say, place: Place::new("gifts/index", say), figures, known, practice };
        files.push(page.place.file(page.render()?));
        let page = PinUp { say, place: Place::new("reports/summary", say), figures, known, practice };
        files.push(page.place.file(page.render()?));
    }
    files.extend(periods::render(tx, fund, figures, known).await?);
    files.extend(closing_report::render(tx, fund, figures, known).await?);
    Ok(files)
}

#[derive(Template)]
#[template(path = "publication/unpublished.html")]
struct Unpublished<'a> {
    say: Say,
    fund: &'a Facts,
    practice: bool,
}

/// The fund's page before its first publication: it says what it waits for, and nothing about gifts that wait.
///
/// # Errors
/// Never in memory; the template engine's own error type is passed on.
pub fn render_unpublished(fund: &Facts, language: Language, practice: bool) -> askama::Result<String> {
    Unpublished { say: Say(language), fund, practice }.render()
}

/// `Open`, `Winding down`: a fund's state as public pages write it.
pub const fn state_in_words(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::Open => "Open",
        State::Paused => "Paused",
        State::WindingDown => "Winding down",
        State::Distributing => "Distributing",
        State::Closed => "Closed",
    }
}
