//! The ledger as a table, one line a posting (RFC 4180), safe to open in a spreadsheet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use csv::{Terminator, Writer, WriterBuilder};

use super::{Face, Survey};
use crate::ledger::Entry;

const HEAD: [&str; 14] = [
    "entry",
    "effective_on",
    "recorded_at",
    "source",
    "source_id",
    "kind",
    "reverses",
    "posting",
    "account_code",
    "account",
    "fund",
    "currency",
    "amount",
    "amount_minor",
];

#[derive(Default)]
pub(super) struct Table {
    codes: BTreeMap<String, String>,
}

/// Ends its lines as RFC 4180 says.
fn writer(out: &mut Vec<u8>) -> Writer<&mut Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

impl Face for Table {
    fn begin(&mut self, survey: &Survey, out: &mut Vec<u8>) -> io::Result<()> {
        self.codes = survey.accounts.iter().map(|(path, account)| (path.clone(), account.code.to_string())).collect();
        writer(out).write_record(HEAD)?;
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, out: &mut Vec<u8>) -> io::Result<()> {
        let (id, day, recorded) = (entry.id.to_string(), entry.effective_on.to_string(), entry.recorded_at.rfc3339());
        let reverses = entry.reverses.map(|id| id.to_string()).unwrap_or_default();
        let mut out = writer(out);
        for posting in &entry.postings {
            out.write_record([
                &*id,
                &*day,
                &*recorded,
                entry.source.as_str(),
                &*text(&entry.source_id),
                &*text(&entry.kind),
                &*reverses,
                &*posting.n.to_string(),
                &*text(self.codes.get(&posting.path).map_or("", String::as_str)),
                &*text(&posting.path),
                &*text(posting.fund_slug.as_deref().unwrap_or_default()),
                posting.amount.currency.code(),
                &*posting.amount.decimal(),
                &*posting.amount.minor.to_string(),
            ])?;
        }
        out.flush()
    }

    fn end(&mut self, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// Text that no spreadsheet takes for a formula (safety rule FI7). Numbers do not pass through here and stay numbers.
pub fn text(cell: &str) -> Cow<'_, str> {
    let starts_a_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    if cell.starts_with(starts_a_formula) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn text_is_never_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠1"] {
            assert_eq!(text(cell), format!("'{cell}"));
        }
        assert_eq!(text("txn_1-2=3"), "txn_1-2=3");
    }
}
