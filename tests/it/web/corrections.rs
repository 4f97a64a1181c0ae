//! Corrections: an entry is taken back and another stands in its place, by two people, once, and never of Stripe's without its replacement.

use strikefund::booking::correcting;
use strikefund::booking::journal::{JournalError, JournalLine, NewCorrection};
use strikefund::ids::{EntryId, FundId};
use strikefund::ledger::{self, Account, Kind, Mistake, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::people::operation::Operation;
use strikefund::people::{Actor, Role};
use strikefund::{funds, run, transact};

use super::offline::held;
use super::refunds::{approval, approve, cannot_sign};
use super::staff::Staff;
use super::{Answer, Visit};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

const NEW: &str = "/treasury/general/corrections/new";
const REASON: &str = "The count sheet says 12.00, not 21.00.";

/// Posts an entry of two postings; the second stands on a fund where its account does.
async fn post(books: &Books, (source, id): (Source, &str), (debit, credit): (&str, &str), fund: FundId, minor: i64) -> EntryId {
    let usd = |minor| Money::new(minor, Currency::USD);
    let posting = |path: &str, minor| {
        let funded = path.starts_with("income:") || path.starts_with("expenses:") || path.starts_with("equity:");
        NewPosting { path: path.to_owned().into(), fund: funded.then_some(fund), amount: usd(minor) }
    };
    let entry = NewEntry {
        source,
        source_id: id.to_owned(),
        kind: "gift",
        effective_on: "2026-11-10".parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![posting(debit, minor), posting(credit, -minor)],
    };
    let now = books.now();
    let posted: Result<Posted, PostError> = transact!(books.db, tx => ledger::post(tx, &entry, now).await);
    posted.unwrap().entry()
}

/// The form for an entry, as it is shown first: what it is prefilled with.
async fn begin(staff: &Staff<'_>, entry: EntryId) -> Answer {
    staff.get(&format!("{NEW}?entry={entry}")).await.is(200)
}

/// Everything the form of an entry at the bank sends, with some of it changed.
fn form<'a>(entry: &'a str, operation: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("operation", operation),
        ("entry", entry),
        ("shown", entry),
        ("kind", "amount"),
        ("reason", REASON),
        ("account1", "assets:bank:main"),
        ("debit1", "12.00"),
        ("account2", "income:donations:bank"),
        ("fund2", "general"),
        ("credit2", "12.00"),
    ];
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

/// Shows both sides, and asks for what was shown.
async fn ask(staff: &Staff<'_>, entry: &str, changed: &[(&str, &str)]) -> Answer {
    let operation = staff.get(NEW).await.is(200).value_of("operation");
    let page = staff.submit(NEW, &form(entry, &operation, changed)).await.is(200).says("Taken back").says("In its place");
    let (previewed, operation) = (page.value_of("previewed"), page.value_of("operation"));
    let more = [changed, &[("previewed", &*previewed), ("ask", "1")]].concat();
    staff.submit(NEW, &form(entry, &operation, &more)).await
}

fn address(answer: &Answer) -> String {
    answer.next().split('?').next().unwrap().to_owned()
}

/// Asks past the pages.
async fn ask_for(books: &Books, actor: Actor, new: &NewCorrection) -> Result<String, JournalError> {
    let fund = funds::general(&mut books.db.begin_read().await.unwrap()).await.unwrap().unwrap();
    let operation = Operation::new(&books.entropy.reference(), "test", &[]).unwrap();
    let now = books.now();
    transact!(books.db, tx => correcting::ask(tx, &fund, new, &operation, actor, &books.entropy, now).await)
}

