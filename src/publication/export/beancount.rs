//! The ledger as a beancount file that balances with no tolerance at all.

use std::io::{self, Write};

use super::{Face, Survey, word};
use crate::ledger::Entry;

pub(super) struct Book;

impl Face for Book {
    fn begin(&mut self, survey: &Survey, out: &mut Vec<u8>) -> io::Result<()> {
        writeln!(out, ";; The ledger of a strike fund, written by strikefund. Debit is positive, credit negative.\n")?;
        writeln!(out, "option \"title\" \"Strike fund\"")?;
        // By default half a cent may be missing from a transaction; ours have none to spare.
        writeln!(out, "option \"inferred_tolerance_default\" \"*:0\"")?;
        writeln!(out, "option \"tolerance_multiplier\" \"0\"")?;
        for currency in &survey.currencies {
            writeln!(out, "option \"operating_currency\" \"{currency}\"")?;
        }
        let Some(first_day) = survey.first_day else { return Ok(()) };
        writeln!(out)?;
        for account in survey.accounts.values() {
            writeln!(out, "{first_day} open {}\n  code: \"{}\"", name(&account.path), word(&account.code))?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, out: &mut Vec<u8>) -> io::Result<()> {
        writeln!(out, "\n{} * \"{}\"", entry.effective_on, word(&entry.kind))?;
        writeln!(out, "  entry: {}", entry.id)?;
        writeln!(out, "  source: \"{}\"", entry.source)?;
        writeln!(out, "  source-id: \"{}\"", word(&entry.source_id))?;
        writeln!(out, "  recorded: \"{}\"", entry.recorded_at.rfc3339())?;
        if let Some(reversed) = entry.reverses {
            writeln!(out, "  reverses: {reversed}")?;
        }
        for posting in &entry.postings {
            writeln!(out, "  {:<38}  {:>16} {}", name(&posting.path), posting.amount.decimal(), posting.amount.currency)?;
            if let Some(slug) = &posting.fund_slug {
                writeln!(out, "    fund: \"{}\"", word(slug))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// `assets:in-transit` is `Assets:In-transit`; beancount knows five roots, and what is in suspense is owed until it is known whose it is.
fn name(path: &str) -> String {
    let path = if path == "suspense" { "liabilities:suspense" } else { path };
    let capital = |segment: &str| segment[..1].to_ascii_uppercase() + &segment[1..];
    path.split(':').map(capital).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    #[test]
    fn accounts_are_named_as_beancount_reads_them() {
        for (path, name) in [
            ("assets:in-transit", "Assets:In-transit"),
            ("expenses:program:community-support", "Expenses:Program:Community-support"),
            ("assets:bank:1st", "Assets:Bank:1st"),
            ("suspense", "Liabilities:Suspense"),
        ] {
            assert_eq!(super::name(path), name);
        }
    }
}
