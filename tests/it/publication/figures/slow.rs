//! The slow computation: every entry of the books, read one by one, against every report.

use std::collections::{BTreeMap, BTreeSet};

use strikefund::clock::{Day, Instant};
use strikefund::funds;
use strikefund::ids::EntryId;
use strikefund::ledger::{self, Entry};

use super::life::{self, Dice};
use super::{amounts, pages, rows};
use crate::publication::stranger::{self, everything, tree};
use crate::publication::{file, text, verified};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// Minor units by item and period.
pub type Sums = BTreeMap<(String, String), i64>;

/// What the test itself knows: what each expense was bought for, on what, when; and which week showed which gifts.
#[derive(Default)]
struct Known {
    /// Gift-side sums that were published, by account and week.
    gift_side: Sums,
}

async fn entries(books: &Books) -> Vec<Entry> {
    ledger::entries(&mut books.db.begin_read().await.unwrap(), EntryId(0), 100_000).await.unwrap()
}

fn balance(entries: &[Entry], takes: impl Fn(&str) -> bool) -> i64 {
    entries.iter().flat_map(|entry| &entry.postings).filter(|posting| takes(&posting.path)).map(|posting| posting.amount.minor).sum()
}

fn week_of(day: Day) -> String {
    day.iso_week()
}

fn month_of(week: &str) -> String {
    Day::of_iso_week(week).unwrap().plus_days(3).month()
}

/// Spending by account and week, from the expenses and the books: what was bought counts when it was bought, all else on its entry's day.
async fn spending(books: &Books, entries: &[Entry]) -> Sums {
    let mut sums = Sums::new();
    let is_spending = |path: &str| ["expenses:program:", "expenses:grants:", "expenses:admin:"].iter().any(|part| path.starts_with(part));
    for entry in entries {
        for posting in entry.postings.iter().filter(|posting| is_spending(&posting.path)) {
            let tx = &mut books.db.begin_read().await.unwrap();
            let bought_on = strikefund::spending::find_by_entry(tx, entry.id).await.unwrap().map(|expense| expense.bought_on);
            let week = week_of(bought_on.unwrap_or(entry.effective_on));
            *sums.entry((posting.path.clone(), week)).or_default() += posting.amount.minor;
        }
    }
    sums
}

impl Known {
    /// What a batch added, where there was one: the difference to what was published before.
    fn count(&mut self, entries: &[Entry], now: Instant, has_batch: bool) {
        let week = week_of(now.day_in(&"America/Los_Angeles".parse().unwrap()));
        let opening = -balance(entries, |path| path == "equity:opening");
        self.raise("equity:opening", &week, opening);
        if !has_batch {
            return;
        }
        let gifts = -balance(entries, |path| path.starts_with("income:donations:") && !path.ends_with("in-kind"));
        let refunds = balance(entries, |path| path == "income:refunds");
        let count = entries.iter().flat_map(|entry| &entry.postings).filter(|posting| posting.path == "income:refunds").count();
        // Every refund of this life is five dollars, so what was published of them tells how many.
        let shown = self.total("income:refunds") / -500;
        let enough = i64::try_from(count).unwrap() - shown >= 5;
        let refunded = if enough { refunds } else { -self.total("income:refunds") };
        self.raise("income:donations", &week, gifts - (refunds - refunded));
        self.raise("income:refunds", &week, -refunded);
        self.raise("expenses:fees", &week, balance(entries, |path| path.starts_with("expenses:fees:")));
    }

    fn total(&self, account: &str) -> i64 {
        self.gift_side.iter().filter(|((other, _), _)| other == account).map(|(_, minor)| minor).sum()
    }

    fn raise(&mut self, account: &str, week: &str, to: i64) {
        let by = to - self.total(account);
        if by != 0 {
            *self.gift_side.entry((account.to_owned(), week.to_owned())).or_default() += by;
        }
    }
}

