//! Money out: from a draft to what is paid, in the books and in no other way.

mod advances;
mod captains;
mod corrections;
mod giving_back;
mod life;
mod model;
mod payees;
mod races;

use strikefund::approvals::{self, Proposal};
use strikefund::deciding::{self, Choice, DecideError, Decided};
use strikefund::ids::{ExpenseId, FundId, PayeeId, PersonId};
use strikefund::ledger::{self, NewEntry, NewPosting, Posted, Source, chart};
use strikefund::money::Currency;
use strikefund::people::operation::Operation;
use strikefund::people::{Actor, Role};
use strikefund::seal::Keyring;
use strikefund::spending::payee::{NewDetails, NewPayee};
use strikefund::spending::payees::{self as book, Sealing};
use strikefund::spending::{self, Document, Draft, PaidBy, Part, Payment, Refusal, Show, State, Whole};
use strikefund::transact;

use crate::approvals::{acting, person, usd};
use crate::support::Books;

/// A fund with money, and the people who keep it.
pub struct Treasury<'a> {
    pub books: &'a Books,
    pub fund: FundId,
    pub author: PersonId,
    pub ana: PersonId,
    pub ben: PersonId,
    pub keys: Keyring,
}

impl<'a> Treasury<'a> {
    /// A general fund that holds so much, all of it in the bank.
    pub async fn holding(books: &'a Books, minor: i64) -> Self {
        let fund = books.general_fund().await;
        let author = person(books, &[Role::Recorder]).await;
        let (ana, ben) = (person(books, &[Role::Approver]).await, person(books, &[Role::Approver]).await);
        let treasury = Self { books, fund, author, ana, ben, keys: Keyring::from_master(&[7; 32]) };
        treasury.give(fund, minor).await;
        treasury
    }

    /// A gift by bank transfer.
    pub async fn give(&self, fund: FundId, minor: i64) {
        if minor == 0 {
            return;
        }
        let entry = NewEntry {
            source: Source::Bank,
            source_id: self.books.entropy.reference(),
            kind: "gift",
            effective_on: "2026-11-01".parse().unwrap(),
            memo: None,
            actor: None,
            reverses: None,
            postings: vec![NewPosting::pooled(chart::BANK, usd(minor)), NewPosting::of_fund("income:donations:bank", fund, usd(-minor))],
        };
        let now = self.books.now();
        let posted: Result<Posted, ledger::PostError> = transact!(self.books.db, tx => ledger::post(tx, &entry, now).await);
        posted.unwrap();
    }

    pub fn operation(&self) -> Operation {
        Operation::new(&self.books.entropy.reference(), "test", &[]).unwrap()
    }

