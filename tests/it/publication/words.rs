//! What the public reads of a purchase, and when.

use strikefund::deciding::Choice;
use strikefund::funds;
use strikefund::ids::{ExpenseId, PayeeId};
use strikefund::ledger::Mistake;
use strikefund::spending::{self, Correction, Draft, PaidBy, Refusal, Show};
use strikefund::transact;

use super::{DAY, list, one, publish, text, verified};
use crate::spending::Treasury;
use crate::support::on_both_databases;

/// A bill of that sum, agreed to and not paid yet.
async fn owed(treasury: &Treasury<'_>, payee: PayeeId, minor: i64) -> ExpenseId {
    let draft = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(minor) };
    let id = treasury.sent(&draft).await;
    treasury.approve(treasury.ana, id).await.unwrap();
    id
}

/// Changes it, which leads back to the draft.
async fn change(treasury: &Treasury<'_>, id: ExpenseId, minor: i64) {
    let whole = treasury.read(id).await;
    let draft = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: whole.expense.payee_id, ..treasury.water(minor) };
    treasury.save(Some((id, whole.expense.version)), &draft).await.unwrap();
}

/// Water without words.
fn draft_of(treasury: &Treasury<'_>, minor: i64) -> Draft {
    Draft { public_text: String::new(), ..treasury.water(minor) }
}

/// Puts right what was paid, in the place of which `draft` stands then; nobody has agreed yet.
async fn correct(treasury: &Treasury<'_>, id: ExpenseId, draft: &Draft, reason: &str) -> ExpenseId {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    let correction = Correction { reason, nothing_instead: false, wrong: Mistake::Amount };
    let fresh: Result<ExpenseId, Refusal> = transact!(
        treasury.books.db,
        tx => spending::correct(tx, actor, &operation, id, &correction, &treasury.books.entropy, now).await
    );
    let fresh = fresh.unwrap();
    treasury.save(Some((fresh, 1)), draft).await.unwrap();
    treasury.send(fresh).await.unwrap()
}

