//! The statements behind names that wait to be looked at.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, FundId, PersonId};
use crate::run;

crate::record! {
    /// A name that waits, sealed, with what opens it.
    pub struct WaitingName {
        /// What stands for it.
        pub reference: String,
        /// What the donor's key is bound to.
        pub donor_reference: String,
        /// The donor's key.
        pub wrapped: Vec<u8>,
        /// The name.
        pub name: Vec<u8>,
    }
}

pub(in crate::donations) async fn waiting(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<WaitingName>> {
    let sql = "SELECT p.ref AS reference, d.ref AS donor_reference, k.wrapped, p.name FROM public_name p
                 JOIN donor d ON d.id = p.donor_id JOIN donor_key k ON k.donor_id = p.donor_id JOIN donation n ON n.id = p.donation_id
                WHERE p.fund_id = $1 AND p.state = 'waiting' AND n.settled_at IS NOT NULL ORDER BY p.ref LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(fund).bind(limit))
}

/// Gives the gift of the name, where it waited.
pub(in crate::donations) async fn decide(
    tx: &mut Tx,
    fund: FundId,
    reference: &str,
    shown: bool,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<Option<DonationId>> {
    let sql = "UPDATE public_name SET state = $3, decided_by = $4, decided_at = $5
                WHERE ref = $2 AND fund_id = $1 AND state = 'waiting' RETURNING donation_id";
    let state = if shown { "shown" } else { "refused" };
    run!(tx, fetch_optional, sqlx::query_scalar(sql).bind(fund).bind(reference).bind(state).bind(person).bind(now))
}
