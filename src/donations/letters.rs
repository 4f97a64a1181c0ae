//! What donors are written, each mail in the transaction of its cause and once a cause. Whoever is not known, or no more, is written nothing.
//! Not here: the texts (`mail`), mails about gifts that repeat.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::gift_page::{self, Issuer};
use super::store::gift_pages as rows;
use super::{Donation, Donor, Stage, State, StopBy, donor_of, repeating, store};
use crate::clock::{Clock, Day, Instant};
use crate::db::{Db, Tx};
use crate::ids::{Entropy, sha256_hex};
use crate::language::Language;
use crate::mail::{self, Kind, Letter};
use crate::money::Money;
use crate::payments::about;
use crate::payments::line::Line;
use crate::seal::Keyring;
use crate::transact;

/// How many owed mails one transaction writes.
const OWED_AT_ONCE: i64 = 50;
/// How many links one mail holds at most.
const MOST_LINKS: i64 = 50;
/// How often one address is sent its links at most: once in so many seconds.
const LINKS_SECS: i64 = 3600;
/// How often a receipt is sent again at most.
pub const RECEIPTS_A_DAY: u32 = 3;

/// What a mail to a donor is written with.
#[derive(Clone, Copy, Debug)]
pub struct Pen<'a> {
    /// Opens the donor, seals the mail, makes the link's code.
    pub keys: &'a Keyring,
    /// The mail's reference.
    pub entropy: &'a Entropy,
    /// How the world reaches the site: links begin with it.
    pub base_url: &'a str,
    /// No real money.
    pub practice: bool,
}

/// One mail: its cause beside the gift, and what stands in it, in the donor's language.
struct Content<'a> {
    cause: &'a str,
    kind: Kind,
    values: &'a [(&'static str, &'a str)],
}

impl Pen<'_> {
    /// Queues a mail to a donor about a gift, with the link to the gift's page. False: this cause has its mail already.
    async fn write(&self, tx: &mut Tx, gift: &Donation, donor: &Donor, content: &Content<'_>, now: Instant) -> sqlx::Result<bool> {
        let code = gift_page::open_page(tx, self.keys, gift).await?;
        let link = format!("{}/gift/{code}", self.base_url);
        let values = [&[("gift", &*gift.number)][..], content.values].concat();
        let Content { cause, kind, .. } = *content;
        let letter = Letter { cause, to: &donor.email, language: donor.language, kind, values: &values, link: Some(&link) };
        mail::queue(tx, &letter, self.keys, self.entropy, now).await
    }
}

/// Sends the receipts of those of these charges whose gift has arrived; a bank debit that may still bounce waits for its success.
///
/// # Errors
/// When the database is gone.
pub async fn arrived(tx: &mut Tx, pen: Pen<'_>, charge_ids: &[&str], now: Instant) -> sqlx::Result<()> {
    if charge_ids.is_empty() {
        return Ok(());
    }
    let gifts = store::with_charges(tx, charge_ids).await?;
    let lines = about::lines_of(tx, charge_ids).await?;
    let mut issuers = BTreeMap::new();
    for gift in gifts.iter().filter(|gift| gift.state == State::Paid && gift.settled_at.is_some()) {
        let Some(donor) = donor_of(tx, pen.keys, gift.id).await? else {
            gift_page::open_page(tx, pen.keys, gift).await?;
            continue;
        };
        let issuer = match issuers.entry(gift.fund_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Issuer::of(tx, gift, pen.practice).await?),
        };
        let own: Vec<Line> = lines.iter().filter(|line| line.charge_id == gift.charge_id).cloned().collect();
        if let Some(means) = own.iter().find_map(|line| line.paid_with.as_deref()) {
            gift_page::keep_means(tx, (pen.keys, pen.entropy), gift, means).await?;
        }
        send_receipt(tx, pen, (gift, &donor, issuer), &own, &format!("receipt {}", gift.reference), now).await?;
    }
    let arrived = gifts.iter().filter(|gift| gift.state == State::Paid && gift.settled_at.is_some());
    about::forget_means(tx, &arrived.filter_map(|gift| gift.charge_id.as_deref()).collect::<Vec<_>>()).await
}

/// Writes what donors are owed about gifts that moved, or whose donor became known, where nobody could write at once. What was written before is
/// not written again.
///
/// # Errors
/// When the database is gone; what was not written yet is written at the next look.
pub async fn write_owed(db: &Db, pen: Pen<'_>, clock: &Clock) -> sqlx::Result<()> {
    loop {
        let owed = store::owed_letters(&mut db.begin_read().await?, OWED_AT_ONCE).await?;
        if owed.is_empty() {
            return Ok(());
        }
        let now = clock.now();
        let written: sqlx::Result<()> = transact!(db, tx => write_each(tx, pen, &owed, now).await);
        written?;
    }
}

