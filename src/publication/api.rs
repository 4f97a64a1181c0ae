//! Published data for programs, as JSON: funds, publications, spendings, batches, the log's head. From published records alone. Not here: addresses
//! and their answers (`web`), the shape's description (`templates/assets/openapi.json`).

use serde_json::{Value, json};

use super::copied::ShownCopy;
use super::record::Record;
use super::rows::{self, Row, RowsError};
use super::{Figures, heads, store};
use crate::db::Tx;
use crate::ids::FundId;

/// How many of anything one answer holds.
const PAGE: i64 = 100;

/// Some of a list, the newest first, and the number that the next older ones begin below; None: these were the last.
#[derive(Debug)]
pub struct Stretch {
    /// The things themselves.
    pub items: Vec<Value>,
    /// Where to go on.
    pub next: Option<i64>,
}

/// A fund that published something: to read more of it with.
#[derive(Debug)]
pub struct Published {
    id: FundId,
    figures: Figures,
}

impl Published {
    /// The fund of that word in addresses; None where it published nothing.
    ///
    /// # Errors
    /// [`RowsError`].
    pub async fn find(tx: &mut Tx, slug: &str) -> Result<Option<Self>, RowsError> {
        Ok(rows::newest(tx, slug).await?.map(|(id, figures)| Self { id, figures }))
    }

    /// The fund and its newest figures.
    pub fn fund(&self) -> Value {
        let (fund, figures) = (&self.figures.fund, &self.figures);
        let amounts: serde_json::Map<String, Value> =
            figures.lines().into_iter().map(|(word, amount)| (format!("{word}_minor"), json!(amount.minor))).collect();
        json!({
            "fund": fund.slug,
            "name": fund.name,
            "promise": fund.promise,
            "state": fund.state.as_str(),
            "currency": fund.currency.code(),
            "exponent": fund.currency.exponent(),
            "min_gifts": fund.min_gifts,
            "practice": figures.practice,
            "publication": figures.number,
            "made_at": figures.made_at.rfc3339(),
            "gifts": figures.gifts.gifts,
            "figures": amounts,
        })
    }

    /// The names of the reports that it shows.
    pub fn reports(&self) -> Vec<&'static str> {
        super::report_names(&self.figures).collect()
    }

    /// Its publications below a number.
    ///
    /// # Errors
    /// [`RowsError`].
    pub async fn publications(&self, tx: &mut Tx, below: Option<i64>) -> Result<Stretch, RowsError> {
        let mut items = Vec::new();
        let leaves = store::records_below(tx, self.id, "publication", below, PAGE).await?;
        for leaf in &leaves {
            if let Record::Publication(end) = rows::read(leaf)? {
                items.push(json!({
                    "publication": end.number,
                    "made_at": end.made_at().rfc3339(),
                    "week": end.week,
                    "state": end.fund.state.as_str(),
                    "practice": end.practice,
                    "key": end.key,
                    "records": leaf.position + 1,
                }));
            }
        }
        let last = items.last().and_then(|item| item["publication"].as_i64());
        Ok(Stretch { items, next: last.filter(|last| *last > 1) })
    }

    /// Its batches of gifts below a number.
    ///
    /// # Errors
    /// [`RowsError`].
    pub async fn batches(&self, tx: &mut Tx, below: Option<i64>) -> Result<Stretch, RowsError> {
        let mut items = Vec::new();
        for leaf in store::records_below(tx, self.id, "batch", below, PAGE).await? {
            if let Record::Batch(batch) = rows::read(&leaf)? {
                items.push(json!({
                    "batch": batch.n,
                    "publication": leaf.publication,
                    "week": batch.week,
                    "gifts": batch.gifts,
                    "received_minor": batch.received_minor,
                    "refunded_minor": batch.refunded_minor,
                    "refunds": batch.refunds,
                    "disputed_minor": batch.disputed_minor,
                    "disputes": batch.disputes,
                    "fees_minor": batch.fees_minor,
                }));
            }
        }
        let last = items.last().and_then(|item| item["batch"].as_i64());
        Ok(Stretch { items, next: last.filter(|last| *last > 1) })
    }

    /// Its spendings below a number.
    ///
    /// # Errors
    /// [`RowsError`].
    pub async fn spendings(&self, tx: &mut Tx, below: Option<i64>) -> Result<Stretch, RowsError> {
        let newest = store::last_number(tx, self.id, "spending").await?;
        let last = below.map_or(newest, |below| below.saturating_sub(1).min(newest));
        let first = last.saturating_sub(PAGE - 1).max(1);
        let rows = if last < 1 { Vec::new() } else { rows::between(tx, self.id, first, last).await? };
        Ok(Stretch { items: rows.iter().rev().map(spending).collect(), next: (first > 1 && last >= 1).then_some(first) })
    }

    /// One spending; None where there is none of that number.
    ///
    /// # Errors
    /// [`RowsError`].
    pub async fn spending(&self, tx: &mut Tx, number: i64) -> Result<Option<Value>, RowsError> {
        Ok(rows::between(tx, self.id, number, number).await?.first().map(spending))
    }

    /// The head of its log, as it was signed.
    ///
    /// # Errors
    /// [`RowsError`].
    pub async fn log(&self, tx: &mut Tx) -> Result<Value, RowsError> {
        let path = format!("{}/checkpoint", heads::PLACE);
        let checkpoint = store::file(tx, &self.figures.fund.slug, None, &path).await?.map(|file| file.body).unwrap_or_default();
        let note = String::from_utf8_lossy(&checkpoint).into_owned();
        let mut lines = note.lines();
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        Ok(json!({
            "origin": origin.unwrap_or_default(),
            "size": size.and_then(|size| size.parse::<i64>().ok()).unwrap_or_default(),
            "root": root.unwrap_or_default(),
            "key": self.figures.key,
            "checkpoint": note,
        }))
    }
}

fn spending(row: &Row) -> Value {
    let spending = &row.spending;
    json!({
        "spending": spending.n,
        "publication": row.publication(),
        "week": spending.week,
        "what": spending.what.as_str(),
        "account": spending.account,
        "amount_minor": spending.amount_minor,
        "text": row.words(),
        "payments": spending.payments,
        "units": spending.units,
        "receipt": spending.receipt,
        "agreed": spending.agreed,
        "agreed_in": spending.agreed_in,
        "stands": spending.stands,
        "held": spending.held.as_ref().filter(|_| row.holds_back()),
        "corrects": spending.corrects,
        "corrected_by": row.later(),
        "copies": row.copies().iter().map(copy).collect::<Vec<_>>(),
        "leaf": row.hash(),
    })
}

fn copy(shown: &ShownCopy) -> Value {
    let copied = &shown.copied;
    json!({
        "path": shown.is_there().then(|| copied.path()),
        "receipt": copied.receipt,
        "sha256": copied.sha256,
        "media_type": copied.media_type,
        "bytes": copied.bytes,
        "publication": shown.publication,
        "replaced_in": shown.replaced_in,
        "taken_down_in": shown.taken_down.as_ref().map(|(number, _)| number),
        "taken_down_because": shown.taken_down.as_ref().map(|(_, reason)| reason),
    })
}
