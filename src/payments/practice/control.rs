//! Control calls, outside `/v1`: move the clock, switch faults, finish a session. They take JSON, so that no web page can send them unasked.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::checkout::Session;
use super::driver::Shared;
use super::faults::Faults;
use super::paying::Outcome;

/// The account's clock, in unix seconds.
pub async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"now": shared.account().now()}))
}

/// How far to move the clock.
#[derive(Deserialize)]
pub struct Advance {
    seconds: u32,
}

/// Moves the clock and runs everything that becomes due on the way.
pub async fn advance(State(shared): State<Arc<Shared>>, Json(by): Json<Advance>) -> Json<Value> {
    shared.advance(Duration::from_secs(by.seconds.into())).await;
    clock(State(shared)).await
}

/// The faults that are on.
pub async fn faults(State(shared): State<Arc<Shared>>) -> Json<Faults> {
    Json(shared.account().faults.clone())
}

/// Replaces the faults; a name left out is off.
pub async fn set_faults(State(shared): State<Arc<Shared>>, Json(faults): Json<Faults>) -> Json<Faults> {
    shared.account().faults.clone_from(&faults);
    Json(faults)
}

/// A session and what becomes of it.
#[derive(Deserialize)]
pub struct Pay {
    session: String,
    outcome: Outcome,
}

/// Finishes a session as the donor's page would.
pub async fn pay(State(shared): State<Arc<Shared>>, Json(pay): Json<Pay>) -> Result<Json<Value>, (StatusCode, String)> {
    let charge = {
        let mut account = shared.account();
        let key = account.find::<Session>(&pay.session).ok_or((StatusCode::NOT_FOUND, "no such session".to_owned()))?;
        let paid = account.pay_session(key, pay.outcome.into()).map_err(|error| (StatusCode::CONFLICT, error.to_string()))?;
        account.id_or_null(paid)
    };
    shared.wake();
    Ok(Json(json!({"charge": charge})))
}
