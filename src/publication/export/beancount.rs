//! The ledger as a beancount file that balances with no tolerance at all.

use std::io::{self, Write};

use super::{Face, Survey, word};
use crate::ledger::Entry;

pub(super) struct Book<'a>(&'a mut (dyn Write + Send));

impl<'a> Book<'a> {
    pub(super) fn to(out: &'a mut (dyn Write + Send)) -> Self {
        Self(out)
    }
}

impl Face for Book<'_> {
    fn begin(&mut self, survey: &Survey) -> io::Result<()> {
        writeln!(self.0, ";; The ledger of a strike fund, written by strikefund. Debit is positive, credit negative.\n")?;
        writeln!(self.0, "option \"title\" \"Strike fund\"")?;
        // By default half a cent may be missing from a transaction; ours have none to spare.
        writeln!(self.0, "option \"inferred_tolerance_default\" \"*:0\"")?;
        writeln!(self.0, "option \"tolerance_multiplier\" \"0\"")?;
        for currency in &survey.currencies {
            writeln!(self.0, "option \"operating_currency\" \"{currency}\"")?;
        }
        let Some(first_day) = survey.first_day else { return Ok(()) };
        writeln!(self.0)?;
        for account in survey.accounts.values() {
            writeln!(self.0, "{first_day} open {}\n  code: \"{}\"", name(&account.path), word(&account.code))?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        writeln!(self.0, "\n{} * \"{}\"", entry.effective_on, word(&entry.kind))?;
        writeln!(self.0, "  entry: {}", entry.id)?;
        writeln!(self.0, "  source: \"{}\"", entry.source)?;
        writeln!(self.0, "  source-id: \"{}\"", word(&entry.source_id))?;
        writeln!(self.0, "  recorded: \"{}\"", entry.recorded_at.rfc3339())?;
        if let Some(reversed) = entry.reverses {
            writeln!(self.0, "  reverses: {reversed}")?;
        }
        for posting in &entry.postings {
            writeln!(self.0, "  {:<38}  {:>16} {}", name(&posting.path), posting.amount.decimal(), posting.amount.currency)?;
            if let Some(slug) = &posting.fund_slug {
                writeln!(self.0, "    fund: \"{}\"", word(slug))?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.flush()
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
