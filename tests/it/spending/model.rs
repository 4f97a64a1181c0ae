//! Random treasurers beside a plain model in memory (safety test G8): never below nothing, never paid twice, never paid unapproved.

use std::collections::BTreeMap;

use strikefund::ledger::Mistake;
use strikefund::spending::Correction;

use super::*;
use crate::support::{on_both_databases, setting};

/// What the model knows of one expense.
#[derive(Clone, Debug)]
struct Known {
    minor: i64,
    owed: bool,
    state: State,
    /// Who signed what stands now.
    signed: Vec<PersonId>,
    corrects: Option<ExpenseId>,
}

struct World<'a> {
    treasury: Treasury<'a>,
    payee: PayeeId,
    fund_left: i64,
    bank: i64,
    owed: i64,
    expenses: BTreeMap<ExpenseId, Known>,
}

impl World<'_> {
    fn pick(&self, wanted: impl Fn(&Known) -> bool) -> Option<ExpenseId> {
        let fitting: Vec<ExpenseId> = self.expenses.iter().filter(|(_, known)| wanted(known)).map(|(id, _)| *id).collect();
        let at = self.treasury.books.entropy.below(fitting.len() as u64);
        fitting.get(usize::try_from(at).unwrap()).copied()
    }

    fn draft(&self) -> (Draft, bool) {
        let entropy = &self.treasury.books.entropy;
        let (minor, owed) = (1 + i64::try_from(entropy.below(60_000)).unwrap(), entropy.below(2) == 0);
        let draft = self.treasury.water(minor);
        let owing = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(self.payee), ..draft.clone() };
        // A payee of its own would be needed for each to keep the sums of seven days apart: these share one, and count together.
        (if owed { owing } else { draft }, owed)
    }

    async fn save(&mut self) {
        let (draft, owed) = self.draft();
        let id = self.treasury.save(None, &draft).await.unwrap();
        self.expenses.insert(id, Known { minor: draft.amount.minor, owed, state: State::Draft, signed: vec![], corrects: None });
    }

    async fn edit(&mut self) {
        let Some(id) = self.pick(|_| true) else { return };
        let (draft, owed) = self.draft();
        let version = self.treasury.read(id).await.expense.version;
        let saved = self.treasury.save(Some((id, version)), &draft).await;
        let known = self.expenses.get_mut(&id).unwrap();
        match known.state {
            State::Paid | State::Matched | State::Corrected => assert!(matches!(saved, Err(Refusal::State(_))), "{saved:?}"),
            state => {
                saved.unwrap();
                if state == State::Approved {
                    self.fund_left += known.minor;
                    self.owed -= known.minor;
                }
                *known = Known { minor: draft.amount.minor, owed, state: State::Draft, signed: vec![], corrects: known.corrects };
            }
        }
    }

    async fn send(&mut self) {
        let Some(id) = self.pick(|_| true) else { return };
        let sent = self.treasury.send(id).await;
        let known = self.expenses.get_mut(&id).unwrap();
        if known.state == State::Draft {
            sent.unwrap();
            known.state = State::Sent;
        } else {
            assert!(sent.is_err());
        }
    }

    async fn approve(&mut self) {
        let Some(id) = self.pick(|known| known.state != State::Draft) else { return };
        let who = if self.treasury.books.entropy.below(2) == 0 { self.treasury.ana } else { self.treasury.ben };
        let decided = self.treasury.approve(who, id).await;
        let known = self.expenses.get(&id).unwrap().clone();
        if known.state != State::Sent || known.signed.contains(&who) {
            assert!(decided.is_err(), "{known:?} {decided:?}");
            return;
        }
        let old = known.corrects.and_then(|old| self.expenses.get(&old).cloned());
        let back = old.as_ref().map_or(0, |old| old.minor);
        let leaves = !known.owed || old.is_some();
        let fits = self.fund_left + back >= known.minor && (!leaves || self.bank + back >= known.minor);
        match decided {
            Ok(Decided::Waiting { given, needed }) => {
                assert!(given < needed);
                self.expenses.get_mut(&id).unwrap().signed.push(who);
            }
            Ok(Decided::Done) => {
                assert!(fits, "{known:?} was more than there was");
                let needed = self.treasury.proposal(id).await.needed;
                assert!(i64::try_from(known.signed.len()).unwrap() + 1 >= needed, "{known:?} needed {needed}");
                self.fund_left += back - known.minor;
                if leaves {
                    self.bank += back - known.minor;
                } else {
                    self.owed += known.minor;
                }
                if let Some(old) = known.corrects {
                    self.expenses.get_mut(&old).unwrap().state = State::Corrected;
                }
                self.expenses.get_mut(&id).unwrap().state = if leaves { State::Paid } else { State::Approved };
            }
            other => assert!(!fits, "{known:?} {other:?}"),
        }
    }

    async fn reject(&mut self) {
        let Some(id) = self.pick(|known| known.state == State::Sent) else { return };
        let proposal = self.treasury.proposal(id).await;
        self.treasury.decide(self.treasury.ben, &proposal, Choice::Reject("No.")).await.unwrap();
        self.expenses.get_mut(&id).unwrap().state = State::Rejected;
    }

    async fn pay(&mut self) {
        let Some(id) = self.pick(|known| known.owed) else { return };
        let paid = self.treasury.pay(id).await;
        let known = self.expenses.get_mut(&id).unwrap();
        if known.state == State::Approved && self.bank >= known.minor {
            paid.unwrap();
            (known.state, self.bank, self.owed) = (State::Paid, self.bank - known.minor, self.owed - known.minor);
        } else {
            assert!(paid.is_err(), "{known:?}");
        }
    }

    async fn correct(&mut self) {
        let Some(id) = self.pick(|known| known.state == State::Paid) else { return };
        let (operation, actor, now) = (self.treasury.operation(), self.treasury.author(), self.treasury.books.now());
        let correction = Correction {
            reason: "It was booked a second time by mistake.",
            wrong: Mistake::Twice,
            nothing_instead: self.treasury.books.entropy.below(2) == 0,
        };
        let entropy = &self.treasury.books.entropy;
        let new: Result<ExpenseId, Refusal> =
            transact!(self.treasury.books.db, tx => spending::correct(tx, actor, &operation, id, &correction, entropy, now).await);
        let other = self.expenses.values().any(|known| known.corrects == Some(id) && known.state != State::Rejected);
        assert_eq!(new.is_ok(), !other);
        let Ok(new) = new else { return };
        let old = self.expenses[&id].clone();
        let minor = if correction.nothing_instead { 0 } else { old.minor };
        self.expenses.insert(new, Known { minor, owed: old.owed, state: State::Draft, signed: vec![], corrects: Some(id) });
    }

    async fn agrees(&self, log: &[u64]) {
        let treasury = &self.treasury;
        assert!(self.fund_left >= 0 && self.bank >= 0, "below nothing: {log:?}");
        let held = (treasury.held(chart::BANK).await, treasury.held(chart::REIMBURSEMENTS).await);
        assert_eq!(held, (self.bank, -self.owed), "{log:?}");
    }
}

