//! A stranger checks a folder of published files: what is right passes, and every change is named.

use std::collections::BTreeMap;
use std::path::Path;

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect};
use sqlx::AssertSqlSafe;
use strikefund::funds;
use strikefund::ids::FundId;
use strikefund::publication::check::{CheckError, Checked, Scope, Unchecked, check};
use strikefund::publication::log::note::{Head, SigningKey};
use strikefund::publication::log::tile;
use strikefund::publication::source::Source;
use strikefund::publication::{Piece, Tree};
use strikefund::run;

use super::log::{key, purchases};
use super::{DAY, publish, text};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// Every file of the general fund, by its place.
pub async fn everything(books: &Books) -> BTreeMap<String, Vec<u8>> {
    let tx = &mut books.db.begin_read().await.unwrap();
    let fund = funds::find_by_slug(tx, "general").await.unwrap().unwrap();
    let (mut tree, mut files) = (Tree::of(tx, &fund).await.unwrap(), BTreeMap::<String, Vec<u8>>::new());
    while let Some(pieces) = tree.next(tx).await.unwrap() {
        for Piece { path, body } in pieces {
            files.entry(path).or_default().extend(body);
        }
    }
    files
}

/// The same in a folder.
pub async fn tree(books: &Books) -> tempfile::TempDir {
    let (folder, files) = (tempfile::tempdir().unwrap(), everything(books).await);
    assert!(files.len() > 40);
    for (path, body) in files {
        let place = folder.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, body).unwrap();
    }
    folder
}

/// What a stranger who has the folder finds.
pub async fn checked(books: &Books, folder: &Path, since: Option<&str>) -> Result<Checked, CheckError> {
    check(&Source::Folder(folder.to_owned()), &key(books).await, since, Scope::All).await
}

async fn wrong(books: &Books, folder: &Path, since: Option<&str>) -> String {
    match checked(books, folder, since).await {
        Err(CheckError::Wrong(said)) => said,
        other => panic!("{other:?}"),
    }
}

/// Every file under a folder.
pub fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

on_both_databases! {
    async fn what_was_published_passes_and_continues_what_was_kept(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        purchases(&treasury, 60).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let kept = text(books, "log/checkpoint").await;
        purchases(&treasury, 45).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let folder = tree(books).await;
        let passed = checked(books, folder.path(), Some(&kept)).await.unwrap();
        assert_eq!((passed.head.size, passed.publications), (107, 2));
        assert_eq!(passed.files, files(folder.path()).len() as u64);

        let other = kept.replace("fund.example", "fund.invalid");
        assert!(wrong(books, folder.path(), Some(&other)).await.contains("older checkpoint"));
    }

    async fn what_is_written_once_can_be_left_out_and_then_it_is_said_and_nothing_else_is_left_out(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 2).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let (folder, key) = (tree(books).await, key(books).await);
        let figures = async || check(&Source::Folder(folder.path().to_owned()), &key, None, Scope::Figures).await;
        let passed = figures().await.unwrap();
        assert_eq!(passed.unchecked, Some(Unchecked::Unasked));
        assert!(passed.files > 40 && passed.files < files(folder.path()).len() as u64, "{passed:?}");
        std::fs::write(folder.path().join("spending/1.html"), b"other").unwrap();
        figures().await.unwrap();
        assert_eq!(wrong(books, folder.path(), None).await, "spending/1.html is not what the published records say");
        for place in ["reports/spending.html", "figures.json", "p/1/reports/ledger-1.csv", "log/tile/0/000.p/3", "index.es.html"] {
            let whole = std::fs::read(folder.path().join(place)).unwrap();
            std::fs::write(folder.path().join(place), [&*whole, b"\n"].concat()).unwrap();
            assert!(figures().await.unwrap_err().to_string().contains(place), "{place}");
            std::fs::write(folder.path().join(place), whole).unwrap();
        }
        std::fs::write(folder.path().join("more.html"), b"").unwrap();
        assert_eq!(figures().await.unwrap_err().to_string(), "more.html is no part of what was published");
    }

    async fn a_cut_or_rewritten_log_does_not_continue_what_was_kept(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 1).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let early = tree(books).await;
        purchases(&treasury, 1).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let late = text(books, "log/checkpoint").await;
        assert_eq!(wrong(books, early.path(), Some(&late)).await, "the log was cut: it had 4 records once, and has 2 now");
    }
}

