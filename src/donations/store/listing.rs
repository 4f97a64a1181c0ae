//! The statements behind the treasury's list of gifts.

use crate::db::Tx;
use crate::ids::{DonationId, FundId};
use crate::run;

use super::super::donation::Donation;

macro_rules! select_gift {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, number, fund_id, origin, state, input_hash, asked_minor, currency, session_url, payment_intent, charge_id,
                    pledged_at, expires_at, settled_at, settled_minor, settled_fee_minor, settled_currency, publication_id, repeats, cover_minor FROM donation ",
            $rest
        )
    };
}

pub(in crate::donations) async fn list(tx: &mut Tx, fund: FundId, before: DonationId, limit: i64) -> sqlx::Result<Vec<Donation>> {
    const SQL: &str = select_gift!("WHERE fund_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(before).bind(limit))
}

pub(in crate::donations) async fn find_by_number(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_gift!("WHERE number = $1")).bind(number))
}
