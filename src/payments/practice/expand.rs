//! `expand[]`: puts objects where ids stand, through lists, up to four levels deep.

use serde_json::Value;

use super::account::Account;
use super::reply::ApiError;

const DEEPEST: usize = 4;

impl Account {
    /// Expands every path in an answer.
    pub fn expand<'a>(&self, answer: &mut Value, paths: impl Iterator<Item = &'a str>) -> Result<(), ApiError> {
        for path in paths {
            let names: Vec<&str> = path.split('.').collect();
            let depth = names.iter().filter(|name| **name != "data").count();
            if depth > DEEPEST {
                let said = format!("You cannot expand more than {DEEPEST} levels of a property ({path}).");
                return Err(ApiError::refused("property_expansion_max_depth", said));
            }
            if !self.expand_path(answer, &names) {
                return Err(ApiError::invalid("expand", format!("This property cannot be expanded ({path}).")));
            }
        }
        Ok(())
    }

    /// False when a name on the path is no field, or its value no id.
    fn expand_path(&self, value: &mut Value, names: &[&str]) -> bool {
        let [name, rest @ ..] = names else { return true };
        match value {
            Value::Null => true,
            Value::Array(items) => items.iter_mut().all(|item| self.expand_path(item, names)),
            Value::Object(fields) => {
                if let Some(included) = self.included(fields, name) {
                    fields.insert((*name).to_owned(), included);
                }
                let Some(field) = fields.get_mut(*name) else { return false };
                if let Value::String(id) = field {
                    let Some(object) = self.render_any(id) else { return false };
                    *field = object;
                }
                self.expand_path(field, rest)
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    /// Fields that are there only when asked for.
    fn included(&self, fields: &serde_json::Map<String, Value>, name: &str) -> Option<Value> {
        let (kind, id) = (fields.get("object")?.as_str()?, fields.get("id")?.as_str()?);
        match (kind, name) {
            ("checkout.session", "line_items") => self.line_items_by_id(id),
            ("charge", "refunds") => {
                let refunds = self.refunds_of(self.find(id)?);
                Some(super::reply::whole(&format!("/v1/charges/{id}/refunds"), refunds))
            }
            ("invoice", "payments") => self.invoice_payments_by_id(id),
            _ => None,
        }
    }

    /// The faults of a list of lines: sources that stay texts, are of a kind nobody knows, or are missing.
    pub fn spoil_sources(&self, answer: &mut Value) {
        let Some(lines) = answer.get_mut("data").and_then(Value::as_array_mut) else { return };
        for line in lines.iter_mut().filter(|line| line["object"] == "balance_transaction") {
            if self.strikes(self.faults.source_null) {
                line["source"] = Value::Null;
            } else if self.strikes(self.faults.source_unknown) {
                line["source"] = serde_json::json!({"id": "prc_unheard", "object": "practice.unheard"});
            } else if self.strikes(self.faults.source_not_expanded) && line["source"].is_object() {
                line["source"] = line["source"]["id"].take();
            }
        }
    }
}
