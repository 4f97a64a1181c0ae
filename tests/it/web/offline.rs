//! Gifts by hand: counted blind, expected until the bank brings them, and gifts like any other from then on.

use strikefund::funds;
use strikefund::ledger;
use strikefund::people::Role;

use super::refunds::{approval, approve, cannot_sign, decide};
use super::staff::Staff;
use super::{Answer, Visit};
use crate::files::pictures;
use crate::support::{Books, on_both_databases};

const OFFLINE: &str = "/treasury/general/gifts/offline";
const CASH: &str = "/treasury/general/gifts/cash";
/// A file as a browser sends it: field, name, kind, bytes.
type File<'a> = (&'a str, &'a str, &'a str, &'a [u8]);
const STATEMENT: File<'static> = ("file", "statement.pdf", "application/pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n");
const DEPOSIT: &str = "/treasury/general/gifts/deposit";

/// What every account holds, as `path minor`.
pub(super) async fn held(books: &Books) -> Vec<String> {
    let tx = &mut books.db.begin_read().await.unwrap();
    assert_eq!(ledger::verify(tx).await.unwrap(), None);
    ledger::balances(tx, None).await.unwrap().iter().map(|balance| format!("{} {}", balance.path, balance.amount.minor)).collect()
}

fn without_query(address: &str) -> String {
    address.split('?').next().unwrap().to_owned()
}

/// Sends the form that stands on `page` with these fields.
async fn send(staff: &Staff<'_>, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let operation = staff.get(page).await.is(200).value_of("operation");
    staff.submit(action, &[&[("operation", &*operation)], fields].concat()).await
}

/// The same for a form that carries files.
async fn send_with(staff: &Staff<'_>, page: &str, action: &str, fields: &[(&str, &str)], files: &[File<'_>]) -> Answer {
    let operation = staff.get(page).await.is(200).value_of("operation");
    staff.upload(action, &[&[("operation", &*operation)], fields].concat(), files).await
}

async fn first_count(staff: &Staff<'_>, more: &[(&str, &str)]) -> String {
    let fields = [&[("place", "Gate 4"), ("box", "main"), ("day", "2026-11-14"), ("n2000", "6")], more].concat();
    without_query(&send_with(staff, CASH, CASH, &fields, &[]).await.is(303).next())
}

