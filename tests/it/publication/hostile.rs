//! Texts that mean no good, in every field that the public may read, in every face that shows them; and that nothing private is in any of them.

use strikefund::funds::{self, State};
use strikefund::ledger::Mistake;
use strikefund::spending::{self, Correction, Refusal, Show};
use strikefund::{ids::ExpenseId, run, transact};

use super::outside::download;
use super::stranger::{files, tree};
use super::{DAY, publish, verified};
use crate::spending::Treasury;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

/// What opens a spreadsheet's formula, a tag, an attribute, a template, a turn of the text's way, the end of XML's text, another line.
pub const TEXTS: [&str; 9] = [
    "=HYPERLINK(\"https://evil.example\";\"x\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\"><script>xss()</script><svg/onload=xss()>",
    "=\"./spending/1.html\" =\".././x\"",
    "\u{202e}gnp.exe\u{202c} \u{2066}turned",
    "]]>&xss;<!-- --> <?xml?> {{7*7}} ${7*7}",
    "end\r\n2026-01-01 * forged\r\n  assets:held  999.00 USD\r\n",
    "-1",
];

/// A purchase with these words, which a later one takes back for the same reason.
pub async fn purchase(treasury: &Treasury<'_>, words: &str) {
    let mut draft = treasury.water(1_000);
    (draft.show, draft.show_shop) = (Show::Next, true);
    (draft.public_text, draft.vendor) = (words.to_owned(), words.chars().take(80).collect());
    let Ok(id) = treasury.save(None, &draft).await else { return };
    let id = treasury.send(id).await.unwrap();
    treasury.approve(treasury.ana, id).await.unwrap();
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    let correction = Correction { reason: words, nothing_instead: true, wrong: Mistake::Other };
    let fresh: Result<ExpenseId, Refusal> = transact!(
        treasury.books.db,
        tx => spending::correct(tx, actor, &operation, id, &correction, &treasury.books.entropy, now).await
    );
    if let Ok(fresh) = fresh {
        let fresh = treasury.send(fresh).await.unwrap();
        treasury.approve(treasury.ana, fresh).await.unwrap();
    }
}

/// Every public file of the fund, with its place.
async fn everything(books: &Books) -> Vec<(String, Vec<u8>)> {
    let folder = tree(books).await;
    let mut all: Vec<_> = files(folder.path())
        .into_iter()
        .map(|path| (path.strip_prefix(folder.path()).unwrap().display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    let archive = download(books, "archive.zip").await;
    all.push(("archive.zip".to_owned(), archive));
    all
}

on_both_databases! {
    async fn hostile_words_come_out_harmless_in_every_face(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        for words in TEXTS {
            purchase(&treasury, words).await;
        }
        purchase(&treasury, &"<b>ä\u{202e}".repeat(2_000)).await;
        let named: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute,
            sqlx::query("UPDATE fund SET name = $1, promise = $2, restriction = $3").bind(TEXTS[3]).bind(TEXTS[4]).bind(TEXTS[6])));
        named.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        // Why the fund was paused, and opened again, in every one of them.
        for (n, words) in (2..).zip(TEXTS) {
            let (state, now) = (if n % 2 == 0 { State::Paused } else { State::Open }, books.now().plus_secs(n * DAY));
            moved(books, treasury.fund, state, words, now).await;
            assert!(publish(books, treasury.fund, now).await.unwrap().is_some());
        }
        let mut shown = 0;
        for (path, body) in everything(books).await {
            let text = String::from_utf8_lossy(&body);
            match path.rsplit('.').next().unwrap() {
                "html" => {
                    for live in ["<script", "<svg/onload", "onerror=", "<b>", "style=", "49}", "href=\"javascript"] {
                        assert!(!text.contains(live), "{live} in {path}");
                    }
                    shown += usize::from(text.contains("&#60;script"));
                    assert!(!text.contains("=\"../../spending/1.html&"), "{path}: only a page's own links lead out");
                }
                "atom" => {
                    let mut reader = quick_xml::Reader::from_str(&text);
                    while reader.read_event().unwrap_or_else(|error| panic!("{path}: {error}")) != quick_xml::events::Event::Eof {}
                    assert!(!text.contains('\u{202e}') && !text.contains("<script"), "{path}");
                }
                "csv" => {
                    let formula = |cell: &str| cell.starts_with(['=', '+', '@', '\t', '\r']) || cell.starts_with('-') && cell.parse::<f64>().is_err();
                    for row in csv::ReaderBuilder::new().flexible(false).from_reader(&body[..]).records() {
                        let row = row.unwrap_or_else(|error| panic!("{path}: {error}"));
                        assert!(!row.iter().any(formula), "{path}: {row:?}");
                    }
                }
                "json" => drop(serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_else(|error| panic!("{path}: {error}"))),
                "journal" | "beancount" => assert!(!text.contains("forged") && !text.contains("999.00"), "{path}"),
                "xlsx" | "zip" => {
                    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&body[..])).unwrap();
                    for n in 0..archive.len() {
                        let mut part = archive.by_index(n).unwrap();
                        assert!(part.enclosed_name().is_some(), "{path}: {:?}", part.name());
                        let mut inside = String::new();
                        if part.name().is_ok_and(|name| name.ends_with(".xml")) && std::io::Read::read_to_string(&mut part, &mut inside).is_ok() {
                            assert!(!inside.contains("<f>"), "{path}: a formula");
                        }
                    }
                }
                _ => {}
            }
        }
        assert!(shown > 5, "the words were there to be shown: {shown}");
        assert_eq!(verified(books).await, None);
    }

    async fn nothing_private_is_in_any_public_file(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        let mut draft = treasury.water(4_200);
        (draft.vendor, draft.note) = ("CANARY-VENDOR".to_owned(), "CANARY-NOTE call ana@canary.example".to_owned());
        draft.show = Show::AfterStrike;
        "CANARY-HELD".clone_into(&mut draft.public_text);
        let reference = draft.documents[0].document.clone();
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        treasury.ready_payee().await;
        for sql in [
            "UPDATE person SET name = 'CANARY-PERSON'",
            "UPDATE payee SET label = 'CANARY-PAYEE'",
        ] {
            let seeded: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(sql)));
            seeded.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let fund = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap();
        crate::web::pages::gifts_of(books, &fund, "ch_CANARY", 6).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let all = everything(books).await;
        assert!(all.len() > 60);
        let private = ["CANARY", "canary", &reference, "ch_", "txn_", "pi_"];
        for (path, body) in all {
            let text = String::from_utf8_lossy(&body);
            for secret in private.iter().filter(|_| ![".zip", ".xlsx"].iter().any(|end| path.ends_with(end)) && !path.contains("tile/0")) {
                assert!(!text.contains(*secret), "{secret} in {path}");
            }
        }
    }
}
