//! The ledger as an hledger journal, every account and currency declared.

use std::io::{self, Write};

use super::{Face, Survey, word};
use crate::ledger::{Account, Entry, Kind};
use crate::money::Money;

pub(super) struct Journal;

impl Face for Journal {
    fn begin(&mut self, survey: &Survey, out: &mut Vec<u8>) -> io::Result<()> {
        writeln!(out, "; The ledger of a strike fund, written by strikefund. Debit is positive, credit negative.\n\ndecimal-mark .\n")?;
        for currency in &survey.currencies {
            // The sample shows how many decimals the currency has; one without any ends in the mark all the same.
            let sample = Money::new(1000 * 10_i64.pow(currency.exponent()), *currency).decimal();
            let mark = if currency.exponent() == 0 { "." } else { "" };
            writeln!(out, "commodity {sample}{mark} {currency}")?;
        }
        writeln!(out)?;
        for account in survey.accounts.values() {
            writeln!(out, "account {}  ; type: {}, code: {}", account.path, letter(account), word(&account.code))?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, out: &mut Vec<u8>) -> io::Result<()> {
        write!(
            out,
            "\n{} * ({}) {}  ; entry: {}, source: {}, source-id: {}, recorded: {}",
            entry.effective_on,
            entry.id,
            word(&entry.kind),
            entry.id,
            entry.source,
            word(&entry.source_id),
            entry.recorded_at.rfc3339()
        )?;
        if let Some(reversed) = entry.reverses {
            write!(out, ", reverses: {reversed}")?;
        }
        writeln!(out)?;
        for posting in &entry.postings {
            write!(out, "    {:<38}  {:>16} {}", posting.path, posting.amount.decimal(), posting.amount.currency)?;
            if let Some(slug) = &posting.fund_slug {
                write!(out, "  ; fund: {}", word(slug))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// hledger's own letters: C is money that can be spent at once, V is what converts one currency into another.
fn letter(account: &Account) -> char {
    match account.kind {
        Kind::Asset if account.cash => 'C',
        Kind::Asset => 'A',
        Kind::Liability => 'L',
        Kind::Equity if account.path == "equity:conversion" => 'V',
        Kind::Equity => 'E',
        Kind::Income => 'R',
        Kind::Expense => 'X',
    }
}
