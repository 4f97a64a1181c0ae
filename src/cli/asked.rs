//! What `strikefund setup` was asked for, read into the types it is made of. Not here: doing it (`setup`).

use strikefund::funds::{About, Names, NewFund, Tier, Tiers, WrongName};
use strikefund::money::Money;

use super::Setup;

impl Setup {
    /// The fund that was asked for.
    ///
    /// # Errors
    /// A plain sentence for each thing wrong.
    pub fn fund(&self) -> Result<NewFund, Vec<String>> {
        let mut fund = NewFund::parse(&self.name, &self.slug, &self.currency, &self.time_zone)?;
        fund.promise = self.promise.clone().unwrap_or(fund.promise);
        fund.restriction.clone_from(&self.restriction);
        fund.draft = self.draft;
        fund.min_gifts = self.min_gifts.map_or(fund.min_gifts, i64::from);
        fund.publish_interval_secs = self.publish_interval.map_or(fund.publish_interval_secs, i64::from);
        Ok(fund)
    }

    /// What the fund says of itself: what was asked for, in place of what stands.
    ///
    /// # Errors
    /// A plain sentence for each thing wrong.
    pub fn names(&self, fund: &NewFund, standing: &About) -> Result<Names, Vec<String>> {
        let or = |asked: &Option<String>, standing: &str| asked.clone().unwrap_or_else(|| standing.to_owned());
        let (legal_name, contact) = (or(&self.legal_name, &standing.legal_name), or(&self.contact, &standing.contact));
        let statement_text = or(&self.statement_text, &standing.statement_text);
        let strike_on = self.strike_on.or(standing.strike_on).map(|day| day.to_string()).unwrap_or_default();
        let languages = self.languages.as_ref().map_or_else(|| standing.languages.to_string(), |codes| codes.replace(',', " "));
        let typed = |field: &str| match field {
            "name" => fund.name.as_str(),
            "purpose" => fund.promise.as_str(),
            "legal_name" => legal_name.as_str(),
            "tax_number" => standing.tax_number.as_str(),
            "contact" => contact.as_str(),
            "statement_text" => statement_text.as_str(),
            "strike_on" => strike_on.as_str(),
            "languages" => languages.as_str(),
            _ => "",
        };
        let said = |wrong: &WrongName| match wrong {
            WrongName::Name => "The name has 1 to 100 letters.",
            WrongName::Purpose => "The promise has 1 to 1,000 letters.",
            WrongName::LegalName => "The legal name has at most 100 letters.",
            WrongName::TaxNumber => "The tax number has at most 30 letters.",
            WrongName::Contact => "The contact has at most 100 letters.",
            WrongName::StatementText => "The statement text has at most 22 plain letters, at least one of them a letter.",
            WrongName::StrikeOn => "The strike's first day is written like 2026-11-01.",
            WrongName::Languages => "The languages are written like en,es (the first is the one the fund begins in).",
        };
        Names::parse(typed).map_err(|wrong| wrong.iter().map(|wrong| said(wrong).to_owned()).collect())
    }

    /// The tiers that were asked for; None: the fund keeps its own.
    ///
    /// # Errors
    /// A plain sentence.
    pub fn tiers(&self, fund: &NewFund) -> Result<Option<Tiers>, Vec<String>> {
        let Some(asked) = &self.approvers else { return Ok(None) };
        let tier = |part: &str| {
            let (over, approvers) = part.split_once(':').unwrap_or(("0", part));
            let over_minor = if over.trim() == "0" { 0 } else { Money::parse(over, fund.currency).ok()?.minor };
            Some(Tier { over_minor, approvers: approvers.trim().parse().ok()? })
        };
        let tiers: Option<Vec<Tier>> = asked.split(',').map(tier).collect();
        let wrong = || vec![format!("“{asked}” says not who must agree; write it like 1,500:2 (one approver, and two above 500).")];
        let tiers = tiers.ok_or_else(wrong)?;
        Tiers::new(tiers).map(Some).map_err(|said| vec![format!("{said}.")])
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::{Cli, Verb};
    use super::*;

    #[test]
    fn tiers_are_read_or_refused() {
        let fund = NewFund::parse("A", "a", "USD", "UTC").unwrap();
        let read = |approvers: &str| {
            let line =
                ["strikefund", "setup", "--name", "A", "--slug", "a", "--currency", "USD", "--time-zone", "UTC", "--approvers", approvers];
            let Verb::Setup(asked) = Cli::try_parse_from(line).unwrap().verb else { panic!("setup was asked for") };
            asked.tiers(&fund).map(|tiers| tiers.unwrap().iter().map(|tier| (tier.over_minor, tier.approvers)).collect::<Vec<_>>())
        };
        assert_eq!(read("1,500:2, 2500.50:3"), Ok(vec![(0, 1), (50_000, 2), (250_050, 3)]));
        for wrong in ["", "x", "1,500", "2,500:1", "1,500:2,500:3", "500:2"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
