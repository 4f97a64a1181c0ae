//! The vault of donors: what is sealed there opens for its gift alone, and after an erasure for nobody.

mod copies;
mod erased;
mod forgotten;
mod keeping;

use strikefund::donations::{self, Pledge, PledgeForm, Pledged, Terms};
use strikefund::ids::FundId;
use strikefund::money::Currency;
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::support::Books;

/// Words that stand nowhere in the clear.
const EMAIL: &str = "canary.mail@donors.example";
const NAME: &str = "Canary Fullname";
const PUBLIC_NAME: &str = "Canary Publicname";
const NOTE: &str = "canary note for treasurers";

fn keys() -> Keyring {
    Keyring::from_master(&[7; 32])
}

/// A form with every word a canary.
fn form(attempt: &str) -> PledgeForm {
    PledgeForm {
        interval: "week".to_owned(),
        amount: "25".to_owned(),
        cover_fee: "yes".to_owned(),
        email: EMAIL.to_owned(),
        name: NAME.to_owned(),
        listing: "show".to_owned(),
        public_name: PUBLIC_NAME.to_owned(),
        note: NOTE.to_owned(),
        attempt: attempt.to_owned(),
        ..PledgeForm::default()
    }
}

async fn pledge(books: &Books, fund: FundId, form: &PledgeForm) -> Pledged {
    let pledge = Pledge::parse(form, &Terms::usual(Currency::USD)).unwrap();
    let now = books.now();
    let kept: Result<_, donations::PledgeError> =
        transact!(books.db, tx => donations::pledge(tx, fund, &pledge, &keys(), &books.entropy, now).await);
    kept.unwrap()
}
