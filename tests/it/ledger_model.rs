//! The ledger beside a plain model of it in memory: random commands to both, compared after every step.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use strikefund::clock::Day;
use strikefund::ids::{EntryId, FundId};
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::transact;

use crate::support::{Books, block_on};

/// How many histories each database lives through, and how long each is.
const HISTORIES: u32 = 12;
const STEPS: std::ops::Range<usize> = 20..60;

/// Accounts the commands post to, and whether their postings stand on a fund.
const ACCOUNTS: [(&str, bool); 7] = [
    (chart::STRIPE, false),
    (chart::BANK, false),
    (chart::SUSPENSE, false),
    (chart::ONLINE, true),
    (chart::REFUNDS, true),
    (chart::PROCESSING, true),
    (chart::OPENING, true),
];
const DAYS: [&str; 5] = ["2025-12-31", "2026-02-28", "2026-11-14", "2026-11-15", "2027-01-01"];
const CURRENCIES: [&str; 3] = ["USD", "JPY", "KWD"];

#[derive(Clone, Debug)]
enum Command {
    /// Posts an entry of `amounts` and the posting that balances them.
    Post { day: usize, amounts: Vec<(usize, usize, i64)>, last: usize },
    /// Posts an earlier entry once more, word for word.
    Again(prop::sample::Index),
    /// Posts another amount under the source of an earlier entry.
    Otherwise(prop::sample::Index),
    /// Posts what does not balance.
    Unbalanced { minor: i64 },
    /// Posts to an account that is not there.
    Nowhere,
    /// Takes an earlier entry back.
    Reverse(prop::sample::Index),
    /// Folds some entries into the day sums.
    Fold(i64),
    /// Throws the day sums away.
    Drop,
}

fn command() -> impl Strategy<Value = Command> {
    let amount = (0..ACCOUNTS.len(), 0..CURRENCIES.len(), prop_oneof![-5_000_i64..5_000, -9_000_000_000_000..9_000_000_000_000_i64]);
    let post = (
        0..DAYS.len(),
        prop::collection::vec(amount.prop_filter("no posting is zero", |(_, _, minor)| *minor != 0), 1..5),
        0..ACCOUNTS.len(),
    )
        .prop_map(|(day, amounts, last)| Command::Post { day, amounts, last });
    prop_oneof![
        8 => post,
        2 => any::<prop::sample::Index>().prop_map(Command::Again),
        1 => any::<prop::sample::Index>().prop_map(Command::Otherwise),
        1 => (1_i64..100).prop_map(|minor| Command::Unbalanced { minor }),
        1 => Just(Command::Nowhere),
        3 => any::<prop::sample::Index>().prop_map(Command::Reverse),
        3 => (1_i64..8).prop_map(Command::Fold),
        1 => Just(Command::Drop),
    ]
}

/// The books as a list: no database, no sums, nothing clever.
#[derive(Debug, Default)]
struct Model {
    entries: Vec<(EntryId, NewEntry)>,
    reversed: BTreeSet<EntryId>,
}

/// What an account holds for a fund in a currency.
type Holdings = BTreeMap<(String, Option<FundId>, Currency), i64>;

impl Model {
    fn balances(&self, as_of: Option<Day>) -> Holdings {
        let mut holdings = Holdings::new();
        let counted = self.entries.iter().filter(|(_, entry)| as_of.is_none_or(|day| entry.effective_on <= day));
        for posting in counted.flat_map(|(_, entry)| &entry.postings) {
            let key = (posting.path.to_string(), posting.fund, posting.amount.currency);
            *holdings.entry(key).or_default() += posting.amount.minor;
        }
        holdings.retain(|_, minor| *minor != 0);
        holdings
    }

    fn pick(&self, index: prop::sample::Index) -> Option<&(EntryId, NewEntry)> {
        (!self.entries.is_empty()).then(|| &self.entries[index.index(self.entries.len())])
    }
}

