//! The noun: a plan for what is left, as others agree to it. Not here: how shares are worked out (`shares`), what follows (`planning`).

use crate::clock::Instant;
use crate::ids::{FundId, PersonId, PlanId, ProposalId, RecipientId};
use crate::money::{Currency, Money};

use super::shares::{Rule, percent_text};

crate::words! {
    /// Where a plan stands.
    pub enum PlanState {
        /// Others are asked.
        Proposed = "proposed",
        /// They agreed: what it gives is owed.
        Approved = "approved",
        /// It was taken back, turned down, or another stands in its place.
        Dropped = "dropped",
    }
}

crate::record! {
    /// A plan.
    pub struct Plan {
        /// Its row.
        pub id: PlanId,
        /// Whose money it shares out.
        pub fund_id: FundId,
        /// Its number among the fund's plans, from 1.
        pub n: i64,
        /// What it shares out.
        pub total_minor: i64,
        /// In what.
        pub currency: Currency,
        /// What others agree to.
        pub proposal_id: Option<ProposalId>,
        /// Where it stands.
        pub state: PlanState,
        /// Who made it.
        pub made_by: PersonId,
        /// When.
        pub made_at: Instant,
        /// When it was agreed to, or dropped.
        pub decided_at: Option<Instant>,
    }
}

impl Plan {
    /// What it shares out.
    pub const fn total(&self) -> Money {
        Money::new(self.total_minor, self.currency)
    }
}

crate::record! {
    /// A line of how its sum was worked out.
    pub struct Working {
        /// A word for what it is.
        pub line: String,
        /// How much; what is taken off stands with a minus.
        pub amount_minor: i64,
    }
}

crate::record! {
    /// What a group gets by a plan.
    pub struct Share {
        /// Its number in the plan, from 1.
        pub n: i64,
        /// The group.
        pub recipient_id: RecipientId,
        /// As the charter names it.
        pub name: String,
        /// By what.
        pub rule: Rule,
        /// How much of it.
        pub value: i64,
        /// The most it gets, however much that is.
        pub most_minor: Option<i64>,
        /// What that comes to.
        pub amount_minor: i64,
    }
}

impl Share {
    /// The most it gets, as people write it.
    pub fn most(&self, currency: Currency) -> Option<String> {
        self.most_minor.map(|minor| Money::new(minor, currency).for_people())
    }

    /// By what a share is worked out, as people write it: `50 %`, `5`, `120.00`.
    pub fn by(&self, currency: Currency) -> String {
        by(self.rule, self.value, currency)
    }
}

/// The same of a rule and its value.
pub fn by(rule: Rule, value: i64, currency: Currency) -> String {
    match rule {
        Rule::Percent => format!("{} %", percent_text(value)),
        Rule::Weight => value.to_string(),
        Rule::Fixed => Money::new(value, currency).for_people(),
    }
}

/// A plan with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The plan.
    pub plan: Plan,
    /// How its sum was worked out.
    pub lines: Vec<Working>,
    /// Who gets what.
    pub shares: Vec<Share>,
}

impl Whole {
    /// What others agree to: the sum and how it was worked out, every share with whom it goes to (`payees` in the order of the shares), the only
    /// purpose that each group serves where the fund has one, and from when on money may move. Shares stand in the order of the groups' ids, however
    /// they were typed.
    pub fn payload(&self, fund: &str, payees: &[String], (purpose, objection_days): (Option<&str>, i64)) -> String {
        let currency = self.plan.currency;
        let people = |minor| Money::new(minor, currency).for_people();
        let mut lines = vec![format!("number: {}", self.plan.n), format!("fund: {fund}")];
        lines.extend(self.lines.iter().map(|line| format!("left-{}: {}", line.line, people(line.amount_minor))));
        lines.push(format!("total: {}", people(self.plan.total_minor)));
        let plain = |text: &str| text.replace(['\n', '\r'], " ");
        lines.extend(self.shares.iter().zip(payees).map(|(share, payee)| {
            let (rule, by) = (share.rule, share.by(currency));
            let most = share.most(currency).map(|most| format!(", at most {most}")).unwrap_or_default();
            format!("share: {} | {} | {rule} {by}{most} | {}", people(share.amount_minor), plain(&share.name), plain(payee))
        }));
        lines.extend(purpose.map(|purpose| format!("purpose: {}", plain(purpose))));
        if objection_days > 0 {
            lines.push(format!("objection: {objection_days}"));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_agree_to_says_who_gets_what_and_why() {
        let share = |n, name: &str, value, amount_minor| Share {
            n,
            recipient_id: RecipientId(n),
            name: name.to_owned(),
            rule: Rule::Weight,
            value,
            most_minor: Some(3_000).filter(|_| n == 2),
            amount_minor,
        };
        let plan = Plan {
            id: PlanId(7),
            fund_id: FundId(1),
            n: 2,
            total_minor: 8_000,
            currency: Currency::USD,
            proposal_id: None,
            state: PlanState::Proposed,
            made_by: PersonId(1),
            made_at: Instant::from_unix_secs(0),
            decided_at: None,
        };
        let lines =
            vec![Working { line: "balance".to_owned(), amount_minor: 9_000 }, Working { line: "reserve".to_owned(), amount_minor: -1_000 }];
        let whole = Whole { plan, lines, shares: vec![share(1, "Water\nfor All", 5, 5_000), share(2, "Rent Relief", 3, 3_000)] };
        let text = whole.payload("bakers", &["W •••• 6789".to_owned(), "R cheque".to_owned()], (Some("for\nchildren"), 7));
        let expected = "number: 2\nfund: bakers\nleft-balance: $90.00\nleft-reserve: −$10.00\ntotal: $80.00\n\
            share: $50.00 | Water for All | weight 5 | W •••• 6789\nshare: $30.00 | Rent Relief | weight 3, at most $30.00 | R cheque\npurpose: for children\nobjection: 7";
        assert_eq!(text, expected);
        assert!(!whole.payload("bakers", &[], (None, 0)).contains("objection"));
    }
}
