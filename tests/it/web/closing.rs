//! How a fund ends, walked as two people do: each step at its address, what holds it up in words, and the public told.

use strikefund::people::Role;
use strikefund::{funds, run, transact};

use super::Visit;
use super::spending::approval;
use super::staff::Staff;
use crate::publication::publish;
use crate::spending::Treasury;
use crate::support::on_both_databases;

const CLOSE: &str = "/treasury/general/close";
const WHY: &str = "The strike is won, and the members voted for it.";

/// Asks for a step with these fields, and has the other agree; what the approval's page said of it.
async fn step(asks: &Staff<'_>, agrees: &Staff<'_>, step: &str, fields: &[(&str, &str)]) -> super::Answer {
    let path = format!("{CLOSE}/{step}");
    let operation = asks.get(&path).await.is(200).value_of("operation");
    let sent = [fields, &[("reason", WHY), ("operation", &*operation)]].concat();
    for _ in 0..2 {
        assert_eq!(asks.submit(&path, &sent).await.is(303).next(), format!("{CLOSE}?done=asked"), "twice is once");
    }
    let address = approval(&asks.get(CLOSE).await.is(200).says("A move waits for others to agree."));
    let page = agrees.get(&address).await.is(200).says("State of the fund").says(WHY);
    let (seen, operation) = (page.value_of("seen"), page.value_of("operation"));
    agrees.submit(&address, &[("choice", "approve"), ("seen", &seen), ("operation", &operation)]).await.is(303);
    page
}

on_both_databases! {
    async fn two_people_take_a_fund_to_its_end_step_by_step(books: &Books) {
        let treasury = Treasury::holding(books, 12_901).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let sam = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let reader = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        reader.get(CLOSE).await.is(200).says("Steps to the end").says("What each state allows").says("Open (now)");
        reader.get(&format!("{CLOSE}/wind-down")).await.is(200).says("Giving stops for good.").never_says("name=\"operation\"");
        reader.submit(&format!("{CLOSE}/wind-down"), &[("reason", WHY)]).await.is(404);
        rosa.get("/treasury/general/gifts").await.is(200).says("How it ends");
        rosa.get(&format!("{CLOSE}/finish")).await.is(200).says("That step is not taken from there.");

        // A pause, asked for and taken back; then the end.
        let operation = rosa.get(&format!("{CLOSE}/pause")).await.is(200).says("Pause giving").value_of("operation");
        rosa.submit(&format!("{CLOSE}/pause"), &[("reason", "why"), ("operation", &operation)]).await.is(422).says("Say why, in 10 to 500 letters.");
        rosa.submit(&format!("{CLOSE}/pause"), &[("reason", WHY), ("operation", &operation)]).await.is(303);
        let operation = rosa.get(CLOSE).await.is(200).says("Take the move back").value_of("operation");
        assert_eq!(rosa.submit(&format!("{CLOSE}/take-back"), &[("operation", &operation)]).await.is(303).next(), format!("{CLOSE}?done=taken-back"));
        rosa.get(CLOSE).await.is(200).never_says("A move waits");
        let wrong = [("last_on", "2026-11-13"), ("reason", WHY), ("operation", &*operation)];
        rosa.submit(&format!("{CLOSE}/wind-down"), &wrong).await.is(422).says("Choose a day from today on");
        step(&rosa, &sam, "wind-down", &[("last_on", "2026-11-28")]).await.says("Last day for expenses").says("28 Nov 2026").says("Winding down");
        visit.get("/f/general/give").await.says("no longer takes gifts");
        rosa.get(&format!("{CLOSE}/reserve")).await.is(200).says("Held up by: Gifts that repeat.").never_says("name=\"percent\"");
        rosa.get(&format!("{CLOSE}/settle")).await.is(200).says("One thing holds up the share-out.").says("word that each has stopped").says("/treasury/general/repeats-end");
        rosa.get(&format!("{CLOSE}/settle?lang=es")).await.is(200).says("Una cosa detiene el reparto.");
        let sql = "UPDATE repeats_end SET step = 'done', done_at = begun_at";
        let done: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(sql)));
        done.unwrap();

        let reserve = format!("{CLOSE}/reserve");
        let form = rosa.get(&reserve).await.is(200).says("To share out").says("$129.01").says("value=\"10\"").says("value=\"2027-03-14\"");
        let operation = form.value_of("operation");
        for (percent, amount, said) in [("10", "5.00", "Enter either"), ("101", "", "percent"), ("", "129.02", "more than there is"), ("", "", "Enter either")] {
            let sent = [("percent", percent), ("amount", amount), ("until", "2027-03-01"), ("reason", WHY), ("operation", &*operation)];
            rosa.submit(&reserve, &sent).await.is(422).says(said);
        }
        step(&rosa, &sam, "reserve", &[("percent", "0"), ("amount", ""), ("until", "2027-03-01")]).await.says("0.00").says("1 Mar 2027");
        rosa.get(&format!("{CLOSE}/finish")).await.is(200).says("What the fund still holds").never_says("name=\"operation\"");
        let payee = "expenses:grants:mutual-aid";
        let postings = vec![
            strikefund::ledger::NewPosting::of_fund(payee, treasury.fund, crate::approvals::usd(12_901)),
            strikefund::ledger::NewPosting::pooled(strikefund::ledger::chart::BANK, crate::approvals::usd(-12_901)),
        ];
        let entry = strikefund::ledger::NewEntry {
            source: strikefund::ledger::Source::Bank, source_id: "all".to_owned(), kind: "grant", effective_on: "2026-11-14".parse().unwrap(),
            memo: None, actor: None, reverses: None, postings,
        };
        let now = books.now();
        let posted: Result<_, strikefund::ledger::PostError> = transact!(books.db, tx => strikefund::ledger::post(tx, &entry, now).await);
        posted.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();
        visit.get("/f/general/").await.is(200).says("Distributing").says("once 5 have come in");
        step(&rosa, &sam, "finish", &[]).await.says("Closed");
        rosa.get(CLOSE).await.is(200).says("details are deleted on").says("/f/general/verify.html").never_says("after the fund had closed. It");
        assert!(publish(books, treasury.fund, books.now()).await.unwrap().is_some(), "the last publication says so");
        visit.get("/f/general/").await.is(200).says("Closed").says("Read the closing report").says("the last batch counted what was left over");
        let report = visit.get("/f/general/reports/closing.html").await.is(200).says("Closed since 14 Nov 2026. All accounts are at zero.").says(WHY);
        report.says("$129.01 came in.").says("$129.01 was passed on to mutual aid").says("1 of 1 others agreed").says("is deleted from 12 Jul 2027 on");
        visit.get("/f/general/reports/closing.es.html").await.is(200).says("Todas las cuentas están en cero.");
        visit.get("/f/general/reports/").await.is(200).says("closing.html");
        visit.get("/sitemap.xml").await.is(200).says("/f/general/reports/closing.html");
        rosa.get("/treasury").await.is(200).never_says("/treasury/late");
        // A stray gift reopens nothing, and is in sight.
        treasury.give(treasury.fund, 30).await;
        rosa.get("/treasury").await.is(200).says("/treasury/late");
        reader.get("/treasury/late").await.is(200).says("$0.30").says(CLOSE);
        rosa.get(CLOSE).await.is(200).says("$0.30 came after the fund had closed.");
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), None, "and no publication shows it alone");
        let state = funds::find(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().unwrap().state;
        assert_eq!(state, funds::State::Closed);
        treasury.sound().await;
    }
}
