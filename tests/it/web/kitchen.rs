//! The kitchen table on pages: copies for the public, questions before an agreement, and two people who change the same expense.

use strikefund::files;
use strikefund::people::Role;
use strikefund::spending::{Draft, Warning};
use strikefund::{run, transact};

use super::spending::{WATER, number, photo};
use super::staff::Staff;
use super::{Visit, each_once};
use crate::files::pictures;
use crate::spending::Treasury;
use crate::support::on_both_databases;
use crate::support::statements::counted;

const RECORDER: &[Role] = &[Role::Recorder];
const APPROVER: &[Role] = &[Role::Approver];

/// Fields with the operation id of a form before them.
fn with<'a>(operation: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("operation", operation)], fields].concat()
}

on_both_databases! {
    async fn a_copy_for_the_public_hides_something_and_is_released_by_a_second_person(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let ids: Vec<String> = (0..9).map(|_| books.entropy.reference()).collect();
        let receipt: Vec<u8> = pictures::jpeg(1);
        let next = rosa.upload("/treasury/general/expenses/new", &with(&ids[0], &WATER), &[("file", "r.jpg", "image/jpeg", &receipt)]).await.is(303).next();
        let at = format!("/treasury/general/expenses/{}", number(&next));
        let one = rosa.get(&at).await.is(200).says("Add a copy for the public");
        sam.get(&at).await.is(200).never_says("Add a copy for the public");
        // The receipt itself hides nothing: as it was sent, or as it is kept.
        let kept = one.text().split("href=\"/treasury/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let stored = rosa.get(&format!("/treasury/documents/{kept}")).await.is(200).body.to_vec();
        for same in [receipt, stored] {
            let answer = rosa.upload(&format!("{at}/copies"), &with(&ids[1], &[]), &[("copy", "c.jpg", "image/jpeg", &same)]).await.is(422);
            answer.says("This is the same file as the original.");
        }
        rosa.upload(&format!("{at}/copies"), &with(&ids[1], &[]), &[]).await.is(422).says("Choose a picture.");
        let covered = pictures::jpeg(2);
        for _ in 0..2 {
            rosa.upload(&format!("{at}/copies"), &with(&ids[1], &[]), &[("copy", "c.jpg", "image/jpeg", &covered)]).await.is(303);
        }
        let page = rosa.get(&at).await.is(200).says("Waits for a second person").never_says("Copy 2");
        let copy = page.text().split(&format!("{at}/copies/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let place = format!("{at}/copies/{copy}");
        let release = [("act", "release")];
        rosa.get(&place).await.is(200).says("You sent this copy").never_says("Release it");
        rosa.submit(&place, &with(&ids[2], &release)).await.is(422).says("somebody else must look at it");
        sam.get(&place).await.is(200).says(&format!("src=\"/treasury/documents/{copy}\"")).says("The receipt itself").says("Release it");
        visit.get(&place).await.is(401);
        visit.get(&format!("/treasury/documents/{copy}")).await.is(401);
        books.fund("hardship", Some("rent")).await;
        sam.get(&place.replace("/general/", "/hardship/")).await.is(404);
        let next = sam.submit(&place, &with(&ids[3], &release)).await.is(303).next();
        sam.get(&next).await.is(200).says("Released.");
        assert_eq!(sam.submit(&place, &with(&ids[3], &release)).await.is(303).next(), next, "sent twice, done once");
        sam.submit(&place, &with(&ids[4], &release)).await.is(422).says("was released or taken back before");
        let tx = &mut books.db.begin_read().await.unwrap();
        let document = files::find_by_reference(tx, &copy).await.unwrap().unwrap();
        assert_eq!((document.uploaded_by, document.released_by), (Some(rosa.person), Some(sam.person)));
        // The public may have seen it, so it is told why.
        rosa.submit(&place, &with(&ids[5], &[("act", "withdraw")])).await.is(422);
        rosa.get(&place).await.is(200).says("Somebody can be recognised on it");
        rosa.submit(&place, &with(&ids[6], &[("act", "withdraw"), ("reason", "person")])).await.is(303);
        rosa.get(&place).await.is(404);
        rosa.get(&format!("/treasury/documents/{copy}")).await.is(404);
        treasury.sound().await;
    }

    async fn two_people_at_one_expense_see_both_versions_and_lose_nothing(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let (rosa, ben) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, RECORDER).await);
        let ids: Vec<String> = (0..5).map(|_| books.entropy.reference()).collect();
        let fields = [&WATER[..], &[("draft", "1")]].concat();
        let next = rosa.upload("/treasury/general/expenses/new", &with(&ids[0], &fields), &photo()).await.is(303).next();
        let edit = format!("/treasury/general/expenses/{}/edit", number(&next));
        let form = ben.get(&edit).await.is(200).says("2 approvers can.");
        let (version, kept) = (form.value_of("version"), form.value_of("kept"));
        let same = [("version", &*version), ("kept", &*kept)];
        let theirs = each_once(&[&fields[..], &same, &[("amount", "21.50")]].concat());
        rosa.upload(&edit, &with(&ids[1], &theirs), &[]).await.is(303);
        let ours = each_once(&[&fields[..], &same, &[("vendor", "Harbor Market")]].concat());
        let page = ben.upload(&edit, &with(&ids[2], &ours), &[("file", "r.jpg", "image/jpeg", &pictures::jpeg(1))]).await.is(409);
        let page = page.says("Someone changed this first").says("21.50").says("value=\"Harbor Market\"").says("Saved by somebody else");
        let (newer, both, fresh) = (page.value_of("version"), page.value_of("kept"), page.value_of("operation"));
        assert_eq!((both.split(',').count(), both.starts_with(&kept)), (2, true), "files are here and need not come again");
        let again = each_once(&[&fields[..], &[("version", &*newer), ("kept", &*both), ("vendor", "Harbor Market")]].concat());
        let next = ben.upload(&edit, &with(&fresh, &again), &[]).await.is(303).next();
        ben.get(&next).await.is(200).says("Harbor Market").says("$18.99").says("Receipt 2");
        treasury.sound().await;
    }

    async fn what_changed_since_it_was_opened_is_told_before_anybody_agrees(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let id = treasury.sent(&treasury.water(1_000)).await;
        let visit = Visit::of(books);
        let sam = Staff::signed_in(&visit, books, APPROVER).await;
        let first = format!("/treasury/approvals/{}", treasury.proposal(id).await.id);
        let shown = sam.get(&first).await.is(200).never_says("What changed");
        let decision = [("choice", "approve"), ("seen", &*shown.value_of("seen")), ("operation", &*shown.value_of("operation"))];
        let whole = treasury.read(id).await;
        let dearer = Draft { show_shop: true, ..treasury.water(1_200) };
        treasury.save(Some((id, whole.expense.version)), &Draft { vendor: whole.expense.vendor, ..dearer }).await.unwrap();
        sam.submit(&first, &decision).await.is(409).says("This changed since you opened it. Look again.");
        treasury.send(id).await.unwrap();
        let page = sam.submit(&first, &[&decision[..2], &[("operation", &*books.entropy.reference())]].concat()).await.is(409);
        let page = page.says("This changed since you opened it. Look again.").says("$10.00").says("$12.00").says("Never shown").says("Shown with the text");
        // What came back is the newest version: it can be agreed to as it stands now.
        let newest = format!("/treasury/approvals/{}", treasury.proposal(id).await.id);
        let decision = [("choice", "approve"), ("seen", &*page.value_of("seen")), ("operation", &*page.value_of("operation"))];
        sam.submit(&newest, &decision).await.is(303);
        assert_eq!(treasury.held("expenses:program:water").await, 1_200);
        treasury.sound().await;
    }

    async fn a_question_is_asked_and_answered_before_anybody_agrees(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let id = treasury.sent(&treasury.water(1_000)).await;
        let number = treasury.read(id).await.expense.number;
        let visit = Visit::of(books);
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let ids: Vec<String> = (0..5).map(|_| books.entropy.reference()).collect();
        let at = format!("/treasury/approvals/{}", treasury.proposal(id).await.id);
        let (ask, answer) = (format!("{at}/ask"), format!("{at}/answer"));
        sam.submit(&ask, &with(&ids[0], &[("question_text", " ")])).await.is(422).says("Enter between 1 and 500 letters.");
        let question = [("question_text", "Which gate was it for?")];
        let next = sam.submit(&ask, &with(&ids[0], &question)).await.is(303).next();
        assert_eq!(sam.submit(&ask, &with(&ids[0], &question)).await.is(303).next(), next, "sent twice, asked once");
        sam.get(&next).await.is(200).says("Asked.").says("Which gate was it for?").says("Approve").never_says("Send answer");
        rosa.get("/treasury/approvals").await.is(200).says("Waits for an answer").says(&number);
        rosa.get(&format!("/treasury/general/expenses/{number}")).await.is(200).says("Which gate was it for?").says("Waits for an answer");
        let form = rosa.get(&at).await.is(200).says("Send answer");
        let reply = [("question", &*form.value_of("question")), ("answer", "The north gate.")];
        rosa.submit(&ask, &with(&ids[1], &question)).await.is(404);
        sam.submit(&answer, &with(&ids[1], &reply)).await.is(404);
        rosa.submit(&answer, &with(&ids[1], &[("question", "99"), ("answer", "x")])).await.is(404);
        let next = rosa.submit(&answer, &with(&ids[2], &reply)).await.is(303).next();
        rosa.get(&next).await.is(200).says("Answered.").says("The north gate.");
        rosa.submit(&answer, &with(&ids[3], &reply)).await.is(422).says("This was answered before.");
        // Whatever changes, what was said stays.
        treasury.save(Some((id, treasury.read(id).await.expense.version)), &treasury.water(1_100)).await.unwrap();
        treasury.send(id).await.unwrap();
        rosa.get(&format!("/treasury/general/expenses/{number}")).await.is(200).says("The north gate.");
        sam.submit(&ask, &with(&ids[4], &question)).await.is(422).says("This does not wait for anybody any more.");
        treasury.sound().await;
    }

    async fn the_list_of_what_waits_is_one_statement_however_long_it_is(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let visit = Visit::of(books);
        let sam = Staff::signed_in(&visit, books, APPROVER).await;
        // What the driver says late of the request before counts here, too: the least of a few is the page's own.
        let cost = async || {
            let mut least = u64::MAX;
            for _ in 0..4 {
                let (answer, work) = counted(sam.get("/treasury/approvals")).await;
                assert_eq!(answer.status, 200);
                least = least.min(work.statements);
            }
            least
        };
        treasury.sent(&treasury.water(100)).await;
        let one = cost().await;
        for minor in 101..113 {
            treasury.sent(&treasury.water(minor)).await;
        }
        assert_eq!(cost().await, one);
        let id = treasury.sent(&treasury.water(60_000)).await;
        let address = format!("/treasury/approvals/{}", treasury.proposal(id).await.id);
        let shown = sam.get(&address).await.is(200);
        let decision = [("choice", "approve"), ("seen", &*shown.value_of("seen")), ("operation", &*shown.value_of("operation"))];
        sam.submit(&address, &decision).await.is(303);
        sam.get("/treasury/approvals").await.is(200).says("1 of 2").says("Already approved by you").says("You may approve");
        let author = Staff::at_stage(&visit, books, treasury.author, strikefund::people::session::Stage::Whole).await;
        author.get("/treasury/approvals").await.is(200).says("You entered it");
    }

    async fn a_form_says_who_can_approve_and_suggests_shops_and_a_full_quota_is_told_in_words(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let early = Draft { vendor: "Corner Market".to_owned(), bought_on: "2026-10-01".parse().unwrap(), ..treasury.water(1_000) };
        let id = treasury.sent(&early).await;
        let tx = &mut books.db.begin_read().await.unwrap();
        let warned = strikefund::spending::warnings(tx, &treasury.read(id).await).await.unwrap();
        assert!(matches!(warned[..], [Warning::BeforeTheFund(_)]), "{warned:?}");
        let visit = Visit::of(books);
        let (rosa, both) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await);
        let form = rosa.get("/treasury/general/expenses/new").await.is(200).says("3 approvers can.").says("list=\"vendor-list\"");
        form.says("<option value=\"Corner Market\"></option>").says("New payee");
        both.get("/treasury/general/expenses/new").await.is(200).says("2 approvers can.");
        let number = treasury.read(id).await.expense.number;
        rosa.get(&format!("/treasury/general/expenses/{number}")).await.is(200).says("before the fund was set up");
        let uploader = format!("person {}", rosa.person);
        let filled: sqlx::Result<u64> = transact!(books.db, tx => {
            let sql = "INSERT INTO document_quota (uploader, documents, bytes) VALUES ($1, 200, 0)";
            run!(tx, execute, sqlx::query(sql).bind(&uploader))
        });
        filled.unwrap();
        let (one, two) = (books.entropy.reference(), books.entropy.reference());
        let page = rosa.upload("/treasury/general/expenses/new", &with(&one, &WATER), &photo()).await.is(413);
        page.says("as many documents as one person may").says("value=\"Corner shop\"");
        both.upload("/treasury/general/expenses/new", &with(&two, &WATER), &photo()).await.is(303);
        treasury.sound().await;
    }
}
