//! The picket line and the kitchen table on pages: claims that a bad line sends twice, news of them, and two people at the same expense.

use strikefund::people::Role;

use super::spending::{WATER, approval, number, photo};
use super::staff::Staff;
use super::{Visit, each_once};
use crate::spending::Treasury;
use crate::support::on_both_databases;

const RECORDER: &[Role] = &[Role::Recorder];
const APPROVER: &[Role] = &[Role::Approver];

/// The path of a new captain's link, which claims water up to 50.00 a time.
async fn link(rosa: &Staff<'_>, language: &str) -> String {
    let form = rosa.get("/treasury/claims").await.is(200);
    let operation = form.value_of("operation");
    let fields = [
        ("operation", &*operation),
        ("label", "North gate"),
        ("fund", "1"),
        ("total", "100.00"),
        ("each", "50.00"),
        ("last_on", "2026-11-28"),
        ("uses", "water"),
        ("language", language),
    ];
    let made = rosa.submit("/treasury/claims", &fields).await.is(200);
    made.text().split("https://fund.example.org").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

const CLAIM: [(&str, &str); 7] = [
    ("amount", "18.99"),
    ("bought_on", "2026-11-14"),
    ("category", "water"),
    ("what", "Water"),
    ("pay_way", "cash"),
    ("pay_by", "at the gate"),
    ("email", "gate@example.org"),
];

/// Fields with the operation id of a form before them.
fn with<'a>(operation: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("operation", operation)], fields].concat()
}

/// The number of the claim that an answer leads to.
fn claimed(next: &str) -> String {
    next.split("sent=").nth(1).unwrap().to_owned()
}

