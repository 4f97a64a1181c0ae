//! Programs come and go: what another version published is held against what its log commits to, and what this one writes is held to its format.

use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use strikefund::publication::check::{CheckError, Checked, Scope, Unchecked, check};
use strikefund::publication::log::note::{Head, SigningKey};
use strikefund::publication::log::tile;
use strikefund::publication::log::tree::{Edge, leaf_hash};
use strikefund::publication::manifest::{FORMAT, Files};
use strikefund::publication::record::Record;
use strikefund::publication::source::Source;

use super::giving::{Way, give};
use super::log::purchases;
use super::publish;
use super::stranger::{everything, tree};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Changes a file in place.
fn change(folder: &Path, path: &str, change: impl FnOnce(String) -> String) -> String {
    let place = folder.join(path);
    let changed = change(std::fs::read_to_string(&place).unwrap());
    std::fs::write(place, &changed).unwrap();
    changed
}

/// Makes of a tree with one publication what another version would have published from the same records: its pages end otherwise, the log commits
/// to them, and its head is signed with `key`.
fn by_another_version(folder: &Path, key: &SigningKey, format: i64) {
    let mut list = std::fs::read_to_string(folder.join("p/1/files.sha256")).unwrap();
    for path in ["index.html", "reports/fees.html"] {
        let before = sha256(&std::fs::read(folder.join("p/1").join(path)).unwrap());
        change(folder, path, |page| page + "<!-- as it was written then -->\n");
        let page = change(folder, &format!("p/1/{path}"), |page| page + "<!-- as it was written then -->\n");
        assert!(list.contains(&before), "{path} is listed");
        list = list.replace(&before, &sha256(page.as_bytes()));
    }
    for place in ["files.sha256", "p/1/files.sha256"] {
        std::fs::write(folder.join(place), &list).unwrap();
    }
    std::fs::write(folder.join("format.txt"), format!("strikefund {format}\n")).unwrap();

    let entries = std::fs::read_dir(folder.join("log/tile/entries/000.p")).unwrap().next().unwrap().unwrap().path();
    let bundle = std::fs::read(&entries).unwrap();
    let mut leaves: Vec<Vec<u8>> = tile::unbundle(&bundle).unwrap().into_iter().map(<[u8]>::to_vec).collect();
    let end = leaves.pop().unwrap();
    let Record::Publication(mut publication) = Record::from_leaf(std::str::from_utf8(&end).unwrap()).unwrap() else { panic!() };
    publication.key = key.public().to_string();
    publication.files = Some(Files { format, sha256: sha256(list.as_bytes()) });
    leaves.push(Record::Publication(publication).to_leaf().unwrap().into_bytes());
    std::fs::write(&entries, tile::bundle(leaves.iter().map(Vec::as_slice))).unwrap();
    let mut edge = Edge::default();
    for leaf in &leaves {
        edge.push(leaf_hash(leaf));
    }
    let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    std::fs::write(folder.join(format!("log/tile/0/000.p/{}", hashes.len())), tile::of_hashes(&hashes)).unwrap();
    let (old, new) = (HEXLOWER.encode(&leaf_hash(&end)), HEXLOWER.encode(hashes.last().unwrap()));
    for place in ["reports/ledger-1.csv", "p/1/reports/ledger-1.csv"] {
        change(folder, place, |rows| rows.replace(&old, &new));
    }
    let head = Head { origin: "fund.example/f/general".to_owned(), size: edge.size(), root: edge.root() };
    std::fs::write(folder.join("log/checkpoint"), head.sign(&[key])).unwrap();
}

async fn checked(folder: &Path, key: &SigningKey) -> Result<Checked, CheckError> {
    check(&Source::Folder(folder.to_owned()), &key.public(), None, Scope::All).await
}

/// What an older program published is not called false for its looks, and every change of it is still found.
#[tokio::test]
async fn what_another_version_published_is_held_against_what_its_log_commits_to() {
    let books = Books::on_sqlite().await;
    let treasury = Treasury::holding(&books, 100_000).await;
    purchases(&treasury, 3).await;
    publish(&books, treasury.fund, books.now()).await.unwrap();
    let (folder, key) = (tree(&books).await, SigningKey::from_seed("fund.example/f/general", &[9; 32]));
    let folder = folder.path();
    by_another_version(folder, &key, FORMAT - 1);
    let passed = checked(folder, &key).await.unwrap();
    assert_eq!((passed.publications, passed.unchecked), (1, Some(Unchecked::Format(FORMAT - 1))));
    assert!(passed.held > 40, "{passed:?}");

    let wrong = async |place: &str, said: &str| {
        let whole = std::fs::read(folder.join(place)).unwrap();
        for place_in in [0, whole.len() / 2, whole.len() - 1] {
            let mut bent = whole.clone();
            bent[place_in] ^= 1;
            std::fs::write(folder.join(place), bent).unwrap();
            let error = checked(folder, &key).await.unwrap_err().to_string();
            assert!(error.contains(said), "{place}: {error}");
        }
        std::fs::write(folder.join(place), whole).unwrap();
    };
    wrong("p/1/index.html", "p/1/index.html is not what p/1/files.sha256 says").await;
    wrong("index.html", "index.html is not the page that p/1/index.html is").await;
    wrong("p/1/figures.json", "p/1/figures.json is not what").await;
    wrong("p/1/files.sha256", "p/1/files.sha256 is no").await;
    wrong("files.sha256", "files.sha256 is not what the published records say").await;
    wrong("reports/ledger-1.csv", "ledger-1.csv is not what the published records say").await;
    // Nobody says that a tree is older than the program that published last, so that less of it is looked at.
    change(folder, "format.txt", |_| format!("strikefund {}\n", FORMAT - 2));
    assert_eq!(checked(folder, &key).await.unwrap_err().to_string(), "format.txt is not what any version writes");
    books.close().await;
}

on_both_databases! {
    /// `sha256sum -c` needs nothing of ours.
    async fn the_list_of_files_reads_as_sha256sum_reads_it(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 2).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let folder = tree(books).await;
        let sums = |place: &str| {
            std::process::Command::new("sha256sum").args(["--check", "--strict", "--quiet", place]).current_dir(folder.path()).status().unwrap()
        };
        assert!(sums("files.sha256").success() && sums("p/1/files.sha256").success());
        std::fs::write(folder.path().join("p/1/figures.csv"), b"other").unwrap();
        assert!(!sums("files.sha256").success());
    }

    /// What published files look like is part of what is published: whoever changes it in a release raises `FORMAT`, for a program of another
    /// format does not work these bytes out anew. Until the first release only the hash changes.
    async fn the_bytes_of_this_format_are_these(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 3).await;
        for minor in [2_500, 1_000, 5_000, 2_500, 10_000, 2_500] {
            give(&treasury, treasury.fund, Way::Online, minor).await;
        }
        publish(books, treasury.fund, books.now()).await.unwrap();
        let mut whole = Sha256::new();
        for (path, body) in everything(books).await {
            whole.update(format!("{}  {path}\n", sha256(&body)));
        }
        let whole = HEXLOWER.encode(&whole.finalize());
        assert_eq!((FORMAT, &*whole), (1, "d3e7713bb53c9ca694b43aa607cd5bd87d80cc21614f3b003b66a4b837412e07"), "published files come out otherwise than before from the same records");
    }
}