    pub fn sealing(&self) -> Sealing<'_> {
        Sealing { keys: &self.keys, entropy: &self.books.entropy }
    }

    pub fn author(&self) -> Actor {
        acting(self.books, self.author)
    }

    /// Water from a shop of its own, paid with the fund's card.
    pub fn water(&self, minor: i64) -> Draft {
        let reference = self.books.entropy.reference();
        Draft {
            fund: self.fund,
            amount: usd(minor),
            bought_on: "2026-11-14".parse().unwrap(),
            vendor: format!("Shop {reference}"),
            parts: vec![Part { fund_id: self.fund, category: "water".to_owned(), amount_minor: minor }],
            public_text: "40 cases of water".to_owned(),
            units: None,
            note: String::new(),
            paid_by: PaidBy::Card,
            paid_from: Some(chart::BANK.to_owned()),
            payee: None,
            show: Show::AfterHold,
            show_shop: false,
            documents: vec![Document { sha256: strikefund::ids::sha256_hex(&reference), document: reference }],
            no_receipt: None,
        }
    }

    pub async fn save(&self, standing: Option<(ExpenseId, i64)>, draft: &Draft) -> Result<ExpenseId, Refusal> {
        let (operation, actor, now) = (self.operation(), self.author(), self.books.now());
        transact!(self.books.db, tx => spending::save(tx, actor, &operation, standing, draft, &self.books.entropy, now).await)
    }

    pub async fn send(&self, id: ExpenseId) -> Result<ExpenseId, Refusal> {
        let (operation, actor, now) = (self.operation(), self.author(), self.books.now());
        let version = self.read(id).await.expense.version;
        transact!(self.books.db, tx => spending::send(tx, actor, &operation, (id, version), now).await)
    }

    /// Saves and sends.
    pub async fn sent(&self, draft: &Draft) -> ExpenseId {
        let id = self.save(None, draft).await.unwrap();
        self.send(id).await.unwrap()
    }

    pub async fn read(&self, id: ExpenseId) -> Whole {
        spending::find(&mut self.books.db.begin_read().await.unwrap(), id).await.unwrap().unwrap()
    }

    pub async fn proposal(&self, id: ExpenseId) -> Proposal {
        spending::proposal(&mut self.books.db.begin_read().await.unwrap(), id).await.unwrap().unwrap()
    }

    pub async fn decide(&self, who: PersonId, proposal: &Proposal, choice: Choice<'_>) -> Result<Decided, DecideError> {
        let (operation, actor, now) = (self.operation(), acting(self.books, who), self.books.now());
        let seen = (proposal.id, &*proposal.payload_hash);
        transact!(self.books.db, tx => deciding::decide(tx, actor, &operation, seen, choice, self.sealing(), now).await)
    }

    pub async fn approve(&self, who: PersonId, id: ExpenseId) -> Result<Decided, DecideError> {
        let proposal = self.proposal(id).await;
        self.decide(who, &proposal, Choice::Approve).await
    }

    pub async fn pay(&self, id: ExpenseId) -> Result<ExpenseId, Refusal> {
        let (operation, actor, now) = (self.operation(), self.author(), self.books.now());
        let version = self.read(id).await.expense.version;
        let payment = Payment { from: chart::BANK.to_owned(), on: "2026-11-14".parse().unwrap(), reference: "cheque 12".to_owned() };
        transact!(self.books.db, tx => spending::pay(tx, actor, &operation, (id, version), &payment, self.sealing(), now).await)
    }

    /// Somebody who was agreed to and whose hold is over.
    pub async fn ready_payee(&self) -> PayeeId {
        let id = self.new_payee("021000021 123456789").await.unwrap();
        self.agree_to_payee(id).await;
        self.books.clock.advance(std::time::Duration::from_hours(48));
        id
    }

    pub async fn new_payee(&self, account: &str) -> Result<PayeeId, Refusal> {
        let (operation, actor, now) = (self.operation(), self.author(), self.books.now());
        let new = NewPayee::parse("Ana from the picket line", "person", ("no", ""), "").unwrap();
        let details = NewDetails::parse("bank", account, "called").unwrap();
        let sealing = Sealing { keys: &self.keys, entropy: &self.books.entropy };
        transact!(self.books.db, tx => book::add(tx, actor, &operation, (&new, &details), sealing, now).await)
    }

    pub async fn agree_to_payee(&self, id: PayeeId) {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        let details = book::details(tx, id).await.unwrap().unwrap();
        let proposal = approvals::find(tx, details.proposal_id.unwrap()).await.unwrap().unwrap();
        self.decide(self.ana, &proposal, Choice::Approve).await.unwrap();
    }

    pub async fn state(&self, id: ExpenseId) -> State {
        self.read(id).await.expense.state
    }

    /// What an account holds.
    pub async fn held(&self, path: &str) -> i64 {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        ledger::balance_of(tx, path).await.unwrap().get(&Currency::USD).copied().unwrap_or(0)
    }

    /// Everything recomputed.
    pub async fn sound(&self) {
        assert_eq!(strikefund::verify::verify(&self.books.db).await.unwrap().wrong, None);
    }
}
