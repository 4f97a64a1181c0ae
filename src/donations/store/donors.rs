//! The statements behind the donors: their rows, their keys, their sealed words.

use super::super::vault::{Kept, Sealed, SealedBefore};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, DonorId, FundId};
use crate::{run, run_in};

/// The row of whoever has this hash, made where there is none, and held until the transaction ends: an erasure waits, or has ended.
pub(in crate::donations) async fn take(tx: &mut Tx, new_reference: &str, donor_hash: &str) -> sqlx::Result<(DonorId, String)> {
    let sql = "INSERT INTO donor (ref, donor_hash) VALUES ($1, $2)
               ON CONFLICT (donor_hash) DO UPDATE SET ref = donor.ref RETURNING id, ref";
    run!(tx, fetch_one, sqlx::query_as(sql).bind(new_reference).bind(donor_hash))
}

pub(in crate::donations) async fn find_key(tx: &mut Tx, donor: DonorId) -> sqlx::Result<Option<Vec<u8>>> {
    let sql = "SELECT wrapped FROM donor_key WHERE donor_id = $1";
    run!(tx, fetch_optional, sqlx::query_scalar(sql).bind(donor))
}

pub(in crate::donations) async fn insert_key(tx: &mut Tx, donor: DonorId, wrapped: &[u8], version: i64) -> sqlx::Result<()> {
    let sql = "INSERT INTO donor_key (donor_id, wrapped, key_version) VALUES ($1, $2, $3)";
    run!(tx, execute, sqlx::query(sql).bind(donor).bind(wrapped).bind(version)).map(drop)
}

pub(in crate::donations) async fn insert_words(
    tx: &mut Tx,
    (donation, donor, fund): (DonationId, DonorId, FundId),
    words: &[u8],
) -> sqlx::Result<()> {
    let sql = "INSERT INTO donor_words (donation_id, donor_id, fund_id, words) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(sql).bind(donation).bind(donor).bind(fund).bind(words))?;
    let sql = "UPDATE donation SET donor_id = $2 WHERE id = $1";
    run!(tx, execute, sqlx::query(sql).bind(donation).bind(donor)).map(drop)
}

pub(in crate::donations) async fn set_words(tx: &mut Tx, donation: DonationId, words: &[u8]) -> sqlx::Result<()> {
    let sql = "UPDATE donor_words SET words = $2 WHERE donation_id = $1";
    run!(tx, execute, sqlx::query(sql).bind(donation).bind(words)).map(drop)
}

/// The sealed words of a gift with the key that opens them; None where nobody is known, or no more.
pub(in crate::donations) async fn find_words(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<Sealed>> {
    let sql = "SELECT w.donation_id, w.donor_id, d.ref AS donor_reference, n.ref AS reference, n.fund_id, k.wrapped, w.words
                 FROM donor_words w JOIN donor d ON d.id = w.donor_id JOIN donation n ON n.id = w.donation_id
                 JOIN donor_key k ON k.donor_id = w.donor_id WHERE w.donation_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(sql).bind(donation))
}

/// The sealed words of these gifts with the keys that open them, the oldest gift first.
pub(in crate::donations) async fn words_of_gifts(tx: &mut Tx, gifts: &[DonationId]) -> sqlx::Result<Vec<Sealed>> {
    let mut found: Vec<Sealed> = run_in!(
        tx,
        query_as,
        "SELECT w.donation_id, w.donor_id, d.ref AS donor_reference, n.ref AS reference, n.fund_id, k.wrapped, w.words
           FROM donor_words w JOIN donor d ON d.id = w.donor_id JOIN donation n ON n.id = w.donation_id
           JOIN donor_key k ON k.donor_id = w.donor_id WHERE w.donation_id IN",
        gifts
    )?;
    found.sort_by_key(|sealed| sealed.donation_id);
    Ok(found)
}

/// Gifts to a fund that arrived, behind `after`, and what stands for their donors where those are known.
pub(in crate::donations) async fn known_of_fund(
    tx: &mut Tx,
    fund: FundId,
    after: DonationId,
    limit: i64,
) -> sqlx::Result<Vec<(DonationId, String)>> {
    let sql = "SELECT w.donation_id, d.ref FROM donor_words w JOIN donor d ON d.id = w.donor_id JOIN donation n ON n.id = w.donation_id
                WHERE w.fund_id = $1 AND w.donation_id > $2 AND n.settled_at IS NOT NULL ORDER BY w.donation_id LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(fund).bind(after).bind(limit))
}

