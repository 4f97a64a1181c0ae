//! The noun: an expense, its states, and the frozen text that others agree to. Not here: reading a form (`draft`), what an approval does.

use std::fmt::Write as _;

use crate::clock::{Day, Instant};
use crate::ids::{CaptainId, DetailsId, EntryId, ExpenseId, FundId, PayeeId, PersonId, ProposalId};
use crate::ledger::Mistake;
use crate::money::{Currency, Money};

crate::words! {
    /// Where an expense stands. A change of what others saw always leads back to the draft.
    pub enum State {
        /// Being written, or sent back to be changed.
        Draft = "draft",
        /// Waits for approvers.
        Sent = "sent",
        /// Agreed to, and owed.
        Approved = "approved",
        /// The money left.
        Paid = "paid",
        /// And was seen at the bank.
        Matched = "matched",
        /// An approver said no.
        Rejected = "rejected",
        /// Taken back in the books; another may stand in its place.
        Corrected = "corrected",
    }
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 7] = [Self::Draft, Self::Sent, Self::Approved, Self::Paid, Self::Matched, Self::Rejected, Self::Corrected];
}

crate::words! {
    /// How it was paid, or will be.
    pub enum PaidBy {
        /// With a card of the fund: the money has left already.
        Card = "card",
        /// Out of somebody's own pocket: they are repaid.
        Person = "person",
        /// From a cash box or an advance: the money has left already.
        Cash = "cash",
        /// A bill that waits.
        Bill = "bill",
    }
}

impl PaidBy {
    /// Each way, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Card, Self::Person, Self::Cash, Self::Bill];

    /// Whether the money left before anybody agreed, so that agreeing books it.
    pub const fn left_already(self) -> bool {
        matches!(self, Self::Card | Self::Cash)
    }
}

crate::words! {
    /// What is counted.
    pub enum Unit {
        /// Cases.
        Cases = "cases",
        /// Meals.
        Meals = "meals",
        /// Packs.
        Packs = "packs",
        /// Trips.
        Trips = "trips",
        /// People.
        People = "people",
    }
}

impl Unit {
    /// Each unit, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Cases, Self::Meals, Self::Packs, Self::Trips, Self::People];
}

crate::words! {
    /// When the public may read the text; the amount counts at once.
    pub enum Show {
        /// After 72 hours.
        AfterHold = "after_hold",
        /// When the strike is over.
        AfterStrike = "after_strike",
        /// With the next publication.
        Next = "next",
    }
}

impl Show {
    /// Each, in the order of the form.
    pub const ALL: [Self; 3] = [Self::AfterHold, Self::AfterStrike, Self::Next];
}

crate::record! {
    /// A part of an expense: what one fund pays for one use.
    pub struct Part {
        /// Whose money.
        pub fund_id: FundId,
        /// For which use: `food`, `water`, …
        pub category: String,
        /// In minor units; positive.
        pub amount_minor: i64,
    }
}

crate::record! {
    /// A receipt, as this room knows it.
    pub struct Document {
        /// Its own reference.
        pub document: String,
        /// The SHA-256 of its content.
        pub sha256: String,
    }
}

