//! What may be odd about one delivery: an older shape, fields nobody knows, a signature that does not fit.

use serde_json::{Map, Value, json};

use super::account::Account;

/// At most one oddity a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    None,
    Version(&'static str),
    LivemodeFlipped,
    UnknownType,
    UnknownFields,
    UnknownCurrency,
    Thin,
    ConnectAccount,
    WrongSecret,
    TwoSignatures,
    StaleTime,
    FutureTime,
}

const HOUR_SECS: i64 = 3600;
const VERSIONS: [&str; 6] = ["2018-01-23", "2020-08-27", "2022-08-01", "2024-06-20", "2025-03-31.basil", "2027-09-29.next"];

impl Account {
    pub fn draw_oddity(&self) -> Oddity {
        let faults = &self.faults;
        let version = VERSIONS[usize::try_from(if faults.older_version > 0 { self.entropy.below(6) } else { 0 }).unwrap_or(0)];
        let chances = [
            (faults.older_version, Oddity::Version(version)),
            (faults.livemode_flipped, Oddity::LivemodeFlipped),
            (faults.unknown_type, Oddity::UnknownType),
            (faults.unknown_fields, Oddity::UnknownFields),
            (faults.unknown_currency, Oddity::UnknownCurrency),
            (faults.thin, Oddity::Thin),
            (faults.connect_account, Oddity::ConnectAccount),
            (faults.wrong_secret, Oddity::WrongSecret),
            (faults.two_signatures, Oddity::TwoSignatures),
            (faults.stale_time, Oddity::StaleTime),
            (faults.future_time, Oddity::FutureTime),
        ];
        chances.into_iter().find(|(chance, _)| self.strikes(*chance)).map_or(Oddity::None, |(_, oddity)| oddity)
    }
}

impl Oddity {
    /// How far the signature's time is off, in seconds.
    pub const fn time_shift(self) -> i64 {
        match self {
            Self::StaleTime => -HOUR_SECS,
            Self::FutureTime => HOUR_SECS,
            _ => 0,
        }
    }

    /// Changes the event before it is signed.
    pub fn bend(self, event: &mut Value) {
        match self {
            Self::Version(version) => {
                event["api_version"] = version.into();
                reshape(&mut event["data"]["object"], version);
            }
            Self::LivemodeFlipped => event["livemode"] = true.into(),
            Self::UnknownType => event["type"] = "practice.something.happened".into(),
            Self::UnknownFields => {
                event["practice_field"] = json!({"nobody": ["knows", 1]});
                event["data"]["object"]["practice_field"] = true.into();
                if event["data"]["object"]["status"].is_string() {
                    event["data"]["object"]["status"] = "practice_status".into();
                }
            }
            Self::UnknownCurrency => {
                if event["data"]["object"]["currency"].is_string() {
                    event["data"]["object"]["currency"] = "xqx".into();
                }
            }
            Self::Thin => *event = thin(event),
            Self::ConnectAccount => event["account"] = "acct_practiceconnected".into(),
            Self::None | Self::WrongSecret | Self::TwoSignatures | Self::StaleTime | Self::FutureTime => {}
        }
    }
}

fn thin(event: &Value) -> Value {
    let object = &event["data"]["object"];
    json!({
        "id": event["id"], "object": "v2.core.event", "type": format!("v1.{}", event["type"].as_str().unwrap_or_default()),
        "created": "2026-11-22T12:00:00.000Z", "livemode": event["livemode"], "context": null,
        "related_object": {"id": object["id"], "type": object["object"], "url": format!("/v1/objects/{}", object["id"].as_str().unwrap_or_default())},
    })
}

/// Puts an object of today into the shape of an older version, as far as anybody reads it.
fn reshape(object: &mut Value, version: &str) {
    let Value::Object(fields) = object else { return };
    let kind = fields.get("object").and_then(Value::as_str).unwrap_or_default().to_owned();
    if version < "2025-03-31" {
        before_basil(fields, &kind);
    }
    if version < "2022-11-15" {
        let empty = json!({"object": "list", "data": [], "has_more": false, "total_count": 0});
        match kind.as_str() {
            "payment_intent" => fields.insert("charges".to_owned(), empty),
            "charge" => fields.insert("refunds".to_owned(), empty),
            _ => None,
        };
    }
    if version < "2020" {
        fields.retain(|name, value| !value.is_null() || name == "balance_transaction");
    }
    if version > "2027" {
        fields.insert("field_of_next_year".to_owned(), json!({"nested": true}));
    }
}

/// Until basil the invoice stood on charges and intents, and a subscription carried its own period.
fn before_basil(fields: &mut Map<String, Value>, kind: &str) {
    match kind {
        "invoice" => {
            let subscription = fields.get("parent").map(|parent| parent["subscription_details"]["subscription"].clone());
            fields.remove("parent");
            let paid = fields.get("status").is_some_and(|status| status == "paid");
            fields.insert("subscription".to_owned(), subscription.unwrap_or_default());
            fields.insert("paid".to_owned(), paid.into());
            fields.insert("charge".to_owned(), Value::Null);
            fields.insert("payment_intent".to_owned(), Value::Null);
        }
        "charge" | "payment_intent" => {
            fields.insert("invoice".to_owned(), Value::Null);
        }
        "subscription" => {
            for name in ["current_period_start", "current_period_end"] {
                let item = fields.get_mut("items").and_then(|items| items["data"][0].as_object_mut());
                let moved = item.and_then(|item| item.remove(name)).unwrap_or_default();
                fields.insert(name.to_owned(), moved);
            }
        }
        _ => {}
    }
}
