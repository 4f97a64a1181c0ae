//! Moves a fund as others agreed to, by way of every state in between. Not here: asking and agreeing (`strikefund::closing`).

use strikefund::clock::Instant;
use strikefund::funds::{self, State};
use strikefund::ids::{FundId, ProposalId, sha256_hex};
use strikefund::people::Role;
use strikefund::{run, transact};

use super::Books;

/// The next state on the way.
fn next(from: State, to: State) -> State {
    match from {
        State::Draft => State::Open,
        State::Open if to == State::Paused => State::Paused,
        State::Paused if to == State::Open => State::Open,
        State::Open | State::Paused => State::WindingDown,
        State::WindingDown => State::Distributing,
        State::Distributing | State::Closed => State::Closed,
    }
}

/// Moves a fund to a state, with the reason at the last step.
pub async fn moved(books: &Books, fund: FundId, to: State, reason: &str, at: Instant) {
    let mut from = funds::find(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap().unwrap().state;
    while from != to {
        let state = next(from, to);
        assert!(from.next().contains(&state), "no way leads from {from} to {to}");
        let proposal = agreed(books, fund, at).await;
        let why = (if state == to { reason } else { "" }, Some(proposal));
        let done: sqlx::Result<()> = transact!(books.db, tx => funds::move_to(tx, fund, state, why, at).await);
        done.unwrap();
        from = state;
    }
}

/// What two made-up people agreed to: that the fund moves.
pub async fn agreed(books: &Books, fund: FundId, at: Instant) -> ProposalId {
    let (author, other) = (books.person(&[Role::Recorder]).await, books.person(&[Role::Approver]).await);
    let (name, hash) = (books.entropy.reference(), sha256_hex("moved"));
    let insert = "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed,
            state, emergency, proposed_at) VALUES ('state', $1, $2, $3, 0, 'USD', 'moved', $4, 1, 0, 1, 'open', 0, $5) RETURNING id";
    let sign = "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at) VALUES ($1, $2, $3, $4, $5)";
    let decide = "UPDATE proposal SET state = 'approved', decided_at = $2 WHERE id = $1";
    let id: sqlx::Result<ProposalId> = transact!(books.db, tx => {
        let agree = async {
            let id = run!(tx, fetch_one, sqlx::query_scalar(insert).bind(&*name).bind(fund).bind(author).bind(&*hash).bind(at))?;
            run!(tx, execute, sqlx::query(sign).bind(id).bind(other).bind(author).bind(&*hash).bind(at))?;
            run!(tx, execute, sqlx::query(decide).bind(id).bind(at))?;
            Ok::<ProposalId, sqlx::Error>(id)
        };
        agree.await
    });
    id.unwrap()
}