/// The same by week, by month, and since the start.
fn spanned(by_week: &Sums) -> Sums {
    let mut sums = Sums::new();
    for ((item, week), minor) in by_week {
        for period in [String::new(), month_of(week), week.clone()] {
            *sums.entry((item.clone(), period)).or_default() += minor;
        }
    }
    sums.retain(|_, minor| *minor != 0);
    sums
}

fn as_sums(rows: &[(String, String, i64)]) -> Sums {
    let mut sums = Sums::new();
    for (item, period, minor) in rows {
        *sums.entry((item.clone(), period.clone())).or_default() += minor;
    }
    sums.retain(|_, minor| *minor != 0);
    sums
}

/// Whatever way gifts are told by: together they are the gifts.
fn without_ways(sums: Sums) -> Sums {
    let mut merged = Sums::new();
    for ((item, period), minor) in sums {
        let item = if item.starts_with("income:donations") { "income:donations".to_owned() } else { item };
        *merged.entry((item, period)).or_default() += minor;
    }
    merged.retain(|_, minor| *minor != 0);
    merged
}

async fn activities(books: &Books, known: &Known, spent: &Sums) {
    let rows = rows(books, "activities").await;
    let (mut came_in, mut went_out) = (Sums::new(), spent.clone());
    for ((account, week), minor) in &known.gift_side {
        let side = if account == "expenses:fees" { &mut went_out } else { &mut came_in };
        side.insert((account.clone(), week.clone()), *minor);
    }
    assert_eq!(without_ways(as_sums(&amounts(&rows, "in"))), spanned(&came_in));
    assert_eq!(as_sums(&amounts(&rows, "out")), spanned(&went_out));
    let mut changes = Sums::new();
    for ((_, week), minor) in &came_in {
        *changes.entry(("2-change".to_owned(), week.clone())).or_default() += minor;
    }
    for ((_, week), minor) in &went_out {
        *changes.entry(("2-change".to_owned(), week.clone())).or_default() -= minor;
    }
    let fund = as_sums(&amounts(&rows, "fund"));
    let told: Sums = fund.iter().filter(|((item, _), _)| item == "2-change").map(|(key, minor)| (key.clone(), *minor)).collect();
    assert_eq!(told, spanned(&changes));
    // What was there after a week is the sum of all changes until then.
    let closing = |until: &str| changes.iter().filter(|((_, week), _)| &**week <= until).map(|(_, minor)| minor).sum::<i64>();
    for (_, week) in changes.keys() {
        let shown = fund.get(&("3-closing".to_owned(), week.clone())).copied().unwrap_or(0);
        assert_eq!(shown, closing(week), "{week}");
    }
    let on_hand = closing("9999");
    let position = super::rows(books, "position").await;
    // The reserve for disputes goes up to the next cent.
    let reserve = (on_hand.max(0) * life::RESERVE + 99) / 100;
    let balance = [("3-closing", on_hand), ("4-reserve", reserve), ("5-free", on_hand - reserve)];
    assert_eq!(amounts(&position, "balance"), balance.map(|(item, minor)| (item.to_owned(), String::new(), minor)));
    let cash = super::rows(books, "cash").await;
    assert_eq!(amounts(&cash, "money/closing").last().unwrap().2, on_hand);
    let (into, out): (i64, i64) = (came_in.values().sum(), went_out.values().sum());
    let sum = |part| amounts(&cash, part).iter().map(|row| row.2).sum::<i64>();
    assert_eq!((sum("money/in"), sum("money/out")), (into, out));
    let accounts = amounts(&super::rows(books, "trial-balance").await, "accounts");
    assert_eq!(accounts.iter().map(|row| row.2).sum::<i64>(), 0);
    assert!(accounts.contains(&("assets".to_owned(), String::new(), on_hand)), "{accounts:?}");
}

