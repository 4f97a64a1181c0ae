//! The statements behind copies of donors' keys, and behind wrapping them anew.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::DonorId;
use crate::run;

crate::record! {
    /// A donor's key as it lies in a copy of keys.
    pub struct KeyCopy {
        /// Whose it is.
        pub donor_id: DonorId,
        /// What it is bound to.
        pub reference: String,
        /// The key.
        pub wrapped: Vec<u8>,
        /// Which of the master keys wrapped it.
        pub key_version: i64,
    }
}

crate::record! {
    /// A gift whose donor was erased.
    pub struct ErasedGift {
        /// Counted from the first; where a list goes on.
        pub id: i64,
        /// The gift.
        pub reference: String,
        /// What counts in the donor's place.
        pub stand_in: String,
        /// When.
        pub erased_at: Instant,
    }
}

pub(in crate::donations) async fn after(tx: &mut Tx, after: DonorId, limit: i64) -> sqlx::Result<Vec<KeyCopy>> {
    let sql = "SELECT k.donor_id, d.ref AS reference, k.wrapped, k.key_version FROM donor_key k JOIN donor d ON d.id = k.donor_id
                WHERE k.donor_id > $1 ORDER BY k.donor_id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(after).bind(limit))
}

pub(in crate::donations) async fn wrapped_before(tx: &mut Tx, version: i64, limit: i64) -> sqlx::Result<Vec<KeyCopy>> {
    let sql = "SELECT k.donor_id, d.ref AS reference, k.wrapped, k.key_version FROM donor_key k JOIN donor d ON d.id = k.donor_id
                WHERE k.key_version < $1 ORDER BY k.key_version, k.donor_id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(version).bind(limit))
}

pub(in crate::donations) async fn set_wrapped(tx: &mut Tx, donor: DonorId, wrapped: &[u8], version: i64) -> sqlx::Result<()> {
    let sql = "UPDATE donor_key SET wrapped = $2, key_version = $3 WHERE donor_id = $1";
    run!(tx, execute, sqlx::query(sql).bind(donor).bind(wrapped).bind(version)).map(drop)
}

pub(in crate::donations) async fn erased_after(tx: &mut Tx, after: i64, limit: i64) -> sqlx::Result<Vec<ErasedGift>> {
    let sql = "SELECT n.id, n.ref AS reference, d.donor_hash AS stand_in, d.erased_at FROM donor d
                 JOIN donation n ON n.donor_id = d.id WHERE d.erased_at IS NOT NULL AND n.id > $1 ORDER BY n.id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(after).bind(limit))
}

pub(in crate::donations) async fn newest_erasure(tx: &mut Tx) -> sqlx::Result<Option<(Instant, i64)>> {
    let sql = "SELECT MAX(erased_at), COUNT(*) FROM donor WHERE erased_at IS NOT NULL";
    let (newest, count): (Option<Instant>, i64) = run!(tx, fetch_one, sqlx::query_as(sql))?;
    Ok(newest.map(|newest| (newest, count)))
}

/// Puts a donor's key back where the donor is known, was not erased, and has none.
pub(in crate::donations) async fn put_back(tx: &mut Tx, reference: &str, wrapped: &[u8], version: i64) -> sqlx::Result<u64> {
    let sql = "INSERT INTO donor_key (donor_id, wrapped, key_version)
               SELECT id, $2, $3 FROM donor WHERE ref = $1 AND erased_at IS NULL ON CONFLICT (donor_id) DO NOTHING";
    run!(tx, execute, sqlx::query(sql).bind(reference).bind(wrapped).bind(version))
}

/// Takes the donor from a gift that was sealed before donors had keys of their own.
pub(in crate::donations) async fn erase_before(tx: &mut Tx, reference: &str, stand_in: &str) -> sqlx::Result<()> {
    let sql = "UPDATE donation SET donor = NULL, input_hash = NULL, donor_hash = $2 WHERE ref = $1 AND donor IS NOT NULL";
    run!(tx, execute, sqlx::query(sql).bind(reference).bind(stand_in)).map(drop)
}

/// Forgets every key there is: the master key that wrapped them is lost.
pub(in crate::donations) async fn donors_with_keys(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<(DonorId, String)>> {
    let sql = "SELECT k.donor_id, d.ref FROM donor_key k JOIN donor d ON d.id = k.donor_id ORDER BY k.donor_id LIMIT $1";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(limit))
}
