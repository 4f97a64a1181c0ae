//! The booking table as code: what one line of Stripe's does to the accounts. Pure; which fund a line is for is found in `resolve.rs`.
//!
//! One formula for every line, signs from the line: `assets:stripe +net`, `FEE +fee`, `COUNTER −amount`. Fees are what the line says.

use crate::ids::FundId;
use crate::ledger::{NewPosting, chart};
use crate::money::Money;
use crate::payments::line::Line;

/// What kind of event a line is; also the kind of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A gift.
    Charge,
    /// Money back to a donor.
    Refund,
    /// A refund that came back.
    RefundFailure,
    /// A bank debit that bounced.
    ChargeFailure,
    /// A donor's bank took money back.
    Dispute,
    /// It gave money back.
    DisputeReversal,
    /// What a dispute costs beside its line.
    DisputeFee,
    /// Money to our bank, or from it.
    Payout,
    /// A payout that came back.
    PayoutReversal,
    /// What Stripe takes for itself and the taxes on it.
    Fee,
    /// What Stripe holds back, and gives free again.
    Reserve,
    /// What has no rule.
    Unknown,
}

/// Whose fund an income or expense posting stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funds {
    /// The fund of the gift the line is about.
    pub gift: FundId,
    /// The general fund.
    pub general: FundId,
}

