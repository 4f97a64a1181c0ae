//! A refund is a decision like any other: it takes no fund below nothing, and what it promised is not spent meanwhile.

use strikefund::donations::{self, HandError, NewRefund, RefundReason, refunding};
use strikefund::payments::practice::{DirectCharge, Options, Practice};
use strikefund::payments::sync::Run;

use super::*;
use crate::books::{SECRET, keeper_of_its_funds};
use crate::support::on_both_databases;

/// Asks for so much of a gift back; what others agree to.
async fn asked(treasury: &Treasury<'_>, gift: &str, minor: i64) -> Proposal {
    let (books, operation, actor, now) = (treasury.books, treasury.operation(), treasury.author(), treasury.books.now());
    let new = NewRefund { amount: usd(minor), reason: RefundReason::Asked, note: String::new(), stop_repeat: None };
    let reference: Result<String, HandError> =
        transact!(books.db, tx => refunding::ask(tx, gift, &new, &operation, actor, &books.entropy, now).await);
    let tx = &mut books.db.begin_read().await.unwrap();
    let id = refunding::find(tx, &reference.unwrap()).await.unwrap().unwrap().id;
    approvals::latest(tx, approvals::Subject::Refund, &id.to_string()).await.unwrap().unwrap()
}

on_both_databases! {
    async fn a_refund_takes_no_fund_below_nothing_and_what_it_promised_is_not_spent(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        let (clock, entropy, site) = (books.clock.clone(), strikefund::ids::Entropy::seeded(9), "http://127.0.0.1:1".to_owned());
        let practice = Practice::start(Options { port: 0, clock, entropy, site, daily_payouts: false }, None).unwrap();
        practice.webhook_by_hand(SECRET);
        let keeper = keeper_of_its_funds(books, &practice.api_base(), &books.clock).await;
        let direct = DirectCharge { amount_minor: 10_000, currency: Currency::USD, created: books.now(), metadata: &[], announced: true };
        let charge = practice.charge_direct(&direct);
        let arrive = async || {
            practice.settle().await;
            keeper.deliver(&practice.take_deliveries()).await;
            keeper.jobs.round(Run::Wake).await.unwrap();
        };
        arrive().await;
        let gift = donations::find_by_charge(&mut books.db.begin_read().await.unwrap(), &charge).await.unwrap().unwrap().number;
        // Stripe kept 3.20 of it, and the fund has nothing else to bear that with.
        let proposal = asked(&treasury, &gift, 10_000).await;
        let refused = treasury.decide(treasury.ana, &proposal, Choice::Approve).await;
        assert!(matches!(refused, Err(DecideError::Spending(Refusal::FundTooSmall(..)))), "{refused:?}");
        treasury.give(treasury.fund, 320).await;
        assert!(matches!(treasury.decide(treasury.ana, &proposal, Choice::Approve).await, Ok(Decided::Done)));

        // Until Stripe's line is in the books the fund looks as if it held a hundred dollars, and they are not its own.
        let water = treasury.sent(&treasury.water(100)).await;
        let refused = treasury.approve(treasury.ben, water).await;
        assert!(matches!(refused, Err(DecideError::Spending(Refusal::FundTooSmall(..)))), "{refused:?}");
        practice.charge_direct(&DirectCharge { created: books.now(), ..direct });
        for _ in 0..2 {
            arrive().await;
        }
        assert_eq!((treasury.held(chart::REFUNDS).await, treasury.held(chart::STRIPE).await), (10_000, 9_680 + 9_680 - 10_000));
        assert!(matches!(treasury.approve(treasury.ben, water).await, Ok(Decided::Done)), "a second gift pays for it");
        treasury.sound().await;
        keeper.check(&practice).await;
    }
}
