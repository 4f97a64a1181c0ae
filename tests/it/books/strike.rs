//! A strike as far as money at Stripe is concerned, played on the practice Stripe and told to the plain model.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use strikefund::clock::Instant;
use strikefund::money::{Currency, Money};
use strikefund::payments::Payments;
use strikefund::payments::checkout::{CheckoutRequest, Interval, PageLanguage};
use strikefund::payments::practice::{DirectCharge, Faults, LoneLine, Outcome, Practice};

use super::happening::{DebitFate, Happening};
use super::model::{Expected, Model};

struct Gift {
    charge: String,
    minor: i64,
    fund: usize,
    left: i64,
    refunds: Vec<(String, i64)>,
    disputed: bool,
}

struct Dispute {
    id: String,
    minor: i64,
    fund: usize,
    won: bool,
}

/// A recurring gift: how often it is charged is worked out at the end from when it began and ended.
struct Recurring {
    subscription: String,
    minor: i64,
    fund: usize,
    interval: Interval,
    began: Instant,
    ended: Option<Instant>,
}

impl Recurring {
    /// How many turns were due by `until`, the first on the day it began.
    fn turns(&self, until: Instant) -> usize {
        let until = self.ended.unwrap_or(until).unix_secs();
        let began = Timestamp::from_second(self.began.unix_secs()).unwrap().to_zoned(TimeZone::UTC);
        let turn = |count: i64| match self.interval {
            Interval::Week => began.checked_add(Span::new().weeks(count)).unwrap(),
            Interval::Month => began.checked_add(Span::new().months(count)).unwrap(),
        };
        (0..10_000).take_while(|count| turn(*count).timestamp().as_second() <= until).count()
    }
}

/// A strike on the practice Stripe, and what its books must say.
pub struct Strike {
    practice: Practice,
    funds: [String; 2],
    faults: Faults,
    /// Asks for payment pages, as a fund's site does.
    desk: Arc<Payments>,
    pages: u32,
    expected: Expected,
    gifts: Vec<Gift>,
    recurring: Vec<Recurring>,
    disputes: Vec<Dispute>,
    payouts: Vec<(String, i64)>,
    held: i64,
}

impl Strike {
    /// Nothing has happened yet.
    pub fn begin(practice: &Practice, funds: [String; 2], faults: Faults, desk: Arc<Payments>) -> Self {
        practice.set_faults(faults.clone());
        Self {
            practice: practice.clone(),
            funds,
            faults,
            desk,
            pages: 0,
            expected: Expected::default(),
            gifts: vec![],
            recurring: vec![],
            disputes: vec![],
            payouts: vec![],
            held: 0,
        }
    }

    /// What the books must say now, every turn of every recurring gift among it.
    pub fn end(mut self) -> Model {
        let until = self.practice.clock().now();
        for gift in &self.recurring {
            for _ in 0..gift.turns(until) {
                self.expected.gift(gift.fund, gift.minor);
            }
        }
        self.expected.whole()
    }

    fn book(&mut self, counter: (&str, usize), fee: (&str, usize), amount: i64, cost: i64) {
        self.expected.book(counter, fee, amount, cost);
    }

