//! What a stored delivery means, at every API version: state that is not money, or merely a call to look (stripe.md §4.2, §5).
//! Not here: acting on it, which is `booking`'s.

mod types;

use std::fmt;

use crate::clock::Instant;
use crate::money::Money;

use super::checkout::{Session, UnreadSession, amount};
use super::json::{Misfit, Object, References};
use super::object::{ObjectKind, ObjectState};
use types::is_unused;

pub use types::ENDPOINT_TYPES;

/// What a delivery tells. Every one of them also wakes the sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A donor's visit to the payment page came to something.
    Session {
        /// The session.
        session: Session,
        /// What happened to it.
        news: SessionNews,
    },
    /// A payment moved; never money here.
    Intent(Intent),
    /// An attempt to pay was declined; several on one payment are normal.
    Declined(Decline),
    /// The object must be asked for what it says now, so that the order of deliveries does not matter.
    Fetch {
        /// What it is.
        object: ObjectKind,
        /// Its id.
        id: String,
    },
    /// The object as the event tells it is to be kept.
    Keep(Box<ObjectState>),
    /// Nothing but a call to look at the list.
    Wake,
    /// A type we know and have no use for.
    Unused,
}

/// What happened to a session. A state only moves forward: open < waiting < paid, failed, expired; paid wins over all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionNews {
    /// The donor is done; `payment_status` tells whether the money is, too.
    Completed,
    /// A delayed method paid after all.
    Succeeded,
    /// A delayed method failed.
    Failed,
    /// The page closed unpaid.
    Expired,
}

/// A payment that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// `pi_…`.
    pub id: String,
    /// The type's last word, which is what happened: `processing`, `succeeded`, `canceled`.
    pub news: IntentNews,
    /// Its amount, where it tells one.
    pub amount: Option<Money>,
    /// Our references.
    pub references: References,
}

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentNews {
    /// A delayed method is on its way.
    Processing,
    /// It went through; the line will tell of the money.
    Succeeded,
    /// It was given up.
    Canceled,
}

/// A declined attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// The payment.
    pub payment_intent: Option<String>,
    /// The charge that failed, where there is one.
    pub charge_id: Option<String>,
    /// Stripe's code, such as `card_declined` or `insufficient_funds`.
    pub reason: Option<String>,
    /// Our references.
    pub references: References,
}

/// Why a delivery cannot be read yet: it is parked with this reason and never refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// A type nobody told us of; an upgrade may.
    UnknownType,
    /// A required field is missing or odd, or the body is no JSON object at all.
    Unreadable(Misfit),
    /// A currency whose minor unit we do not know.
    UnknownCurrency,
    /// A thin event: it names an object and says nothing of it.
    Thin,
    /// An event of a connected account; we run without Connect.
    Connect,
    /// The sealed body cannot be opened: the master key is another.
    Sealed,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType => f.write_str("unknown type"),
            Self::Unreadable(misfit) if misfit.path.is_empty() => f.write_str("unreadable"),
            Self::Unreadable(misfit) => write!(f, "unreadable: {}", misfit.path),
            Self::UnknownCurrency => f.write_str("unknown currency"),
            Self::Thin => f.write_str("thin"),
            Self::Connect => f.write_str("connect"),
            Self::Sealed => f.write_str("sealed under another key"),
        }
    }
}

impl From<Misfit> for Unread {
    fn from(misfit: Misfit) -> Self {
        Self::Unreadable(misfit)
    }
}

impl From<UnreadSession> for Unread {
    fn from(unread: UnreadSession) -> Self {
        match unread {
            UnreadSession::Misfit(misfit) => Self::Unreadable(misfit),
            UnreadSession::UnknownCurrency => Self::UnknownCurrency,
        }
    }
}

