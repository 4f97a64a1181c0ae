//! A treasurer who does anything in any order: after every command the books and the bank tie, and nothing is matched twice.

use strikefund::bank::{self, BankLine, Choice};
use strikefund::booking::bank::{self as book, Booked};
use strikefund::ids::{BankLineId, Entropy, FundId, MatchId};
use strikefund::ledger::{self, chart};
use strikefund::money::Currency;
use strikefund::people::Actor;
use strikefund::transact;

use super::matching::{paid, payout_sent};
use super::{import, main_account, operation, recorder, table};
use crate::support::{Books, on_both_databases, setting};

struct Treasurer<'a> {
    books: &'a Books,
    fund: FundId,
    actor: Actor,
    chance: Entropy,
    /// The day of the strike, from 1.
    day: u64,
    /// What the bank holds.
    bank_minor: i64,
    /// What was imported last, with its closing balance.
    last: Option<(Vec<u8>, i64)>,
    done: u64,
}

impl Treasurer<'_> {
    fn below(&self, limit: u64) -> u64 {
        self.chance.below(limit)
    }

    fn amount(&self) -> i64 {
        // Few amounts, so that many are the same.
        100 * i64::try_from(1 + self.below(4)).unwrap()
    }

    fn today(&self) -> String {
        format!("2026-{:02}-{:02}", 1 + self.day / 28 % 12, 1 + self.day % 28)
    }

    async fn step(&mut self) {
        self.done += 1;
        match self.below(9) {
            0 => drop(paid(self.books, self.fund, &format!("expense {}", self.done), &self.today(), self.amount()).await),
            1 => payout_sent(self.books, &format!("po_{}", self.done), &self.today(), self.amount()).await,
            2 | 3 => self.statement().await,
            4 => {
                let now = self.books.now();
                let settled: Result<usize, book::BankError> = transact!(self.books.db, tx => book::settle_payouts(tx, now).await);
                settled.unwrap();
            }
            5 | 6 => self.tie().await,
            7 => self.undo().await,
            _ => self.book_or_ignore().await,
        }
    }

    /// The bank's next days; or the same again, which changes nothing.
    async fn statement(&mut self) {
        if let Some((bytes, closing)) = &self.last
            && self.below(4) == 0
        {
            assert!(import(self.books, self.actor, bytes, Some(*closing)).await.is_err());
            return;
        }
        self.day += 1;
        let rows: Vec<(String, String, String)> = (0..=self.below(4))
            .map(|n| {
                let minor = if self.below(2) == 0 { self.amount() } else { -self.amount() };
                self.bank_minor += minor;
                (self.today(), format!("line {} {n}", self.done), format!("{}.00", minor / 100))
            })
            .collect();
        let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(day, text, amount)| (&**day, &**text, &**amount)).collect();
        let bytes = table(&rows);
        import(self.books, self.actor, &bytes, Some(self.bank_minor)).await.unwrap();
        self.last = Some((bytes, self.bank_minor));
    }

    async fn open_lines(&self) -> Vec<BankLine> {
        let account = main_account(self.books).await;
        let tx = &mut self.books.db.begin_read().await.unwrap();
        bank::open_lines(tx, account.id, "2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap(), 1_000).await.unwrap()
    }

    fn any<'b, T>(&self, all: &'b [T]) -> Option<&'b T> {
        all.get(usize::try_from(self.below(all.len() as u64)).unwrap())
    }

    /// What is proposed, or two things that need not fit.
    async fn tie(&self) {
        let lines = self.open_lines().await;
        let Some(line) = self.any(&lines) else { return };
        let proposals = bank::propose(&mut self.books.db.begin_read().await.unwrap(), line).await.unwrap();
        let account = main_account(self.books).await;
        let tx = &mut self.books.db.begin_read().await.unwrap();
        let postings =
            bank::open_postings(tx, account.id, "2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap(), 1_000).await.unwrap();
        let exact = proposals.first().map(|proposal| &proposal.posting);
        let posting = if self.below(3) == 0 { self.any(&postings) } else { exact };
        let more = if self.below(4) == 0 { self.any(&postings) } else { None };
        let postings: Vec<_> = posting.into_iter().chain(more).map(|posting| (posting.entry_id, posting.n)).collect();
        let lines: Vec<BankLineId> =
            std::iter::once(line.id).chain(self.any(&lines).filter(|_| self.below(5) == 0).map(|line| line.id)).collect();
        let (choice, operation, now, actor) = (Choice { lines, postings }, operation(), self.books.now(), self.actor);
        let _refused_or_not: Result<MatchId, book::BankError> =
            transact!(self.books.db, tx => book::tie(tx, actor, &choice, &operation, now).await);
    }

    async fn undo(&self) {
        let account = main_account(self.books).await;
        let matches = bank::newest(&mut self.books.db.begin_read().await.unwrap(), account.id, None, 1_000).await.unwrap();
        let Some(found) = self.any(&matches) else { return };
        let (operation, now, actor, id) = (operation(), self.books.now(), self.actor, found.id);
        let undone: Result<(), book::BankError> = transact!(self.books.db, tx => book::undo(tx, actor, id, &operation, now).await);
        // What a payment that came back has reversed already waits for that to be undone first.
        let reversed = matches!(undone, Err(book::BankError::Post(ledger::PostError::NotReversible(_))));
        assert!(undone.is_ok() || reversed, "{undone:?}");
    }

    async fn book_or_ignore(&self) {
        let lines = self.open_lines().await;
        let Some(line) = self.any(&lines) else { return };
        let (id, operation, now, actor) = (line.id, operation(), self.books.now(), self.actor);
        let account = main_account(self.books).await;
        let returned = book::may_have_returned(&mut self.books.db.begin_read().await.unwrap(), &account, line).await.unwrap();
        let booked = match (self.below(4), returned.first()) {
            _ if line.is_opening() => Booked::Opening,
            (0, Some(posting)) => Booked::Returned(posting.entry_id),
            (1, _) => {
                let done: Result<MatchId, book::BankError> =
                    transact!(self.books.db, tx => book::ignore(tx, actor, id, "a mistake of the bank", &operation, now).await);
                done.unwrap();
                return;
            }
            (2, _) => Booked::Interest,
            _ => Booked::Fee,
        };
        let done: Result<MatchId, book::BankError> =
            transact!(self.books.db, tx => book::book_line(tx, actor, id, &booked, &operation, now).await);
        done.unwrap();
    }

    async fn check(&self) {
        let account = main_account(self.books).await;
        let tx = &mut self.books.db.begin_read().await.unwrap();
        let tie = bank::tie_of(tx, account).await.unwrap();
        assert!(tie.holds(), "after {} commands: {tie:?}", self.done);
        assert_eq!(tie.last.map_or(0, |last| last.closing_minor), self.bank_minor, "the bank's own balance, kept beside");
        let under_way: i64 = book::under_way(tx).await.unwrap().iter().map(|one| one.amount.minor).sum();
        let in_transit = ledger::balance_of(tx, chart::IN_TRANSIT).await.unwrap().get(&Currency::USD).copied().unwrap_or(0);
        assert_eq!(under_way, in_transit, "after {} commands", self.done);
        assert_eq!(bank::verify(tx).await.unwrap(), None, "after {} commands", self.done);
        assert_eq!(ledger::verify(tx).await.unwrap(), None, "after {} commands", self.done);
    }
}

