//! From the books to public records: what is new, in the shape in which the public may know it. Not here: writing records down (`store`),
//! gifts, whose batch is `batch`'s.

use std::collections::{BTreeMap, HashMap};

use super::record::{Agreed, Freed, Record, STRIKE, Spending, Text, Units, What, week_of};
use super::steps;
use super::store::{self, Shown, Waiting};
use crate::approvals::{self, Signed};
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::{EntryId, ExpenseId, ProposalId};
use crate::ledger::{self, Mistake, Source, Unpublished, chart};
use crate::spending::{self, Mended, PublicFacts, Show};

/// How many postings are held at a time, however many are new.
const PAGE: i64 = 500;
/// How long the words about a purchase are held back: visitors of a picket line should not learn where it buys (safety rule PR8).
pub(super) const HOLD_SECS: i64 = 72 * 3600;
/// Payments to people are shown as sums, of at least so many.
const LEAST_PEOPLE: i64 = 3;
/// The use whose payments go to people.
pub(super) const PEOPLE: &str = chart::PEOPLE;

/// What one page of new postings comes to.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The records, in order.
    pub records: Vec<Record>,
    /// Which posting each spending shows.
    pub shown: Vec<Shown>,
    /// Postings that were taken back before anybody saw them: both sides vanish.
    pub vanished: Vec<(EntryId, i64)>,
    /// Words that wait.
    pub waiting: Vec<Waiting>,
    /// The spendings whose words will not be shown any more.
    pub silenced: Vec<i64>,
}

/// Whether money was spent that may be shown now: cheap to ask.
pub(super) async fn has_news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<bool> {
    const FEW: i64 = 20;
    let first = ledger::unpublished(tx, (fund.id, fund.currency), (EntryId(0), 0), FEW).await?;
    let is_full = i64::try_from(first.len()) == Ok(FEW);
    Ok(is_full || first.iter().any(|posting| posting.path != PEOPLE) || are_enough(&first))
}

/// How many payments these are; what was taken back counts the other way.
fn payments(people: &[Unpublished]) -> i64 {
    people.iter().map(|row| if row.reverses.is_some() { -1 } else { 1 }).sum()
}

/// Whether so many payments to people may stand as one sum.
fn are_enough(people: &[Unpublished]) -> bool {
    payments(people).abs() >= LEAST_PEOPLE
}