    /// Lets one thing happen.
    pub async fn live(&mut self, happening: &Happening) {
        const USD: Currency = Currency::USD;
        match happening {
            Happening::Gift { minor, fund, announced } => self.give(*minor, *fund, *announced),
            Happening::Refund { gift, percent } => self.refund(*gift, *percent),
            Happening::RefundFails { gift } => self.fail_refund(*gift),
            Happening::Dispute { gift } => self.dispute(*gift),
            Happening::Won { dispute, with_fee } => self.win(*dispute, *with_fee),
            Happening::Lost { dispute } => {
                if let Some(at) = dispute.checked_rem(self.disputes.len()).filter(|at| !self.disputes[*at].won) {
                    self.practice.lose(&self.disputes[at].id);
                    // A loss changes nothing, and this model does not win it afterwards.
                    self.disputes[at].won = true;
                }
            }
            Happening::Payout => self.pay_out(),
            Happening::PayoutFails => {
                if let Some((payout, paid)) = self.payouts.pop() {
                    self.practice.fail_payout(&payout);
                    self.book(("assets:in-transit", 0), ("expenses:fees:processing", 1), paid, 0);
                }
            }
            Happening::Hold { minor } => {
                self.practice.hold(USD, *minor);
                self.held += minor;
                self.book(("assets:stripe-held", 0), ("expenses:fees:processing", 1), -minor, 0);
            }
            Happening::Release => {
                let held = std::mem::take(&mut self.held);
                if held > 0 {
                    self.practice.hold(USD, -held);
                    self.book(("assets:stripe-held", 0), ("expenses:fees:processing", 1), held, 0);
                }
            }
            Happening::LoneFee { minor } => {
                self.practice.lone_line(LoneLine::StripeFee, USD, -minor);
                self.book(("expenses:fees:processing", 1), ("expenses:fees:processing", 1), -minor, 0);
            }
            Happening::Unheard { minor } => {
                self.practice.lone_line(LoneLine::Unheard, USD, *minor);
                self.book(("suspense", 0), ("expenses:fees:processing", 1), *minor, 0);
            }
            Happening::Debit { minor, fund, fate } => self.debit(*minor, *fund, *fate).await,
            Happening::Repeat { minor, fund, interval } => self.repeat(*minor, *fund, *interval).await,
            Happening::Stop { which } => self.stop(*which),
            Happening::Hours(hours) => self.practice.advance(Duration::from_hours(*hours)).await,
        }
    }

    fn give(&mut self, minor: i64, fund: Option<usize>, announced: bool) {
        let metadata = fund.map(|fund| ("fund", self.funds[fund].as_str()));
        let charge = self.practice.charge_direct(&DirectCharge {
            amount_minor: minor,
            currency: Currency::USD,
            created: self.practice.clock().now(),
            metadata: metadata.as_slice(),
            announced,
        });
        let fund = fund.unwrap_or(0) + 1;
        self.expected.gift(fund, minor);
        self.gifts.push(Gift { charge, minor, fund, left: minor, refunds: Vec::new(), disputed: false });
    }

    /// Has a payment page made, as the give form does.
    async fn page(&mut self, minor: i64, fund: usize, interval: Option<Interval>) -> String {
        self.pages += 1;
        let reference = format!("gift_{}", self.pages);
        let request = CheckoutRequest {
            operation: format!("operation_{}", self.pages),
            amount: Money::new(minor, Currency::USD),
            interval,
            product_name: "Gift".to_owned(),
            description: "Gift".to_owned(),
            client_reference: reference.clone(),
            fund_ref: self.funds[fund].clone(),
            donation_ref: reference,
            statement_suffix: None,
            email: Some("donor@example.org".to_owned()),
            language: PageLanguage::English,
            expires_at: self.practice.clock().now().plus_secs(35 * 60),
            success_url: "http://127.0.0.1:1/thanks/code".to_owned(),
            cancel_url: "http://127.0.0.1:1/give".to_owned(),
        };
        self.desk.checkout(&request).await.expect("the practice Stripe makes a page").id
    }

    /// A bank debit has its line at once and its answer days later; one that fails before its line leaves none at all.
    async fn debit(&mut self, minor: i64, fund: usize, fate: DebitFate) {
        let page = self.page(minor, fund, None).await;
        let before_its_line = if matches!(fate, DebitFate::FailsBeforeItsLine) { 1_000 } else { 0 };
        self.practice.set_faults(Faults { debit_fails_before_line: before_its_line, ..self.faults.clone() });
        let outcome = if matches!(fate, DebitFate::Settles) { Outcome::BankDebitSettles } else { Outcome::BankDebitFails };
        self.practice.pay(&page, outcome).expect("an open page can be paid");
        self.practice.set_faults(self.faults.clone());
        let fund = fund + 1;
        match fate {
            DebitFate::Settles => self.expected.gift(fund, minor),
            DebitFate::FailsAfterItsLine => {
                self.expected.gift(fund, minor);
                self.book(("income:refunds", fund), ("expenses:fees:processing", fund), -minor, 0);
            }
            DebitFate::FailsBeforeItsLine => {}
        }
    }

