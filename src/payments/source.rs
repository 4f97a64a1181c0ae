//! Asking Stripe what its list left out of a line: the source, its charge's metadata, the recurring gift behind it (stripe.md §6.3, §6.4).
//! Runs outside transactions, before booking. Not here: what happens when nothing answers, which is booking's general fund.

use crate::transact;

use super::alert::{self, AlertKind, Said};
use super::gateway::GatewayError;
use super::line::{Line, SourceKind, WAIT_SECS};
use super::object::ObjectState;
use super::sync::SyncError;
use super::{Payments, store};

/// From so many turns of recurring gifts on, the list of joins is cheaper than asking one by one.
const WORTH_A_LIST: usize = 5;
/// Lines asked about between two writes.
const AT_ONCE: i64 = 100;
const DAY_SECS: i64 = 86_400;

/// The subject of the alert that a right to a source is missing.
const SUBJECT: &str = "sources";

/// What [`complete`] came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// Lines that wait for nothing any more.
    pub complete: u64,
    /// Lines about which Stripe gave no answer now; they are asked about again, and booked anyway when their wait is over.
    pub waiting: u64,
    /// Those of them that wait because the Stripe key lacks a right.
    pub without_right: u64,
}

/// Completes every new line that waits for its source or its recurring gift.
///
/// # Errors
/// When the database is gone. Stripe's silence is no error: the lines wait.
pub async fn complete(payments: &Payments) -> Result<Completed, SyncError> {
    let mut report = Completed::default();
    let mut after = (i64::MIN, String::new());
    loop {
        let lines = store::lines::incomplete(&mut payments.db.begin_read().await?, (after.0, &after.1), AT_ONCE).await?;
        let Some(last) = lines.last() else { break };
        after = (last.created, last.id.to_string());
        if let Err(error) = list_joins(payments, &lines).await {
            tracing::warn!(%error, "the joins of recurring gifts could not be listed; they are asked for one by one");
        }
        let (learned, silent) = ask_about(payments, lines, &mut report).await?;
        let saved: sqlx::Result<()> = transact!(payments.db, tx => save(tx, &learned).await);
        saved?;
        if silent {
            return Ok(report);
        }
    }
    if report.without_right == 0 {
        alert::clear_alone(&payments.db, AlertKind::RightMissing, SUBJECT, payments.clock.now()).await?;
    }
    Ok(report)
}

/// Asks about each line. True when Stripe did not answer at all: asking on would only keep the lines that are ready from being booked.
async fn ask_about(payments: &Payments, lines: Vec<Line>, report: &mut Completed) -> Result<(Vec<Line>, bool), SyncError> {
    let mut learned = Vec::with_capacity(lines.len());
    for line in lines {
        match complete_line(payments, line.clone()).await {
            Ok(line) => {
                report.complete += 1;
                learned.push(line);
            }
            Err(Unanswered::Gateway(error)) => {
                report.waiting += 1;
                if matches!(error, GatewayError::Unreachable { .. }) {
                    return Ok((learned, true));
                }
                learned.extend(wait_on(payments, line, &error, report).await?);
            }
            Err(Unanswered::Database(error)) => return Err(error.into()),
        }
    }
    Ok((learned, false))
}

async fn save(tx: &mut crate::db::Tx, lines: &[Line]) -> sqlx::Result<()> {
    for line in lines {
        store::lines::save_source(tx, line).await?;
    }
    Ok(())
}

/// A missing right is a mistake in the set-up: an alert names it, and the line waits for it. All else passes by itself.
async fn wait_on(payments: &Payments, mut line: Line, error: &GatewayError, report: &mut Completed) -> Result<Option<Line>, SyncError> {
    if !matches!(error, GatewayError::RightMissing { .. }) {
        return Ok(None);
    }
    let now = payments.clock.now();
    report.without_right += 1;
    alert::raise_alone(&payments.db, AlertKind::RightMissing, SUBJECT, &Said::new("right-missing").because(error), now).await?;
    line.waits_until = Some(now.plus_secs(WAIT_SECS));
    Ok(Some(line))
}

/// Why a line cannot be completed now.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

