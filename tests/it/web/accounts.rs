//! The first page, the registers, the journal, months and the search: what treasurers see of the books.

use std::time::Duration;

use strikefund::ledger::{self, NewEntry, NewPosting, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::people::Role;
use strikefund::transact;

use super::offline::held;
use super::refunds::{approval, approve, cannot_sign, decide};
use super::staff::Staff;
use super::{Answer, Visit, each_once};
use crate::support::{Books, on_both_databases};

const JOURNAL: &str = "/treasury/journal/new";

async fn journal(staff: &Staff<'_>, fields: &[(&str, &str)]) -> Answer {
    let operation = staff.get(JOURNAL).await.is(200).value_of("operation");
    let head = [("operation", &*operation), ("day", "2026-11-14"), ("reason", "Opening cash of the strike committee")];
    staff.submit(JOURNAL, &each_once(&[&head[..], fields].concat())).await
}

/// Forty dollars of opening cash at the bank.
const OPENING: &[(&str, &str)] =
    &[("account1", "assets:bank:main"), ("debit1", "40"), ("account2", "equity:opening"), ("fund2", "general"), ("credit2", "40")];

fn address(answer: &Answer) -> String {
    answer.next().split('?').next().unwrap().to_owned()
}

/// Posts gifts to the bank, a dollar each, dated on `day`.
async fn gifts(books: &Books, fund: strikefund::ids::FundId, count: usize, day: &str) {
    let usd = |minor| Money::new(minor, Currency::USD);
    let entry = |n: usize| NewEntry {
        source: Source::Bank,
        source_id: format!("{day} {n}"),
        kind: "gift",
        effective_on: day.parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::BANK, usd(100)), NewPosting::of_fund(chart::BANK_GIFTS, fund, usd(-100))],
    };
    let entries: Vec<NewEntry> = (0..count).map(entry).collect();
    let now = books.now();
    let posted: Result<_, ledger::PostError> = transact!(books.db, tx => ledger::post_all(tx, &entries, now).await);
    assert_eq!(posted.unwrap().len(), count);
}

