//! Which fund a line is for (stripe.md §6.4 in order; the first that answers wins).

use std::collections::HashMap;

use crate::clock::Instant;
use crate::db::Tx;
use crate::donations;
use crate::funds::{self, Fund};
use crate::ids::FundId;
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::line::Line;

/// The funds as one booking transaction knows them.
#[derive(Debug)]
pub struct Books {
    /// Where everything goes that names no fund.
    pub general: Fund,
    by_ref: HashMap<String, Fund>,
    /// Funds of gifts that this batch settles and has not written yet, by charge and by payment intent.
    settling: HashMap<String, FundId>,
}

impl Books {
    /// Reads the funds; None while there is none that is unrestricted.
    pub async fn open(tx: &mut Tx) -> sqlx::Result<Option<Self>> {
        let funds = funds::list(tx).await?;
        let general = funds.iter().find(|fund| fund.restriction.is_none()).cloned();
        let by_ref = funds.into_iter().map(|fund| (fund.reference.clone(), fund)).collect();
        Ok(general.map(|general| Self { general, by_ref, settling: HashMap::new() }))
    }

    /// The fund of the gift that a line is about. References nobody knows count as no answer, and are listed.
    pub async fn fund_of(&mut self, tx: &mut Tx, line: &Line, now: Instant) -> sqlx::Result<Fund> {
        if let Some(reference) = line.fund_ref.as_deref() {
            if let Some(fund) = self.by_ref.get(reference) {
                return Ok(fund.clone());
            }
            alert::raise(tx, AlertKind::FundUnknown, line.id.as_str(), &Said::new("fund-unknown"), now).await?;
        }
        if let Some(reference) = line.donation_ref.as_deref()
            && let Some(donation) = donations::find_by_ref(tx, reference).await?
        {
            return Ok(self.by_id(donation.fund_id));
        }
        if let Some(intent) = line.payment_intent.as_deref() {
            let written = donations::find_by_intent(tx, intent).await?.map(|donation| donation.fund_id);
            if let Some(fund) = written.or_else(|| self.settling.get(intent).copied()) {
                return Ok(self.by_id(fund));
            }
        }
        if let Some(charge) = line.charge_id.as_deref() {
            let written = donations::find_by_charge(tx, charge).await?.map(|donation| donation.fund_id);
            if let Some(fund) = written.or_else(|| self.settling.get(charge).copied()) {
                return Ok(self.by_id(fund));
            }
        }
        Ok(self.general.clone())
    }

    /// Notes whose gift a charge is, for the lines of its batch that follow and are about it too.
    pub fn settles(&mut self, charge_id: &str, payment_intent: Option<&str>, fund: &Fund) {
        for id in std::iter::once(charge_id).chain(payment_intent) {
            self.settling.entry(id.to_owned()).or_insert(fund.id);
        }
    }

    fn by_id(&self, id: FundId) -> Fund {
        self.by_ref.values().find(|fund| fund.id == id).unwrap_or(&self.general).clone()
    }
}