async fn spending_reports(books: &Books, spent: &Sums, known: &Known, until: Day) {
    let rows = rows(books, "spending").await;
    let (mut uses, mut months) = (Sums::new(), Sums::new());
    for ((account, week), minor) in spent {
        *uses.entry((account.clone(), String::new())).or_default() += minor;
        *months.entry((account.clone(), month_of(week))).or_default() += minor;
    }
    assert_eq!(as_sums(&amounts(&rows, "uses")), uses);
    assert_eq!(as_sums(&amounts(&rows, "months")), months);
    assert_eq!(as_sums(&amounts(&rows, "weeks")), *spent);
    let strike: Day = "2026-11-11".parse().unwrap();
    for (_, _, week, days, _) in rows.iter().filter(|row| row.0 == "strike/days") {
        let monday = Day::of_iso_week(week).unwrap();
        let counted = (0..7).map(|n| monday.plus_days(n)).filter(|day| *day >= strike && *day <= until).count();
        assert_eq!(*days, i64::try_from(counted).unwrap(), "{week}");
        let spent: i64 = spent.iter().filter(|((_, other), _)| other == week).map(|(_, minor)| minor).sum();
        assert!(rows.iter().any(|row| row.0 == "strike/spent" && row.2 == *week && row.4 == spent), "{week}");
        assert!(rows.iter().any(|row| row.0 == "strike/per-day" && row.2 == *week && row.4 == spent / days), "{week}");
    }
    let purpose = |part: &str| amounts(&rows, part).iter().map(|row| row.2).sum::<i64>();
    let of = |prefix: &str| uses.iter().filter(|((account, _), _)| account.starts_with(prefix)).map(|(_, minor)| minor).sum::<i64>();
    assert_eq!(purpose("purposes/help"), of("expenses:program:"));
    assert_eq!(purpose("purposes/running"), of("expenses:admin:"));
    assert_eq!(purpose("purposes/raising"), known.total("expenses:fees"));

    let promise = super::rows(books, "promise").await;
    let inside: i64 = amounts(&promise, "inside").iter().map(|row| row.2).sum();
    let outside: i64 = amounts(&promise, "outside").iter().map(|row| row.2).sum();
    assert_eq!((inside, outside), (of("expenses:program:"), of("expenses:admin:")));
    for (_, item, _, _, left) in super::rows(books, "budget").await.iter().filter(|row| row.0 == "plan/left") {
        let budget: i64 = if item.ends_with("food") { 120_000 } else { newest_budget(books).await };
        assert_eq!(*left, budget - of(item), "{item}");
    }
    let forms = super::rows(books, "lm").await;
    let form = |part: &str, item: &str| forms.iter().filter(|row| row.0 == part && row.1 == item).map(|row| row.4).sum::<i64>();
    assert_eq!(form("lm2", "lm2-48"), known.total("income:donations"));
    assert_eq!(
        (form("lm2", "lm2-50"), form("lm3", "lm3-54") + known.total("income:refunds")),
        (of("expenses:program:"), of("expenses:program:"))
    );
}

/// What the newest change of the budget for water set, by its own words.
async fn newest_budget(books: &Books) -> i64 {
    let tx = &mut books.db.begin_read().await.unwrap();
    let fund = funds::find_by_slug(tx, "general").await.unwrap().unwrap();
    let set = strikefund::spending::budgets::all_set(tx, fund.id).await.unwrap();
    set.iter().rev().find(|set| set.category == "water").unwrap().amount_minor
}

async fn goods_and_ledger(books: &Books, entries: &[Entry], publications: i64) {
    let worth = balance(entries, |path| path.starts_with("expenses:in-kind:"));
    let rows = rows(books, "in-kind").await;
    assert_eq!(rows.iter().map(|row| row.4).sum::<i64>(), worth);

    // The general ledger adds up to what the other reports say, and every publication is in it.
    let csv = text(books, "reports/ledger-1.csv").await;
    let lines: Vec<csv::StringRecord> = csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
    let money: i64 = lines.iter().filter(|line| &line[7] == "money").map(|line| line[8].replace('.', "").parse::<i64>().unwrap()).sum();
    let position = super::rows(books, "position").await;
    assert_eq!(-money, amounts(&position, "balance")[0].2);
    let shown: BTreeSet<&str> = lines.iter().map(|line| &line[1]).collect();
    assert_eq!(shown.len(), usize::try_from(publications).unwrap());
    let records: BTreeSet<i64> = lines.iter().map(|line| line[0].parse().unwrap()).collect();
    assert_eq!(records.into_iter().collect::<Vec<_>>(), (0..i64::try_from(records_in(&lines)).unwrap()).collect::<Vec<_>>());
}

