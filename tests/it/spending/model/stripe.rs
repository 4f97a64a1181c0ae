//! Gifts by card that go back: in whole or in part, agreed to by others, asked for at Stripe, which makes some wait and lets some fail.

use std::collections::BTreeSet;

use strikefund::approvals::Refusal as NotSigned;
use strikefund::donations::{self, HandError, NewRefund, RefundReason, RefundState, refunding};
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, Faults, Options, Practice};
use strikefund::payments::sync::Run;

use super::*;
use crate::books::{Keeper, SECRET, keeper_of_its_funds};

/// What the practice Stripe does wrong now and then.
fn faults() -> Faults {
    Faults { refund_pends: 250, refund_fails_after_success: 200, answer_lost: 100, rate_limited: 30, server_error: 30, ..Faults::default() }
}

/// A gift by card.
pub struct CardGift {
    number: String,
    charge: String,
    fund: FundId,
    minor: i64,
}

/// What goes back of one.
#[derive(Clone, Debug)]
pub struct Back {
    gift: usize,
    minor: i64,
    state: RefundState,
    signed: BTreeSet<PersonId>,
    /// Whether the money has left Stripe.
    left: bool,
}

impl Back {
    fn counts(&self) -> bool {
        !matches!(self.state, RefundState::Failed | RefundState::Rejected)
    }
}

/// The practice Stripe, who keeps the books of it, and what a person with a pencil knows of both.
pub struct Stripe {
    practice: Practice,
    keeper: Keeper,
    gifts: Vec<CardGift>,
    /// By our reference.
    refunds: BTreeMap<String, Back>,
}

impl Stripe {
    /// Nothing was given yet. The funds are there.
    pub async fn new(books: &Books) -> Self {
        let options = Options {
            port: 0,
            clock: books.clock.clone(),
            entropy: strikefund::ids::Entropy::seeded(books.entropy.below(u64::MAX)),
            site: "http://127.0.0.1:1".to_owned(),
            daily_payouts: false,
        };
        let practice = Practice::start(options, None).unwrap();
        practice.webhook_by_hand(SECRET);
        practice.set_faults(faults());
        let keeper = keeper_of_its_funds(books, &practice.api_base(), &books.clock).await;
        Self { practice, keeper, gifts: Vec::new(), refunds: BTreeMap::new() }
    }

    /// What went back of a gift, is on its way, or is asked for.
    fn back(&self, gift: usize) -> i64 {
        self.refunds.values().filter(|back| back.gift == gift && back.counts()).map(|back| back.minor).sum()
    }
}