/// Reads one delivery, of whatever API version; never panics, whatever the bytes.
///
/// # Errors
/// The reason for which it is parked.
pub fn read(body: &[u8], now: Instant) -> Result<Notice, Unread> {
    let event = Object::read(body)?;
    if event.word("object").as_deref() == Some("v2.core.event") {
        return Err(Unread::Thin);
    }
    if event.has("account") || event.has("context") {
        return Err(Unread::Connect);
    }
    event.need_word("id")?;
    let kind = event.need_word("type")?;
    let created = event.need_int("created")?;
    event.bool("livemode")?.ok_or_else(|| event.misfit("livemode"))?;
    if is_unused(&kind) {
        return Ok(Notice::Unused);
    }
    if !ENDPOINT_TYPES.contains(&kind.as_str()) {
        return Err(Unread::UnknownType);
    }
    let data = event.object("data").ok_or_else(|| event.misfit("data"))?;
    let object = data.object("object").ok_or_else(|| data.misfit("object"))?;
    read_object(&kind, &object, created, now)
}

/// Every type of [`ENDPOINT_TYPES`] has its row here.
fn read_object(kind: &str, object: &Object<'_>, created: i64, now: Instant) -> Result<Notice, Unread> {
    let fetch = |kind| Ok(Notice::Fetch { object: kind, id: object.need_word("id")? });
    let keep = |kind| Ok(Notice::Keep(Box::new(ObjectState::read(kind, object, created, now)?)));
    let session = |news| Ok(Notice::Session { session: Session::read(object)?, news });
    match kind {
        "charge.succeeded" | "charge.updated" | "charge.pending" | "charge.refunded" | "balance.available" => Ok(Notice::Wake),
        "checkout.session.completed" => session(SessionNews::Completed),
        "checkout.session.async_payment_succeeded" => session(SessionNews::Succeeded),
        "checkout.session.async_payment_failed" => session(SessionNews::Failed),
        "checkout.session.expired" => session(SessionNews::Expired),
        "payment_intent.processing" => read_intent(object, IntentNews::Processing),
        "payment_intent.succeeded" => read_intent(object, IntentNews::Succeeded),
        "payment_intent.canceled" => read_intent(object, IntentNews::Canceled),
        "payment_intent.payment_failed" => read_declined_intent(object),
        "charge.failed" => read_declined_charge(object),
        "charge.refund.updated" => fetch(ObjectKind::Refund),
        "customer.deleted" => fetch(ObjectKind::Customer),
        "account.updated" => fetch(ObjectKind::Account),
        "invoice_payment.paid" => keep(ObjectKind::InvoicePayment),
        _ => match kind.rsplit_once('.').map_or(kind, |(family, _)| family) {
            "refund" => fetch(ObjectKind::Refund),
            "charge.dispute" => fetch(ObjectKind::Dispute),
            "customer.subscription" => fetch(ObjectKind::Subscription),
            "payout" => fetch(ObjectKind::Payout),
            "radar.early_fraud_warning" => keep(ObjectKind::FraudWarning),
            "review" => keep(ObjectKind::Review),
            "invoice" => keep(ObjectKind::Invoice),
            _ => Err(Unread::UnknownType),
        },
    }
}

fn read_intent(intent: &Object<'_>, news: IntentNews) -> Result<Notice, Unread> {
    let amount = amount(intent, "amount")?;
    Ok(Notice::Intent(Intent { id: intent.need_word("id")?, news, amount, references: intent.references() }))
}

fn read_declined_intent(intent: &Object<'_>) -> Result<Notice, Unread> {
    let error = intent.object("last_payment_error");
    let error = error.as_ref();
    let reason = error.and_then(|error| error.word("decline_code").or_else(|| error.word("code")));
    Ok(Notice::Declined(Decline {
        payment_intent: Some(intent.need_word("id")?),
        charge_id: intent.id_in("latest_charge").or_else(|| error.and_then(|error| error.id_in("charge"))),
        reason,
        references: intent.references(),
    }))
}

