//! What the fund's own pages show, read from its published records alone: uses, weeks, the newest spendings and batches, what was put right. Not
//! here: how it looks (`page`, `charts`).

use super::place::Place;
use super::record::{Batch, CORRECTION, EMERGENCY, FEES, NO_RECEIPT, Record, Spending};
use super::reports;
use super::rows::{self, RowsError};
use super::say::Say;
use super::store;
use super::tables::{Row, Scribe};
use super::told::{Chartered, Stood};
use super::weeks::{Week, weeks};
use super::{Figures, charter, charts, identities, state};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds::charter::Charter;
use crate::ids::FundId;
use crate::ledger::CHART;

/// How many spendings and batches the fund's page shows.
pub(super) const SPENDINGS: usize = 20;
/// How many batches the page of gifts shows; all of them stand in their report.
pub(super) const BATCHES: i64 = 100;
/// What has no use: nothing, for no purchase is agreed to without one. It is listed all the same, so that everybody sees it.
const UNCATEGORISED: &str = "expenses:uncategorised";
/// How many corrections the fund's page shows.
pub(super) const CORRECTIONS: usize = 5;

/// Everything that a publication's own pages are written from.
pub(super) struct Known {
    /// What it went to, in the order of the chart, fees last.
    pub uses: Vec<Use>,
    /// Entries whose words are held back, and what they come to.
    pub held: (i64, i64),
    /// Week by week, the first first; weeks in which nothing moved are left out.
    pub weeks: Vec<Week>,
    /// The newest spendings, the newest first, one more than are shown where there are more.
    pub spendings: Vec<rows::Row>,
    /// The newest batches, the newest first.
    pub batches: Vec<Counted>,
    /// What was put right last, the newest first.
    pub corrections: Vec<Spending>,
    /// How many of each exception there are.
    pub corrected: i64,
    /// Agreed to by one person in an emergency.
    pub emergencies: i64,
    /// Identities of donors that were opened: why, and how often.
    pub identities: Vec<(String, i64)>,
    /// Without a receipt.
    pub without_receipt: i64,
    /// What was spent on each strike day, by week.
    pub strike: Vec<StrikeWeek>,
    /// Rows of other reports, as they stand there.
    pub promise: Vec<Row>,
    pub budget: Vec<Row>,
    pub goods: Vec<Row>,
    pub tie: Vec<Row>,
    /// Of the report of gifts: by way, and by size.
    pub giving: Vec<Row>,
    /// Where it moved last, where it ever did.
    pub stood: Option<Stood>,
    /// Of the same: the middle gift, and how many donors gave again.
    pub all_time: Vec<Row>,
    /// What the fund stands at, what of it waits for disputes, and what is free to spend.
    pub balance: Vec<Row>,
    /// What the fund promises, as it was published last.
    pub charter: Option<(Chartered, Charter)>,
}

/// A week with strike days in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StrikeWeek {
    /// `2026-W46`.
    pub week: String,
    /// How many of its days are strike days.
    pub days: i64,
    /// What was spent in it.
    pub spent: i64,
    /// The same for each of them.
    pub per_day: i64,
}

/// A use, or fees.
pub(super) struct Use {
    /// Its account.
    pub account: String,
    /// What it came to.
    pub minor: i64,
    /// How many entries.
    pub entries: i64,
    /// What was bought, counted: how many, of what.
    pub units: Vec<(i64, String)>,
}

/// A batch of gifts.
pub(super) struct Counted {
    /// What was published.
    pub batch: Batch,
    /// In which publication.
    pub publication: i64,
    /// What gifts came to with it, since the start.
    pub total: i64,
}