on_both_databases! {
    async fn the_first_page_counts_what_waits_and_tells_how_the_funds_stood_on_any_day(books: &Books) {
        let fund = books.general_fund().await;
        let water = books.fund("water", Some("water only")).await;
        let visit = Visit::of(books);
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get("/treasury").await.is(200).says("Live, not public").says("All clear");
        gifts(books, fund, 5, "2026-10-31").await;
        gifts(books, water, 3, "2026-11-02").await;
        let page = auditor.get("/treasury").await.is(200);
        page.says("$5.00").says("$3.00").says("Months to lock").says("Nothing waits for: ");
        let then = auditor.get("/treasury?on=2026-11-01").await.is(200);
        then.says("How the funds stood at the end of 1 Nov 2026").says("$5.00").never_says("$3.00");
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        journal(&ana, OPENING).await.is(303);
        books.clock.advance(Duration::from_secs(1_700));
        auditor.get("/treasury").await.is(200).says("Journal entries to agree to").says("oldest from today");
    }

    async fn a_register_is_read_page_by_page_and_loses_nothing(books: &Books) {
        let fund = books.general_fund().await;
        let water = books.fund("water", Some("water only")).await;
        let visit = Visit::of(books);
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        for n in 1..=9 {
            gifts(books, if n % 2 == 0 { fund } else { water }, 13, &format!("2026-11-0{n}")).await;
        }
        let _folded: sqlx::Result<u64> = transact!(books.db, tx => ledger::fold(tx, 60).await);
        for (path, total) in [("assets:bank:main", 117), ("income:donations:bank", 117), ("1000", 0), ("4020", 117)] {
            let (mut at, mut seen) = (format!("/treasury/accounts/{path}"), Vec::new());
            loop {
                let page = auditor.get(&at).await.is(200);
                seen.extend(page.text().split("/treasury/entries/").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap()));
                // The list as a file names its page, too, and more.
                let links = page.text().split("?before=").skip(1).map(|rest| rest.split('"').next().unwrap());
                let Some(older) = links.into_iter().find(|link| !link.contains('&')) else { break };
                at = format!("/treasury/accounts/{path}?before={older}");
            }
            assert_eq!(seen.len(), total, "{path}");
            assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "{path}: newest first, each once");
        }
        auditor.get("/treasury/accounts").await.is(200).says("income:donations:bank").says("expenses:program:food");
        auditor.get("/treasury/accounts/no:such").await.is(404);
        auditor.get("/treasury/entries/99999").await.is(404);
        auditor.get("/treasury/entries/1").await.is(200).says("assets:bank:main").never_says("corrections/new");
    }

    async fn a_journal_entry_needs_two_people_and_touches_nothing_of_stripes(books: &Books) {
        books.general_fund().await;
        books.fund("water", Some("water only")).await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        for (change, said) in [
            (("credit2", "39"), "Debits and credits must be equal"),
            (("account1", "assets:stripe"), "assets:stripe moves by Stripe’s own lines only"),
            (("fund2", ""), "equity:opening needs a fund"),
            (("fund1", "general"), "assets:bank:main needs a fund if"),
            (("reason", "short"), "Say why, in 10 to 200 letters."),
            (("day", "2026-11-15"), "Enter a day that has come"),
            (("debit1", "1e18"), "Enter either a debit or a credit"),
        ] {
            let fields: Vec<_> = OPENING.iter().copied().filter(|(name, _)| *name != change.0).chain([change]).collect();
            journal(&ana, &fields).await.is(422).says(said);
        }
        let one = address(&journal(&ana, OPENING).await.is(303));
        cannot_sign(&ana, &one).await;
        assert!(held(books).await.is_empty());
        ben.get(&one).await.is(200).says("Opening cash of the strike committee").says("$40.00");
        let at = approval(&ben, &one).await;
        let page = ben.get(&at).await.is(200).says("assets:bank:main").says("$40.00").says("Opening cash of the strike committee");
        let (seen, operation) = (page.value_of("seen"), page.value_of("operation"));
        let stale = [("seen", "0".repeat(64)), ("operation", books.entropy.reference()), ("choice", "approve".to_owned())];
        let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (*name, &**value)).collect();
        ben.submit(&at, &stale).await.is(409).says("This changed since you opened it");
        let form = [("seen", &*seen), ("operation", &*operation), ("choice", "approve")];
        for _ in 0..2 {
            ben.submit(&at, &form).await.is(303);
        }
        assert_eq!(held(books).await, ["assets:bank:main 4000", "equity:opening -4000"], "sent twice, posted once");
        let other = [("seen", &*seen), ("operation", &*operation), ("choice", "reject"), ("reason", "No.")];
        ben.submit(&at, &other).await.is(409).says("sent before with other content");

        let over = [("account1", "expenses:program:water"), ("fund1", "water"), ("debit1", "1"), ("account2", "assets:bank:main"), ("credit2", "1")];
        let two = address(&journal(&ana, &over).await.is(303));
        approve(&ben, &two).await.is(422).says("water would have less than nothing");
        decide(&ben, &two, &[("choice", "reject"), ("reason", "There is no money for it.")]).await.is(303);
        ben.get(&two).await.is(200).says("Rejected");
        assert_eq!(held(books).await.len(), 2);
    }

    async fn a_large_entry_by_hand_needs_as_many_as_a_large_expense(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let (ben, eva) = (Staff::signed_in(&visit, books, &[Role::Approver]).await, Staff::signed_in(&visit, books, &[Role::Approver]).await);
        let fields: Vec<_> = OPENING.iter().map(|(name, value)| (*name, if *value == "40" { "500.01" } else { *value })).collect();
        let one = address(&journal(&ana, &fields).await.is(303));
        approve(&ben, &one).await.is(303);
        assert!(held(books).await.is_empty(), "one of two");
        approve(&eva, &one).await.is(303);
        assert_eq!(held(books).await, ["assets:bank:main 50001", "equity:opening -50001"]);
    }

    async fn a_month_is_locked_by_two_people_once_nothing_stands_in_the_way(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        gifts(books, fund, 1, "2026-10-31").await;
        let (one, ask) = ("/treasury/months/2026-10", "/treasury/months/2026-10/asked");
        ana.get("/treasury/months").await.is(200).says("2026-10").says("Nothing stands in the way").never_says("2026-11<");
        ana.submit("/treasury/months/2026-11/asked", &[("operation", &books.entropy.reference())]).await.is(404);
        let operation = ana.get(one).await.is(200).says("Bank matched").says("Met").value_of("operation");
        for _ in 0..2 {
            ana.submit(ask, &[("operation", &operation)]).await.is(303);
        }
        ana.submit(ask, &[("operation", &books.entropy.reference())]).await.is(422).says("Somebody moved this on");
        cannot_sign(&ana, one).await;
        let at = approval(&ben, one).await;
        ben.get(&at).await.is(200).says("Suspense 0.00").says("2026-10");
        approve(&ben, one).await.is(303);
        ben.get(one).await.is(200).says("Locked");
        let fields: Vec<_> = OPENING.iter().copied().chain([("day", "2026-10-31")]).collect();
        journal(&ana, &fields).await.is(422).says("2026-10 is locked. Enter a later day and say why.");
    }

    async fn a_rejected_lock_can_be_asked_for_again(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        gifts(books, fund, 1, "2026-10-31").await;
        let one = "/treasury/months/2026-10";
        for locks in [false, true] {
            let operation = ana.get(one).await.is(200).value_of("operation");
            ana.submit(&format!("{one}/asked"), &[("operation", &operation)]).await.is(303);
            if locks {
                approve(&ben, one).await.is(303);
            } else {
                decide(&ben, one, &[("choice", "reject"), ("reason", "A bill is missing.")]).await.is(303);
            }
        }
        ana.get(one).await.is(200).says("Locked");
    }

    async fn a_search_finds_numbers_and_never_names(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let at = "/treasury/general/gifts/offline/new/cheque";
        let operation = ana.get(at).await.is(200).value_of("operation");
        let cheque = [("operation", &*operation), ("amount", "75"), ("dated_on", "2026-11-14"), ("donor", "Zenobia Quartz")];
        let one = address(&ana.upload(at, &cheque, &[]).await.is(303));
        let number = one.rsplit('/').next().unwrap().to_owned();
        let operation = ana.get(&one).await.is(200).value_of("operation");
        let arrived = [("operation", &*operation), ("line", "CHEQUE 42"), ("day", "2026-11-14")];
        ana.submit(&format!("{one}/arrived"), &arrived).await.is(303);
        let found = ana.get(&format!("/treasury/search?q={}", number.to_lowercase())).await.is(200);
        found.says(&format!("/treasury/gifts/{number}")).says(&one);
        ana.get(&format!("/treasury/search?q={number}")).await.is(200).says("/treasury/entries/1");
        ana.get("/treasury/search?q=1").await.is(200).says("/treasury/entries/1");
        ana.get("/treasury/search?q=Zenobia").await.is(200).says("Nothing bears this number.");
        ana.get("/treasury/search").await.is(200);
        ana.get(&format!("/treasury/gifts?number={number}")).await.is(303);
    }
}
