//! Any plans and any late events, in any order, with commands that die before they are committed and are given again: shares sum exactly, nobody is
//! paid twice, what is owed is what is owed, and everything recomputed is right (invariant 28).

use super::*;
use crate::support::soak;

/// What a person with a pencil knows.
#[derive(Default)]
struct Plain {
    /// What the fund holds.
    held: i64,
    /// What is in the bank.
    bank: i64,
    /// By grant: its sum, and whether it is with its group.
    grants: std::collections::BTreeMap<String, (i64, bool)>,
}

impl Plain {
    fn owed(&self) -> i64 {
        self.grants.values().filter(|(_, sent)| !sent).map(|(minor, _)| minor).sum()
    }
}

/// A share for some of the groups, by one rule.
fn any_shares(below: &dyn Fn(u64) -> u64) -> Vec<(usize, Rule, i64)> {
    let weights: Vec<(usize, i64)> =
        (0..3).map(|group| (group, i64::try_from(below(6)).unwrap())).filter(|(_, weight)| *weight > 0).collect();
    match weights.as_slice() {
        [] => vec![(0, Rule::Percent, 10_000)],
        [(one, _), (two, part)] if below(2) == 0 => vec![(*one, Rule::Percent, 1_000 * part), (*two, Rule::Percent, 10_000 - 1_000 * part)],
        some => some.iter().map(|(group, weight)| (*group, Rule::Weight, *weight)).collect(),
    }
}

/// Does the command in a transaction that is lost, as when the program dies before its commit: nothing of it may stand.
async fn dies(end: &End<'_>, whole: &WholeGrant) {
    let mut tx = end.books().db.begin_write().await.unwrap();
    let (operation, payment) = (end.treasury.operation(), end.payment());
    let done = granting::pay(&mut tx, end.treasury.author(), &operation, (&whole.grant.number, &payment), end.books().now()).await;
    done.unwrap();
    drop(tx);
    assert_eq!(end.grants().await.iter().find(|other| other.grant.id == whole.grant.id), Some(whole));
}

async fn step(end: &End<'_>, plain: &mut Plain) {
    let below = |limit: u64| end.books().entropy.below(limit);
    let grants = end.grants().await;
    let any = |wanted: &dyn Fn(&WholeGrant) -> bool| {
        let fitting: Vec<&WholeGrant> = grants.iter().filter(|whole| wanted(whole)).collect();
        fitting.get(usize::try_from(below(fitting.len() as u64)).unwrap()).map(|whole| (*whole).clone())
    };
    match below(8) {
        0 => {
            let minor = 1 + i64::try_from(below(20_000)).unwrap();
            end.treasury.give(end.treasury.fund, minor).await;
            (plain.held, plain.bank) = (plain.held + minor, plain.bank + minor);
        }
        1 if plain.held > 0 => {
            // A fact takes something back: never more than is there, for these books have one bank account.
            let minor = 1 + i64::try_from(below(u64::try_from(plain.held).unwrap())).unwrap();
            end.treasury.give(end.treasury.fund, -minor).await;
            (plain.held, plain.bank) = (plain.held - minor, plain.bank - minor);
        }
        2 | 3 if plain.held > 0 => {
            let before: Vec<String> = grants.iter().map(|whole| whole.grant.number.clone()).collect();
            let id = match below(3) {
                0 => {
                    let limited = end.propose_limited(1 + i64::try_from(below(2 * plain.held.unsigned_abs())).unwrap()).await.unwrap();
                    end.all_agree(limited).await;
                    limited
                }
                _ => end.agreed(&any_shares(&below)).await,
            };
            let whole = planning::find(&mut end.books().db.begin_read().await.unwrap(), id).await.unwrap().unwrap();
            assert_eq!(whole.shares.iter().map(|share| share.amount_minor).sum::<i64>(), plain.held);
            assert!(whole.shares.iter().all(|share| share.most_minor.is_none_or(|most| share.amount_minor <= most)), "{whole:?}");
            plain.held = 0;
            let new = end.grants().await.into_iter().filter(|whole| !before.contains(&whole.grant.number));
            plain.grants.extend(new.map(|whole| (whole.grant.number, (whole.grant.amount_minor, false))));
            end.publish().await;
        }
        4 | 5 => {
            if let Some(whole) = any(&|whole| matches!(whole.stands(), Stands::Promised | Stands::Returned)) {
                if below(3) == 0 {
                    dies(end, &whole).await;
                }
                end.pay(&whole).await.unwrap();
                assert!(end.pay(&whole).await.is_err());
                plain.bank -= whole.grant.amount_minor;
                plain.grants.get_mut(&whole.grant.number).unwrap().1 = true;
            }
        }
        6 => {
            if let Some(whole) = any(&|whole| whole.stands() == Stands::Sent && whole.payment().is_some_and(|sent| sent.turns == 0)) {
                let mut entry = whole.payment().unwrap().entry_id;
                if below(2) == 0 {
                    // The bank says so, takes it back, and says so again.
                    entry = end.bounce(entry).await;
                    entry = end.bounce(entry).await;
                }
                end.bounce(entry).await;
                plain.bank += whole.grant.amount_minor;
                plain.grants.get_mut(&whole.grant.number).unwrap().1 = false;
            }
        }
        _ => {
            if let Some(whole) = any(&|whole| !matches!(whole.stands(), Stands::Ended | Stands::Matched)) {
                let was_sent = whole.stands() == Stands::Sent;
                end.end(&whole, EndedWhy::Refused).await.unwrap();
                plain.held += whole.grant.amount_minor;
                plain.bank += if was_sent { whole.grant.amount_minor } else { 0 };
                plain.grants.remove(&whole.grant.number);
            }
        }
    }
}

on_both_databases! {
    async fn any_plans_and_any_late_events_leave_every_cent_where_it_belongs(books: &Books) {
        let end = End::with(books, 12_901, "0").await;
        let mut plain = Plain { held: 12_901, bank: 12_901, ..Plain::default() };
        for round in 0..soak(60, 3_000) {
            step(&end, &mut plain).await;
            let mut owed = 0;
            for path in ["water-for-all", "rent-relief", "food-bank"] {
                owed -= end.treasury.held(&format!("liabilities:grants:{path}")).await;
            }
            let books_say = (end.left().await, end.treasury.held(chart::BANK).await, owed);
            assert_eq!(books_say, (plain.held.max(0), plain.bank, plain.owed()), "round {round}");
            assert_eq!(plain.bank, plain.held + plain.owed(), "round {round}");
            if round % 20 == 0 {
                end.sound().await;
            }
        }
        end.sound().await;
    }
}
