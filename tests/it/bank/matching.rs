//! Tying lines to postings: once each, exact, undone whole; and what is booked without a person, which is an exact payout and nothing else.

use strikefund::bank::{self, BankLine, BankTie, Choice, MatchKind, MatchRefusal};
use strikefund::booking::bank::{self as book, BankError, Booked};
use strikefund::clock::{Day, Instant};
use strikefund::ids::{BankLineId, EntryId, FundId, MatchId};
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::payments::alert::{self, AlertKind};
use strikefund::people::Actor;
use strikefund::people::operation::Operation;
use strikefund::{run, transact};

use super::{import, main_account, operation, recorder, table};
use crate::support::{Books, on_both_databases};

const FEES: &str = "expenses:admin:bank-fees";

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// Books something paid from the bank: bank against water.
pub async fn paid(books: &Books, fund: FundId, name: &str, day: &str, minor: i64) -> (EntryId, i64) {
    let entry = NewEntry {
        source: Source::Spending,
        source_id: name.to_owned(),
        kind: "expense",
        effective_on: day.parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::BANK, usd(-minor)), NewPosting::of_fund("expenses:program:water", fund, usd(minor))],
    };
    let posted: Result<Posted, PostError> = transact!(books.db, tx => ledger::post(tx, &entry, books.now()).await);
    (posted.unwrap().entry(), 1)
}

/// Books a payout as a line of Stripe's does, and stores that line: in transit against Stripe.
pub async fn payout_sent(books: &Books, payout: &str, day: &str, minor: i64) {
    let at = day.parse::<Day>().unwrap().start_in(&strikefund::clock::Zone::UTC).unwrap().unix_secs();
    let line = format!("txn_{payout}_{minor}");
    let entry = NewEntry {
        source: Source::Stripe,
        source_id: line.clone(),
        kind: "payout",
        effective_on: day.parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::STRIPE, usd(-minor)), NewPosting::pooled(chart::IN_TRANSIT, usd(minor))],
    };
    let stored: Result<(), PostError> = transact!(books.db, tx => async {
        const SQL: &str = "INSERT INTO stripe_line (id, created, type, currency, amount_minor, fee_minor, net_minor, available_on, status, source_id, source_object, state, seen_at)
            VALUES ($1, $2, 'payout', 'USD', $3, 0, $3, $2, 'available', $4, 'payout', 'booked', 0)";
        run!(tx, execute, sqlx::query(SQL).bind(&line).bind(at).bind(-minor).bind(payout))?;
        ledger::post(tx, &entry, books.now()).await.map(drop)
    }.await);
    stored.unwrap();
}