/// On a small fund, every byte of every file: flipped, the check names it or what it belongs to.
#[tokio::test]
async fn every_flipped_byte_cut_file_and_stranger_is_found() {
    let books = Books::on_sqlite().await;
    let treasury = Treasury::holding(&books, 100_000).await;
    purchases(&treasury, 2).await;
    publish(&books, treasury.fund, books.now()).await.unwrap();
    let folder = tree(&books).await;
    checked(&books, folder.path(), None).await.unwrap();
    // Pages all pass through one comparison, so every sixth is bent, in one place; the log's own files at every byte.
    let is_log = |path: &Path| path.components().any(|part| part.as_os_str() == "log");
    let sampled = files(folder.path()).into_iter().enumerate().filter(|(n, path)| n % 6 == 0 || is_log(path));
    for (_, path) in sampled {
        let whole = std::fs::read(&path).unwrap();
        let step = if is_log(&path) { 1 } else { whole.len() };
        for place in (0..whole.len()).step_by(step).chain([whole.len() - 1]) {
            let mut bent = whole.clone();
            bent[place] ^= 1;
            std::fs::write(&path, &bent).unwrap();
            wrong(&books, folder.path(), None).await;
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        wrong(&books, folder.path(), None).await;
        std::fs::remove_file(&path).unwrap();
        let said = wrong(&books, folder.path(), None).await;
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(said.contains("missing") && said.contains(name), "{said}");
        std::fs::write(&path, &whole).unwrap();
    }
    std::fs::write(folder.path().join("reports/extra.html"), b"<p>more</p>").unwrap();
    assert_eq!(wrong(&books, folder.path(), None).await, "reports/extra.html is no part of what was published");
    std::fs::remove_file(folder.path().join("reports/extra.html")).unwrap();
    checked(&books, folder.path(), None).await.unwrap();
    books.close().await;
}

/// Records that are dropped, doubled, swapped or added, and a head that another key signed.
#[tokio::test]
async fn every_dropped_doubled_or_swapped_record_and_every_other_signature_is_found() {
    let books = Books::on_sqlite().await;
    let treasury = Treasury::holding(&books, 100_000).await;
    purchases(&treasury, 5).await;
    publish(&books, treasury.fund, books.now()).await.unwrap();
    let folder = tree(&books).await;
    let head = checked(&books, folder.path(), None).await.unwrap().head;
    let place = folder.path().join(format!("log/tile/entries/000.p/{}", head.size));
    let whole = std::fs::read(&place).unwrap();
    let records: Vec<&[u8]> = tile::unbundle(&whole).unwrap();
    let mut histories: Vec<Vec<&[u8]>> = Vec::new();
    for n in 0..records.len() {
        let [mut dropped, mut doubled, mut swapped] = [records.clone(), records.clone(), records.clone()];
        dropped.remove(n);
        doubled.insert(n, records[n]);
        swapped.swap(n, (n + 1) % records.len());
        histories.extend([dropped, doubled, swapped]);
    }
    for history in histories {
        std::fs::write(&place, tile::bundle(history)).unwrap();
        wrong(&books, folder.path(), None).await;
    }
    std::fs::write(&place, &whole).unwrap();

    let checkpoint = folder.path().join("log/checkpoint");
    let signed = std::fs::read(&checkpoint).unwrap();
    std::fs::write(&checkpoint, head.sign(&[&SigningKey::from_seed("fund.example/f/general", &[9; 32])])).unwrap();
    assert!(wrong(&books, folder.path(), None).await.contains("bears no signature by the key"));
    // Two histories with one key: whoever kept the head of the other one sees it.
    std::fs::write(&checkpoint, signed).unwrap();
    let other = Head { root: [7; 32], ..head.clone() }.sign(&[&SigningKey::from_seed("fund.example/f/general", &[9; 32])]);
    assert_eq!(wrong(&books, folder.path(), Some(&other)).await, "the log does not continue the older checkpoint: its history was changed");
    books.close().await;
}

/// The same tree behind an address: it passes, a file that is missing there is named, and nobody is led elsewhere.
#[tokio::test]
async fn what_lies_behind_an_address_is_checked_like_a_folder() {
    let books = Books::on_sqlite().await;
    let treasury = Treasury::holding(&books, 100_000).await;
    purchases(&treasury, 2).await;
    publish(&books, treasury.fund, books.now()).await.unwrap();
    let folder = tree(&books).await;
    let root = folder.path().to_owned();
    let serve = move |uri: Uri| {
        let place = root.join(uri.path().trim_start_matches("/f/general/"));
        async move {
            if uri.path().starts_with("/moved") {
                return Redirect::to("/f/general/log/checkpoint").into_response();
            }
            std::fs::read(place).map_or_else(|_| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(serve)).await });
    let key = key(&books).await;
    let at = async |path: &str| check(&Source::named(&format!("{address}{path}")).unwrap(), &key, None, Scope::All).await;
    assert_eq!(at("/f/general/").await.unwrap().files, files(folder.path()).len() as u64);
    std::fs::remove_file(folder.path().join("figures.csv")).unwrap();
    assert_eq!(at("/f/general").await.unwrap_err().to_string(), "figures.csv is missing");
    assert!(at("/moved").await.unwrap_err().to_string().contains("the server answered 303"));
    assert!(Source::named("https://fund.example/f/general?x").is_err());
    server.abort();
    books.close().await;
}

/// So many entries of spending in a fund's books, written straight into the tables.
async fn pile(books: &Books, fund: FundId, count: i64) {
    let last: i64 =
        run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM entry")).unwrap();
    let numbers = format!("WITH RECURSIVE new (n) AS (SELECT {} UNION ALL SELECT n + 1 FROM new WHERE n < {})", last + 1, last + count);
    let statements = [
        format!(
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
             SELECT n, 1, (SELECT id FROM account WHERE path = 'expenses:program:water'), {fund}, 'USD', 100 + n % 500 FROM new UNION ALL
             SELECT n, 2, (SELECT id FROM account WHERE path = 'assets:bank:main'), NULL, 'USD', -(100 + n % 500) FROM new"
        ),
        "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
         SELECT n, 'journal', 'pile' || n, 'entry', date('2026-01-01', '+' || (n % 300) || ' days'), 0, 2 FROM new"
            .to_owned(),
        "INSERT INTO unsummed (entry_id) SELECT n FROM new".to_owned(),
        format!("INSERT INTO unpublished (fund_id, entry_id, n) SELECT {fund}, n, 1 FROM new"),
    ];
    // One transaction: postings stand before their entries.
    let mut tx = books.db.begin_write().await.unwrap();
    for sql in statements {
        run!(&mut tx, execute, sqlx::query(AssertSqlSafe(format!("{numbers} {sql}")))).unwrap();
    }
    tx.commit().await.unwrap();
}

/// On a large fund, whose log has tiles over tiles, a sample of every kind of file: a byte flipped at a place that lies anywhere, the file cut, and
/// taken away.
#[tokio::test]
async fn a_sample_of_every_kind_of_file_of_a_large_fund_is_found_when_it_was_changed() {
    let books = Books::on_sqlite().await;
    let treasury = Treasury::holding(&books, 1_000_000).await;
    pile(&books, treasury.fund, 900).await;
    publish(&books, treasury.fund, books.now()).await.unwrap();
    pile(&books, treasury.fund, 200).await;
    publish(&books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
    let (folder, key) = (tree(&books).await, key(&books).await);
    let asked = async |scope| check(&Source::Folder(folder.path().to_owned()), &key, None, scope).await;
    assert_eq!(asked(Scope::All).await.unwrap().head.size, 1_102);
    let sampled = [
        ("log/checkpoint", Scope::Figures),
        ("log/tile/entries/000", Scope::Figures),
        ("log/tile/entries/003", Scope::Figures),
        ("log/tile/entries/004.p/78", Scope::Figures),
        ("log/tile/0/002", Scope::Figures),
        ("log/tile/0/003.p/133", Scope::Figures),
        ("log/tile/1/000.p/4", Scope::Figures),
        ("reports/ledger-1.csv", Scope::Figures),
        ("p/1/reports/ledger-1.csv", Scope::Figures),
        ("reports/activities.json", Scope::Figures),
        ("p/1/reports/trial-balance.html", Scope::Figures),
        ("p/2/files.sha256", Scope::Figures),
        ("spending/777.es.html", Scope::All),
        ("spending/pages/9.html", Scope::All),
        ("books/books.journal", Scope::All),
    ];
    for (n, (place, scope)) in sampled.into_iter().enumerate() {
        let path = folder.path().join(place);
        let whole = std::fs::read(&path).unwrap_or_else(|error| panic!("{place}: {error}"));
        let mut bent = whole.clone();
        // Anywhere, and every time the same.
        let at = (n + 1) * 7_919 % whole.len();
        bent[at] ^= 1 << (n % 7);
        std::fs::write(&path, &bent).unwrap();
        asked(scope).await.unwrap_err();
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        asked(scope).await.unwrap_err();
        std::fs::remove_file(&path).unwrap();
        let said = asked(scope).await.unwrap_err().to_string();
        assert!(said.contains("missing"), "{place}: {said}");
        std::fs::write(&path, &whole).unwrap();
    }
    asked(Scope::All).await.unwrap();
    books.close().await;
}