/// How many commands are given; the soak gives more.
fn commands() -> usize {
    setting("STRIKEFUND_TEST_ROUNDS").and_then(|rounds| rounds.parse::<usize>().ok()).map_or(500, |rounds| rounds * 10)
}

on_both_databases! {
    async fn random_treasurers_never_get_round_the_rules(books: &Books) {
        let treasury = Treasury::holding(books, 300_000).await;
        let payee = treasury.ready_payee().await;
        let mut world = World { treasury, payee, fund_left: 300_000, bank: 300_000, owed: 0, expenses: BTreeMap::new() };
        let mut log = Vec::new();
        for step in 0..commands() {
            let command = books.entropy.below(16);
            log.push(command);
            match command {
                0..3 => world.save().await,
                3 => world.edit().await,
                4..8 => world.send().await,
                8..12 => world.approve().await,
                12 => world.reject().await,
                13..15 => world.pay().await,
                _ => world.correct().await,
            }
            world.agrees(&log).await;
            if step % 10 == 0 {
                world.treasury.sound().await;
            }
            if world.fund_left < 50_000 {
                world.treasury.give(world.treasury.fund, 100_000).await;
                (world.fund_left, world.bank) = (world.fund_left + 100_000, world.bank + 100_000);
            }
        }
        world.treasury.sound().await;
    }
}
