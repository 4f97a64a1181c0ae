//! The program killed at any moment on the way to the end of a fund, and started again: it goes on to the same end, to the byte. Not here: the
//! stopping of gifts at Stripe (`recurring::ending`).

use serde::{Deserialize, Serialize};
use strikefund::clock::Day;
use strikefund::closing::NewMove;
use strikefund::funds::Fund;
use strikefund::ids::{FundId, ProposalId};
use strikefund::run;

use super::*;
use crate::support::doomed::{self, Place};
use crate::support::soak;

/// The test that is one step where it is told so.
const STEP: &str = "leftovers::killed::one_step_of_a_process_that_may_be_killed";

/// Each commit on the way.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Step {
    Ask(Next),
    Plan(Shares),
    Sign(i64, i64),
    Publish,
    Pay(usize),
    BackToThePot(usize),
    Answer(usize),
    LetOut(usize),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Next {
    WindDown,
    Settle,
    Close,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Shares {
    FiveThreeTwo,
    Halves,
    One,
}

/// What a process is told.
#[derive(Serialize, Deserialize)]
struct Told {
    place: Place,
    fund: i64,
    /// The author, both who approve, the other treasurer.
    people: [i64; 4],
    step: Step,
}

impl Next {
    fn wanted(self) -> NewMove {
        let plain = |state| NewMove::plain(state, "The members voted for it.".to_owned());
        let day = |text: &str| -> Option<Day> { text.parse().ok() };
        match self {
            Self::WindDown => NewMove { last_expense_on: day("2026-11-20"), ..plain(State::WindingDown) },
            Self::Settle => NewMove { reserve: day("2027-03-01").map(|until| (1_000, until)), ..plain(State::Distributing) },
            Self::Close => plain(State::Closed),
        }
    }
}

impl Shares {
    const fn wanted(self) -> &'static [(usize, Rule, i64)] {
        match self {
            Self::FiveThreeTwo => &FIVE_THREE_TWO,
            Self::Halves => &[(0, Rule::Percent, 5_000), (2, Rule::Percent, 5_000)],
            Self::One => &[(1, Rule::Weight, 1)],
        }
    }
}

#[test]
fn one_step_of_a_process_that_may_be_killed() {
    let Some(told) = doomed::told::<Told>() else { return };
    crate::support::block_on(async {
        let books = told.place.open().await;
        let [author, ana, ben, other] = told.people.map(PersonId);
        let keys = strikefund::seal::Keyring::from_master(&[7; 32]);
        let treasury = Treasury { books: &books, fund: FundId(told.fund), author, ana, ben, keys };
        doomed::begins();
        make(&End { treasury, other }, told.step).await;
        books.db.close().await;
    });
}

async fn make(end: &End<'_>, step: Step) {
    let (books, treasury) = (end.books(), &end.treasury);
    match step {
        Step::Ask(next) => {
            let (actor, operation, now, wanted) = (treasury.author(), treasury.operation(), books.now(), next.wanted());
            let asked: Result<closing::Asked, closing::Refusal> =
                transact!(books.db, tx => closing::ask(tx, actor, &operation, (treasury.fund, &wanted), now).await);
            asked.unwrap();
        }
        Step::Plan(shares) => drop(end.propose(shares.wanted()).await.unwrap()),
        Step::Sign(who, proposal) => {
            let proposal = approvals::find(&mut books.db.begin_read().await.unwrap(), ProposalId(proposal)).await.unwrap().unwrap();
            treasury.decide(PersonId(who), &proposal, Choice::Approve).await.unwrap();
        }
        Step::Publish => drop(publish(books, treasury.fund, books.now()).await.unwrap()),
        Step::Pay(group) => drop(end.pay(&end.grant(group).await).await.unwrap()),
        Step::BackToThePot(group) => drop(end.end(&end.grant(group).await, EndedWhy::Bounced).await.unwrap()),
        Step::Answer(group) => drop(end.answer(&end.grant(group).await, AnswerKind::Words, "It bought water.").await.unwrap()),
        Step::LetOut(group) => end.clear(end.other, &end.grant(group).await, 1).await.unwrap(),
    }
}

/// The way of a fund to its end: each step in a process of its own.
struct Way<'a> {
    end: End<'a>,
    /// Whether processes are killed.
    kills: bool,
    steps: u64,
    killed: u64,
}

impl<'a> Way<'a> {
    async fn new(books: &'a Books, kills: bool) -> Self {
        let end = End::open(books, 12_901, "0").await;
        for (n, name) in GROUPS.iter().enumerate() {
            end.enter(name, &format!("021000021 12345678{n}")).await.unwrap();
            end.agree_to(name).await;
        }
        books.clock.advance(Duration::from_hours(48));
        Self { end, kills, steps: 0, killed: 0 }
    }

