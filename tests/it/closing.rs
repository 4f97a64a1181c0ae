//! How a fund ends: only as drawn, by two people, held up by whatever is not settled, and at zero. Not here: stopping gifts at Stripe
//! (`recurring::ending`), the database's own guards (`ledger_sql`), the pages (`web::closing`).

use std::time::Duration;

use strikefund::approvals;
use strikefund::booking::journal::JournalError;
use strikefund::clock::Day;
use strikefund::closing::{self, Asked, HandOver, Item, Line, NewMove, Refusal};
use strikefund::deciding::{Choice, DecideError, Decided};
use strikefund::donations::{EndStep, ending};
use strikefund::funds::{self, Fund, NewFund, SetUpError, State};
use strikefund::ids::{FundId, PersonId};
use strikefund::ledger::{self, NewEntry, NewPosting, Posted, Source, chart};
use strikefund::people::Role;
use strikefund::publication;
use strikefund::spending::{Draft, PaidBy};
use strikefund::{run, transact};

use crate::approvals::{acting, usd};
use crate::publication::publish;
use crate::spending::Treasury;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

const WHY: &str = "The members voted for it.";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A whole move to a state.
fn to(state: State) -> NewMove {
    let plain = NewMove::plain(state, WHY.to_owned());
    match state {
        State::WindingDown => NewMove { last_expense_on: Some(day("2026-11-20")), ..plain },
        State::Distributing => NewMove { reserve: Some((1_000, day("2027-03-01"))), ..plain },
        _ => plain,
    }
}

