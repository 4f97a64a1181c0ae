//! A fund's news, told by mail to whoever asked for it: the newest publication's figures, and what treasurers wrote. Not here: who they are
//! (`donations::supporters`).

use super::Jobs;
use crate::donations::supporters::{self, News};
use crate::funds::{self, Fund};
use crate::language::Language;
use crate::publication::{self, PublishError};
use crate::transact;

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

    /// What is told of a fund; None before its first publication.
    async fn news_of(&self, fund: &Fund) -> Result<Option<News>, PublishError> {
        let Some(figures) = publication::newest_figures(&mut self.db.begin_read().await?, fund.id).await? else { return Ok(None) };
        let tables = Language::ALL.map(|language| (language, publication::summary_table(&figures, language)));
        Ok(Some(News { number: figures.number, path: format!("/f/{}/p/{}/", fund.slug, figures.number), tables }))
    }
}
