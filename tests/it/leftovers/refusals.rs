//! What keeps a plan from being made or carried out.

use super::*;
use crate::publication::giving::{Way, give};
use strikefund::closing::shares::NoShares;
use strikefund::spending::payees;

on_both_databases! {
    async fn nobody_gets_anything_who_is_not_named_checked_and_agreed_to(books: &Books) {
        let end = End::with(books, 10_000, "0").await;
        let treasury = &end.treasury;
        assert!(matches!(end.enter("My cousin", "021000021 123456799").await, Err(PlanRefusal::NotInCharter(_))));
        assert!(matches!(end.propose(&[(0, Rule::Percent, 9_800)]).await, Err(PlanRefusal::Shares(NoShares::Percent(9_800)))));
        assert!(matches!(end.propose_seeing(&FIVE_THREE_TWO, 9_999).await, Err(PlanRefusal::Changed)));
        let (open, operation, now) = (books.fund("open", None).await, treasury.operation(), books.now());
        let early: Result<PlanId, PlanRefusal> = transact!(books.db, tx => planning::propose(tx, treasury.author(), &operation, (open, &[], 0, false), now).await);
        assert!(matches!(early, Err(PlanRefusal::State(State::Open))));

        // Whoever made it does not agree to it, one signature is too few, and there is no emergency.
        let id = end.propose(&FIVE_THREE_TWO).await.unwrap();
        assert!(end.agree(treasury.author, id).await.is_err());
        end.agree(treasury.ana, id).await.unwrap();
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, treasury.fund, true).await);
        allowed.unwrap();
        let alone = Choice::ApproveAlone("The groups close tomorrow and nobody else can be reached at all.");
        let proposal = end.proposal(id).await;
        assert!(matches!(treasury.decide(treasury.ben, &proposal, alone).await, Err(DecideError::Approval(approvals::Refusal::NoEmergency))));

        // A change of how a group is paid is another plan than the one that was seen.
        let groups = recipients::groups(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap();
        let payee = groups[0].known.as_ref().unwrap().payee.id;
        let (operation, now, details) = (treasury.operation(), books.now(), NewDetails::parse("bank", "021000021 123450001", "paper").unwrap());
        let changed: Result<_, strikefund::spending::Refusal> = transact!(books.db, tx =>
            payees::change(tx, treasury.author(), &operation, (payee, &details), treasury.sealing(), now).await);
        changed.unwrap();
        assert!(matches!(end.agree(treasury.ben, id).await, Err(DecideError::Plan(PlanRefusal::NotChecked(_)))));
        treasury.agree_to_payee(payee).await;
        assert!(matches!(end.agree(treasury.ben, id).await, Err(DecideError::Plan(PlanRefusal::Changed))));
        let anew = end.agreed(&FIVE_THREE_TWO).await;
        assert!(anew > id && end.agree(treasury.ben, id).await.is_err(), "what was agreed to the one before is void");
        end.publish().await;
        assert!(matches!(end.pay(&end.grant(0).await).await, Err(PlanRefusal::Resting(..))), "new details rest");
        end.pay(&end.grant(1).await).await.unwrap();
        end.sound().await;
    }

    async fn a_group_gets_no_more_than_its_limit_and_everybody_sees_the_limit(books: &Books) {
        let end = End::with(books, 12_901, "0").await;
        assert!(matches!(end.propose_limited(0).await, Err(PlanRefusal::Shares(NoShares::Value))));
        let id = end.propose_limited(5_000).await.unwrap();
        let proposal = end.proposal(id).await;
        assert!(proposal.payload.contains("share: $50.00 | Water for All | weight 5, at most $50.00 | "), "{}", proposal.payload);
        end.all_agree(id).await;
        let amounts: Vec<i64> = end.grants().await.into_iter().rev().map(|whole| whole.grant.amount_minor).collect();
        assert_eq!(amounts, [5_000, 4_741, 3_160]);
        end.publish().await;
        for (page, said) in [("leftovers/index.html", "Part 5, at most $50.00"), ("leftovers/index.es.html", "Parte 5, como máximo $50.00")] {
            let page = text(books, page).await;
            assert!(page.contains(said), "{said}: {page}");
        }
        end.sound().await;
    }

    async fn restricted_money_goes_only_where_others_agree_that_its_purpose_is_served(books: &Books) {
        let end = End::restricted(books, 9_000).await;
        let one = [WantedShare { name: GROUPS[2].to_owned(), rule: Rule::Weight, value: 1, most_minor: None }];
        assert!(matches!(end.propose_saying(&one, 9_000, false).await, Err(PlanRefusal::Purpose(purpose)) if purpose == "for children"));
        let id = end.propose_saying(&one, 9_000, true).await.unwrap();
        let proposal = end.proposal(id).await;
        assert!(proposal.payload.contains("\npurpose: for children"), "{}", proposal.payload);
        end.all_agree(id).await;
        end.publish().await;
        let tx = &mut books.db.begin_read().await.unwrap();
        let page = strikefund::publication::file(tx, "children", None, "leftovers/index.html").await.unwrap().unwrap().body;
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("Each of these groups serves the only purpose of this fund: for children"), "{page}");
        end.pay(&end.grant(2).await).await.unwrap();
        end.sound().await;
    }

    /// A fund does not close while a grant is under way, although what it holds is zero once a plan is agreed to and another fund runs.
    async fn a_grant_under_way_holds_the_end_up_until_the_bank_has_shown_it(books: &Books) {
        let end = End::with(books, 9_000, "0").await;
        books.fund("other", None).await;
        let under_way = async || {
            let tx = &mut books.db.begin_read().await.unwrap();
            let checks = closing::checks(tx, &end.fund().await, books.now()).await.unwrap();
            let check = checks.into_iter().find(|check| check.item == closing::Item::Grants).unwrap();
            (check.holds(State::Closed), check.count, check.amount_minor)
        };
        assert_eq!(under_way().await, (false, 0, Some(0)));
        end.agreed(&FIVE_THREE_TWO).await;
        end.publish().await;
        assert_eq!(under_way().await, (true, 3, Some(9_000)));
        end.pay(&end.grant(0).await).await.unwrap();
        assert_eq!(under_way().await, (true, 2, Some(4_500)));
        end.bounce(end.grant(0).await.payment().unwrap().entry_id).await;
        assert_eq!(under_way().await, (true, 3, Some(9_000)), "what came back is on its way again");
        for group in 0..3 {
            end.pay(&end.grant(group).await).await.unwrap();
        }
        assert_eq!(under_way().await, (false, 0, Some(0)), "nobody reads that account's statements here");
        let now = books.now();
        let opened: sqlx::Result<()> = transact!(books.db, tx =>
            strikefund::bank::open_account(tx, chart::BANK, "Main", strikefund::money::Currency::USD, now).await);
        opened.unwrap();
        assert_eq!(under_way().await, (true, 3, Some(9_000)), "the bank has not shown them");
    }

    async fn money_that_goes_meanwhile_stops_the_plan_and_what_comes_late_is_another(books: &Books) {
        let end = End::with(books, 10_000, "0").await;
        let treasury = &end.treasury;
        let id = end.propose(&FIVE_THREE_TWO).await.unwrap();
        end.agree(treasury.ana, id).await.unwrap();
        // A fact is never refused: a dispute takes 30.00 before the last signature.
        treasury.give(treasury.fund, -3_000).await;
        assert!(matches!(end.agree(treasury.ben, id).await, Err(DecideError::Plan(PlanRefusal::OnlyLeft(left))) if left == usd(7_000)));
        assert_eq!((end.grants().await.len(), treasury.held("expenses:grants:mutual-aid").await), (0, 0));
        end.agreed(&FIVE_THREE_TWO).await;
        end.publish().await;
        for group in 0..3 {
            end.pay(&end.grant(group).await).await.unwrap();
        }
        // After the end a won dispute brings it back: a plan for it has the same short way.
        end.stand(State::Closed).await;
        treasury.give(treasury.fund, 3_001).await;
        assert_eq!(end.left().await, 3_001);
        end.agreed(&[(2, Rule::Weight, 1), (0, Rule::Weight, 1)]).await;
        let late: Vec<i64> = end.grants().await.iter().take(2).map(|whole| whole.grant.amount_minor).collect();
        assert_eq!(late, [1_500, 1_501], "ties go to the group with the smaller id, however they are named");
        end.sound().await;
    }

    async fn gifts_that_nobody_was_told_of_keep_the_plan_waiting(books: &Books) {
        let end = End::with(books, 0, "0").await;
        for _ in 0..5 {
            give(&end.treasury, end.treasury.fund, Way::Online, 2_000).await;
        }
        assert!(matches!(end.propose(&FIVE_THREE_TWO).await, Err(PlanRefusal::GiftsWait(5))));
        end.publish().await;
        end.propose(&FIVE_THREE_TWO).await.unwrap();
    }

    async fn a_payment_cannot_stand_twice_when_the_bank_takes_its_return_back(books: &Books) {
        let end = End::with(books, 10_000, "0").await;
        end.agreed(&FIVE_THREE_TWO).await;
        end.publish().await;
        end.pay(&end.grant(0).await).await.unwrap();
        let first = end.grant(0).await.payment().unwrap().entry_id;
        let reversal = end.bounce(first).await;
        let again = end.bounce(reversal).await;
        assert_eq!(end.grant(0).await.stands(), Stands::Sent, "the bank had not sent it back after all");
        end.bounce(again).await;
        assert_eq!(end.grant(0).await.stands(), Stands::Returned);
        end.pay(&end.grant(0).await).await.unwrap();
        assert_eq!((end.grant(0).await.sent.len(), end.treasury.held("liabilities:grants:water-for-all").await), (2, 0));
        end.end(&end.grant(0).await, EndedWhy::Gone).await.unwrap();
        assert_eq!((end.left().await, end.treasury.held(chart::BANK).await), (5_000, 10_000));
        end.sound().await;
    }
}
