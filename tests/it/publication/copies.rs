//! Copies of receipts in public: shown after the hold, replaced, taken down, and each step as a stranger checks it.

use std::path::Path;

use strikefund::files;
use strikefund::funds::State;
use strikefund::ids::{DocumentId, ExpenseId, sha256_hex};
use strikefund::people::Role;
use strikefund::publication::check::{CheckError, Scope, check};
use strikefund::publication::source::Source;
use strikefund::publication::{self, File};
use strikefund::spending::copies::{self, Why};
use strikefund::spending::{Document, Draft, Refusal, Show};
use strikefund::transact;

use super::log::key;
use super::outside::download;
use super::stranger::{everything, tree};
use super::{DAY, one, publish, text, verified};
use crate::approvals::{acting, person};
use crate::files::pictures;
use crate::spending::Treasury;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

/// Water with a receipt that is a picture; the receipt.
pub async fn with_receipt(treasury: &Treasury<'_>, minor: i64, seed: u8) -> (Draft, DocumentId) {
    let (books, by) = (treasury.books, treasury.author.into());
    let id = files::take_in(&books.files, &books.db, &by, pictures::jpeg(seed), &books.entropy, books.now()).await.unwrap();
    let receipt = files::find(&mut books.db.begin_read().await.unwrap(), id).await.unwrap().unwrap();
    let documents = vec![Document { document: receipt.reference, sha256: receipt.sha256 }];
    (Draft { documents, ..treasury.water(minor) }, id)
}

/// A copy of a receipt, sent by the author and let out by somebody else.
pub async fn let_out(treasury: &Treasury<'_>, id: ExpenseId, receipt: DocumentId, seed: u8) -> DocumentId {
    let (books, by) = (treasury.books, treasury.author.into());
    let copy = files::take_in_copy(&books.files, &books.db, &by, receipt, pictures::jpeg(seed), &books.entropy, books.now()).await.unwrap();
    let found = files::find(&mut books.db.begin_read().await.unwrap(), copy).await.unwrap().unwrap();
    let body = files::open(&books.files, &found).await.unwrap();
    let (operation, actor, now) = (treasury.operation(), acting(books, treasury.ana), books.now());
    let out: Result<ExpenseId, Refusal> = transact!(books.db, tx => copies::release(tx, actor, &operation, (id, copy, &body), now).await);
    out.unwrap();
    copy
}

/// Takes a copy back.
pub async fn take_back(treasury: &Treasury<'_>, id: ExpenseId, copy: DocumentId, why: Option<Why>) -> Result<ExpenseId, Refusal> {
    let (books, operation) = (treasury.books, treasury.operation());
    let (actor, now) = (acting(books, treasury.ana), books.now());
    transact!(books.db, tx => copies::withdraw(tx, actor, &operation, (id, copy, why), now).await)
}

/// Where a copy's bytes lie in public.
pub async fn place(books: &Books, copy: DocumentId) -> String {
    let found = files::find(&mut books.db.begin_read().await.unwrap(), copy).await.unwrap().unwrap();
    format!("spending/copies/{}.jpg", found.sha256)
}

async fn served(books: &Books, place: &str) -> Option<File> {
    publication::copy(&mut books.db.begin_read().await.unwrap(), "general", place.rsplit('/').next().unwrap()).await.unwrap()
}

async fn passes(books: &Books, folder: &Path) -> Result<(), CheckError> {
    check(&Source::Folder(folder.to_owned()), &key(books).await, None, Scope::All).await.map(drop)
}

async fn said(books: &Books, folder: &Path) -> String {
    passes(books, folder).await.unwrap_err().to_string()
}

