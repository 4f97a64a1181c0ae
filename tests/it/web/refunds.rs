//! Refunds: never more than the gift, never on one person's word, once at Stripe whatever dies in between.

use sqlx::AssertSqlSafe;
use strikefund::donations::{Donation, listing, refunding};
use strikefund::money::{Currency, Money};
use strikefund::payments::about;
use strikefund::payments::object::{ObjectKind, ObjectState};
use strikefund::people::Role;
use strikefund::{payments, run, transact};

use super::checkout::{at_checkout, choose, settle, site};
use super::offline::held;
use super::staff::Staff;
use super::{Answer, Visit};
use crate::support::{Books, on_both_databases};

/// A gift of so many dollars that is in the books, and what happens to it a minute later.
async fn gift(visit: &Visit, books: &Books, dollars: &str, afterwards: &str) -> Donation {
    choose(visit, &at_checkout(visit, dollars).await, &[("outcome", "pay_available_at_once"), ("afterwards", afterwards)]).await.is(303);
    settle(visit, books, 5).await;
    let fund = strikefund::funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap();
    listing::list(&mut books.db.begin_read().await.unwrap(), fund.id, None, 1).await.unwrap().remove(0)
}

async fn ask(staff: &Staff<'_>, gift: &Donation, amount: &str) -> Answer {
    let at = format!("/treasury/gifts/{}/refund", gift.number);
    let operation = staff.get(&at).await.is(200).value_of("operation");
    staff.submit(&at, &[("operation", &operation), ("amount", amount), ("reason", "asked")]).await
}

/// The address of a refund that was asked for.
fn address(answer: &Answer) -> String {
    answer.next().split('?').next().unwrap().to_owned()
}

/// Where a refund that waits is decided.
pub(super) async fn approval(staff: &Staff<'_>, refund: &str) -> String {
    let page = staff.get(refund).await.is(200);
    let after = page.text().split("href=\"/treasury/approvals/").nth(1).expect("the refund leads to its approval");
    format!("/treasury/approvals/{}", after.split('"').next().unwrap())
}

/// Decides what the page of a refund's approval shows.
pub(super) async fn decide(staff: &Staff<'_>, refund: &str, more: &[(&str, &str)]) -> Answer {
    let at = approval(staff, refund).await;
    let page = staff.get(&at).await.is(200);
    let (seen, operation) = (page.value_of("seen"), page.value_of("operation"));
    staff.submit(&at, &[&[("seen", &*seen), ("operation", &*operation)], more].concat()).await
}

/// Signs it.
pub(super) async fn approve(staff: &Staff<'_>, refund: &str) -> Answer {
    decide(staff, refund, &[("choice", "approve")]).await
}

/// Whoever entered something is told on its approval that they cannot sign, and cannot by a form of their own making.
pub(super) async fn cannot_sign(staff: &Staff<'_>, page: &str) {
    let at = approval(staff, page).await;
    staff.get(&at).await.is(200).says("You entered this, so you cannot approve it.").never_says("name=\"choice\"");
    let (operation, seen) = ("a".repeat(26), "0".repeat(64));
    let forged = [("operation", &*operation), ("seen", &*seen), ("choice", "approve")];
    staff.submit(&at, &forged).await.is(422).says("You entered this, so you cannot approve it.");
}

/// What went back of a gift, by Stripe's own lines, sorted.
async fn at_stripe(books: &Books, gift: &Donation) -> Vec<i64> {
    let tx = &mut books.db.begin_read().await.unwrap();
    let lines = about::lines(tx, gift.charge_id.as_deref().unwrap()).await.unwrap();
    let refunds = lines.iter().filter(|line| line.source_object.as_deref() == Some("refund"));
    let mut back: Vec<i64> = refunds.map(|line| -line.amount_minor).collect();
    back.sort_unstable();
    back
}

