//! The signed heads of the funds' logs: kept outside the database, mailed to treasurers every day, and held against the log before anything is
//! published on top of it. Not here: how a log is held against a head (`publication::anchor`).

use tracing::{error, info};

use super::Jobs;
use super::telling::Content;
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::mail::Kind;
use crate::payments::alert::{self, AlertKind, Said};
use crate::people::{self, Role};
use crate::publication::{self, Press, PublishError};
use crate::transact;

impl Jobs {
    fn press(&self) -> Press<'_> {
        Press { practice: self.practice, site: &self.base_url, keys: &self.keyring, entropy: &self.entropy, anchors: self.anchors.as_ref() }
    }

    /// Publishes what is due for a fund, keeps its new head and mails it. A log that is behind a head that was kept is an alert, and other funds go on.
    pub(super) async fn publish_one(&self, fund: &Fund) -> Result<(), PublishError> {
        let (press, now) = (self.press(), self.clock.now());
        let number: Result<Option<i64>, PublishError> = transact!(&self.db, tx => publication::publish(tx, &press, fund, now).await);
        match number {
            Ok(Some(number)) => {
                info!(fund = fund.slug, number, "published");
                self.keep_head(fund).await
            }
            Ok(None) => Ok(()),
            Err(PublishError::Behind(_, behind)) => Ok(self.refuse(fund, &behind.to_string(), now).await?),
            Err(error) => Err(error),
        }
    }

    /// Keeps the newest head of a fund outside the database, and mails it once a day and publication.
    async fn keep_head(&self, fund: &Fund) -> Result<(), PublishError> {
        if let Some(anchors) = &self.anchors {
            anchors.keep(&mut self.db.begin_read().await?, fund).await?;
        }
        let now = self.clock.now();
        let told: sqlx::Result<()> = transact!(&self.db, tx => self.mail_head(tx, fund, now).await);
        Ok(told?)
    }

    /// Holds every log against its kept head, at start and every night, and mails the heads of the day. What fails is logged, and the others go on.
    pub async fn look_at_heads(&self) {
        let funds = async { funds::list(&mut self.db.begin_read().await?).await }.await;
        for fund in funds.unwrap_or_default() {
            if let Err(error) = self.look_at_head(&fund).await {
                error!(%error, fund = fund.slug, "the log could not be held against its kept head");
            }
        }
    }

    async fn look_at_head(&self, fund: &Fund) -> Result<(), PublishError> {
        let now = self.clock.now();
        let fits = match &self.anchors {
            Some(anchors) => anchors.check(&mut self.db.begin_read().await?, fund).await,
            None => Ok(()),
        };
        match fits {
            Ok(()) => {
                alert::clear_alone(&self.db, AlertKind::LogBehind, &fund.slug, now).await?;
                self.keep_head(fund).await
            }
            Err(PublishError::Behind(_, behind)) => Ok(self.refuse(fund, &behind.to_string(), now).await?),
            Err(error) => Err(error),
        }
    }

    /// Raises the alert, where it does not stand already: the loop comes by twice a second.
    async fn refuse(&self, fund: &Fund, said: &str, now: Instant) -> sqlx::Result<()> {
        let standing = alert::standing_subjects(&mut self.db.begin_read().await?, AlertKind::LogBehind).await?;
        if standing.contains(&fund.slug) {
            return Ok(());
        }
        error!(fund = fund.slug, said, "nothing is published");
        let said = Said::new("log-behind").with("fund", &fund.slug).with("detail", said);
        alert::raise_alone(&self.db, AlertKind::LogBehind, &fund.slug, &said, now).await.map(drop)
    }

    /// A copy of the head that the server cannot rewrite (screens.md 2): to every treasurer, once for each publication and day.
    async fn mail_head(&self, tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<()> {
        let Some(published) = publication::published_head(tx, fund, None).await? else { return Ok(()) };
        let before = publication::published_head(tx, fund, Some(published.number - 1)).await?;
        let previous = before.map_or_else(|| "–".to_owned(), |before| before.root);
        let number = published.number.to_string();
        let values =
            [("number", &*number), ("root", &*published.root), ("previous", &*previous), ("checkpoint", published.checkpoint.trim_end())];
        let zone: Zone = fund.time_zone.clone();
        let cause = format!("head {} {number} {}", fund.id, now.day_in(&zone));
        for person in people::list(tx).await?.iter().filter(|person| person.disabled_at.is_none() && person.roles.holds(Role::Recorder)) {
            let path = format!("/f/{}/verify", fund.slug);
            let content = Content { kind: Kind::Head, values: &values, path: Some(&path) };
            self.write_to(tx, person, &cause, &content, now).await?;
        }
        Ok(())
    }
}
