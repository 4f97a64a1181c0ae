//! A donor proves that their gift is inside the published total, and learns nothing of another's.

use strikefund::donations::{self, Settlement};
use strikefund::funds::{self, Fund};
use strikefund::ids::{DonationId, FundId};
use strikefund::ledger::{self, NewEntry, NewPosting, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::publication::log::note::VerifyingKey;
use strikefund::publication::log::tile;
use strikefund::publication::receipt::{Proven, Receipt, ReceiptError};
use strikefund::publication::record::{Batch, Record};
use strikefund::publication::{self, Proof};
use strikefund::seal::Keyring;
use strikefund::{run, transact};

use super::{DAY, file, publish, verified};
use crate::support::{Books, on_both_databases};

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub async fn fund(books: &Books) -> Fund {
    funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap()
}

/// Books gifts of these amounts, each from another donor that nobody knows, as their lines would; the ids.
pub async fn given(books: &Books, fund: &Fund, amounts: &[i64]) -> Vec<DonationId> {
    let mut ids = Vec::new();
    for minor in amounts {
        let charge = format!("ch_{}", books.entropy.reference());
        let postings = vec![NewPosting::pooled(chart::STRIPE, usd(*minor)), NewPosting::of_fund(chart::ONLINE, fund.id, usd(-minor))];
        post(books, &charge, "charge", postings).await;
        let line = Settlement {
            fund,
            reference: None,
            subscription_id: None,
            charge_id: &charge,
            payment_intent: None,
            amount: usd(*minor),
            fee_minor: 0,
            clearing: false,
            bounced: false,
        };
        let now = books.now();
        let settled: sqlx::Result<Vec<donations::Settled>> =
            transact!(books.db, tx => donations::settle(tx, std::slice::from_ref(&line), &books.entropy, now).await);
        settled.unwrap();
        ids.push(donations::find_by_charge(&mut books.db.begin_read().await.unwrap(), &charge).await.unwrap().unwrap().id);
    }
    ids
}

async fn post(books: &Books, source_id: &str, kind: &'static str, postings: Vec<NewPosting>) {
    let entry = NewEntry {
        source: Source::Stripe,
        source_id: source_id.to_owned(),
        kind,
        effective_on: "2026-11-14".parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings,
    };
    let now = books.now();
    let posted: Result<ledger::Posted, ledger::PostError> = transact!(books.db, tx => ledger::post(tx, &entry, now).await);
    posted.unwrap();
}

/// Money went back to a donor.
pub async fn refunded(books: &Books, fund: FundId, minor: i64) {
    let id = format!("re_{}", books.entropy.reference());
    let postings = vec![NewPosting::pooled(chart::STRIPE, usd(-minor)), NewPosting::of_fund(chart::REFUNDS, fund, usd(minor))];
    post(books, &id, "refund", postings).await;
}

pub async fn proof_of(books: &Books, gift: DonationId) -> Proof {
    publication::proof(&mut books.db.begin_read().await.unwrap(), &Keyring::from_master(&[7; 32]), gift).await.unwrap()
}

pub async fn proof_text(books: &Books, gift: DonationId) -> String {
    match proof_of(books, gift).await {
        Proof::Ready(text, _) => text,
        other => panic!("{other:?}"),
    }
}

pub async fn key(books: &Books) -> VerifyingKey {
    crate::publication::log::key(books).await
}

async fn proven(books: &Books, gift: DonationId) -> Proven {
    Receipt::read(&proof_text(books, gift).await).unwrap().check(&[key(books).await]).unwrap()
}

/// Every batch that was published, read from the public bundle alone.
pub async fn batches(books: &Books) -> Vec<Batch> {
    let mut size = 0;
    let mut found = Vec::new();
    for n in (1..=256).rev() {
        let part = if n == 256 { String::new() } else { format!(".p/{n}") };
        let Some(bytes) = file(books, None, &format!("log/tile/entries/000{part}")).await else { continue };
        for leaf in tile::unbundle(&bytes).unwrap() {
            size += 1;
            if let Ok(Record::Batch(batch)) = Record::from_leaf(std::str::from_utf8(leaf).unwrap()) {
                found.push(batch);
            }
        }
        break;
    }
    assert!(size > 0);
    found
}

const AMOUNTS: [i64; 6] = [2_500, 1_000, 5_003, 777, 10_000, 2_500];

on_both_databases! {
    async fn every_donor_proves_their_own_gift_and_together_they_are_the_total(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        let gifts = given(books, &fund, &AMOUNTS).await;
        assert_eq!(proof_of(books, gifts[0]).await, Proof::NotYet);
        publish(books, fund.id, books.now()).await.unwrap();
        let mut sum = 0;
        for (gift, minor) in gifts.iter().zip(AMOUNTS) {
            let proven = proven(books, *gift).await;
            assert_eq!((proven.amount.minor, proven.batch.gifts, proven.publication.number), (minor, 6, 1));
            sum += proven.amount.minor;
        }
        assert_eq!(sum, batches(books).await[0].received_minor);
        assert_eq!(verified(books).await, None);
    }

    async fn a_proof_of_an_old_publication_stays_good_and_a_new_one_is_no_other(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        let gifts = given(books, &fund, &AMOUNTS).await;
        publish(books, fund.id, books.now()).await.unwrap();
        let kept = proof_text(books, gifts[3]).await;
        let later = given(books, &fund, &AMOUNTS).await;
        publish(books, fund.id, books.now().plus_secs(DAY)).await.unwrap();
        let keys = [key(books).await];
        assert_eq!(Receipt::read(&kept).unwrap().check(&keys).unwrap().amount.minor, 777);
        assert_eq!(proof_text(books, gifts[3]).await, kept);
        assert_eq!(proven(books, later[3]).await.publication.number, 2);
    }

    async fn a_refund_too_few_to_be_shown_is_in_no_public_figure_and_one_gift_waits_for_its_proof(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        given(books, &fund, &AMOUNTS).await;
        publish(books, fund.id, books.now()).await.unwrap();
        let second = given(books, &fund, &AMOUNTS).await;
        refunded(books, fund.id, 1_000).await;
        publish(books, fund.id, books.now().plus_secs(DAY)).await.unwrap();
        let gross: i64 = AMOUNTS.iter().sum();
        let batch = batches(books).await.pop().unwrap();
        assert_eq!((batch.received_minor, batch.refunds, batch.commitment.is_some()), (gross - 1_000, 0, true));
        let mut waiting = Vec::new();
        for (gift, minor) in second.iter().zip(AMOUNTS) {
            if proof_of(books, *gift).await == Proof::NotYet { waiting.push((*gift, minor)) } else { proven(books, *gift).await; }
        }
        assert_eq!(waiting.len(), 1, "what was taken off is one gift's worth at most");
        assert_eq!(verified(books).await, None);

        // Four more: five may be shown, so what was taken off comes back, and everybody has their proof.
        let third = given(books, &fund, &AMOUNTS).await;
        for _ in 0..4 {
            refunded(books, fund.id, 500).await;
        }
        publish(books, fund.id, books.now().plus_secs(2 * DAY)).await.unwrap();
        let batch = batches(books).await.pop().unwrap();
        assert_eq!((batch.received_minor, batch.refunded_minor, batch.refunds), (gross + 1_000, 3_000, 5));
        assert_eq!(proven(books, waiting[0].0).await.amount.minor, waiting[0].1);
        for gift in third {
            proven(books, gift).await;
        }
        assert_eq!(verified(books).await, None);
    }

    async fn a_donor_who_is_forgotten_leaves_the_roots_and_keeps_a_good_proof(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        let gifts = given(books, &fund, &AMOUNTS).await;
        publish(books, fund.id, books.now()).await.unwrap();
        let (kept, before) = (proof_text(books, gifts[1]).await, batches(books).await);
        let forgotten: sqlx::Result<bool> = transact!(books.db, tx => publication::forget(tx, gifts[1]).await);
        assert!(forgotten.unwrap());
        assert_ne!(proof_of(books, gifts[1]).await, Proof::Ready(kept.clone(), 1));
        assert_eq!(batches(books).await, before);
        assert_eq!(Receipt::read(&kept).unwrap().check(&[key(books).await]).unwrap().amount.minor, 1_000);
        assert_eq!(proven(books, gifts[0]).await.amount.minor, 2_500);
        assert_eq!(verified(books).await, None);
    }

    async fn a_salt_lies_in_no_column_in_the_clear_and_opens_nothing_under_another_key(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        let gifts = given(books, &fund, &AMOUNTS).await;
        publish(books, fund.id, books.now()).await.unwrap();
        let salt = Receipt::read(&proof_text(books, gifts[0]).await).unwrap().salt;
        let tx = &mut books.db.begin_read().await.unwrap();
        let kept: Vec<u8> = run!(tx, fetch_one, sqlx::query_scalar("SELECT salt FROM gift_salt WHERE donation_id = $1").bind(gifts[0])).unwrap();
        assert!(!kept.windows(8).any(|bytes| salt.windows(8).any(|part| part == bytes)));
        assert_eq!(publication::proof(tx, &Keyring::from_master(&[8; 32]), gifts[0]).await.unwrap(), Proof::Gone);
    }

    async fn coins_that_were_changed_are_found_out(books: &Books) {
        books.general_fund().await;
        let fund = fund(books).await;
        given(books, &fund, &AMOUNTS).await;
        publish(books, fund.id, books.now()).await.unwrap();
        crate::publication::log::unguard(books, &[("coin_heap_never_changes", "coin_heap")]).await;
        let coins: Vec<u8> = {
            let tx = &mut books.db.begin_read().await.unwrap();
            run!(tx, fetch_one, sqlx::query_scalar("SELECT coins FROM coin_heap")).unwrap()
        };
        let mut bent = coins.clone();
        bent[40] ^= 1;
        for (kept, said) in [(&bent, Some("does not add up")), (&coins, None)] {
            let set: sqlx::Result<u64> =
                transact!(books.db, tx => run!(tx, execute, sqlx::query("UPDATE coin_heap SET coins = $1").bind(kept.as_slice())));
            assert_eq!(set.unwrap(), 1);
            assert_eq!(verified(books).await.is_some_and(|wrong| wrong.contains(said.unwrap_or("?"))), said.is_some());
        }
    }
}

/// Whatever byte of a proof is another, it proves nothing; and whoever cuts it is told that it is not whole.
#[tokio::test]
async fn every_flipped_byte_of_a_proof_answers_no() {
    let books = Books::on_sqlite().await;
    books.general_fund().await;
    let fund = fund(&books).await;
    let gifts = given(&books, &fund, &AMOUNTS).await;
    publish(&books, fund.id, books.now()).await.unwrap();
    let (text, keys) = (proof_text(&books, gifts[4]).await, [key(&books).await]);
    let check = |text: &str| Receipt::read(text).and_then(|receipt| receipt.check(&keys));
    assert_eq!(check(&text).unwrap().amount.minor, 10_000);
    assert_eq!(check(&format!("> hello\r\n{}bye", text.replace('\n', "\r\n"))).unwrap().amount.minor, 10_000);
    for place in 0..text.len() - 1 {
        for bit in [1_u8, 32] {
            let mut bent = text.clone().into_bytes();
            bent[place] ^= bit;
            let Ok(bent) = String::from_utf8(bent) else { continue };
            assert!(check(&bent).is_err(), "byte {place}: {bent}");
        }
    }
    for cut in (0..text.len() - 2).step_by(17) {
        let Some(short) = text.get(..cut) else { continue };
        assert!(matches!(check(short), Err(ReceiptError::NotWhole(_))), "{cut}");
    }
    assert!(text.len() < 8_000, "{} bytes", text.len());
    books.close().await;
}

/// What a proof holds of others is hashes alone: whatever they gave, as long as the total is the same, it is as long and says the same.
#[tokio::test]
async fn a_proof_holds_no_number_of_anybody_else() {
    let books = Books::on_sqlite().await;
    books.general_fund().await;
    let fund = fund(&books).await;
    let gifts = given(&books, &fund, &[2_500, 31_337, 4_242, 5_151, 6_161, 7_171]).await;
    publish(&books, fund.id, books.now()).await.unwrap();
    let text = proof_text(&books, gifts[0]).await;
    let read = Receipt::read(&text).unwrap();
    for (gift, minor) in gifts.iter().zip(["2500", "31337", "4242", "5151", "6161", "7171"]).skip(1) {
        let number = Receipt::read(&proof_text(&books, *gift).await).unwrap().gift;
        assert!(!text.contains(&number), "{number}");
        // Five digits may stand in base64 by chance; in what can be read they may not.
        for plain in [&read.batch, &read.publication] {
            assert!(!plain.contains(minor), "{minor} in {plain}");
        }
    }
    books.close().await;
}

/// The night's verify passes over a fund whose gifts were counted before there were proofs.
#[tokio::test]
async fn a_batch_that_brought_nothing_commits_to_nothing() {
    let books = Books::on_sqlite().await;
    books.general_fund().await;
    let fund = fund(&books).await;
    given(&books, &fund, &AMOUNTS).await;
    for minor in [10_000, 10_000, 2_000] {
        refunded(&books, fund.id, minor).await;
    }
    publish(&books, fund.id, books.now()).await.unwrap();
    let batch = batches(&books).await.pop().unwrap();
    assert_eq!((batch.received_minor, batch.commitment), (21_780 - 22_000, None));
    assert_eq!(verified(&books).await, None);
    books.close().await;
}