/// What is to be done with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// One entry.
    Post(Event, Vec<NewPosting>),
    /// One entry to suspense, and an alert that says why.
    Suspense(Vec<NewPosting>, &'static str),
    /// Nothing moved, or it moved where the books do not look; kept with the reason.
    Note(&'static str),
    /// It cannot be booked before a person acts; kept in sight with the reason.
    Park(&'static str),
}

impl Event {
    /// The word in the books.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::RefundFailure => "refund_failure",
            Self::ChargeFailure => "charge_failure",
            Self::Dispute => "dispute",
            Self::DisputeReversal => "dispute_reversal",
            Self::DisputeFee => "dispute_fee",
            Self::Payout => "payout",
            Self::PayoutReversal => "payout_reversal",
            Self::Fee => "fee",
            Self::Reserve => "reserve",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the line is about a gift, so that its fund must be found.
    pub const fn is_about_a_gift(self) -> bool {
        matches!(
            self,
            Self::Charge
                | Self::Refund
                | Self::RefundFailure
                | Self::ChargeFailure
                | Self::Dispute
                | Self::DisputeReversal
                | Self::DisputeFee
        )
    }

    /// What a line is: Stripe's reporting category decides, its type where that is missing.
    pub fn of(line: &Line) -> Self {
        if line.kind == "payment_reversal" {
            return Self::ChargeFailure;
        }
        match line.reporting_category.as_deref().unwrap_or_else(|| category_of_type(line)) {
            "charge" => Self::Charge,
            "refund" => Self::Refund,
            "refund_failure" => Self::RefundFailure,
            "charge_failure" => Self::ChargeFailure,
            "dispute" => Self::Dispute,
            "dispute_reversal" => Self::DisputeReversal,
            "payout" => Self::Payout,
            "payout_reversal" => Self::PayoutReversal,
            "fee" | "tax" | "network_cost" if line.source_object.as_deref() == Some("dispute") => Self::DisputeFee,
            "fee" | "tax" | "network_cost" => Self::Fee,
            "risk_reserved_funds"
            | "reserved_funds"
            | "reserve_hold"
            | "reserve_release"
            | "payment_network_reserved_funds"
            | "payout_minimum_balance_reserved_funds" => Self::Reserve,
            _ => Self::of_type(&line.kind),
        }
    }

    /// Types whose category says too little.
    fn of_type(kind: &str) -> Self {
        const HELD: [&str; 4] = ["payment_network_reserve_", "payout_minimum_balance_", "reserve_", "reserved_funds"];
        if HELD.iter().any(|part| kind.starts_with(part)) { Self::Reserve } else { Self::Unknown }
    }
}

/// The category of lines from before Stripe told one.
fn category_of_type(line: &Line) -> &'static str {
    match line.kind.as_str() {
        "charge" | "payment" => "charge",
        "payment_refund" if line.amount_minor > 0 => "refund_failure",
        "refund" | "payment_refund" => "refund",
        "refund_failure" => "refund_failure",
        "payment_failure_refund" => "charge_failure",
        "adjustment" => match (line.source_object.as_deref(), line.amount_minor > 0) {
            (Some("dispute"), false) => "dispute",
            (Some("dispute"), true) => "dispute_reversal",
            (Some("refund"), true) => "refund_failure",
            _ => "other",
        },
        "payout" => "payout",
        "payout_failure" | "payout_cancel" => "payout_reversal",
        "stripe_fee" | "stripe_fx_fee" | "tax_fee" => "fee",
        _ => "other",
    }
}

/// What this line does.
pub fn effect(line: &Line, funds: Funds) -> Effect {
    if line.is_mirror() {
        return Effect::Note("the mirror of a hold, outside the balance");
    }
    if !line.is_ordinary() {
        return Effect::Park("a balance of Stripe's that the books do not hold");
    }
    if !line.adds_up() {
        return to_suspense(line, "its amount less its fee is not its net");
    }
    if line.net_minor == 0 && line.fee_minor == 0 {
        return Effect::Note("nothing moved");
    }
    let event = Event::of(line);
    let processing_of = |fund| NewPosting::of_fund(chart::PROCESSING, fund, money(line, line.fee_minor));
    let counter = -line.amount_minor;
    let (fee, counter) = match event {
        Event::Charge => (processing_of(funds.gift), NewPosting::of_fund(chart::ONLINE, funds.gift, money(line, counter))),
        Event::Refund | Event::RefundFailure | Event::ChargeFailure => {
            (processing_of(funds.gift), NewPosting::of_fund(chart::REFUNDS, funds.gift, money(line, counter)))
        }
        Event::Dispute | Event::DisputeReversal => (
            NewPosting::of_fund(chart::DISPUTE_FEES, funds.gift, money(line, line.fee_minor)),
            NewPosting::of_fund(chart::CHARGEBACKS, funds.gift, money(line, counter)),
        ),
        Event::DisputeFee => (
            NewPosting::of_fund(chart::DISPUTE_FEES, funds.gift, money(line, line.fee_minor)),
            NewPosting::of_fund(chart::DISPUTE_FEES, funds.gift, money(line, counter)),
        ),
        Event::Payout | Event::PayoutReversal => {
            (processing_of(funds.general), NewPosting::pooled(chart::IN_TRANSIT, money(line, counter)))
        }
        Event::Fee => (processing_of(funds.general), NewPosting::of_fund(chart::PROCESSING, funds.general, money(line, counter))),
        Event::Reserve => (processing_of(funds.general), NewPosting::pooled(chart::STRIPE_HELD, money(line, counter))),
        Event::Unknown => return to_suspense(line, "no rule books a line of this kind"),
    };
    let stripe = NewPosting::pooled(chart::STRIPE, money(line, line.net_minor));
    let postings: Vec<NewPosting> = [stripe, fee, counter].into_iter().filter(|posting| posting.amount.minor != 0).collect();
    // Two postings of one account could cancel each other: a fee that is taken and given back in one line.
    if postings.len() < 2 { Effect::Note("nothing moved") } else { Effect::Post(event, postings) }
}

fn to_suspense(line: &Line, why: &'static str) -> Effect {
    if line.net_minor == 0 {
        return Effect::Park(why);
    }
    let (net, other) = (money(line, line.net_minor), money(line, -line.net_minor));
    Effect::Suspense(vec![NewPosting::pooled(chart::STRIPE, net), NewPosting::pooled(chart::SUSPENSE, other)], why)
}

fn money(line: &Line, minor: i64) -> Money {
    Money::new(minor, line.currency)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Instant;

    const FUNDS: Funds = Funds { gift: FundId(2), general: FundId(1) };

    /// A line of this kind: type, category, amount and fee in minor units, and what its source is.
    fn line(kind: &str, category: Option<&str>, amount: i64, fee: i64, source: &str) -> Line {
        let element = json!({
            "id": "txn_1", "created": 1_790_000_000, "type": kind, "reporting_category": category, "currency": "usd",
            "amount": amount, "fee": fee, "net": amount - fee, "status": "pending", "available_on": 1_790_000_000,
            "source": {"id": "src_1", "object": source},
        });
        Line::read(element.to_string().as_bytes(), Instant(0)).unwrap()
    }

    fn postings(line: &Line) -> Vec<(String, i64, Option<i64>)> {
        match effect(line, FUNDS) {
            Effect::Post(_, postings) | Effect::Suspense(postings, _) => {
                postings.into_iter().map(|p| (p.path.into_owned(), p.amount.minor, p.fund.map(|fund| fund.0))).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn expect(line: &Line, wanted: &[(&str, i64, Option<i64>)]) {
        let wanted: Vec<_> = wanted.iter().map(|(path, minor, fund)| ((*path).to_owned(), *minor, *fund)).collect();
        assert_eq!(postings(line), wanted, "{line:?}");
        assert_eq!(wanted.iter().map(|(_, minor, _)| minor).sum::<i64>(), 0);
    }

    #[test]
    fn a_gift_and_everything_that_can_become_of_it_stand_on_its_fund() {
        let (gift, stripe, fees) = (Some(2), chart::STRIPE, chart::PROCESSING);
        for (kind, category) in [("charge", Some("charge")), ("payment", Some("charge")), ("charge", None), ("payment", None)] {
            expect(
                &line(kind, category, 10_000, 320, "charge"),
                &[(stripe, 9_680, None), (fees, 320, gift), (chart::ONLINE, -10_000, gift)],
            );
        }
        for (kind, category) in [("refund", Some("refund")), ("payment_refund", Some("refund")), ("refund", None), ("payment_refund", None)]
        {
            expect(&line(kind, category, -4_000, 0, "refund"), &[(stripe, -4_000, None), (chart::REFUNDS, 4_000, gift)]);
        }
        for (kind, category) in
            [("refund_failure", Some("refund_failure")), ("adjustment", Some("refund_failure")), ("payment_refund", None)]
        {
            expect(&line(kind, category, 4_000, 0, "refund"), &[(stripe, 4_000, None), (chart::REFUNDS, -4_000, gift)]);
        }
        for (kind, category) in
            [("payment_failure_refund", Some("charge_failure")), ("payment_failure_refund", None), ("payment_reversal", None)]
        {
            expect(&line(kind, category, -10_000, 0, "charge"), &[(stripe, -10_000, None), (chart::REFUNDS, 10_000, gift)]);
        }
        let (chargebacks, dispute_fees) = (chart::CHARGEBACKS, chart::DISPUTE_FEES);
        for category in [Some("dispute"), None] {
            expect(
                &line("adjustment", category, -10_000, 1_500, "dispute"),
                &[(stripe, -11_500, None), (dispute_fees, 1_500, gift), (chargebacks, 10_000, gift)],
            );
        }
        for category in [Some("dispute_reversal"), None] {
            expect(
                &line("adjustment", category, 10_000, -1_500, "dispute"),
                &[(stripe, 11_500, None), (dispute_fees, -1_500, gift), (chargebacks, -10_000, gift)],
            );
        }
        expect(&line("stripe_fee", Some("fee"), -1_500, 0, "dispute"), &[(stripe, -1_500, None), (dispute_fees, 1_500, gift)]);
    }

    #[test]
    fn what_concerns_no_gift_is_pooled_or_the_general_funds() {
        let (stripe, fees, general) = (chart::STRIPE, chart::PROCESSING, Some(1));
        for (amount, category) in [(-50_000, "payout"), (700, "payout")] {
            expect(&line("payout", Some(category), amount, 0, "payout"), &[(stripe, amount, None), (chart::IN_TRANSIT, -amount, None)]);
        }
        for kind in ["payout_failure", "payout_cancel"] {
            for category in [Some("payout_reversal"), None] {
                expect(&line(kind, category, 50_000, 0, "payout"), &[(stripe, 50_000, None), (chart::IN_TRANSIT, -50_000, None)]);
            }
        }
        expect(
            &line("payout", Some("payout"), -50_000, 50, "payout"),
            &[(stripe, -50_050, None), (fees, 50, general), (chart::IN_TRANSIT, 50_000, None)],
        );
        for (kind, category) in
            [("stripe_fee", Some("fee")), ("stripe_fx_fee", Some("fee")), ("tax_fee", Some("tax")), ("stripe_fee", None)]
        {
            expect(&line(kind, category, -250, 0, "fee"), &[(stripe, -250, None), (fees, 250, general)]);
        }
        for kind in ["reserved_funds", "reserve_hold", "reserve_release", "payment_network_reserve_hold", "payout_minimum_balance_release"]
        {
            expect(&line(kind, None, -900, 0, "reserve"), &[(stripe, -900, None), (chart::STRIPE_HELD, 900, None)]);
        }
    }

    #[test]
    fn what_has_no_rule_stands_in_suspense_and_is_never_dropped() {
        for kind in ["topup", "advance", "transfer", "contribution", "something_new"] {
            expect(&line(kind, Some(kind), 5_000, 0, "thing"), &[(chart::STRIPE, 5_000, None), (chart::SUSPENSE, -5_000, None)]);
        }
        let mut odd = line("charge", Some("charge"), 10_000, 320, "charge");
        odd.net_minor = 9_000;
        expect(&odd, &[(chart::STRIPE, 9_000, None), (chart::SUSPENSE, -9_000, None)]);
        odd.net_minor = 0;
        assert!(matches!(effect(&odd, FUNDS), Effect::Park(_)));
    }

    #[test]
    fn what_moves_nothing_is_noted_and_other_balances_are_parked() {
        assert!(matches!(effect(&line("charge", Some("charge"), 0, 0, "charge"), FUNDS), Effect::Note(_)));
        let mut mirror = line("reserve_hold", Some("reserve_hold"), 900, 0, "reserve");
        mirror.balance_type = Some("risk_reserved".to_owned());
        assert!(matches!(effect(&mirror, FUNDS), Effect::Note(_)));
        mirror.balance_type = Some("issuing".to_owned());
        assert!(matches!(effect(&mirror, FUNDS), Effect::Park(_)));
    }
}
