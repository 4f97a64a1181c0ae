//! Lines become entries, a batch in one transaction with the gifts it settles: first decided one by one, then written together.

use super::resolve::Books;
use super::rule::{Effect, Event, Funds, effect};
use super::{BookingError, Opening};
use crate::clock::{Clock, Instant, Zone};
use crate::db::{Db, Tx};
use crate::donations::letters::{self, Moved, Pen};
use crate::donations::{self, Settled, Settlement};
use crate::funds::Fund;
use crate::ledger::{self, NewEntry, NewPosting, Source};
use crate::money::Money;
use crate::payments;
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::line::{Line, LineId};
use crate::payments::progress::Progress;
use crate::payments::sync::BEFORE_OPENING;
use crate::transact;

/// How many lines one transaction books.
const BATCH: i64 = 100;
/// How many entries one run adds to the day sums.
const FOLD: i64 = 1_000;

/// Books every line that is ready, up to a hundred a transaction, and gives how many. Donors are written in the same transaction.
///
/// # Errors
/// [`BookingError`]; what was booked before stays booked, and nothing is half booked.
pub async fn book(db: &Db, clock: &Clock, pen: Pen<'_>) -> Result<u64, BookingError> {
    let mut total = 0;
    loop {
        let now = clock.now();
        // Most looks find nothing, and a look alone must not keep a delivery from the writer.
        if payments::new_lines(&mut db.begin_read().await?, now, 1).await?.is_empty() {
            return Ok(total);
        }
        let booked: Result<usize, BookingError> = transact!(db, tx => book_batch(tx, pen, now).await);
        match booked? {
            0 => return Ok(total),
            some => total += some as u64,
        }
    }
}

async fn book_batch(tx: &mut Tx, pen: Pen<'_>, now: Instant) -> Result<usize, BookingError> {
    let lines = payments::new_lines(tx, now, BATCH).await?;
    if lines.is_empty() {
        return Ok(0);
    }
    let progress = payments::progress(tx).await?;
    let mut books = Books::open(tx).await?.ok_or(BookingError::NoFund)?;
    let mut batch = Batch::default();
    for line in &lines {
        batch.decide(tx, &mut books, line, &progress, now).await?;
    }
    batch.write(tx, pen, now).await?;
    Ok(lines.len())
}

/// A charge that was booked, and the fund its entry stands on.
struct Charge<'a> {
    id: &'a str,
    line: &'a Line,
    fund: Fund,
}

/// What a batch of lines comes to.
#[derive(Default)]
struct Batch<'a> {
    /// What is posted.
    entries: Vec<NewEntry>,
    /// Lines that are one entry each.
    booked: Vec<LineId>,
    /// Charges that settle gifts.
    charges: Vec<Charge<'a>>,
    /// Charges that came back.
    bounced: Vec<&'a str>,
    /// What else donors are told of: what it is, the charge, its line.
    moved: Vec<(Moved, &'a str, &'a Line)>,
}

impl<'a> Batch<'a> {
    /// Decides what a line does to the books; what needs no entry or a person is noted or parked at once.
    async fn decide(
        &mut self,
        tx: &mut Tx,
        books: &mut Books,
        line: &'a Line,
        progress: &Progress,
        now: Instant,
    ) -> Result<(), BookingError> {
        let noted = match progress.opens_at.filter(|opens_at| line.created < *opens_at) {
            None => return self.decide_by_rule(tx, books, line, now).await,
            // Listed only after the books were opened: the opening balance grows by it.
            Some(opens_at) if progress.opened_at.is_some() && line.net_minor != 0 && (line.is_ordinary() || line.is_mirror()) => {
                let (stripe_minor, held_minor) = if line.is_mirror() { (0, line.net_minor) } else { (line.net_minor, 0) };
                let opening = Opening { stripe_minor, held_minor };
                self.entries.extend(opening.entry(books, line.id.as_str(), line.currency, opens_at)?);
                "before the books open; added to the opening balance"
            }
            Some(_) => BEFORE_OPENING,
        };
        Ok(payments::note_line(tx, &line.id, noted).await?)
    }

    async fn decide_by_rule(&mut self, tx: &mut Tx, books: &mut Books, line: &'a Line, now: Instant) -> Result<(), BookingError> {
        let event = Event::of(line);
        let fund = if event.is_about_a_gift() { books.fund_of(tx, line, now).await? } else { books.general.clone() };
        match effect(line, Funds { gift: fund.id, general: books.general.id }) {
            Effect::Note(reason) => payments::note_line(tx, &line.id, reason).await?,
            Effect::Park(reason) => {
                alert::raise(tx, AlertKind::LineUnknown, line.id.as_str(), &Said::new("line-parked").with("reason", reason), now).await?;
                payments::park_line(tx, &line.id, reason).await?;
            }
            Effect::Suspense(postings, reason) => {
                alert::raise(tx, AlertKind::LineUnknown, line.id.as_str(), &Said::new("line-suspense").with("reason", reason), now).await?;
                self.post(line, Event::Unknown, postings, &books.general.time_zone);
            }
            Effect::Post(event, postings) => {
                self.post(line, event, postings, &fund.time_zone);
                match (event, charge_of(line)) {
                    (Event::Charge, Some(id)) => {
                        books.settles(id, line.payment_intent.as_deref(), &fund);
                        self.charges.push(Charge { id, line, fund });
                    }
                    (Event::ChargeFailure, Some(charge_id)) => self.bounced.push(charge_id),
                    (_, Some(charge_id)) => self.moved.extend(moved(event).map(|moved| (moved, charge_id, line))),
                    (_, None) => {}
                }
            }
        }
        Ok(())
    }

