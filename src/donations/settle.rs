//! Tying charges that were booked to their gifts, a batch at a time. Not here: the entries (`booking`).

use std::collections::{BTreeSet, HashSet};

use super::{Donation, Origin, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::Entropy;
use crate::money::Money;

/// A charge's line, as a gift sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement<'a> {
    /// The fund the entry stands on.
    pub fund: &'a Fund,
    /// Our reference in the charge's metadata.
    pub reference: Option<&'a str>,
    /// The subscription whose invoice it paid.
    pub subscription_id: Option<&'a str>,
    /// The charge.
    pub charge_id: &'a str,
    /// Its payment intent.
    pub payment_intent: Option<&'a str>,
    /// What arrived.
    pub amount: Money,
    /// What Stripe kept, in the same minor units.
    pub fee_minor: i64,
    /// A bank debit that may still bounce.
    pub clearing: bool,
    /// It bounced already: its counter-line was listed first.
    pub bounced: bool,
}

/// What settling found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The gift arrived as it was pledged.
    AsPledged,
    /// It arrived with another amount or currency than it was pledged.
    Otherwise,
    /// No pledge of ours: a renewal, or a charge made elsewhere. It is a gift now.
    Unpledged,
}

/// Ties booked charges to their gifts, making one where none was pledged; what each was, in their order. Once a charge.
///
/// # Errors
/// When the database is gone.
pub async fn settle(tx: &mut Tx, charges: &[Settlement<'_>], entropy: &Entropy, now: Instant) -> sqlx::Result<Vec<Settled>> {
    let mut gifts = Gifts::of(tx, charges).await?;
    let mut unpledged = Vec::new();
    let mut settled = Vec::with_capacity(charges.len());
    for charge in charges {
        let Some(gift) = gifts.find(charge) else {
            unpledged.push(store::Unpledged {
                reference: entropy.reference(),
                number: entropy.gift_number(),
                origin: if charge.subscription_id.is_some() { Origin::Recurring } else { Origin::Elsewhere },
                payment_intent: gifts.take_intent(charge),
                charge,
            });
            settled.push(Settled::Unpledged);
            continue;
        };
        store::set_settled(tx, gift.id, charge, now).await?;
        gift.charge_id = Some(charge.charge_id.to_owned());
        let as_pledged = gift.asked_minor == Some(charge.amount.minor) && gift.currency == charge.amount.currency;
        settled.push(if as_pledged { Settled::AsPledged } else { Settled::Otherwise });
    }
    store::insert_unpledged(tx, &unpledged, now).await?;
    let came_again: BTreeSet<&str> = unpledged.iter().filter_map(|gift| gift.charge.subscription_id).collect();
    for subscription in came_again {
        store::repeats::adopt(tx, subscription).await?;
    }
    Ok(settled)
}

/// The gifts that a batch of charges may belong to, and the payment intents that have theirs.
struct Gifts {
    known: Vec<Donation>,
    intents: HashSet<String>,
}

impl Gifts {
    async fn of(tx: &mut Tx, charges: &[Settlement<'_>]) -> sqlx::Result<Self> {
        let references: Vec<&str> = charges.iter().filter_map(|charge| charge.reference).collect();
        let intents: Vec<&str> = charges.iter().filter_map(|charge| charge.payment_intent).collect();
        let charge_ids: Vec<&str> = charges.iter().map(|charge| charge.charge_id).collect();
        let mut known = store::with_charges(tx, &charge_ids).await?;
        known.extend(store::with_references(tx, &references).await?);
        known.extend(store::with_intents(tx, &intents).await?);
        known.sort_by_key(|gift| gift.id);
        known.dedup_by_key(|gift| gift.id);
        let intents = known.iter().filter_map(|gift| gift.payment_intent.clone()).collect();
        Ok(Self { known, intents })
    }

    /// The gift a charge pays: by the charge itself, else by our reference, else by its payment intent; one charge a gift, and of the same fund.
    fn find(&mut self, charge: &Settlement<'_>) -> Option<&mut Donation> {
        let open = |gift: &Donation| gift.charge_id.is_none() && gift.fund_id == charge.fund.id;
        let position = |is: &dyn Fn(&Donation) -> bool| self.known.iter().position(is);
        let at = position(&|gift| gift.charge_id.as_deref() == Some(charge.charge_id))
            .or_else(|| position(&|gift| charge.reference == Some(&gift.reference) && open(gift)))
            .or_else(|| {
                position(&|gift| charge.payment_intent.is_some() && charge.payment_intent == gift.payment_intent.as_deref() && open(gift))
            })?;
        self.known.get_mut(at)
    }

    /// The payment intent of a charge without a pledge, unless a gift has it: a bank debit that bounced may be tried again, and the second
    /// charge of one intent is a gift of its own.
    fn take_intent<'c>(&mut self, charge: &Settlement<'c>) -> Option<&'c str> {
        charge.payment_intent.filter(|intent| self.intents.insert((*intent).to_owned()))
    }
}
