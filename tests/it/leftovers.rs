//! What is left of a fund: shared out to the cent among the groups of its charter, agreed to, told, sent once, and never twice whatever happens.

mod killed;
mod model;
mod refusals;

use std::time::Duration;

use strikefund::approvals::{self, Proposal};
use strikefund::closing::answering::{self, NewAnswer};
use strikefund::closing::planning::{self, WantedShare};
use strikefund::closing::shares::Rule;
use strikefund::closing::{self, AnswerKind, EndedWhy, PlanRefusal, Stands, WholeGrant, advising, granting, passing, recipients};
use strikefund::deciding::{Choice, DecideError, Decided};
use strikefund::donations::{GoodsForm, HandError, NewGoods, in_kind};
use strikefund::funds::charter::Charter;
use strikefund::funds::{self, Fund, State};
use strikefund::ids::{GrantId, PersonId, PlanId};
use strikefund::ledger::{self, PostError, Posted, chart};
use strikefund::people::Role;
use strikefund::spending::Payment;
use strikefund::spending::payee::NewDetails;
use strikefund::transact;

use crate::approvals::{acting, person, usd};
use crate::publication::{DAY, publish, stranger, text};
use crate::spending::Treasury;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

/// The groups of the charter.
const GROUPS: [&str; 3] = ["Water for All", "Rent Relief", "Food Bank"];

/// A fund at its end, with a charter, three groups, and the people who keep it.
pub struct End<'a> {
    /// The books and the people who keep them.
    pub treasury: Treasury<'a>,
    /// A second treasurer.
    other: PersonId,
}

impl<'a> End<'a> {
    /// What is left is all in the bank; of each group two people checked how it is paid, and its details rested.
    pub async fn with(books: &'a Books, minor: i64, objection: &'static str) -> Self {
        Self::open(books, minor, objection).await.ready().await
    }

    async fn ready(self) -> Self {
        for (n, name) in GROUPS.iter().enumerate() {
            self.enter(name, &format!("021000021 12345678{n}")).await.unwrap();
            self.agree_to(name).await;
        }
        self.books().clock.advance(Duration::from_hours(48));
        self.stand(State::Distributing).await;
        self
    }

    /// A fund that is open still, and whose groups nobody checked.
    pub async fn open(books: &'a Books, minor: i64, objection: &'static str) -> Self {
        let treasury = Treasury::holding(books, minor).await;
        Self::of(treasury, objection).await
    }

    /// The end of a fund whose money may serve one purpose only.
    pub async fn restricted(books: &'a Books, minor: i64) -> Self {
        let general = Treasury::holding(books, 0).await;
        let treasury = Treasury { fund: books.fund("children", Some("for children")).await, ..general };
        let fund = treasury.fund;
        treasury.give(fund, minor).await;
        Self::of(treasury, "0").await.ready().await
    }

    async fn of(treasury: Treasury<'a>, objection: &'static str) -> Self {
        let books = treasury.books;
        let other = person(books, &[Role::Recorder, Role::Approver]).await;
        let charter = Charter::parse(|field| match field {
            "recipients" => "Water for All | they feed the town | https://water.example\nRent Relief | it is near\nFood Bank | it is there",
            // Nothing is held back, so that every cent of these tests can be shared out.
            "reserve_percent" => "0",
            "reserve_days" => "120",
            "objection_days" => objection,
            _ => "As the members decide.",
        });
        let (fund, now, lines) = (treasury.fund, books.now(), charter.unwrap().lines());
        let put: sqlx::Result<i64> = transact!(books.db, tx => funds::put_charter(tx, fund, &lines, None, now).await);
        put.unwrap();
        Self { treasury, other }
    }