on_both_databases! {
    async fn a_claim_whose_answer_was_lost_is_done_once_though_its_photo_comes_again(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, RECORDER).await;
        let link = link(&rosa, "en").await;
        let page = visit.get(&link).await.is(200).says("data-kept=\"Kept on this phone. Not sent yet.\"").says("/assets/draft.js");
        let operation = page.value_of("operation");
        let fields = with(&operation, &CLAIM);
        let captain = Staff::without_cookie(&visit);
        let next = captain.upload(&link, &fields, &photo()).await.is(303).next();
        assert_eq!(captain.upload(&link, &fields, &photo()).await.is(303).next(), next, "sent twice, done once");
        visit.get(&link).await.is(200).says("$81.01");
        // Another claim under the same id is not lost: it is told apart, and can be sent.
        let other = each_once(&[&fields[..], &[("amount", "20.00")]].concat());
        let page = captain.upload(&link, &other, &photo()).await.is(422).says("This claim came through before");
        let (fresh, kept) = (page.value_of("operation"), page.value_of("kept"));
        assert_ne!(fresh, operation);
        let other = each_once(&[&other[..], &[("operation", &*fresh), ("kept", &*kept)]].concat());
        let second = captain.upload(&link, &other, &[]).await.is(303).next();
        assert_ne!(claimed(&second), claimed(&next));
        visit.get(&link).await.is(200).says("$61.01");
        treasury.sound().await;
    }

    async fn an_expense_whose_answer_was_lost_is_entered_once_though_its_receipt_comes_again(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, RECORDER).await;
        let operation = books.entropy.reference();
        let fields = [&WATER[..], &[("operation", &*operation)]].concat();
        let next = rosa.upload("/treasury/general/expenses/new", &fields, &photo()).await.is(303).next();
        assert_eq!(rosa.upload("/treasury/general/expenses/new", &fields, &photo()).await.is(303).next(), next);
        treasury.sound().await;
    }

    async fn a_captain_reads_and_is_written_what_became_of_each_claim(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let payee = treasury.ready_payee().await.to_string();
        let visit = Visit::of(books);
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let link = link(&rosa, "en").await;
        let captain = Staff::without_cookie(&visit);
        let [id, other] = [books.entropy.reference(), books.entropy.reference()];
        let bad = [&with(&id, &CLAIM[..6])[..], &[("email", "nobody")]].concat();
        captain.upload(&link, &bad, &photo()).await.is(422).says("Enter an address like name@example.org");
        let first = claimed(&captain.upload(&link, &with(&id, &CLAIM), &photo()).await.is(303).next());
        let page = visit.get(&link).await.is(200).says("Being looked at").never_says("gate@example.org").never_says("at the gate");
        page.never_says("name=\"pay_way\"").never_says("name=\"email\"");
        // The photo is unreadable: it goes back, and the captain reads why.
        let at = format!("/treasury/general/expenses/{first}");
        let one = rosa.get(&at).await.is(200).says("Send back to the captain");
        let (version, operation) = (one.value_of("version"), books.entropy.reference());
        let back = [("operation", &*operation), ("version", &*version), ("reason", "The photo is unreadable.")];
        rosa.submit(&format!("{at}/send-back"), &[&back[..2], &[("reason", "")]].concat()).await.is(422).says("Enter a reason");
        let next = rosa.submit(&format!("{at}/send-back"), &back).await.is(303).next();
        rosa.get(&next).await.is(200).says("Sent back. The captain sees why.").never_says("Send back to the captain");
        visit.get(&link).await.is(200).says("Sent back: The photo is unreadable. Send it again.").says("$100.00");
        // The second one is tidied up, agreed to and paid, by the wish that only whoever pays sees.
        let second = claimed(&captain.upload(&link, &with(&other, &CLAIM[..4]), &photo()).await.is(303).next());
        let at = format!("/treasury/general/expenses/{second}");
        let form = rosa.get(&format!("{at}/edit")).await.is(200);
        let (version, kept, operation) = (form.value_of("version"), form.value_of("kept"), form.value_of("operation"));
        let fields = [&WATER[..5], &[("paid_by", "person"), ("payee", &*payee), ("version", &*version), ("kept", &*kept)]].concat();
        let fields = with(&operation, &fields);
        let next = rosa.upload(&format!("{at}/edit"), &fields, &[]).await.is(303).next();
        let address = approval(&rosa.get(&next).await.is(200));
        let shown = sam.get(&address).await.is(200).says("The captain reads this, too.").never_says("at the gate");
        let decision = [("choice", "approve"), ("seen", &*shown.value_of("seen")), ("operation", &*shown.value_of("operation"))];
        sam.submit(&address, &decision).await.is(303);
        visit.get(&link).await.is(200).says("Approved, not paid yet");
        let form = rosa.get(&format!("{at}/pay")).await.is(200).never_says("at the gate");
        let (version, operation) = (form.value_of("version"), form.value_of("operation"));
        let fields = [("from", "assets:bank:main"), ("paid_on", "2026-11-15"), ("version", &*version), ("sure", "1")];
        let sure = rosa.submit(&format!("{at}/pay"), &with(&operation, &fields[..3])).await.is(200).says("The captain wants to be paid by").says("Cash: at the gate");
        let operation = sure.value_of("operation");
        assert_eq!(number(&rosa.submit(&format!("{at}/pay"), &with(&operation, &fields)).await.is(303).next()), second);
        visit.get(&link).await.is(200).says("Paid on 15 Nov 2026").never_says("at the gate");
        let tx = &mut books.db.begin_read().await.unwrap();
        let kinds: Vec<String> = strikefund::mail::unsent(tx, None, 9).await.unwrap().iter().map(|letter| letter.kind.to_string()).collect();
        assert_eq!(kinds, ["claim sent back", "claim approved", "claim paid"]);
        treasury.sound().await;
    }

    async fn captains_links_are_listed_with_what_is_used_and_changed_by_whoever_may(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let link = link(&rosa, "en").await;
        let id = books.entropy.reference();
        Staff::without_cookie(&visit).upload(&link, &with(&id, &CLAIM), &photo()).await.is(303);
        rosa.get("/treasury/claims").await.is(200).says("$18.99").says("$100.00").says("Works until 28 Nov 2026").says("End link");
        sam.get("/treasury/claims/1").await.is(200).never_says("Change for the captain");
        let page = rosa.get("/treasury/claims/1").await.is(200).says("Change for the captain").never_says("at the gate");
        let operation = page.value_of("operation");
        let change = [("operation", &*operation), ("pay_way", "bank"), ("pay_by", "")];
        rosa.submit("/treasury/claims/1/change", &change).await.is(422).says("Say how you want to be paid");
        let change = [("operation", &*operation), ("pay_way", "cheque"), ("pay_by", "to Ana")];
        let next = rosa.submit("/treasury/claims/1/change", &change).await.is(303).next();
        rosa.get(&next).await.is(200).says("Saved.").never_says("to Ana");
        let change = [("operation", &*books.entropy.reference()), ("forget_email", "1")];
        rosa.submit("/treasury/claims/1/change", &change).await.is(303);
        rosa.get("/treasury/claims/1").await.is(200).never_says("Send no more news by e-mail");
        visit.get(&link).await.is(200).says("name=\"email\"").never_says("name=\"pay_way\"");
        treasury.sound().await;
    }
}
