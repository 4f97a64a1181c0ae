//! What people are told by mail: acts that left a notice, alerts, forgotten passwords, lost links. Each is taken and its letters are put into the outbox in one
//! transaction, one letter a cause and a person. Not here: the daily digest (`digest`), sending (`mailing`).

use std::collections::HashSet;

use super::Jobs;
use crate::approvals::{self, Subject};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::letters;
use crate::ids::{PayeeId, PersonId};
use crate::mail::{self, Kind, Letter};
use crate::payments::about;
use crate::payments::alert::{self, Alert, AlertKind};
use crate::people::audit::Act;
use crate::people::{self, Person, Purpose, RESET_WAIT_SECS, Role, email_of, forgotten, notice};
use crate::spending::payee_mail;
use crate::{donations, funds, transact};

/// How many of a kind are looked at in one go.
const AT_ONCE: i64 = 50;

/// What one letter says beside its kind.
pub(super) struct Content<'a> {
    pub(super) kind: Kind,
    pub(super) values: &'a [(&'static str, &'a str)],
    /// A path of ours, or nothing.
    pub(super) path: Option<&'a str>,
}

impl Jobs {
    /// Writes the letters of whatever happened since the last look.
    ///
    /// # Errors
    /// When the database is gone; what was not told yet is told at the next look.
    pub async fn tell(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        let (acts, alerts, questions, links) = {
            let tx = &mut self.db.begin_read().await?;
            let (acts, alerts) = (notice::waiting(tx, AT_ONCE).await?, alert::due(tx, now, AT_ONCE).await?);
            (acts, alerts, forgotten::waiting(tx, AT_ONCE).await?, letters::links_waiting(tx, AT_ONCE).await?)
        };
        if !acts.is_empty() {
            let told: sqlx::Result<()> = transact!(self.db, tx => self.tell_acts(tx, &acts, now).await);
            told?;
        }
        for alert in &alerts {
            let told: sqlx::Result<()> = transact!(self.db, tx => self.tell_alert(tx, alert, now).await);
            told?;
        }
        for email_hash in &questions {
            let told: sqlx::Result<()> = transact!(self.db, tx => self.answer_forgotten(tx, email_hash, now).await);
            told?;
        }
        for donor_hash in &links {
            let told: sqlx::Result<()> = transact!(self.db, tx => letters::send_links(tx, self.pen(), donor_hash, now).await);
            told?;
        }
        donations::repeat_mail::tell(&self.db, (&self.keyring, &self.entropy), &self.base_url, &self.clock).await
    }

    /// One letter to one person, once for this cause. Whose address was sealed with another key gets none: the outbox could not send it.
    pub(super) async fn write_to(
        &self,
        tx: &mut Tx,
        person: &Person,
        cause: &str,
        content: &Content<'_>,
        now: Instant,
    ) -> sqlx::Result<()> {
        let Some(to) = email_of(person, &self.keyring) else { return Ok(()) };
        let (cause, link) = (format!("{cause} to {}", person.id), content.path.map(|path| format!("{}{path}", self.base_url)));
        let Content { kind, values, .. } = *content;
        let letter = Letter { cause: &cause, to: &to, language: person.language, kind, values, link: link.as_deref() };
        mail::queue(tx, &letter, &self.keyring, &self.entropy, now).await.map(drop)
    }

    async fn tell_acts(&self, tx: &mut Tx, acts: &[Act], now: Instant) -> sqlx::Result<()> {
        let staff: Vec<Person> = people::list(tx).await?.into_iter().filter(|person| person.disabled_at.is_none()).collect();
        // Setting password, authenticator and codes at once is one event for whoever did it.
        let mut told_already = HashSet::new();
        let hours = (RESET_WAIT_SECS / 3600).to_string();
        for act in acts {
            if !notice::told(tx, act.id).await? {
                continue;
            }
            let subject = if act.act == notice::IDENTITY_OPENED { act.person_id } else { subject_of(act) };
            let (gift, because, approvers) = self.identity_of(tx, act, &staff).await?;
            let name = staff.iter().find(|person| Some(person.id) == subject).map_or("", |person| person.name.as_str());
            let (kind, readers) = readers_of(act, subject, &staff);
            for (person, path) in readers {
                let (old, new) = match payee_of(act) {
                    Some(payee) => payee_mail::before_and_now(tx, payee, person.language).await?.unwrap_or_default(),
                    None => (String::new(), String::new()),
                };
                if kind == Kind::FactorChanged && !told_already.insert((person.id, act.at)) {
                    continue;
                }
                let content = Content {
                    kind,
                    values: &[
                        ("name", name),
                        ("hours", &hours),
                        ("old", &old),
                        ("new", &new),
                        ("gift", &gift),
                        ("reason", &because),
                        ("who", &approvers),
                    ],
                    path,
                };
                self.write_to(tx, person, &format!("notice {}", act.id), &content, now).await?;
            }
        }
        Ok(())
    }

    /// Of an identity that was opened: the gift, why (a word of ours), and who agreed; nothing of any other act.
    async fn identity_of(&self, tx: &mut Tx, act: &Act, staff: &[Person]) -> sqlx::Result<(String, String, String)> {
        let told = (act.act == notice::IDENTITY_OPENED).then(|| act.detail.split_once(' ')).flatten();
        let Some((because, reveal)) = told else { return Ok(Default::default()) };
        let mut approvers = Vec::new();
        if let Some(proposal) = approvals::latest(tx, Subject::Reveal, reveal).await? {
            let signed = approvals::signatures(tx, proposal.id).await?;
            let named = signed.iter().filter_map(|signature| staff.iter().find(|person| person.id == signature.person_id));
            approvers.extend(named.map(|person| person.name.clone()));
        }
        let gift = act.subject.strip_prefix("gift ").unwrap_or_default().to_owned();
        Ok((gift, because.to_owned(), if approvers.is_empty() { "–".to_owned() } else { approvers.join(", ") }))
    }