    async fn repeat(&mut self, minor: i64, fund: usize, interval: Interval) {
        let page = self.page(minor, fund, Some(interval)).await;
        self.practice.pay(&page, Outcome::Pay).expect("an open page can be paid");
        let began = self.practice.clock().now();
        let (alive, _) = self.desk.gateway().subscriptions(None, None, began).await.expect("recurring gifts are listed");
        let known = |id: &str| self.recurring.iter().any(|gift| gift.subscription == id);
        let subscription = alive.into_iter().map(|alive| alive.id).find(|id| !known(id)).expect("paying made a recurring gift");
        self.recurring.push(Recurring { subscription, minor, fund: fund + 1, interval, began, ended: None });
    }

    fn stop(&mut self, which: usize) {
        let Some(at) = which.checked_rem(self.recurring.len()).filter(|at| self.recurring[*at].ended.is_none()) else { return };
        self.practice.cancel_subscription(&self.recurring[at].subscription);
        self.recurring[at].ended = Some(self.practice.clock().now());
    }

    fn pay_out(&mut self) {
        let before = self.practice.balance(Currency::USD);
        if let Some(payout) = self.practice.payout(Currency::USD) {
            let paid = before - self.practice.balance(Currency::USD);
            self.book(("assets:in-transit", 0), ("expenses:fees:processing", 1), -paid, 0);
            self.payouts.push((payout, paid));
        }
    }

    fn refund(&mut self, gift: usize, percent: i64) {
        let Some(at) = gift.checked_rem(self.gifts.len()) else { return };
        let gift = &mut self.gifts[at];
        let amount = (gift.left * percent / 100).max(1);
        // Stripe lets a refund wait while the balance is too small for it; what waits has no line, and is not this test's matter.
        if gift.left == 0 || gift.disputed || self.practice.balance(Currency::USD) < amount {
            return;
        }
        let refund = self.practice.refund(&gift.charge, Some(amount)).expect("what is left can be refunded");
        gift.left -= amount;
        gift.refunds.push((refund, amount));
        let fund = gift.fund;
        self.book(("income:refunds", fund), ("expenses:fees:processing", fund), -amount, 0);
    }

    fn fail_refund(&mut self, gift: usize) {
        let Some(at) = gift.checked_rem(self.gifts.len()) else { return };
        let gift = &mut self.gifts[at];
        let Some((refund, amount)) = gift.refunds.pop() else { return };
        self.practice.fail_refund(&refund);
        gift.left += amount;
        let fund = gift.fund;
        self.book(("income:refunds", fund), ("expenses:fees:processing", fund), amount, 0);
    }

    fn dispute(&mut self, gift: usize) {
        let Some(at) = gift.checked_rem(self.gifts.len()) else { return };
        let gift = &mut self.gifts[at];
        if gift.disputed || gift.left < gift.minor {
            return;
        }
        gift.disputed = true;
        let (minor, fund) = (gift.minor, gift.fund);
        let id = self.practice.open_dispute(&gift.charge, None).expect("a known charge can be disputed");
        self.book(("income:chargebacks", fund), ("expenses:fees:disputes", fund), -minor, 1_500);
        self.disputes.push(Dispute { id, minor, fund, won: false });
    }

    fn win(&mut self, dispute: usize, with_fee: bool) {
        let Some(at) = dispute.checked_rem(self.disputes.len()).filter(|at| !self.disputes[*at].won) else { return };
        let dispute = &mut self.disputes[at];
        dispute.won = true;
        let (minor, fund) = (dispute.minor, dispute.fund);
        self.practice.win(&dispute.id, None, with_fee);
        self.book(("income:chargebacks", fund), ("expenses:fees:disputes", fund), minor, if with_fee { -1_500 } else { 0 });
    }
}
