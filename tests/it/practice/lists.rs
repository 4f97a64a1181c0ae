//! Lists: pages, windows, filters, and what the sync relies on when lines arrive meanwhile.

use strikefund::clock::Instant;
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, Faults, Practice};

use super::{NOON, days, practice, seconds};

/// `count` charges, one a second, the last at noon.
fn seed(practice: &Practice, count: i64) -> Vec<String> {
    let charge = |n: i64| {
        practice.charge_direct(&DirectCharge {
            amount_minor: 1000 + n,
            currency: Currency::USD,
            created: Instant::from_unix_secs(NOON - count + 1 + n),
            metadata: &[("fund", "f1"), ("donation", "d1")],
            announced: false,
        })
    };
    (0..count).map(charge).collect()
}

#[tokio::test]
async fn walking_down_a_list_neither_skips_nor_repeats_while_lines_arrive_at_its_head() {
    let (practice, client) = practice();
    seed(&practice, 250);
    let mut seen = client.ids("balance_transactions?limit=100").await;
    seed(&practice, 30);
    loop {
        let page = client.get(&format!("balance_transactions?limit=100&starting_after={}", seen[seen.len() - 1])).await;
        seen.extend(page["data"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()));
        if page["has_more"] == false {
            break;
        }
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), seen.len());
    // The later thirty are stamped among the newest of the first, below the cursor or above it, but none of the first is missed.
    assert!(seen.len() >= 250);
}

#[tokio::test]
async fn exactly_a_page_has_no_more_and_one_over_has() {
    let (practice, client) = practice();
    seed(&practice, 100);
    assert_eq!(client.get("balance_transactions?limit=100").await["has_more"], false);
    seed(&practice, 1);
    let page = client.get("balance_transactions?limit=100").await;
    assert_eq!((page["has_more"].as_bool(), page["data"].as_array().map(Vec::len)), (Some(true), Some(100)));
    assert_eq!(page["url"], "/v1/balance_transactions");
    assert_eq!(client.get("balance_transactions").await["data"].as_array().map(Vec::len), Some(10));
}

#[tokio::test]
async fn windows_have_the_bounds_they_say() {
    let (practice, client) = practice();
    seed(&practice, 10);
    let count = async |filter: &str| client.ids(&format!("balance_transactions?limit=100&{filter}")).await.len();
    assert_eq!(count(&format!("created[gte]={}", NOON - 4)).await, 5);
    assert_eq!(count(&format!("created[gt]={}", NOON - 4)).await, 4);
    assert_eq!(count(&format!("created[lt]={}", NOON - 4)).await, 5);
    assert_eq!(count(&format!("created[lte]={}", NOON - 4)).await, 6);
    assert_eq!(count(&format!("created[gte]={}&created[lt]={}", NOON - 4, NOON - 1)).await, 3);
    assert_eq!(count(&format!("created={NOON}")).await, 1);
    assert_eq!(count(&format!("created[gte]={}&created[lt]={}", NOON, NOON - 5)).await, 0);
}

#[tokio::test]
async fn the_page_before_is_the_page_before() {
    let (practice, client) = practice();
    seed(&practice, 30);
    let first = client.ids("balance_transactions?limit=10").await;
    let second = client.ids(&format!("balance_transactions?limit=10&starting_after={}", first[9])).await;
    assert_eq!(client.ids(&format!("balance_transactions?limit=10&ending_before={}", second[0])).await, first);
    let nearest = client.ids(&format!("balance_transactions?limit=3&ending_before={}", second[0])).await;
    assert_eq!(nearest, first[7..]);
    let charges = client.ids("charges?limit=10").await;
    let more = client.ids(&format!("charges?limit=10&starting_after={}", charges[9])).await;
    assert_eq!(client.ids(&format!("charges?limit=10&ending_before={}", more[0])).await, charges);
}

#[tokio::test]
async fn lines_are_found_by_type_source_currency_and_payout() {
    let (practice, client) = practice();
    let charges = seed(&practice, 5);
    days(&practice, 3).await;
    let refund = practice.refund(&charges[0], Some(100)).unwrap();
    let payout = practice.payout(Currency::USD).unwrap();
    let count = async |filter: String| client.ids(&format!("balance_transactions?limit=100&{filter}")).await.len();
    assert_eq!(count("type=charge".to_owned()).await, 5);
    assert_eq!(count(format!("source={}", charges[2])).await, 1);
    assert_eq!(count(format!("source={refund}")).await, 1);
    assert_eq!(count("source=ch_unknown".to_owned()).await, 0);
    assert_eq!(count("currency=usd".to_owned()).await, 7);
    assert_eq!(count("currency=eur".to_owned()).await, 0);
    assert_eq!(count(format!("payout={payout}&type=refund")).await, 1);
    let lines = client.get(&format!("balance_transactions?limit=100&payout={payout}")).await;
    let lines = lines["data"].as_array().unwrap();
    let paid_out: i64 = lines.iter().filter(|line| line["type"] != "payout").map(|line| line["net"].as_i64().unwrap()).sum();
    assert_eq!(client.get(&format!("payouts/{payout}")).await["amount"], paid_out);
}

#[tokio::test]
async fn list_faults_hide_delay_and_spoil_but_lose_nothing() {
    let (practice, client) = practice();
    practice.set_faults(Faults { line_shown_late: 1000, line_stamped_earlier: 1000, ..Faults::default() });
    practice.charge_direct(&DirectCharge {
        amount_minor: 1000,
        currency: Currency::USD,
        created: Instant::from_unix_secs(NOON),
        metadata: &[],
        announced: false,
    });
    assert!(client.ids("balance_transactions").await.is_empty());
    seconds(&practice, 301).await;
    practice.set_faults(Faults { source_null: 1000, ..Faults::default() });
    let page = client.get("balance_transactions?expand[]=data.source").await;
    assert!(page["data"][0]["created"].as_i64().unwrap() < NOON && page["data"][0]["source"].is_null());
    practice.set_faults(Faults { source_not_expanded: 1000, ..Faults::default() });
    assert!(client.get("balance_transactions?expand[]=data.source").await["data"][0]["source"].is_string());
    practice.set_faults(Faults { source_unknown: 1000, ..Faults::default() });
    assert_eq!(client.get("balance_transactions?expand[]=data.source").await["data"][0]["source"]["object"], "practice.unheard");
    practice.set_faults(Faults { page_empty_with_more: 1000, ..Faults::default() });
    assert_eq!(client.get("balance_transactions").await["has_more"], true);
    practice.set_faults(Faults { page_cut_off: 1000, ..Faults::default() });
    let key = [("authorization", "Bearer sk_test_practice")];
    assert!(client.send("GET", "/v1/balance_transactions", "", &key).await.is_err());
    assert_eq!(client.ids("balance_transactions").await.len(), 1);
}

#[tokio::test]
async fn a_page_of_a_hundred_thousand_lines_is_cut_out_not_searched_for() {
    let (practice, client) = practice();
    seed(&practice, 100_000);
    let started = std::time::Instant::now();
    let ids = client.ids(&format!("balance_transactions?limit=1&created[gte]={}&created[lt]={}", NOON - 50_000, NOON - 49_000)).await;
    let next = client.ids(&format!("balance_transactions?limit=1&starting_after={}", ids[0])).await;
    assert_eq!((ids.len(), next.len()), (1, 1));
    // Two requests over a loopback connection; a scan of unoptimised code would take far longer.
    assert!(started.elapsed() < std::time::Duration::from_millis(500), "{:?}", started.elapsed());
}