/// Reads the fund's new spending page by page. It holds back payments to people until they are enough.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    fund: &'a Fund,
    now: Instant,
    after: (EntryId, i64),
    /// The number of the last spending.
    last: i64,
    people: Vec<Unpublished>,
    is_done: bool,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(fund: &'a Fund, last: i64, now: Instant) -> Self {
        Self { fund, now, after: (EntryId(0), 0), last, people: Vec::new(), is_done: false }
    }

    /// The next page; None at the end.
    pub(super) async fn next(&mut self, tx: &mut Tx) -> sqlx::Result<Option<Gathered>> {
        if self.is_done {
            return Ok(None);
        }
        let page = ledger::unpublished(tx, (self.fund.id, self.fund.currency), self.after, PAGE).await?;
        let Some(end) = page.last() else {
            self.is_done = true;
            return Ok(Some(self.people_as_a_sum()));
        };
        self.after = (end.entry_id, end.n);
        let (people, rows): (Vec<_>, Vec<_>) = page.into_iter().partition(|posting| posting.path == PEOPLE);
        self.people.extend(people);
        let known = Known::find(tx, &rows).await?;
        let mut gathered = Gathered::default();
        for row in &rows {
            if let Some(taken_back) = row.reverses {
                self.correction(tx, (row, taken_back), &known, &mut gathered).await?;
            } else if row.reversed_by.is_some() && known.mended(row).is_none() && row.source == Source::Spending {
                gathered.vanished.push((row.entry_id, row.n));
            } else {
                self.spending(tx, row, &known, &mut gathered).await?;
            }
        }
        Ok(Some(gathered))
    }

    fn blank(&mut self, row: &Unpublished, what: What) -> Spending {
        self.last += 1;
        Spending {
            n: self.last,
            week: row.effective_on.iso_week(),
            what,
            account: row.path.clone(),
            amount_minor: row.amount_minor,
            payments: None,
            units: None,
            receipt: None,
            agreed: None,
            corrects: None,
            mistake: None,
            reason: None,
            agreed_in: None,
            stands: None,
            held: None,
            unheld: false,
        }
    }

    async fn spending(&mut self, tx: &mut Tx, row: &Unpublished, known: &Known, gathered: &mut Gathered) -> sqlx::Result<()> {
        let Some((id, proposal)) = expense_of(row) else {
            let entry = self.blank(row, What::Entry);
            gathered.show(row, entry);
            return Ok(());
        };
        let mut spending = self.blank(row, What::Expense);
        let signed = known.signed.get(&proposal);
        spending.agreed = signed.map(Agreed::from);
        spending.agreed_in = signed.and_then(|signed| signed.last_at).map(|at| week_of(at, &self.fund.time_zone));
        let number = spending.n;
        // What was changed since is not what others agreed to: its words are not shown.
        let facts = known.facts.get(&id).filter(|facts| facts.proposal_id == Some(proposal));
        if let Some(facts) = facts {
            spending.week = facts.bought_on.iso_week();
            spending.receipt = Some(facts.receipts > 0);
            spending.stands = steps::in_public(facts.state).map(str::to_owned);
            spending.held = self.hold(facts).map(|hold| hold.as_told(&self.fund.time_zone));
            // One receipt in several parts is counted once, with its first.
            spending.units =
                facts.unit_count.zip(facts.unit).filter(|_| row.n == 1).map(|(count, unit)| Units { count, unit: unit.to_string() });
            if let Some(old) = facts.corrected_entry {
                spending.corrects = store::shown_of_entry(tx, self.fund.id, old).await?;
            }
        }
        gathered.show(row, spending);
        if let Some(facts) = facts {
            self.words(facts, number, gathered);
        }
        Ok(())
    }

    /// Until when words are held back; None: there are none, or they may be shown at once.
    fn hold(&self, facts: &PublicFacts) -> Option<Hold> {
        let hold = match facts.show_when {
            Show::Next => return None,
            Show::AfterHold => Hold::Until(facts.created_at.plus_secs(HOLD_SECS)),
            Show::AfterStrike => Hold::Strike,
        };
        let is_past = matches!(hold, Hold::Until(from) if from <= self.now) || is_over(self.fund);
        (has_words(facts) && !is_past).then_some(hold)
    }

    /// Shows the words at once, or notes when they may be.
    fn words(&self, facts: &PublicFacts, number: i64, gathered: &mut Gathered) {
        match self.hold(facts) {
            Some(hold) => gathered.waiting.push(Waiting { spending: number, expense_id: facts.id, show_from: hold.ends_at() }),
            None if has_words(facts) => gathered.records.push(text(facts, number, None, (self.fund, self.now))),
            None => {}
        }
    }

    async fn correction(
        &mut self,
        tx: &mut Tx,
        (row, taken_back): (&Unpublished, EntryId),
        known: &Known,
        gathered: &mut Gathered,
    ) -> sqlx::Result<()> {
        let old = match gathered.shown.iter().find(|shown| (shown.entry_id, shown.n) == (taken_back, row.n)) {
            Some(shown) => Some(shown.spending),
            None => store::shown(tx, (taken_back, row.n)).await?,
        };
        let Some(old) = old else {
            gathered.vanished.push((row.entry_id, row.n));
            return Ok(());
        };
        let mut spending = self.blank(row, What::Correction);
        spending.corrects = Some(old).filter(|old| *old > 0);
        let (mistake, reason) = match (known.mended_entry(taken_back), known.expenses.contains_key(&taken_back)) {
            (Some(mended), _) => (mended.wrong.map_or("other", Mistake::as_str), mended.reason.clone()),
            (None, true) => ("withdrawn", None),
            // An entry is taken back by two people, with a reason for the public, or because a match at the bank was undone.
            (None, false) => ("other", row.memo.clone()),
        };
        spending.mistake = Some(mistake.to_owned());
        spending.reason = reason;
        if let Some(number) = spending.corrects {
            let old = spending_of(tx, self.fund, number, &gathered.records).await?;
            spending.units = old.as_ref().and_then(|old| old.units.clone()).map(taken_back_units);
            let was_held = old.is_some_and(|old| old.held.is_some());
            let just = gathered.waiting.iter().any(|waiting| waiting.spending == number);
            spending.unheld = was_held && (just || store::is_waiting(tx, self.fund.id, number).await?);
            gathered.silenced.push(number);
        }
        gathered.show(row, spending);
        Ok(())
    }

    /// Payments to people as one sum, where they are enough; else they wait for others.
    fn people_as_a_sum(&mut self) -> Gathered {
        let mut gathered = Gathered::default();
        let people = std::mem::take(&mut self.people);
        let Some(first) = people.first().filter(|_| are_enough(&people)) else { return gathered };
        let mut sum = self.blank(first, What::People);
        sum.week = week_of(self.now, &self.fund.time_zone);
        sum.amount_minor = people.iter().fold(0, |sum, row| sum.saturating_add(row.amount_minor));
        sum.payments = Some(payments(&people));
        gathered.shown.extend(people.iter().map(|row| Shown { entry_id: row.entry_id, n: row.n, spending: 0 }));
        gathered.records.push(Record::Spending(sum));
        gathered
    }
}

