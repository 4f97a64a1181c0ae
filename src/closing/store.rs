//! SQL of how a fund ends, private to this room.

pub(super) mod grants;
pub(super) mod plans;

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::FundId;
use crate::money::Currency;
use crate::{run, run_in};

/// Expenses that draw on a fund and that nobody decided on: those of the staff, and how many claims of captains; since when the oldest waits.
pub(super) async fn undecided(tx: &mut Tx, fund: FundId) -> sqlx::Result<(i64, i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*) FILTER (WHERE e.captain_id IS NULL OR e.state = 'sent'),
            COUNT(*) FILTER (WHERE e.captain_id IS NOT NULL AND e.state = 'draft'), MIN(e.created_at)
           FROM expense e WHERE e.state IN ('draft', 'sent')
            AND (e.fund_id = $1 OR EXISTS (SELECT 1 FROM expense_part p WHERE p.expense_id = e.id AND p.fund_id = $1))";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(fund))
}

/// Gifts by hand of a fund that wait for a count, a second person or the bank.
pub(super) async fn by_hand(tx: &mut Tx, fund: FundId) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str =
        "SELECT COUNT(*), MIN(recorded_at) FROM offline_gift WHERE state IN ('counting', 'signed', 'expected') AND fund_id = $1";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(fund))
}

/// What Stripe's lines make available only after a moment, in unix seconds.
pub(super) async fn pending(tx: &mut Tx, currency: Currency, after: i64) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COALESCE(CAST(SUM(net_minor) AS BIGINT), 0) FROM stripe_line WHERE available_on > $2 AND currency = $1";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(currency).bind(after))
}

/// Which fund each of these charges paid a gift to.
pub(super) async fn funds_of(tx: &mut Tx, charges: &[&str]) -> sqlx::Result<Vec<(String, FundId)>> {
    run_in!(tx, query_as, "SELECT charge_id, fund_id FROM donation WHERE charge_id IN", charges)
}

/// What others were asked to agree to about a fund's money, and since when; its expenses are counted as such, and what it promises and how it
/// ends holds nothing up.
pub(super) async fn decisions(tx: &mut Tx, fund: FundId) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(proposed_at) FROM proposal
          WHERE state = 'open' AND fund_id = $1 AND subject IN ('refund', 'cash', 'gift', 'goods', 'journal', 'transfer')";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(fund))
}

/// When the newest gift of a fund was paid.
pub(super) async fn last_gift_at(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Instant>> {
    const SQL: &str = "SELECT settled_at FROM donation WHERE fund_id = $1 AND settled_at IS NOT NULL ORDER BY id DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(fund))
}

/// Funds that do not stand where their newest move led.
pub(super) async fn astray(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT f.slug FROM fund f JOIN fund_state s ON s.fund_id = f.id
          WHERE s.n = (SELECT MAX(n) FROM fund_state WHERE fund_id = f.id) AND s.state <> f.state ORDER BY f.id LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL))
}