    /// The entry of a line; its day is the line's in the fund's time zone.
    fn post(&mut self, line: &Line, event: Event, postings: Vec<NewPosting>, zone: &Zone) {
        self.booked.push(line.id.clone());
        self.entries.push(NewEntry {
            source: Source::Stripe,
            source_id: line.id.as_str().to_owned(),
            kind: event.as_str(),
            effective_on: Instant::from_unix_secs(line.created).day_in(zone),
            memo: None,
            actor: None,
            reverses: None,
            postings,
        });
    }

    /// Writes entries and gifts together.
    async fn write(self, tx: &mut Tx, pen: Pen<'_>, now: Instant) -> Result<(), BookingError> {
        ledger::post_all(tx, &self.entries, now).await?;
        settle(tx, &self.charges, pen, now).await?;
        for charge_id in &self.bounced {
            donations::bounce(tx, charge_id).await?;
        }
        self.tell(tx, pen, now).await?;
        payments::lines_booked(tx, &self.booked).await?;
        while ledger::fold(tx, FOLD).await? == FOLD.unsigned_abs() {}
        Ok(())
    }
}

impl Batch<'_> {
    /// Writes to the donors of the gifts that these lines are about.
    async fn tell(&self, tx: &mut Tx, pen: Pen<'_>, now: Instant) -> sqlx::Result<()> {
        let charge_ids: Vec<&str> = self.charges.iter().map(|charge| charge.id).collect();
        letters::arrived(tx, pen, &charge_ids, now).await?;
        for charge_id in &self.bounced {
            if let Some(gift) = donations::find_by_charge(tx, charge_id).await? {
                letters::failed(tx, pen, &gift, now).await?;
            }
        }
        for (moved, charge_id, line) in &self.moved {
            // What moved the money is told of once, however many lines it has.
            let object = line.source_id.as_deref().unwrap_or(line.id.as_str());
            if *moved == Moved::Disputed {
                donations::repeating::stop_disputed(tx, charge_id, now).await?;
            }
            letters::moved(tx, pen, *moved, charge_id, object, Money::new(line.amount_minor, line.currency), now).await?;
            if *moved == Moved::Refunded {
                alert::clear(tx, AlertKind::ChargedAfterStop, charge_id, now).await?;
            }
        }
        Ok(())
    }
}

/// What a donor is told of a line; None: nothing, or elsewhere.
const fn moved(event: Event) -> Option<Moved> {
    match event {
        Event::Refund => Some(Moved::Refunded),
        Event::RefundFailure => Some(Moved::RefundFailed),
        Event::Dispute => Some(Moved::Disputed),
        _ => None,
    }
}

/// The charge a line is about.
fn charge_of(line: &Line) -> Option<&str> {
    line.charge_id.as_deref().or(line.source_id.as_deref())
}

/// What booked charges mean for their gifts.
async fn settle(tx: &mut Tx, charges: &[Charge<'_>], pen: Pen<'_>, now: Instant) -> sqlx::Result<()> {
    let charge_ids: Vec<&str> = charges.iter().map(|charge| charge.id).collect();
    let bounced = payments::bounced(tx, &charge_ids).await?;
    let settlements = charges.iter().map(|Charge { id, line, fund }| Settlement {
        fund,
        reference: line.donation_ref.as_deref(),
        subscription_id: line.subscription_id.as_deref(),
        charge_id: id,
        payment_intent: line.payment_intent.as_deref(),
        amount: Money::new(line.amount_minor, line.currency),
        fee_minor: line.fee_minor,
        clearing: line.source_status.as_deref() == Some("pending"),
        bounced: bounced.contains(*id),
    });
    let settled = donations::settle(tx, &settlements.collect::<Vec<_>>(), pen.entropy, now).await?;
    for charge in charges {
        unwanted(tx, charge, now).await?;
    }
    for (charge, _) in charges.iter().zip(settled).filter(|(_, settled)| *settled == Settled::Otherwise) {
        alert::raise(tx, AlertKind::SessionDiffers, charge.line.id.as_str(), &Said::new("gift-differs"), now).await?;
    }
    Ok(())
}

/// Tells treasurers of a turn that was charged after its gift was to stop: it is to go back.
async fn unwanted(tx: &mut Tx, charge: &Charge<'_>, now: Instant) -> sqlx::Result<()> {
    let Some(subscription) = charge.line.subscription_id.as_deref() else { return Ok(()) };
    if !donations::repeating::is_after_stop(tx, subscription, Instant::from_unix_secs(charge.line.created)).await? {
        return Ok(());
    }
    let Some(gift) = donations::find_by_charge(tx, charge.id).await? else { return Ok(()) };
    let said = Said::new("charged-after-stop").with("gift", &gift.number);
    alert::raise(tx, AlertKind::ChargedAfterStop, charge.id, &said, now).await.map(drop)
}
