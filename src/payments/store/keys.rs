//! The statements over the key and the secrets that an administrator gave.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::PersonId;
use crate::run;

use super::super::keys::{Kept, Slot};

pub(in crate::payments) async fn all(tx: &mut Tx) -> sqlx::Result<Vec<Kept>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT slot, sealed, set_at FROM stripe_secret ORDER BY slot"))
}

pub(in crate::payments) async fn put(tx: &mut Tx, slot: Slot, sealed: &[u8], by: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO stripe_secret (slot, sealed, set_by, set_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (slot) DO UPDATE SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at";
    run!(tx, execute, sqlx::query(SQL).bind(slot).bind(sealed).bind(by).bind(now)).map(drop)
}

pub(in crate::payments) async fn forget(tx: &mut Tx, slot: Slot) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM stripe_secret WHERE slot = $1").bind(slot)).map(drop)
}