impl Known {
    /// Reads it.
    pub async fn find(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Self, RowsError> {
        let sums = store::every_sum(tx, fund).await?;
        store::fill_calendar(tx, fund).await?;
        let spending = reports::rows_named(tx, fund, figures, "spending").await?;
        let of_unit = |unit: &str| sums.iter().filter(|sum| sum.unit == unit).map(|sum| sum.amount).sum();
        let mut corrections = Vec::new();
        for leaf in store::corrections(tx, fund).await? {
            if let Record::Spending(spending) = rows::read(&leaf)? {
                corrections.push(spending);
            }
        }
        corrections.truncate(CORRECTIONS);
        let gifts = reports::rows_named(tx, fund, figures, "gifts").await?.into_iter().filter(|row| row.part != "batches");
        let (all_time, giving) = gifts.partition(|row| ["middle", "again"].contains(&&*row.part));
        Ok(Self {
            uses: uses(&spending, figures),
            held: held(&spending),
            weeks: weeks(&sums),
            spendings: rows::latest(tx, fund, SPENDINGS + 1).await?,
            batches: batches(tx, fund, figures).await?,
            corrections,
            corrected: of_unit(CORRECTION),
            emergencies: of_unit(EMERGENCY),
            identities: identities::counted(sums.iter().map(|sum| (&*sum.account, &*sum.unit, sum.amount))),
            without_receipt: of_unit(NO_RECEIPT),
            strike: strike(&spending),
            promise: reports::rows_named(tx, fund, figures, "promise").await?,
            budget: reports::rows_named(tx, fund, figures, "budget").await?,
            goods: reports::rows_named(tx, fund, figures, "in-kind").await?,
            tie: reports::rows_named(tx, fund, figures, "bank-match").await?,
            giving,
            all_time,
            balance: reports::rows_named(tx, fund, figures, "position").await?,
            stood: state::published(tx, fund).await?.pop().map(|(_, stood)| stood),
            charter: charter::newest(tx, fund).await?,
        })
    }

    /// The bars of where it went. None while nothing did.
    pub fn where_it_went(&self, say: Say, figures: &Figures) -> Option<charts::Bars> {
        let whole = self.whole();
        let largest = self.uses.iter().max_by_key(|used| used.minor)?;
        let (name, amount) = (say.account(&largest.account), figures.money(largest.minor).for_people());
        let share = charts::share(say, i128::from(largest.minor), whole);
        let title = say.three("public-went-title", ("use", name), ("amount", amount), ("share", share));
        let row = |used: &Use| (say.account(&used.account), charts::mark_of(&used.account), used.share(say, whole), used.minor);
        charts::Bars::of("went", title, whole, self.uses.iter().map(row).collect())
    }

    /// What bars are measured against: a use that got more back than it cost is no part of it.
    pub fn whole(&self) -> i128 {
        self.uses.iter().map(|used| i128::from(used.minor.max(0))).sum()
    }

    /// Bars of what was spent on each strike day. None without strike days.
    pub fn per_day(&self, say: Say, figures: &Figures) -> Option<charts::Bars> {
        let most = self.strike.iter().max_by_key(|week| week.per_day)?;
        let title = say.two("public-strike-title", ("amount", figures.money(most.per_day).for_people()), ("week", say.week(&most.week)));
        let row = |week: &StrikeWeek| (say.week(&week.week), "plain", figures.money(week.per_day).for_people(), week.per_day);
        charts::Bars::of("strike", title, i128::from(most.per_day), self.strike.iter().map(row).collect())
    }

    /// Bars of what was spent of each use's budget. None where none is shown.
    pub fn against_budget(&self, say: Say) -> Option<charts::Bars> {
        let parts = self.budget.iter().filter(|row| row.part == "plan/percent");
        let percent = |percent: i64| say.with("public-percent", "percent", percent.to_string());
        let rows: Vec<_> = parts.map(|row| (say.account(&row.item), charts::mark_of(&row.item), percent(row.count), row.count)).collect();
        charts::Bars::of("budget", say.say("public-budget-title"), 100, rows)
    }

    /// Bars of how many gifts of which size came. None before there are bands.
    pub fn bands(&self, scribe: Scribe<'_>) -> Option<charts::Bars> {
        let bands: Vec<_> = self.giving.iter().filter(|row| row.part == "bands" && row.item != "none").collect();
        let whole = self.giving.iter().filter(|row| row.part == "bands").map(|row| i128::from(row.count)).sum();
        let rows = bands.into_iter().map(|row| (scribe.item(row).text, "plain", row.count.to_string(), row.count)).collect();
        charts::Bars::of("bands", scribe.say.say("public-bands-title"), whole, rows)
    }

    /// Through which day every account was held against the bank's or Stripe's own books without a difference. None where one was not.
    fn matched_through(&self) -> Option<&str> {
        let agrees = self.tie.iter().filter(|row| row.part == "ties/difference").all(|row| row.text == "none");
        self.tie.iter().filter(|row| row.part == "ties/as-of").map(|row| &*row.text).min().filter(|_| agrees)
    }

    /// `Paused since 14 Nov 2026.`, and why.
    pub fn stands(&self, say: Say) -> Option<(String, &str)> {
        let stood = self.stood.as_ref()?;
        Some((say.two("public-stood", ("state", say.state(stood.state)), ("day", say.day(&stood.since))), &stood.reason))
    }

    /// `Matched to the bank through 14 Nov 2026, without a difference.`
    pub fn matched(&self, say: Say) -> Option<String> {
        let day: Day = self.matched_through()?.parse().ok()?;
        Some(say.with("public-matched", "day", say.0.day(day)))
    }

    /// How often identities of donors were opened, and why.
    pub fn identities_opened(&self, say: Say) -> String {
        let count = say.count("public-exceptions-identities", self.identities.iter().map(|(_, count)| count).sum());
        let reasons = self.identities.iter().map(|(because, count)| format!("{}: {count}", say.say(&format!("public-identity-{because}"))));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        if reasons.is_empty() { count } else { format!("{count} ({reasons})") }
    }

    /// How much of the spending was inside the promised uses, in words; None while nothing was spent.
    pub fn promise_kept(&self, say: Say) -> Option<String> {
        let share = &self.promise.iter().find(|row| row.part == "share")?.text;
        let percent = say.with("public-percent", "percent", share.strip_suffix(".0").unwrap_or(share));
        Some(say.with("public-promise", "share", percent))
    }

    /// How many kinds of spending stand outside them.
    pub fn outside(&self) -> usize {
        self.promise.iter().filter(|row| row.part == "outside" && row.amount_minor != 0).count()
    }

    /// What of the balance waits for disputes, and what is free to spend; None of a fund without a charter that says so.
    pub fn free_to_spend(&self, say: Say, figures: &Figures) -> Option<String> {
        let of = |item: &str| self.balance.iter().find(|row| row.part == "balance" && row.item == item).map(|row| row.amount_minor);
        let money = |minor| figures.money(minor).for_people();
        let (reserve, free) = (of("4-reserve")?, of("5-free")?);
        (reserve != 0).then(|| say.two("public-free-to-spend", ("reserve", money(reserve)), ("free", money(free))))
    }

    /// The middle gift in words, once it may be told.
    pub fn middle(&self, say: Say, figures: &Figures) -> Option<String> {
        let row = self.all_time.iter().find(|row| row.part == "middle")?;
        let amount = figures.money(row.amount_minor).for_people();
        Some(say.two("public-middle-says", ("amount", amount), ("week", say.week(&row.period))))
    }

    /// How many donors gave more than once, in words, once they are enough.
    pub fn again(&self, say: Say) -> Option<String> {
        let row = self.all_time.iter().find(|row| row.part == "again")?;
        Some(say.with("public-again-says", "donors", row.count.to_string()))
    }

    /// Whether the list of spendings goes on behind what is shown: the number it goes on with.
    pub fn next_spending(&self) -> Option<i64> {
        self.spendings.get(SPENDINGS).map(|row| row.spending.n)
    }
}

impl Use {
    /// An account and what it came to, without what was counted.
    pub fn plain(account: &str, minor: i64) -> Self {
        Self { account: account.to_owned(), minor, entries: 0, units: Vec::new() }
    }

