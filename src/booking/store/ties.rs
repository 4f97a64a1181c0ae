//! The statements over what the last comparison with Stripe found.

use crate::booking::tie::Tie;
use crate::db::Tx;
use crate::run;

pub(in crate::booking) async fn all(tx: &mut Tx) -> sqlx::Result<Vec<Tie>> {
    const SQL: &str = "SELECT currency, reported_minor, lines_minor, ledger_minor, compared_at FROM stripe_tie ORDER BY currency";
    run!(tx, fetch_all, sqlx::query_as(SQL))
}

pub(in crate::booking) async fn save(tx: &mut Tx, tie: &Tie) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO stripe_tie (currency, reported_minor, lines_minor, ledger_minor, compared_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (currency) DO UPDATE SET reported_minor = excluded.reported_minor, lines_minor = excluded.lines_minor,
            ledger_minor = excluded.ledger_minor, compared_at = excluded.compared_at";
    run!(
        tx,
        execute,
        sqlx::query(SQL).bind(tie.currency).bind(tie.reported_minor).bind(tie.lines_minor).bind(tie.ledger_minor).bind(tie.compared_at)
    )
    .map(drop)
}