impl Gathered {
    fn show(&mut self, row: &Unpublished, spending: Spending) {
        self.shown.push(Shown { entry_id: row.entry_id, n: row.n, spending: spending.n });
        self.records.push(Record::Spending(spending));
    }
}

/// Until when words are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Until(Instant),
    /// The end of the strike.
    Strike,
}

impl Hold {
    const fn ends_at(self) -> Option<Instant> {
        match self {
            Self::Until(from) => Some(from),
            Self::Strike => None,
        }
    }

    /// As records say it: a day, or a word.
    fn as_told(self, zone: &Zone) -> String {
        self.ends_at().map_or_else(|| STRIKE.to_owned(), |from| from.day_in(zone).to_string())
    }
}

/// What is known about a page's entries: read together, however many there are.
#[derive(Debug, Default)]
struct Known {
    facts: HashMap<ExpenseId, PublicFacts>,
    signed: HashMap<ProposalId, Signed>,
    mended: HashMap<ExpenseId, Mended>,
    /// The expense whose cost an entry is; of the page's own entries and of those they take back.
    expenses: HashMap<EntryId, ExpenseId>,
}

impl Known {
    async fn find(tx: &mut Tx, rows: &[Unpublished]) -> sqlx::Result<Self> {
        let mut known = Self::default();
        let mut proposals = Vec::new();
        for row in rows {
            if let Some((id, proposal)) = expense_of(row) {
                known.expenses.insert(row.entry_id, id);
                proposals.push(proposal);
            }
        }
        for taken_back in rows.iter().filter_map(|row| row.reverses) {
            let entry = ledger::find_entry(tx, taken_back).await?.map(|whole| whole.entry);
            let cost = entry.and_then(|entry| parse_cost(&entry.kind, &entry.source_id));
            known.expenses.extend(cost.map(|(id, _)| (taken_back, id)));
        }
        let mut ids: Vec<ExpenseId> = known.expenses.values().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        known.facts = spending::public_facts(tx, &ids).await?.into_iter().map(|facts| (facts.id, facts)).collect();
        known.mended = spending::mended(tx, &ids).await?.into_iter().map(|mended| (mended.id, mended)).collect();
        known.signed = approvals::signed(tx, &proposals).await?.into_iter().map(|signed| (signed.id, signed)).collect();
        Ok(known)
    }