async fn write_each(tx: &mut Tx, pen: Pen<'_>, owed: &[Donation], now: Instant) -> sqlx::Result<()> {
    let paid = owed.iter().filter(|gift| gift.state == State::Paid);
    arrived(tx, pen, &paid.filter_map(|gift| gift.charge_id.as_deref()).collect::<Vec<_>>(), now).await?;
    for gift in owed {
        if gift.state == State::Failed {
            failed(tx, pen, gift, now).await?;
        }
        store::letter_written(tx, gift).await?;
    }
    Ok(())
}

async fn send_receipt(
    tx: &mut Tx,
    pen: Pen<'_>,
    (gift, donor, issuer): (&Donation, &Donor, &Issuer),
    lines: &[Line],
    cause: &str,
    now: Instant,
) -> sqlx::Result<bool> {
    let Some(mut receipt) = issuer.receipt(gift, Some(donor), lines, now) else { return Ok(false) };
    if receipt.paid_with.is_none() {
        receipt.paid_with = gift_page::means_of(tx, pen.keys, gift).await?;
    }
    let (table, notes) = (receipt.table(donor.language), receipt.notes(donor.language).join(" "));
    let content = Content { cause, kind: Kind::Receipt, values: &[("table", &table), ("notes", &notes)] };
    pen.write(tx, gift, donor, &content, now).await
}

