//! Gifts that repeat, from the form's pledge to Stripe's last word: begun, renewed, failed, tried again, stopped by whoever may. Whatever
//! happens to notices, the books are Stripe's lines, and nobody is charged after a stop.

mod ending;

use std::time::Duration;

use strikefund::booking;
use strikefund::donations::{self, Desk, Donor, Listing, Origin, Pledge, Repeat, RepeatState, Stage, StopBy, repeating};
use strikefund::funds::Fund;
use strikefund::ids::{DonationId, Entropy};
use strikefund::language::Language;
use strikefund::money::{Currency, Money};
use strikefund::payments::checkout::Interval;
use strikefund::payments::object::{ObjectKind, ObjectState};
use strikefund::payments::practice::{Faults, Options, Outcome, Practice};
use strikefund::payments::sync::Run;
use strikefund::seal::Keyring;
use strikefund::{run, transact};

use crate::books::{Keeper, SECRET, keeper};
use crate::practice::client::Client;
use crate::support::{Books, on_both_databases};

const DAY: Duration = Duration::from_hours(24);

/// A set of books, the practice Stripe on the same clock, and what hands its deliveries in.
pub struct Giving<'a> {
    books: &'a Books,
    stripe: Practice,
    keeper: Keeper,
    keys: Keyring,
}

impl<'a> Giving<'a> {
    pub async fn new(books: &'a Books) -> Self {
        let options = Options {
            port: 0,
            clock: books.clock.clone(),
            entropy: Entropy::seeded(17),
            site: "https://fund.example.org".to_owned(),
            daily_payouts: false,
        };
        let stripe = Practice::start(options, None).unwrap();
        stripe.webhook_by_hand(SECRET);
        let keeper = keeper(books, &stripe, &books.clock).await;
        Self { books, stripe, keeper, keys: Keyring::from_master(&[7; 32]) }
    }

    fn fund(&self) -> &Fund {
        &self.keeper.funds[0]
    }

    /// Pledges 25.00 again and again; the page at Stripe.
    pub async fn pledge(&self, fund: &Fund, name: &str, every: Interval) -> String {
        let donor = Donor {
            email: format!("{name}@example.org"),
            name: None,
            language: Language::Spanish,
            listing: Listing::NotNamed,
            note: None,
            wish: None,
        };
        let amount = Money::new(2_500, Currency::USD);
        let pledge = Pledge { attempt: format!("attempt-of-{name}"), amount, cover_minor: None, interval: Some(every), donor };
        let desk = Desk {
            db: &self.books.db,
            payments: &self.keeper.payments,
            keys: &self.keys,
            entropy: &self.books.entropy,
            clock: &self.books.clock,
            base_url: "https://fund.example.org",
        };
        let (_, page) = donations::give(&desk, fund, &pledge).await.unwrap();
        page.rsplit('/').next().unwrap().to_owned()
    }

    /// Pledges and pays the first time; what it began, once its notices and its line are here.
    pub async fn begin(&self, name: &str, every: Interval) -> Repeat {
        let page = self.pledge(self.fund(), name, every).await;
        self.stripe.pay(&page, Outcome::Pay).unwrap();
        self.pass(DAY / 24).await;
        self.of(name).await
    }

    /// Lets time pass, hands in what was sent meanwhile, and does the work behind the scenes.
    pub async fn pass(&self, time: Duration) {
        self.stripe.advance(time).await;
        let deliveries = self.stripe.take_deliveries();
        self.keeper.deliver(&deliveries).await;
        self.work().await;
    }

    pub async fn work(&self) {
        self.keeper.jobs.round(Run::Timer).await.unwrap();
        self.keeper.jobs.stop_repeats().await.unwrap();
        self.keeper.jobs.tell().await.unwrap();
    }

    /// The gift that a pledge of that name began.
    pub async fn of(&self, name: &str) -> Repeat {
        self.find(name).await.expect("it was begun")
    }

    async fn find(&self, name: &str) -> Option<Repeat> {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        let first = donation(tx, &format!("attempt-of-{name}")).await;
        repeating::of_gift(tx, first).await.unwrap()
    }

    /// Kinds of the mails there are, sorted.
    pub async fn mails(&self) -> Vec<String> {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        run!(tx, fetch_all, sqlx::query_scalar("SELECT kind FROM letter WHERE kind LIKE 'repeat %' ORDER BY kind, id")).unwrap()
    }

    /// How many receipts were written.
    async fn receipts(&self) -> usize {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        let causes: Vec<String> = run!(tx, fetch_all, sqlx::query_scalar("SELECT cause FROM letter WHERE kind = 'receipt'")).unwrap();
        causes.len()
    }

