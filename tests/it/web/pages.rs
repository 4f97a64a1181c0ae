//! Public pages: stored bytes of publications, honest before the first, and never anything live.

use std::io::Read as _;

use axum::body::Body;
use strikefund::clock::Instant;
use strikefund::donations::{self, Settlement};
use strikefund::funds::{self, Fund};
use strikefund::money::{Currency, Money};
use strikefund::{run, transact};

use super::{Visit, to};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// Settles `count` gifts of 25.00 as booking would, and gives their fund.
async fn gifts(books: &Books, slug: &str, count: usize) -> Fund {
    let fund = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), slug).await.unwrap().unwrap();
    gifts_of(books, &fund, "ch_", count).await;
    fund
}

/// The same, by charges whose names begin so.
pub async fn gifts_of(books: &Books, fund: &Fund, charges: &str, count: usize) {
    for _ in 0..count {
        let charge = format!("{charges}{}", books.entropy.reference());
        let line = Settlement {
            fund,
            reference: None,
            subscription_id: None,
            charge_id: &charge,
            payment_intent: None,
            amount: Money::new(2500, Currency::USD),
            fee_minor: 103,
            clearing: false,
            bounced: false,
        };
        let now = books.now();
        let settled: sqlx::Result<Vec<donations::Settled>> =
            transact!(books.db, tx => donations::settle(tx, std::slice::from_ref(&line), &books.entropy, now).await);
        settled.unwrap();
    }
}

async fn publish(books: &Books, fund: &Fund, now: Instant) -> Option<i64> {
    crate::publication::publish(books, fund.id, now).await.unwrap()
}

