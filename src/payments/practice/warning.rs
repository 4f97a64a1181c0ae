//! Early fraud warnings: a bank suspects a charge before anyone disputes it.

use serde_json::{Value, json};

use super::account::Account;
use super::charge::Charge;
use super::form::Form;
use super::reply::{Reply, list};
use super::table::{Key, Row, Table};

/// A suspicion about a charge.
#[derive(Debug)]
pub struct Warning {
    created: i64,
    charge: Key<Charge>,
}

impl Row for Warning {
    const PREFIXES: &'static [&'static str] = &["issfr_"];
    const NOUN: &'static str = "early fraud warning";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.warnings
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.warnings
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let charge = &account.charges[self.charge];
        json!({
            "id": account.id(key), "object": "radar.early_fraud_warning", "actionable": !charge.disputed && charge.refunded < charge.amount,
            "charge": account.id(self.charge), "created": self.created, "fraud_type": "misc", "livemode": false,
            "payment_intent": account.id_or_null(charge.intent),
        })
    }
}

impl Account {
    /// A bank suspects this charge.
    pub fn warn_of_fraud(&mut self, charge: Key<Charge>) {
        let created = self.now();
        let key = self.add(Warning { created, charge });
        self.tell("radar.early_fraud_warning.created", key);
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("GET", ["radar", "early_fraud_warnings"]) => {
            let charge = form.text("charge").map(|id| account.find::<Charge>(id));
            list::<Warning>(account, "/v1/radar/early_fraud_warnings", form, |_, row| charge.is_none_or(|key| key == Some(row.charge)))
        }
        ("GET", ["radar", "early_fraud_warnings", id]) => account.show::<Warning>(id),
        _ => return None,
    })
}