    fn mended(&self, row: &Unpublished) -> Option<&Mended> {
        self.mended_entry(row.entry_id)
    }

    /// Why others agreed to put right what this entry is the cost of.
    fn mended_entry(&self, entry: EntryId) -> Option<&Mended> {
        self.mended.get(self.expenses.get(&entry)?)
    }
}

/// The words of spendings that may be shown by now, at most `limit`, and the numbers they belong to.
pub(super) async fn words(tx: &mut Tx, fund: &Fund, now: Instant, limit: i64) -> sqlx::Result<(Vec<i64>, Vec<Record>)> {
    let due = store::words_due(tx, fund.id, (!is_over(fund)).then_some(now), limit).await?;
    let ids: Vec<ExpenseId> = due.iter().map(|waiting| waiting.expense_id).collect();
    let facts: BTreeMap<ExpenseId, PublicFacts> =
        spending::public_facts(tx, &ids).await?.into_iter().map(|facts| (facts.id, facts)).collect();
    let mut texts = Vec::with_capacity(due.len());
    for waiting in &due {
        let Some(facts) = facts.get(&waiting.expense_id) else { continue };
        let held = spending_of(tx, fund, waiting.spending, &[]).await?.filter(|spending| spending.held.is_some());
        let freed = held.map(|spending| Freed { account: spending.account, amount_minor: spending.amount_minor });
        texts.push(text(facts, waiting.spending, freed, (fund, now)));
    }
    Ok((due.iter().map(|waiting| waiting.spending).collect(), texts))
}

const fn has_words(facts: &PublicFacts) -> bool {
    !facts.public_text.is_empty() || facts.show_shop
}

/// A spending of those just gathered, or of one that stands.
async fn spending_of(tx: &mut Tx, fund: &Fund, number: i64, gathered: &[Record]) -> sqlx::Result<Option<Spending>> {
    let just = gathered.iter().find_map(|record| match record {
        Record::Spending(spending) if spending.n == number => Some(spending.clone()),
        _ => None,
    });
    if just.is_some() {
        return Ok(just);
    }
    match store::numbered(tx, fund.id, "spending", number).await?.map(|leaf| Record::from_leaf(&leaf.body)) {
        Some(Ok(Record::Spending(spending))) => Ok(Some(spending)),
        _ => Ok(None),
    }
}

/// What a spending counted, taken back.
fn taken_back_units(units: Units) -> Units {
    Units { count: units.count.saturating_neg(), unit: units.unit }
}

fn text(facts: &PublicFacts, about: i64, freed: Option<Freed>, (fund, now): (&Fund, Instant)) -> Record {
    Record::Text(Text {
        week: week_of(now, &fund.time_zone),
        about,
        text: facts.public_text.clone(),
        shop: facts.show_shop.then(|| facts.vendor.clone()),
        bought_on: facts.show_shop.then(|| facts.bought_on.to_string()),
        freed,
    })
}

/// Whether the strike is over, so that nothing must be held back for it.
pub(super) const fn is_over(fund: &Fund) -> bool {
    fund.state.is_over()
}

/// The expense whose cost a posting is, and the agreement it was booked by.
fn expense_of(row: &Unpublished) -> Option<(ExpenseId, ProposalId)> {
    (row.source == Source::Spending).then(|| parse_cost(&row.kind, &row.source_id)).flatten()
}

fn parse_cost(kind: &str, source_id: &str) -> Option<(ExpenseId, ProposalId)> {
    let (id, proposal) = source_id.split_once('/').filter(|_| kind == "expense")?;
    Some((ExpenseId(id.parse().ok()?), ProposalId(proposal.parse().ok()?)))
}