crate::record! {
    /// An expense, without its parts and receipts.
    pub struct Expense {
        /// Its row.
        pub id: ExpenseId,
        /// Whose tiers it needs, and where it is listed.
        pub fund_id: FundId,
        /// Who entered it; None: a captain.
        pub author_id: Option<PersonId>,
        /// The captain who claimed it.
        pub captain_id: Option<CaptainId>,
        /// Short, for talking about it.
        pub number: String,
        /// Where it stands.
        pub state: State,
        /// Raised by each change: a page that saw an older one is refused.
        pub version: i64,
        /// The sum of its parts.
        pub amount_minor: i64,
        /// The fund's.
        pub currency: Currency,
        /// The day it was bought, or the bill is of.
        pub bought_on: Day,
        /// Where; private.
        pub vendor: String,
        /// What the public reads; may be empty.
        pub public_text: String,
        /// How many of `unit`.
        pub unit_count: Option<i64>,
        /// What was counted.
        pub unit: Option<Unit>,
        /// Private.
        pub note: String,
        /// How it was paid, or will be.
        pub paid_by: PaidBy,
        /// The account the money left, once it is known.
        pub paid_from: Option<String>,
        /// Who gets the money, where somebody is owed it.
        pub payee_id: Option<PayeeId>,
        /// The details of theirs that were agreed to.
        pub details_id: Option<DetailsId>,
        /// When the text is shown.
        pub show_when: Show,
        /// Whether shop and day are shown then, too.
        pub show_shop: bool,
        /// Why there is no receipt.
        pub no_receipt: Option<String>,
        /// What others are asked to agree to, or agreed to.
        pub proposal_id: Option<ProposalId>,
        /// Why it was sent back, or what it puts right.
        pub reason: Option<String>,
        /// The expense it stands in the place of.
        pub corrects: Option<ExpenseId>,
        /// What was wrong with that one.
        pub wrong: Option<Mistake>,
        /// The day the money left.
        pub paid_on: Option<Day>,
        /// What the bank will say.
        pub pay_reference: Option<String>,
        /// The entry of the cost.
        pub entry_id: Option<EntryId>,
        /// The entry of the payment of what was owed.
        pub payment_id: Option<EntryId>,
        /// When it was first saved.
        pub created_at: Instant,
        /// When it was last changed.
        pub changed_at: Instant,
    }
}

/// An expense with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The expense.
    pub expense: Expense,
    /// What it is made of; empty only where it takes another back and puts nothing in its place.
    pub parts: Vec<Part>,
    /// Its receipts.
    pub documents: Vec<Document>,
}

impl Expense {
    /// What it costs.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    /// Whose parts within seven days count together (safety rule MO6): who is paid, or else the shop.
    pub fn cumulative_key(&self) -> String {
        match (self.payee_id, self.captain_id) {
            (Some(payee), _) => format!("payee {payee}"),
            (None, Some(captain)) => format!("captain {captain}"),
            (None, None) => format!("shop {}", vendor_key(&self.vendor)),
        }
    }
}

impl Whole {
    /// Everything that is agreed to, one `name: value` a line (safety rule MO4). Whoever approves is shown this text.
    pub fn payload(&self, funds: impl Fn(FundId) -> String) -> String {
        let Self { expense, parts, documents } = self;
        let mut text = format!("number: {}\namount: {}\n", expense.number, expense.amount().for_people());
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                // A line break inside a text must not look like the next line.
                writeln!(text, "{name}: {}", value.replace(['\n', '\r'], " ")).expect("a text in memory is written");
            }
        };
        line("fund", &funds(expense.fund_id));
        for part in parts {
            let amount = Money::new(part.amount_minor, expense.currency).for_people();
            line("part", &format!("{amount}, {}, {}", part.category, funds(part.fund_id)));
        }
        line("bought", &expense.bought_on.to_string());
        line("shop", &expense.vendor);
        line("public", &expense.public_text);
        if let (Some(count), Some(unit)) = (expense.unit_count, expense.unit) {
            line("units", &format!("{count} {unit}"));
        }
        line("note", &expense.note);
        line("paid-by", expense.paid_by.as_str());
        line("paid-from", expense.paid_from.as_deref().unwrap_or_default());
        line("payee", &expense.payee_id.map(|id| id.to_string()).unwrap_or_default());
        line("details", &expense.details_id.map(|id| id.to_string()).unwrap_or_default());
        line("captain", &expense.captain_id.map(|id| id.to_string()).unwrap_or_default());
        line("show", expense.show_when.as_str());
        line("show-shop", if expense.show_shop { "yes" } else { "no" });
        for document in documents {
            line("receipt", &document.sha256);
        }
        line("no-receipt", expense.no_receipt.as_deref().unwrap_or_default());
        line("wrong", expense.wrong.map_or("", Mistake::as_str));
        line("corrects", &expense.corrects.map(|id| id.to_string()).unwrap_or_default());
        line("reason", expense.reason.as_deref().filter(|_| expense.corrects.is_some()).unwrap_or_default());
        text
    }
}

/// The same for every spelling of a shop's name: letters and digits only, small.
pub fn vendor_key(vendor: &str) -> String {
    vendor.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
