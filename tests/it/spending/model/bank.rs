//! The bank: its statements, and what a treasurer ties, unties, books and leaves out.

use strikefund::bank::{self, BankLine, Choice as Tied};
use strikefund::booking::bank::{self as desk, BankError, Booked};
use strikefund::clock::Zone;
use strikefund::ids::{BankLineId, EntryId};

use super::*;
use crate::bank::{import, table};

/// What a match that stands has done by itself, and undoing it takes back.
#[derive(Clone, Copy, Debug)]
pub enum Matched {
    /// Nothing.
    Tied,
    /// So much is the general fund's.
    Booked(i64),
    /// A payment of an expense came back; or what it was bought with, where it was paid as it was bought.
    Returned { expense: ExpenseId, bought: bool },
    /// What had gone to the north gate came back.
    Moved(i64),
}

/// Before and after everything.
const EVER: (&str, &str) = ("2000-01-01", "2100-01-01");

impl World<'_> {
    /// The bank's next lines: payments of ours, and others. The same file again changes nothing.
    pub async fn statement(&mut self) {
        let day = self.treasury.books.now().day_in(&Zone::UTC);
        let paid: Vec<i64> = self.expenses.values().filter(|known| known.paid_from == Some(chart::BANK)).map(Known::minor).collect();
        let mut rows = Vec::new();
        for _ in 0..=self.below(3) {
            let other = i64::try_from(self.below(900)).unwrap() - 450;
            let minor = match self.below(6) {
                0..3 => self.any(&paid).map_or(0, |minor| -minor),
                // It sends back what had left.
                3 => self.any(&paid).unwrap_or(0),
                _ => other,
            };
            if minor != 0 {
                self.bank_minor += minor;
                let sign = if minor < 0 { "-" } else { "" };
                let amount = format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100);
                rows.push((format!("line {}", self.treasury.books.entropy.reference()), amount));
            }
        }
        let day = day.to_string();
        let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(text, amount)| (&*day, &**text, &**amount)).collect();
        if rows.is_empty() {
            return;
        }
        let bytes = table(&rows);
        import(self.treasury.books, self.treasury.author(), &bytes, Some(self.bank_minor)).await.unwrap();
        assert!(import(self.treasury.books, self.treasury.author(), &bytes, Some(self.bank_minor)).await.is_err(), "a file is taken once");
        // Two statements of one day could be told in either order.
        self.treasury.books.clock.advance(std::time::Duration::from_hours(24));
    }

    async fn open_lines(&self) -> Vec<BankLine> {
        let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
        bank::open_lines(tx, self.account.id, EVER.0.parse().unwrap(), EVER.1.parse().unwrap(), 1_000).await.unwrap()
    }

    /// What is proposed for a line, or anything else, which is refused unless it comes to the same.
    pub async fn tie(&mut self) {
        let books = self.treasury.books;
        let Some(line) = self.any(&self.open_lines().await) else { return };
        let (proposed, open) = {
            let tx = &mut books.db.begin_read().await.unwrap();
            let open = bank::open_postings(tx, self.account.id, EVER.0.parse().unwrap(), EVER.1.parse().unwrap(), 1_000).await.unwrap();
            (bank::propose(tx, &line).await.unwrap(), open)
        };
        let exact = proposed.first().map(|proposal| proposal.posting.clone());
        let Some(posting) = (if self.below(5) == 0 { self.any(&open) } else { exact }) else { return };
        let choice = Tied { lines: vec![line.id], postings: vec![(posting.entry_id, posting.n)] };
        let (operation, now, actor) = (self.treasury.operation(), books.now(), self.treasury.author());
        let tied: Result<MatchId, BankError> = transact!(books.db, tx => desk::tie(tx, actor, &choice, &operation, now).await);
        println!("line {} of {} is {}: {tied:?}", line.id, line.amount_minor, posting.entry_id);
        assert_eq!(tied.is_ok(), posting.amount_minor == line.amount_minor, "{tied:?}");
        if let Ok(id) = tied {
            self.matches.insert(id, Matched::Tied);
            self.mark(posting.entry_id, State::Paid, State::Matched).await;
        }
    }

    /// The expense that an entry pays.
    async fn paid_by(&self, entry: EntryId) -> Option<ExpenseId> {
        let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
        spending::find_by_entry(tx, entry).await.unwrap().map(|expense| expense.id)
    }

    /// The expense that an entry pays goes from one state to the other, if it is in the one.
    async fn mark(&mut self, entry: EntryId, from: State, to: State) {
        if let Some(id) = self.paid_by(entry).await {
            let known = self.expenses.get_mut(&id).unwrap();
            if known.state == from {
                known.state = to;
            }
        }
    }

    pub async fn undo(&mut self) {
        let Some(id) = self.any(&self.matches.keys().copied().collect::<Vec<_>>()) else { return };
        let books = self.treasury.books;
        let entries: Vec<EntryId> = {
            let tx = &mut books.db.begin_read().await.unwrap();
            let standing = bank::newest(tx, self.account.id, None, 1_000).await.unwrap();
            let found = standing.into_iter().find(|found| found.id == id).unwrap();
            bank::sides(tx, &found).await.unwrap().1.iter().map(|posting| posting.entry_id).collect()
        };
        let (operation, now, actor) = (self.treasury.operation(), books.now(), self.treasury.author());
        let undone: Result<(), BankError> = transact!(books.db, tx => desk::undo(tx, actor, id, &operation, now).await);
        println!("undo of {id}, {:?}: {undone:?}", self.matches[&id]);
        match self.matches[&id] {
            Matched::Tied => undone.unwrap(),
            Matched::Booked(minor) => {
                undone.unwrap();
                self.plain.give(self.treasury.fund, -minor);
            }
            Matched::Moved(minor) => {
                undone.unwrap();
                self.plain.add(chart::BANK, -minor);
                self.plain.add(GATE, minor);
            }
            Matched::Returned { expense, bought } => {
                let known = self.expenses.get_mut(&expense).unwrap();
                if known.back != Some(id) {
                    // It was paid again, or is another expense by now: it would be paid twice.
                    assert!(matches!(undone, Err(BankError::PaidAgain)), "{known:?} {undone:?}");
                    return;
                }
                undone.unwrap();
                if bought {
                    self.plain.promise(known);
                }
                self.plain.pay(known, chart::BANK);
                self.read_state(expense).await;
            }
        }
        self.matches.remove(&id);
        for entry in entries {
            self.mark(entry, State::Matched, State::Paid).await;
        }
    }

    /// An expense whose payment stands again is paid, or matched where the bank had shown it.
    async fn read_state(&mut self, id: ExpenseId) {
        let state = self.treasury.state(id).await;
        assert!(matches!(state, State::Paid | State::Matched), "{state:?}");
        self.expenses.get_mut(&id).unwrap().state = state;
    }

    /// A treasurer says that a line is a payment of ours, come back: it is owed again, or was not bought after all.
    pub async fn come_back(&mut self) {
        let books = self.treasury.books;
        // Smaller ones may be fees and interest.
        let lines: Vec<BankLine> = self.open_lines().await.into_iter().filter(|line| line.amount_minor > 450).collect();
        let Some(line) = self.any(&lines) else { return };
        let paid = desk::may_have_returned(&mut books.db.begin_read().await.unwrap(), &self.account, &line).await.unwrap();
        let Some(posting) = self.any(&paid) else { return };
        let expense = self.paid_by(posting.entry_id).await;
        let (operation, now, actor) = (self.treasury.operation(), books.now(), self.treasury.author());
        let booked = Booked::Returned(posting.entry_id);
        let done: Result<MatchId, BankError> =
            transact!(books.db, tx => desk::book_line(tx, actor, line.id, &booked, &operation, now).await);
        println!("line {} of {} is {} come back: {done:?}", line.id, line.amount_minor, posting.entry_id);
        let id = done.unwrap();
        let Some(expense) = expense else {
            self.plain.add(chart::BANK, line.amount_minor);
            self.plain.add(GATE, -line.amount_minor);
            self.matches.insert(id, Matched::Moved(line.amount_minor));
            return;
        };
        let known = self.expenses.get_mut(&expense).unwrap();
        assert!(matches!(known.state, State::Paid | State::Matched) && known.minor() == line.amount_minor, "{known:?}");
        let bought = known.from.is_some();
        if bought {
            self.plain.take_back(known);
            known.state = State::Corrected;
        } else {
            self.plain.add(chart::BANK, line.amount_minor);
            self.plain.add(chart::REIMBURSEMENTS, -line.amount_minor);
            (known.state, known.paid_from) = (State::Approved, None);
        }
        known.back = Some(id);
        self.matches.insert(id, Matched::Returned { expense, bought });
    }

    /// Fees and interest are facts: they are booked whatever they leave behind.
    pub async fn book_or_ignore(&mut self) {
        let small: Vec<BankLine> = self.open_lines().await.into_iter().filter(|line| line.amount_minor.abs() <= 450).collect();
        let Some(line) = self.any(&small) else { return };
        let (id, books): (BankLineId, _) = (line.id, self.treasury.books);
        let (operation, now, actor) = (self.treasury.operation(), books.now(), self.treasury.author());
        let booked = if line.amount_minor > 0 { Booked::Interest } else { Booked::Fee };
        let ignores = self.below(4) == 0;
        let done: Result<MatchId, BankError> = if ignores {
            transact!(books.db, tx => desk::ignore(tx, actor, id, "a mistake of the bank", &operation, now).await)
        } else {
            transact!(books.db, tx => desk::book_line(tx, actor, id, &booked, &operation, now).await)
        };
        let minor = if ignores { 0 } else { line.amount_minor };
        self.matches.insert(done.unwrap(), Matched::Booked(minor));
        self.plain.give(self.treasury.fund, minor);
    }

    /// The bank ties: what the books hold is what the last statement says, but for what waits on either side.
    pub async fn ties(&self) {
        let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
        let account = bank::accounts(tx).await.unwrap().remove(0);
        let tie = bank::tie_of(tx, account).await.unwrap();
        assert!(tie.holds(), "{tie:?}");
        assert_eq!(tie.last.map_or(0, |last| last.closing_minor), self.bank_minor);
    }
}
