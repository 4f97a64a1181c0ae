//! The bank in the treasury: a statement from its file to lines that are matched, in both languages; and how Stripe and we get on.

use strikefund::people::Role;

use super::staff::Staff;
use super::{Answer, Visit};
use crate::bank::bytes_of;
use crate::support::on_both_databases;

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

    async fn how_stripe_and_we_get_on_is_told_in_both_languages(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        let page = staff.get("/treasury/stripe").await.is(200).says("https://fund.example.org/webhooks/stripe").says("Practice: no real money");
        let operation = page.says("No payout is under way.").says("No delivery waits.").value_of("operation");
        let done = staff.submit("/treasury/stripe", &[("operation", &operation)]).await.is(303).next();
        staff.get(&done).await.is(200).says("What waits is tried again");
        staff.submit("/treasury/stripe", &[("operation", &operation)]).await.is(303);
        auditor.get("/treasury/stripe?lang=es").await.is(200).says("Dirección del webhook").never_says("<form");
        auditor.submit("/treasury/stripe", &[]).await.is(404);
        staff.get("/treasury/bank?lang=es").await.is(200).says("Todavía no se ha importado ningún extracto");
    }
}
