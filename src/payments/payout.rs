//! Payouts held against the lines they consist of: what went to the bank is the sum of lines we know (stripe.md §6.5).

use std::collections::HashMap;

use crate::clock::Instant;
use crate::db::Tx;
use crate::money::Money;
use crate::transact;

use super::alert::{self, AlertKind, Said};
use super::asking::{Page, PaidOut};
use super::gateway::GatewayError;
use super::line::{Line, LineId};
use super::sync::SyncError;
use super::{Payments, store};

/// The most payouts asked about in one night, and the pages of lines after which no other is begun: the books must not wait for long.
const PAYOUTS_A_NIGHT: i64 = 40;
const PAGES_A_NIGHT: u64 = 300;
/// The subject of the alert that a right to payouts is missing.
const SUBJECT: &str = "payouts";

/// What [`Payments::check_payouts`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayoutsChecked {
    /// Payouts that are the sum of their lines; they are not asked about again.
    pub hold: u64,
    /// Payouts that are not: an alert stands for each until it is.
    pub differ: u64,
    /// Payouts whose lines Stripe does not tell yet.
    pub waiting: u64,
    /// Payouts whose lines Stripe never tells: made by hand, or instant.
    pub by_hand: u64,
}

/// How one payout's check came out.
enum Verdict {
    Holds,
    Differs(Said),
    NotYet,
    ByHand,
}

impl Payments {
    /// Holds each automatic payout against its lines, once Stripe has told them and until it holds. The payouts are known by their own
    /// lines, so none is missed; those from before the books opened are left out.
    ///
    /// # Errors
    /// When Stripe or the database fails; what was found before stays noted.
    pub async fn check_payouts(&self) -> Result<PayoutsChecked, SyncError> {
        let unchecked = {
            let tx = &mut self.db.begin_read().await?;
            let opens_at = store::lines::progress(tx).await?.opens_at;
            store::checks::unchecked_payouts(tx, opens_at.unwrap_or(0), PAYOUTS_A_NIGHT).await?
        };
        let (mut report, mut pages) = (PayoutsChecked::default(), 0);
        for id in unchecked {
            if pages >= PAGES_A_NIGHT {
                break;
            }
            let verdict = match self.judge(&id, &mut pages).await {
                Err(SyncError::Gateway(error)) => self.unanswered(&id, error).await?,
                verdict => verdict?,
            };
            let now = self.clock.now();
            let noted: sqlx::Result<()> = transact!(self.db, tx => note(tx, &id, &verdict, now).await);
            noted?;
            *match verdict {
                Verdict::Holds => &mut report.hold,
                Verdict::Differs(_) => &mut report.differ,
                Verdict::NotYet => &mut report.waiting,
                Verdict::ByHand => &mut report.by_hand,
            } += 1;
        }
        alert::clear_alone(&self.db, AlertKind::RightMissing, SUBJECT, self.clock.now()).await?;
        Ok(report)
    }

    async fn judge(&self, id: &str, pages: &mut u64) -> Result<Verdict, SyncError> {
        let payout = self.gateway().paid_out(id).await?;
        match payout.reconciliation.as_deref() {
            Some("completed") => {}
            Some("not_applicable") => return Ok(Verdict::ByHand),
            _ => return Ok(Verdict::NotYet),
        }
        let mut sum = Sum::default();
        let mut after: Option<String> = None;
        loop {
            let page = self.gateway().lines_of_payout(id, after.as_deref()).await?;
            *pages += 1;
            self.add(&mut sum, id, &payout, &page).await?;
            if !page.has_more {
                return Ok(sum.verdict(&payout));
            }
            let last = page.last_id();
            if last.is_none() || last == after {
                return Err(SyncError::DeadEnd { after: after.unwrap_or_default() });
            }
            after = last;
        }
    }

    /// Adds a page's lines, all but the payout's own, and counts those that are not ours as they are told.
    async fn add(&self, sum: &mut Sum, id: &str, payout: &PaidOut, page: &Page) -> Result<(), SyncError> {
        let now = self.clock.now();
        let mut told = Vec::with_capacity(page.elements.len());
        for element in &page.elements {
            match Line::read(element.get().as_bytes(), now) {
                Ok(line) if line.kind == "payout" && line.source_id.as_deref() == Some(id) => {}
                Ok(line) if line.currency == payout.amount.currency => told.push(line),
                Ok(line) => sum.count_strange(line.id.as_str()),
                Err(_) => sum.count_strange("one that cannot be read"),
            }
        }
        let ids: Vec<LineId> = told.iter().map(|line| line.id.clone()).collect();
        let known: HashMap<LineId, i64> = store::checks::known_nets(&mut self.db.begin_read().await?, &ids).await?.into_iter().collect();
        for line in &told {
            // A sum beyond all bounds is no payout's amount.
            sum.net_minor = sum.net_minor.saturating_add(line.net_minor);
            if known.get(&line.id) != Some(&line.net_minor) {
                sum.count_strange(line.id.as_str());
            }
        }
        Ok(())
    }

    /// What becomes of a payout about which Stripe gave no answer: one it does not know waits, and all else ends the night's check.
    async fn unanswered(&self, id: &str, error: GatewayError) -> Result<Verdict, SyncError> {
        if error.is_missing() {
            tracing::warn!(payout = id, %error, "a payout with a line is not known to Stripe");
            return Ok(Verdict::NotYet);
        }
        if matches!(error, GatewayError::RightMissing { .. }) {
            let said = Said::new("right-missing").because(&error);
            alert::raise_alone(&self.db, AlertKind::RightMissing, SUBJECT, &said, self.clock.now()).await?;
        }
        Err(error.into())
    }
}

/// What the lines of one payout come to.
#[derive(Debug, Default)]
struct Sum {
    net_minor: i64,
    /// Lines that are not ours as they are told, and the first of them.
    strange: u64,
    first_strange: Option<String>,
}

impl Sum {
    fn count_strange(&mut self, line: &str) {
        self.strange += 1;
        self.first_strange.get_or_insert_with(|| line.to_owned());
    }

    fn verdict(&self, payout: &PaidOut) -> Verdict {
        let Money { minor, currency } = payout.amount;
        if self.net_minor == minor && self.strange == 0 {
            return Verdict::Holds;
        }
        let people = |minor| Money::new(minor, currency).for_people();
        let difference = people(minor.saturating_sub(self.net_minor));
        let key = if self.first_strange.is_some() { "payout-strange" } else { "payout-differs" };
        let said = Said::new(key).with("paid", people(minor)).with("lines", people(self.net_minor)).with("difference", difference);
        Verdict::Differs(match &self.first_strange {
            Some(first) => said.with("count", self.strange).with("first", first),
            None => said,
        })
    }
}

async fn note(tx: &mut Tx, id: &str, verdict: &Verdict, now: Instant) -> sqlx::Result<()> {
    let settled = match verdict {
        Verdict::Differs(said) => {
            alert::raise(tx, AlertKind::PayoutDiffers, id, said, now).await?;
            false
        }
        // What stood about it before stands until there is an answer.
        Verdict::NotYet => false,
        Verdict::Holds | Verdict::ByHand => {
            alert::clear(tx, AlertKind::PayoutDiffers, id, now).await?;
            true
        }
    };
    store::checks::note_payout(tx, id, settled, now).await
}