    /// Treasurers are told of an alert, each in their own language: what, on which gift and by when, or what and since when.
    async fn tell_alert(&self, tx: &mut Tx, alert: &Alert, now: Instant) -> sqlx::Result<()> {
        if !alert::told(tx, alert, now).await? {
            return Ok(());
        }
        let zone = funds::general(tx).await?.map_or(crate::clock::Zone::UTC, |fund| fund.time_zone);
        let since = alert.raised_at.day_in(&zone).to_string();
        let (gift, days) = self.answer_by(tx, alert, now).await?;
        let path = match alert.kind {
            AlertKind::ChargedAfterStop => format!("/treasury/gifts/{gift}/refund"),
            _ => "/treasury/disputes".to_owned(),
        };
        let cause = format!("alert {} {} {}", alert.kind, alert.subject, alert.raised_at.0);
        for person in people::list(tx).await?.iter().filter(|person| person.disabled_at.is_none() && person.roles.holds(Role::Recorder)) {
            let said = alert.in_words(person.language);
            let (about_gift, about_books) =
                ([("said", &*said), ("gift", &*gift), ("days", &*days)], [("said", &*said), ("since", &*since)]);
            let content = if alert.kind.is_about_a_gift() {
                Content { kind: Kind::PaymentAlert, values: &about_gift, path: Some(&path) }
            } else {
                Content { kind: Kind::BooksAlert, values: &about_books, path: Some("/treasury/stripe") }
            };
            self.write_to(tx, person, &cause, &content, now).await?;
        }
        Ok(())
    }

    /// The number of the gift that an alert is about, and how many days are left to answer; a dash for what is not known.
    async fn answer_by(&self, tx: &mut Tx, alert: &Alert, now: Instant) -> sqlx::Result<(String, String)> {
        let unknown = || "–".to_owned();
        if alert.kind == AlertKind::ChargedAfterStop {
            let gift = donations::find_by_charge(tx, &alert.subject).await?;
            return Ok((gift.map_or_else(unknown, |gift| gift.number), unknown()));
        }
        let dispute = about::open_disputes(tx, None, AT_ONCE).await?.into_iter().find(|dispute| dispute.id == alert.subject);
        let Some(dispute) = dispute else { return Ok((unknown(), unknown())) };
        let gift = match dispute.charge_id.as_deref() {
            Some(charge) => donations::find_by_charge(tx, charge).await?,
            None => None,
        };
        let days = dispute.due_at.map(|due| due.saturating_sub(now.unix_secs()).max(0) / 86_400);
        Ok((gift.map_or_else(unknown, |gift| gift.number), days.map_or_else(unknown, |days| days.to_string())))
    }

    /// Whoever forgot their password is sent a link, if there is such a person; all others hear nothing.
    async fn answer_forgotten(&self, tx: &mut Tx, email_hash: &str, now: Instant) -> sqlx::Result<()> {
        let Some((person, token)) = forgotten::answer(tx, email_hash, &self.entropy, now).await? else { return Ok(()) };
        let (path, minutes) = (format!("/link/{token}"), (Purpose::Password.secs() / 60).to_string());
        let content = Content { kind: Kind::Reset, values: &[("minutes", &minutes)], path: Some(&path) };
        self.write_to(tx, &person, &format!("forgotten {}", now.0), &content, now).await
    }
}

/// Whom an act is about; None: nobody on the staff.
fn subject_of(act: &Act) -> Option<PersonId> {
    act.subject.strip_prefix("person ").and_then(|id| id.parse().ok()).map(PersonId)
}

/// Which payee an act is about.
fn payee_of(act: &Act) -> Option<PayeeId> {
    act.subject.strip_prefix("payee ").and_then(|id| id.parse().ok()).map(PayeeId)
}

/// Who is told of an act, in which letter, and where it leads each of them (screens.md 2).
fn readers_of<'a>(act: &Act, subject: Option<PersonId>, staff: &'a [Person]) -> (Kind, Vec<(&'a Person, Option<&'static str>)>) {
    let own = |path: Option<&'static str>| staff.iter().filter(move |person| Some(person.id) == subject).map(move |person| (person, path));
    let others = |role: Role, but: Option<PersonId>, path: &'static str| {
        let theirs = staff.iter().filter(move |person| person.roles.holds(role) && Some(person.id) != but);
        theirs.map(move |person| (person, Some(path)))
    };
    let reset = || own(Some("/me")).chain(others(Role::Administrator, subject, "/treasury/people")).collect();
    match act.act.as_str() {
        notice::NEW_DEVICE => (Kind::NewDevice, own(Some("/me")).collect()),
        notice::RESET_ASKED | notice::RESET_AGREED => (Kind::FactorReset, reset()),
        notice::RESET_DONE => (Kind::ResetDone, reset()),
        notice::EMERGENCY => (Kind::EmergencySignature, others(Role::Approver, act.person_id, "/treasury/approvals").collect()),
        notice::IDENTITY_OPENED => (Kind::IdentityShown, others(Role::Recorder, None, "/treasury/audit").collect()),
        notice::PAYEE_DETAILS => (Kind::BankDetailsChanged, others(Role::Recorder, None, "/treasury/approvals").collect()),
        // What is left is about one's own factors.
        _ => (Kind::FactorChanged, own(None).collect()),
    }
}
