//! The bank in the treasury: a statement from its file to lines that are matched, in both languages; and how Stripe and we get on.

use strikefund::money::Currency;
use strikefund::people::Role;
use strikefund::{booking, payments, transact};

use super::staff::Staff;
use super::{Answer, SECRET, Visit};
use crate::bank::bytes_of;
use crate::bank::matching::{paid, payout_sent};
use crate::support::on_both_databases;
use crate::support::wire::sign;

const CHASE: [(&str, &str); 10] = [
    ("delimiter", ","),
    ("skip", "1"),
    ("day", "2"),
    ("day_form", "month-first"),
    ("amount", "4"),
    ("decimal", "point"),
    ("text", "3"),
    ("reference", "7"),
    ("balance", "6"),
    ("closing", ""),
];

async fn upload(staff: &Staff<'_>, file: &str, closing: &str) -> Answer {
    let fields = [("account", "assets:bank:main"), ("closing", closing)];
    staff.upload("/treasury/bank/import", &fields, &[("file", file, "text/csv", &bytes_of(file))]).await
}

/// Imports Chase's statement by the pages, and gives the address of its preview.
async fn import_chase(staff: &Staff<'_>) -> String {
    let file = upload(staff, "chase.csv", "").await.is(303).next();
    staff.submit(&format!("{file}/columns"), &CHASE).await.is(303);
    let operation = staff.get(&file).await.is(200).value_of("operation");
    staff.submit(&file, &[("operation", &operation)]).await.is(303);
    file
}