async fn find(books: &Books, fund: FundId) -> Fund {
    funds::find(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap().unwrap()
}

async fn ask(treasury: &Treasury<'_>, who: PersonId, wanted: &NewMove) -> Result<Asked, Refusal> {
    let (actor, operation, now) = (acting(treasury.books, who), treasury.operation(), treasury.books.now());
    transact!(treasury.books.db, tx => closing::ask(tx, actor, &operation, (treasury.fund, wanted), now).await)
}

async fn agree(treasury: &Treasury<'_>, who: PersonId) -> Result<Decided, DecideError> {
    let waiting = closing::waiting(&mut treasury.books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().expect("a move waits");
    treasury.decide(who, &waiting, Choice::Approve).await
}

/// Asks and agrees.
async fn goes(treasury: &Treasury<'_>, state: State) {
    ask(treasury, treasury.author, &to(state)).await.unwrap();
    assert_eq!(agree(treasury, treasury.ana).await.unwrap(), Decided::Done);
}

async fn held_up(treasury: &Treasury<'_>, state: State) -> Vec<Item> {
    let fund = find(treasury.books, treasury.fund).await;
    closing::in_the_way(&mut treasury.books.db.begin_read().await.unwrap(), &fund, state, treasury.books.now()).await.unwrap()
}

/// Notes that Stripe has confirmed that nothing repeats any more.
pub async fn nothing_repeats(treasury: &Treasury<'_>) {
    let sql = "UPDATE repeats_end SET step = 'done', done_at = $2 WHERE fund_id = $1";
    let (fund, now) = (treasury.fund, treasury.books.now());
    let done: sqlx::Result<u64> = transact!(treasury.books.db, tx => run!(tx, execute, sqlx::query(sql).bind(fund).bind(now)));
    assert_eq!(done.unwrap(), 1);
}

/// Passes so much on, or brings it back.
async fn passed_on(treasury: &Treasury<'_>, minor: i64) {
    let entry = NewEntry {
        source: Source::Bank,
        source_id: treasury.books.entropy.reference(),
        kind: "grant",
        effective_on: day("2026-11-14"),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![
            NewPosting::of_fund("expenses:grants:mutual-aid", treasury.fund, usd(minor)),
            NewPosting::pooled(chart::BANK, usd(-minor)),
        ],
    };
    let now = treasury.books.now();
    let posted: Result<Posted, ledger::PostError> = transact!(treasury.books.db, tx => ledger::post(tx, &entry, now).await);
    posted.unwrap();
}

on_both_databases! {
    async fn a_fund_moves_only_as_drawn_and_only_as_others_agreed_to(books: &Books) {
        for from in [State::Open, State::Paused, State::WindingDown, State::Distributing, State::Closed] {
            let treasury = Treasury { fund: books.fund(&from.as_str().replace('_', "-"), None).await, ..Treasury::holding(books, 0).await };
            moved(books, treasury.fund, from, "", books.now()).await;
            for wanted in State::ALL.into_iter().filter(|state| !from.next().contains(state)) {
                assert!(matches!(ask(&treasury, treasury.author, &to(wanted)).await, Err(Refusal::NotDrawn(at)) if at == from), "{from} to {wanted}");
            }
        }
        let draft = NewFund { draft: true, ..NewFund::parse("Later", "later", "usd", "UTC").unwrap() };
        let later: Result<FundId, SetUpError> = transact!(books.db, tx => funds::set_up(tx, &draft, &books.entropy, books.now()).await);
        let later = Treasury { fund: later.unwrap(), ..Treasury::holding(books, 0).await };
        assert_eq!(find(books, later.fund).await.state, State::Draft);
        goes(&later, State::Open).await;
        let treasury = Treasury::holding(books, 0).await;
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, treasury.fund, true).await);
        allowed.unwrap();
        let auditor = books.person(&[Role::Auditor, Role::Administrator]).await;
        assert!(matches!(ask(&treasury, auditor, &to(State::Paused)).await, Err(Refusal::NotAllowed(_))));
        assert!(matches!(ask(&treasury, treasury.author, &NewMove::plain(State::Paused, "why".to_owned())).await, Err(Refusal::Reason)));
        assert!(matches!(ask(&treasury, treasury.author, &NewMove::plain(State::WindingDown, WHY.to_owned())).await, Err(Refusal::MovedOn)), "without its last day");
        // Whoever asks does not agree, nobody does alone, and asking anew drops what waited.
        assert!(matches!(ask(&treasury, treasury.ana, &to(State::Paused)).await, Ok(Asked::Waits(_))));
        let first = closing::waiting(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().unwrap();
        let alone = Choice::ApproveAlone("The bank closes our account in an hour and nobody else is here.");
        assert!(matches!(treasury.decide(treasury.ben, &first, alone).await, Err(DecideError::Approval(approvals::Refusal::NoEmergency))));
        assert!(matches!(agree(&treasury, treasury.ana).await, Err(DecideError::Approval(approvals::Refusal::Author))));
        ask(&treasury, treasury.author, &to(State::WindingDown)).await.unwrap();
        assert!(matches!(treasury.decide(treasury.ben, &first, Choice::Approve).await, Err(DecideError::Approval(approvals::Refusal::Changed))));
        assert_eq!(find(books, treasury.fund).await.state, State::Open, "nothing moved yet");
        // Two press at once: it moves once.
        let waiting = closing::waiting(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().unwrap();
        let press = |who| treasury.decide(who, &waiting, Choice::Approve);
        let both = tokio::join!(press(treasury.ana), press(treasury.ben));
        let done = [&both.0, &both.1].into_iter().filter(|one| matches!(one, Ok(Decided::Done))).count();
        assert_eq!(done, 1, "{both:?}");
        let tx = &mut books.db.begin_read().await.unwrap();
        let moves: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM fund_state WHERE fund_id = $1").bind(treasury.fund)).unwrap();
        let newest = funds::newest_move(tx, treasury.fund).await.unwrap().unwrap();
        assert_eq!((moves, newest.state, &*newest.reason), (1, State::WindingDown, WHY));
        assert!(newest.proposal_id.is_some());
        assert_eq!(ending::of_fund(tx, treasury.fund).await.unwrap().unwrap().step, EndStep::Pages, "what repeats is being stopped");
        treasury.sound().await;
    }

    async fn what_is_not_settled_holds_the_end_up_and_the_end_is_at_zero(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let bill = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(20_000) };
        let unpaid = treasury.sent(&bill).await;
        treasury.approve(treasury.ana, unpaid).await.unwrap();
        let draft = treasury.save(None, &treasury.water(700)).await.unwrap();
        goes(&treasury, State::WindingDown).await;
        let holds = held_up(&treasury, State::Distributing).await;
        assert_eq!(holds, [Item::Repeats, Item::Drafts, Item::Unpaid], "each for its own reason");
        assert!(matches!(ask(&treasury, treasury.author, &to(State::Distributing)).await, Err(Refusal::NotYet(Item::Repeats))));
        nothing_repeats(&treasury).await;
        // After its last day the fund pays for nothing new; what was bought before it can still be sent.
        for (bought_on, pays) in [("2026-11-21", false), ("2026-11-20", true)] {
            let version = treasury.read(draft).await.expense.version;
            treasury.save(Some((draft, version)), &Draft { bought_on: day(bought_on), ..treasury.water(700) }).await.unwrap();
            assert_eq!(treasury.send(draft).await.is_ok(), pays, "{bought_on}");
        }
        treasury.approve(treasury.ana, draft).await.unwrap();
        treasury.pay(unpaid).await.unwrap();
        assert_eq!(held_up(&treasury, State::Distributing).await, []);
        let fund = find(books, treasury.fund).await;
        let sum = closing::distributable(&mut books.db.begin_read().await.unwrap(), &fund, books.now()).await.unwrap();
        assert_eq!((sum.line(Line::OnHand), sum.line(Line::Unpaid), sum.line(Line::Reserve), sum.total_minor), (79_300, 0, -7_930, 71_370));
    }

    async fn a_move_that_dies_before_its_end_has_done_nothing_and_is_made_again(books: &Books) {
        let treasury = Treasury::holding(books, 50_000).await;
        for state in [State::Paused, State::Open, State::WindingDown, State::Distributing, State::Closed] {
            if state == State::Distributing {
                nothing_repeats(&treasury).await;
            }
            if state == State::Closed {
                assert_eq!(held_up(&treasury, State::Closed).await, [Item::Left, Item::Accounts]);
                assert!(matches!(ask(&treasury, treasury.author, &to(state)).await, Err(Refusal::NotYet(Item::Left))));
                passed_on(&treasury, 50_000).await;
            }
            let before = find(books, treasury.fund).await;
            let (operation, wanted, now) = (treasury.operation(), to(state), books.now());
            // Dead before the question is written, and asked again by the same form.
            let mut dies = books.db.begin_write().await.unwrap();
            closing::ask(&mut dies, acting(books, treasury.author), &operation, (treasury.fund, &wanted), now).await.unwrap();
            drop(dies);
            for _ in 0..2 {
                let asked: Result<Asked, Refusal> = transact!(books.db, tx => closing::ask(tx, acting(books, treasury.author), &operation, (treasury.fund, &wanted), now).await);
                assert!(matches!(asked.unwrap(), Asked::Waits(_)));
            }
            // Dead with the last signature.
            let waiting = closing::waiting(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap().unwrap();
            let seen = (waiting.id, &*waiting.payload_hash);
            let (signs, ana) = (treasury.operation(), acting(books, treasury.ana));
            let mut dies = books.db.begin_write().await.unwrap();
            strikefund::deciding::decide(&mut dies, ana, &signs, seen, Choice::Approve, treasury.sealing(), now).await.unwrap();
            drop(dies);
            assert_eq!(find(books, treasury.fund).await.state, before.state, "nothing of it happened");
            let decided: Result<Decided, DecideError> = transact!(books.db, tx => strikefund::deciding::decide(tx, ana, &signs, seen, Choice::Approve, treasury.sealing(), now).await);
            assert_eq!(decided.unwrap(), Decided::Done);
            let again: Result<Decided, DecideError> = transact!(books.db, tx => strikefund::deciding::decide(tx, ana, &signs, seen, Choice::Approve, treasury.sealing(), now).await);
            assert_eq!(again.unwrap(), Decided::Before, "twice is once");
            assert_eq!(find(books, treasury.fund).await.state, state);
        }
        let tx = &mut books.db.begin_read().await.unwrap();
        let end = funds::end(tx, treasury.fund).await.unwrap().unwrap();
        assert_eq!((end.last_expense_on, end.reserve_minor, end.reserve_until), (day("2026-11-20"), Some(1_000), Some(day("2027-03-01"))));
        assert!(closing::late(tx).await.unwrap().is_empty());
        treasury.sound().await;
        // What comes after the end reopens nothing, and has a place.
        treasury.give(treasury.fund, 30).await;
        let late = closing::late(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        assert_eq!(late.iter().map(|(fund, held)| (fund.state, *held)).collect::<Vec<_>>(), [(State::Closed, 30)]);
        treasury.sound().await;
    }

    async fn a_restricted_fund_keeps_its_purpose_unless_it_is_released_from_it(books: &Books) {
        let general = Treasury::holding(books, 0).await;
        let fund = books.fund("children", Some("for children")).await;
        let treasury = Treasury { fund, ..general };
        treasury.give(fund, 5_000).await;
        goes(&treasury, State::WindingDown).await;
        nothing_repeats(&treasury).await;
        let purpose = async || {
            let fund = find(books, treasury.fund).await;
            closing::planning::purpose(&mut books.db.begin_read().await.unwrap(), &fund).await.unwrap()
        };
        assert_eq!(purpose().await.as_deref(), Some("for children"));
        let released = NewMove { release: Some("The parents agreed to it in writing.".to_owned()), ..to(State::Distributing) };
        ask(&treasury, treasury.author, &released).await.unwrap();
        assert_eq!(agree(&treasury, treasury.ana).await.unwrap(), Decided::Done);
        assert_eq!(purpose().await, None);
        publish(books, fund, books.now()).await.unwrap();
        let tx = &mut books.db.begin_read().await.unwrap();
        let page = publication::file(tx, "children", None, "leftovers/index.html").await.unwrap().unwrap().body;
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("The money was released from its only purpose: The parents agreed to it in writing."), "{page}");
    }

    async fn what_is_held_back_is_passed_on_from_its_day_and_not_before(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let other = books.fund("children", Some("for children")).await;
        treasury.give(other, 5_000).await;
        goes(&treasury, State::WindingDown).await;
        nothing_repeats(&treasury).await;
        goes(&treasury, State::Distributing).await;
        let left = async || {
            let fund = find(books, treasury.fund).await;
            let sum = closing::distributable(&mut books.db.begin_read().await.unwrap(), &fund, books.now()).await.unwrap();
            (sum.total_minor, sum.line(Line::Reserve))
        };
        assert_eq!(left().await, (9_000, -1_000));
        passed_on(&treasury, 9_000).await;
        assert_eq!(left().await, (0, -1_000), "what is held back does not shrink into more to share");
        books.clock.advance(Duration::from_hours(24 * 105));
        assert_eq!(left().await, (0, -1_000), "not a day before");
        books.clock.advance(Duration::from_hours(48));
        assert_eq!(left().await, (1_000, 0));
        // A restricted fund's money is not the general fund's to pass on.
        let children = find(books, other).await;
        let theirs = closing::distributable(&mut books.db.begin_read().await.unwrap(), &children, books.now()).await.unwrap();
        assert_eq!(theirs.before_reserve(), 5_000);
    }

    async fn what_is_left_can_be_handed_to_a_fund_that_follows_and_no_money_moves(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let (next, ended) = (books.fund("next", None).await, books.fund("ended", None).await);
        moved(books, ended, State::WindingDown, "", books.now()).await;
        goes(&treasury, State::WindingDown).await;
        nothing_repeats(&treasury).await;
        goes(&treasury, State::Distributing).await;
        let hand = async |successor: FundId, amount_minor: i64| {
            let (operation, now) = (treasury.operation(), books.now());
            let wanted = HandOver { successor, amount_minor, reason: "The strike goes on elsewhere.".to_owned() };
            let asked: Result<String, JournalError> = transact!(books.db, tx =>
                closing::hand_over(tx, treasury.author(), &operation, (treasury.fund, &wanted), &books.entropy, now).await);
            asked
        };
        assert!(matches!(hand(ended, 10_000).await, Err(JournalError::NotFound)), "it takes nothing any more");
        assert!(matches!(hand(next, 10_001).await, Err(JournalError::Overdrawn(_))), "more than there is");
        hand(next, 10_000).await.unwrap();
        let waiting = approvals::list_open_about(&mut books.db.begin_read().await.unwrap(), approvals::Subject::Journal).await.unwrap();
        assert_eq!(treasury.decide(treasury.ana, &waiting[0], Choice::Approve).await.unwrap(), Decided::Done);
        assert_eq!(treasury.held(chart::BANK).await, 10_000);
        let standings = strikefund::booking::standings(&mut books.db.begin_read().await.unwrap(), None).await.unwrap();
        let on_hand = |wanted: FundId| standings.iter().find(|(fund, _)| fund.id == wanted).unwrap().1.on_hand;
        assert_eq!((on_hand(treasury.fund), on_hand(next)), (0, 10_000));
        assert_eq!(held_up(&treasury, State::Closed).await, [Item::Others], "what names no fund is still this one's");
        treasury.sound().await;
    }

    async fn a_fund_whose_money_went_to_another_says_so_when_it_closes(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let ending = books.fund("ending", None).await;
        treasury.give(ending, 5_000).await;
        moved(books, ending, State::Distributing, WHY, books.now()).await;
        let (operation, now) = (treasury.operation(), books.now());
        let wanted = HandOver { successor: treasury.fund, amount_minor: 5_000, reason: "The strike goes on elsewhere.".to_owned() };
        let asked: Result<String, JournalError> = transact!(books.db, tx =>
            closing::hand_over(tx, treasury.author(), &operation, (ending, &wanted), &books.entropy, now).await);
        asked.unwrap();
        let waiting = approvals::list_open_about(&mut books.db.begin_read().await.unwrap(), approvals::Subject::Journal).await.unwrap();
        assert_eq!(treasury.decide(treasury.ana, &waiting[0], Choice::Approve).await.unwrap(), Decided::Done);
        moved(books, ending, State::Closed, WHY, books.now()).await;
        assert!(publish(books, ending, books.now()).await.unwrap().is_some());
        let report = publication::file(&mut books.db.begin_read().await.unwrap(), "ending", None, "reports/closing.html").await.unwrap().unwrap();
        let report = String::from_utf8(report.body).unwrap();
        for said in ["All accounts are at zero.", "$50.00 came in.", "$50.00 was handed to a fund that goes on.", "Nothing was left to pass on."] {
            assert!(report.contains(said), "{said}: {report}");
        }
        treasury.sound().await;
    }
}
