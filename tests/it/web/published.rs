//! The published tree: the same bytes in a folder with no server and on the site, and no link that leads nowhere in either.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use axum::body::Body;
use strikefund::deciding::Choice;
use strikefund::funds::{self, State};
use strikefund::spending::Show;
use strikefund::transact;
use strikefund::web::ASSETS;

use super::{Visit, to};
use crate::publication::stranger::{files, tree};
use crate::publication::{DAY, publish};
use crate::spending::Treasury;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

/// What the publications of these tests say their site is.
const SITE: &str = "https://fund.example/";

/// Two publications with pages of every kind: more spendings than one page lists, a shop, an emergency, words held back.
pub async fn strike(books: &Books) -> Treasury<'_> {
    let treasury = Treasury::holding(books, 10_000_000).await;
    let mut draft = treasury.water(1_899);
    (draft.show, draft.show_shop) = (Show::Next, true);
    let shown = treasury.sent(&draft).await;
    treasury.approve(treasury.ana, shown).await.unwrap();
    let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, treasury.fund, true).await);
    allowed.unwrap();
    let urgent = treasury.sent(&treasury.water(80_000)).await;
    let proposal = treasury.proposal(urgent).await;
    let reason = "The other approver is in hospital; water is out at the gate.";
    treasury.decide(treasury.ana, &proposal, Choice::ApproveAlone(reason)).await.unwrap();
    publish(books, treasury.fund, books.now()).await.unwrap();
    crate::publication::log::purchases(&treasury, 105).await;
    publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
    treasury
}

/// Every address that a page's attributes name.
pub fn links(html: &str) -> BTreeSet<String> {
    let all = [" href=\"", " src=\"", " action=\""].into_iter().flat_map(|begin| html.split(begin).skip(1));
    all.filter_map(|rest| rest.split('"').next()).map(|link| link.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// Where a relative link of a file leads.
fn resolved(from: &Path, link: &str) -> PathBuf {
    let mut place = from.parent().unwrap().to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => assert!(place.pop(), "{link} of {} leads out", from.display()),
            Component::Normal(name) => place.push(name),
            Component::CurDir => {}
            _ => panic!("{link} of {} is not relative", from.display()),
        }
    }
    place
}