async fn waiting(books: &Books) -> Vec<BankLine> {
    let account = main_account(books).await;
    let tx = &mut books.db.begin_read().await.unwrap();
    bank::open_lines(tx, account.id, "2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap(), 1_000).await.unwrap()
}

async fn held(books: &Books) -> BankTie {
    let account = main_account(books).await;
    let tie = bank::tie_of(&mut books.db.begin_read().await.unwrap(), account).await.unwrap();
    assert!(tie.holds(), "{tie:?}");
    tie
}

async fn balance(books: &Books, path: &str) -> i64 {
    let balances = ledger::balance_of(&mut books.db.begin_read().await.unwrap(), path).await.unwrap();
    balances.get(&Currency::USD).copied().unwrap_or(0)
}

/// Ties lines to postings.
pub async fn tie(books: &Books, actor: Actor, lines: &[BankLineId], postings: &[(EntryId, i64)]) -> Result<MatchId, BankError> {
    let choice = Choice { lines: lines.to_vec(), postings: postings.to_vec() };
    let (operation, now) = (operation(), books.now());
    transact!(books.db, tx => book::tie(tx, actor, &choice, &operation, now).await)
}

async fn undo(books: &Books, actor: Actor, id: MatchId) -> Result<(), BankError> {
    let (operation, now) = (operation(), books.now());
    transact!(books.db, tx => book::undo(tx, actor, id, &operation, now).await)
}

async fn book_line(books: &Books, actor: Actor, line: BankLineId, booked: &Booked) -> Result<MatchId, BankError> {
    let (operation, now) = (operation(), books.now());
    transact!(books.db, tx => book::book_line(tx, actor, line, booked, &operation, now).await)
}

async fn settle(books: &Books) -> usize {
    let now = books.now();
    let settled: Result<usize, BankError> = transact!(books.db, tx => book::settle_payouts(tx, now).await);
    settled.unwrap()
}

on_both_databases! {
    async fn a_line_and_a_posting_match_once_and_undo_restores_both(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let water = paid(books, fund, "water", "2026-11-02", 500).await;
        let more = paid(books, fund, "more", "2026-11-02", 500).await;
        import(books, actor, &table(&[("2026-11-03", "COSTCO", "-5.00"), ("2026-11-03", "COSTCO", "-5.00")]), Some(-1_000)).await.unwrap();
        let lines = waiting(books).await;
        let proposed = bank::propose(&mut books.db.begin_read().await.unwrap(), &lines[0]).await.unwrap();
        assert_eq!(proposed.iter().map(|one| one.posting.entry_id).collect::<Vec<_>>(), [water.0, more.0]);
        let id = tie(books, actor, &[lines[0].id], &[water]).await.unwrap();
        for (line, posting) in [(lines[0].id, more), (lines[1].id, water), (lines[0].id, water)] {
            let taken = tie(books, actor, &[line], &[posting]).await;
            assert!(matches!(taken, Err(BankError::Match(MatchRefusal::Taken))), "{taken:?}");
        }
        assert_eq!(bank::match_of_entry(&mut books.db.begin_read().await.unwrap(), water.0).await.unwrap().unwrap().id, id);
        let tied = held(books).await;
        assert_eq!((tied.lines.count, tied.postings.count, tied.postings.sum_minor), (1, 1, -500));
        undo(books, actor, id).await.unwrap();
        assert!(matches!(undo(books, actor, id).await, Err(BankError::Match(MatchRefusal::Undone))));
        let restored = held(books).await;
        assert_eq!((restored.lines.count, restored.postings.count), (2, 2));
        tie(books, actor, &[lines[1].id], &[water]).await.unwrap();
        tie(books, actor, &[lines[0].id], &[more]).await.unwrap();
        assert_eq!((held(books).await.lines.count, balance(books, chart::BANK).await), (0, -1_000), "matching posts nothing");
    }

    async fn the_database_itself_refuses_a_second_match(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let water = paid(books, fund, "water", "2026-11-02", 500).await;
        import(books, actor, &table(&[("2026-11-03", "COSTCO", "-5.00")]), Some(-500)).await.unwrap();
        let id = tie(books, actor, &[waiting(books).await[0].id], &[water]).await.unwrap();
        for sql in [
            "INSERT INTO bank_match_line (match_id, line_id) SELECT match_id + 0, line_id FROM bank_match_line WHERE match_id = $1",
            "UPDATE bank_line SET amount_minor = 1 WHERE id <> $1",
            "DELETE FROM bank_line WHERE id <> $1",
            "DELETE FROM bank_match_line WHERE match_id = $1",
            "UPDATE bank_statement SET closing_minor = 1 WHERE id <> $1",
        ] {
            let mut tx = books.db.begin_write().await.unwrap();
            let done = run!(&mut tx, execute, sqlx::query(sql).bind(MatchId(if sql.contains("<>") { 0 } else { id.0 })));
            assert!(done.is_err(), "{sql}");
        }
        let second_match = "INSERT INTO bank_match (bank_account_id, kind, made_at) SELECT bank_account_id, 'tied', 0 FROM bank_match WHERE id = $1 RETURNING id";
        let mut tx = books.db.begin_write().await.unwrap();
        let second: MatchId = run!(&mut tx, fetch_one, sqlx::query_scalar(second_match).bind(id)).unwrap();
        let its_line = "INSERT INTO bank_match_line (match_id, line_id) SELECT $1, line_id FROM bank_match_line WHERE match_id = $2";
        let twice = run!(&mut tx, execute, sqlx::query(its_line).bind(second).bind(id));
        assert!(twice.unwrap_err().as_database_error().unwrap().is_unique_violation());
    }

    async fn two_people_at_once_match_once(books: &Books) {
        let fund = books.general_fund().await;
        let (one, other) = (recorder(books).await, recorder(books).await);
        for round in 0..8 {
            let (first, second) = (paid(books, fund, &format!("a{round}"), "2026-11-02", 500).await, paid(books, fund, &format!("b{round}"), "2026-11-02", 500).await);
            let text = format!("COSTCO {round}");
            import(books, one, &table(&[("2026-11-03", &text, "-5.00")]), Some(-500 * (round + 1))).await.unwrap();
            let line = waiting(books).await[0].id;
            let (lines, firsts, seconds) = ([line], [first], [second]);
            let (a, b) = tokio::join!(tie(books, one, &lines, &firsts), tie(books, other, &lines, &seconds));
            assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
            let rest = if a.is_ok() { second } else { first };
            assert_eq!(held(books).await.postings.count, round + 1);
            assert!(bank::match_of_entry(&mut books.db.begin_read().await.unwrap(), rest.0).await.unwrap().is_none());
        }
    }

    async fn an_entry_reversed_while_it_is_matched_waits_as_the_rule_says(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        for round in 0..8 {
            let entry = paid(books, fund, &format!("a{round}"), "2026-11-02", 500).await;
            import(books, actor, &table(&[("2026-11-03", &format!("COSTCO {round}"), "-5.00")]), Some(-500 * (round + 1))).await.unwrap();
            let lines = [waiting(books).await[0].id];
            let reverse = async {
                let on = "2026-11-03".parse().unwrap();
                let reversed: Result<Posted, PostError> =
                    transact!(books.db, tx => ledger::reverse(tx, entry.0, on, "paid twice", None, books.now()).await);
                reversed
            };
            let postings = [entry];
            let (reversed, tied) = tokio::join!(reverse, tie(books, actor, &lines, &postings));
            let reversal = reversed.unwrap().entry();
            let account = main_account(books).await;
            let sums = bank::tie_of(&mut books.db.begin_read().await.unwrap(), account).await.unwrap();
            let known: Vec<(EntryId,)> =
                run!(&mut books.db.begin_read().await.unwrap(), fetch_all, sqlx::query_as("SELECT entry_id FROM bank_posting_waiting ORDER BY entry_id")).unwrap();
            // Matched: the bank has still to show the reversal. Not matched: it never saw either.
            assert_eq!(known.contains(&(reversal,)), tied.is_ok(), "{tied:?}");
            assert!(!known.contains(&(entry.0,)) && sums.holds(), "{sums:?}");
            assert_eq!(bank::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap(), None);
            if tied.is_err() {
                let others = [paid(books, fund, &format!("b{round}"), "2026-11-02", 500).await];
                tie(books, actor, &lines, &others).await.unwrap();
            }
        }
    }

    async fn several_match_one_where_their_sum_is_the_same(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let (a, b, c) = (
            paid(books, fund, "a", "2026-11-02", 500).await,
            paid(books, fund, "b", "2026-11-02", 300).await,
            paid(books, fund, "c", "2026-11-02", 900).await,
        );
        import(books, actor, &table(&[("2026-11-03", "BOTH", "-8.00"), ("2026-11-04", "HALF", "-4.00"), ("2026-11-05", "REST", "-5.00")]), Some(-1_700)).await.unwrap();
        let lines: Vec<BankLineId> = waiting(books).await.iter().map(|line| line.id).collect();
        let short = tie(books, actor, &lines[..1], &[a]).await;
        assert!(matches!(short, Err(BankError::Match(MatchRefusal::Sums { lines_minor: -800, postings_minor: -500 }))), "{short:?}");
        let many = tie(books, actor, &lines[..2], &[a, b]).await;
        assert!(matches!(many, Err(BankError::Match(MatchRefusal::Choice))), "{many:?}");
        let doubled = tie(books, actor, &lines[..1], &[a, a]).await;
        assert!(doubled.is_err(), "{doubled:?}");
        tie(books, actor, &lines[..1], &[a, b]).await.unwrap();
        tie(books, actor, &lines[1..], &[c]).await.unwrap();
        let tied = held(books).await;
        assert_eq!((tied.lines.count, tied.postings.count), (0, 0));
    }

    async fn a_line_is_ignored_for_a_reason_only_and_stays_in_the_tie(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &table(&[("2026-11-03", "ERROR", "9.00")]), Some(900)).await.unwrap();
        let line = waiting(books).await[0].id;
        let now = books.now();
        let ignore = async |reason: &str| -> Result<MatchId, BankError> {
            let operation = operation();
            transact!(books.db, tx => book::ignore(tx, actor, line, reason, &operation, now).await)
        };
        assert!(matches!(ignore("  ").await, Err(BankError::Match(MatchRefusal::Reason))));
        let id = ignore("The bank took it back the same day").await.unwrap();
        let tied = held(books).await;
        assert_eq!((tied.lines.count, tied.ignored.count, tied.ignored.sum_minor, tied.ledger_minor), (0, 1, 900, 0));
        undo(books, actor, id).await.unwrap();
        assert_eq!(held(books).await.lines.count, 1);
    }

    async fn an_exact_payout_books_itself_and_nothing_else_does(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        payout_sent(books, "po_1", "2026-11-12", 9_680).await;
        payout_sent(books, "po_twin", "2026-11-20", 700).await;
        payout_sent(books, "po_twin2", "2026-11-20", 700).await;
        payout_sent(books, "po_late", "2026-10-01", 333).await;
        assert_eq!(settle(books).await, 0);
        let rows = [
            ("2026-11-13", "STRIPE", "96.80"), ("2026-11-13", "GIFT", "96.81"), ("2026-11-14", "OLD", "3.33"),
            ("2026-11-20", "STRIPE", "7.00"), ("2026-11-21", "FEE", "-15.00"),
        ];
        import(books, actor, &table(&rows), Some(19_694)).await.unwrap();
        assert_eq!(settle(books).await, 1);
        assert_eq!(settle(books).await, 0, "twice is once");
        assert_eq!((balance(books, chart::BANK).await, balance(books, chart::IN_TRANSIT).await), (9_680, 1_733));
        let tied = held(books).await;
        assert_eq!((tied.lines.count, tied.postings.count), (5, 0));
        let under_way = book::under_way(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        assert_eq!(under_way.iter().map(|one| one.amount.minor).sum::<i64>(), balance(books, chart::IN_TRANSIT).await, "invariant 16");
        assert_eq!(under_way.iter().map(|one| &*one.payout).collect::<Vec<_>>(), ["po_late", "po_twin", "po_twin2"]);
        // A person may say which of two it is, and what came late.
        let lines = waiting(books).await;
        let by_text = |text: &str| lines.iter().find(|line| line.text == text).unwrap().id;
        book_line(books, actor, by_text("STRIPE"), &Booked::Payout("po_twin2".to_owned())).await.unwrap();
        book_line(books, actor, by_text("OLD"), &Booked::Payout("po_late".to_owned())).await.unwrap();
        let unfit = book_line(books, actor, by_text("GIFT"), &Booked::Payout("po_twin".to_owned())).await;
        assert!(matches!(unfit, Err(BankError::Unfit)), "{unfit:?}");
        assert_eq!(balance(books, chart::IN_TRANSIT).await, 700);
    }

    async fn a_payout_that_somebody_wrote_down_already_is_left_to_a_person(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        payout_sent(books, "po_1", "2026-11-12", 9_680).await;
        payout_sent(books, "po_2", "2026-11-12", 9_680).await;
        let (on, now) = ("2026-11-13".parse().unwrap(), books.now());
        let done: Result<(), PostError> = transact!(books.db, tx => strikefund::booking::payout_arrived(tx, "po_1", usd(9_680), on, now).await);
        done.unwrap();
        import(books, actor, &table(&[("2026-11-13", "STRIPE", "96.80")]), Some(9_680)).await.unwrap();
        assert_eq!(settle(books).await, 0, "the line may be the posting that stands there");
        assert_eq!(bank::propose(&mut books.db.begin_read().await.unwrap(), &waiting(books).await[0]).await.unwrap().len(), 1);
    }

    async fn an_undone_payout_is_under_way_again_and_can_arrive_again(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        payout_sent(books, "po_1", "2026-11-12", 9_680).await;
        import(books, actor, &table(&[("2026-11-13", "STRIPE", "96.80")]), Some(9_680)).await.unwrap();
        for _ in 0..3 {
            assert_eq!(settle(books).await, 1);
            assert_eq!((balance(books, chart::BANK).await, balance(books, chart::IN_TRANSIT).await), (9_680, 0));
            let account = main_account(books).await;
            let id = bank::newest(&mut books.db.begin_read().await.unwrap(), account.id, None, 1).await.unwrap()[0].id;
            undo(books, actor, id).await.unwrap();
            assert_eq!((balance(books, chart::BANK).await, balance(books, chart::IN_TRANSIT).await), (0, 9_680));
            let tied = held(books).await;
            assert_eq!((tied.lines.count, tied.postings.count), (1, 0), "an entry and its reversal wait for nothing");
        }
        // It failed after it had arrived: Stripe takes the amount back, and so does the bank.
        settle(books).await;
        payout_sent(books, "po_1", "2026-11-15", -9_680).await;
        import(books, actor, &table(&[("2026-11-16", "STRIPE RETURN", "-96.80")]), Some(0)).await.unwrap();
        assert_eq!(settle(books).await, 1);
        assert_eq!((balance(books, chart::BANK).await, balance(books, chart::IN_TRANSIT).await, balance(books, chart::STRIPE).await), (0, 0, 0));
        assert_eq!(book::under_way(&mut books.db.begin_read().await.unwrap()).await.unwrap(), []);
    }

    async fn fees_interest_openings_and_returned_payments_are_booked_by_a_person(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let water = paid(books, fund, "water", "2026-11-02", 500).await;
        let rows = [("2026-11-03", "CHECK", "-5.00"), ("2026-11-04", "FEE", "-1.50"), ("2026-11-05", "INTEREST", "0.25"), ("2026-11-06", "CHECK RETURNED", "5.00")];
        import(books, actor, &table(&rows), Some(9_875)).await.unwrap();
        let lines = waiting(books).await;
        let of = |text: &str| lines.iter().find(|line| line.text == text).unwrap().id;
        tie(books, actor, &[of("CHECK")], &[water]).await.unwrap();
        book_line(books, actor, of(""), &Booked::Opening).await.unwrap();
        let fee = book_line(books, actor, of("FEE"), &Booked::Fee).await.unwrap();
        book_line(books, actor, of("INTEREST"), &Booked::Interest).await.unwrap();
        let wrong = book_line(books, actor, of("CHECK RETURNED"), &Booked::Opening).await;
        assert!(matches!(wrong, Err(BankError::Unfit)), "{wrong:?}");
        book_line(books, actor, of("CHECK RETURNED"), &Booked::Returned(water.0)).await.unwrap();
        assert_eq!((balance(books, FEES).await, balance(books, "income:interest").await), (150, -25));
        assert_eq!((balance(books, "expenses:program:water").await, balance(books, chart::OPENING).await), (0, -10_000));
        let tied = held(books).await;
        assert_eq!((tied.lines.count, tied.postings.count, tied.ledger_minor), (0, 0, 9_875));
        undo(books, actor, fee).await.unwrap();
        assert_eq!((balance(books, FEES).await, held(books).await.lines.count), (0, 1));
        book_line(books, actor, of("FEE"), &Booked::Fee).await.unwrap();
        assert_eq!((balance(books, FEES).await, held(books).await.lines.count), (150, 0));
        assert_eq!(ledger::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap(), None);
    }

    async fn booking_needs_a_fresh_proof_and_a_command_sent_twice_books_once(books: &Books) {
        books.general_fund().await;
        let actor = recorder(books).await;
        import(books, actor, &table(&[("2026-11-04", "FEE", "-1.50")]), Some(-150)).await.unwrap();
        let line = waiting(books).await[0].id;
        let stale = Actor { proved_at: books.now().plus_secs(-601), ..actor };
        let refused = book_line(books, stale, line, &Booked::Fee).await;
        assert!(matches!(refused, Err(BankError::Match(MatchRefusal::NotAllowed(_)))), "{refused:?}");
        let (operation, now): (Operation, Instant) = (operation(), books.now());
        let mut made = Vec::new();
        for _ in 0..2 {
            let booked: Result<MatchId, BankError> = transact!(books.db, tx => book::book_line(tx, actor, line, &Booked::Fee, &operation, now).await);
            made.push(booked.unwrap());
        }
        assert_eq!((made[0], balance(books, FEES).await), (made[1], 150));
    }

    async fn a_difference_to_the_bank_raises_an_alert_that_goes_when_it_holds_again(books: &Books) {
        let fund = books.general_fund().await;
        let actor = recorder(books).await;
        let water = paid(books, fund, "water", "2026-11-02", 500).await;
        import(books, actor, &table(&[("2026-11-03", "CHECK", "-4.00")]), Some(-400)).await.unwrap();
        let now = books.now();
        let check = async || {
            let ties: sqlx::Result<Vec<BankTie>> = transact!(books.db, tx => book::check_ties(tx, now).await);
            ties.unwrap();
            alert::standing_subjects(&mut books.db.begin_read().await.unwrap(), AlertKind::BankDiffers).await.unwrap()
        };
        assert_eq!(check().await, Vec::<String>::new(), "what waits is no difference");
        // Whoever writes the file of the database can tie what does not agree; the night sees it.
        let account = main_account(books).await;
        let line = waiting(books).await[0].id;
        let forged: sqlx::Result<MatchId> = transact!(books.db, tx => async {
            const MATCH: &str = "INSERT INTO bank_match (bank_account_id, kind, made_at) VALUES ($1, $2, 0) RETURNING id";
            let id: MatchId = run!(tx, fetch_one, sqlx::query_scalar(MATCH).bind(account.id).bind(MatchKind::Tied))?;
            run!(tx, execute, sqlx::query("INSERT INTO bank_match_line (match_id, line_id) VALUES ($1, $2)").bind(id).bind(line))?;
            run!(tx, execute, sqlx::query("INSERT INTO bank_match_posting (match_id, entry_id, n) VALUES ($1, $2, 1)").bind(id).bind(water.0))?;
            Ok::<MatchId, sqlx::Error>(id)
        }.await);
        assert_eq!(check().await, ["assets:bank:main"]);
        undo(books, actor, forged.unwrap()).await.unwrap();
        assert_eq!(check().await, Vec::<String>::new());
    }
}