on_both_databases! {
    async fn before_the_first_publication_the_page_says_what_it_waits_for_and_nothing_else(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let empty = visit.get("/f/general/").await.is(200).says("The first figures appear after 5 gifts").says("/f/general/give");
        gifts(books, "general", 4).await;
        assert_eq!(visit.get("/f/general/").await.body, empty.body, "four gifts that wait leave no trace");
        visit.get("/f/general/figures.json").await.is(404);
    }

    async fn a_fund_that_publishes_single_gifts_says_so_and_speaks_of_one(books: &Books) {
        books.general_fund().await;
        books.fund("hardship", Some("rent")).await;
        let visit = Visit::of(books);
        let alone: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query("UPDATE fund SET min_gifts = 1")));
        assert_eq!(alone.unwrap(), 2);
        visit.get("/f/general/").await.is(200).says("appear after 1 gift<").says("even a single gift").never_says("batches").never_says("nobody can tell");
        visit.get("/").await.is(200).says("appear after 1 gift.").never_says("1 gifts");
        visit.get("/f/general/give").await.is(200).says("even a single gift").never_says("batch");
        let fund = gifts(books, "general", 1).await;
        assert_eq!(publish(books, &fund, books.now()).await, Some(1));
        visit.get("/f/general/").await.is(200).says("</span> gift counted so far").says("even a single gift").never_says("at least 0").never_says("others");
    }

    async fn a_folder_answers_in_the_readers_language_a_file_in_its_own_and_numbered_ones_never_change(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.get("/f/general/reports/").await.is(404);
        let fund = gifts(books, "general", 5).await;
        assert_eq!(publish(books, &fund, books.now()).await, Some(1));
        let plain = visit.get("/f/general/reports/").await.is(200).says("lang=\"en\"").says("Statement of activities");
        assert_eq!((plain.header("cache-control"), plain.header("set-cookie")), (Some("public, no-cache"), None));
        assert!(plain.headers.get_all("vary").iter().any(|vary| vary == "Accept-Language, Cookie"), "{:?}", plain.headers);
        visit.get("/f/general/reports/?lang=es").await.is(200).says("lang=\"es\"").says("Estado de actividades");
        let spanish = visit.get("/f/general/reports/spending.es.html").await.is(200).says("Todavía no se gastó nada").says("href=\"../reports/index.es.html\"");
        assert!(spanish.headers.get_all("vary").iter().all(|vary| vary != "Accept-Language, Cookie"), "a file has one language");
        let reader = |path: &str| to(path).header("accept-language", "es-MX, en;q=0.5").body(Body::empty()).unwrap();
        for folder in ["", "reports/", "spending/", "gifts/", "p/1/", "p/1/reports/"] {
            visit.send(reader(&format!("/f/general/{folder}"))).await.is(200).says("lang=\"es\"");
        }

        let numbered = visit.get("/f/general/p/1/reports/gifts.html").await.is(200).says("Gifts by batch");
        assert_eq!((numbered.header("cache-control"), numbered.header("x-robots-tag")), (Some("public, max-age=31536000, immutable"), Some("noindex")));
        visit.get("/f/general/p/1/").await.is(200).says("Publication 1");
        // The batch, the bands of its sizes, the end of the publication.
        visit.get("/f/general/log/checkpoint").await.is(200).says("fund.example/f/general\n3\n");
        let nowhere = ["reports/nothing", "nothing.html", "spending/1", "spending/1.html", "spending/01", "spending/pages/1.html", "p/2/reports/", "p/0/reports/", "p/01/", "log/tile/0/001", "log/../figures.csv"];
        for path in nowhere {
            visit.get(&format!("/f/general/{path}")).await.is(404);
        }
        visit.get("/f/nobody/reports/").await.is(404);
    }

    async fn addresses_that_people_kept_or_type_lead_on(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let treasury = Treasury::holding(books, 100_000).await;
        let water = treasury.sent(&treasury.water(1_000)).await;
        treasury.approve(treasury.ana, water).await.unwrap();
        crate::publication::publish(books, treasury.fund, books.now()).await.unwrap();
        let leads = [
            ("", "/f/general/"), ("/reports", "/f/general/reports/"), ("/reports/fees", "/f/general/reports/fees.html"),
            ("/spending", "/f/general/spending/"), ("/spending/1", "/f/general/spending/1.html"), ("/gifts", "/f/general/gifts/"),
            ("/p/1", "/f/general/p/1/"), ("/p/1/reports", "/f/general/p/1/reports/"), ("/p/1/reports/fees", "/f/general/p/1/reports/fees.html"),
            ("/reports?lang=es", "/f/general/reports/?lang=es"), ("/reports/fees?lang=es", "/f/general/reports/fees.es.html?lang=es"),
        ];
        for (old, new) in leads {
            let answer = visit.get(&format!("/f/general{old}")).await;
            assert_eq!(answer.header("location"), Some(new), "{old}");
            assert!(answer.status.is_redirection(), "{old}");
            visit.get(new).await.is(200);
        }
    }

    async fn a_page_is_the_stored_publication_until_the_next(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let fund = gifts(books, "general", 5).await;
        assert_eq!(publish(books, &fund, books.now()).await, Some(1));
        let page = visit.get("/f/general/").await.is(200).says("Publication 1").says("no real money");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("public, no-cache"));
        gifts(books, "general", 3).await;
        assert_eq!(visit.get("/f/general/").await.body, page.body, "gifts since then leave no trace");
        gifts(books, "general", 2).await;
        assert_eq!(publish(books, &fund, books.now().plus_secs(86_400)).await, Some(2));
        visit.get("/f/general/").await.is(200).says("Publication 2");
    }

    async fn whoever_has_the_page_is_told_so_by_its_tag(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let fund = gifts(books, "general", 5).await;
        publish(books, &fund, books.now()).await;
        for path in ["/f/general/", "/f/general/figures.json", "/f/general/figures.csv", "/assets/style.css"] {
            let whole = visit.get(path).await.is(200);
            let tag = whole.header("etag").unwrap();
            let unchanged = visit.send(to(path).header("if-none-match", tag).body(Body::empty()).unwrap()).await.is(304);
            assert!(unchanged.body.is_empty() && unchanged.header("etag") == Some(tag), "{path}");
            visit.send(to(path).header("if-none-match", "\"other\"").body(Body::empty()).unwrap()).await.is(200);
            let bodiless = visit.send(to(path).method("HEAD").body(Body::empty()).unwrap()).await.is(200);
            assert!(bodiless.body.is_empty() && bodiless.header("etag") == Some(tag), "{path}");
        }
    }

    async fn who_takes_gzip_is_sent_the_same_bytes_in_fewer(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let fund = gifts(books, "general", 5).await;
        publish(books, &fund, books.now()).await;
        let paths = ["/f/general/", "/f/general/reports/", "/f/general/p/1/reports/activities.html", "/f/general/spending/", "/assets/style.css"];
        for path in paths {
            let plain = visit.get(path).await.is(200);
            assert_eq!(plain.header("content-encoding"), None, "{path}");
            let packed = visit.send(to(path).header("accept-encoding", "br, gzip").body(Body::empty()).unwrap()).await.is(200);
            assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
            assert!(packed.headers.get_all("vary").iter().any(|vary| vary == "Accept-Encoding"), "{path}");
            assert!(packed.body.len() < plain.body.len(), "{path}");
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&*packed.body).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain.body, "{path}");
            let tag = packed.header("etag").unwrap();
            assert_ne!(Some(tag), plain.header("etag"), "{path}");
            visit.send(to(path).header("if-none-match", tag).body(Body::empty()).unwrap()).await.is(304);
        }
    }

    async fn a_published_page_is_read_on_while_the_database_is_away(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let fund = gifts(books, "general", 5).await;
        publish(books, &fund, books.now()).await;
        let page = visit.get("/f/general/").await.is(200);
        books.db.close().await;
        assert_eq!(visit.get("/f/general/").await.is(200).body, page.body);
    }

    async fn one_fund_is_the_start_page_and_several_are_a_list(books: &Books) {
        let visit = Visit::of(books);
        visit.get("/").await.is(200).says("No fund is open here yet");
        books.general_fund().await;
        assert_eq!(visit.get("/").await.is(303).header("location"), Some("/f/general/"));
        books.fund("hardship", Some("rent")).await;
        let fund = gifts(books, "general", 5).await;
        publish(books, &fund, books.now()).await;
        visit.get("/").await.is(200).says("href=\"/f/general\"").says("href=\"/f/hardship\"").says("Publication 1").says("The first figures appear after 5 gifts");
    }
}
