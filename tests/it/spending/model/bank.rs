//! The bank: its statements, and what a treasurer ties, unties, books and leaves out.

use strikefund::bank::{self, BankLine, Choice as Tied};
use strikefund::booking::bank::{self as desk, BankError, Booked};
use strikefund::clock::Zone;
use strikefund::ids::{BankLineId, EntryId};

use super::*;
use crate::bank::{import, table};

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
            let minor = if self.below(3) > 0 { self.any(&paid).map_or(0, |minor| -minor) } else { other };
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
        assert_eq!(tied.is_ok(), posting.amount_minor == line.amount_minor, "{tied:?}");
        if let Ok(id) = tied {
            self.matches.insert(id, 0);
            self.mark(posting.entry_id, State::Paid, State::Matched).await;
        }
    }

    /// The expense that an entry pays goes from one state to the other, if it is in the one.
    async fn mark(&mut self, entry: EntryId, from: State, to: State) {
        const SQL: &str = "SELECT id FROM expense WHERE entry_id = $1 OR payment_id = $1";
        let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
        let found: Vec<ExpenseId> = run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(entry)).unwrap();
        for id in found {
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
        undone.unwrap();
        let booked = self.matches.remove(&id).unwrap();
        self.plain.give(self.treasury.fund, -booked);
        for entry in entries {
            self.mark(entry, State::Matched, State::Paid).await;
        }
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
        self.matches.insert(done.unwrap(), minor);
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
