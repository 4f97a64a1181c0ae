//! Small groups: what few gave, or one ruled, moves no public figure of its own, alone or by what stands beside it (safety rule PR7).

use serde_json::Value;
use strikefund::funds::settings::{self, SettingError};
use strikefund::ids::FundId;
use strikefund::{run, transact};

use super::giving::{Way, begin_with, give, refund};
use super::{DAY, publish, text, verified};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// The amounts of a report's rows of one part, by item; where periods stand beside each other, those since the start.
async fn amounts(books: &Books, report: &str, part: &str) -> Vec<(String, i64)> {
    let whole: Value = serde_json::from_str(&text(books, &format!("reports/{report}.json")).await).unwrap();
    let is_asked = |row: &&Value| row["part"] == part && (report != "activities" || row["period"] == "");
    let rows = whole["rows"].as_array().unwrap().iter().filter(is_asked);
    rows.map(|row| (row["item"].as_str().unwrap().to_owned(), row["amount_minor"].as_i64().unwrap())).collect()
}

async fn counts(books: &Books, report: &str, part: &str) -> Vec<(String, i64)> {
    let whole: Value = serde_json::from_str(&text(books, &format!("reports/{report}.json")).await).unwrap();
    let rows = whole["rows"].as_array().unwrap().iter().filter(|row| row["part"] == part);
    rows.map(|row| (row["item"].as_str().unwrap().to_owned(), row["count"].as_i64().unwrap())).collect()
}

fn of(item: &str, minor: i64) -> (String, i64) {
    (item.to_owned(), minor)
}

async fn several(treasury: &Treasury<'_>, fund: FundId, way: Way, minor: i64, count: i64) {
    for _ in 0..count {
        give(treasury, fund, way, minor).await;
    }
}

/// Whoever gave last is known by this word.
async fn known_as(books: &Books, donor: &str) {
    const SQL: &str = "UPDATE donation SET donor_hash = $1 WHERE id = (SELECT MAX(id) FROM donation)";
    let known: sqlx::Result<()> = transact!(books.db, tx => run!(tx, execute, sqlx::query(SQL).bind(donor)).map(drop));
    known.unwrap();
}

/// Where the money is said to be.
async fn owns(books: &Books) -> Vec<(String, i64)> {
    amounts(books, "position", "owns").await
}