on_both_databases! {
    async fn a_wrong_amount_is_taken_back_and_posted_anew_by_two_people(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let old = post(books, (Source::Bank, "gift 1"), (chart::BANK, chart::BANK_GIFTS), fund, 2_100).await;
        ana.get(&format!("/treasury/entries/{old}")).await.is(200).says(&format!("{NEW}?entry={old}"));
        let page = begin(&ana, old).await;
        assert_eq!((page.value_of("debit1"), page.value_of("credit2")), ("21.00".to_owned(), "21.00".to_owned()), "prefilled from the old");
        let (number, operation) = (old.to_string(), page.value_of("operation"));
        for (changed, said) in [
            (("reason", "too short"), "Say what was wrong, in 20 to 200 letters."),
            (("kind", ""), "Choose what kind of mistake it was."),
            (("credit2", "11.00"), "Debits and credits must be equal"),
            (("fund2", ""), "income:donations:bank needs a fund"),
            (("debit1", "x"), "Enter either a debit or a credit"),
        ] {
            ana.submit(NEW, &form(&number, &operation, &[changed])).await.is(422).says(said);
        }
        ana.submit(NEW, &form(&number, &operation, &[("debit1", "21.00"), ("credit2", "21.00")])).await.is(422).says("says what entry");
        // What is asked for is what was shown: other lines under the same fingerprint are shown again.
        let page = ana.submit(NEW, &form(&number, &operation, &[])).await.is(200);
        let previewed = page.value_of("previewed");
        let sneaky = [("previewed", &*previewed), ("ask", "1"), ("debit1", "13.00"), ("credit2", "13.00")];
        ana.submit(NEW, &form(&number, &operation, &sneaky)).await.is(200).says("$13.00");
        let one = address(&ask(&ana, &number, &[]).await.is(303));
        assert_eq!(held(books).await, ["assets:bank:main 2100", "income:donations:bank -2100"], "nothing happens before others agree");
        ana.submit(NEW, &form(&number, &operation, &[])).await.is(422).says("is asked for already");
        cannot_sign(&ana, &one).await;
        let at = approval(&ben, &one).await;
        ben.get(&at).await.is(200).says("Wrong amount").says(REASON).says("$21.00").says("$12.00");
        approve(&ben, &one).await.is(303);
        assert_eq!(held(books).await, ["assets:bank:main 1200", "income:donations:bank -1200"]);
        let page = ana.submit(NEW, &form(&number, &operation, &[])).await.is(422);
        page.says(&format!("Entry {old} is already corrected by {}.", old.0 + 1));
        // Each of the three entries leads to the others.
        let page = ana.get(&format!("/treasury/entries/{old}")).await.is(200).never_says("corrections/new");
        page.says(&format!("/treasury/entries/{}", old.0 + 1)).says(&format!("/treasury/entries/{}", old.0 + 2)).says("Wrong amount");
        let page = ana.get(&format!("/treasury/entries/{}", old.0 + 2)).await.is(200);
        page.says("In the place of entry").says(&format!("/treasury/entries/{old}\""));
        ana.get(&one).await.is(200).says("Taken back").says("In its place").says("Wrong amount");
    }

    async fn what_was_booked_twice_is_taken_back_with_nothing_in_its_place(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let twice = post(books, (Source::Journal, "again"), (chart::BANK, chart::BANK_GIFTS), fund, 2_100).await.to_string();
        let operation = ana.get(NEW).await.value_of("operation");
        let page = ana.submit(NEW, &form(&twice, &operation, &[("nothing", "1"), ("kind", "twice")])).await.is(200).says("Nothing stands in its place");
        let previewed = page.value_of("previewed");
        let fields = form(&twice, &operation, &[("nothing", "1"), ("kind", "twice"), ("previewed", &previewed), ("ask", "1")]);
        let one = address(&ana.submit(NEW, &fields).await.is(303));
        assert_eq!(address(&ana.submit(NEW, &fields).await.is(303)), one, "sent twice, asked once");
        approve(&ben, &one).await.is(303);
        assert!(held(books).await.is_empty());
        let reversal = format!("{}", twice.parse::<i64>().unwrap() + 1);
        ana.get(NEW).await.is(200);
        ana.get(&format!("{NEW}?entry={reversal}")).await.is(422).says("takes back another");
        ana.get(&format!("{NEW}?entry=99999")).await.is(422).says("Enter the number of an entry of this fund");
    }

    async fn a_deposit_that_proves_short_later_is_corrected_with_the_rest_as_over_and_short(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let cash_box = Account::new("1200", "assets:cash:main", Kind::Asset, true);
        let opened: sqlx::Result<()> = transact!(books.db, tx => ledger::open_account(tx, &cash_box).await);
        opened.unwrap();
        post(books, (Source::Journal, "cash"), ("assets:cash:main", chart::CASH_GIFTS), fund, 12_000).await;
        let deposit = post(books, (Source::Gift, "deposit"), (chart::BANK, "assets:cash:main"), fund, 10_000).await.to_string();
        let right = [
            ("debit1", "99.50"),
            ("account2", "assets:cash:main"),
            ("fund2", ""),
            ("credit2", "100.00"),
            ("account3", chart::OVER_SHORT),
            ("fund3", "general"),
            ("debit3", "0.50"),
        ];
        let one = address(&ask(&ana, &deposit, &right).await.is(303));
        approve(&ben, &one).await.is(303);
        let after = ["assets:bank:main 9950", "assets:cash:main 2000", "expenses:admin:cash-over-short 50", "income:donations:cash -12000"];
        assert_eq!(held(books).await, after);
    }

    async fn stripes_line_is_corrected_with_its_replacement_alone(books: &Books) {
        let fund = books.general_fund().await;
        let water = books.fund("water", Some("water only")).await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let charge = post(books, (Source::Stripe, "txn_1"), (chart::STRIPE, "income:donations:online"), fund, 2_500).await;
        let line = |path: &str, fund_id, amount_minor| JournalLine { path: path.to_owned(), fund_id, currency: Currency::USD, amount_minor };
        let new = |lines| NewCorrection { entry: charge, wrong: Mistake::Use, reason: "It was given for water.".to_owned(), lines };
        let actor = Actor { person: ana.person, proved_at: books.now() };
        for lines in [
            vec![],
            vec![line(chart::STRIPE, None, 2_400), line("income:donations:online", Some(water), -2_400)],
            vec![line(chart::BANK, None, 2_500), line("income:donations:online", Some(water), -2_500)],
        ] {
            let refused = ask_for(books, actor, &new(lines)).await;
            assert!(matches!(refused, Err(JournalError::KeepsStripe(_))), "{refused:?}");
        }
        let stale = Actor { proved_at: books.now().plus_secs(-601), ..actor };
        let right = new(vec![line(chart::STRIPE, None, 2_500), line("income:donations:online", Some(water), -2_500)]);
        assert!(matches!(ask_for(books, stale, &right).await, Err(JournalError::NotAllowed(_))), "a proof of ten minutes ago is too old");
        let reference = ask_for(books, actor, &right).await.unwrap();
        approve(&ben, &format!("/treasury/journal/{reference}")).await.is(303);
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(ledger::balance_of(tx, chart::STRIPE).await.unwrap()[&Currency::USD], 2_500, "invariant 11");
        let of_water: i64 = ledger::balances(tx, None).await.unwrap().iter().filter(|b| b.fund == Some(water)).map(|b| b.amount.minor).sum();
        assert_eq!(of_water, -2_500);
        let payout = post(books, (Source::Stripe, "txn_2"), (chart::IN_TRANSIT, chart::STRIPE), fund, 1_000).await;
        ana.get(&format!("{NEW}?entry={payout}")).await.is(422).says("moves by Stripe’s own lines only");
    }

    async fn an_expense_is_corrected_on_its_own_page_and_its_entries_lead_there(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let id = treasury.sent(&treasury.water(2_500)).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let expense = treasury.read(id).await.expense;
        let entry = expense.entry_id.unwrap();
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        ana.get(&format!("{NEW}?entry={entry}")).await.is(422).says("belongs to an expense");
        ana.get(&format!("/treasury/entries/{entry}")).await.is(200).says(&format!("/treasury/general/expenses/{}", expense.number));
        treasury.sound().await;
    }

    async fn past_the_verbs_nothing_by_hand_is_posted_unagreed_or_corrected_twice(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let old = post(books, (Source::Bank, "gift 1"), (chart::BANK, chart::BANK_GIFTS), fund, 2_100).await;
        ask(&ana, &old.to_string(), &[]).await.is(303);
        let force = async |sql: &'static str| -> sqlx::Result<u64> { transact!(books.db, tx => run!(tx, execute, sqlx::query(sql))) };
        for wrong in [
            "UPDATE journal SET state = 'posted', entry_id = 1",
            "INSERT INTO journal (ref, effective_on, reason, state, reverses, wrong, asked_by, asked_at)
             SELECT 'another', effective_on, reason, 'asked', reverses, wrong, asked_by, asked_at FROM journal",
            "INSERT INTO journal (ref, effective_on, reason, state, asked_by, asked_at, entry_id)
             SELECT 'posted', effective_on, reason, 'posted', asked_by, asked_at, 1 FROM journal",
        ] {
            assert!(force(wrong).await.is_err(), "{wrong}");
        }
    }
}
