//! A publication to test faces with.

use super::{Figures, GiftSide};
use crate::clock::Instant;
use crate::funds::{Fund, State};
use crate::ids::FundId;
use crate::money::{Currency, Money};

/// A strike after its first week.
pub(super) fn figures() -> Figures {
    let made_at = Instant::from_unix_secs(1_794_668_400);
    let usd = |minor| Money::new(minor, Currency::USD);
    let uses = [("food", 41_210), ("water", 8_835), ("supplies", 7_440), ("logistics", 4_550), ("community-support", 2_000)];
    Figures {
        fund: Fund {
            id: FundId(1),
            reference: "f".to_owned(),
            slug: "pat".to_owned(),
            name: "Portland teachers’ strike fund".to_owned(),
            promise: "Food, water and supplies for the picket lines.".to_owned(),
            currency: Currency::USD,
            time_zone: "America/Los_Angeles".parse().expect("a zone of the bundled database"),
            restriction: None,
            state: State::Open,
            min_gifts: 5,
            publish_interval_secs: 86_400,
        },
        number: 42,
        made_at,
        practice: false,
        gifts: GiftSide {
            batch_at: Some(made_at),
            gifts: 37,
            received_minor: 215_000,
            refunded_minor: 2_500,
            disputed_minor: 20_000,
            fees_minor: 8_055,
        },
        opening: usd(0),
        uses: uses.map(|(word, minor)| (word.to_owned(), usd(minor))).into(),
        suspense: false,
    }
}
