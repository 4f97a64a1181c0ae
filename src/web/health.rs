//! What load balancers ask: whether the process lives, and whether it can do its work.

use axum::extract::State;
use axum::http::StatusCode;

use super::AnySite;
use crate::db::MIGRATIONS;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers, and its schema is this program's.
pub async fn ready(State(site): AnySite) -> (StatusCode, &'static str) {
    match site.db.applied().await {
        Ok(applied) if applied == MIGRATIONS.len() => (StatusCode::OK, "ready\n"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database waits for its migrations\n"),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