on_both_databases! {
    async fn whatever_a_treasurer_does_the_books_and_the_bank_tie(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        main_account(books).await;
        let commands: u64 = setting("STRIKEFUND_TEST_COMMANDS").and_then(|text| text.parse().ok()).unwrap_or(250);
        let seed = 20_261_114;
        let mut treasurer = Treasurer { books, fund, actor, chance: Entropy::seeded(seed), day: 0, bank_minor: 0, last: None, done: 0 };
        for _ in 0..commands {
            treasurer.step().await;
            treasurer.check().await;
        }
        assert!(treasurer.day > 10, "statements came");
    }

    async fn verify_names_what_somebody_changed_behind_our_back(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let water = paid(books, fund, "water", "2026-11-02", 500).await;
        import(books, actor, &table(&[("2026-11-03", "CHECK", "-4.00")]), Some(-400)).await.unwrap();
        let account = main_account(books).await;
        let verified = async || bank::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        assert_eq!(verified().await, None);
        for (sql, said) in [
            ("INSERT INTO bank_match (bank_account_id, kind, made_at) VALUES ($1, 'tied', 0)", "a match stands where its sides"),
            ("INSERT INTO bank_match_line (match_id, line_id) SELECT m.id, l.id FROM bank_match m, bank_line l WHERE m.bank_account_id = $1", "do not come to the same"),
        ] {
            let mut tx = books.db.begin_write().await.unwrap();
            strikefund::run!(&mut tx, execute, sqlx::query(sql).bind(account.id)).unwrap();
            tx.commit().await.unwrap();
            assert!(verified().await.unwrap().contains(said), "{sql}");
        }
        let posting = "INSERT INTO bank_match_posting (match_id, entry_id, n) SELECT id, $1, 2 FROM bank_match";
        let mut tx = books.db.begin_write().await.unwrap();
        strikefund::run!(&mut tx, execute, sqlx::query(posting).bind(water.0)).unwrap();
        tx.commit().await.unwrap();
        assert!(verified().await.unwrap().contains("come to the same"));
        let line = "INSERT INTO bank_line (bank_account_id, statement_id, number, booked_on, amount_minor, text, fingerprint)
            SELECT bank_account_id, statement_id, 9, booked_on, 1, '', 'forged' FROM bank_line WHERE bank_account_id = $1";
        let undo = ["UPDATE bank_match SET undone_at = 1", "UPDATE bank_match_line SET undone_at = 1", "UPDATE bank_match_posting SET undone_at = 1"];
        let mut tx = books.db.begin_write().await.unwrap();
        for sql in undo {
            strikefund::run!(&mut tx, execute, sqlx::query(sql)).unwrap();
        }
        strikefund::run!(&mut tx, execute, sqlx::query(line).bind(account.id)).unwrap();
        tx.commit().await.unwrap();
        assert!(verified().await.unwrap().contains("last statement closes with"));
    }
}
