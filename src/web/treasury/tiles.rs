//! The tiles of the first page: what waits for a person, how many of it, and since when. A room adds one line to [`all`] and one function.
//! Not here: the lists that tiles lead to.

use super::bank::BANK;
use super::closing::LATE;
use super::gifts::repeats::REPEATS;
use super::mail::MAIL;
use super::setup;
use super::spending::{APPROVALS, CAPTAINS, EXPENSES, TO_PAY};
use super::supporters::SUPPORTERS;
use crate::approvals;
use crate::bank;
use crate::booking::{journal, months};
use crate::clock::{Instant, Zone};
use crate::closing;
use crate::db::Tx;
use crate::donations::{arriving, asking_back, ending, refunding, repeating, supporters};
use crate::ids::ProposalId;
use crate::mail;
use crate::payments::line::LineState;
use crate::payments::{self, about};
use crate::people::Role;
use crate::spending;
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::words::Words;

/// The most of one kind that is counted in full; beyond it a tile says so many or more.
const MOST: i64 = 200;

/// One tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Where its list is.
    pub href: &'static str,
    /// Its name in the locales: `tile-` and this word.
    pub word: &'static str,
    /// How many wait.
    pub count: i64,
    /// Since when the oldest does.
    pub oldest_at: Option<Instant>,
    /// One more thing to know, in the reader's words.
    pub more: Option<String>,
}

impl Tile {
    const fn new(word: &'static str, href: &'static str, (count, oldest_at): (i64, Option<Instant>)) -> Self {
        Self { href, word, count, oldest_at, more: None }
    }
}

/// Every tile, in the order of screens.md 6.1.
pub async fn all(tx: &mut Tx, signed_in: &SignedIn, now: Instant) -> Result<Vec<Tile>, Trouble> {
    let words = signed_in.words;
    let mut tiles = vec![
        disputes(tx, words, now).await?,
        to_approve(tx).await?,
        emergencies(tx).await?,
        Tile::new("journal", "/treasury/journal", journal::open(tx).await?),
        difference(tx).await?,
        alerts(tx).await?,
        parked(tx).await?,
        Tile::new("requests", "/treasury/refunds", asking_back::count_requests(tx).await?),
        Tile::new("refunds", "/treasury/refunds", refunding::open(tx).await?),
        Tile::new("notes", SUPPORTERS, supporters::waiting(tx).await?),
        repeats(tx).await?,
        Tile::new("failing", REPEATS, repeating::count_behind(tx, MOST).await?),
        Tile::new("offline", "/treasury/gifts", arriving::open(tx).await?),
        Tile::new("to-pay", TO_PAY, spending::to_pay(tx, MOST).await?),
        Tile::new("claims", CAPTAINS, spending::open_claims(tx).await?),
        Tile::new("receipts", EXPENSES, spending::missing_receipts(tx).await?),
        unmatched(tx).await?,
        months_to_lock(tx, now).await?,
        late(tx).await?,
    ];
    if signed_in.person.roles.holds(Role::Administrator) {
        tiles.push(Tile::new("mail", MAIL, (mail::counts(tx).await?.dead, None)));
        let left = i64::try_from(setup::left_over(tx).await?.len()).unwrap_or(MOST);
        tiles.push(Tile::new("setup", setup::FINISH, (left, None)));
    }
    Ok(tiles)
}

async fn disputes(tx: &mut Tx, words: Words, now: Instant) -> Result<Tile, Trouble> {
    let open = about::open_disputes(tx, None, MOST).await?;
    let oldest = open.iter().map(|dispute| Instant::from_unix_secs(dispute.told_at)).min();
    let first_due = open.iter().filter(|dispute| dispute.status.ends_with("needs_response")).filter_map(|dispute| dispute.due_at).min();
    let more = first_due.map(|due| words.with("disputes-days", "days", due.saturating_sub(now.unix_secs()).max(0) / 86_400));
    let count = i64::try_from(open.len()).unwrap_or(MOST);
    Ok(Tile { more, ..Tile::new("disputes", "/treasury/disputes", (count, oldest)) })
}

/// Gifts that Stripe may still charge although their fund winds down.
async fn repeats(tx: &mut Tx) -> Result<Tile, Trouble> {
    let (mut count, mut since) = (0_i64, None);
    for end in ending::under_way(tx).await? {
        let (left, _) = ending::left(tx, end.fund_id, MOST).await?;
        // What is under way counts as one, until a whole pass found nothing.
        count = count.saturating_add(left.max(1));
        since = [since, Some(end.begun_at)].into_iter().flatten().min();
    }
    Ok(Tile::new("repeats", REPEATS, (count, since)))
}

async fn to_approve(tx: &mut Tx) -> Result<Tile, Trouble> {
    let oldest = approvals::list_open(tx, None, ProposalId(0), 1).await?.first().map(|proposal| proposal.proposed_at);
    Ok(Tile::new("approvals", APPROVALS, (approvals::count_open(tx).await?, oldest)))
}

async fn emergencies(tx: &mut Tx) -> Result<Tile, Trouble> {
    let due = approvals::list_unsigned_emergencies(tx).await?;
    let oldest = due.iter().map(|proposal| proposal.decided_at.unwrap_or(proposal.proposed_at)).min();
    Ok(Tile::new("emergencies", APPROVALS, (i64::try_from(due.len()).unwrap_or(MOST), oldest)))
}

/// Lines of every account at a bank that nothing is tied to.
async fn unmatched(tx: &mut Tx) -> Result<Tile, Trouble> {
    let (mut count, mut oldest) = (0_i64, None);
    for account in bank::accounts(tx).await? {
        let waiting = bank::waiting_lines(tx, account.id).await?;
        count = count.saturating_add(waiting.count);
        oldest = [oldest, waiting.oldest_on].into_iter().flatten().min();
    }
    let since = oldest.and_then(|day| day.start_in(&Zone::UTC).ok());
    Ok(Tile::new("bank", BANK, (count, since)))
}

async fn difference(tx: &mut Tx) -> Result<Tile, Trouble> {
    let since = payments::progress(tx).await?.tie_broken_at;
    Ok(Tile::new("difference", "/treasury/accounts", (i64::from(since.is_some()), since)))
}

async fn alerts(tx: &mut Tx) -> Result<Tile, Trouble> {
    let standing = payments::alert::list(tx, MOST).await?;
    let oldest = standing.iter().map(|alert| alert.raised_at).min();
    Ok(Tile::new("alerts", "/treasury#alerts", (i64::try_from(standing.len()).unwrap_or(MOST), oldest)))
}

async fn parked(tx: &mut Tx) -> Result<Tile, Trouble> {
    let deliveries = payments::parked_deliveries(tx).await?;
    let lines = payments::lines_in(tx, LineState::Parked, "", MOST).await?;
    let oldest = deliveries.iter().map(|parked| parked.oldest_at).chain(lines.iter().map(|line| line.seen_at)).min();
    let count = deliveries.iter().map(|parked| parked.deliveries).sum::<i64>().saturating_add(i64::try_from(lines.len()).unwrap_or(MOST));
    Ok(Tile::new("parked", "/treasury#alerts", (count, oldest)))
}

/// Funds that are closed and not at zero any more.
async fn late(tx: &mut Tx) -> Result<Tile, Trouble> {
    let count = i64::try_from(closing::late(tx).await?.len()).unwrap_or(MOST);
    Ok(Tile::new("late", LATE, (count, None)))
}

async fn months_to_lock(tx: &mut Tx, now: Instant) -> Result<Tile, Trouble> {
    Ok(Tile::new("months", "/treasury/months", (months::open(tx, now).await?, None)))
}