    /// Makes a step, killed a little later each time, until it gets through; and once more, as whoever did not see the answer would.
    async fn make(&mut self, step: Step) {
        self.steps += 1;
        let treasury = &self.end.treasury;
        let people = [treasury.author, treasury.ana, treasury.ben, self.end.other].map(|person| person.0);
        let told = Told { place: Place::of(treasury.books, self.steps), fund: treasury.fund.0, people, step };
        let (times, plus) = (soak(150, 110), soak(2_000, 200));
        let mut after = Duration::ZERO;
        while self.kills && !doomed::makes(STEP, &told, Some(after)) {
            self.killed += 1;
            assert_eq!(closing::verify(&mut treasury.books.db.begin_read().await.unwrap()).await.unwrap(), None, "{step:?}");
            after = after * u32::try_from(times).unwrap() / 100 + Duration::from_micros(plus as u64);
        }
        assert!(doomed::makes(STEP, &told, None), "{step:?}");
        self.end.sound().await;
    }

    async fn both_sign(&mut self) {
        for who in [self.end.treasury.ana, self.end.treasury.ben] {
            let plan =
                planning::proposed(&mut self.end.books().db.begin_read().await.unwrap(), self.end.treasury.fund).await.unwrap().unwrap();
            self.make(Step::Sign(who.0, plan.proposal_id.unwrap().0)).await;
        }
    }

    async fn moves(&mut self, next: Next) {
        self.make(Step::Ask(next)).await;
        let waiting =
            closing::waiting(&mut self.end.books().db.begin_read().await.unwrap(), self.end.treasury.fund).await.unwrap().unwrap();
        self.make(Step::Sign(self.end.treasury.ana.0, waiting.id.0)).await;
    }

    async fn publishes(&mut self) {
        self.end.books().clock.advance(Duration::from_secs(u64::try_from(DAY).unwrap()));
        self.make(Step::Publish).await;
    }

    /// From the first step of the end to the last: 119.01 by 5 : 3 : 2, of which one bounces, then the reserve after its day.
    async fn go(mut self) -> Self {
        self.moves(Next::WindDown).await;
        crate::closing::nothing_repeats(&self.end.treasury).await;
        self.moves(Next::Settle).await;
        self.make(Step::Plan(Shares::FiveThreeTwo)).await;
        self.both_sign().await;
        self.publishes().await;
        for group in 0..3 {
            self.make(Step::Pay(group)).await;
        }
        let bounced = self.end.grant(1).await.payment().unwrap().entry_id;
        self.end.bounce(bounced).await;
        self.make(Step::BackToThePot(1)).await;
        self.make(Step::Plan(Shares::Halves)).await;
        self.both_sign().await;
        self.publishes().await;
        for group in [0, 2] {
            self.make(Step::Pay(group)).await;
            self.make(Step::Answer(group)).await;
            self.make(Step::LetOut(group)).await;
        }
        self.end.books().clock.advance(Duration::from_hours(24 * 110));
        self.make(Step::Plan(Shares::One)).await;
        self.both_sign().await;
        self.publishes().await;
        self.make(Step::Pay(1)).await;
        self.moves(Next::Close).await;
        self.publishes().await;
        self
    }

    /// The books, the log of acts, what was signed and what the public reads. Rows have other ids where `PostgreSQL` left some out.
    async fn comes_to(&self) -> Vec<String> {
        let tx = &mut self.end.books().db.begin_read().await.unwrap();
        let entries = "SELECT e.source || ' ' || e.kind || ' ' || e.effective_on || ' ' || p.n || ' ' || a.path || ' ' || p.amount_minor
            FROM posting p JOIN entry e ON e.id = p.entry_id JOIN account a ON a.id = p.account_id ORDER BY e.id, p.n";
        let acts = "SELECT act || ' ' || COALESCE(person_id, 0) FROM audit ORDER BY id";
        let signed = "SELECT p.subject || ' ' || p.payload_hash || ' ' || p.state || ' ' || a.person_id
            FROM proposal p JOIN approval a ON a.proposal_id = p.id ORDER BY p.id, a.person_id";
        let mut lines: Vec<String> = Vec::new();
        for sql in [entries, acts, signed] {
            let more: Vec<String> = run!(tx, fetch_all, sqlx::query_scalar(sql)).unwrap();
            assert!(!more.is_empty());
            lines.extend(more);
        }
        for page in ["leftovers/index.html", "reports/closing.html", "log/checkpoint"] {
            lines.push(text(self.end.books(), page).await);
        }
        lines
    }
}

on_both_databases! {
    async fn wherever_the_program_is_killed_it_goes_on_to_the_same_end(books: &Books) {
        let killed = Way::new(books, true).await.go().await;
        let other = match books.postgres_url() {
            None => Books::on_sqlite().await,
            Some(_) => Books::on_postgres().await.unwrap(),
        };
        let plain = Way::new(&other, false).await.go().await;
        println!("{} steps, {} processes killed", killed.steps, killed.killed);
        assert!(killed.killed > killed.steps, "the kills fall on the way");
        assert_eq!(killed.comes_to().await, plain.comes_to().await);
        let page = text(books, "leftovers/index.html").await;
        assert!(page.contains("Held back for disputes until 1 Mar 2027: $10.00. What is left of it is shared out then."), "{page}");
        let fund: Fund = killed.end.fund().await;
        assert_eq!((fund.state, killed.end.left().await, killed.end.treasury.held(chart::BANK).await), (State::Closed, 0, 0));
        drop(plain);
        other.close().await;
    }
}