on_both_databases! {
    async fn the_folder_and_the_site_are_the_same_bytes_and_no_link_of_either_is_broken(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        let root = tree(books).await;
        let mut live = BTreeSet::new();
        for path in files(root.path()) {
            let place = path.strip_prefix(root.path()).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let answer = visit.get(&format!("/f/general/{}", place.display())).await.is(200);
            assert_eq!(answer.body, bytes, "{}", place.display());
            if place.extension().is_none_or(|ending| ending != "html") {
                continue;
            }
            let from = Path::new("f/general").join(place);
            for link in links(std::str::from_utf8(&bytes).unwrap()) {
                if let Some(address) = link.strip_prefix(SITE) {
                    live.insert(format!("/{address}"));
                    continue;
                }
                let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
                let target = if file.is_empty() { from.clone() } else { resolved(&from, file) };
                if ASSETS.iter().any(|(asset, _)| target == Path::new(asset)) {
                    continue;
                }
                let target = root.path().join(target.strip_prefix("f/general").unwrap_or_else(|_| panic!("{link} of {}", place.display())));
                let there = std::fs::read_to_string(&target).map(|html| anchor.is_empty() || html.contains(&format!("id=\"{anchor}\"")));
                let is_file = target.is_file() && (anchor.is_empty() || there.unwrap_or(false));
                assert!(is_file, "{link} of {} leads nowhere", place.display());
            }
        }
        assert!(live.contains("/f/general/give") && live.len() > 10, "{live:?}");
        for address in live {
            let answer = visit.get(&address).await;
            assert!(answer.status.is_success() || answer.status.is_redirection(), "{address}: {}", answer.status);
        }
    }

    async fn a_feed_tells_of_publications_and_changes_with_whole_addresses(books: &Books) {
        let treasury = strike(books).await;
        moved(books, treasury.fund, State::Paused, "", books.now()).await;
        crate::publication::log::purchases(&treasury, 1).await;
        publish(books, treasury.fund, books.now().plus_secs(2 * DAY)).await.unwrap();
        let visit = Visit::of(books);
        let feed = visit.get("/f/general/feed.atom").await.is(200);
        let types = (feed.header("content-type"), feed.header("cache-control"));
        assert_eq!(types, (Some("application/atom+xml; charset=utf-8"), Some("public, max-age=300")));
        let mut reader = quick_xml::Reader::from_str(feed.text());
        let mut entries = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(tag) if tag.name().as_ref() == b"entry" => entries += 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(entries, 4, "three publications and a change: {}", feed.text());
        let feed = feed.says("<id>https://fund.example/f/general/</id>").says("<title>Now: Paused</title>").says("<title>Publication 3</title>");
        for link in links(feed.text()) {
            visit.get(link.strip_prefix(SITE.trim_end_matches('/')).unwrap_or_else(|| panic!("{link} is not whole"))).await.is(200);
        }
        visit.get("/f/general/feed.es.atom").await.is(200).says("Ahora: En pausa");
    }

    async fn crawlers_are_told_what_to_read_and_whom_to_write_to(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        visit.get("/robots.txt").await.is(200).says("Disallow: /f/*/archive.zip").says("Sitemap: https://fund.example.org/sitemap.xml");
        let map = visit.get("/sitemap.xml").await.is(200);
        let places: Vec<_> = map.text().split("<loc>https://fund.example.org").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        assert!(places.len() > 20 && !places.iter().any(|place| place.contains("/p/")), "{places:?}");
        for place in places {
            visit.get(place).await.is(200).never_says("noindex");
        }
        visit.get("/f/general/spending/1.html").await.is(200).says("noindex");
        let said = visit.get("/.well-known/security.txt").await.is(200).says("Contact: https://fund.example.org/").says("Expires: 20");
        assert_eq!(said.header("content-type"), Some("text/plain; charset=utf-8"));
    }

    async fn the_archive_is_the_folder_and_is_made_anew_with_the_same_bytes(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        let whole = visit.get("/f/general/archive.zip").await.is(200);
        assert_eq!(whole.header("content-type"), Some("application/zip"));
        assert_eq!(visit.get("/f/general/archive.zip").await.is(200).body, whole.body);
        let tag = whole.header("etag").unwrap();
        visit.send(to("/f/general/archive.zip").header("if-none-match", tag).body(Body::empty()).unwrap()).await.is(304);
        let (root, folder) = (tree(books).await, tempfile::tempdir().unwrap());
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole.body[..])).unwrap();
        archive.extract(folder.path()).unwrap();
        let (there, here) = (files(root.path()), files(&folder.path().join("f/general")));
        assert_eq!(there.len(), here.len());
        for (one, other) in there.iter().zip(&here) {
            assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap(), "{}", other.display());
        }
        assert!(folder.path().join("assets/style.css").is_file());
        assert!(std::fs::read_to_string(folder.path().join("README.txt")).unwrap().contains("--key 'fund.example/f/general+"));
    }

    async fn only_so_many_download_at_once(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        let ask = || visit.router.clone();
        let request = || to("/f/general/archive.zip").body(Body::empty()).unwrap();
        let mut open = Vec::new();
        for _ in 0..2 {
            open.push(tower::ServiceExt::oneshot(ask(), request()).await.unwrap());
        }
        let refused = visit.get("/f/general/archive.zip").await.is(503);
        assert_eq!(refused.header("retry-after"), Some("10"));
        drop(open);
        for _ in 0..100 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            if visit.get("/f/general/archive.zip").await.status.is_success() {
                return;
            }
        }
        panic!("a reader who left kept the seat");
    }
}
