//! The gift side of a publication: what moved since the last batch, as a record. Not here: how many gifts make a batch (`batch`).

use super::record::{Batch, COUNT, FEES, GIFTS, MONEY, Opening, Sum};
use super::{PublishError, batch, store, ways};
use crate::db::Tx;
use crate::donations::Uncounted;
use crate::funds::{Fund, State};
use crate::ids::DonationId;
use crate::ledger::{self, Balance, chart};

/// What the books hold of a fund's gift side, or what was published of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    received: i64,
    refunded: i64,
    refunds: i64,
    disputed: i64,
    disputes: i64,
    fees: i64,
    opening: i64,
}

impl Side {
    /// As the books have it now; None where a sum leaves what they can hold.
    pub(super) fn in_books(fund: &Fund, balances: &[Balance]) -> Option<Self> {
        let mut side = Self::default();
        let ours = |balance: &&Balance| balance.fund == Some(fund.id) && balance.amount.currency == fund.currency;
        for balance in balances.iter().filter(ours) {
            let (minor, postings) = (balance.amount.minor, balance.postings);
            let (sum, count) = match &*balance.path {
                chart::OPENING => (&mut side.opening, None),
                chart::REFUNDS => (&mut side.refunded, Some(&mut side.refunds)),
                chart::CHARGEBACKS => (&mut side.disputed, Some(&mut side.disputes)),
                // What goods were worth is no money: it stands apart from every sum.
                chart::IN_KIND => continue,
                path if path.starts_with("income:") => (&mut side.received, None),
                path if path.starts_with("expenses:fees:") => (&mut side.fees, None),
                _ => continue,
            };
            *sum = sum.checked_add(minor)?;
            if let Some(count) = count {
                *count = count.checked_add(postings)?;
            }
        }
        (side.received, side.opening) = (side.received.checked_neg()?, side.opening.checked_neg()?);
        Some(side)
    }

    /// As it was published.
    pub(super) fn published(sums: &[Sum]) -> Self {
        let of = |account: &str, unit: &str| sums.iter().find(|sum| sum.account == account && sum.unit == unit).map_or(0, |sum| sum.amount);
        Self {
            received: of(GIFTS, MONEY).saturating_neg(),
            refunded: of(chart::REFUNDS, MONEY),
            refunds: of(chart::REFUNDS, COUNT),
            disputed: of(chart::CHARGEBACKS, MONEY),
            disputes: of(chart::CHARGEBACKS, COUNT),
            fees: of(FEES, MONEY),
            opening: of(chart::OPENING, MONEY).saturating_neg(),
        }
    }

    /// What the next batch says of so many new gifts. Refunds and disputes that are too few to hide in are taken off what was received, and stay
    /// there until enough of them came together (safety rule PR7).
    pub(super) fn batch(&self, published: &Self, gifts: i64, (n, week): (i64, &str), least: i64) -> Batch {
        let since = |now: i64, then: i64| now.saturating_sub(then);
        let enough = |now: i64, then: i64, amount: i64| if since(now, then) >= least { (amount, since(now, then)) } else { (0, 0) };
        let (refunded_minor, refunds) = enough(self.refunds, published.refunds, since(self.refunded, published.refunded));
        let (disputed_minor, disputes) = enough(self.disputes, published.disputes, since(self.disputed, published.disputed));
        let net = |side: &Self| side.received.saturating_sub(side.refunded).saturating_sub(side.disputed);
        Batch {
            n,
            week: week.to_owned(),
            gifts,
            received_minor: since(net(self), net(published)).saturating_add(refunded_minor).saturating_add(disputed_minor),
            refunded_minor,
            refunds,
            disputed_minor,
            disputes,
            fees_minor: since(self.fees, published.fees),
            commitment: None,
        }
    }

    /// What was added to the beginning of the books; None where nothing was.
    pub(super) fn opening(&self, published: &Self, week: &str) -> Option<Opening> {
        let amount_minor = self.opening.saturating_sub(published.opening);
        (amount_minor != 0).then(|| Opening { week: week.to_owned(), amount_minor })
    }
}

/// The gift side as the books have it, and as it was published.
pub(super) struct Sides {
    pub books: Side,
    pub published: Side,
    /// The fund is closed and stands at zero. What no batch told until then is told, however little it is, with what went back since: the plan that
    /// shared out the last cent gave it away already, and the public sees the zero.
    pub is_settled: bool,
}

impl Sides {
    pub async fn find(tx: &mut Tx, fund: &Fund) -> Result<Self, PublishError> {
        let balances = ledger::balances(tx, None).await?;
        let books = Side::in_books(fund, &balances).ok_or_else(|| PublishError::Overflow(fund.slug.clone()))?;
        let is_settled = fund.state == State::Closed && ways::of_fund(fund, &balances, |_| true) == 0;
        Ok(Self { books, published: Side::published(&store::sums(tx, fund.id).await?), is_settled })
    }

    /// The batch of gifts that may be shown now, and its last gift, or [`NO_GIFT`]; None while it waits.
    pub fn next_batch(&self, fund: &Fund, waiting: &[Uncounted], number: (i64, &str)) -> Option<(DonationId, Batch)> {
        let gifts = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        let batch = self.books.batch(&self.published, gifts, number, fund.min_gifts);
        if self.is_settled {
            let last = waiting.last().map_or(NO_GIFT, |gift| gift.id);
            return tells(&batch).then_some((last, batch));
        }
        let last = batch::ready(waiting, fund)?;
        (!batch::is_dominated(waiting, batch.received_minor, fund)).then_some((last, batch))
    }
}

/// Comes before every gift.
const NO_GIFT: DonationId = DonationId(0);

/// Whether a batch tells anything.
const fn tells(batch: &Batch) -> bool {
    let Batch { gifts, received_minor, refunded_minor, disputed_minor, fees_minor, .. } = batch;
    *gifts != 0 || *received_minor != 0 || *refunded_minor != 0 || *disputed_minor != 0 || *fees_minor != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(received: i64, (refunded, refunds): (i64, i64), fees: i64) -> Side {
        Side { received, refunded, refunds, fees, ..Side::default() }
    }

    #[test]
    fn a_few_refunds_hide_in_what_was_received_until_they_are_enough() {
        let nothing = Side::default();
        let first = side(50_000, (2_500, 1), 1_500).batch(&nothing, 20, (1, "2026-W46"), 5);
        assert_eq!((first.received_minor, first.refunded_minor, first.refunds, first.fees_minor), (47_500, 0, 0, 1_500));

        // Four more: five in all, of which none was shown.
        let published = side(47_500, (0, 0), 1_500);
        let second = side(80_000, (9_000, 5), 2_500).batch(&published, 10, (2, "2026-W46"), 5);
        assert_eq!((second.received_minor, second.refunded_minor, second.refunds, second.fees_minor), (32_500, 9_000, 5, 1_000));
        assert_eq!(first.received_minor + second.received_minor - second.refunded_minor, 80_000 - 9_000);

        // One alone waits again, though five were shown.
        let published = side(80_000, (9_000, 5), 2_500);
        let third = side(90_000, (10_000, 6), 2_500).batch(&published, 10, (3, "2026-W47"), 5);
        assert_eq!((third.received_minor, third.refunded_minor, third.refunds), (9_000, 0, 0));
    }
}