on_both_databases! {
    async fn a_single_gift_of_its_way_moves_no_line_and_no_account_of_its_own(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        begin_with(&treasury, treasury.fund, 100_000).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 10).await;
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), Some(1));
        let fees = 10 * 80;
        assert_eq!(owns(books).await, [of("assets:bank", 100_000), of("assets:stripe", 20_000 - fees)]);
        assert_eq!(amounts(books, "activities", "in").await, [of("equity:opening", 100_000), of("income:donations:online", 20_000)]);

        // One union's gift, with ten more online: neither is told alone, and no account moves.
        several(&treasury, treasury.fund, Way::Online, 2_000, 10).await;
        give(&treasury, treasury.fund, Way::Union, 7_700).await;
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap(), Some(2));
        let told = amounts(books, "activities", "in").await;
        let rest = of("income:donations:other", 20_000 + 7_700);
        assert_eq!(told, [of("equity:opening", 100_000), of("income:donations:online", 20_000), rest]);
        let together = of("assets:together", 20_000 - fees + 7_700);
        assert_eq!(owns(books).await, [of("assets:bank", 100_000), of("assets:stripe", 20_000 - fees), together]);
        let records = text(books, "reports/ledger-1.csv").await;
        assert!(!records.contains(",77.00,") && !records.contains(",-77.00,"), "no record tells it: {records}");

        // Five more unions at once, for what came in several batches may be of the same: now both ways are enough, and everything is told apart again.
        several(&treasury, treasury.fund, Way::Union, 5_000, 5).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(2 * DAY)).await.unwrap(), Some(3));
        let told = amounts(books, "activities", "in").await;
        let unions = of("income:donations:organisations", 32_700);
        assert_eq!(told, [of("equity:opening", 100_000), of("income:donations:online", 50_000), unions]);
        assert_eq!(owns(books).await, [of("assets:bank", 132_700), of("assets:stripe", 50_000 - 25 * 80)]);
        assert_eq!(verified(books).await, None);
    }

    async fn what_one_donor_rules_is_not_told_apart(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        several(&treasury, treasury.fund, Way::Cash, 500, 4).await;
        give(&treasury, treasury.fund, Way::Cash, 11_000).await;
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), Some(1));
        assert_eq!(amounts(books, "activities", "in").await, [of("income:donations", 23_000)]);
        assert_eq!(owns(books).await, [of("assets:together", 23_000 - 400)]);
    }

    async fn another_funds_uncounted_gifts_keep_every_account_still(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        let children = books.fund("children", Some("for the children")).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let before = owns(books).await;
        assert_eq!(before, [of("assets:stripe", 10_000 - 400)]);

        give(&treasury, children, Way::Online, 4_000).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap(), Some(2));
        assert_eq!(owns(books).await, before, "pooled money would tell the other fund's gift");
        assert_eq!(amounts(books, "position", "balance").await, [of("3-closing", 20_000 - 800)], "the fund's own moved");

        // Its gifts were counted in a publication of their own: now pooled money tells nothing new.
        several(&treasury, children, Way::Online, 4_000, 4).await;
        publish(books, children, books.now().plus_secs(DAY)).await.unwrap();
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(2 * DAY)).await.unwrap(), Some(3));
        assert_eq!(owns(books).await, [of("assets:stripe", 30_000 - 1_200 + 20_000 - 5 * 130)]);
    }

    async fn few_payments_to_people_keep_every_account_still(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        begin_with(&treasury, treasury.fund, 100_000).await;
        let mut draft = treasury.water(5_000);
        "community-support".clone_into(&mut draft.parts[0].category);
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        assert_eq!(publish(books, treasury.fund, books.now()).await.unwrap(), Some(1));
        assert_eq!(owns(books).await, [], "the bank would tell what one person was paid");
        assert!(text(books, "reports/position.html").await.contains("$1,096.00"), "what the fund stands at is published all the same");
    }

    async fn a_refund_that_hides_is_taken_off_gifts_online_and_shows_nowhere_else(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 6).await;
        several(&treasury, treasury.fund, Way::Cash, 1_000, 5).await;
        refund(&treasury, treasury.fund, 2_000).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let told = amounts(books, "activities", "in").await;
        assert_eq!(told, [of("income:donations:cash", 5_000), of("income:donations:online", 10_000)]);
        assert_eq!(owns(books).await, [of("assets:cash", 5_000), of("assets:stripe", 10_000 - 480)]);
    }

    async fn bands_of_sizes_merge_and_move_only_in_steps(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        several(&treasury, treasury.fund, Way::Online, 1_000, 7).await;
        give(&treasury, treasury.fund, Way::Online, 30_000).await;
        give(&treasury, treasury.fund, Way::Online, 2_500).await;
        several(&treasury, treasury.fund, Way::Online, 3_000, 3).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let bands = counts(books, "gifts", "bands").await;
        assert_eq!(bands, [of("000000000000-000000002500", 5), of("000000002500-", 5), of("none", 2)]);
        let page = text(books, "reports/gifts.html").await;
        for said in ["Under $25.00", "$25.00 and up", "Not yet in a band"] {
            assert!(page.contains(said), "{said} in {page}");
        }

        several(&treasury, treasury.fund, Way::Online, 1_000, 5).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let bands = counts(books, "gifts", "bands").await;
        assert_eq!(bands, [of("000000000000-000000002500", 10), of("000000002500-", 5), of("none", 2)]);
    }

    async fn a_group_of_fewer_than_three_that_stands_out_is_not_shown(books: &Books) {
        use strikefund::spending::{Draft, PaidBy, Part};
        let treasury = Treasury::holding(books, 0).await;
        begin_with(&treasury, treasury.fund, 500_000).await;
        let payee = treasury.ready_payee().await;
        let bill = |minor: i64, category: &str| Draft {
            paid_by: PaidBy::Bill,
            paid_from: None,
            payee: Some(payee),
            parts: vec![Part { fund_id: treasury.fund, category: category.to_owned(), amount_minor: minor }],
            ..treasury.water(minor)
        };
        for (day, (minor, category)) in (0..).zip([(1_000, "water"), (2_000, "water"), (3_000, "water"), (4_000, "food")]) {
            let id = treasury.sent(&bill(minor, category)).await;
            treasury.approve(treasury.ana, id).await.unwrap();
            publish(books, treasury.fund, books.now().plus_secs(day * DAY)).await.unwrap();
            let all = counts(books, "outstanding", "unpaid").await;
            let uses = counts(books, "outstanding", "unpaid-uses").await;
            match day {
                0 | 1 => assert_eq!((all, uses), (vec![], vec![])),
                2 => assert_eq!((all, uses), (vec![of("liabilities:reimbursements", 3)], vec![of("expenses:program:water", 3)])),
                // Water alone would tell the one bill for food.
                _ => assert_eq!((all, uses), (vec![of("liabilities:reimbursements", 4)], vec![])),
            }
        }
    }

    async fn the_middle_gift_is_told_once_a_month_from_twenty_on_and_never_to_the_cent(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        let middle = async || amounts(books, "gifts", "middle").await;
        several(&treasury, treasury.fund, Way::Online, 1_013, 8).await;
        several(&treasury, treasury.fund, Way::Online, 2_617, 6).await;
        several(&treasury, treasury.fund, Way::Online, 9_921, 5).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        assert_eq!(middle().await, [], "nineteen are too few");

        several(&treasury, treasury.fund, Way::Online, 9_921, 5).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        assert_eq!(middle().await, [of("middle", 2_500)]);
        assert!(text(books, "gifts/index.html").await.contains("about $25.00"));
        assert!(text(books, "gifts/index.es.html").await.contains("unos $25.00"));

        // Many larger ones in the same month move it in the next one.
        several(&treasury, treasury.fund, Way::Online, 9_921, 20).await;
        publish(books, treasury.fund, books.now().plus_secs(2 * DAY)).await.unwrap();
        assert_eq!(middle().await, [of("middle", 2_500)]);
        several(&treasury, treasury.fund, Way::Online, 9_921, 5).await;
        publish(books, treasury.fund, books.now().plus_secs(35 * DAY)).await.unwrap();
        assert_eq!(middle().await, [of("middle", 10_000)]);
        assert_eq!(verified(books).await, None);
    }

    async fn a_middle_gift_that_few_gave_is_not_told(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        several(&treasury, treasury.fund, Way::Online, 1_000, 10).await;
        several(&treasury, treasury.fund, Way::Online, 3_700, 4).await;
        several(&treasury, treasury.fund, Way::Online, 9_000, 10).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        assert_eq!(amounts(books, "gifts", "middle").await, [], "four gave about that much");
        assert!(!text(books, "gifts/index.html").await.contains("$35.00"));
    }

    async fn donors_who_gave_again_are_counted_once_each_and_in_steps(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        let again = async || counts(books, "gifts", "again").await;
        let give_as = async |donors: std::ops::Range<i64>| {
            for donor in donors {
                give(&treasury, treasury.fund, Way::Online, 2_000).await;
                known_as(books, &format!("donor {donor}")).await;
            }
        };
        give_as(0..12).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        give_as(0..4).await;
        several(&treasury, treasury.fund, Way::Online, 2_000, 5).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        assert_eq!(again().await, [], "four gave again");

        // Those who give a third time count no second one; two more do.
        give_as(0..6).await;
        publish(books, treasury.fund, books.now().plus_secs(2 * DAY)).await.unwrap();
        assert_eq!(again().await, [of("again", 5)]);
        assert!(text(books, "gifts/index.html").await.contains("at least 5"));
        give_as(4..9).await;
        publish(books, treasury.fund, books.now().plus_secs(3 * DAY)).await.unwrap();
        assert_eq!(again().await, [of("again", 5)], "nine, in steps of five");
        give_as(5..12).await;
        publish(books, treasury.fund, books.now().plus_secs(4 * DAY)).await.unwrap();
        assert_eq!(again().await, [of("again", 10)]);
    }

    async fn the_goal_moves_with_what_is_published_alone(books: &Books) {
        use strikefund::funds::Goal;
        let treasury = Treasury::holding(books, 0).await;
        let keeper = books.person(&[strikefund::people::Role::Administrator]).await;
        let (actor, operation, now) = (crate::approvals::acting(books, keeper), treasury.operation(), books.now());
        let goal = Goal { amount_minor: Some(20_000), cap_minor: None };
        let set: Result<(), SettingError> = transact!(books.db, tx => settings::set_goal(tx, actor, &operation, treasury.fund, goal, now).await);
        set.unwrap();
        several(&treasury, treasury.fund, Way::Online, 2_000, 6).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let page = text(books, "index.html").await;
        assert!(page.contains("60% of the goal of $200.00 was received"), "{page}");
        several(&treasury, treasury.fund, Way::Online, 2_000, 4).await;
        assert_eq!(publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap(), None);
        assert_eq!(text(books, "index.html").await, page);
        several(&treasury, treasury.fund, Way::Online, 2_000, 4).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let page = text(books, "index.html").await;
        assert!(page.contains("The goal of $200.00 is reached: 140% of it was received") && page.contains("width=\"100.0%\""), "{page}");
    }
}