    /// Its part of the whole.
    pub fn share(&self, say: Say, whole: i128) -> String {
        charts::share(say, i128::from(self.minor), whole)
    }

    pub fn mark(&self) -> &'static str {
        charts::mark_of(&self.account)
    }

    /// `12 entries · 40 cases`; nothing for fees, which are counted nowhere.
    pub fn counted(&self, say: Say) -> String {
        let entries = (self.entries > 0).then(|| say.count("public-entries", self.entries));
        let units = self.units.iter().map(|(count, unit)| format!("{count} {}", say.say(&format!("public-unit-{unit}"))));
        entries.into_iter().chain(units).collect::<Vec<_>>().join(" · ")
    }
}

impl Counted {
    /// The reports of the publication that shows it.
    pub fn reports(&self, place: &Place) -> String {
        place.out(&format!("p/{}/reports/index", self.publication))
    }
}

fn strike(spending: &[Row]) -> Vec<StrikeWeek> {
    let mut weeks: Vec<StrikeWeek> = Vec::new();
    for row in spending.iter().filter(|row| row.part.starts_with("strike/")) {
        if row.part == "strike/days" {
            weeks.push(StrikeWeek { week: row.period.clone(), days: row.count, ..StrikeWeek::default() });
        } else if let Some(week) = weeks.iter_mut().find(|week| week.week == row.period) {
            let amount = if row.part == "strike/spent" { &mut week.spent } else { &mut week.per_day };
            *amount = row.amount_minor;
        }
    }
    weeks
}

/// Where a use stands: in the order of the chart, and what a fund added to it behind.
pub(super) fn place_of_use(account: &str) -> usize {
    CHART.iter().position(|known| known.path == account).unwrap_or(CHART.len())
}

fn uses(spending: &[Row], figures: &Figures) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for row in spending {
        match &*row.part {
            "uses" if row.amount_minor != 0 => {
                uses.push(Use { account: row.item.clone(), minor: row.amount_minor, entries: row.count, units: Vec::new() });
            }
            "units" => {
                if let Some(used) = uses.iter_mut().find(|used| used.account == row.item).filter(|_| row.count != 0) {
                    used.units.push((row.count, row.text.clone()));
                }
            }
            _ => {}
        }
    }
    uses.sort_by(|one, other| place_of_use(&one.account).cmp(&place_of_use(&other.account)).then_with(|| one.account.cmp(&other.account)));
    if figures.gifts.fees_minor != 0 {
        uses.push(Use::plain(FEES, figures.gifts.fees_minor));
    }
    if !uses.is_empty() {
        uses.push(Use { account: UNCATEGORISED.to_owned(), minor: 0, entries: 0, units: Vec::new() });
    }
    uses
}

fn held(spending: &[Row]) -> (i64, i64) {
    let held = spending.iter().filter(|row| row.part == "held");
    held.fold((0, 0), |(count, minor), row| (count.saturating_add(row.count), minor.saturating_add(row.amount_minor)))
}

async fn batches(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<Counted>, RowsError> {
    let mut total = figures.gifts.received_minor;
    let mut batches = Vec::new();
    for leaf in store::records_below(tx, fund, "batch", None, BATCHES).await? {
        let Record::Batch(batch) = rows::read(&leaf)? else { continue };
        let counted = Counted { publication: leaf.publication, total, batch };
        total = total.saturating_sub(counted.batch.received_minor);
        batches.push(counted);
    }
    Ok(batches)
}