fn records_in(lines: &[csv::StringRecord]) -> usize {
    lines.iter().map(|line| line[11].to_owned() + &line[0]).collect::<BTreeSet<_>>().len()
}

/// Accounts stand as they stood in the books when they were last told apart, or move together since.
async fn accounts(books: &Books, entries: &[Entry], was_told: bool) {
    if !was_told {
        return;
    }
    let rows = rows(books, "position").await;
    let pooled = |path: &str| path.starts_with("assets:") || path.starts_with("liabilities:");
    assert_eq!(amounts(&rows, "pooled")[0].2, balance(entries, pooled));
    for (item, _, minor) in amounts(&rows, "owns") {
        let prefix = format!("{item}:");
        if !rows.iter().any(|row| row.1 == "assets:together") {
            assert_eq!(minor, balance(entries, |path| path == item || path.starts_with(&prefix)), "{item}");
        }
    }
}

on_both_databases! {
    async fn every_report_equals_a_slow_computation_over_the_books_at_every_publication(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        life::begin(&treasury).await;
        let (mut known, mut dice, mut told, mut batches, mut checked) = (Known::default(), Dice::new(11), 0, 0, 0);
        for n in 0..14 {
            let now = books.now();
            let Some(number) = life::day(&treasury, &mut dice, n).await else { continue };
            let entries = entries(books).await;
            let gifts = rows(books, "gifts").await;
            let has_batch = gifts.iter().filter(|row| row.0 == "batches").count() > batches;
            batches += usize::from(has_batch);
            known.count(&entries, now, has_batch);
            let spent = spending(books, &entries).await;
            activities(books, &known, &spent).await;
            spending_reports(books, &spent, &known, now.day_in(&"America/Los_Angeles".parse().unwrap())).await;
            goods_and_ledger(books, &entries, number).await;
            pages::spending_by_week(books, &spent).await;
            pages::times(books, &known.gift_side, &spent, now.day_in(&"America/Los_Angeles".parse().unwrap())).await;
            pages::goal(books, known.total("income:donations")).await;
            let ledger = text(books, "reports/ledger-1.csv").await;
            let accounts_told = ledger.matches(",\"accounts\",").count();
            accounts(books, &entries, accounts_told > told).await;
            (told, checked) = (accounts_told, checked + 1);
        }
        assert!(checked >= 10 && batches >= 4 && told > 4, "{checked} {batches} {told}");
        assert_eq!(verified(books).await, None);
        let folder = tree(books).await;
        stranger::checked(books, folder.path(), None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_commands_give_the_same_bytes_on_both_databases() {
    let Some(postgres) = Books::on_postgres().await else { return };
    let sqlite = Books::on_sqlite().await;
    for books in [&sqlite, &postgres] {
        let treasury = Treasury::holding(books, 0).await;
        life::begin(&treasury).await;
        let mut dice = Dice::new(5);
        for n in 0..8 {
            life::day(&treasury, &mut dice, n).await;
        }
    }
    let (ours, theirs) = (everything(&sqlite).await, everything(&postgres).await);
    assert!(ours.len() > 200, "{}", ours.len());
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (path, body) in &ours {
        let (one, other) = (String::from_utf8_lossy(body), String::from_utf8_lossy(&theirs[path]));
        assert_eq!(one, other, "{path}");
    }
    assert!(file(&sqlite, None, "reports/nothing.csv").await.is_none());
    sqlite.close().await;
    postgres.close().await;
}
