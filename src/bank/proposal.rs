//! Which postings a line may be tied to, best first, with the reason in words of ours. Pure. Not here: finding the postings.

use super::rows::{BankLine, BankPosting};

/// How many days before the bank's day a posting may lie: cheques are written long before they are cashed.
pub const DAYS_BEFORE: i64 = 45;
/// How many days after it: people write down late.
pub const DAYS_AFTER: i64 = 10;

/// Why a posting may be the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The same amount, and the bank's text names it.
    Reference,
    /// The same amount on the same day.
    SameDay,
    /// The same amount, so many days apart.
    DaysApart(i64),
}

/// A posting that a line may be tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The posting.
    pub posting: BankPosting,
    /// Why.
    pub why: Why,
}

/// What postings of the same amount say for themselves, best first.
pub fn proposals(line: &BankLine, postings: Vec<BankPosting>) -> Vec<Proposal> {
    let said = squeezed(&format!("{} {}", line.text, line.reference.as_deref().unwrap_or_default()));
    let mut found: Vec<Proposal> = postings
        .into_iter()
        .filter(|posting| posting.amount_minor == line.amount_minor)
        .map(|posting| {
            let name = squeezed(&posting.source_id);
            let days = line.booked_on.days_until(posting.effective_on).abs();
            let why = match days {
                _ if name.len() >= 6 && said.contains(&name) => Why::Reference,
                0 => Why::SameDay,
                days => Why::DaysApart(days),
            };
            Proposal { posting, why }
        })
        .collect();
    found.sort_by_key(|proposal| (proposal.why, proposal.posting.entry_id, proposal.posting.n));
    found
}

fn squeezed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{BankAccountId, BankLineId, EntryId};
    use crate::ledger::Source;

    #[test]
    fn the_same_amount_is_proposed_best_reason_first() {
        let line = BankLine {
            id: BankLineId(1),
            bank_account_id: BankAccountId(1),
            number: 2,
            booked_on: "2026-11-14".parse().unwrap(),
            amount_minor: -500,
            text: "CHECK 0001 PO-ABC 123".to_owned(),
            reference: None,
        };
        let posting = |id: i64, day: &str, minor: i64, name: &str| BankPosting {
            entry_id: EntryId(id),
            n: 1,
            effective_on: day.parse().unwrap(),
            amount_minor: minor,
            source: Source::Spending,
            source_id: name.to_owned(),
            kind: "expense".to_owned(),
        };
        let found = proposals(
            &line,
            vec![
                posting(1, "2026-11-10", -500, "x"),
                posting(2, "2026-11-14", -500, "y"),
                posting(3, "2026-11-01", -500, "po_abc123"),
                posting(4, "2026-11-14", 500, "po_abc123"),
                posting(5, "2026-11-14", -501, "po_abc123"),
            ],
        );
        let told: Vec<(i64, Why)> = found.into_iter().map(|proposal| (proposal.posting.entry_id.0, proposal.why)).collect();
        assert_eq!(told, [(3, Why::Reference), (2, Why::SameDay), (1, Why::DaysApart(4))]);
    }
}
