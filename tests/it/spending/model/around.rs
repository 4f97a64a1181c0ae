//! What happens around expenses: captains claim, payees change, money goes to custodians and comes back, time passes.

use std::time::Duration;

use strikefund::clock::Day;
use strikefund::funds;
use strikefund::people::Language;
use strikefund::spending::captains::{self, Claim};
use strikefund::spending::{Move, NewCaptain, PurseKind, advances};

use super::plain::Payee;
use super::*;

impl<'a> World<'a> {
    /// A general fund and a restricted one, two payees, an advance, a captain, an account at the bank.
    pub async fn new(books: &'a Books) -> Self {
        let treasury = Treasury::holding(books, 300_000).await;
        let hardship = books.fund("hardship", Some("rent")).await;
        treasury.give(hardship, 100_000).await;
        let mut plain = Plain { restricted: Some(hardship), ..Plain::default() };
        plain.give(treasury.fund, 300_000);
        plain.give(hardship, 100_000);
        let mut payees = BTreeMap::new();
        for account in ["021000021 123456789", "021000021 987654321"] {
            let id = treasury.new_payee(account).await.unwrap();
            treasury.agree_to_payee(id).await;
            payees.insert(id, Payee { entered: 1, agreed: Some((1, books.now().plus_secs(48 * 3600))), waiting: None });
        }
        books.clock.advance(Duration::from_hours(48));
        let (fund, operation, actor, now) = (treasury.fund, treasury.operation(), treasury.author(), books.now());
        let opened: Result<_, Refusal> =
            transact!(books.db, tx => advances::open(tx, actor, &operation, (PurseKind::Advance, "North gate"), now).await);
        opened.unwrap();
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, fund, true).await);
        allowed.unwrap();
        let (operation, last_on) = (treasury.operation(), "2026-11-28".parse::<Day>().unwrap());
        let (label, uses) = ("North gate".to_owned(), vec!["water".to_owned()]);
        let new = NewCaptain { fund, label, language: Language::Spanish, total: usd(20_000), each: usd(5_000), uses, last_on };
        let captain: Result<(CaptainId, String), Refusal> =
            transact!(books.db, tx => captains::add(tx, actor, &operation, &new, &treasury.keys, now).await);
        let account = crate::bank::main_account(books).await;
        let (expenses, asked, matches) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (captain, stripe) = (captain.unwrap(), Stripe::new(books).await);
        Self { treasury, hardship, plain, expenses, payees, asked, captain, account, bank_minor: 0, matches, stripe }
    }

    /// Gifts keep coming, so that there is something to spend.
    pub async fn top_up(&mut self) {
        for fund in [self.treasury.fund, self.hardship] {
            if self.plain.fund(fund) < 20_000 {
                self.treasury.give(fund, 60_000).await;
                self.plain.give(fund, 60_000);
            }
        }
    }

    pub fn wait(&self) {
        self.treasury.books.clock.advance(Duration::from_hours(1 + self.below(60)));
    }

    /// A captain claims, within the limits of the link or not.
    pub async fn claim(&mut self) {
        let minor = 1 + i64::try_from(self.below(6_000)).unwrap();
        let draft = Draft { paid_by: PaidBy::Person, paid_from: None, ..self.treasury.water(minor) };
        let (operation, now, books) = (self.treasury.operation(), self.treasury.books.now(), self.treasury.books);
        let claim = Claim { draft: &draft, pay_by: None, email: "" };
        let (code, keys) = (&*self.captain.1, &self.treasury.keys);
        let claimed: Result<ExpenseId, Refusal> =
            transact!(books.db, tx => captains::claim(tx, code, &operation, &claim, (keys, &books.entropy), now).await);
        let tx = &mut books.db.begin_read().await.unwrap();
        let so_far = captains::claimed(tx, self.captain.0).await.unwrap();
        match claimed {
            Ok(id) => {
                assert!(minor <= 5_000 && so_far <= 20_000, "{minor} {so_far}");
                self.expenses.insert(id, Known::new(vec![(self.treasury.fund, minor)], None, None));
            }
            Err(Refusal::OverEach(_)) => assert!(minor > 5_000),
            Err(Refusal::OverTotal(_)) => assert!(so_far + minor > 20_000),
            Err(Refusal::Ended) => assert!(now.day_in(&strikefund::clock::Zone::UTC) >= "2026-11-29".parse().unwrap()),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// Somebody says that a payee has another account now.
    pub async fn change_payee(&mut self) {
        let Some(id) = self.any(&self.payees.keys().copied().collect::<Vec<_>>()) else { return };
        let (operation, actor, now, books) =
            (self.treasury.operation(), self.treasury.author(), self.treasury.books.now(), self.treasury.books);
        let account = format!("021000021 {}", 100_000_000 + self.below(800_000_000));
        let details = NewDetails::parse("bank", &account, "paper").unwrap();
        let sealing = Sealing { keys: &self.treasury.keys, entropy: &books.entropy };
        let changed: Result<PayeeId, Refusal> =
            transact!(books.db, tx => book::change(tx, actor, &operation, (id, &details), sealing, now).await);
        changed.unwrap();
        let payee = self.payees.get_mut(&id).unwrap();
        payee.entered += 1;
        payee.waiting = Some(payee.entered);
    }

    /// A second person agrees to it, or does not.
    pub async fn decide_payee(&mut self) {
        let waiting: Vec<PayeeId> = self.payees.iter().filter(|(_, payee)| payee.waiting.is_some()).map(|(id, _)| *id).collect();
        let Some(id) = self.any(&waiting) else { return };
        let proposal = {
            let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
            let details = book::details(tx, id).await.unwrap().unwrap();
            approvals::find(tx, details.proposal_id.unwrap()).await.unwrap().unwrap()
        };
        let by_author = self.treasury.decide(self.treasury.author, &proposal, Choice::Approve).await;
        assert!(by_author.is_err(), "{by_author:?}");
        let agrees = self.below(3) > 0;
        let choice = if agrees { Choice::Approve } else { Choice::Reject("It is another name.") };
        self.treasury.decide(self.treasury.ana, &proposal, choice).await.unwrap();
        let ready_at = self.treasury.books.now().plus_secs(48 * 3600);
        let payee = self.payees.get_mut(&id).unwrap();
        let waiting = payee.waiting.take();
        if let Some(number) = waiting.filter(|_| agrees) {
            payee.agreed = Some((number, ready_at));
        }
    }

    pub async fn ask_transfer(&mut self) {
        let (out, minor) = (self.below(3) > 0, 1 + i64::try_from(self.below(40_000)).unwrap());
        let (from, to) = if out { (chart::BANK, GATE) } else { (GATE, chart::BANK) };
        let (operation, actor, now, books) =
            (self.treasury.operation(), self.treasury.author(), self.treasury.books.now(), self.treasury.books);
        let step = Move { from: from.to_owned(), to: to.to_owned(), amount: usd(minor) };
        let fund = funds::find(&mut books.db.begin_read().await.unwrap(), self.treasury.fund).await.unwrap().unwrap();
        let id: Result<TransferId, Refusal> = transact!(books.db, tx => advances::ask(tx, actor, &operation, (&fund, &step), now).await);
        self.asked.insert(id.unwrap(), Asked { minor, out, signed: None });
    }

    pub async fn decide_transfer(&mut self) {
        let Some(id) = self.any(&self.asked.keys().copied().collect::<Vec<_>>()) else { return };
        let asked = self.asked[&id];
        let (from, to) = if asked.out { (chart::BANK, GATE) } else { (GATE, chart::BANK) };
        let proposal = {
            let tx = &mut self.treasury.books.db.begin_read().await.unwrap();
            approvals::latest(tx, approvals::Subject::Transfer, &id.to_string()).await.unwrap().unwrap()
        };
        let who = self.any(&[self.treasury.ana, self.treasury.ben, self.treasury.author]).unwrap();
        let choice = if self.below(5) == 0 { Choice::Reject("Not now.") } else { Choice::Approve };
        let decided = self.treasury.decide(who, &proposal, choice).await;
        match decided {
            Ok(Decided::Waiting { given, needed }) => {
                assert!(given < needed && who != self.treasury.author);
                self.asked.get_mut(&id).unwrap().signed = Some(who);
            }
            Ok(Decided::Done) => {
                assert!(who != self.treasury.author && asked.signed != Some(who));
                assert!(asked.minor <= 50_000 || asked.signed.is_some(), "{asked:?}");
                self.plain.add(from, -asked.minor);
                self.plain.add(to, asked.minor);
                assert!(self.plain.held(from) >= 0, "{from} is below nothing");
                self.asked.remove(&id);
            }
            Ok(Decided::Rejected) => drop(self.asked.remove(&id)),
            Ok(other) => panic!("{other:?}"),
            Err(DecideError::Spending(Refusal::AccountTooSmall(path, _))) => assert!(self.plain.held(&path) < asked.minor, "{asked:?}"),
            Err(DecideError::Spending(Refusal::Uncovered(_))) => assert!(asked.out && self.plain.cover() < asked.minor, "{asked:?}"),
            Err(DecideError::Approval(_)) => assert!(who == self.treasury.author || asked.signed == Some(who), "{asked:?}"),
            Err(other) => panic!("{other:?}"),
        }
    }
}
