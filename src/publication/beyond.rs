//! Writes what the books know beside gifts and spending into a publication, behind both. Not here: what that is (`ways`, `standing`, `extras`).

use super::record::{Record, week_of};
use super::{PublishError, Writer, extras, givers, identities, standing, ways};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations;
use crate::funds::Fund;
use crate::ids::DonationId;
use crate::ledger;

impl Writer {
    /// Writes what is new of it. `begun` is the size of the log before this publication; with a batch comes what stands as at a batch.
    pub(super) async fn beyond(
        &mut self,
        tx: &mut Tx,
        fund: &Fund,
        (begun, batch): (u64, Option<&DonationId>),
        now: Instant,
    ) -> Result<(), PublishError> {
        let week = &week_of(now, &fund.time_zone);
        loop {
            let goods = extras::goods(tx, fund).await?;
            if goods.is_empty() {
                break;
            }
            self.append(tx, goods).await?;
        }
        let budgets = extras::budgets(tx, fund).await?;
        self.append(tx, budgets).await?;
        let opened = identities::news(tx, fund).await?;
        self.append(tx, opened).await?;
        if batch.is_none() && self.size == begun {
            return Ok(());
        }
        let balances = ledger::balances(tx, None).await?;
        let right = extras::goods_put_right(tx, fund, &balances, week).await?;
        self.append(tx, right).await?;
        if batch.is_some() {
            let waiting = donations::uncounted(tx, fund.id).await?;
            let told = ways::ways(tx, fund, (&balances, &waiting), week).await?;
            let bands = ways::bands(tx, fund, &waiting, week).await?;
            self.append(tx, told.map(Record::Ways).into_iter().chain(bands.map(Record::Bands)).collect()).await?;
            let all_time = givers::all_time(tx, fund, &waiting, week).await?;
            self.append(tx, all_time).await?;
            let accounts = standing::accounts(tx, fund, &balances, week).await?;
            let ties = standing::ties(tx, fund, week, now).await?;
            self.append(tx, accounts.map(Record::Accounts).into_iter().chain(ties.into_iter().map(Record::Tie)).collect()).await?;
        }
        let owed = extras::owed(tx, fund, &balances, week).await?;
        self.append(tx, owed.map(Record::Owed).into_iter().collect()).await
    }
}
