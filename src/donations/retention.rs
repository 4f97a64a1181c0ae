//! Personal data goes when nobody needs it any more: some time after a fund has closed, and soon after a gift that was never paid (safety rule
//! PR11). Sums stay as they are. Not here: an erasure that a donor asks for (`vault`).

use super::store::retention as rows;
use super::store::{donors, offline};
use super::{supporters, vault};
use crate::clock::Instant;
use crate::db::{Db, Tx};
use crate::funds::{self, State};
use crate::ids::FundId;
use crate::seal::Keyring;
use crate::transact;

/// How long a gift that was never paid keeps who meant to give, in seconds: a bank may take two weeks to say no, and people ask after it.
const UNPAID_KEPT_SECS: i64 = 30 * 24 * 3600;
const DAY_SECS: i64 = 24 * 3600;
/// How many donors are forgotten in one transaction.
const AT_ONCE: i64 = 200;

/// Forgets whoever is due by `now`, and gives how many donors that were.
///
/// # Errors
/// When the database is gone; the next night goes on.
pub async fn forget(db: &Db, keys: &Keyring, now: Instant) -> sqlx::Result<u64> {
    let mut forgotten = 0;
    for fund in due(&mut db.begin_read().await?, now).await? {
        loop {
            let some: sqlx::Result<u64> = transact!(db, tx => forget_some(tx, Some(fund), keys, now).await);
            match some? {
                0 => break,
                some => forgotten += some,
            }
        }
    }
    loop {
        let some: sqlx::Result<u64> = transact!(db, tx => forget_some(tx, None, keys, now).await);
        match some? {
            0 => return Ok(forgotten),
            some => forgotten += some,
        }
    }
}

/// The funds that closed so long ago that their donors' details go.
///
/// # Errors
/// When the database is gone.
pub async fn due(tx: &mut Tx, now: Instant) -> sqlx::Result<Vec<FundId>> {
    let mut due = Vec::new();
    for fund in funds::list(tx).await?.into_iter().filter(|fund| fund.state == State::Closed) {
        let closed_at = funds::newest_move(tx, fund.id).await?.filter(|moved| moved.state == State::Closed).map(|moved| moved.changed_at);
        let kept_secs = funds::giving(tx, &fund).await?.keep_days.saturating_mul(DAY_SECS);
        if closed_at.is_some_and(|at| at.plus_secs(kept_secs) <= now) {
            due.push(fund.id);
        }
    }
    Ok(due)
}

/// Of one fund that is due; None: of gifts that were never paid.
async fn forget_some(tx: &mut Tx, fund: Option<FundId>, keys: &Keyring, now: Instant) -> sqlx::Result<u64> {
    let whom = match fund {
        Some(fund) => {
            offline::forget_donors(tx, fund).await?;
            let supporters = supporters::forget(tx, fund, keys, now).await?;
            if supporters > 0 {
                return Ok(supporters);
            }
            rows::words_of_fund(tx, fund, AT_ONCE).await?
        }
        None => rows::words_never_paid(tx, now.plus_secs(-UNPAID_KEPT_SECS), AT_ONCE).await?,
    };
    let mut forgotten = 0;
    for (donation, donor, reference) in whom {
        rows::drop_words(tx, donation).await?;
        donors::drop_name(tx, donation).await?;
        vault::erase_unknown(tx, keys, (donor, &reference), now).await?;
        forgotten += 1;
    }
    Ok(forgotten)
}