async fn complete_line(payments: &Payments, mut line: Line) -> Result<Line, Unanswered> {
    let source_id = line.source_id.clone().unwrap_or_default();
    if let (None, Some(kind)) = (&line.source_object, SourceKind::of_id(&source_id)) {
        learn(payments, &mut line, kind, &source_id).await?;
    }
    let is_charge = line.source_object.as_deref() == Some(SourceKind::Charge.as_str());
    if let (false, false, Some(charge)) = (line.is_referred(), is_charge, line.charge_id.clone()) {
        let charge_line = store::lines::of_charge(&mut payments.db.begin_read().await?, &charge).await?;
        match charge_line.filter(Line::is_referred) {
            Some(known) => {
                (line.fund_ref, line.donation_ref, line.subscription_id) = (known.fund_ref, known.donation_ref, known.subscription_id);
            }
            None => learn(payments, &mut line, SourceKind::Charge, &charge).await?,
        }
    }
    if let (false, Some(intent)) = (line.is_referred(), line.payment_intent.clone()) {
        learn_turn(payments, &mut line, &intent).await?;
    }
    line.waits_until = None;
    Ok(line)
}

/// Asks for a source or charge; one that Stripe does not know has nothing to tell.
async fn learn(payments: &Payments, line: &mut Line, kind: SourceKind, id: &str) -> Result<(), GatewayError> {
    match payments.gateway().source(kind, id).await {
        Ok(mut source) => {
            if line.source_object.is_some() {
                // The charge of a known refund or dispute: what it is stays, only what it knows is taken.
                (source.object, source.status) = (None, None);
            }
            line.learn(source);
            Ok(())
        }
        Err(error) if error.is_missing() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Finds the recurring gift whose turn a payment is: first in what is kept, then by asking.
async fn learn_turn(payments: &Payments, line: &mut Line, intent: &str) -> Result<(), Unanswered> {
    if let Some(turn) = known_turn(payments, intent).await? {
        turn.tell(line);
        return Ok(());
    }
    let now = payments.clock.now();
    let joins = match payments.gateway().invoice_payments_of(intent, now).await {
        Ok(joins) => joins,
        Err(error) if error.is_missing() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if joins.is_empty() {
        return Ok(());
    }
    store_all(payments, &joins).await?;
    if let Some(turn) = known_turn(payments, intent).await? {
        turn.tell(line);
    }
    Ok(())
}

/// What tells of which recurring gift a payment is a turn.
struct Turn {
    references: super::json::References,
    subscription_id: Option<String>,
}

impl Turn {
    fn tell(self, line: &mut Line) {
        line.refer(self.references);
        line.subscription_id = self.subscription_id;
    }
}

/// Follows payment → invoice payment → invoice → subscription through what is kept; the first with references of ours answers.
async fn known_turn(payments: &Payments, intent: &str) -> sqlx::Result<Option<Turn>> {
    let tx = &mut payments.db.begin_read().await?;
    for join in store::objects::invoices_of_intent(tx, intent).await? {
        let mut place = Some(join);
        let mut references = super::json::References::default();
        let mut subscription_id = None;
        while let Some(object) = place.take() {
            if references.are_absent() {
                references = object.references();
            }
            let Some(parent) = object.parent_id else { break };
            if parent.starts_with("sub_") {
                subscription_id = Some(parent.clone());
            }
            // A subscription's parent is its customer: the way ends there.
            place = if parent.starts_with("cus_") { None } else { store::objects::find(tx, &parent).await? };
        }
        if !references.are_absent() {
            return Ok(Some(Turn { references, subscription_id }));
        }
    }
    Ok(None)
}

/// Lists the joins since the oldest of these lines, where that is cheaper than asking one by one.
async fn list_joins(payments: &Payments, lines: &[Line]) -> Result<(), Unanswered> {
    let mut wanted = std::collections::BTreeSet::new();
    for line in lines.iter().filter(|line| line.source_object.is_some() && !line.is_referred()) {
        let Some(intent) = &line.payment_intent else { continue };
        if known_turn(payments, intent).await?.is_none() {
            wanted.insert(intent.clone());
        }
    }
    if wanted.len() < WORTH_A_LIST {
        return Ok(());
    }
    let oldest = lines.iter().map(|line| line.created).min().unwrap_or(0);
    let mut after = None;
    // More pages than wanted joins would cost more than asking for each.
    for _ in 0..wanted.len() {
        let now = payments.clock.now();
        let (joins, has_more) = payments.gateway().invoice_payments_since(oldest.saturating_sub(DAY_SECS), after.as_deref(), now).await?;
        for intent in joins.iter().filter_map(|join| join.payment_intent.as_ref()) {
            wanted.remove(intent);
        }
        after = joins.last().map(|join| join.id.clone());
        store_all(payments, &joins).await?;
        if !has_more || wanted.is_empty() || after.is_none() {
            break;
        }
    }
    Ok(())
}

async fn store_all(payments: &Payments, states: &[ObjectState]) -> sqlx::Result<()> {
    transact!(payments.db, tx => super::store_objects(tx, states).await)
}
