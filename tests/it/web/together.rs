//! Where two rooms meet: the bank's line and what it shows, a locked month and who is told of it, what waits on the first page, the search.

use strikefund::donations::repeating;
use strikefund::ledger;
use strikefund::people::Role;
use strikefund::spending::{Draft, PaidBy, State};
use strikefund::{run, transact};

use super::Visit;
use super::staff::Staff;
use crate::approvals::person;
use crate::bank::{import, recorder, table};
use crate::spending::Treasury;
use crate::support::on_both_databases;

/// The address of the line that says so.
async fn line_of(staff: &Staff<'_>, text: &str) -> String {
    let page = staff.get("/treasury/bank").await.is(200).says(text);
    let before = page.text().split(text).next().unwrap();
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

on_both_databases! {
    async fn a_line_brings_the_gift_that_was_expected_with_one_click(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let at = "/treasury/general/gifts/offline/new/cheque";
        for amount in ["75", "75.01"] {
            let operation = staff.get(at).await.is(200).value_of("operation");
            staff.upload(at, &[("operation", &*operation), ("dated_on", "2026-11-12"), ("amount", amount)], &[]).await.is(303);
        }
        import(books, recorder(books).await, &table(&[("2026-11-13", "CHECK DEPOSIT", "75.00")]), Some(7_500)).await.unwrap();
        let line = line_of(&staff, "CHECK DEPOSIT").await;
        let page = staff.get(&line).await.is(200).says("It brought this gift").says("dated 12 Nov 2026");
        assert_eq!(page.text().matches("It brought this gift").count(), 1, "only the exact amount is proposed");
        let (gift, operation) = (page.value_of("gift"), page.value_of("operation"));
        staff.get(&format!("{line}?lang=es")).await.is(200).says("Trajo esta donación");
        let fields = [("act", "arrive"), ("gift", &*gift), ("operation", &*operation)];
        let done = staff.submit(&line, &fields).await.is(303).next();
        let page = staff.get(&done).await.is(200).says("The gift has arrived").never_says("It brought this gift");
        staff.submit(&line, &fields).await.is(303);
        let one = format!("/treasury/general/gifts/offline/{gift}");
        staff.get(&one).await.is(200).never_says("/arrived");
        // Undone, the gift still counts, and its posting waits for its line again.
        let (found, operation) = (page.value_of("match"), page.value_of("operation"));
        staff.submit(&line, &[("act", "undo"), ("match", &found), ("operation", &operation)]).await.is(303);
        let page = staff.get(&line).await.is(200).never_says("It brought this gift");
        page.value_of("posting");
    }

    async fn a_paid_expense_is_matched_with_its_line_and_not_when_that_is_undone(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let id = treasury.sent(&treasury.water(1_899)).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(treasury.state(id).await, State::Paid);
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        import(books, recorder(books).await, &table(&[("2026-11-14", "CORNER SHOP", "-18.99")]), Some(8_101)).await.unwrap();
        let line = line_of(&staff, "CORNER SHOP").await;
        let page = staff.get(&line).await.is(200);
        let (posting, operation) = (page.value_of("posting"), page.value_of("operation"));
        let tied = staff.submit(&line, &[("act", "tie"), ("posting", &posting), ("operation", &operation)]).await.is(303).next();
        assert_eq!(treasury.state(id).await, State::Matched);
        let page = staff.get(&tied).await.is(200);
        let (found, operation) = (page.value_of("match"), page.value_of("operation"));
        staff.submit(&line, &[("act", "undo"), ("match", &found), ("operation", &operation)]).await.is(303);
        assert_eq!(treasury.state(id).await, State::Paid);
        treasury.sound().await;
    }

    async fn a_locked_month_is_told_to_whoever_approves(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let sam = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let mut draft = treasury.water(1_899);
        draft.bought_on = "2026-10-30".parse().unwrap();
        let id = treasury.sent(&draft).await;
        let (one, other, now) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await, books.now());
        let locked: sqlx::Result<bool> = transact!(books.db, tx => {
            ledger::ask_lock(tx, "2026-10", one, now).await?;
            ledger::lock_month(tx, "2026-10", other, now).await
        });
        assert!(locked.unwrap());
        let at = format!("/treasury/approvals/{}", treasury.proposal(id).await.id);
        let page = sam.get(&at).await.is(200);
        let fields = [("choice", "approve"), ("seen", &*page.value_of("seen")), ("operation", &*page.value_of("operation"))];
        sam.submit(&at, &fields).await.is(422).says("2026-10 is locked");
        sam.submit(&format!("{at}?lang=es"), &fields).await.is(422).says("2026-10 está bloqueado");
        assert_eq!(treasury.state(id).await, State::Sent);
    }

    async fn the_first_page_counts_what_waits_in_every_room_and_the_search_finds_its_numbers(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Administrator]).await;
        let tile = |href: &str, count: i64, name: &str| format!("<li><a href=\"{href}\"><strong>{count}</strong> {name}</a>");
        staff.get("/treasury").await.is(200).never_says("<strong>1</strong> Expenses without").never_says("</strong> Bank lines to match");
        let mut bare = treasury.water(1_899);
        (bare.documents, bare.no_receipt) = (vec![], Some("The machine was out of paper.".to_owned()));
        let id = treasury.sent(&bare).await;
        treasury.sent(&treasury.water(500)).await;
        // A reason is as good as a receipt; a draft with neither is what somebody must still do something about.
        staff.get("/treasury").await.is(200).never_says("<strong>1</strong> Expenses without");
        (bare.documents, bare.no_receipt) = (vec![], None);
        treasury.save(None, &bare).await.unwrap();
        import(books, recorder(books).await, &table(&[("2026-11-10", "UNKNOWN", "-3.00"), ("2026-11-11", "ALSO", "-4.00")]), Some(-700)).await.unwrap();
        let home = staff.get("/treasury").await.is(200).says(&tile("/treasury/expenses", 1, "Expenses without a receipt"));
        let home = home.says(&tile("/treasury/bank", 2, "Bank lines to match")).says(&tile("/treasury/approvals", 2, "Need approval"));
        home.says("Mails that were not sent").says("Emergencies without a second signature").says("Claims of captains");
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get("/treasury").await.is(200).never_says("Mails that were not sent");
        let number = treasury.read(id).await.expense.number;
        let address = format!("/treasury/general/expenses/{number}");
        staff.get(&format!("/treasury/search?q={}", number.to_lowercase())).await.is(200).says(&address);
        let payee = treasury.new_payee("021000021 123456789").await.unwrap();
        staff.get(&format!("/treasury/search?q={payee}")).await.is(200).says(&format!("href=\"/treasury/payees/{payee}\""));
        staff.get(&format!("/treasury/search?q={payee}&lang=es")).await.is(200).says("Beneficiario");
    }

    async fn what_is_to_be_paid_waits_on_the_first_page_and_leads_to_its_list(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let payee = treasury.ready_payee().await;
        let bill = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(1_899) };
        let id = treasury.sent(&bill).await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        staff.get("/treasury").await.is(200).never_says("</strong> Expenses to pay");
        treasury.approve(treasury.ana, id).await.unwrap();
        let list = "/treasury/expenses?state=approved";
        staff.get("/treasury").await.is(200).says(&format!("<li><a href=\"{list}\"><strong>1</strong> Expenses to pay</a>"));
        assert_eq!(staff.get(list).await.is(303).next(), "/treasury/general/expenses?state=approved");
        assert_eq!(staff.get("/treasury/expenses?state=1").await.is(303).next(), "/treasury/general/expenses");
        books.fund("water", Some("water only")).await;
        staff.get(list).await.is(200).says("href=\"/treasury/water/expenses?state=approved\"");
        treasury.pay(id).await.unwrap();
        staff.get("/treasury").await.is(200).never_says("</strong> Expenses to pay");
    }

    async fn gifts_that_are_behind_wait_on_the_first_page_until_somebody_stops_them(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let (now, failed) = (books.now(), books.now().plus_secs(-3 * 86_400));
        let sql = "INSERT INTO recurring_gift (fund_id, subscription_id, amount_minor, currency, state, begun_at, failed_at, stop_tries)
                   VALUES ($1, $2, 2500, 'USD', $3, $4, $4, 0)";
        let begun: sqlx::Result<()> = transact!(books.db, tx => async {
            for (subscription, state) in [("sub_well", "active"), ("sub_behind", "past_due")] {
                run!(tx, execute, sqlx::query(sql).bind(fund).bind(subscription).bind(state).bind(failed))?;
            }
            Ok::<(), sqlx::Error>(())
        }.await);
        begun.unwrap();
        let home = staff.get("/treasury").await.is(200).says("oldest 3 days");
        home.says("<li><a href=\"/treasury/repeats\"><strong>1</strong> Repeating gifts that are behind in payment</a>");
        staff.get("/treasury?lang=es").await.is(200).says("<strong>1</strong> Donaciones que se repiten con un pago pendiente</a>");
        let stopped: sqlx::Result<bool> = transact!(books.db, tx => async {
            let behind = repeating::list(tx, None, 1).await?.remove(0);
            repeating::stop_by_donor(tx, &behind, now).await
        }.await);
        assert!(stopped.unwrap());
        staff.get("/treasury").await.is(200).never_says("</strong> Repeating gifts that are behind in payment");
    }
}
