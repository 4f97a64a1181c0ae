//! The goods log: logged, agreed to, given out, and never mixed with money.

use strikefund::ledger;
use strikefund::people::Role;

use super::refunds::{approval, approve, cannot_sign};
use super::staff::Staff;
use super::{Answer, Visit};
use crate::support::{Books, on_both_databases};

const LOG: &str = "/treasury/general/in-kind";

/// The goods log with these fields in place of the usual ones.
async fn log(staff: &Staff<'_>, changed: &[(&str, &str)]) -> Answer {
    let operation = staff.get(LOG).await.is(200).value_of("operation");
    let mut fields = vec![
        ("operation", &*operation),
        ("what", "Bottled water"),
        ("quantity", "40"),
        ("unit", "cases"),
        ("category", "water"),
        ("value", "6.50"),
        ("each", "1"),
        ("valued_how", "shop"),
        ("received_on", "2026-11-14"),
        ("donor", "Zenobia Quartz"),
        ("kept", "Cellar 9"),
    ];
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        // A box that is not ticked is not sent.
        if !value.is_empty() || *name != "each" {
            fields.push((name, value));
        }
    }
    staff.submit(LOG, &fields).await
}

/// What every account holds, as `path minor`.
async fn held(books: &Books) -> Vec<String> {
    let tx = &mut books.db.begin_read().await.unwrap();
    assert_eq!(ledger::verify(tx).await.unwrap(), None);
    ledger::balances(tx, None).await.unwrap().iter().map(|balance| format!("{} {}", balance.path, balance.amount.minor)).collect()
}

fn without_query(address: &str) -> String {
    address.split('?').next().unwrap().to_owned()
}

on_both_databases! {
    async fn goods_are_logged_valued_and_given_out_until_none_are_left(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        staff.get(LOG).await.is(200).says("No goods logged yet");
        let next = log(&staff, &[]).await.is(303).next();
        staff.get(&next).await.is(200).says("The goods are in the log").says("$260.00").says("Shop price").never_says("Quartz");
        assert_eq!(held(books).await, ["expenses:in-kind:water 26000", "income:donations:in-kind -26000"]);

        let one = without_query(&next);
        let page = staff.get(&one).await.is(200);
        let operation = page.value_of("operation");
        let given = [("operation", &*operation), ("quantity", "28"), ("day", "2026-11-14")];
        staff.submit(&format!("{one}/given"), &given).await.is(303);
        staff.submit(&format!("{one}/given"), &given).await.is(303);
        let page = staff.get(&one).await.is(200).says("12 cases");
        let operation = page.value_of("operation");
        let more = [("operation", &*operation), ("quantity", "13"), ("day", "2026-11-14")];
        staff.submit(&format!("{one}/given"), &more).await.is(422).says("Only 12 cases are left.");
        let rest = [("operation", &*operation), ("quantity", "12"), ("day", "2026-11-14")];
        staff.submit(&format!("{one}/given"), &rest).await.is(303);
        staff.get(&one).await.is(200).says("0 cases").never_says("/given");
        staff.get(LOG).await.is(200).says("Bottled water").never_says("Quartz").never_says("Cellar 9");
    }

    async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        log(&staff, &[("quantity", "0")]).await.is(422).says("Enter how many and the unit, like 40 cases.").says("Zenobia Quartz");
        log(&staff, &[("valued_how", "")]).await.is(422).says("Say how you valued it, or tick Not valued.");
        log(&staff, &[("value", "1e18")]).await.is(422).says("Enter the amount");
        log(&staff, &[("received_on", "2026-11-15")]).await.is(422).says("Enter a day that has come");
        log(&staff, &[("category", "beer")]).await.is(422).says("Choose what it is for.");
        assert_eq!(held(books).await, [""; 0]);
        let next = log(&staff, &[("value", ""), ("valued_how", ""), ("not_valued", "1")]).await.is(303).next();
        staff.get(&next).await.is(200).says("Not valued");
        assert_eq!(held(books).await, [""; 0], "what nobody valued is not in the books");
    }

    async fn goods_worth_much_wait_for_a_second_person(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let both = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let other = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let next = log(&both, &[("value", "500.01"), ("each", "")]).await.is(303).next();
        let one = without_query(&next);
        assert!(held(books).await.is_empty());
        both.get(&one).await.is(200).says("Waits for a second person");
        cannot_sign(&both, &one).await;
        assert!(held(books).await.is_empty());
        let at = approval(&other, &one).await;
        other.get(&at).await.is(200).says("$500.01").says("Bottled water").says("Shop price");
        approve(&other, &one).await.is(303);
        assert_eq!(held(books).await.len(), 2);
        let page = other.get(&at).await.is(200).says("Approved");
        page.never_says("name=\"choice\"");
        assert_eq!(held(books).await.len(), 2);
    }

    async fn one_form_sent_twice_logs_once_and_other_content_under_it_is_refused(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let operation = staff.get(LOG).await.is(200).value_of("operation");
        let first = log(&staff, &[("operation", &operation)]).await.is(303).next();
        assert_eq!(log(&staff, &[("operation", &operation)]).await.is(303).next(), first);
        log(&staff, &[("operation", &operation), ("quantity", "41")]).await.is(409).says("sent before with other content");
        log(&staff, &[("operation", "none of ours")]).await.is(409);
        assert_eq!(held(books).await, ["expenses:in-kind:water 26000", "income:donations:in-kind -26000"]);
    }

    async fn another_funds_goods_are_not_found(books: &Books) {
        books.general_fund().await;
        books.fund("water", Some("water only")).await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let one = without_query(&log(&staff, &[]).await.is(303).next());
        staff.get(&one.replace("/general/", "/water/")).await.is(404);
        staff.get("/treasury/nothing/in-kind").await.is(404);
    }
}