#[test]
fn random_histories_agree_with_the_model_on_sqlite() {
    run_histories(|| async { Some(Books::on_sqlite().await) });
}

#[test]
fn random_histories_agree_with_the_model_on_postgres() {
    run_histories(Books::on_postgres);
}

/// Each history runs on a new database; a failing one is made small and shown by the seed it grew from.
fn run_histories<F: Future<Output = Option<Books>>>(new_books: impl Fn() -> F) {
    let config = Config { cases: HISTORIES, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[42; 32]));
    let outcome = runner.run(&prop::collection::vec(command(), STEPS), |history| {
        block_on(async {
            let Some(books) = new_books().await else { return Ok(()) };
            let lived = live(&books, &history).await;
            books.close().await;
            lived.map_err(TestCaseError::fail)
        })
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

async fn live(books: &Books, history: &[Command]) -> Result<(), String> {
    let funds = [books.general_fund().await, books.fund("children", Some("care")).await];
    let mut model = Model::default();
    for (step, command) in history.iter().enumerate() {
        obey(books, &mut model, &funds, step, command).await.map_err(|said| format!("step {step}, {command:?}: {said}"))?;
        compare(books, &model).await.map_err(|said| format!("after step {step}, {command:?}: {said}"))?;
    }
    Ok(())
}

/// Gives the command to both, and checks that both take it or both refuse it.
async fn obey(books: &Books, model: &mut Model, funds: &[FundId], step: usize, command: &Command) -> Result<(), String> {
    match command {
        Command::Post { day, amounts, last } => {
            let entry = entry(step, DAYS[*day], funds, amounts, *last);
            if entry.postings.len() < 2 {
                return Ok(());
            }
            let posted = post(books, &entry).await.map_err(|error| error.to_string())?;
            let Posted::New(id) = posted else { return Err("a new entry was known".to_owned()) };
            model.entries.push((id, entry));
        }
        Command::Again(index) => {
            let Some((id, entry)) = model.pick(*index) else { return Ok(()) };
            let posted = post(books, entry).await.map_err(|error| error.to_string())?;
            expect(posted == Posted::Known(*id), "an entry posted twice is the same entry")?;
        }
        Command::Otherwise(index) => {
            let Some((_, entry)) = model.pick(*index) else { return Ok(()) };
            let mut other = entry.clone();
            let currency = other.postings[0].amount.currency;
            other.postings.push(NewPosting::pooled(chart::STRIPE, Money::new(7, currency)));
            other.postings.push(NewPosting::pooled(chart::BANK, Money::new(-7, currency)));
            expect(matches!(post(books, &other).await, Err(PostError::Differs(_))), "other content under a known source is refused")?;
        }
        Command::Unbalanced { minor } => {
            let mut entry = entry(step, DAYS[0], funds, &[(0, 0, *minor)], 1);
            entry.postings[0].amount.minor += 1;
            expect(matches!(post(books, &entry).await, Err(PostError::Unbalanced(_))), "what does not sum to zero is refused")?;
        }
        Command::Nowhere => {
            let mut entry = entry(step, DAYS[0], funds, &[(0, 0, 5)], 1);
            entry.postings[1].path = "assets:under-the-mattress".into();
            expect(matches!(post(books, &entry).await, Err(PostError::NoAccount(_))), "an account that is not there is refused")?;
        }
        Command::Reverse(index) => {
            let Some((id, original)) = model.pick(*index).cloned() else { return Ok(()) };
            let on = original.effective_on.next();
            let now = books.now();
            let outcome: Result<Posted, PostError> =
                transact!(books.db, tx => ledger::reverse(tx, id, on, "a mistake", Some("treasurer"), now).await);
            if model.reversed.contains(&id) {
                return expect(matches!(outcome, Err(PostError::NotReversible(_))), "an entry is reversed once");
            }
            let reversal = outcome.map_err(|error| error.to_string())?.entry();
            let postings = original.postings.iter().cloned().map(negated).collect();
            model.reversed.insert(id);
            model.entries.push((reversal, reversal_of(id, on, postings)));
        }
        Command::Fold(limit) => {
            let folded: sqlx::Result<u64> = transact!(books.db, tx => ledger::fold(tx, *limit).await);
            let folded = folded.map_err(|error| error.to_string())?;
            expect(folded <= limit.unsigned_abs(), "no more is folded than was asked")?;
        }
        Command::Drop => {
            let dropped: sqlx::Result<()> = transact!(books.db, tx => ledger::drop_day_sums(tx).await);
            dropped.map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

async fn post(books: &Books, entry: &NewEntry) -> Result<Posted, PostError> {
    let now = books.now();
    transact!(books.db, tx => ledger::post(tx, entry, now).await)
}

/// The books and the list say the same, now and at the end of every day.
async fn compare(books: &Books, model: &Model) -> Result<(), String> {
    let tx = &mut books.db.begin_read().await.map_err(|error| error.to_string())?;
    let wrong = ledger::verify(tx).await.map_err(|error| error.to_string())?;
    expect(wrong.is_none(), &format!("verify: {wrong:?}"))?;
    for as_of in [None].into_iter().chain(DAYS.map(|day| Some(day.parse::<Day>().expect("a day")))) {
        let held = ledger::balances(tx, as_of).await.map_err(|error| error.to_string())?;
        let held: Holdings = held.into_iter().map(|b| ((b.path, b.fund, b.amount.currency), b.amount.minor)).collect();
        let listed = model.balances(as_of);
        expect(held == listed, &format!("as of {as_of:?} the books hold {held:?}, the list {listed:?}"))?;
    }
    for column in ledger::trial_balance(tx, None).await.map_err(|error| error.to_string())? {
        expect(column.debits_minor == column.credits_minor, &format!("the trial balance in {} does not tie", column.currency))?;
    }
    let standing = ledger::entries(tx, EntryId(0), 1_000).await.map_err(|error| error.to_string())?;
    expect(standing.len() == model.entries.len(), "as many entries as were posted")?;
    let same = standing.iter().zip(&model.entries).all(|(ours, (id, theirs))| ours.id == *id && theirs.says_the_same(ours));
    expect(same, "the entries stand as they were posted, in order")
}

/// An entry of these amounts; each currency is brought to zero on the account `last`.
fn entry(step: usize, day: &str, funds: &[FundId], amounts: &[(usize, usize, i64)], last: usize) -> NewEntry {
    let posting = |(account, currency, minor): (usize, usize, i64)| {
        let (path, funded) = ACCOUNTS[account];
        let amount = Money::new(minor, CURRENCIES[currency].parse().expect("a currency"));
        let fund = funds[usize::from(minor % 2 == 0)];
        if funded { NewPosting::of_fund(path, fund, amount) } else { NewPosting::pooled(path, amount) }
    };
    let mut left: BTreeMap<usize, i64> = BTreeMap::new();
    for (_, currency, minor) in amounts {
        *left.entry(*currency).or_default() -= minor;
    }
    let balancing = left.into_iter().filter(|(_, minor)| *minor != 0).map(|(currency, minor)| (last, currency, minor));
    NewEntry {
        source: Source::Spending,
        source_id: format!("step-{step}"),
        kind: "payment",
        effective_on: day.parse().expect("a day"),
        memo: Some(format!("made at step {step}")),
        actor: None,
        reverses: None,
        postings: amounts.iter().copied().chain(balancing).map(posting).collect(),
    }
}

fn negated(mut posting: NewPosting) -> NewPosting {
    posting.amount.minor = -posting.amount.minor;
    posting
}

fn reversal_of(id: EntryId, on: Day, postings: Vec<NewPosting>) -> NewEntry {
    let (source, kind) = (Source::Reversal, "reversal");
    NewEntry { source, source_id: id.to_string(), kind, effective_on: on, memo: None, actor: None, reverses: Some(id), postings }
}

fn expect(holds: bool, claim: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(claim.to_owned()) }
}
