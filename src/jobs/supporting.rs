//! What is told of a fund by mail: its news, to whoever asked for it; once it is closed, who got what was left, to its donors. Not here: who they are
//! (`donations::supporters`, `donations::result`).

use super::Jobs;
use crate::donations::result::{self, Told};
use crate::donations::supporters::{self, News};
use crate::funds::{self, Fund, State};
use crate::ids::DonationId;
use crate::language::Language;
use crate::publication::{self, PublishError};
use crate::transact;

/// For how long after its end a fund's donors are looked for whom nobody told: a week of nights.
const TOLD_FOR_SECS: i64 = 7 * 24 * 3600;

impl Jobs {
    /// Tells every supporter for whom something is new and whose week is over, a hundred in one transaction.
    ///
    /// # Errors
    /// [`PublishError`]; whoever was told stays told, and the next look goes on.
    pub async fn tell_supporters(&self) -> Result<(), PublishError> {
        let funds = funds::list(&mut self.db.begin_read().await?).await?;
        for fund in &funds {
            let Some(news) = self.news_of(fund).await? else { continue };
            let now = self.clock.now();
            loop {
                let told: sqlx::Result<usize> = transact!(&self.db, tx => supporters::tell(tx, self.pen(), fund.id, &news, now).await);
                if told? == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Tells the donors of funds that closed in the last days who got what was left, a hundred gifts in one transaction. Each is told once, so that a
    /// night that broke off is made good by the next.
    ///
    /// # Errors
    /// [`PublishError`]; whoever was told stays told.
    pub async fn tell_donors(&self) -> Result<(), PublishError> {
        let now = self.clock.now();
        for fund in funds::list(&mut self.db.begin_read().await?).await? {
            let tx = &mut self.db.begin_read().await?;
            let closed = funds::moved_to(tx, fund.id, State::Closed).await?.filter(|_| fund.state == State::Closed);
            let is_new = closed.is_some_and(|moved| now < moved.changed_at.plus_secs(TOLD_FOR_SECS));
            let Some(tables) = (if is_new { publication::passed_on(tx, fund.id).await? } else { None }) else { continue };
            let results = tables.map(|(language, table)| {
                let path = format!("/f/{}/{}", fund.slug, publication::page_in(publication::CLOSING_REPORT, language));
                Told { language, table, path }
            });
            let mut after = DonationId(0);
            loop {
                let told: sqlx::Result<Option<DonationId>> =
                    transact!(&self.db, tx => result::tell(tx, self.pen(), (&fund, after), &results, now).await);
                match told? {
                    Some(last) => after = last,
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// What is told of a fund; None before its first publication.
    async fn news_of(&self, fund: &Fund) -> Result<Option<News>, PublishError> {
        let Some(figures) = publication::newest_figures(&mut self.db.begin_read().await?, fund.id).await? else { return Ok(None) };
        let tables = Language::ALL.map(|language| (language, publication::summary_table(&figures, language)));
        Ok(Some(News { number: figures.number, path: format!("/f/{}/p/{}/", fund.slug, figures.number), tables }))
    }
}
