//! What a person may ask of the work behind the scenes: what waits tried again, everything read anew. Not here: doing it (`jobs`).

use axum::Form as Sent;
use axum::extract::State;
use axum::response::Response;

use super::{RECORDERS, STRIPE};
use crate::db::Retryable;
use crate::donations::slowing;
use crate::ids::DeliveryId;
use crate::payments::{health, parked};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, NotAllowed, audit};
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Field, FormParts, Typed, Wrongs};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};
use crate::{payments, transact};

/// The hidden field that says what a button does.
pub fn hidden(words: Words, act: &str) -> Field {
    FormParts { words, typed: &Typed::default().or("act", act), wrongs: &Wrongs::default() }.hidden("act")
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Every delivery that waits.
    Parked,
    /// One of them.
    One(DeliveryId),
    /// Everything at Stripe, from the day the books open.
    All,
    /// That giving goes on, before its pause is over.
    Giving,
}

/// Why nothing is asked for.
#[derive(Debug, thiserror::Error)]
enum AgainRefusal {
    #[error("there is no such delivery, or it waits no more")]
    NotThere,
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Operation(#[from] OperationError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for AgainRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::NotThere => false,
        }
    }
}

/// `POST /treasury/stripe`: what waits is tried again, or everything is read anew.
pub async fn send(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Sent<Vec<(String, String)>>) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs);
    let (ask, done) = match typed.get("act") {
        "all" => (Ask::All, "all"),
        "giving" => (Ask::Giving, "giving"),
        _ => (Ask::Parked, "again"),
    };
    carry_out(&site, &signed_in, ask, &typed, &format!("{STRIPE}?done={done}")).await
}

/// Asks once for each form; then shows `after`.
pub async fn carry_out(site: &Site, signed_in: &SignedIn, ask: Ask, typed: &Typed, after: &str) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    // A form of ours bears its id; whatever else is sent here asks for nothing.
    let Ok(operation) = Operation::new(typed.get("operation"), &actor.person.to_string(), &["stripe", &format!("{ask:?}")]) else {
        return Ok(answer::see_other(STRIPE)?);
    };
    let done: Result<(), AgainRefusal> = transact!(site.db, tx => async {
        people::require(tx, actor, RECORDERS).await?;
        if operation::find_result(tx, &operation).await?.is_some() {
            return Ok::<(), AgainRefusal>(());
        }
        match ask {
            Ask::Parked => {
                let tried = payments::retry_parked(tx, now).await?;
                audit::write(tx, Some(actor.person), "parked deliveries tried again", "stripe", &tried.to_string(), now).await?;
            }
            Ask::One(id) => {
                if !parked::retry(tx, id, now).await? {
                    return Err(AgainRefusal::NotThere);
                }
                audit::write(tx, Some(actor.person), "parked delivery tried again", &format!("delivery {id}"), "", now).await?;
            }
            Ask::Giving => {
                slowing::lift(tx, now).await?;
                audit::write(tx, Some(actor.person), "giving goes on", "stripe", "", now).await?;
            }
            Ask::All => {
                health::ask_for_all(tx, now).await?;
                audit::write(tx, Some(actor.person), "everything at Stripe fetched anew", "stripe", "", now).await?;
            }
        }
        operation::done(tx, &operation, "", now).await?;
        Ok(())
    }.await);
    match done {
        Ok(()) => site.payments.wake(),
        Err(AgainRefusal::NotThere | AgainRefusal::NotAllowed(NotAllowed::Role)) => return Err(Trouble::NotFound),
        Err(AgainRefusal::Operation(OperationError::Reused | OperationError::Malformed)) => return Ok(answer::see_other(STRIPE)?),
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(answer::see_other(after)?)
}
