//! What custodians carry: handed out by agreement, settled by receipts, and the change comes back.

use strikefund::ids::{PurseId, TransferId};
use strikefund::spending::advances;
use strikefund::spending::{Move, PurseKind};
use strikefund::{funds, run};

use super::*;
use crate::support::on_both_databases;

const GATE: &str = "assets:advances:north-gate";

async fn open(treasury: &Treasury<'_>) -> Result<PurseId, Refusal> {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    transact!(treasury.books.db, tx => advances::open(tx, actor, &operation, (PurseKind::Advance, "North gate"), now).await)
}

async fn ask(treasury: &Treasury<'_>, from: &str, to: &str, minor: i64) -> Result<Proposal, Refusal> {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    let step = Move { from: from.to_owned(), to: to.to_owned(), amount: usd(minor) };
    let fund = funds::find(&mut treasury.books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().unwrap();
    let id: Result<TransferId, Refusal> =
        transact!(treasury.books.db, tx => advances::ask(tx, actor, &operation, (&fund, &step), now).await);
    let tx = &mut treasury.books.db.begin_read().await.unwrap();
    Ok(approvals::latest(tx, approvals::Subject::Transfer, &id?.to_string()).await.unwrap().unwrap())
}

on_both_databases! {
    async fn an_advance_is_settled_by_receipts_and_change(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        open(&treasury).await.unwrap();
        assert!(matches!(open(&treasury).await, Err(Refusal::SameAccount(_))));
        assert!(matches!(ask(&treasury, chart::BANK, chart::BANK, 100).await, Err(Refusal::Sum)));
        assert!(matches!(ask(&treasury, chart::BANK, "assets:stripe", 100).await, Err(Refusal::NotFound)));
        let out = ask(&treasury, chart::BANK, GATE, 5_000).await.unwrap();
        assert_eq!(treasury.held(GATE).await, 0, "nothing moves before others agree");
        let forced: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query("UPDATE transfer SET state = 'done', entry_id = 1")));
        assert!(forced.is_err());
        treasury.decide(treasury.ana, &out, Choice::Approve).await.unwrap();
        assert_eq!((treasury.held(GATE).await, treasury.held(chart::BANK).await), (5_000, 5_000));
        let water = Draft { paid_by: PaidBy::Cash, paid_from: Some(GATE.to_owned()), ..treasury.water(3_500) };
        let id = treasury.sent(&water).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let more = treasury.sent(&Draft { paid_by: PaidBy::Cash, paid_from: Some(GATE.to_owned()), ..treasury.water(1_501) }).await;
        assert!(matches!(treasury.approve(treasury.ana, more).await, Err(DecideError::Spending(Refusal::AccountTooSmall(_, left))) if left.minor == 1_500));
        let back = ask(&treasury, GATE, chart::BANK, 1_500).await.unwrap();
        treasury.decide(treasury.ben, &back, Choice::Approve).await.unwrap();
        assert_eq!((treasury.held(GATE).await, treasury.held(chart::BANK).await), (0, 6_500));
        let refused = ask(&treasury, GATE, chart::BANK, 1).await.unwrap();
        assert!(matches!(treasury.decide(treasury.ben, &refused, Choice::Approve).await, Err(DecideError::Spending(Refusal::AccountTooSmall(..)))));
        treasury.decide(treasury.ben, &refused, Choice::Reject("There is none.")).await.unwrap();
        treasury.sound().await;
    }
}