/// The address of the line that says so.
async fn line_of(staff: &Staff<'_>, text: &str) -> String {
    let page = staff.get("/treasury/bank").await.is(200).says(text);
    let before = page.text().split(text).next().unwrap();
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

on_both_databases! {
    async fn a_statement_goes_from_its_file_to_lines_by_pages_alone(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        staff.get("/treasury/bank").await.is(200).says("No statement was imported yet").says("/treasury/bank/import");
        staff.get("/treasury/bank/import").await.is(200).says("Up to 64 MB").says("multipart/form-data");
        let file = upload(&staff, "chase.csv", "").await.is(303).next();
        let columns = staff.get(&file).await.is(303).next();
        // What is proposed is chosen already, and the first rows stand beside it.
        staff.get(&columns).await.is(200).says("CHECK 1042").says("<option value=\"4\" selected>Column 4: Amount").says("value=\"month-first\" selected");
        staff.submit(&columns, &[("delimiter", ","), ("skip", "x")]).await.is(422).says("There are 6 problems").says("Choose the column with the day.");
        staff.submit(&columns, &CHASE).await.is(303);
        let preview = staff.get(&file).await.is(200).says("Import 5 lines").says("$1,015.00").says("$1,511.30").says("$896.80").says("−$400.50").says("$496.30");
        let operation = preview.value_of("operation");
        staff.get("/treasury/bank").await.never_says("CHECK 1042");
        let done = staff.submit(&file, &[("operation", &operation)]).await.is(303).next();
        staff.get(&done).await.is(200).says("The statement is imported.").says("CHECK 1042").says("Held before the first statement");
        // Pressed twice, or the answer was lost: once, with the same answer.
        let again = staff.submit(&file, &[("operation", &operation)]).await.is(303).next();
        staff.get(&again).await.is(200).says("The statement is imported.");
        // The same file again: its columns are known now, and it is told that nothing changed.
        let second = upload(&staff, "chase.csv", "").await.is(303).next();
        staff.get(&second).await.is(422).says("This file was imported on 14 Nov 2026. Nothing changed.").never_says("Import 5 lines");
        // A part of it as a file of its own has nothing new.
        let part = String::from_utf8(bytes_of("chase.csv")).unwrap().lines().take(4).collect::<Vec<_>>().join("\n");
        let sent = [("file", "part.csv", "text/csv", part.as_bytes())];
        let file = staff.upload("/treasury/bank/import", &[("account", "assets:bank:main")], &sent).await.is(303).next();
        staff.get(&file).await.is(200).says("Every line of it is known already.").never_says("<form");
    }

    async fn what_is_wrong_with_a_file_is_said_with_its_line_in_both_languages(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        import_chase(&staff).await;
        let damaged = String::from_utf8(bytes_of("chase.csv")).unwrap().replace("11/12/2026", "31/02/2026");
        let sent = [("file", "x.csv", "text/csv", damaged.as_bytes())];
        let file = staff.upload("/treasury/bank/import", &[("account", "assets:bank:main")], &sent).await.is(303).next();
        staff.get(&file).await.is(422).says("Line 3: “31/02/2026” is not a date.").says("<title>Error: ").says("Nothing was stored.");
        staff.get(&format!("{file}?lang=es")).await.is(422).says("Línea 3: «31/02/2026» no es una fecha.").says("lang=\"es\"");
        let short = String::from_utf8(bytes_of("checking.ofx")).unwrap().replace("1511.30", "1511.31");
        let sent = [("file", "x.ofx", "application/x-ofx", short.as_bytes())];
        let file = staff.upload("/treasury/bank/import", &[("account", "assets:bank:main"), ("closing", "1,511.30")], &sent).await.is(303).next();
        staff.get(&file).await.is(422).says("but closing says $1,511.31");
        let none = staff.upload("/treasury/bank/import", &[("account", "assets:nothing"), ("closing", "1,5")], &[]).await.is(422);
        none.says("Choose an account.").says("Choose a file.").says("Enter the balance like").says("There are 3 problems");
    }

    async fn an_upload_is_its_sender_s_alone(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let other = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let file = upload(&staff, "checking.ofx", "").await.is(303).next();
        other.get(&file).await.is(404);
        other.submit(&file, &[("operation", "abcdefghijklmnopqrstuvwxyz")]).await.is(404);
        other.submit(&format!("{file}/columns"), &CHASE).await.is(404);
        staff.get(&file).await.is(200).says("Import 5 lines");
    }

    async fn a_line_is_booked_ignored_and_undone_by_its_page(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        import_chase(&staff).await;
        let fee = line_of(&staff, "MONTHLY SERVICE FEE").await;
        staff.get(&fee).await.is(200).says("MONTHLY SERVICE FEE").says("Say what it is").says("Unmatched");
        auditor.get(&fee).await.is(200).says("MONTHLY SERVICE FEE").never_says("<form");
        auditor.submit(&fee, &[("act", "book"), ("what", "fee")]).await.is(404);
        let send = async |path: &str, fields: &[(&str, &str)]| {
            let operation = staff.get(path).await.value_of("operation");
            staff.submit(path, &[fields, &[("operation", &*operation)]].concat()).await
        };
        send(&fee, &[("act", "book")]).await.is(422).says("Choose what this line is.");
        send(&fee, &[("act", "ignore"), ("reason", " ")]).await.is(422).says("Enter a reason of 1 to 200 letters.");
        let done = send(&fee, &[("act", "book"), ("what", "fee")]).await.is(303).next();
        let booked = staff.get(&done).await.is(200).says("Booked.").says("Booked from this line").says("Bank fee");
        let found = booked.value_of("match");
        staff.get(&format!("{done}&lang=es")).await.is(200).says("Anotada.").says("Comisión bancaria");
        send(&fee, &[("act", "undo"), ("match", &found)]).await.is(303);
        staff.get(&fee).await.is(200).says("Unmatched");
        // A form that was sent before, with other content, is told so.
        let operation = staff.get(&fee).await.value_of("operation");
        staff.submit(&fee, &[("act", "ignore"), ("reason", "x"), ("operation", &operation)]).await.is(303);
        staff.submit(&fee, &[("act", "ignore"), ("reason", "x"), ("operation", &operation)]).await.is(303);
        staff.submit(&fee, &[("act", "ignore"), ("reason", "y"), ("operation", &operation)]).await.is(422).says("This form was sent before.");
        // Decisions on money need a fresh proof; the other acts do not.
        books.clock.advance(std::time::Duration::from_secs(601));
        let check = line_of(&staff, "CHECK 1042").await;
        send(&check, &[("act", "book"), ("what", "fee")]).await.is(422).says("Confirm that it is you");
        staff.get("/treasury/bank").await.is(200).says("12 days").says("chip warning");
        staff.get("/treasury/bank/lines/999999").await.is(404);
    }

    async fn an_account_is_added_named_ended_and_offered_while_it_is_in_use(books: &Books) {
        const ADD: &str = "/treasury/bank/accounts/new";
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        let send = async |path: &str, fields: &[(&str, &str)]| {
            let operation = staff.get(path).await.is(200).value_of("operation");
            staff.submit(path, &[fields, &[("operation", &*operation)]].concat()).await
        };
        staff.get("/treasury/bank").await.says(ADD);
        auditor.get("/treasury/bank").await.is(200).never_says(ADD);
        auditor.get(ADD).await.is(404);
        let wrong = send(ADD, &[("name", " "), ("ending", "12"), ("currency", "XXX")]).await.is(422);
        wrong.says("Choose the currency.").says("Enter a name of 1 to 60 letters");
        send(ADD, &[("name", "Credit union"), ("ending", "12"), ("currency", "USD")]).await.is(422).says("value=\"Credit union\"").says("last four");
        let added = send(ADD, &[("name", "Credit union"), ("ending", "4417"), ("currency", "USD")]).await.is(303).next();
        let page = staff.get(&added).await.is(200).says("The account is there.").says("Credit union …4417");
        let edit = page.text().split("href=\"/treasury/bank/accounts/").nth(2).unwrap().split('"').next().unwrap().to_owned();
        let edit = format!("/treasury/bank/accounts/{edit}");
        staff.get("/treasury/bank/import").await.is(200).says("Credit union …4417");
        auditor.get(&edit).await.is(404);
        staff.get(&edit).await.is(200).says("assets:bank:credit-union").says("In use");
        staff.get(&format!("{edit}?lang=es")).await.is(200).says("Cerrar la cuenta");
        send(&edit, &[("act", "rename"), ("name", "")]).await.is(422).says("Enter a name");
        send(&edit, &[("act", "rename"), ("name", "Strikers’ union"), ("ending", "")]).await.is(303);
        let done = send(&edit, &[("act", "end")]).await.is(303).next();
        staff.get(&done).await.is(200).says("The account is ended.").says("Strikers’ union");
        staff.get("/treasury/bank/import").await.is(200).never_says("Strikers’ union");
        send(&edit, &[("act", "end")]).await.is(422).says("That is so already.");
        send(&edit, &[("act", "take-up")]).await.is(303);
        staff.get("/treasury/bank/import").await.is(200).says("Strikers’ union");
        staff.get("/treasury/bank/accounts/999").await.is(404);
        // Ten minutes after their proof a person is led to prove again who they are.
        books.clock.advance(std::time::Duration::from_secs(601));
        assert!(send(&edit, &[("act", "end")]).await.is(303).next().starts_with("/confirm?next="));
    }

    async fn a_line_stands_beside_what_it_may_be_and_every_list_is_had_as_a_file(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        paid(books, fund, "check", "2026-11-09", 25_000).await;
        payout_sent(books, "po_due", "2026-11-12", 9_680).await;
        import_chase(&staff).await;
        // An exact payout is tied by the import; the check is only proposed, for it is a person's to say.
        let page = staff.get("/treasury/bank").await.is(200).says("3 days apart").says("Nothing of this amount in the books");
        page.says("Payout that arrived");
        let fee = line_of(&staff, "MONTHLY SERVICE FEE").await;
        staff.get(&fee).await.is(200).says("A bank fee: the bank’s text says so");
        staff.get(&format!("{fee}?lang=es")).await.is(200).says("Una comisión bancaria: lo dice el texto del banco");
        let page = staff.get("/treasury/bank?done=imported").await.is(200);
        let link = page.text().split("href=\"?list=").nth(3).unwrap().split('&').next().unwrap().to_owned();
        assert!(!page.text().contains("done=imported&"), "what was just done is no part of a list");
        let file = staff.get(&format!("/treasury/bank?list={link}&as=csv")).await.is(200);
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"treasury-bank.csv\""));
        assert!(file.text().contains("\"CHECK 1042\"") && file.text().contains(",-250.00,\"USD\","), "{}", file.text());
        // What is no list is the page.
        staff.get("/treasury/bank?list=999&as=csv").await.is(200).says("<title>");
        staff.get("/treasury/bank?list=x&as=csv").await.is(200).says("<title>");
    }

    async fn all_figures_of_the_tie_are_shown_with_their_difference(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        staff.get("/treasury/stripe").await.is(200).says("Nothing has moved at Stripe yet.");
        let check = async |minor: i64| {
            let now = books.now();
            let tied: sqlx::Result<Option<Vec<booking::Tie>>> = transact!(books.db, tx => booking::check_tie(tx, &[(Currency::USD, minor)], now).await);
            tied.unwrap().unwrap();
        };
        check(12_345).await;
        import_chase(&staff).await;
        let page = staff.get("/treasury/stripe").await.is(200);
        let page = page.says("$123.45").says("−$123.45").says("Differ since").says("Stripe says").says("Its lines sum to").says("The books held");
        // The bank stands beside it: its word, what waits and since when.
        page.says("By the bank").says("$1,511.30").says("6, the oldest 12 days old");
        staff.get("/treasury/stripe?lang=es").await.is(200).says("Sus líneas suman").says("Según el banco");
        check(0).await;
        staff.get("/treasury/stripe").await.is(200).says("Agree").never_says("$123.45").never_says("Differ since");
    }

    async fn a_delivery_that_waits_is_looked_at_without_what_it_says_and_tried_again(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        let body = br#"{"id":"evt_parked","type":"refund.updated","created":1,"livemode":false,"data":{"object":{"email":"donor@example.net"}}}"#;
        let signature = sign(SECRET, body, books.now().unix_secs());
        visit.payments.receive(Some(signature.as_bytes()), body).await.unwrap();
        let parked: sqlx::Result<()> = transact!(books.db, tx => async {
            let delivery = payments::waiting_deliveries(tx, books.now(), 1).await?.remove(0);
            payments::park_delivery(tx, &delivery, "an unknown version", books.now()).await
        }.await);
        parked.unwrap();
        let page = staff.get("/treasury/stripe").await.is(200).says("1 delivery waits").says("refund.updated").says("an unknown version");
        let look = page.text().split("href=\"/treasury/stripe/parked/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let look = format!("/treasury/stripe/parked/{look}");
        let one = staff.get(&look).await.is(200).says("evt_parked").says("Times tried").never_says("donor@example.net");
        auditor.get(&look).await.is(200).says("evt_parked").never_says("<form");
        auditor.submit(&look, &[]).await.is(404);
        let due = async || payments::waiting_deliveries(&mut books.db.begin_read().await.unwrap(), books.now(), 9).await.unwrap().len();
        assert_eq!(due().await, 0, "it waits for its time");
        let operation = one.value_of("operation");
        let done = staff.submit(&look, &[("operation", &operation)]).await.is(303).next();
        staff.get(&done).await.is(200).says("It is tried again.");
        assert_eq!(due().await, 1);
        staff.get("/treasury/stripe/parked/999999").await.is(404);
    }

    async fn how_stripe_and_we_get_on_is_told_in_both_languages(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        let page = staff.get("/treasury/stripe").await.is(200).says("https://fund.example.org/webhooks/stripe").says("Practice: no real money");
        let page = page.says("No payout is under way.").says("No delivery waits.").says("Never yet").says("Not asked yet");
        let operation = page.value_of("operation");
        let done = staff.submit("/treasury/stripe", &[("operation", &operation)]).await.is(303).next();
        staff.get(&done).await.is(200).says("What waits is tried again.");
        // Keys are told by their last four letters, and never more; so is the second secret while one is changed.
        page.says("Key ends in").says("Webhook secret ends in").never_says("whsec_").never_says("sk_test_");
        let sent = staff.get("/treasury/stripe").await.value_of("operation");
        let done = staff.submit("/treasury/stripe", &[("act", "all"), ("operation", &sent)]).await.is(303).next();
        staff.get(&done).await.is(200).says("Everything at Stripe is read anew.").says("is being read anew since");
        assert!(payments::health::health(&mut books.db.begin_read().await.unwrap()).await.unwrap().all_asked_at.is_some());
        staff.submit("/treasury/stripe", &[("operation", &operation)]).await.is(303);
        auditor.get("/treasury/stripe?lang=es").await.is(200).says("Dirección del webhook").never_says("<form");
        auditor.submit("/treasury/stripe", &[]).await.is(404);
        staff.get("/treasury/bank?lang=es").await.is(200).says("Todavía no se ha importado ningún extracto");
    }
}