    /// How many charges that went through Stripe has.
    pub async fn charges(&self) -> usize {
        let client = Client::new(&self.stripe.api_base());
        let list = client.get("charges?limit=100").await;
        list["data"].as_array().unwrap().iter().filter(|charge| charge["status"] == "succeeded").count()
    }

    /// Origins of the gifts that arrived, oldest first.
    async fn arrived(&self) -> Vec<Origin> {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        run!(tx, fetch_all, sqlx::query_scalar("SELECT origin FROM donation WHERE settled_at IS NOT NULL ORDER BY settled_at, id")).unwrap()
    }

    pub async fn check(&self) {
        self.keeper.check(&self.stripe).await;
    }
}

async fn donation(tx: &mut strikefund::db::Tx, attempt: &str) -> DonationId {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT id FROM donation WHERE operation_id = $1").bind(attempt)).unwrap()
}

/// Everything that may happen to a notice on its way, but its loss.
fn disorder() -> Faults {
    Faults {
        delivered_twice: 400,
        twin_events: 300,
        deliveries_shuffled: 500,
        answer_counts_as_500: 200,
        older_version: 200,
        ..Faults::default()
    }
}

on_both_databases! {
    async fn the_first_payment_counts_once_and_each_that_comes_again_is_a_gift_of_its_own_of_the_same_donor(books: &Books) {
        let giving = Giving::new(books).await;
        giving.stripe.set_faults(disorder());
        let weekly = giving.begin("ana", Interval::Week).await;
        giving.begin("ben", Interval::Month).await;
        assert_eq!((weekly.every, weekly.amount_minor), (Some(Interval::Week), 2_500));
        for _ in 0..5 {
            giving.pass(DAY * 7).await;
        }
        // 35 days: six turns of a week, two of a month.
        assert_eq!(giving.charges().await, 8);
        let arrived = giving.arrived().await;
        assert_eq!(arrived.len(), 8, "each charge is one gift");
        assert_eq!(giving.receipts().await, 8, "and has its own receipt");
        assert_eq!(arrived.iter().filter(|origin| **origin == Origin::Form).count(), 2, "the first payments are the gifts of the form");
        assert_eq!(arrived.iter().filter(|origin| **origin == Origin::Recurring).count(), 6);
        let weekly = giving.of("ana").await;
        assert_eq!(weekly.stage(), Stage::Runs(RepeatState::Active));
        let next = weekly.next_at.unwrap().unix_secs() - books.now().unix_secs();
        assert!((0..=7 * 86_400).contains(&next), "{next}");
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(repeating::count_turns(tx, &weekly).await.unwrap(), 6);
        let turns: Vec<DonationId> = run!(tx, fetch_all, sqlx::query_scalar("SELECT id FROM donation WHERE subscription_id = $1").bind(&weekly.subscription_id)).unwrap();
        for turn in turns {
            let donor = donations::donor_of(tx, &giving.keys, turn).await.unwrap().unwrap();
            assert_eq!(donor.email, "ana@example.org");
            assert_eq!(repeating::of_gift(tx, turn).await.unwrap().unwrap().id, weekly.id);
        }
        let donors: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(DISTINCT donor_hash) FROM donation WHERE settled_at IS NOT NULL")).unwrap();
        assert_eq!(donors, 2, "one donor counts once toward a batch");
        assert_eq!(giving.mails().await, Vec::<String>::new());
        giving.check().await;
    }

    async fn a_renewal_whose_line_comes_before_any_notice_is_the_same_donors_in_the_end(books: &Books) {
        let giving = Giving::new(books).await;
        giving.stripe.set_faults(Faults { deliveries_dropped: 1_000, ..Faults::default() });
        let page = giving.pledge(giving.fund(), "ana", Interval::Week).await;
        giving.stripe.pay(&page, Outcome::Pay).unwrap();
        giving.pass(DAY * 8).await;
        assert_eq!(giving.arrived().await.len(), 2);
        assert!(giving.find("ana").await.is_none(), "nobody told");
        booking::look_again(&giving.keeper.payments, &books.db, &books.clock).await.unwrap();
        let repeat = giving.of("ana").await;
        assert_eq!((repeat.stage(), repeat.every), (Stage::Runs(RepeatState::Active), Some(Interval::Week)));
        assert_eq!(giving.receipts().await, 1, "nobody was known who could get the second");
        for _ in 0..2 {
            giving.work().await;
            assert_eq!(giving.receipts().await, 2, "one for each gift, once");
        }
        let tx = &mut books.db.begin_read().await.unwrap();
        let donors: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(DISTINCT donor_hash) FROM donation WHERE donor_hash IS NOT NULL AND donor_id IS NOT NULL AND settled_at IS NOT NULL")).unwrap();
        assert_eq!(donors, 1);
        giving.check().await;
    }

    async fn a_failed_payment_is_told_with_its_next_try_and_recovers(books: &Books) {
        let giving = Giving::new(books).await;
        giving.stripe.set_faults(disorder());
        let repeat = giving.begin("ana", Interval::Week).await;
        giving.stripe.decline_renewals(&repeat.subscription_id, true);
        giving.pass(DAY * 7).await;
        giving.pass(DAY / 4).await;
        let behind = giving.of("ana").await;
        assert_eq!(behind.stage(), Stage::Runs(RepeatState::PastDue));
        let next = behind.next_try_at.unwrap().unix_secs() - books.now().unix_secs();
        assert!((2 * 86_400..3 * 86_400).contains(&next), "{next}");
        assert_eq!(giving.mails().await, ["repeat failed"]);
        giving.stripe.decline_renewals(&repeat.subscription_id, false);
        giving.pass(DAY * 3).await;
        giving.pass(DAY / 4).await;
        let back = giving.of("ana").await;
        assert_eq!((back.stage(), back.failed_at, back.next_try_at), (Stage::Runs(RepeatState::Active), None, None));
        assert_eq!((giving.mails().await.len(), giving.arrived().await.len()), (1, 2));
        giving.check().await;
    }

    async fn a_gift_that_stripe_gives_up_is_told_once_for_each_try_and_once_as_stopped(books: &Books) {
        let giving = Giving::new(books).await;
        let repeat = giving.begin("ana", Interval::Month).await;
        giving.stripe.decline_renewals(&repeat.subscription_id, true);
        for _ in 0..45 {
            giving.pass(DAY).await;
        }
        let over = giving.of("ana").await;
        assert_eq!(over.stage(), Stage::Stopped(None), "Stripe stopped it");
        assert_eq!(giving.mails().await, ["repeat failed", "repeat failed", "repeat failed", "repeat stopped"], "the last try is told by the end");
        assert_eq!(giving.charges().await, 1);
        giving.check().await;
    }

    async fn a_failure_that_no_notice_told_is_found_at_night(books: &Books) {
        let giving = Giving::new(books).await;
        let repeat = giving.begin("ana", Interval::Week).await;
        giving.stripe.decline_renewals(&repeat.subscription_id, true);
        giving.stripe.set_faults(Faults { deliveries_dropped: 1_000, ..Faults::default() });
        giving.pass(DAY * 8).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Runs(RepeatState::Active));
        giving.keeper.jobs.night().await;
        giving.work().await;
        let behind = giving.of("ana").await;
        assert_eq!(behind.stage(), Stage::Runs(RepeatState::PastDue));
        assert!(behind.failed_at.is_some() && behind.next_try_at.is_some());
        assert_eq!(giving.mails().await, ["repeat failed"]);
    }

    async fn a_gift_that_its_donor_stops_is_never_charged_again_and_counts_as_stopped_by_stripes_word_alone(books: &Books) {
        let giving = Giving::new(books).await;
        let repeat = giving.begin("ana", Interval::Week).await;
        let now = books.now();
        for first in [true, false] {
            let decided: sqlx::Result<bool> = transact!(books.db, tx => repeating::stop_by_donor(tx, &repeat, now).await);
            assert_eq!(decided.unwrap(), first, "decided once");
        }
        assert_eq!(giving.of("ana").await.stage(), Stage::Stopping(StopBy::Donor), "nobody asked Stripe yet");
        // Stripe does it, and its answer is lost: asked again it says that there is nothing to stop, and is asked what it knows.
        giving.stripe.set_faults(Faults { answer_lost: 1_000, ..disorder() });
        giving.work().await;
        let stopped = giving.of("ana").await;
        assert_eq!((stopped.stage(), stopped.next_at), (Stage::Stopped(Some(StopBy::Donor)), None));
        let late = ObjectState { status: "active".to_owned(), ..state_of(books, &repeat.subscription_id).await };
        let heard: sqlx::Result<()> = transact!(books.db, tx => repeating::hear(tx, &late, now).await);
        heard.unwrap();
        giving.stripe.set_faults(Faults::default());
        for _ in 0..4 {
            giving.pass(DAY * 15).await;
        }
        assert_eq!(giving.of("ana").await.stage(), Stage::Stopped(Some(StopBy::Donor)), "a late notice brings nothing back");
        assert_eq!((giving.charges().await, giving.mails().await), (1, vec!["repeat stopped".to_owned()]));
        giving.check().await;
    }

    async fn a_dispute_stops_the_gift_it_is_about_whichever_payment_it_takes_back(books: &Books) {
        let giving = Giving::new(books).await;
        giving.stripe.set_faults(disorder());
        let (first, later) = (giving.begin("ana", Interval::Week).await, giving.begin("ben", Interval::Week).await);
        giving.begin("eve", Interval::Month).await;
        giving.pass(DAY * 8).await;
        // The first payment of one, the second of the other.
        for (sql, of) in [("subscription_id = $1 AND origin = 'form'", &first), ("subscription_id = $1 AND origin = 'recurring'", &later)] {
            let tx = &mut books.db.begin_read().await.unwrap();
            let sql = format!("SELECT charge_id FROM donation WHERE {sql}");
            let charge: String = run!(tx, fetch_one, sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(&of.subscription_id)).unwrap();
            giving.stripe.open_dispute(&charge, None).unwrap();
        }
        giving.pass(DAY / 24).await;
        giving.work().await;
        for name in ["ana", "ben"] {
            assert_eq!(giving.of(name).await.stage(), Stage::Stopped(Some(StopBy::Bank)), "{name}");
        }
        assert!(matches!(giving.of("eve").await.stage(), Stage::Runs(_)), "nobody disputed that one");
        assert_eq!(giving.mails().await, ["repeat stopped", "repeat stopped"]);
        let charged = giving.charges().await;
        giving.pass(DAY * 14).await;
        assert_eq!(giving.charges().await, charged, "whoever disputes is charged no more");
        giving.check().await;
    }

    async fn what_is_stopped_at_stripe_or_goes_with_its_customer_is_told_once(books: &Books) {
        let giving = Giving::new(books).await;
        giving.stripe.set_faults(disorder());
        let (one, other) = (giving.begin("ana", Interval::Week).await, giving.begin("ben", Interval::Month).await);
        giving.stripe.cancel_subscription(&one.subscription_id);
        let customer = state_of(books, &other.subscription_id).await.parent_id.unwrap();
        Client::new(&giving.stripe.api_base()).delete(&format!("customers/{customer}")).await;
        giving.pass(DAY / 4).await;
        for name in ["ana", "ben"] {
            assert_eq!(giving.of(name).await.stage(), Stage::Stopped(None), "{name}");
        }
        assert_eq!(giving.mails().await, ["repeat stopped", "repeat stopped"]);
        giving.pass(DAY * 40).await;
        assert_eq!(giving.charges().await, 2);
        giving.check().await;
    }

    async fn an_end_that_no_notice_told_is_found_by_the_days_look(books: &Books) {
        let giving = Giving::new(books).await;
        let repeat = giving.begin("ana", Interval::Week).await;
        giving.stripe.set_faults(Faults { deliveries_dropped: 1_000, ..Faults::default() });
        giving.stripe.cancel_subscription(&repeat.subscription_id);
        giving.pass(DAY).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Runs(RepeatState::Active));
        booking::look_again(&giving.keeper.payments, &books.db, &books.clock).await.unwrap();
        giving.work().await;
        assert_eq!((giving.of("ana").await.stage(), giving.mails().await.len()), (Stage::Stopped(None), 1));
    }

    async fn a_bank_debit_begins_a_gift_that_waits_for_its_first_payment(books: &Books) {
        let giving = Giving::new(books).await;
        let page = giving.pledge(giving.fund(), "ana", Interval::Month).await;
        giving.stripe.pay(&page, Outcome::PayDelayed).unwrap();
        giving.pass(Duration::from_secs(5)).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Runs(RepeatState::Waiting));
        giving.pass(DAY / 24).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Runs(RepeatState::Active));
        assert_eq!(giving.arrived().await, [Origin::Form]);
        giving.check().await;
    }

    async fn what_repeats_elsewhere_in_the_account_is_none_of_ours_and_a_copy_of_our_metadata_is_no_second_beginning(books: &Books) {
        let giving = Giving::new(books).await;
        let repeat = giving.begin("ana", Interval::Week).await;
        let ours = state_of(books, &repeat.subscription_id).await;
        let (copied, foreign, now) = (
            ObjectState { id: "sub_copied".to_owned(), ..ours.clone() },
            ObjectState { id: "sub_dues".to_owned(), fund_ref: None, donation_ref: Some("dues".to_owned()), ..ours },
            books.now(),
        );
        let heard: sqlx::Result<()> = transact!(books.db, tx => async {
            repeating::hear(tx, &copied, now).await?;
            repeating::hear(tx, &foreign, now).await
        }.await);
        heard.unwrap();
        let list = repeating::list(&mut books.db.begin_read().await.unwrap(), None, 10).await.unwrap();
        let known: Vec<_> = list.iter().map(|repeat| (repeat.subscription_id.as_str(), repeat.donation_id.is_some())).collect();
        assert_eq!(known, [("sub_copied", false), (repeat.subscription_id.as_str(), true)]);
    }
}

async fn state_of(books: &Books, id: &str) -> ObjectState {
    let state = strikefund::payments::find_object(&mut books.db.begin_read().await.unwrap(), id).await.unwrap().expect("it is known");
    assert_eq!(state.object, ObjectKind::Subscription);
    state
}