fn read_declined_charge(charge: &Object<'_>) -> Result<Notice, Unread> {
    Ok(Notice::Declined(Decline {
        payment_intent: charge.id_in("payment_intent"),
        charge_id: Some(charge.need_word("id")?),
        reason: charge.word("failure_code"),
        references: charge.references(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_unix_secs(1_790_000_000);

    #[test]
    fn every_type_of_the_endpoint_has_its_row_and_none_is_unused() {
        for kind in ENDPOINT_TYPES {
            assert!(!is_unused(kind), "{kind}");
            let event = format!(r#"{{"id":"evt_1","type":"{kind}","created":1,"livemode":false,"data":{{"object":{{"id":"x_1"}}}}}}"#);
            assert!(read(event.as_bytes(), NOW).is_ok(), "{kind}");
        }
    }

    #[test]
    fn every_recorded_event_is_understood_or_parked_with_a_reason() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/stripe-events");
        let Ok(index) = std::fs::read_to_string(format!("{folder}/INDEX.tsv")) else {
            eprintln!("SKIPPED: {folder} is not here");
            return;
        };
        let mut read_events = 0;
        for row in index.lines().skip(1) {
            let [file, kind, _version, _livemode] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
            let body = std::fs::read(format!("{folder}/{file}")).unwrap();
            let notice = read(&body, NOW);
            // The odd variants stand in a test of their own.
            if kind.starts_with("object:") || file.starts_with("probe-variants/") {
                continue;
            }
            match notice {
                Ok(notice) => assert!(ENDPOINT_TYPES.contains(&kind) != (notice == Notice::Unused), "{file}: {notice:?}"),
                Err(Unread::Connect) => assert!(Object::read(&body).unwrap().has("account"), "{file}"),
                Err(reason) => assert!(!ENDPOINT_TYPES.contains(&kind), "{file}: {reason}"),
            }
            read_events += 1;
        }
        assert!(read_events > 300, "{read_events}");
    }

    #[test]
    fn every_oddity_leads_where_it_must() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/stripe-events/probe-variants");
        let Ok(entries) = std::fs::read_dir(folder) else {
            eprintln!("SKIPPED: {folder} is not here");
            return;
        };
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "json")) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let said = match read(&std::fs::read(&path).unwrap(), NOW) {
                Ok(_) => "read".to_owned(),
                Err(reason) => reason.to_string(),
            };
            let expected = match &name[..2] {
                "02" => "unknown type",
                "08" => "unreadable: data.object.amount",
                "09" => "unknown currency",
                "10" => "thin",
                "12" => "connect",
                "16" => "unreadable: data.object.id",
                "17" => "unreadable: data",
                _ => "read",
            };
            assert_eq!(said, expected, "{name}");
        }
    }

    #[test]
    fn a_subscriptions_next_date_is_found_at_both_places() {
        for (json, due) in [
            (r#"{"id":"sub_1","status":"active","current_period_end":5,"items":{"data":[]}}"#, 5),
            (r#"{"id":"sub_1","status":"active","items":{"data":[{"current_period_end":7}]}}"#, 7),
        ] {
            let state = ObjectState::read(ObjectKind::Subscription, &Object::read(json.as_bytes()).unwrap(), 1, NOW).unwrap();
            assert_eq!(state.due_at, Some(due));
        }
    }

    #[test]
    fn an_invoice_leads_to_its_subscription_before_and_after_basil() {
        for json in [
            r#"{"id":"in_1","status":"paid","subscription":"sub_1","subscription_details":{"metadata":{"fund":"f1"}}}"#,
            r#"{"id":"in_1","status":"paid","parent":{"subscription_details":{"subscription":"sub_1","metadata":{"fund":"f1"}}}}"#,
        ] {
            let state = ObjectState::read(ObjectKind::Invoice, &Object::read(json.as_bytes()).unwrap(), 1, NOW).unwrap();
            assert_eq!((state.parent_id.as_deref(), state.fund_ref.as_deref()), (Some("sub_1"), Some("f1")));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(bytes: Vec<u8>, kind in 0..ENDPOINT_TYPES.len(), object in "\\{(\"(id|amount|currency|status|items|metadata)\":(1|\"a\"|null|\\{\\}|\\[\\]),?){0,4}\\}") {
            let _ = read(&bytes, NOW);
            let kind = ENDPOINT_TYPES[kind];
            let event = format!(r#"{{"id":"evt_1","type":"{kind}","created":1,"livemode":false,"data":{{"object":{object}}}}}"#);
            let _ = read(event.as_bytes(), NOW);
        }
    }
}
