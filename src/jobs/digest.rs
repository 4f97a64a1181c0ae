//! What waits, told once a day to whoever it waits for, in numbers only; and second signatures that are due after an emergency. Not here: what is
//! told at once (`telling`).

use super::Jobs;
use super::telling::Content;
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::donations::{arriving, refunding};
use crate::mail::Kind;
use crate::payments::about;
use crate::people::{self, Person, Role};
use crate::{approvals, bank, funds, spending, transact};

/// When somebody is reminded of the second signature of an emergency, in hours after the first; the last is when it is due (safety rule MO7).
const REMINDERS_HOURS: [i64; 2] = [48, 72];
const DAY_SECS: i64 = 86_400;
/// The most disputes that are counted.
const DISPUTES: i64 = 200;

/// How many things wait, and since when the oldest does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Waiting {
    count: i64,
    oldest_at: Option<Instant>,
    /// How many of them are disputes that wait for an answer.
    disputes: i64,
    /// When the first of those must be answered, where the bank says so.
    due_at: Option<Instant>,
}

impl Waiting {
    fn and(self, (count, oldest_at): (i64, Option<Instant>)) -> Self {
        Self { count: self.count.saturating_add(count), oldest_at: [self.oldest_at, oldest_at].into_iter().flatten().min(), ..self }
    }
}

impl Jobs {
    /// Reminds approvers of the second signature of an emergency.
    ///
    /// # Errors
    /// When the database is gone; then nobody was reminded, and the next time everybody is.
    pub async fn remind(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        let due = approvals::list_unsigned_emergencies(&mut self.db.begin_read().await?).await?;
        if due.is_empty() {
            return Ok(());
        }
        transact!(self.db, tx => self.remind_of(tx, &due, now).await)
    }

    /// Tells everybody what waits for them, once a day however often it is called.
    ///
    /// # Errors
    /// When the database is gone; then nobody was told.
    pub async fn digest(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        transact!(self.db, tx => self.write_digests(tx, now).await)
    }

    async fn remind_of(&self, tx: &mut Tx, due: &[approvals::Proposal], now: Instant) -> sqlx::Result<()> {
        let staff = people::list(tx).await?;
        for proposal in due {
            let since = proposal.decided_at.unwrap_or(proposal.proposed_at);
            let signed = approvals::signatures(tx, proposal.id).await?;
            let mut passed = REMINDERS_HOURS.into_iter().filter(|hours| since.plus_secs(hours * 3600) <= now);
            let Some(hours) = passed.next_back() else { continue };
            let path = format!("/treasury/approvals/{}", proposal.id);
            for person in staff.iter().filter(|person| person.disabled_at.is_none() && person.roles.holds(Role::Approver)) {
                let has_signed = signed.iter().any(|signature| signature.person_id == person.id);
                if has_signed || approvals::is_author(tx, proposal, person.id).await? {
                    continue;
                }
                let content = Content { kind: Kind::EmergencySignature, values: &[], path: Some(&path) };
                self.write_to(tx, person, &format!("emergency {} {hours}", proposal.id), &content, now).await?;
            }
        }
        Ok(())
    }

    async fn write_digests(&self, tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
        let zone = funds::general(tx).await?.map_or(Zone::UTC, |fund| fund.time_zone);
        let cause = format!("waiting {}", now.day_in(&zone));
        let mut treasurers = None;
        for person in people::list(tx).await?.iter().filter(|person| person.disabled_at.is_none()) {
            let mut waiting = Waiting::default().and(approvals::waiting_for(tx, person).await?);
            if person.roles.holds(Role::Recorder) {
                let theirs = match treasurers {
                    Some(theirs) => theirs,
                    None => *treasurers.insert(for_treasurers(tx).await?),
                };
                waiting = Waiting { disputes: theirs.disputes, due_at: theirs.due_at, ..waiting.and((theirs.count, theirs.oldest_at)) };
            }
            self.send_digest(tx, person, &cause, waiting, now).await?;
        }
        Ok(())
    }

    async fn send_digest(&self, tx: &mut Tx, person: &Person, cause: &str, waiting: Waiting, now: Instant) -> sqlx::Result<()> {
        if waiting.count == 0 {
            return Ok(());
        }
        let secs = waiting.oldest_at.map_or(0, |at| now.unix_secs().saturating_sub(at.unix_secs()).max(0));
        let (count, days) = (waiting.count.to_string(), (secs / DAY_SECS).to_string());
        let days_left = |due: Instant| (due.unix_secs().saturating_sub(now.unix_secs()).max(0) / DAY_SECS).to_string();
        let (disputes, left) = (waiting.disputes.to_string(), waiting.due_at.map_or_else(|| "unknown".to_owned(), days_left));
        let values = [("count", &*count), ("days", &*days), ("disputes", &*disputes), ("left", &*left)];
        let content = Content { kind: Kind::Waiting, values: &values, path: Some("/treasury") };
        self.write_to(tx, person, cause, &content, now).await
    }
}

/// What waits for whoever enters and pays: disputes, captains' claims, missing receipts, bills and people to be paid, refunds, gifts by hand that
/// did not arrive, bank lines without a match.
async fn for_treasurers(tx: &mut Tx) -> sqlx::Result<Waiting> {
    let mut waiting = Waiting::default().and(spending::open_claims(tx).await?).and(spending::missing_receipts(tx).await?);
    waiting = waiting.and(arriving::open(tx).await?).and(refunding::open(tx).await?).and(spending::to_pay(tx, i64::MAX).await?);
    let disputes: Vec<_> =
        about::open_disputes(tx, None, DISPUTES).await?.into_iter().filter(|dispute| dispute.status.ends_with("needs_response")).collect();
    let oldest_at = disputes.iter().map(|dispute| Instant::from_unix_secs(dispute.told_at)).min();
    waiting = waiting.and((i64::try_from(disputes.len()).unwrap_or(DISPUTES), oldest_at));
    waiting.disputes = i64::try_from(disputes.len()).unwrap_or(DISPUTES);
    waiting.due_at = disputes.iter().filter_map(|dispute| dispute.due_at).min().map(Instant::from_unix_secs);
    for account in bank::accounts(tx).await? {
        let lines = bank::waiting_lines(tx, account.id).await?;
        waiting = waiting.and((lines.count, lines.oldest_on.and_then(|day| day.start_in(&Zone::UTC).ok())));
    }
    Ok(waiting)
}
