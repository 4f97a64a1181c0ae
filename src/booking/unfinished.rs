//! Gifts on whose end no notice came: each is asked about at Stripe by its page and its payment (stripe.md §6.6). Never touches the books.

use super::BookingError;
use crate::clock::Clock;
use crate::db::Db;
use crate::donations::{self, Progress, State, Unfinished};
use crate::payments::object::ObjectKind;
use crate::payments::{GatewayError, Payments};
use crate::transact;

/// How many gifts are asked about in one day, the oldest first: the books must not wait for long.
const A_DAY: i64 = 200;

/// Asks about pledges whose page must be over and about bank debits on their way; gives how many of them moved.
///
/// # Errors
/// When Stripe cannot be reached or the database fails; what was learned before stays.
pub async fn finish_unheard(payments: &Payments, db: &Db, clock: &Clock) -> Result<u64, BookingError> {
    let unfinished = donations::unfinished(&mut db.begin_read().await?, clock.now(), A_DAY).await?;
    let mut moved = 0;
    for gift in unfinished {
        let (state, payment_intent) = match ask(payments, &gift, clock).await {
            Ok(told) => told,
            Err(error @ GatewayError::Unreachable { .. }) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, gift = gift.number, "a gift could not be asked about");
                continue;
            }
        };
        let Some(state) = state.filter(|state| *state != State::Open) else { continue };
        let (reference, payment_intent) = (Some(gift.reference.as_str()), payment_intent.as_deref());
        let said = Progress { reference, payment_intent, state: Some(state), at: Some(clock.now()), ..Progress::default() };
        let before: sqlx::Result<_> = transact!(db, tx => donations::progress_unheard(tx, &said).await);
        moved += u64::from(before?.is_some_and(|before| before.state.moves_to(state)));
    }
    Ok(moved)
}

/// How far a gift is by Stripe's own word, and its payment where that is known; None where Stripe tells nothing of it.
async fn ask(payments: &Payments, gift: &Unfinished, clock: &Clock) -> Result<(Option<State>, Option<String>), GatewayError> {
    let mut intent = gift.payment_intent.clone();
    if let Some(id) = &gift.session_id {
        let session = payments.gateway().session(id).await?;
        intent = intent.or_else(|| session.payment_intent.clone());
        match session.status.as_deref() {
            _ if session.is_paid() => return Ok((Some(State::Paid), intent)),
            Some("open") => return Ok((Some(State::Open), intent)),
            Some("expired") => return Ok((Some(State::Expired), intent)),
            _ => {}
        }
    }
    // A page that is complete and unpaid waits for a bank, or the bank has refused: only the payment tells.
    let Some(id) = intent else { return Ok((None, None)) };
    let state = match payments.gateway().object(ObjectKind::Intent, &id, clock.now()).await?.status.as_str() {
        "succeeded" => Some(State::Paid),
        "processing" => Some(State::Waiting),
        "requires_payment_method" => Some(State::Failed),
        "canceled" => Some(State::Expired),
        _ => None,
    };
    Ok((state, Some(id)))
}