impl World<'_> {
    /// A gift by card, of either fund, to the cent by the practice Stripe's price list.
    pub async fn give_by_card(&mut self) {
        let fund = self.any(&[self.treasury.fund, self.treasury.fund, self.hardship]).unwrap();
        let minor = 500 + i64::try_from(self.below(80_000)).unwrap();
        let reference = self.stripe.keeper.funds.iter().find(|known| known.id == fund).unwrap().reference.clone();
        let created = self.treasury.books.now();
        let metadata = [("fund", &*reference)];
        let direct = DirectCharge { amount_minor: minor, currency: Currency::USD, created, metadata: &metadata, announced: true };
        let charge = self.stripe.practice.charge_direct(&direct);
        let fee = (minor * 29 + 500) / 1000 + 30;
        self.plain.add_to_fund(fund, minor - fee);
        self.plain.add(chart::STRIPE, minor - fee);
        self.round().await;
        let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
        let number = donations::find_by_charge(tx, &charge).await.unwrap().unwrap().number;
        self.stripe.gifts.push(CardGift { number, charge, fund, minor });
    }

    /// Somebody asks for the rest of a gift, a part of it, or a cent too much.
    pub async fn ask_refund(&mut self) {
        let Some(at) = self.any(&(0..self.stripe.gifts.len()).collect::<Vec<_>>()) else { return };
        let gift = &self.stripe.gifts[at];
        let most = gift.minor - self.stripe.back(at);
        let minor = match self.below(4) {
            0 => most,
            1 => most + 1,
            _ => 1 + i64::try_from(self.below(gift.minor.unsigned_abs())).unwrap(),
        };
        let new = NewRefund { amount: usd(minor), reason: RefundReason::Asked, note: String::new(), stop_repeat: None };
        let (operation, actor, now, books) =
            (self.treasury.operation(), self.treasury.author(), self.treasury.books.now(), self.treasury.books);
        let asked: Result<String, HandError> =
            transact!(books.db, tx => refunding::ask(tx, &gift.number, &new, &operation, actor, &books.entropy, now).await);
        match asked {
            Ok(reference) => {
                assert!((1..=most).contains(&minor), "{minor} of {most}");
                let back = Back { gift: at, minor, state: RefundState::Asked, signed: BTreeSet::new(), left: false };
                self.stripe.refunds.insert(reference, back);
            }
            Err(HandError::AtMost(left)) => assert!(left.minor == most && !(1..=most).contains(&minor), "{minor} of {most}, {left:?}"),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// A signature on a refund, one alone in an emergency, or a no; by an approver or by whoever asked, who never counts.
    pub async fn decide_refund(&mut self) {
        let Some(reference) = self.any(&self.stripe.refunds.keys().cloned().collect::<Vec<_>>()) else { return };
        let back = self.stripe.refunds[&reference].clone();
        let fund = self.stripe.gifts[back.gift].fund;
        let proposal = {
            let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
            let id = refunding::find(tx, &reference).await.unwrap().unwrap().id;
            approvals::latest(tx, approvals::Subject::Refund, &id.to_string()).await.unwrap().unwrap()
        };
        let who = self.any(&[self.treasury.ana, self.treasury.ben, self.treasury.author]).unwrap();
        let choice = match self.below(8) {
            0 => Choice::Reject("They gave it for good."),
            1 => Choice::ApproveAlone("The bank closes in an hour, and nobody else can be reached by then."),
            _ => Choice::Approve,
        };
        let decided = self.treasury.decide(who, &proposal, choice).await;
        let (alone, open) = (matches!(choice, Choice::ApproveAlone(_)), back.state == RefundState::Asked);
        let again = who == self.treasury.author || back.signed.contains(&who);
        match decided {
            Ok(Decided::Waiting { given, needed }) => assert!(open && !again && !alone && given < needed, "{back:?}"),
            Ok(Decided::Done) => {
                assert!(open && !again, "{back:?}");
                let signers = i64::try_from(1 + back.signed.len()).unwrap();
                let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
                let needed = approvals::find(tx, proposal.id).await.unwrap().unwrap().needed;
                assert!(alone || (signers >= needed && (signers > 1 || back.minor <= 50_000)), "{back:?} by {signers}");
                *self.plain.promised.entry(fund).or_default() += back.minor;
                assert!(self.plain.fund(fund) >= self.plain.promised(fund), "{fund} gives back more than it has: {:?}", self.plain);
                self.stripe.refunds.get_mut(&reference).unwrap().state = RefundState::Approved;
            }
            Ok(Decided::Rejected) => {
                assert!(open && who != self.treasury.author, "{back:?}");
                self.stripe.refunds.get_mut(&reference).unwrap().state = RefundState::Rejected;
                return;
            }
            Ok(Decided::Countersigned) => assert!(!open && !again && !alone, "{back:?}"),
            Ok(Decided::Before) => panic!("a command of its own"),
            Err(DecideError::Spending(Refusal::FundTooSmall(..))) => {
                assert!(open && self.plain.fund(fund) < self.plain.promised(fund) + back.minor, "{back:?} {:?}", self.plain);
                return;
            }
            Err(DecideError::Spending(Refusal::Uncovered(_))) => {
                *self.plain.promised.entry(fund).or_default() += back.minor;
                assert!(open && self.plain.cover_after([fund].into_iter()) < 0, "{back:?} {:?}", self.plain);
                *self.plain.promised.entry(fund).or_default() -= back.minor;
                return;
            }
            Err(DecideError::Approval(NotSigned::NoEmergency)) => return assert!(alone && fund == self.hardship),
            Err(DecideError::Approval(_)) => return assert!(again || !open, "{back:?} by {who} {alone}"),
            Err(other) => panic!("{other:?}"),
        }
        self.stripe.refunds.get_mut(&reference).unwrap().signed.insert(who);
    }

    /// Stripe says of a refund that had succeeded that it came back.
    pub async fn fail_refund(&mut self) {
        let done = |(reference, back): (&String, &Back)| (back.state == RefundState::Done).then(|| (reference.clone(), back.gift));
        let Some((reference, gift)) = self.any(&self.stripe.refunds.iter().filter_map(done).collect::<Vec<_>>()) else { return };
        let said = self.said(&self.stripe.gifts[gift].charge, &reference).await.unwrap();
        self.stripe.practice.fail_refund(&said.0);
        self.round().await;
    }

    /// What is available leaves for the bank, so that there may be too little for what goes back.
    pub async fn pay_out(&mut self) {
        // What is due by now comes first, so that the difference is the payout's alone.
        self.stripe.practice.settle().await;
        let before = self.stripe.practice.balance(Currency::USD);
        // A small one could pass for a line of the bank that is about something else.
        if before < 1_000 || self.stripe.practice.payout(Currency::USD).is_none() {
            return;
        }
        let paid = before - self.stripe.practice.balance(Currency::USD);
        self.plain.add(chart::STRIPE, -paid);
        self.plain.add(chart::IN_TRANSIT, paid);
        self.round().await;
    }

    /// What Stripe itself says of a refund: its id and where it stands.
    async fn said(&self, charge: &str, reference: &str) -> Option<(String, String)> {
        let gateway = self.stripe.keeper.payments.gateway();
        let found = gateway.find_refund(charge, reference, self.treasury.books.now()).await.unwrap();
        found.map(|state| (state.id, state.status))
    }

    /// Deliveries arrive, the list is read, what was agreed to is asked for, and what that led to arrives as well.
    pub async fn round(&mut self) {
        for _ in 0..2 {
            self.stripe.practice.settle().await;
            let deliveries = self.stripe.practice.take_deliveries();
            self.stripe.keeper.deliver(&deliveries).await;
            self.stripe.keeper.jobs.round(Run::Wake).await.unwrap();
        }
        let live: Vec<String> =
            self.stripe.refunds.iter().filter(|(_, back)| back.counts()).map(|(reference, _)| reference.clone()).collect();
        for reference in live {
            self.hear(&reference).await;
        }
        assert_eq!(self.stripe.practice.balance(Currency::USD), self.plain.held(chart::STRIPE), "Stripe and a pencil");
    }

    /// Holds a refund against what Stripe says of it, and moves the money in the plain books once.
    async fn hear(&mut self, reference: &str) {
        let back = self.stripe.refunds[reference].clone();
        if back.state == RefundState::Asked {
            return;
        }
        let gift = &self.stripe.gifts[back.gift];
        let (fund, said) = (gift.fund, self.said(&gift.charge, reference).await);
        let row = refunding::find(&mut self.treasury.books.db.begin_read().await.unwrap(), reference).await.unwrap().unwrap();
        let state = match said.as_ref().map(|(_, status)| status.as_str()) {
            // Stripe was not reached.
            None => row.state,
            Some("succeeded") => RefundState::Done,
            Some("failed") => RefundState::Failed,
            Some(_) => RefundState::Sent,
        };
        assert!(said.is_some() || matches!(row.state, RefundState::Approved | RefundState::Sent), "{row:?}");
        assert_eq!(row.state, state, "{row:?} and Stripe says {said:?}");
        let minor = back.minor;
        let (had_left, left) = (back.left, state == RefundState::Done);
        if had_left != left {
            let sign = if left { -1 } else { 1 };
            self.plain.add_to_fund(fund, sign * minor);
            self.plain.add(chart::STRIPE, sign * minor);
        }
        // A promise ends when the money has left, or never will.
        let promised = |state: RefundState| matches!(state, RefundState::Approved | RefundState::Sent);
        if promised(back.state) && !promised(state) {
            *self.plain.promised.entry(fund).or_default() -= minor;
        }
        let known = self.stripe.refunds.get_mut(reference).unwrap();
        (known.state, known.left) = (state, left);
    }

    /// No gift gave back more than it was, and what the pages would offer is what a pencil gives.
    pub async fn gives_back_no_more(&self) {
        let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
        for (at, gift) in self.stripe.gifts.iter().enumerate() {
            let back = self.stripe.back(at);
            assert!(back <= gift.minor, "{} gave back {back} of {}", gift.number, gift.minor);
            let donation = donations::find_by_charge(tx, &gift.charge).await.unwrap().unwrap();
            assert_eq!(refunding::left(tx, &donation).await.unwrap().most.minor, gift.minor - back, "{}", gift.number);
        }
    }

    /// At the end of a history: everything that is on its way arrives, and the books tie to Stripe by every means there is.
    pub async fn end_at_stripe(&mut self) {
        self.round().await;
        self.stripe.keeper.check(&self.stripe.practice).await;
    }
}
