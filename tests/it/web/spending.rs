//! The pages about money out, walked as treasurers and captains do.

use strikefund::funds::{About, Names, settings};
use strikefund::people::Role;
use strikefund::transact;

use super::staff::Staff;
use super::{Answer, Visit};
use crate::spending::Treasury;
use crate::support::on_both_databases;

const RECORDER: &[Role] = &[Role::Recorder];
const APPROVER: &[Role] = &[Role::Approver];

/// A PNG of one grey point.
pub const PHOTO: &[u8] = &[
    0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b,
    0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I',
    b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

pub fn photo() -> Vec<(&'static str, &'static str, &'static str, &'static [u8])> {
    vec![("file", "receipt.png", "image/png", PHOTO)]
}

/// The number of the expense that an answer leads to.
pub fn number(next: &str) -> String {
    next.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// The address of the proposal that a page links to.
pub fn approval(page: &Answer) -> String {
    let after = page.text().split("href=\"/treasury/approvals/").nth(1).expect("the page leads to the approval");
    format!("/treasury/approvals/{}", after.split('"').next().unwrap())
}

pub const WATER: [(&str, &str); 8] = [
    ("amount", "18.99"),
    ("bought_on", "2026-11-14"),
    ("vendor", "Corner shop"),
    ("category", "water"),
    ("public_text", "40 cases of water"),
    ("paid_by", "card"),
    ("paid_from", "assets:bank:main"),
    ("show", "after_hold"),
];

on_both_databases! {
    async fn water_with_a_photo_is_entered_approved_and_booked(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let form = rosa.get("/treasury/general/expenses/new").await.is(200).says("Send for approval");
        let operation = form.value_of("operation");
        // What is wrong comes back with what was typed and the photo that came.
        let fields = [&WATER[1..], &[("operation", &*operation), ("amount", "a lot")]].concat();
        let wrong = rosa.upload("/treasury/general/expenses/new", &fields, &photo()).await.is(422);
        let wrong = wrong.says("Enter the amount, like 18.99.").says("Corner shop").says("Error:");
        let kept = wrong.value_of("kept");
        assert_eq!(kept.len(), 26, "{kept}");
        let fields = [&WATER[..], &[("operation", &*operation), ("kept", &*kept)]].concat();
        let next = rosa.upload("/treasury/general/expenses/new", &fields, &[]).await.is(303).next();
        assert_eq!(rosa.upload("/treasury/general/expenses/new", &fields, &[]).await.is(303).next(), next, "sent twice, done once");
        let one = rosa.get(&next).await.is(200).says("Sent for approval.").says("$18.99").says("Corner shop").says("0 of 1").says("Receipt 1");
        let address = approval(&one);
        rosa.get(&address).await.is(200).says("must agree to this").never_says("name=\"seen\"");
        let shown = sam.get(&address).await.is(200).says("40 cases of water").says("Corner shop").says("Fingerprint of this version");
        let (seen, operation) = (shown.value_of("seen"), shown.value_of("operation"));
        let decision = [("choice", "approve"), ("seen", &*seen), ("operation", &*operation)];
        rosa.submit(&address, &decision).await.is(404);
        let next = sam.submit(&address, &decision).await.is(303).next();
        sam.get(&next).await.is(200).says("Approved.");
        let id = books.entropy.reference();
        let again = [("choice", "approve"), ("seen", &*seen), ("operation", &*id)];
        sam.submit(&address, &again).await.is(422).says("This was decided before: Approved.");
        assert_eq!(treasury.held("expenses:program:water").await, 1_899);
        rosa.get("/treasury/general/expenses?state=paid").await.is(200).says("Corner shop").says("$18.99");
        sam.get("/treasury/approvals").await.is(200).says("Nothing waits for agreement");
        treasury.sound().await;
    }

    async fn a_reimbursement_is_paid_after_a_page_that_repeats_it_all(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let visit = Visit::of(books);
        let payee = treasury.ready_payee().await.to_string();
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let operation = books.entropy.reference();
        let fields = [&WATER[..5], &[("paid_by", "person"), ("operation", &*operation)]].concat();
        let page = rosa.upload("/treasury/general/expenses/new", &fields, &photo()).await.is(422).says("Choose who is paid.");
        let kept = page.value_of("kept");
        let fields = [&fields[..], &[("kept", &*kept), ("payee", &*payee)]].concat();
        let next = rosa.upload("/treasury/general/expenses/new", &fields, &[]).await.is(303).next();
        let address = approval(&rosa.get(&next).await.is(200));
        let shown = sam.get(&address).await.is(200).says("Ana from the picket line");
        let decision = [("choice", "approve"), ("seen", &*shown.value_of("seen")), ("operation", &*shown.value_of("operation"))];
        sam.submit(&address, &decision).await.is(303);
        let pay = format!("/treasury/general/expenses/{}/pay", number(&next));
        let form = rosa.get(&pay).await.is(200).never_says("123456789");
        let fields = [("from", "assets:bank:main"), ("paid_on", "2026-11-15"), ("reference", "cheque 12"), ("version", &*form.value_of("version"))];
        let operation = form.value_of("operation");
        let first = [&fields[..], &[("operation", &*operation)]].concat();
        let sure = rosa.submit(&pay, &first).await.is(200).says("Is this right?").says("021000021 123456789").says("cheque 12");
        assert_eq!(treasury.held("assets:bank:main").await, 100_000, "looking pays nothing");
        let operation = sure.value_of("operation");
        let second = [&fields[..], &[("operation", &*operation), ("sure", "1")]].concat();
        let next = rosa.submit(&pay, &second).await.is(303).next();
        rosa.get(&next).await.is(200).says("Noted as paid.").never_says("123456789");
        assert_eq!(treasury.held("assets:bank:main").await, 100_000 - 1_899);
        // An old proof of identity leads to a fresh one, and back.
        books.clock.advance(std::time::Duration::from_secs(601));
        let decision = [("choice", "reject"), ("reason", "x"), ("seen", &*shown.value_of("seen")), ("operation", &*books.entropy.reference())];
        assert_eq!(sam.submit(&address, &decision).await.is(303).next(), format!("/confirm?next={address}"));
        treasury.sound().await;
    }

    async fn another_funds_expense_is_not_there(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        books.fund("hardship", Some("rent")).await;
        let id = treasury.sent(&treasury.water(100)).await;
        let number = treasury.read(id).await.expense.number;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, RECORDER).await;
        rosa.get(&format!("/treasury/general/expenses/{number}")).await.is(200);
        for path in [format!("/treasury/hardship/expenses/{number}"), format!("/treasury/hardship/expenses/{number}/edit"), format!("/treasury/hardship/expenses/{number}/pay")] {
            rosa.get(&path).await.is(404);
        }
        rosa.get("/treasury/expenses").await.is(200).says("hardship");
        rosa.submit("/treasury/general/expenses", &[("number", &number.to_lowercase())]).await.is(303);
        rosa.submit("/treasury/hardship/expenses", &[("number", &*number)]).await.is(422).says("There is no expense of this number");
    }

    async fn the_pages_speak_spanish(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let draft = strikefund::spending::Draft { public_text: "Rent for Maria".to_owned(), ..treasury.water(100) };
        let id = treasury.sent(&draft).await;
        let number = treasury.read(id).await.expense.number;
        let visit = Visit::of(books);
        let both = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await;
        for (path, words) in [
            ("/treasury/general/expenses?lang=es".to_owned(), "Enviado (1)"),
            ("/treasury/general/expenses/new?lang=es".to_owned(), "Enviar para aprobación"),
            (format!("/treasury/general/expenses/{number}?lang=es"), "parece nombrar a una persona"),
            ("/treasury/approvals?lang=es".to_owned(), "Usted puede aprobar"),
            ("/treasury/approvals/1?lang=es".to_owned(), "Huella de esta versión"),
            ("/treasury/payees?lang=es".to_owned(), "Añadir beneficiario"),
            ("/treasury/claims?lang=es".to_owned(), "Crear enlace"),
            ("/treasury/general/budget?lang=es".to_owned(), "Libre para gastar"),
            ("/treasury/advances?lang=es".to_owned(), "Nadie lleva nada"),
        ] {
            both.get(&path).await.is(200).says(words).says("lang=\"es\"");
        }
    }

    async fn a_captain_claims_by_phone_and_sees_what_became_of_it(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, RECORDER).await;
        let form = rosa.get("/treasury/claims").await.is(200);
        let fields = [
            ("operation", &*form.value_of("operation")), ("label", "North gate"), ("fund", "1"), ("total", "100.00"), ("each", "50.00"),
            ("last_on", "2026-11-28"), ("uses", "water"), ("language", "es"),
        ];
        let made = rosa.submit("/treasury/claims", &fields).await.is(200).says("shown once").says("class=\"qr\"");
        let link = made.text().split("https://fund.example.org").nth(1).unwrap().split('<').next().unwrap().to_owned();
        visit.get("/claim/guessed").await.is(404);
        let page = visit.get(&link).await.is(200).says("Enviar reclamación").says("$100.00").never_says("North gate");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let nobody = Staff::without_cookie(&visit);
        let operation = page.value_of("operation");
        let claim = [("operation", &*operation), ("amount", "18.99"), ("bought_on", "2026-11-14"), ("category", "water"), ("what", "Agua"), ("pay_way", "cash"), ("pay_by", "en la puerta")];
        nobody.upload(&link, &claim, &[]).await.is(422).says("Añada una foto del recibo.");
        let over = [&[("amount", "60.00")][..], &claim[..1], &claim[2..]].concat();
        let page = nobody.upload(&link, &over, &photo()).await.is(422).says("Supera su límite de $50.00");
        let kept = page.value_of("kept");
        let claim = [&claim[..], &[("kept", &*kept)]].concat();
        let next = nobody.upload(&link, &claim, &[]).await.is(303).next();
        visit.get(&next).await.is(200).says("Enviado. Reclamación").says("En revisión").says("$81.01").never_says("en la puerta").never_says("Cómo pagarme");
        rosa.get("/treasury/general/expenses?state=draft").await.is(200).says("Agua");
        rosa.get("/treasury/claims/1").await.is(200).says("$18.99");
        let end = [("operation", &*books.entropy.reference())];
        rosa.submit("/treasury/claims/1/end", &end).await.is(303);
        visit.get(&link).await.is(200).says("Este enlace ha terminado").never_says("Enviar reclamación");
        nobody.upload(&link, &claim[1..], &photo()).await.is(422).says("Este enlace ha terminado");
        treasury.sound().await;
    }

    async fn a_payee_is_entered_with_an_account_that_no_page_shows(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let (rosa, sam) = (Staff::signed_in(&visit, books, RECORDER).await, Staff::signed_in(&visit, books, APPROVER).await);
        let operation = books.entropy.reference();
        let fields = [("operation", &*operation), ("label", "Ana"), ("kind", "person"), ("way", "bank"), ("account", "021000021 123456789"), ("checked", "called")];
        rosa.submit("/treasury/payees", &fields).await.is(422).says("Choose one of these.");
        let fields = [&fields[..], &[("conflict", "no")]].concat();
        let next = rosa.submit("/treasury/payees", &fields).await.is(303).next();
        let one = rosa.get(&next).await.is(200).says("•••• 6789").says("Waiting for approval").never_says("123456789");
        let address = approval(&one);
        let shown = sam.get(&address).await.is(200).says("Ana").says("6789").never_says("123456789");
        let decision = [("choice", "approve"), ("seen", &*shown.value_of("seen")), ("operation", &*shown.value_of("operation"))];
        sam.submit(&address, &decision).await.is(303);
        rosa.get("/treasury/payees").await.is(200).says("On hold until").never_says("123456789");
        treasury.sound().await;
    }

    async fn a_budget_is_set_with_a_reason_and_says_how_long_the_money_lasts(books: &Books) {
        let treasury = Treasury::holding(books, 70_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, RECORDER).await;
        let page = rosa.get("/treasury/general/budget").await.is(200).says("Needs 3 days of spending.");
        let operation = page.value_of("operation");
        let fields = [("operation", &*operation), ("use_water", "800.00")];
        rosa.submit("/treasury/general/budget", &fields).await.is(422).says("Enter a reason");
        let next = rosa.submit("/treasury/general/budget", &[&fields[..], &[("reason", "The first week")]].concat()).await.is(303).next();
        rosa.get(&next).await.is(200).says("The budget is set.").says("$800.00").says("$100.00 more than is on hand");
        for day in ["2026-11-12", "2026-11-13", "2026-11-14"] {
            let draft = strikefund::spending::Draft { bought_on: day.parse().unwrap(), ..treasury.water(7_000) };
            let id = treasury.sent(&draft).await;
            treasury.approve(treasury.ana, id).await.unwrap();
        }
        // 490.00 are left, and 30.00 a day were spent on the mean of seven days.
        rosa.get("/treasury/general/budget").await.is(200).says("$30.00").says("16 days, until 30 Nov 2026").says("$590.00");
        let what_if = "/treasury/general/budget/what-if";
        let half = rosa.submit(what_if, &[("spent", "60"), ("given", "0")]).await.is(200);
        half.says("lasts 8 days, until 22 Nov 2026").says("value=\"60\"");
        rosa.submit(what_if, &[("spent", "10"), ("given", "70")]).await.is(200).says("Then it does not run out.");
        rosa.submit(what_if, &[("spent", "x"), ("given", "")]).await.is(422).says("There are 2 problems");
        rosa.get(&format!("{what_if}?lang=es")).await.is(200).says("¿Y si…?");
        // Of a strike that is three days old, the mean is over those three: 70.00 a day.
        let about = About { strike_on: Some("2026-11-12".parse().unwrap()), ..About::default() };
        let names = Names { name: "General".to_owned(), purpose: "Food and water.".to_owned(), about };
        let put: sqlx::Result<()> = transact!(books.db, tx => settings::put_names(tx, treasury.fund, &names).await);
        put.unwrap();
        rosa.get("/treasury/general/budget").await.is(200).says("$70.00").says("7 days, until 21 Nov 2026").says("value=\"70.00\"");
    }

    async fn an_advance_is_opened_and_money_is_asked_for_it(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, RECORDER).await;
        let operation = books.entropy.reference();
        let fields = [("operation", &*operation), ("custodian", "North gate"), ("kind", "card")];
        let next = rosa.submit("/treasury/advances", &fields).await.is(303).next();
        rosa.get(&next).await.is(200).says("Opened.").says("Card north-gate");
        let operation = books.entropy.reference();
        let fields = [("operation", &*operation), ("fund", "general"), ("from", "assets:bank:main"), ("to", "assets:cards:north-gate"), ("amount", "25.00")];
        let next = rosa.submit("/treasury/advances/move", &fields).await.is(303).next();
        let page = rosa.get(&next).await.is(200).says("$25.00").says("Waiting for approval");
        rosa.get(&approval(&page)).await.is(200).says("Money to a custodian").says("Card north-gate");
        treasury.sound().await;
    }
}
