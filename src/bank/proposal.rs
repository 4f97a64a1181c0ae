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

/// What the bank's own text says a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// What it keeps for its work.
    Fee,
    /// What it pays for holding money.
    Interest,
}

/// What the bank's text says a line is, in English, Spanish and German; None where it says neither. It is proposed, and never booked by itself.
pub fn hint(line: &BankLine) -> Option<Hint> {
    const FEES: [&str; 9] = ["fee", "fees", "charge", "charges", "comisión", "comision", "entgelt", "entgeltabschluss", "kontoführung"];
    const INTEREST: [&str; 5] = ["interest", "intereses", "interés", "zinsen", "habenzinsen"];
    let text = line.text.to_lowercase();
    let says = |words: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    match (line.is_opening(), says(&INTEREST) && line.amount_minor > 0, says(&FEES)) {
        (true, ..) | (false, false, false) => None,
        (false, true, _) => Some(Hint::Interest),
        (false, false, true) => Some(Hint::Fee),
    }
}

/// What postings that are at hand say for themselves: those within the days that a line may be away from its posting, best first.
pub fn propose_among(line: &BankLine, postings: &[BankPosting]) -> Vec<Proposal> {
    let near = |posting: &&BankPosting| (-DAYS_BEFORE..=DAYS_AFTER).contains(&line.booked_on.days_until(posting.effective_on));
    proposals(line, postings.iter().filter(near).cloned().collect())
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
        let far = [posting(6, "2026-12-01", -500, "x"), posting(7, "2026-11-24", -500, "x"), posting(8, "2026-09-01", -500, "x")];
        let near: Vec<i64> = propose_among(&line, &far).iter().map(|proposal| proposal.posting.entry_id.0).collect();
        assert_eq!(near, [7], "cheques are cashed late, people write down late, and neither by a season");
    }

    #[test]
    fn a_fee_or_interest_is_told_by_whole_words_of_the_bank_s_text() {
        let hint_of = |text: &str, amount_minor: i64, number: i64| {
            hint(&BankLine {
                id: BankLineId(1),
                bank_account_id: BankAccountId(1),
                number,
                booked_on: "2026-11-14".parse().unwrap(),
                amount_minor,
                text: text.to_owned(),
                reference: None,
            })
        };
        assert_eq!(hint_of("MONTHLY SERVICE FEE", -1_500, 2), Some(Hint::Fee));
        assert_eq!(hint_of("Comisión de mantenimiento", -1_500, 2), Some(Hint::Fee));
        assert_eq!(hint_of("INTEREST PAID", 12, 2), Some(Hint::Interest));
        assert_eq!(hint_of("INTEREST CHARGE", -12, 2), Some(Hint::Fee));
        assert_eq!(hint_of("COFFEE FEEDERS", -12, 2), None);
        assert_eq!(hint_of("fee", -12, 0), None);
    }
}
