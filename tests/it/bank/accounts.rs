//! Accounts at banks: opened, named, ended; never deleted, and never ended while anything of them is open.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use strikefund::bank::{self, AccountRefusal, BankAccount, ImportRefusal, NewAccount};
use strikefund::ids::{BankAccountId, StatementId};
use strikefund::money::{Currency, Money};
use strikefund::people::operation::Operation;
use strikefund::people::{Actor, NotAllowed, Role, audit};
use strikefund::{run, transact, verify};

use super::matching::{paid, tie};
use super::{bytes_of, import, main_account, operation, person, read, recorder, table};
use crate::support::{Books, on_both_databases};

async fn add(books: &Books, actor: Actor, name: &str, operation: &Operation) -> Result<BankAccountId, AccountRefusal> {
    let (new, now) = (NewAccount::parse(name, "").unwrap(), books.now());
    transact!(books.db, tx => bank::add(tx, actor, (&new, Currency::USD), operation, now).await)
}

async fn account(books: &Books, id: BankAccountId) -> BankAccount {
    bank::account(&mut books.db.begin_read().await.unwrap(), id).await.unwrap().unwrap()
}

async fn end(books: &Books, actor: Actor, id: BankAccountId) -> Result<(), AccountRefusal> {
    let (operation, now) = (operation(), books.now());
    transact!(books.db, tx => bank::end(tx, actor, id, &operation, now).await)
}

async fn rename(books: &Books, actor: Actor, id: BankAccountId, name: &str, ending: &str) -> Result<(), AccountRefusal> {
    let (new, operation, now) = (NewAccount::parse(name, ending).unwrap(), operation(), books.now());
    transact!(books.db, tx => bank::rename(tx, actor, (id, &new), &operation, now).await)
}

/// What the bank's own part of `verify` says: these postings stand for no expense.
async fn wrong(books: &Books) -> Option<String> {
    bank::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap()
}

async fn import_into(books: &Books, actor: Actor, id: BankAccountId, bytes: &[u8]) -> Result<StatementId, ImportRefusal> {
    let (file, operation, now) = (read(bytes, "usd").unwrap(), operation(), books.now());
    transact!(books.db, tx => bank::import(tx, actor, id, (&file, None), &operation, now).await)
}

