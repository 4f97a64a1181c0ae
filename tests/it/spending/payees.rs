//! The payee book: a second person, a hold, and no payment to what nobody agreed to (safety test N5).

use super::*;
use crate::support::on_both_databases;

async fn change(treasury: &Treasury<'_>, id: PayeeId, account: &str) {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    let details = NewDetails::parse("bank", account, "paper").unwrap();
    let sealing = Sealing { keys: &treasury.keys, entropy: &treasury.books.entropy };
    let changed: Result<PayeeId, Refusal> =
        transact!(treasury.books.db, tx => book::change(tx, actor, &operation, (id, &details), sealing, now).await);
    changed.unwrap();
}

on_both_databases! {
    async fn new_details_need_a_second_person_and_are_held_for_48_hours(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.new_payee("021000021 123456789").await.unwrap();
        let owed = |treasury: &Treasury<'_>| Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(1_000) };
        let id = treasury.sent(&owed(&treasury)).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        assert!(matches!(treasury.pay(id).await, Err(Refusal::PayeeNotReady)));
        treasury.agree_to_payee(payee).await;
        let ready = books.now().plus_secs(48 * 3600);
        assert!(matches!(treasury.pay(id).await, Err(Refusal::OnHold(until)) if until == ready));
        books.clock.advance(std::time::Duration::from_secs(48 * 3600 - 1));
        assert!(matches!(treasury.pay(id).await, Err(Refusal::OnHold(_))));
        books.clock.advance(std::time::Duration::from_secs(1));
        treasury.pay(id).await.unwrap();
        treasury.sound().await;
    }

    async fn a_name_that_only_looks_like_anothers_is_refused_and_namesakes_are_not(books: &Books) {
        let treasury = Treasury::holding(books, 1_000).await;
        treasury.new_payee("021000021 123456789").await.unwrap();
        let add = async |label: &str, account: &str| {
            let (operation, actor, now) = (treasury.operation(), treasury.author(), books.now());
            let (new, details) = (NewPayee::parse(label, "person", ("no", ""), "").unwrap(), NewDetails::parse("bank", account, "called").unwrap());
            let sealing = Sealing { keys: &treasury.keys, entropy: &books.entropy };
            let added: Result<PayeeId, Refusal> =
                transact!(books.db, tx => book::add(tx, actor, &operation, (&new, &details), sealing, now).await);
            added
        };
        // A Cyrillic A, an l that is an I, letters of mathematics.
        for (n, twin) in ["\u{410}na from the picket line", "Ana from the picket Iine", "\u{1d400}na from the picket line"].into_iter().enumerate() {
            let refused = add(twin, &format!("021000021 11111111{n}")).await;
            assert!(matches!(&refused, Err(Refusal::LooksLike(of)) if of == "Ana from the picket line"), "{twin}: {refused:?}");
        }
        add("Ana from the picket line", "021000021 222222222").await.unwrap();
        add("Ana from the other line", "021000021 333333333").await.unwrap();
        add("\u{410}\u{43d}\u{43d}\u{430}", "021000021 444444444").await.unwrap();
        treasury.sound().await;
    }

    async fn details_that_change_after_the_approval_are_not_paid_to(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let owed = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(1_000) };
        let id = treasury.sent(&owed).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        change(&treasury, payee, "DE89 3704 0044 0532 0130 00").await;
        assert!(matches!(treasury.pay(id).await, Err(Refusal::DetailsChanged)));
        treasury.agree_to_payee(payee).await;
        books.clock.advance(std::time::Duration::from_hours(48));
        assert!(matches!(treasury.pay(id).await, Err(Refusal::DetailsChanged)), "others agreed to another account");
        let version = treasury.read(id).await.expense.version;
        treasury.save(Some((id, version)), &owed).await.unwrap();
        treasury.send(id).await.unwrap();
        treasury.approve(treasury.ana, id).await.unwrap();
        let actor = treasury.author();
        let account: Result<Option<String>, Refusal> = transact!(books.db, tx => book::open_account(tx, actor, id, &treasury.keys, actor.proved_at).await);
        assert_eq!(account.unwrap().as_deref(), Some("DE89 3704 0044 0532 0130 00"));
        treasury.pay(id).await.unwrap();
        let again: Result<Option<String>, Refusal> = transact!(books.db, tx => book::open_account(tx, actor, id, &treasury.keys, actor.proved_at).await);
        assert!(matches!(again, Err(Refusal::State(State::Paid))), "an account is opened to pay and for nothing else");
        treasury.sound().await;
    }

    async fn one_account_is_one_payee(books: &Books) {
        let treasury = Treasury::holding(books, 1_000).await;
        treasury.new_payee("021000021 123456789").await.unwrap();
        assert!(matches!(treasury.new_payee("021000021 / 1234-56789").await, Err(Refusal::SameAccount(_))));
    }
}
