//! The source of a line: of a charge, refund, dispute or payout what booking needs, and nothing of the people behind it.

use crate::money::Currency;
use crate::words;

use super::super::json::{Object, References};

words! {
    /// The sources a line can have that we read.
    pub enum SourceKind {
        /// Money of a donor; also `py_…`.
        Charge = "charge",
        /// Money back to a donor.
        Refund = "refund",
        /// A donor's bank took money back.
        Dispute = "dispute",
        /// Money to our bank.
        Payout = "payout",
    }
}

impl SourceKind {
    /// The kind by the prefix of an id.
    pub fn of_id(id: &str) -> Option<Self> {
        match id.split_once('_')?.0 {
            "ch" | "py" => Some(Self::Charge),
            "re" | "pyr" => Some(Self::Refund),
            "dp" | "du" => Some(Self::Dispute),
            "po" => Some(Self::Payout),
            _ => None,
        }
    }

    /// The kind by an object's own word.
    pub fn of_object(object: &str) -> Option<Self> {
        object.parse().ok()
    }
}

/// What we keep of a line's source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: Option<String>,
    /// Its `object`; None where only the id was told.
    pub object: Option<String>,
    /// Its `status`.
    pub status: Option<String>,
    /// The charge it is, or is about.
    pub charge_id: Option<String>,
    /// The payment intent of that charge.
    pub payment_intent: Option<String>,
    /// Our references on that charge.
    pub references: References,
    /// What the donor saw.
    pub shown: Option<(i64, Currency)>,
    /// What it was paid with: a card's brand, or `bank`, and the last four digits.
    pub paid_with: Option<String>,
}

impl Source {
    /// The source as the list tells it with its line: expanded, or by its id alone.
    pub(super) fn of_line(element: &Object<'_>) -> Self {
        match element.object("source") {
            Some(source) => Self::read(&source),
            None => Self { id: element.word("source"), ..Self::default() },
        }
    }

    /// Reads a charge, refund, dispute, payout or anything else with an id.
    pub fn read(source: &Object<'_>) -> Self {
        let (id, object, status) = (source.word("id"), source.word("object"), source.word("status"));
        let known = object.as_deref().and_then(SourceKind::of_object);
        let (charge_id, payment_intent, references, shown) = match known {
            Some(SourceKind::Charge) => (id.clone(), source.id_in("payment_intent"), source.references(), shown(source)),
            // Their own metadata is somebody else's; what counts is the charge's, where it is expanded.
            Some(SourceKind::Refund | SourceKind::Dispute) => {
                let references = source.object("charge").map(|charge| charge.references()).unwrap_or_default();
                (source.id_in("charge"), source.id_in("payment_intent"), references, None)
            }
            Some(SourceKind::Payout) | None => (None, None, References::default(), None),
        };
        let paid_with = if known == Some(SourceKind::Charge) { paid_with(source) } else { None };
        Self { id, object, status, charge_id, payment_intent, references, shown, paid_with }
    }
}

/// `visa 4242`, `bank 6789`; None for what has no such digits, or others than we expect.
fn paid_with(charge: &Object<'_>) -> Option<String> {
    let details = charge.object("payment_method_details")?;
    let (brand, means) = match details.object("card") {
        Some(card) => (card.word("brand")?, card),
        None => ("bank".to_owned(), details.object("us_bank_account").or_else(|| details.object("sepa_debit"))?),
    };
    let last = means.word("last4")?;
    let fits = last.len() == 4 && last.bytes().all(|b| b.is_ascii_digit()) && brand.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    fits.then(|| format!("{brand} {last}"))
}

/// What the donor saw: the presentment where Stripe converted it, else the charge's own amount. An unknown currency is left out, not guessed.
fn shown(charge: &Object<'_>) -> Option<(i64, Currency)> {
    let presented = charge.object("presentment_details");
    let presented = presented.and_then(|details| Some((details.int("presentment_amount").ok()??, details.word("presentment_currency")?)));
    let (minor, currency) = presented.or_else(|| Some((charge.int("amount").ok()??, charge.word("currency")?)))?;
    Some((minor, currency.parse().ok()?))
}