on_both_databases! {
    async fn an_account_is_opened_once_and_keeps_its_place_in_the_books_whatever_it_is_called(books: &Books) {
        books.general_fund().await;
        let (actor, sent) = (recorder(books).await, operation());
        let id = add(books, actor, "Credit union", &sent).await.unwrap();
        assert_eq!(add(books, actor, "Credit union", &sent).await.unwrap(), id, "pressed twice is once");
        assert_eq!(account(books, id).await.path, "assets:bank:credit-union");
        assert!(matches!(add(books, actor, "CREDIT UNION", &operation()).await, Err(AccountRefusal::Taken)));
        rename(books, actor, id, "Strike account", "4417").await.unwrap();
        let renamed = account(books, id).await;
        assert_eq!((&*renamed.name, &*renamed.path, renamed.ending.as_deref()), ("Strike account", "assets:bank:credit-union", Some("4417")));
        // The name is free again, its place is not: two accounts never share one.
        assert!(matches!(add(books, actor, "Credit union", &operation()).await, Err(AccountRefusal::Taken)));
        let acts = audit::list(&mut books.db.begin_read().await.unwrap(), None, 10).await.unwrap();
        let told: Vec<&str> = acts.iter().map(|act| act.act.as_str()).filter(|act| act.starts_with("bank account")).collect();
        assert_eq!(told, ["bank account renamed", "bank account opened"]);
    }

    async fn an_account_is_ended_only_when_nothing_of_it_is_open(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        let main = main_account(books).await.id;
        assert!(matches!(end(books, actor, main).await, Err(AccountRefusal::Main)));
        let id = add(books, actor, "Second", &operation()).await.unwrap();
        import_into(books, actor, id, &bytes_of("chase.csv")).await.unwrap();
        assert!(matches!(end(books, actor, id).await, Err(AccountRefusal::Waiting(6))));
        let line = bank::open_lines(&mut books.db.begin_read().await.unwrap(), id, "2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap(), 1).await.unwrap().remove(0);
        let (sent, now) = (operation(), books.now());
        let booked: Result<_, strikefund::booking::bank::BankError> = transact!(books.db, tx => {
            strikefund::booking::bank::book_line(tx, actor, line.id, &strikefund::booking::bank::Booked::Opening, &sent, now).await
        });
        booked.unwrap();
        let held = end(books, actor, id).await;
        assert!(matches!(held, Err(AccountRefusal::HoldsMoney(money)) if money == Money::new(101_500, Currency::USD)), "{held:?}");
        let empty = add(books, actor, "Third", &operation()).await.unwrap();
        end(books, actor, empty).await.unwrap();
        assert!(matches!(end(books, actor, empty).await, Err(AccountRefusal::Already)));
        assert!(matches!(import_into(books, actor, empty, &bytes_of("chase.csv")).await, Err(ImportRefusal::Ended)));
        let (sent, now) = (operation(), books.now());
        let again: Result<(), AccountRefusal> = transact!(books.db, tx => bank::take_up(tx, actor, empty, &sent, now).await);
        again.unwrap();
        import_into(books, actor, empty, &bytes_of("checking.ofx")).await.unwrap();
        assert_eq!(verify::verify(&books.db).await.unwrap().wrong, None);
    }

    async fn what_a_statement_told_of_the_number_is_nobody_s_to_change(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &bytes_of("checking.ofx"), None).await.unwrap();
        let id = main_account(books).await.id;
        let other = rename(books, actor, id, "Main", "9999").await;
        assert!(matches!(&other, Err(AccountRefusal::OtherEnding(told)) if told == "4417"), "{other:?}");
        rename(books, actor, id, "Everyday", "4417").await.unwrap();
        assert_eq!(account(books, id).await.name, "Everyday");
    }

    async fn accounts_are_for_who_records_and_proved_who_they_are(books: &Books) {
        books.general_fund().await;
        let others = Actor { person: person(books, &[Role::Approver, Role::Auditor, Role::Administrator]).await, proved_at: books.now() };
        let refused = add(books, others, "Mine", &operation()).await;
        assert!(matches!(refused, Err(AccountRefusal::NotAllowed(NotAllowed::Role))), "{refused:?}");
        let actor = recorder(books).await;
        books.clock.advance(Duration::from_secs(601));
        let stale = add(books, actor, "Mine", &operation()).await;
        assert!(matches!(stale, Err(AccountRefusal::NotAllowed(NotAllowed::StepUp))), "{stale:?}");
        assert_eq!(bank::accounts(&mut books.db.begin_read().await.unwrap()).await.unwrap(), []);
    }

    async fn a_line_that_waits_where_none_should_is_found_by_verify(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &bytes_of("chase.csv"), None).await.unwrap();
        let forgotten: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query("DELETE FROM bank_waiting WHERE amount_minor < 0")));
        assert!(forgotten.unwrap() > 0);
        let wrong = verify::verify(&books.db).await.unwrap().wrong.unwrap();
        assert!(wrong.contains("a line of the bank waits that is matched, or is matched nowhere"), "{wrong}");
    }

    async fn a_posting_that_waits_otherwise_than_it_stands_is_found_by_verify(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let water = paid(books, fund, "a", "2026-11-12", 1_899).await;
        paid(books, fund, "b", "2026-11-12", 700).await;
        import(books, actor, &table(&[("2026-11-13", "WATER", "-18.99")]), Some(-1_899)).await.unwrap();
        let account = main_account(books).await;
        let (first, last) = ("2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap());
        let line = bank::open_lines(&mut books.db.begin_read().await.unwrap(), account.id, first, last, 1).await.unwrap().remove(0);
        tie(books, actor, &[line.id], &[water]).await.unwrap();
        assert_eq!(wrong(books).await, None);
        // A posting that waits with another amount, one that is tied and waits, one that waits and is forgotten, and one that never was.
        let tied = format!(
            "INSERT INTO bank_posting_waiting SELECT account_id, currency, '2026-11-12', entry_id, n, amount_minor FROM posting WHERE entry_id = {} AND n = {}",
            water.0, water.1
        );
        let bends = [
            ("UPDATE bank_posting_waiting SET amount_minor = amount_minor - 1", "UPDATE bank_posting_waiting SET amount_minor = amount_minor + 1"),
            (&*tied, "DELETE FROM bank_posting_waiting WHERE amount_minor = -1899"),
            ("UPDATE bank_posting_waiting SET n = n + 100", "UPDATE bank_posting_waiting SET n = n - 100"),
            (
                "INSERT INTO bank_posting_waiting SELECT account_id, currency, effective_on, entry_id, 99, 5 FROM bank_posting_waiting",
                "DELETE FROM bank_posting_waiting WHERE n = 99",
            ),
        ];
        for (bend, mend) in bends {
            let done: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(AssertSqlSafe(bend.to_owned()))));
            assert_eq!(done.unwrap(), 1, "{bend}");
            let wrong_now = wrong(books).await.unwrap_or_else(|| panic!("{bend}"));
            assert!(wrong_now.contains("a posting waits for the bank"), "{wrong_now}");
            let done: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(AssertSqlSafe(mend.to_owned()))));
            assert_eq!(done.unwrap(), 1, "{mend}");
            assert_eq!(wrong(books).await, None);
        }
    }
}
