//! What a person with a pencil knows: what each fund holds, what each account holds, and how far each expense is.

use std::collections::{BTreeMap, BTreeSet};

use strikefund::clock::Instant;
use strikefund::ids::{FundId, MatchId, PayeeId, PersonId};
use strikefund::ledger::chart;
use strikefund::spending::{Refusal, State};

/// What the north gate carries.
pub const GATE: &str = "assets:advances:north-gate";

/// One expense.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which fund bears how much of it.
    pub parts: Vec<(FundId, i64)>,
    /// The account the money left before anybody agreed; None: it is owed.
    pub from: Option<&'static str>,
    /// Whom it is owed to.
    pub payee: Option<PayeeId>,
    /// Which of their details stood there when it was sent.
    pub details: Option<u32>,
    pub state: State,
    /// Who signed what stands now.
    pub signed: BTreeSet<PersonId>,
    pub emergency: bool,
    pub corrects: Option<super::ExpenseId>,
    /// The account the money left, once it has.
    pub paid_from: Option<&'static str>,
    /// The match by which its payment came back, while nothing else has happened to it since.
    pub back: Option<MatchId>,
}

impl Known {
    pub fn new(parts: Vec<(FundId, i64)>, from: Option<&'static str>, payee: Option<PayeeId>) -> Self {
        let signed = BTreeSet::new();
        let state = State::Draft;
        Self { parts, from, payee, details: None, state, signed, emergency: false, corrects: None, paid_from: None, back: None }
    }

    pub fn minor(&self) -> i64 {
        self.parts.iter().map(|(_, minor)| minor).sum()
    }
}

/// How somebody is paid.
#[derive(Clone, Copy, Debug, Default)]
pub struct Payee {
    pub entered: u32,
    pub agreed: Option<(u32, Instant)>,
    pub waiting: Option<u32>,
}

impl Payee {
    pub fn newest(&self) -> Option<u32> {
        self.waiting.or(self.agreed.map(|(number, _)| number))
    }

    /// Whether what others agreed to is what would be used now.
    pub fn is_ready(&self, details: Option<u32>, now: Instant) -> bool {
        self.waiting.is_none() && self.agreed.is_some_and(|(number, ready_at)| Some(number) == details && now >= ready_at)
    }
}

/// The books, in two lists.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    pub restricted: Option<FundId>,
    pub funds: BTreeMap<FundId, i64>,
    pub accounts: BTreeMap<&'static str, i64>,
    /// What each fund gives back, agreed to and not in the books yet.
    pub promised: BTreeMap<FundId, i64>,
}

impl Plain {
    pub fn held(&self, path: &str) -> i64 {
        self.accounts.get(path).copied().unwrap_or(0)
    }

    pub fn fund(&self, id: FundId) -> i64 {
        self.funds.get(&id).copied().unwrap_or(0)
    }

    pub fn add(&mut self, path: &'static str, minor: i64) {
        *self.accounts.entry(path).or_default() += minor;
    }

    pub fn give(&mut self, fund: FundId, minor: i64) {
        self.add_to_fund(fund, minor);
        self.add(chart::BANK, minor);
    }

    /// What a fund gives back, agreed to and not in the books yet.
    pub fn promised(&self, fund: FundId) -> i64 {
        self.promised.get(&fund).copied().unwrap_or(0)
    }

    /// What is free beyond what is owed and what the restricted fund holds.
    pub fn cover(&self) -> i64 {
        let liquid: i64 = [chart::BANK, chart::STRIPE, chart::IN_TRANSIT].iter().map(|path| self.held(path)).sum();
        let restricted = self.restricted.map_or(0, |fund| self.fund(fund));
        liquid + self.held(chart::REIMBURSEMENTS) - restricted.max(0)
    }

    /// The same once these funds have given back what they promised.
    pub fn cover_after(&self, giving: impl Iterator<Item = FundId>) -> i64 {
        let mut after = self.clone();
        for fund in giving.collect::<BTreeSet<_>>() {
            after.add_to_fund(fund, -self.promised(fund));
            after.add(chart::STRIPE, -self.promised(fund));
        }
        after.cover()
    }

    pub fn add_to_fund(&mut self, fund: FundId, minor: i64) {
        *self.funds.entry(fund).or_default() += minor;
    }

    /// It is approved: the funds bear it, and it is owed.
    pub fn promise(&mut self, known: &Known) {
        for (fund, minor) in &known.parts {
            self.add_to_fund(*fund, -minor);
        }
        self.add(chart::REIMBURSEMENTS, -known.minor());
    }

    /// What was owed has left an account.
    pub fn pay(&mut self, known: &mut Known, from: &'static str) {
        self.add(chart::REIMBURSEMENTS, known.minor());
        self.add(from, -known.minor());
        (known.state, known.paid_from, known.back) = (State::Paid, Some(from), None);
    }

    /// Everything it did is taken back.
    pub fn take_back(&mut self, known: &Known) {
        for (fund, minor) in &known.parts {
            self.add_to_fund(*fund, *minor);
        }
        self.add(known.paid_from.unwrap_or(chart::REIMBURSEMENTS), known.minor());
    }

    /// A decision leaves no fund it draws on below what that fund promised to give back, and no account it draws on below nothing.
    pub fn assert_holds(&self, known: &Known) {
        let holds = |fund: FundId| self.fund(fund) >= self.promised(fund);
        assert!(known.parts.iter().all(|(fund, _)| holds(*fund)), "a fund is below nothing: {known:?} {self:?}");
        assert!(known.paid_from.is_none_or(|path| self.held(path) >= 0), "an account is below nothing: {known:?} {self:?}");
    }

    /// It was refused for want of money, so there was too little.
    pub fn assert_short(&self, known: &Known, old: Option<&Known>, refusal: &Refusal) {
        let mut after = self.clone();
        if let Some(old) = old {
            if !matches!(old.state, State::Paid | State::Matched) {
                assert!(matches!(refusal, Refusal::State(_)), "{refusal:?}");
                return;
            }
            after.take_back(old);
        }
        after.promise(known);
        match refusal {
            Refusal::FundTooSmall(..) => {
                assert!(known.parts.iter().any(|(fund, _)| after.fund(*fund) < after.promised(*fund)), "{known:?} {after:?}");
            }
            Refusal::Uncovered(_) => {
                assert!(after.cover_after(known.parts.iter().map(|(fund, _)| *fund)) < 0, "{known:?} {after:?}");
            }
            Refusal::AccountTooSmall(path, _) => assert!(after.held(path) < known.minor(), "{known:?} {after:?}"),
            other => panic!("{other:?} of {known:?}"),
        }
    }
}