    const fn books(&self) -> &'a Books {
        self.treasury.books
    }

    async fn stand(&self, state: State) {
        moved(self.books(), self.treasury.fund, state, "The strike is won.", self.books().now()).await;
    }

    async fn fund(&self) -> Fund {
        funds::find(&mut self.books().db.begin_read().await.unwrap(), self.treasury.fund).await.unwrap().unwrap()
    }

    async fn enter(&self, name: &str, account: &str) -> Result<strikefund::ids::PayeeId, PlanRefusal> {
        let (operation, actor, now, fund) = (self.treasury.operation(), self.treasury.author(), self.books().now(), self.fund().await);
        let details = NewDetails::parse("bank", account, "called").unwrap();
        let told = (&details, None, "");
        transact!(self.books().db, tx => recipients::enter(tx, actor, &operation, (&fund, name), told, self.treasury.sealing(), now).await)
    }

    async fn agree_to(&self, name: &str) {
        let groups = recipients::groups(&mut self.books().db.begin_read().await.unwrap(), self.treasury.fund).await.unwrap();
        let known = groups.into_iter().find(|group| group.name == name).unwrap().known.unwrap();
        self.treasury.agree_to_payee(known.payee.id).await;
    }

    async fn left(&self) -> i64 {
        let (fund, now) = (self.fund().await, self.books().now());
        closing::distributable(&mut self.books().db.begin_read().await.unwrap(), &fund, now).await.unwrap().total_minor
    }

    async fn propose(&self, shares: &[(usize, Rule, i64)]) -> Result<PlanId, PlanRefusal> {
        let seen = self.left().await;
        self.propose_seeing(shares, seen).await
    }

    async fn propose_seeing(&self, shares: &[(usize, Rule, i64)], seen: i64) -> Result<PlanId, PlanRefusal> {
        let share = |(group, rule, value): &(usize, Rule, i64)| WantedShare {
            name: GROUPS[*group].to_owned(),
            rule: *rule,
            value: *value,
            most_minor: None,
        };
        self.propose_wanted(&shares.iter().map(share).collect::<Vec<_>>(), seen).await
    }

    async fn propose_wanted(&self, wanted: &[WantedShare], seen: i64) -> Result<PlanId, PlanRefusal> {
        self.propose_saying(wanted, seen, false).await
    }

    /// Proposes a plan, saying whether each group serves the fund's only purpose.
    async fn propose_saying(&self, wanted: &[WantedShare], seen: i64, serves: bool) -> Result<PlanId, PlanRefusal> {
        let (operation, actor, now, fund) = (self.treasury.operation(), self.treasury.author(), self.books().now(), self.treasury.fund);
        transact!(self.books().db, tx => planning::propose(tx, actor, &operation, (fund, wanted, seen, serves), now).await)
    }

    /// A plan by parts of which the first group's comes to its limit.
    async fn propose_limited(&self, most_minor: i64) -> Result<PlanId, PlanRefusal> {
        let seen = self.left().await;
        let share = |(group, _, value): &(usize, Rule, i64)| WantedShare {
            name: GROUPS[*group].to_owned(),
            rule: Rule::Weight,
            value: *value,
            most_minor: Some(most_minor).filter(|_| *group == 0),
        };
        self.propose_wanted(&FIVE_THREE_TWO.iter().map(share).collect::<Vec<_>>(), seen).await
    }

    async fn proposal(&self, id: PlanId) -> Proposal {
        let tx = &mut self.books().db.begin_read().await.unwrap();
        let plan = planning::find(tx, id).await.unwrap().unwrap().plan;
        approvals::find(tx, plan.proposal_id.unwrap()).await.unwrap().unwrap()
    }

    pub async fn agree(&self, who: PersonId, id: PlanId) -> Result<Decided, DecideError> {
        let proposal = self.proposal(id).await;
        self.treasury.decide(who, &proposal, Choice::Approve).await
    }

    /// A plan that the people of the top tier agreed to.
    async fn agreed(&self, shares: &[(usize, Rule, i64)]) -> PlanId {
        let id = self.propose(shares).await.unwrap();
        self.all_agree(id).await;
        id
    }

    async fn all_agree(&self, id: PlanId) {
        assert!(matches!(self.agree(self.treasury.ana, id).await.unwrap(), Decided::Waiting { given: 1, needed: 2 }));
        assert_eq!(self.agree(self.treasury.ben, id).await.unwrap(), Decided::Done);
    }

    pub async fn publish(&self) {
        self.books().clock.advance(Duration::from_secs(u64::try_from(DAY).unwrap()));
        publish(self.books(), self.treasury.fund, self.books().now()).await.unwrap();
    }

    /// The newest grants first.
    async fn grants(&self) -> Vec<WholeGrant> {
        granting::list(&mut self.books().db.begin_read().await.unwrap(), self.treasury.fund, None, 100).await.unwrap()
    }

    /// The newest grant to a group.
    pub async fn grant(&self, group: usize) -> WholeGrant {
        self.grants().await.into_iter().find(|whole| whole.grant.name == GROUPS[group]).unwrap()
    }

    pub fn payment(&self) -> Payment {
        let on = self.books().now().day_in(&"America/Los_Angeles".parse().unwrap());
        Payment { from: chart::BANK.to_owned(), on, reference: "transfer 7".to_owned() }
    }

    async fn pay(&self, whole: &WholeGrant) -> Result<GrantId, PlanRefusal> {
        let (operation, actor, now, payment) = (self.treasury.operation(), self.treasury.author(), self.books().now(), self.payment());
        let number = &*whole.grant.number;
        transact!(self.books().db, tx => granting::pay(tx, actor, &operation, (number, &payment), now).await)
    }

    async fn end(&self, whole: &WholeGrant, why: EndedWhy) -> Result<GrantId, PlanRefusal> {
        let (operation, actor, now) = (self.treasury.operation(), self.treasury.author(), self.books().now());
        let number = &*whole.grant.number;
        transact!(self.books().db, tx => granting::end(tx, actor, &operation, (number, why), now).await)
    }

    /// The bank sends the payment that stands back; or was wrong about that.
    async fn bounce(&self, entry: strikefund::ids::EntryId) -> strikefund::ids::EntryId {
        let (now, on) = (self.books().now(), self.payment().on);
        let reversed: Result<Posted, PostError> =
            transact!(self.books().db, tx => ledger::reverse(tx, entry, on, "it came back", None, now).await);
        reversed.unwrap().entry()
    }

    async fn answer(&self, whole: &WholeGrant, kind: AnswerKind, said: &str) -> Result<i64, PlanRefusal> {
        let (operation, actor, now) = (self.treasury.operation(), self.treasury.author(), self.books().now());
        let letter = (kind == AnswerKind::Letter).then(|| ("letter".to_owned(), "ab".repeat(32)));
        let new = NewAnswer { kind, text: said.to_owned(), letter };
        let number = &*whole.grant.number;
        transact!(self.books().db, tx => answering::answer(tx, actor, &operation, (number, &new), now).await)
    }

    async fn clear(&self, who: PersonId, whole: &WholeGrant, n: i64) -> Result<(), PlanRefusal> {
        let (operation, actor, now) = (self.treasury.operation(), acting(self.books(), who), self.books().now());
        let number = &*whole.grant.number;
        transact!(self.books().db, tx => answering::clear(tx, actor, &operation, (number, n, &[]), now).await)
    }

    /// Everything recomputed, and a stranger who has the published files finds nothing wrong.
    pub async fn sound(&self) {
        self.treasury.sound().await;
        assert_eq!(closing::verify(&mut self.books().db.begin_read().await.unwrap()).await.unwrap(), None);
    }
}

