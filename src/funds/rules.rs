//! The approval rules of a fund as a whole, and the words in which a change of them is frozen. Not here: who agrees to a change (`approvals`).

use super::tier::{Tier, Tiers};
use crate::money::{Currency, Money};

/// How a fund decides on money: how many must agree to which sum, and whether one may do alone in an emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many others must agree to a sum.
    pub tiers: Tiers,
    /// Whether one signature may do in an emergency (safety rule MO7).
    pub emergency: bool,
}

impl Rules {
    /// The rules as lines of a frozen text: `tier: 500.00 2` and `emergency: no`, each name behind `prefix`.
    pub fn lines(&self, prefix: &str, currency: Currency) -> String {
        let tier = |tier: &Tier| format!("{prefix}tier: {} {}", Money::new(tier.over_minor, currency).decimal(), tier.approvers);
        let emergency = format!("{prefix}emergency: {}", if self.emergency { "yes" } else { "no" });
        self.tiers.iter().map(tier).chain([emergency]).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`Self::lines`] wrote out of a frozen text; None where it does not stand there whole.
    pub fn parse(text: &str, prefix: &str, currency: Currency) -> Option<Self> {
        let (mut tiers, mut emergency) = (Vec::new(), None);
        for line in text.lines() {
            let Some((name, value)) = line.strip_prefix(prefix).and_then(|line| line.split_once(": ")) else { continue };
            match name {
                "tier" => {
                    let (over, approvers) = value.split_once(' ')?;
                    let over = Money::parse(over, currency).ok()?;
                    tiers.push(Tier { over_minor: over.minor, approvers: approvers.parse().ok()? });
                }
                "emergency" => emergency = Some(value == "yes"),
                _ => {}
            }
        }
        Some(Self { tiers: Tiers::new(tiers).ok()?, emergency: emergency? })
    }

    /// How many people the largest sums take: whoever enters it, and all who must agree.
    pub fn people_needed(&self) -> i64 {
        self.tiers.needed(i64::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_rules_are_read_back_as_they_were_written() {
        let tiers = Tiers::new([(0, 1), (50_000, 2), (500_050, 4)].map(|(over_minor, approvers)| Tier { over_minor, approvers }).to_vec());
        for (currency, emergency) in [(Currency::USD, true), ("jpy".parse().unwrap(), false)] {
            let rules = Rules { tiers: tiers.clone().unwrap(), emergency };
            let old = Rules { tiers: Tiers::usual(currency), emergency: !emergency };
            let text = format!("fund: general\n{}\n{}", old.lines("before-", currency), rules.lines("", currency));
            assert_eq!(Rules::parse(&text, "", currency).as_ref(), Some(&rules), "{text}");
            assert_eq!(Rules::parse(&text, "before-", currency), Some(old), "{text}");
            assert_eq!(rules.people_needed(), 5);
        }
        assert_eq!(Rules::parse("tier: 0.00 1", "", Currency::USD), None, "half of the rules are none");
        assert_eq!(Rules::parse("emergency: no", "", Currency::USD), None);
    }
}