on_both_databases! {
    async fn a_purchase_counts_at_once_and_its_words_come_after_the_hold(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let id = treasury.sent(&treasury.water(1_899)).await;
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), None, "what nobody agreed to is nobody's business");
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), Some(1));

        let page = list(books).await;
        for shown in ["$18.99", "Water", "Details held until 17 Nov 2026 for picket-site safety.", "Receipt kept", "week of 9 Nov 2026", "Rows: 1. Together $18.99."] {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        for private in ["40 cases", "Shop "] {
            assert!(!page.contains(private), "{private}");
        }
        assert!(text(books, "reports/spending.csv").await.contains(r#"1,"general","uses","expenses:program:water","",1,18.99,"USD","","yes""#));

        let day_3 = books.now().plus_secs(3 * DAY - 1);
        assert_eq!(publish(books, treasury.fund, day_3).await.unwrap(), None, "a second before the hold ends nothing is new");
        assert_eq!(publish(books, treasury.fund, day_3.plus_secs(1)).await.unwrap(), Some(2));
        let page = list(books).await;
        assert!(page.contains("40 cases of water") && !page.contains("held back"), "{page}");
        assert!(!page.contains("Shop "), "the shop was not to be shown");
        assert_eq!(verified(books).await, None);
    }

    async fn words_may_be_shown_at_once_with_shop_and_day_or_wait_for_the_end(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let mut draft = treasury.water(1_000);
        (draft.show, draft.show_shop, draft.vendor) = (Show::Next, true, "Corner market".to_owned());
        let open = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, open).await.unwrap();
        let mut draft = treasury.water(2_000);
        (draft.show, draft.public_text) = (Show::AfterStrike, "tents for the gate".to_owned());
        let closed = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, closed).await.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();

        let page = one(books, 1).await.unwrap();
        for shown in ["40 cases of water", "Corner market", "14 Nov 2026", "1 of 1"] {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        let later = books.now().plus_secs(400 * DAY);
        assert_eq!(publish(books, treasury.fund, later).await.unwrap(), None, "the strike goes on");
        assert!(!one(books, 2).await.unwrap().contains("tents"));
        assert_eq!(one(books, 3).await, None, "numbers that nothing has are nobody's");
    }

    async fn payments_to_people_are_one_sum_of_three_at_least(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        for (payment, minor) in (1..).zip([5_000, 7_000, 9_000]) {
            let mut draft = treasury.water(minor);
            "community-support".clone_into(&mut draft.parts[0].category);
            let id = treasury.sent(&draft).await;
            treasury.approve(treasury.ana, id).await.unwrap();
            let now = books.now().plus_secs(payment * DAY);
            let published = publish(books, treasury.fund, now).await.unwrap();
            assert_eq!(published, (payment == 3).then_some(1), "payment {payment}");
            assert_eq!(verified(books).await, None);
        }
        let page = list(books).await;
        assert!(page.contains("3 payments to people, as one sum") && page.contains("$210.00"), "{page}");
        for single in ["$50.00", "$70.00", "$90.00", "40 cases"] {
            assert!(!page.contains(single), "{single}");
        }
    }

    async fn what_is_put_right_stays_and_both_sides_say_so(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let id = treasury.sent(&treasury.water(1_899)).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();
        let fresh = correct(&treasury, id, &treasury.water(1_989), "The till slip was read wrong.").await;
        treasury.approve(treasury.ana, fresh).await.unwrap();
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap(), Some(2));

        let old = one(books, 1).await.unwrap();
        assert!(old.contains("Corrected by no. 2.") && old.contains("$18.99"), "{old}");
        let correction = one(books, 2).await.unwrap();
        for shown in ["Takes back no. 1.", "The till slip was read wrong.", "The amount", "−$18.99"] {
            assert!(correction.contains(shown), "{shown} in {correction}");
        }
        let new = one(books, 3).await.unwrap();
        assert!(new.contains("$19.89") && new.contains("In the place of"), "{new}");
        let report = text(books, "reports/corrections.csv").await;
        assert!(report.contains(r#"2,"general","corrections","2","2026-W46",1,-18.99,"USD","The till slip was read wrong.","yes""#), "{report}");
        assert!(text(books, "reports/spending.csv").await.contains(r#""uses","expenses:program:water","",3,19.89"#));
        assert_eq!(verified(books).await, None);
    }

    async fn what_was_withdrawn_before_anybody_saw_it_leaves_no_trace_and_afterwards_it_does(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let unseen = owed(&treasury, payee, 3_300).await;
        change(&treasury, unseen, 3_000).await;
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), None);

        let seen = owed(&treasury, payee, 4_400).await;
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), Some(1));
        change(&treasury, seen, 4_000).await;
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(4 * DAY)).await.unwrap(), Some(2));
        let page = one(books, 2).await.unwrap();
        assert!(page.contains("It was withdrawn before it was paid"), "{page}");
        assert!(!list(books).await.contains("40 cases"), "words of what was withdrawn are never shown");
        assert_eq!(verified(books).await, None);
    }

    async fn what_is_published_never_becomes_markup_or_a_formula(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let mut draft = treasury.water(1_000);
        (draft.show, draft.show_shop) = (Show::Next, true);
        "=<img src=x onerror=alert(1)>".clone_into(&mut draft.public_text);
        "<script>shop</script>".clone_into(&mut draft.vendor);
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let fresh = correct(&treasury, id, &draft_of(&treasury, 900), "=HYPERLINK(\"//x\") and <b>more</b> words").await;
        treasury.approve(treasury.ana, fresh).await.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();
        let pages = [list(books).await, one(books, 1).await.unwrap(), one(books, 2).await.unwrap(), text(books, "reports/corrections.html").await];
        for page in &pages {
            for live in ["<img src", "<script", "<b>more", "onerror=alert(1)>"] {
                assert!(!page.contains(live), "{live} in {page}");
            }
        }
        assert!(pages[0].contains("&#60;img"), "it was there to be shown");
        let csv = text(books, "reports/corrections.csv").await;
        assert!(csv.contains("\"'=HYPERLINK(\"\"//x\"\")"), "{csv}");
    }

    async fn one_signature_in_an_emergency_is_shown(books: &Books) {
        let treasury = Treasury::holding(books, 500_000).await;
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, treasury.fund, true).await);
        allowed.unwrap();
        let id = treasury.sent(&treasury.water(80_000)).await;
        let proposal = treasury.proposal(id).await;
        let reason = "The other approver is in hospital; water is out at the gate.";
        treasury.decide(treasury.ana, &proposal, Choice::ApproveAlone(reason)).await.unwrap();
        publish(books, treasury.fund, books.now()).await.unwrap();
        assert!(one(books, 1).await.unwrap().contains("by one person in an emergency; 1 of 2 have signed"));
        let report = text(books, "reports/corrections.csv").await;
        assert!(report.contains(r#"1,"general","emergencies","1","2026-W46",0,800.00,"USD","","yes""#), "{report}");
    }
}