on_both_databases! {
    async fn a_refund_goes_back_once_others_agreed_and_stripes_line_moves_the_books(books: &Books) {
        let visit = site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let gift = gift(&visit, books, "25", "nothing").await;
        let before = held(books).await;
        ask(&ana, &gift, "25.01").await.is(422).says("At most $25.00 can be refunded.");
        for wrong in ["0", "-1", "0.001", "1e18", "9223372036854775807", "１２", "1,50", "NaN"] {
            ask(&ana, &gift, wrong).await.is(422);
        }
        let at = format!("/treasury/gifts/{}/refund", gift.number);
        ana.get(&at).await.is(200).says("The fee of $1.03 does not come back; the fund bears it.");
        let one = address(&ask(&ana, &gift, "10").await.is(303));
        ana.get(&one).await.is(200).says("0 of 1").says("Others must agree");
        ask(&ana, &gift, "15.01").await.is(422).says("At most $15.00 can be refunded.");
        let at = approval(&ben, &one).await;
        ana.get("/treasury").await.is(200).says("href=\"/treasury/approvals\"").says("Need approval");
        let page = ben.get(&at).await.is(200).says(&format!("href=\"/treasury/gifts/{}\"", gift.number)).says("The donor asked").says("$10.00");
        page.says("Through Stripe, to where it came from");
        ben.get(&format!("{at}?lang=es")).await.is(200).says("Vía de devolución").says("Por Stripe, al lugar de donde vino");
        let page = ben.get(&at).await.is(200);
        let (seen, operation) = (page.value_of("seen"), page.value_of("operation"));
        let sign = |seen: &str| [("choice", "approve"), ("seen", seen), ("operation", &*operation)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let submit = async |staff: &Staff<'_>, seen: &str| {
            let fields = sign(seen);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            staff.submit(&at, &fields).await
        };
        ana.get(&at).await.is(200).says("You entered this, so you cannot approve it.");
        // Whoever only looks after people signs changes of the rules, and reads nothing of money.
        let office = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        office.get(&at).await.is(404);
        submit(&office, &seen).await.is(404);
        submit(&ana, &seen).await.is(422).says("You entered this");
        submit(&ben, "another text").await.is(409).says("This changed");
        settle(&visit, books, 5).await;
        assert_eq!((at_stripe(books, &gift).await, held(books).await), (vec![], before), "nothing moved before others agreed");

        approve(&ben, &one).await.is(303);
        settle(&visit, books, 5).await;
        assert_eq!(at_stripe(books, &gift).await, [1_000]);
        settle(&visit, books, 60).await;
        ben.get(&one).await.is(200).says("Done");
        assert!(held(books).await.contains(&"income:refunds 1000".to_owned()));
        settle(&visit, books, 60).await;
        assert_eq!(at_stripe(books, &gift).await, [1_000], "it goes once");
        let rest = address(&ask(&ana, &gift, "15").await.is(303));
        approve(&ben, &rest).await.is(303);
        settle(&visit, books, 60).await;
        assert_eq!(at_stripe(books, &gift).await, [1_000, 1_500]);
        ana.get(&format!("/treasury/gifts/{}", gift.number)).await.is(200).never_says("/refund\"").never_says("outside approval");
    }

    async fn a_process_killed_between_the_call_and_its_note_refunds_once(books: &Books) {
        let visit = site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let gift = gift(&visit, books, "25", "nothing").await;
        for called in [false, true] {
            let one = address(&ask(&ana, &gift, "5").await.is(303));
            approve(&ben, &one).await.is(303);
            let reference = one.rsplit('/').next().unwrap();
            let mut tx = books.db.begin_write().await.unwrap();
            let sql = format!("UPDATE refund SET state = 'sent' WHERE ref = '{reference}' AND state = 'approved'");
            assert_eq!(run!(&mut tx, execute, sqlx::query(AssertSqlSafe(sql))).unwrap(), 1);
            tx.commit().await.unwrap();
            if called {
                let (charge, amount) = (gift.charge_id.as_deref().unwrap(), Money::new(500, Currency::USD));
                let state = visit.payments.gateway().refund(charge, amount, reference, books.now()).await.unwrap();
                assert_eq!(state.object, ObjectKind::Refund);
                let found = visit.payments.gateway().find_refund(charge, reference, books.now()).await.unwrap();
                assert_eq!(found.map(|found| found.id), Some(state.id));
            }
            settle(&visit, books, 60).await;
            settle(&visit, books, 60).await;
            ben.get(&one).await.is(200).says("Done");
        }
        assert_eq!(at_stripe(books, &gift).await, [500, 500], "one refund for each that was agreed to");
    }

    async fn a_large_refund_needs_two_and_splitting_it_helps_nobody(books: &Books) {
        let visit = site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let eva = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let gift = gift(&visit, books, "600", "nothing").await;
        let first = address(&ask(&ana, &gift, "400").await.is(303));
        let second = address(&ask(&ana, &gift, "150").await.is(303));
        ben.get(&second).await.is(200).says("0 of 2");
        approve(&ben, &second).await.is(303);
        settle(&visit, books, 5).await;
        assert!(at_stripe(books, &gift).await.is_empty());
        approve(&eva, &second).await.is(303);
        decide(&eva, &first, &[("choice", "reject")]).await.is(422).says("Enter a reason");
        decide(&eva, &first, &[("choice", "reject"), ("reason", "Too much.")]).await.is(303);
        settle(&visit, books, 5).await;
        assert_eq!(at_stripe(books, &gift).await, [15_000]);
        ana.get(&first).await.is(200).says("Rejected");
    }

    async fn what_was_refunded_at_stripe_is_listed_and_counts(books: &Books) {
        let visit = site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let gift = gift(&visit, books, "25", "refund").await;
        settle(&visit, books, 60).await;
        ana.get("/treasury/refunds").await.is(200).says("Made at Stripe, outside approval").says(&gift.number);
        ana.get(&format!("/treasury/gifts/{}", gift.number)).await.is(200).says("Made at Stripe, outside approval");
        ask(&ana, &gift, "1").await.is(422).says("At most $0.00 can be refunded.");
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(refunding::left(tx, &gift).await.unwrap().most.minor, 0);
    }

    async fn a_gift_in_dispute_is_not_refunded_and_the_dispute_tells_its_days(books: &Books) {
        let visit = site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let gift = gift(&visit, books, "25", "dispute_lost").await;
        let at = format!("/treasury/gifts/{}/refund", gift.number);
        let earlier = address(&ask(&ana, &gift, "2").await.is(303));
        let operation = ana.get(&at).await.is(200).value_of("operation");
        settle(&visit, books, 20).await;
        let asked = [("operation", &*operation), ("amount", "1"), ("reason", "asked")];
        ana.submit(&at, &asked).await.is(422).says("This gift is in dispute");
        approve(&ben, &earlier).await.is(422).says("This gift is in dispute");
        settle(&visit, books, 5).await;
        assert!(at_stripe(books, &gift).await.is_empty());
        ana.get("/treasury/disputes").await.is(200);
    }

    async fn a_dispute_is_told_with_its_fee_and_days_and_its_evidence_says_nothing_of_who_gave(books: &Books) {
        let visit = site(books).await;
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let eve = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        ana.get("/treasury/disputes").await.is(200).says("No disputes.").says("None has ended yet.");
        let gift = gift(&visit, books, "25", "nothing").await;
        let evidence = format!("/treasury/gifts/{}/evidence", gift.number);
        ana.submit(&evidence, &[]).await.is(404);
        let due_at = books.now().unix_secs() + 5 * 86_400;
        let dispute = |status: &str| ObjectState {
            id: "dp_1".to_owned(),
            object: ObjectKind::Dispute,
            status: status.to_owned(),
            reason: Some("fraudulent".to_owned()),
            charge_id: gift.charge_id.clone(),
            payment_intent: None,
            parent_id: None,
            fund_ref: None,
            donation_ref: None,
            amount_minor: Some(2_500),
            currency: Some(Currency::USD),
            due_at: Some(due_at),
            told_at: books.now().unix_secs(),
            updated_at: books.now(),
        };
        let tell = async |state: ObjectState| {
            let told: sqlx::Result<()> = transact!(books.db, tx => payments::store_objects(tx, std::slice::from_ref(&state)).await);
            told.unwrap();
        };
        tell(dispute("needs_response")).await;
        let page = ana.get("/treasury/disputes").await.is(200).says(&gift.number).says("5 days");
        page.says("Waits for your answer").says("The cardholder says it was not them");
        ana.get("/treasury/disputes?lang=es").await.is(200).says("Espera su respuesta");
        ana.get(&format!("/treasury/gifts/{}", gift.number)).await.is(200).says("Make evidence file");
        eve.get(&format!("/treasury/gifts/{}", gift.number)).await.is(200).never_says("Make evidence file");
        eve.submit(&evidence, &[]).await.is(404);
        let file = ana.submit(&evidence, &[]).await.is(200).says("Evidence about gift").says("$25.00").says("WHAT WAS SHOWN BEFORE THE PAYMENT");
        file.says("https://fund.example.org/f/general/give").says("dp_1").never_says("ana@example.org").never_says("Ana");
        tell(dispute("lost")).await;
        ana.get("/treasury/disputes").await.is(200).says("No disputes.").says("Lost: the money is gone");
        ana.submit(&evidence, &[]).await.is(404);
    }

    async fn cash_goes_back_by_two_people_out_of_the_box_it_went_into(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let at = "/treasury/general/gifts/cash";
        let operation = ana.get(at).await.is(200).value_of("operation");
        let count = [("operation", &*operation), ("place", "Gate 4"), ("box", "main"), ("day", "2026-11-14"), ("n2000", "6")];
        let one = address(&ana.upload(at, &count, &[]).await.is(303));
        let operation = ben.get(&one).await.is(200).value_of("operation");
        ben.submit(&format!("{one}/count"), &[("operation", &operation), ("n2000", "6")]).await.is(303);
        let number = one.rsplit('/').next().unwrap();
        let gift = listing::find_by_number(&mut books.db.begin_read().await.unwrap(), number).await.unwrap().unwrap();
        ask(&ana, &gift, "120.01").await.is(422).says("At most $120.00");
        let refund = address(&ask(&ana, &gift, "20").await.is(303));
        assert_eq!(held(books).await, ["assets:cash:main 12000", "income:donations:cash -12000"]);
        approve(&ben, &refund).await.is(303);
        assert_eq!(held(books).await, ["assets:cash:main 10000", "income:donations:cash -12000", "income:refunds 2000"]);
        ben.get(&refund).await.is(200).says("Done");
        let rest = address(&ask(&ana, &gift, "100").await.is(303));
        let deposit = "/treasury/general/gifts/deposit";
        let operation = ana.get(deposit).await.value_of("operation");
        let taken = [("operation", &*operation), ("box", "main"), ("taken", "100"), ("banked", "100"), ("day", "2026-11-14")];
        ana.submit(deposit, &taken).await.is(303);
        approve(&ben, &rest).await.is(422).says("The box holds $0.00.");
        ben.get(&rest).await.is(200).says("0 of 1");
    }
}