/// A gift by hand of that kind, with its address.
async fn expected(staff: &Staff<'_>, kind: &str, fields: &[(&str, &str)]) -> String {
    let at = format!("{OFFLINE}/new/{kind}");
    let files: &[File<'_>] = if kind == "batch" { &[STATEMENT] } else { &[] };
    without_query(&send_with(staff, &at, &at, &[&[("dated_on", "2026-11-14")], fields].concat(), files).await.is(303).next())
}

async fn arrives(staff: &Staff<'_>, one: &str, line: &str) -> Answer {
    send(staff, one, &format!("{one}/arrived"), &[("line", line), ("day", "2026-11-14")]).await
}

async fn publish(books: &Books) -> Option<i64> {
    let fund = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap();
    crate::publication::publish(books, fund.id, books.now()).await.unwrap()
}

on_both_databases! {
    async fn two_people_count_blind_differ_count_again_and_agree(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let one = first_count(&ana, &[("n50", "1")]).await;
        ana.get(&one).await.is(200).says("A second person counts now").never_says("/count");
        let page = ben.get(&one).await.is(200).says("Count for yourself").never_says("120.50").never_says("$120");
        let operation = page.value_of("operation");
        ana.submit(&format!("{one}/count"), &[("operation", &operation), ("n2000", "6")]).await.is(422).says("You have counted this");
        let differs = [("operation", &*operation), ("n2000", "6")];
        let next = ben.submit(&format!("{one}/count"), &differs).await.is(303).next();
        assert_eq!(ben.submit(&format!("{one}/count"), &differs).await.is(303).next(), next, "sent twice, counted once");
        ana.get(&one).await.is(200).says("The counts differ: $120.50 and $120.00. Count again.");
        assert!(held(books).await.is_empty());

        send(&ben, &one, &format!("{one}/count"), &[("n2000", "6")]).await.is(303);
        send(&ana, &one, &format!("{one}/count"), &[("n1000", "12")]).await.is(303);
        assert_eq!(held(books).await, ["assets:cash:main 12000", "income:donations:cash -12000"]);
        let number = one.rsplit('/').next().unwrap();
        ana.get(&format!("/treasury/gifts/{number}")).await.is(200).says("Cash").says("assets:cash:main").says("$120.00");
        ana.get("/treasury/general/gifts").await.is(200).says(number).says("Cash");
    }

    async fn a_signed_sheet_needs_its_photo_and_an_approver_who_did_not_enter_it(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let photo = pictures::jpeg(1);
        let sheet: File<'_> = ("file", "sheet.jpg", "image/jpeg", &photo);
        let fields = [("place", "Gate 4"), ("box", "main"), ("day", "2026-11-14"), ("n2000", "6"), ("second", "sheet")];
        send_with(&ana, CASH, CASH, &fields, &[]).await.is(422).says("Add a photo of the signed sheet.").says("Gate 4");
        let one = without_query(&send_with(&ana, CASH, CASH, &fields, &[sheet]).await.is(303).next());
        cannot_sign(&ana, &one).await;
        assert!(held(books).await.is_empty());
        let at = approval(&ben, &one).await;
        ben.get(&at).await.is(200).says("$120.00").says("Signed count sheet").says("Gate 4");
        approve(&ben, &one).await.is(303);
        assert_eq!(held(books).await, ["assets:cash:main 12000", "income:donations:cash -12000"]);
        ben.get(&one).await.is(200).says("Signed count sheet").says("/treasury/documents/");
    }

    async fn a_sheet_that_nobody_agrees_to_is_counted_again(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let photo = pictures::jpeg(1);
        let fields = [("place", "Gate 4"), ("box", "main"), ("day", "2026-11-14"), ("n2000", "6"), ("second", "sheet")];
        let sent = send_with(&ana, CASH, CASH, &fields, &[("file", "sheet.jpg", "image/jpeg", &photo)]).await;
        let one = without_query(&sent.is(303).next());
        decide(&ben, &one, &[("choice", "reject"), ("reason", "That is another sheet.")]).await.is(303);
        ana.get(&one).await.is(200).says("Being counted").says("/count");
        send(&ben, &one, &format!("{one}/count"), &[("n2000", "6")]).await.is(303);
        send(&ana, &one, &format!("{one}/count"), &[("n2000", "6")]).await.is(303);
        assert_eq!(held(books).await, ["assets:cash:main 12000", "income:donations:cash -12000"]);
    }

    async fn a_form_sent_twice_is_done_once_and_with_other_content_it_is_a_conflict(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let cheque = expected(&ana, "cheque", &[("amount", "75")]).await;
        let operation = ana.get(&cheque).await.is(200).value_of("operation");
        let form = [("operation", &*operation), ("line", "CHEQUE 0042"), ("day", "2026-11-14")];
        for _ in 0..2 {
            ana.submit(&format!("{cheque}/arrived"), &form).await.is(303);
        }
        let other = [("operation", &*operation), ("line", "CHEQUE 0043"), ("day", "2026-11-14")];
        ana.submit(&format!("{cheque}/arrived"), &other).await.is(409).says("sent before with other content");
        let operation = ana.get(&cheque).await.is(200).value_of("operation");
        let form = [("operation", &*operation), ("day", "2026-11-14"), ("because", "No funds")];
        for _ in 0..2 {
            ana.upload(&format!("{cheque}/bounced"), &form, &[]).await.is(303);
        }
        assert!(held(books).await.is_empty(), "it came and went once");
    }

    async fn what_proves_a_gift_is_kept_and_shown_to_readers_alone(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let at = format!("{OFFLINE}/new/batch");
        let sum = [("place", "Elsewhere"), ("gifts", "41"), ("amount", "1,000.00"), ("fee", "3.10"), ("net", "996.90"), ("dated_on", "2026-11-14")];
        send_with(&ana, &at, &at, &sum, &[]).await.is(422).says("Add the statement of the platform.").says("Elsewhere");
        // What was sent with a form that came back is kept with it.
        let wrong = [&sum[..1], &[("gifts", "0")], &sum[2..]].concat();
        let page = send_with(&ana, &at, &at, &wrong, &[STATEMENT]).await.is(422).says("The file you sent is kept.");
        let (kept, operation) = (page.value_of("kept"), page.value_of("operation"));
        let again = [&sum[..], &[("kept", &*kept), ("operation", &*operation)]].concat();
        let one = without_query(&ana.upload(&at, &again, &[]).await.is(303).next());
        let page = ana.get(&one).await.is(200).says("Statement of the platform");
        let document = format!("/treasury/documents/{kept}");
        page.says(&document);
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get(&document).await.is(200);
        let administrator = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        administrator.get(&document).await.is(404);
        visit.get(&document).await.is(401);
        // A picture of a cheque may come with it, the bank's letter with its return.
        let photo = pictures::jpeg(2);
        let picture: File<'_> = ("file", "photo.jpg", "image/jpeg", &photo);
        let new = format!("{OFFLINE}/new/cheque");
        let sent = send_with(&ana, &new, &new, &[("amount", "75"), ("dated_on", "2026-11-14")], &[picture]).await;
        let cheque = without_query(&sent.is(303).next());
        arrives(&ana, &cheque, "CHEQUE 1").await.is(303);
        let back = format!("{cheque}/bounced");
        send_with(&ana, &cheque, &back, &[("day", "2026-11-14"), ("because", "")], &[STATEMENT]).await.is(422).says("Enter the bank’s reason");
        send_with(&ana, &cheque, &back, &[("day", "2026-11-14"), ("because", "No funds")], &[STATEMENT]).await.is(303);
        ana.get(&cheque).await.is(200).says("Picture of the cheque").says("Letter of the bank").says("No funds");
    }

    async fn a_deposit_books_what_the_bank_counted_and_never_more_than_the_box_holds(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let one = first_count(&ana, &[]).await;
        send(&ben, &one, &format!("{one}/count"), &[("n2000", "6")]).await.is(303);
        let take = async |taken: &str, banked: &str| {
            send(&ana, DEPOSIT, DEPOSIT, &[("box", "main"), ("taken", taken), ("banked", banked), ("day", "2026-11-14")]).await
        };
        take("120.01", "120.01").await.is(422).says("The box holds $120.00.");
        take("100.00", "94.99").await.is(422).says("too far apart");
        take("0", "1").await.is(422).says("Enter the amount");
        take("100.00", "99.50").await.is(303);
        let after = ["assets:bank:main 9950", "assets:cash:main 2000", "expenses:admin:cash-over-short 50", "income:donations:cash -12000"];
        assert_eq!(held(books).await, after);
        take("20.01", "20.01").await.is(422);
    }

    async fn what_the_bank_brings_counts_once_by_its_line_and_a_cheque_may_bounce(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let cheque = expected(&ana, "cheque", &[("amount", "75"), ("donor", "Zenobia Quartz")]).await;
        ana.get(&cheque).await.is(200).says("Expected").never_says("Quartz");
        assert!(held(books).await.is_empty());
        arrives(&ana, &cheque, "").await.is(422).says("Enter the bank line");
        arrives(&ana, &cheque, "CHEQUE 0042").await.is(303);
        assert_eq!(held(books).await, ["assets:bank:main 7500", "income:donations:bank -7500"]);
        let union = expected(&ana, "organisation", &[("amount", "500")]).await;
        arrives(&ana, &union, "CHEQUE 0042").await.is(422).says("booked already");
        arrives(&ana, &union, "UNION 7").await.is(303);
        send_with(&ana, &cheque, &format!("{cheque}/bounced"), &[("day", "2026-11-14"), ("because", "No funds")], &[]).await.is(303);
        ana.get(&cheque).await.is(200).says("Bounced").never_says("/bounced");
        assert_eq!(held(books).await, ["assets:bank:main 50000", "income:donations:organisations -50000"]);
    }

    async fn a_lump_sum_adds_up_and_is_one_gift(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let at = format!("{OFFLINE}/new/batch");
        let sum = [("place", "Elsewhere"), ("gifts", "41"), ("amount", "1,000.00"), ("fee", "3.10"), ("dated_on", "2026-11-14")];
        send_with(&ana, &at, &at, &[&sum[..], &[("net", "1,000.00")]].concat(), &[STATEMENT]).await.is(422).says("Gross less fee is $996.90, but net says $1,000.00.");
        let one = expected(&ana, "batch", &[&sum[..4], &[("net", "996.90")]].concat()).await;
        arrives(&ana, &one, "PLATFORM 1").await.is(303);
        assert_eq!(held(books).await, ["assets:bank:main 99690", "expenses:fees:processing 310", "income:donations:bank -100000"]);
        for wrong in ["cash", "nothing"] {
            ana.get(&format!("{OFFLINE}/new/{wrong}")).await.is(404);
        }
    }

    async fn gifts_by_hand_are_published_with_the_batch_and_goods_are_not_money(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        for n in 0..4 {
            let one = expected(&ana, "transfer", &[("amount", "20")]).await;
            arrives(&ana, &one, &format!("LINE {n}")).await.is(303);
        }
        assert_eq!(publish(books).await, None, "four gifts are too few to hide in");
        let goods = [("what", "Water"), ("quantity", "1"), ("unit", "cases"), ("category", "water"), ("value", "400"), ("valued_how", "shop")];
        let at = "/treasury/general/in-kind";
        send(&ana, at, at, &[&goods[..], &[("received_on", "2026-11-14")]].concat()).await.is(303);
        let one = expected(&ana, "cheque", &[("amount", "20")]).await;
        arrives(&ana, &one, "LINE 4").await.is(303);
        assert_eq!(publish(books).await, Some(1));
        let page = visit.get("/f/general/figures.json").await.is(200);
        let figures: serde_json::Value = serde_json::from_str(page.text()).unwrap();
        let text = figures.to_string();
        assert!(text.contains("10000") && !text.contains("40000") && !text.contains("50000"), "{text}");
    }
}
