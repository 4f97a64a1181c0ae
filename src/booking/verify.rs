//! Stripe's lines held against the books: each booked once, for its own amount, and all of them together.

use super::store;
use crate::db::Tx;
use crate::ledger::{self, chart};
use crate::money::Money;
use crate::payments;

/// Compares every line with its entry; Some names the first that does not fit.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in store::QUESTIONS {
        if let Some(row) = store::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    untied(tx).await
}

/// Σ net of the lines against `assets:stripe`; lines before the books open count once the opening entry stands.
async fn untied(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    let sync = payments::progress(tx).await?;
    if sync.opens_at.is_some() && sync.opened_at.is_none() {
        return Ok(None);
    }
    let books = ledger::balance_of(tx, chart::STRIPE).await?;
    let lines = store::line_sums(tx).await?;
    let line_sum = |currency| lines.iter().find(|(other, _)| *other == currency).map_or(0, |(_, minor)| *minor);
    let currencies = books.keys().copied().chain(lines.iter().map(|(currency, _)| *currency));
    Ok(currencies
        .map(|currency| (currency, line_sum(currency), books.get(&currency).copied().unwrap_or(0)))
        .find(|(_, lines, held)| lines != held)
        .map(|(currency, lines, held)| {
            let people = |minor| Money::new(minor, currency).for_people();
            format!("assets:stripe holds {} where Stripe's lines sum to {}", people(held), people(lines))
        }))
}