on_both_databases! {
    async fn a_copy_is_shown_after_the_hold_replaced_and_taken_down_and_a_stranger_follows(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (draft, receipt) = with_receipt(&treasury, 1_899, 1).await;
        let id = treasury.sent(&draft).await;
        let first = let_out(&treasury, id, receipt, 2).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let start = books.now();
        assert_eq!(publish(books, treasury.fund, start).await.unwrap(), Some(1));
        let place_1 = place(books, first).await;
        assert!(!one(books, 1).await.unwrap().contains("Copy of receipt") && served(books, &place_1).await.is_none());
        assert!(!everything(books).await.keys().any(|path| path.contains("copies")), "within the hold nobody sees it");

        assert_eq!(publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap(), Some(2));
        let page = one(books, 1).await.unwrap();
        let (address, size) = (format!("\".././{place_1}\""), served(books, &place_1).await.unwrap().body.len());
        for shown in [format!("href={address}"), format!("src={address}"), "Receipt kept, with a copy to look at".to_owned(), "Since publication 2.".to_owned()] {
            assert!(page.contains(&shown), "{shown} in {page}");
        }
        let record = format!("\"about\":1,\"receipt\":1,\"sha256\":\"{}\",\"media_type\":\"image/jpeg\",\"bytes\":{size}}}", &place_1[16..80]);
        let folder = tree(books).await;
        let log: Vec<u8> = everything(books).await.into_iter().filter(|(path, _)| path.contains("entries")).flat_map(|(_, body)| body).collect();
        assert!(String::from_utf8_lossy(&log).contains(&record), "{record}");
        passes(books, folder.path()).await.unwrap();
        assert!(download(books, "archive.zip").await.windows(place_1.len()).any(|name| name == place_1.as_bytes()));

        // Another stands in its place, and the older bytes stay.
        let second = let_out(&treasury, id, receipt, 3).await;
        let place_2 = place(books, second).await;
        assert_eq!(publish(books, treasury.fund, start.plus_secs(4 * DAY)).await.unwrap(), Some(3));
        let page = one(books, 1).await.unwrap();
        assert!(page.contains("Since publication 2. Replaced in publication 3.") && page.contains(&format!("src=\".././{place_2}\"")), "{page}");
        assert!(!page.contains(&format!("src={address}")) && served(books, &place_1).await.is_some());
        assert_eq!(verified(books).await, None);
        let folder = tree(books).await;
        passes(books, folder.path()).await.unwrap();
        let (file_1, file_2) = (folder.path().join(&place_1), folder.path().join(&place_2));
        let bytes = std::fs::read(&file_2).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut bent = bytes.clone();
            bent[at] ^= 1;
            std::fs::write(&file_2, bent).unwrap();
            assert_eq!(said(books, folder.path()).await, format!("{place_2} is not the copy that the records name"));
        }
        std::fs::write(&file_2, &bytes).unwrap();
        let older = std::fs::read(&file_1).unwrap();
        std::fs::remove_file(&file_1).unwrap();
        assert_eq!(said(books, folder.path()).await, format!("{place_1} is missing"));
        std::fs::write(&file_1, older).unwrap();
        let stranger = folder.path().join(format!("spending/copies/{}.jpg", "0".repeat(64)));
        std::fs::write(&stranger, b"x").unwrap();
        assert!(said(books, folder.path()).await.ends_with("is no part of what was published"));

        // A face was overlooked: the bytes go at once, and the reason follows without waiting for a day to pass.
        take_back(&treasury, id, second, None).await.unwrap_err();
        take_back(&treasury, id, second, Some(Why::Person)).await.unwrap();
        assert!(served(books, &place_2).await.is_none());
        let folder = tree(books).await;
        assert_eq!(said(books, folder.path()).await, format!("{place_2} is missing"), "until a record says so");
        assert_eq!(publish(books, treasury.fund, start.plus_secs(4 * DAY + 1)).await.unwrap(), Some(4));
        let page = one(books, 1).await.unwrap();
        assert!(page.contains("Taken down in publication 4: somebody could be recognised on it.") && !page.contains(&place_2), "{page}");
        let folder = tree(books).await;
        passes(books, folder.path()).await.unwrap();
        std::fs::write(folder.path().join(&place_2), &bytes).unwrap();
        assert_eq!(said(books, folder.path()).await, format!("{place_2} was taken down, and is still there: remove it"));
        assert_eq!(verified(books).await, None);
        treasury.sound().await;
    }

    async fn a_copy_waits_for_the_hold_whatever_the_words_may_do_and_for_the_end_of_the_strike(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let mut kept = Vec::new();
        for (show, seed) in [(Show::Next, 1), (Show::AfterStrike, 5)] {
            let (mut draft, receipt) = with_receipt(&treasury, 1_000, seed).await;
            draft.show = show;
            let id = treasury.sent(&draft).await;
            treasury.approve(treasury.ana, id).await.unwrap();
            kept.push(place(books, let_out(&treasury, id, receipt, seed + 1).await).await);
        }
        let start = books.now();
        publish(books, treasury.fund, start).await.unwrap();
        assert!(one(books, 1).await.unwrap().contains("40 cases"));
        assert!(served(books, &kept[0]).await.is_none(), "a receipt tells where and when");
        assert_eq!(publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap(), Some(2));
        assert!(served(books, &kept[0]).await.is_some() && served(books, &kept[1]).await.is_none());
        assert_eq!(publish(books, treasury.fund, start.plus_secs(90 * DAY)).await.unwrap(), None, "the strike goes on");
        moved(books, treasury.fund, State::WindingDown, "", start).await;
        assert_eq!(publish(books, treasury.fund, start.plus_secs(91 * DAY)).await.unwrap(), Some(3));
        assert!(served(books, &kept[1]).await.is_some());
        passes(books, tree(books).await.path()).await.unwrap();
    }

    async fn what_nobody_let_out_or_saw_leaves_no_trace(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (draft, receipt) = with_receipt(&treasury, 1_000, 1).await;
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let (by, start) = (treasury.author.into(), books.now());
        let waits = files::take_in_copy(&books.files, &books.db, &by, receipt, pictures::jpeg(2), &books.entropy, start).await.unwrap();
        let out = let_out(&treasury, id, receipt, 3).await;
        let hidden: Vec<String> = {
            let tx = &mut books.db.begin_read().await.unwrap();
            let mut hashes = Vec::new();
            for document in [receipt, waits, out] {
                hashes.push(files::find(tx, document).await.unwrap().unwrap().sha256);
            }
            hashes
        };
        publish(books, treasury.fund, start).await.unwrap();
        // Taken back before anybody saw it: no publication has a word to say about that.
        take_back(&treasury, id, out, Some(Why::Details)).await.unwrap();
        assert_eq!(publish(books, treasury.fund, start.plus_secs(60)).await.unwrap(), None);
        assert_eq!(publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap(), Some(2));
        for (path, body) in everything(books).await {
            assert!(!hidden.contains(&sha256_hex(&body)) && !path.contains("copies"), "{path}");
            let text = String::from_utf8_lossy(&body);
            assert!(!hidden.iter().any(|hash| text.contains(hash.as_str())), "{path}");
        }
        assert_eq!(verified(books).await, None);
    }

    async fn payments_to_people_show_no_copy_and_what_is_bought_for_two_uses_shows_it_at_both(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (mut draft, receipt) = with_receipt(&treasury, 2_000, 1).await;
        draft.parts[0].amount_minor = 500;
        draft.parts.push(draft.parts[0].clone());
        (draft.parts[1].category, draft.parts[1].amount_minor) = ("food".to_owned(), 1_500);
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let shared = let_out(&treasury, id, receipt, 2).await;
        let (mut draft, receipt) = with_receipt(&treasury, 1_000, 7).await;
        "community-support".clone_into(&mut draft.parts[0].category);
        let person = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, person).await.unwrap();
        let private = let_out(&treasury, person, receipt, 8).await;
        let start = books.now();
        publish(books, treasury.fund, start).await.unwrap();
        publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap();
        let shared_at = place(books, shared).await;
        for number in [1, 2] {
            assert!(one(books, number).await.unwrap().contains(&shared_at), "{number}");
        }
        assert!(served(books, &place(books, private).await).await.is_none());
        assert_eq!(everything(books).await.keys().filter(|path| path.contains("copies")).count(), 1);
        take_back(&treasury, id, shared, Some(Why::Other)).await.unwrap();
        assert_eq!(publish(books, treasury.fund, start.plus_secs(3 * DAY + 5)).await.unwrap(), Some(3));
        for number in [1, 2] {
            assert!(one(books, number).await.unwrap().contains("Taken down in publication 3: for another reason."), "{number}");
        }
        passes(books, tree(books).await.path()).await.unwrap();
        let auditor = person_who_reads(books).await;
        assert!(auditor, "a role without a say lets nothing out");
    }

    async fn names_that_lead_elsewhere_name_no_copy(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (draft, receipt) = with_receipt(&treasury, 1_000, 1).await;
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let at = place(books, let_out(&treasury, id, receipt, 2).await).await;
        let start = books.now();
        publish(books, treasury.fund, start).await.unwrap();
        publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap();
        let hash = &at[16..80];
        for name in ["", "..", "..%2f..%2fmaster.key", hash, &format!("{hash}.png"), &format!("{hash}.jpg.html"), &format!("{}.jpg", hash.to_uppercase()), "' OR 1=1 --.jpg"] {
            let found = publication::copy(&mut books.db.begin_read().await.unwrap(), "general", name).await.unwrap();
            assert!(found.is_none(), "{name}");
        }
        assert!(served(books, &at).await.is_some() && text(books, "index.html").await.contains("Water"));
    }
}

/// Whether an auditor is refused where a copy is let out.
async fn person_who_reads(books: &Books) -> bool {
    let (auditor, now) = (person(books, &[Role::Auditor]).await, books.now());
    let operation = strikefund::people::operation::Operation::new(&books.entropy.reference(), "test", &[]).unwrap();
    let actor = acting(books, auditor);
    let done: Result<ExpenseId, Refusal> =
        transact!(books.db, tx => copies::release(tx, actor, &operation, (ExpenseId(1), DocumentId(2), b"x"), now).await);
    matches!(done, Err(Refusal::NotAllowed(_)))
}