/// Five parts, three parts, two parts.
const FIVE_THREE_TWO: [(usize, Rule, i64); 3] = [(0, Rule::Weight, 5), (1, Rule::Weight, 3), (2, Rule::Weight, 2)];

on_both_databases! {
    /// The story of the issue: 129.01 by 5 : 3 : 2, told, sent, one bounces, is shared out anew, all acknowledge, and nothing is left.
    async fn what_is_left_is_shared_out_to_the_cent_told_sent_once_and_acknowledged(books: &Books) {
        let end = End::with(books, 12_901, "0").await;
        let treasury = &end.treasury;
        let now = books.now();
        let (operation, counts) = (treasury.operation(), [(GROUPS[0].to_owned(), 40), (GROUPS[1].to_owned(), 12)]);
        let day = end.payment().on;
        let voted: Result<(), PlanRefusal> = transact!(books.db, tx =>
            advising::record_vote(tx, treasury.author(), &operation, (treasury.fund, day, &counts), now).await);
        voted.unwrap();

        end.agreed(&FIVE_THREE_TWO).await;
        let amounts: Vec<(String, i64)> = end.grants().await.into_iter().rev().map(|whole| (whole.grant.name, whole.grant.amount_minor)).collect();
        assert_eq!(amounts, [(GROUPS[0].to_owned(), 6_451), (GROUPS[1].to_owned(), 3_870), (GROUPS[2].to_owned(), 2_580)]);
        assert_eq!((end.left().await, treasury.held("expenses:grants:mutual-aid").await, treasury.held("liabilities:grants:rent-relief").await), (0, 12_901, -3_870));
        assert!(matches!(end.pay(&end.grant(0).await).await, Err(PlanRefusal::NotPublic)), "money moves once the public was told");
        end.publish().await;
        let page = text(books, "leftovers/index.html").await;
        for said in ["$129.01", "$64.51", "$38.70", "$25.80", "Agreed to by 2 of 2 people", "Part 5", "Agreed, not sent yet", "40", "How members voted"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("6789") && !page.contains("02100002") && !page.contains("transfer 7"), "{page}");

        for group in 0..3 {
            end.pay(&end.grant(group).await).await.unwrap();
            assert!(matches!(end.pay(&end.grant(group).await).await, Err(PlanRefusal::Grant(Stands::Sent))));
        }
        assert_eq!((treasury.held(chart::BANK).await, treasury.held("liabilities:grants:rent-relief").await), (0, 0));

        // Rent Relief's transfer bounces: it can be sent again, or go back to the pot.
        let bounced = end.grant(1).await;
        end.bounce(bounced.payment().unwrap().entry_id).await;
        assert_eq!(end.grant(1).await.stands(), Stands::Returned);
        end.end(&end.grant(1).await, EndedWhy::Bounced).await.unwrap();
        assert!(matches!(end.pay(&end.grant(1).await).await, Err(PlanRefusal::Grant(Stands::Ended))));
        assert_eq!((end.left().await, treasury.held(chart::BANK).await), (3_870, 3_870));
        end.agreed(&[(0, Rule::Percent, 5_000), (2, Rule::Percent, 5_000)]).await;
        end.publish().await;
        for group in [0, 2] {
            end.pay(&end.grant(group).await).await.unwrap();
        }
        assert_eq!((end.left().await, treasury.held(chart::BANK).await), (0, 0));

        let thanked = end.grant(0).await;
        assert!(matches!(end.answer(&thanked, AnswerKind::None, "").await, Err(PlanRefusal::MayAnswer(_))));
        assert!(matches!(end.answer(&thanked, AnswerKind::Words, "Call Ana at +1 503 555 0100").await, Err(PlanRefusal::Words)));
        let n = end.answer(&thanked, AnswerKind::Letter, "It bought water for a month.").await.unwrap();
        assert!(matches!(end.clear(treasury.author, &thanked, n).await, Err(PlanRefusal::Own)));
        end.publish().await;
        assert!(!text(books, "leftovers/index.html").await.contains("water for a month"), "nobody let it out yet");
        end.clear(end.other, &thanked, n).await.unwrap();
        books.clock.advance(Duration::from_hours(24 * 31));
        let silent = end.grant(2).await;
        let n = end.answer(&silent, AnswerKind::None, "").await.unwrap();
        end.clear(treasury.ben, &silent, n).await.unwrap();
        end.publish().await;
        let page = text(books, "leftovers/index.html").await;
        for said in ["It bought water for a month.", "Acknowledged (week of", "Asked, no answer", "Came back from the bank; shared out anew", &"ab".repeat(32)] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(text(books, "leftovers/index.es.html").await.contains("Confirmado (semana del"));
        let report = text(books, "reports/leftovers.csv").await;
        for row in [r#""groups/planned","Water for All","",0,83.86"#, r#""groups/planned","Rent Relief","",0,0.00"#, r#""groups/sent","Food Bank","",0,45.15"#, r#""groups/answered","Water for All","",0,19.35"#, r#""advice/members","Water for All","",40,0.00"#] {
            assert!(report.contains(row), "{row}: {report}");
        }
        assert!(text(books, "feed.atom").await.contains("Plan 2 for what is left is agreed to"));
        end.sound().await;
        let folder = stranger::tree(books).await;
        stranger::checked(books, folder.path(), None).await.unwrap();
    }

    async fn people_may_object_and_goods_are_passed_on_by_number(books: &Books) {
        let end = End::with(books, 1_000, "7").await;
        let treasury = &end.treasury;
        end.agreed(&[(1, Rule::Fixed, 1_000)]).await;
        // The days count from when the public could read it, however late that is.
        books.clock.advance(Duration::from_hours(24 * 7));
        assert!(matches!(end.pay(&end.grant(1).await).await, Err(PlanRefusal::NotPublic)));
        end.publish().await;
        assert!(text(books, "leftovers/index.html").await.contains("until then anybody may object"));
        books.clock.advance(Duration::from_hours(24 * 6));
        assert!(matches!(end.pay(&end.grant(1).await).await, Err(PlanRefusal::Objection(_))));
        books.clock.advance(Duration::from_hours(24));
        end.pay(&end.grant(1).await).await.unwrap();

        let form = GoodsForm { what: "Bottled water", quantity: "40", unit: "cases", category: "water", not_valued: true, received_on: "2026-11-14", ..GoodsForm::default() };
        let (operation, now, today) = (treasury.operation(), books.now(), end.payment().on);
        let goods = NewGoods::parse(&form, &["water".to_owned()], strikefund::money::Currency::USD, today).unwrap();
        let logged: Result<String, HandError> = transact!(books.db, tx =>
            in_kind::log(tx, treasury.fund, &goods, &operation, treasury.author(), (&treasury.keys, &books.entropy), now).await);
        let number = logged.unwrap();
        let pass = async |to: &str, quantity: i64| {
            let operation = treasury.operation();
            let passed: Result<(), PlanRefusal> = transact!(books.db, tx =>
                passing::pass_on(tx, treasury.author(), &operation, (treasury.fund, &number, to), (quantity, today), now).await);
            passed
        };
        assert!(matches!(pass("My cousin", 1).await, Err(PlanRefusal::NotInCharter(_))));
        assert!(matches!(pass(GROUPS[2], 41).await, Err(PlanRefusal::Goods(HandError::OnlyLeft(40)))));
        pass(GROUPS[2], 40).await.unwrap();
        end.publish().await;
        let page = text(books, "leftovers/index.html").await;
        assert!(page.contains("Bottled water") && page.contains("40 <bdi>cases</bdi>"), "{page}");
        end.sound().await;
    }

    /// Two treasurers press at once: once.
    async fn what_two_people_do_at_once_happens_once(books: &Books) {
        let end = End::with(books, 9_000, "0").await;
        let (one, two) = tokio::join!(end.propose(&FIVE_THREE_TWO), end.propose(&FIVE_THREE_TWO));
        assert!(one.is_ok() && two.is_ok(), "the later one stands in the place of the earlier: {one:?} {two:?}");
        let id = planning::proposed(&mut books.db.begin_read().await.unwrap(), end.treasury.fund).await.unwrap().unwrap().id;
        end.agree(end.treasury.ana, id).await.unwrap();
        let (one, two) = tokio::join!(end.agree(end.treasury.ben, id), end.agree(end.other, id));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!((end.grants().await.len(), end.left().await), (3, 0));
        end.publish().await;
        let grant = end.grant(0).await;
        let (one, two) = tokio::join!(end.pay(&grant), end.pay(&grant));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let grant = end.grant(1).await;
        let (paid, ended) = tokio::join!(end.pay(&grant), end.end(&grant, EndedWhy::Refused));
        // A payment that no bank line shows is taken back with the grant, so both may come through in that order.
        assert!(paid.is_ok() || ended.is_ok(), "{paid:?} {ended:?}");
        assert_eq!(end.treasury.held("liabilities:grants:rent-relief").await, 0);
        end.sound().await;
    }
}
