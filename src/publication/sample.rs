//! A publication to test faces with.

use super::facts::Facts;
use super::{Figures, GiftSide};
use crate::clock::Instant;
use crate::funds::State;
use crate::money::{Currency, Money};

/// A strike after its first week.
pub(super) fn figures() -> Figures {
    let made_at = Instant::from_unix_secs(1_794_668_400);
    let usd = |minor| Money::new(minor, Currency::USD);
    let uses = [("food", 41_210), ("water", 8_835), ("supplies", 7_440), ("logistics", 4_550), ("community-support", 2_000)];
    Figures {
        fund: Facts {
            slug: "pat".to_owned(),
            name: "Portland teachers’ strike fund".to_owned(),
            promise: "Food, water and supplies for the picket lines.".to_owned(),
            currency: Currency::USD,
            time_zone: "America/Los_Angeles".parse().expect("a zone of the bundled database"),
            restriction: None,
            state: State::Open,
            min_gifts: 5,
            strike_on: None,
            goal_minor: None,
            cap_minor: None,
            shows_budget: false,
            shows_lm: false,
        },
        number: 42,
        made_at,
        practice: false,
        gifts: GiftSide { gifts: 37, received_minor: 215_000, refunded_minor: 2_500, disputed_minor: 20_000, fees_minor: 8_055 },
        opening: usd(0),
        uses: uses.map(|(word, minor)| (word.to_owned(), usd(minor))).into(),
        suspense: false,
        key: "fund.example/f/pat+00000000+AQ==".to_owned(),
        site: "https://fund.example".to_owned(),
        root: None,
    }
}
