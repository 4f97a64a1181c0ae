//! Everything that one publication tells, in order: what waits for no interval first, and the rest where its time has come. Not here: what each of
//! it is (`state`, `copies`, `charter`, `gifts`, `gather`, `steps`, `announced`, `beyond`).

use super::gather::{self, Reader};
use super::gifts::Sides;
use super::record::{Record, week_of};
use super::{Press, PublishError, Writer, charter, commitments, letters, state, store, wishes};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations;
use crate::funds::Fund;
use crate::ids::DonationId;
use crate::ledger;

/// The most words that one publication brings to light.
const MOST_WORDS: i64 = 10_000;

impl Writer {
    /// What waits for no interval.
    pub(super) async fn standing(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let stood = state::news(tx, fund, now).await?;
        self.append(tx, stood.into_iter().collect()).await?;
        if letters::are_taken_back(tx, fund).await? {
            self.announced(tx, fund, now).await?;
        }
        self.taken_back(tx, fund, now).await
    }

    /// Everything that a publication in its time tells; gives the last gift it counts. `begun` is the size of the log before it.
    pub(super) async fn news(
        &mut self,
        tx: &mut Tx,
        press: &Press<'_>,
        fund: &Fund,
        (begun, now): (u64, Instant),
    ) -> Result<Option<DonationId>, PublishError> {
        let promised = charter::news(tx, fund, now).await?;
        self.append(tx, promised.into_iter().collect()).await?;
        let counted = self.gifts(tx, press, fund, now).await?;
        self.spending(tx, fund, now).await?;
        self.words(tx, fund, now).await?;
        self.steps(tx, fund, now).await?;
        self.announced(tx, fund, now).await?;
        self.copies(tx, fund, now).await?;
        self.beyond(tx, fund, (begun, counted.as_ref()), now).await?;
        Ok(counted)
    }

    /// What the books began with, and the batch of gifts that may be shown; gives the last gift it counts.
    async fn gifts(&mut self, tx: &mut Tx, press: &Press<'_>, fund: &Fund, now: Instant) -> Result<Option<DonationId>, PublishError> {
        let sides = Sides::find(tx, fund).await?;
        let week = week_of(now, &fund.time_zone);
        let mut records: Vec<Record> = sides.books.opening(&sides.published, &week).map(Record::Opening).into_iter().collect();
        let waiting = donations::uncounted(tx, fund.id).await?;
        let n = store::last_number(tx, fund.id, "batch").await?.saturating_add(1);
        let mut counted = None;
        if let Some((last, mut batch)) = sides.next_batch(fund, &waiting, (n, &week)) {
            commitments::commit(tx, press, fund, &mut batch, &waiting).await?;
            records.push(Record::Batch(batch));
            records.extend(wishes::told(tx, press, fund, &waiting, &week).await?);
            counted = Some(last);
        }
        self.append(tx, records).await?;
        Ok(counted)
    }

    async fn spending(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let last = store::last_number(tx, fund.id, "spending").await?;
        let mut reader = Reader::new(fund, last, now);
        while let Some(gathered) = reader.next(tx).await? {
            self.append(tx, gathered.records).await?;
            store::note_shown(tx, fund.id, &gathered.shown).await?;
            store::note_waiting(tx, fund.id, &gathered.waiting).await?;
            store::forget_words(tx, fund.id, &gathered.silenced).await?;
            let shown = gathered.shown.iter().map(|shown| (shown.entry_id, shown.n));
            let done: Vec<_> = shown.chain(gathered.vanished).collect();
            ledger::published(tx, fund.id, &done).await?;
        }
        Ok(())
    }

    /// Words that were held back until now.
    async fn words(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let (spendings, texts) = gather::words(tx, fund, now, MOST_WORDS).await?;
        self.append(tx, texts).await?;
        Ok(store::forget_words(tx, fund.id, &spendings).await?)
    }
}
