//! The statements over what proves a gift by hand.

use super::super::proof::{Proof, ProofOf, Proven};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{OfflineId, PersonId};
use crate::run;

/// Keeps documents of a gift; the same one again stays once.
pub(in crate::donations) async fn keep(
    tx: &mut Tx,
    (gift, what): (OfflineId, ProofOf),
    proofs: &[Proof],
    by: PersonId,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO gift_document (gift_id, document, sha256, what, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6)
                       ON CONFLICT (gift_id, document) DO NOTHING";
    for proof in proofs {
        run!(
            tx,
            execute,
            sqlx::query(SQL).bind(gift).bind(proof.document.as_str()).bind(proof.sha256.as_str()).bind(what).bind(by).bind(now)
        )?;
    }
    Ok(())
}

/// What proves a gift, in the order it came.
pub(in crate::donations) async fn of_gift(tx: &mut Tx, gift: OfflineId) -> sqlx::Result<Vec<Proven>> {
    const SQL: &str = "SELECT document, sha256, what FROM gift_document WHERE gift_id = $1 ORDER BY added_at, document";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(gift))
}