/// The same of every gift of these donors that a publication counted.
pub(in crate::donations) async fn counted_words_of(tx: &mut Tx, donors: &[DonorId]) -> sqlx::Result<Vec<Sealed>> {
    let mut found: Vec<Sealed> = run_in!(
        tx,
        query_as,
        "SELECT w.donation_id, w.donor_id, d.ref AS donor_reference, n.ref AS reference, n.fund_id, k.wrapped, w.words
           FROM donor_words w JOIN donor d ON d.id = w.donor_id JOIN donation n ON n.id = w.donation_id
           JOIN donor_key k ON k.donor_id = w.donor_id WHERE n.publication_id IS NOT NULL AND w.donor_id IN",
        donors
    )?;
    found.sort_by_key(|sealed| sealed.donation_id);
    Ok(found)
}

/// Whose gift it is, held until the transaction ends; None where nobody is known, or no more.
pub(in crate::donations) async fn hold_donor_of(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<(DonorId, String)>> {
    let sql = "UPDATE donor SET ref = ref WHERE id = (SELECT donor_id FROM donation WHERE id = $1) AND erased_at IS NULL RETURNING id, ref";
    run!(tx, fetch_optional, sqlx::query_as(sql).bind(donation))
}

/// Forgets a donor: the key is written over before it goes, so that no page of the file keeps it; `stand_in` counts in the donor's place.
pub(in crate::donations) async fn erase(tx: &mut Tx, donor: DonorId, stand_in: &str, now: Instant) -> sqlx::Result<()> {
    if let Some(wrapped) = find_key(tx, donor).await? {
        let nothing = vec![0_u8; wrapped.len()];
        run!(tx, execute, sqlx::query("UPDATE donor_key SET wrapped = $2 WHERE donor_id = $1").bind(donor).bind(nothing))?;
    }
    run!(tx, execute, sqlx::query("DELETE FROM donor_key WHERE donor_id = $1").bind(donor))?;
    run!(tx, execute, sqlx::query("DELETE FROM donor_words WHERE donor_id = $1").bind(donor))?;
    run!(tx, execute, sqlx::query("DELETE FROM public_name WHERE donor_id = $1").bind(donor))?;
    run!(tx, execute, sqlx::query("DELETE FROM supporter WHERE donor_id = $1").bind(donor))?;
    let sql = "UPDATE donation SET donor_hash = $2, input_hash = NULL, paid_with = NULL WHERE donor_id = $1";
    run!(tx, execute, sqlx::query(sql).bind(donor).bind(stand_in))?;
    let sql = "UPDATE donor SET donor_hash = $2, erased_at = $3 WHERE id = $1";
    run!(tx, execute, sqlx::query(sql).bind(donor).bind(stand_in).bind(now)).map(drop)
}

pub(in crate::donations) async fn sealed_before(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<SealedBefore>> {
    let sql = "SELECT id, ref AS reference, fund_id, donor FROM donation WHERE donor IS NOT NULL ORDER BY id LIMIT $1";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(limit))
}

/// Lets go of what stood for a donor in the gift itself: the words, and the hash of what was asked, which could be guessed from an address.
pub(in crate::donations) async fn drop_before(tx: &mut Tx, donation: DonationId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE donation SET donor = NULL, input_hash = NULL WHERE id = $1").bind(donation)).map(drop)
}

/// Puts a name on the list of names to check, in the place of one that stood there for the gift.
pub(in crate::donations) async fn put_name(tx: &mut Tx, kept: &Kept<'_>) -> sqlx::Result<()> {
    drop_name(tx, kept.donation).await?;
    let sql = "INSERT INTO public_name (donation_id, ref, donor_id, fund_id, name, state, asked_at)
               VALUES ($1, $2, $3, $4, $5, 'waiting', $6)";
    run!(
        tx,
        execute,
        sqlx::query(sql).bind(kept.donation).bind(kept.reference).bind(kept.donor).bind(kept.fund).bind(kept.name).bind(kept.at)
    )
    .map(drop)
}

pub(in crate::donations) async fn drop_name(tx: &mut Tx, donation: DonationId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM public_name WHERE donation_id = $1").bind(donation)).map(drop)
}

/// A name that may be shown: its donor, what the donor's key and the name are bound to, the key, the name.
type ShownName = (DonorId, String, String, Vec<u8>, Vec<u8>);

/// The names of a fund that may be shown; where `published` is asked, the ones that came with a publication after the one that counted their gift.
pub(in crate::donations) async fn shown_names(tx: &mut Tx, fund: FundId, published: bool) -> sqlx::Result<Vec<ShownName>> {
    let sql = "SELECT p.donor_id, d.ref, p.ref, k.wrapped, p.name FROM public_name p JOIN donor d ON d.id = p.donor_id
                 JOIN donor_key k ON k.donor_id = p.donor_id JOIN donation n ON n.id = p.donation_id
                WHERE p.fund_id = $1 AND p.state = 'shown'
                  AND ($2 = 0 OR EXISTS (SELECT 1 FROM publication c CROSS JOIN publication l
                                          WHERE c.id = n.publication_id AND l.fund_id = c.fund_id AND l.number > c.number
                                            AND l.made_at >= p.decided_at))
                ORDER BY p.ref";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(fund).bind(i64::from(published)))
}
