//! A delivery: one signed webhook request, kept as it arrived. Not here: what it says (`notice.rs`) or who signed it (`signature.rs`).

use crate::clock::Instant;
use crate::ids::{DeliveryId, sha256_hex};
use crate::{record, words};

use super::json::Object;

words! {
    /// How far a delivery has come.
    pub enum DeliveryState {
        /// Stored and not looked at yet.
        New = "new",
        /// Looked at, and waiting: the reason says for what.
        Parked = "parked",
        /// It did what it had to do.
        Done = "done",
    }
}

/// What the door reads of a body before it stores it; nothing here is needed, for whatever was signed is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// `evt_…`, or `sha256:…` of the body where none can be read.
    pub event_id: String,
    /// The event's type, empty where none can be read.
    pub kind: String,
    /// When it happened, in unix seconds by Stripe's clock.
    pub created: Option<i64>,
    /// Whether it is about real money, where it says so.
    pub livemode: Option<bool>,
}

impl Peek {
    /// Reads what can be read; never fails.
    pub fn at(body: &[u8]) -> Self {
        let event = Object::read(body).ok();
        let event_id = event.as_ref().and_then(|event| event.word("id"));
        Self {
            event_id: event_id.unwrap_or_else(|| format!("sha256:{}", sha256_hex(body))),
            kind: event.as_ref().and_then(|event| event.word("type")).unwrap_or_default(),
            created: event.as_ref().and_then(|event| event.int("created").ok()?),
            livemode: event.as_ref().and_then(|event| event.bool("livemode").ok()?),
        }
    }
}

/// A delivery on its way into the database, its body sealed.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// As [`Peek::event_id`].
    pub event_id: String,
    /// As [`Peek::kind`].
    pub kind: String,
    /// As [`Peek::created`].
    pub created: Option<i64>,
    /// When it reached us.
    pub received_at: Instant,
    /// How many times it stands in this batch; 0 where it did not arrive and was asked for.
    pub seen: i64,
    /// The raw bytes, sealed.
    pub body: Vec<u8>,
    /// Done at once where it says nothing but that there is something to look at.
    pub state: DeliveryState,
}

impl Arrival {
    /// When it was done, where it is.
    pub fn done_at(&self) -> Option<Instant> {
        (self.state == DeliveryState::Done).then_some(self.received_at)
    }
}

/// What the sealed body of one delivery is bound to.
pub fn seal_context(event_id: &str) -> String {
    format!("delivery.body/{event_id}")
}

/// Sorts a batch by event id and folds those that stand in it twice: one statement may not touch one row twice, and two
/// nodes that write in one order cannot lock each other out.
pub fn fold(mut batch: Vec<Arrival>) -> Vec<Arrival> {
    batch.sort_by(|one, other| one.event_id.cmp(&other.event_id));
    batch.dedup_by(|later, kept| {
        let same = later.event_id == kept.event_id;
        kept.seen += if same { later.seen } else { 0 };
        same
    });
    batch
}

record! {
    /// A stored delivery that waits to be read, its body still sealed.
    pub struct Delivery {
        /// Its row.
        pub id: DeliveryId,
        /// `evt_…`, or `sha256:…` of the body.
        pub event_id: String,
        /// The event's type, empty where none could be read.
        pub kind: String,
        /// When it happened, in unix seconds.
        pub created: Option<i64>,
        /// When it first reached us.
        pub received_at: Instant,
        /// How many times it arrived; 0 where it only came when asked for.
        pub seen: i64,
        /// The sealed raw bytes; None 30 days after it was done.
        pub body: Option<Vec<u8>>,
        /// How far it has come.
        pub state: DeliveryState,
        /// Why it is parked.
        pub reason: Option<String>,
        /// How often it was tried.
        pub attempts: i64,
        /// When it may be tried next.
        pub next_try_at: Instant,
    }
}

record! {
    /// How many deliveries wait for one reason: for the treasurers' list.
    pub struct ParkedCount {
        /// Why they wait.
        pub reason: String,
        /// How many they are.
        pub deliveries: i64,
        /// When the oldest of them reached us.
        pub oldest_at: Instant,
    }
}

/// When a delivery that was tried `attempts` times may be tried again: after 1, 5, 30 min, 2, 6 h, then daily.
pub const fn next_try(now: Instant, attempts: i64) -> Instant {
    let wait_secs = match attempts {
        ..=1 => 60,
        2 => 5 * 60,
        3 => 30 * 60,
        4 => 2 * 3600,
        5 => 6 * 3600,
        _ => 24 * 3600,
    };
    now.plus_secs(wait_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(event_id: &str) -> Arrival {
        let received_at = Instant::from_unix_secs(1);
        Arrival {
            event_id: event_id.into(),
            kind: String::new(),
            created: None,
            received_at,
            seen: 1,
            body: vec![],
            state: DeliveryState::New,
        }
    }

    #[test]
    fn a_body_without_an_id_is_known_by_its_hash() {
        for body in [&b"not json"[..], b"{}", b"{\"id\":7}", b"{\"id\":\"\"}", b"{\"id\":\"a b\"}", b"{\"id\":\"\\u0000\"}", b"\xff"] {
            let peek = Peek::at(body);
            assert_eq!(peek.event_id, format!("sha256:{}", sha256_hex(body)));
            assert_eq!((peek.kind.as_str(), peek.livemode), ("", None));
        }
        let peek = Peek::at(br#"{"id":"evt_1","type":"charge.updated","created":5,"livemode":false,"data":[]}"#);
        assert_eq!(peek, Peek { event_id: "evt_1".into(), kind: "charge.updated".into(), created: Some(5), livemode: Some(false) });
        let thin = Peek::at(br#"{"id":"evt_2","created":"2026-10-01T06:20:52.246Z","livemode":"yes"}"#);
        assert_eq!((thin.event_id.as_str(), thin.created, thin.livemode), ("evt_2", None, None));
    }

    #[test]
    fn a_batch_holds_each_event_once_and_counts_the_rest() {
        let folded = fold(["b", "a", "b", "c", "b"].map(arrival).to_vec());
        let counted: Vec<_> = folded.iter().map(|arrival| (arrival.event_id.as_str(), arrival.seen)).collect();
        assert_eq!(counted, [("a", 1), ("b", 3), ("c", 1)]);
    }

    #[test]
    fn tries_grow_apart_to_a_day() {
        let waits: Vec<_> = (1..9).map(|attempts| next_try(Instant(0), attempts).unix_secs()).collect();
        assert!(waits.is_sorted() && waits.last() == Some(&86_400));
    }
}
