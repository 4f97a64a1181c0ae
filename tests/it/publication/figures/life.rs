//! The life of a fund, told by a seed: the same commands on every database.

use std::time::Duration;

use strikefund::clock::Day;
use strikefund::donations::{GoodsForm, HandError, NewGoods, in_kind};
use strikefund::funds::charter::Charter;
use strikefund::funds::settings::{self, SettingError};
use strikefund::funds::{self, About, Goal, Names, Reports};
use strikefund::ledger::{NewPosting, Source, chart};
use strikefund::money::Currency;
use strikefund::people::Role;
use strikefund::spending::{Draft, PaidBy, Part, Refusal, Unit, budgets};
use strikefund::transact;

use super::super::giving::{Way, begin_with, give, post, refund};
use super::super::publish;
use crate::approvals::{acting, usd};
use crate::spending::Treasury;

/// A source of numbers that are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// What the fund hopes to receive: a little more than it does at first.
pub const GOAL: i64 = 150_000;
/// How much of what is left waits for disputes, in percent.
pub const RESERVE: i64 = 7;

/// A fund that shows everything it may, with a strike since 9 November.
pub async fn begin(treasury: &Treasury<'_>) {
    let books = treasury.books;
    begin_with(treasury, treasury.fund, 250_000).await;
    let keeper = books.person(&[Role::Administrator]).await;
    let (actor, operation, now) = (acting(books, keeper), treasury.operation(), books.now());
    let reports = Reports { budget: true, lm: true };
    let set: Result<(), SettingError> =
        transact!(books.db, tx => settings::set_reports(tx, actor, &operation, treasury.fund, reports, now).await);
    set.unwrap();
    let about = About { strike_on: Some("2026-11-11".parse().unwrap()), ..About::default() };
    let names = Names { name: "General".to_owned(), purpose: "Food and water.".to_owned(), about };
    let put: sqlx::Result<()> = transact!(books.db, tx => settings::put_names(tx, treasury.fund, &names).await);
    put.unwrap();
    let (goal, operation) = (Goal { amount_minor: Some(GOAL), cap_minor: None }, treasury.operation());
    let set: Result<(), SettingError> =
        transact!(books.db, tx => settings::set_goal(tx, actor, &operation, treasury.fund, goal, now).await);
    set.unwrap();
    let charter = Charter::parse(|field| match field {
        "recipients" => "Water for All | they feed the town",
        "reserve_percent" => "7",
        "reserve_days" => "120",
        "objection_days" => "0",
        _ => "As the members decide.",
    });
    let lines = charter.unwrap().lines();
    let agreed: sqlx::Result<i64> = transact!(books.db, tx => funds::put_charter(tx, treasury.fund, &lines, None, now).await);
    agreed.unwrap();
    set_budget(treasury, "water", 90_000, "Two weeks of water.").await;
    set_budget(treasury, "food", 120_000, "Two weeks of meals.").await;
}

async fn set_budget(treasury: &Treasury<'_>, category: &str, minor: i64, reason: &str) {
    let books = treasury.books;
    let (actor, operation, now) = (treasury.author(), treasury.operation(), books.now());
    let fund = funds::find(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().unwrap();
    let amounts = [(category.to_owned(), usd(minor))];
    let set: Result<(), Refusal> = transact!(books.db, tx => budgets::set(tx, actor, &operation, &fund, (&amounts, reason), now).await);
    set.unwrap();
}

/// One day: gifts, spending, goods, what the bank takes; then whatever may be published is. Gives the number of the new publication.
pub async fn day(treasury: &Treasury<'_>, dice: &mut Dice, n: i64) -> Option<i64> {
    let books = treasury.books;
    let today = books.now().day_in(&"America/Los_Angeles".parse().unwrap());
    for _ in 0..dice.below(9) {
        let way = [Way::Online, Way::Online, Way::Online, Way::Cash, Way::Cheque, Way::Union][usize::try_from(dice.below(6)).unwrap()];
        give(treasury, treasury.fund, way, 500 + dice.below(40) * 250).await;
    }
    for _ in 0..dice.below(4) {
        let category = ["food", "water", "supplies", "logistics"][usize::try_from(dice.below(4)).unwrap()];
        buy(treasury, dice, (category, today)).await;
    }
    if n % 3 == 0 {
        refund(treasury, treasury.fund, 500).await;
        let fee =
            vec![NewPosting::of_fund("expenses:admin:bank-fees", treasury.fund, usd(150)), NewPosting::pooled(chart::BANK, usd(-150))];
        post(treasury, Source::Bank, "bank_fee", &today.to_string(), fee).await;
    }
    if n % 4 == 1 {
        let payout = vec![NewPosting::pooled(chart::BANK, usd(4_000)), NewPosting::pooled(chart::STRIPE, usd(-4_000))];
        post(treasury, Source::Stripe, "payout", &today.to_string(), payout).await;
        goods(treasury, 10 + n, today).await;
        set_budget(treasury, "water", 90_000 + n * 1_000, "It is hot.").await;
    }
    let published = publish(books, treasury.fund, books.now()).await.unwrap();
    books.clock.advance(Duration::from_hours(24));
    published
}

async fn buy(treasury: &Treasury<'_>, dice: &mut Dice, (category, today): (&str, Day)) {
    let minor = 1_000 + dice.below(30) * 100;
    let draft = Draft {
        bought_on: today.plus_days(-dice.below(5)),
        parts: vec![Part { fund_id: treasury.fund, category: category.to_owned(), amount_minor: minor }],
        units: (category == "water").then_some((12, Unit::Cases)),
        paid_by: PaidBy::Card,
        ..treasury.water(minor)
    };
    let id = treasury.sent(&draft).await;
    treasury.approve(treasury.ana, id).await.unwrap();
}

async fn goods(treasury: &Treasury<'_>, quantity: i64, today: Day) {
    let books = treasury.books;
    let (quantity, on) = (quantity.to_string(), today.to_string());
    let form = GoodsForm {
        what: "Blankets",
        quantity: &quantity,
        unit: "pieces",
        category: "supplies",
        value: "7.25",
        each: true,
        valued_how: "shop",
        received_on: &on,
        ..GoodsForm::default()
    };
    let new = NewGoods::parse(&form, &["supplies".to_owned()], Currency::USD, today).unwrap();
    let (operation, actor, now) = (treasury.operation(), treasury.author(), books.now());
    let sealing = (&treasury.keys, &books.entropy);
    let logged: Result<String, HandError> =
        transact!(books.db, tx => in_kind::log(tx, treasury.fund, &new, &operation, actor, sealing, now).await);
    logged.unwrap();
}
