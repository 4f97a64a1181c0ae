//! A receipt as a page shows it, in the reader's words. Not here: what it says (`donations::receipt`).

use askama::Template;
use askama::filters::HtmlSafe;

use super::words::Words;
use crate::donations::receipt::{Receipt, Sum};

/// A receipt as a page shows it.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/receipt.html")]
pub struct ReceiptFace {
    title: String,
    caption: String,
    facts: Vec<(String, String)>,
    sums: Vec<Sum>,
    notes: Vec<String>,
}

impl HtmlSafe for ReceiptFace {}

impl ReceiptFace {
    /// A receipt in the reader's words.
    pub fn new(words: Words, receipt: &Receipt) -> Self {
        Self {
            title: words.with("gift-receipt-of", "number", receipt.number.as_str()),
            caption: words.say("gift-sum"),
            facts: receipt.facts(words.0),
            sums: receipt.sums(words.0),
            notes: receipt.notes(words.0),
        }
    }
}