/// Sends a receipt again, as things stand now, to the address it went to. False: not a fourth time in a day, or nobody is known.
///
/// # Errors
/// When the database is gone.
pub async fn send_again(tx: &mut Tx, pen: Pen<'_>, gift: &Donation, now: Instant) -> sqlx::Result<bool> {
    let (Some(donor), Some(charge), State::Paid) = (donor_of(tx, pen.keys, gift.id).await?, &gift.charge_id, gift.state) else {
        return Ok(false);
    };
    let issuer = Issuer::of(tx, gift, pen.practice).await?;
    let lines = about::lines(tx, charge).await?;
    let day = now.day_in(&issuer.fund.time_zone);
    for turn in 1..=RECEIPTS_A_DAY {
        let cause = format!("receipt {} again {day} {turn}", gift.reference);
        if send_receipt(tx, pen, (gift, &donor, &issuer), &lines, &cause, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells a donor that the payment of a gift did not go through, or came back.
///
/// # Errors
/// When the database is gone.
pub async fn failed(tx: &mut Tx, pen: Pen<'_>, gift: &Donation, now: Instant) -> sqlx::Result<()> {
    let cause = format!("failed {}", gift.reference);
    about_gift(tx, pen, gift, (&cause, Kind::PaymentFailed), |_, day| vec![("day", day)], now).await
}

/// A line of Stripe's about a gift that its donor is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Money went back.
    Refunded,
    /// It did not reach the donor, and came back to the fund.
    RefundFailed,
    /// The donor's bank took it.
    Disputed,
}

/// Tells a donor what Stripe's line did to a gift. `object` is what moved the money, `re_…` or `dp_…`: once for each.
///
/// # Errors
/// When the database is gone.
pub async fn moved(tx: &mut Tx, pen: Pen<'_>, what: Moved, charge_id: &str, object: &str, amount: Money, now: Instant) -> sqlx::Result<()> {
    let Some(gift) = store::find_by_charge(tx, charge_id).await? else { return Ok(()) };
    let (word, kind) = match what {
        Moved::Refunded => ("refunded", Kind::Refunded),
        Moved::RefundFailed => ("refund failed", Kind::RefundCameBack),
        Moved::Disputed => ("disputed", Kind::Disputed),
    };
    let amount = Money::new(amount.minor.saturating_abs(), amount.currency);
    let repeat = repeating::of_gift(tx, gift.id).await?;
    let is_to_stop = repeat.is_some_and(|repeat| repeat.stage() == Stage::Stopping(StopBy::Bank));
    let repeats = if is_to_stop { "stops" } else { "none" };
    let whole = if gift.settled_minor.is_some_and(|paid| amount.minor >= paid) { "whole" } else { "part" };
    let values = |language, day| {
        vec![("amount", amount.for_reader(language)), ("part", whole.to_owned()), ("day", day), ("repeats", repeats.to_owned())]
    };
    about_gift(tx, pen, &gift, (&format!("{word} {object}"), kind), values, now).await
}

/// Tells a donor that treasurers said no to giving the money back.
///
/// # Errors
/// When the database is gone.
pub async fn declined(tx: &mut Tx, pen: Pen<'_>, gift: &Donation, now: Instant) -> sqlx::Result<()> {
    let contact = crate::funds::settings::about(tx, gift.fund_id).await?.contact;
    let contact = if contact.is_empty() { "none".to_owned() } else { contact };
    let cause = format!("declined {} {}", gift.reference, now.0);
    about_gift(tx, pen, gift, (&cause, Kind::RequestDeclined), |_, _| vec![("contact", contact)], now).await
}

/// Tells a donor that the way of being listed was changed.
///
/// # Errors
/// When the database is gone.
pub async fn listed(tx: &mut Tx, pen: Pen<'_>, gift: &Donation, now: Instant) -> sqlx::Result<()> {
    let Some(donor) = donor_of(tx, pen.keys, gift.id).await? else { return Ok(()) };
    let listed = if donor.listing.name().is_some() { "waiting" } else { "hidden" };
    let cause = format!("listed {} {listed} {}", gift.reference, now.0);
    let content = Content { cause: &cause, kind: Kind::NameChanged, values: &[("listed", listed)] };
    pen.write(tx, gift, &donor, &content, now).await.map(drop)
}

/// Says goodbye to a donor whose details are deleted next, in the same transaction.
///
/// # Errors
/// When the database is gone.
pub async fn goodbye(tx: &mut Tx, pen: Pen<'_>, gift: &Donation, now: Instant) -> sqlx::Result<()> {
    about_gift(tx, pen, gift, (&format!("deleted {}", gift.reference), Kind::DetailsDeleted), |_, day| vec![("day", day)], now).await
}

/// Queues a mail whose values need the donor's language and the day, in it.
async fn about_gift(
    tx: &mut Tx,
    pen: Pen<'_>,
    gift: &Donation,
    (cause, kind): (&str, Kind),
    values: impl FnOnce(Language, String) -> Vec<(&'static str, String)> + Send,
    now: Instant,
) -> sqlx::Result<()> {
    let Some(donor) = donor_of(tx, pen.keys, gift.id).await? else { return Ok(()) };
    let fund = crate::funds::find(tx, gift.fund_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let today: Day = now.day_in(&fund.time_zone);
    let values = values(donor.language, donor.language.day(today));
    let values: Vec<(&'static str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pen.write(tx, gift, &donor, &Content { cause, kind, values: &values }, now).await.map(drop)
}

/// Writes down that somebody lost the links of an address: the same be there gifts of it or not.
///
/// # Errors
/// When the database is gone.
pub async fn links_lost(tx: &mut Tx, keys: &Keyring, email: &str, now: Instant) -> sqlx::Result<()> {
    rows::insert_lost_link(tx, &keys.index(email), now).await
}

/// Lost links that nobody looked at yet, by what finds their address; at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn links_waiting(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<String>> {
    rows::lost_links(tx, limit).await
}

/// Sends the links of an address, one a gift, in one mail and once an hour; nothing where there are no gifts of it.
///
/// # Errors
/// When the database is gone.
pub async fn send_links(tx: &mut Tx, pen: Pen<'_>, donor_hash: &str, now: Instant) -> sqlx::Result<()> {
    if !rows::end_lost_link(tx, donor_hash).await? {
        return Ok(());
    }
    let (mut table, mut reader) = (Vec::new(), None);
    for gift in rows::of_donor(tx, donor_hash, MOST_LINKS).await? {
        let Some(donor) = donor_of(tx, pen.keys, gift.id).await? else { continue };
        let code = gift_page::open_page(tx, pen.keys, &gift).await?;
        table.push(format!("{}\t{}/gift/{code}", gift.number, pen.base_url));
        reader.get_or_insert(donor);
    }
    let Some(donor) = reader else { return Ok(()) };
    // The cause outlives the mail, and must not lead back to whom it went to.
    let cause = format!("links {}", sha256_hex(format!("{donor_hash} {}", now.unix_secs() / LINKS_SECS)));
    let (table, language) = (table.join("\n"), donor.language);
    let letter = Letter { cause: &cause, to: &donor.email, language, kind: Kind::Links, values: &[("table", &table)], link: None };
    mail::queue(tx, &letter, pen.keys, pen.entropy, now).await.map(drop)
}
