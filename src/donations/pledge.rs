//! A gift as a donor sets out to give it: the form's fields become a pledge at the door, or a list of what to mend. Not here: in which words
//! that is said (`web`).

use super::donor::{Donor, Listing};
use crate::funds::Giving;
use crate::language::Language;
use crate::money::{Currency, Marks, Money, MoneyError};
use crate::payments::checkout::Interval;
use crate::seal::Keyring;

/// The most letters of a name on a receipt, of a name in public, and of a note.
const NAME_LETTERS: usize = 100;
const PUBLIC_NAME_LETTERS: usize = 60;
const NOTE_LETTERS: usize = 280;

/// The fields of the give form as they arrive; nothing in them is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PledgeForm {
    /// `once`, `week` or `month`; nothing is once, for a repeat is never chosen for anybody.
    pub interval: String,
    /// One of the fund's amounts, or `other`.
    pub amount: String,
    /// The amount typed beside them; it wins over them.
    pub amount_other: String,
    /// Whether the card fee is given besides: anything but nothing is yes.
    pub cover_fee: String,
    /// Where the receipt goes.
    pub email: String,
    /// For the receipt; may be empty.
    pub name: String,
    /// `no` or `show`; nothing is no, for nobody is named who did not say so.
    pub listing: String,
    /// The name to show.
    pub public_name: String,
    /// One of the charter's recipients; empty: as the charter says.
    pub leftover: String,
    /// For the treasurers; may be empty.
    pub note: String,
    /// Made once per form: sent twice, it is one gift.
    pub attempt: String,
    /// A field people do not see; whoever fills it is no person.
    pub trap: String,
}

/// What a form is read by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How the fund takes gifts.
    pub giving: Giving,
    /// What the donor reads, and writes numbers in.
    pub language: Language,
    /// Who the charter says may get what is left.
    pub recipients: Vec<String>,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// How often is no choice of ours.
    Interval,
    /// Neither chosen nor typed.
    NoAmount,
    /// The amount cannot be read.
    Amount(MoneyError),
    /// Below the smallest gift.
    TooSmall,
    /// Above the largest gift.
    TooLarge,
    /// No address.
    NoEmail,
    /// An address that cannot be one.
    Email,
    /// More letters than there may be.
    TooLong(usize),
    /// Letters that nobody sees, or that turn what stands around them.
    Letters,
    /// Named or not is no choice of ours.
    Listing,
    /// To be shown by no name.
    NoPublicName,
    /// None of the recipients.
    Leftover,
    /// The form is not ours, or too old.
    Form,
    /// What people do not see was filled in.
    Trap,
}

/// What is wrong with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: &'static str,
    /// What to mend.
    pub wrong: Wrong,
}

/// A gift that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// The form's attempt: the operation's id.
    pub attempt: String,
    /// What the donor pays each time, in the fund's currency: gift and card fee.
    pub amount: Money,
    /// How much of that is for the card fee, in minor units; None: nothing.
    pub cover_minor: Option<i64>,
    /// How often it comes again until the strike ends; None: once.
    pub interval: Option<Interval>,
    /// Who gives.
    pub donor: Donor,
}

impl Terms {
    /// The usual ones, in English, without recipients.
    pub fn usual(currency: Currency) -> Self {
        Self { giving: Giving::usual(currency), language: Language::English, recipients: Vec::new() }
    }

    /// How the donor writes numbers.
    pub const fn marks(&self) -> Marks {
        match self.language {
            Language::English => Marks::Point,
            Language::Spanish => Marks::Comma,
        }
    }
}

impl Pledge {
    /// Reads the form; every mistake is told at once.
    ///
    /// # Errors
    /// One [`FieldError`] a field, in the form's order.
    pub fn parse(form: &PledgeForm, terms: &Terms) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let interval = keep(&mut errors, "interval", parse_interval(&form.interval));
        let amount = parse_amount(form, terms).map_err(|(field, wrong)| errors.push(FieldError { field, wrong })).ok();
        let email = keep(&mut errors, "email", parse_email(&form.email));
        let name = keep(&mut errors, "name", parse_text(&form.name, NAME_LETTERS, false));
        let chosen = if form.listing.is_empty() { "no" } else { &*form.listing };
        let listing = Listing::parse(chosen, &form.public_name).map_err(|error| errors.push(error)).ok();
        let wish = keep(&mut errors, "leftover", parse_wish(&form.leftover, &terms.recipients));
        let note = keep(&mut errors, "note", parse_text(&form.note, NOTE_LETTERS, true));
        let attempt = keep(&mut errors, "attempt", parse_attempt(&form.attempt));
        let trap = if form.trap.is_empty() { Ok(()) } else { Err(Wrong::Trap) };
        keep(&mut errors, "trap", trap);
        let read = (interval, amount, email, name, listing, wish, note, attempt);
        let (Some(interval), Some(gift), Some(email), Some(name), Some(listing), Some(wish), Some(note), Some(attempt)) = read else {
            return Err(errors);
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        let cover = if form.cover_fee.is_empty() { None } else { terms.giving.cover(gift) };
        let cover_minor = cover.map(|cover| cover.minor);
        let amount = Money::new(gift.minor.saturating_add(cover_minor.unwrap_or(0)), gift.currency);
        let donor = Donor { email, name, language: terms.language, listing, note, wish };
        Ok(Self { attempt, amount, cover_minor, interval, donor })
    }

    /// A keyed hash of what was asked: the same attempt with another hash is another gift, and refused. Keyed, since a plain one could be
    /// guessed from an address.
    pub fn input_hash(&self, keys: &Keyring) -> String {
        let interval = self.interval.map_or("once", Interval::as_str);
        let asked = format!("pledge/{}/{}/{:?}/{interval}/", self.amount.minor, self.amount.currency, self.cover_minor);
        keys.token(&format!("{asked}{}", String::from_utf8_lossy(&self.donor.written())))
    }
}

fn keep<T>(errors: &mut Vec<FieldError>, field: &'static str, read: Result<T, Wrong>) -> Option<T> {
    read.map_err(|wrong| errors.push(FieldError { field, wrong })).ok()
}

fn parse_interval(text: &str) -> Result<Option<Interval>, Wrong> {
    match text {
        "" | "once" => Ok(None),
        often => often.parse().map(Some).map_err(|_| Wrong::Interval),
    }
}

fn parse_amount(form: &PledgeForm, terms: &Terms) -> Result<Money, (&'static str, Wrong)> {
    let (typed, chosen, giving) = (form.amount_other.trim(), form.amount.trim(), &terms.giving);
    let currency = giving.smallest.currency;
    let (field, read) = match (typed, chosen) {
        ("", "") => return Err(("amount", Wrong::NoAmount)),
        ("", "other") => ("amount_other", Err(MoneyError::NotAnAmount)),
        ("", chosen) => ("amount", Money::parse(chosen, currency)),
        (typed, _) => ("amount_other", Money::parse_written(typed, currency, terms.marks())),
    };
    let amount = read.map_err(|error| (field, Wrong::Amount(error)))?;
    if amount.minor < giving.smallest.minor {
        return Err((field, Wrong::TooSmall));
    }
    if amount.minor > giving.largest.minor {
        return Err((field, Wrong::TooLarge));
    }
    Ok(amount)
}

/// Accepts what mail programs accept and Stripe takes; whether the address exists, the receipt will show.
fn parse_email(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Wrong::NoEmail);
    }
    let (local, domain) = text.rsplit_once('@').ok_or(Wrong::Email)?;
    let fits = !local.is_empty()
        && local.len() <= 64
        && text.len() <= 254
        && text.is_ascii()
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'(' | b')' | b',' | b';' | b':' | b'\\' | b'"'))
        && !local.contains('@')
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    if fits { Ok(text.to_owned()) } else { Err(Wrong::Email) }
}

/// A text of the donor's own; None where there is none.
fn parse_text(text: &str, most: usize, lines: bool) -> Result<Option<String>, Wrong> {
    // A browser sends two letters for the end of a line, and counts one.
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > most {
        return Err(Wrong::TooLong(most));
    }
    // Control characters and marks that turn the direction of writing could make a receipt say something else.
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    if text.chars().any(|c| c.is_control() && !(lines && c == '\n') || turns(c)) {
        return Err(Wrong::Letters);
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

impl Listing {
    /// Reads what a donor chose, `no` or `show`; a name that was typed counts only for whoever chose to be shown.
    ///
    /// # Errors
    /// The field, `listing` or `public_name`, and what is wrong with it.
    pub fn parse(chosen: &str, name: &str) -> Result<Self, FieldError> {
        match chosen {
            "no" => Ok(Self::NotNamed),
            "show" => match parse_text(name, PUBLIC_NAME_LETTERS, false) {
                Ok(Some(name)) => Ok(Self::Show(name)),
                Ok(None) => Err(FieldError { field: "public_name", wrong: Wrong::NoPublicName }),
                Err(wrong) => Err(FieldError { field: "public_name", wrong }),
            },
            _ => Err(FieldError { field: "listing", wrong: Wrong::Listing }),
        }
    }
}

fn parse_wish(text: &str, recipients: &[String]) -> Result<Option<String>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    recipients.iter().find(|recipient| *recipient == text).cloned().map(Some).ok_or(Wrong::Leftover)
}

/// The attempt id is ours: anything else was not made by our form.
fn parse_attempt(text: &str) -> Result<String, Wrong> {
    let fits = (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(text.to_owned()) } else { Err(Wrong::Form) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(amount_other: &str, email: &str) -> PledgeForm {
        PledgeForm {
            amount: "25".to_owned(),
            amount_other: amount_other.to_owned(),
            email: email.to_owned(),
            attempt: "abcdefghijklmnopqrst".to_owned(),
            ..PledgeForm::default()
        }
    }

    fn parse(form: &PledgeForm) -> Result<Pledge, Vec<FieldError>> {
        Pledge::parse(form, &Terms::usual(Currency::USD))
    }

    #[test]
    fn a_typed_amount_beats_the_preset() {
        assert_eq!(parse(&form("", "a@example.org")).unwrap().amount.minor, 2500);
        assert_eq!(parse(&form("40.50", "a@example.org")).unwrap().amount.minor, 4050);
    }

    #[test]
    fn what_is_not_chosen_is_once_without_cover_without_a_name() {
        let pledge = parse(&form("", "a@example.org")).unwrap();
        assert_eq!((pledge.interval, pledge.cover_minor, pledge.donor.listing), (None, None, Listing::NotNamed));
        // A name in the box of who chose not to be named is not kept.
        let typed = PledgeForm { public_name: "Ana".to_owned(), listing: "no".to_owned(), ..form("", "a@example.org") };
        assert_eq!(parse(&typed).unwrap().donor.listing, Listing::NotNamed);
    }

    #[test]
    fn every_choice_is_kept_and_the_cover_is_part_of_what_is_paid() {
        let chosen = PledgeForm {
            interval: "month".to_owned(),
            cover_fee: "yes".to_owned(),
            listing: "show".to_owned(),
            public_name: " The bakery ".to_owned(),
            leftover: "Food bank".to_owned(),
            note: "Two\r\nlines".to_owned(),
            ..form("", "a@example.org")
        };
        let terms = Terms { recipients: vec!["Food bank".to_owned(), "Legal aid".to_owned()], ..Terms::usual(Currency::USD) };
        let pledge = Pledge::parse(&chosen, &terms).unwrap();
        assert_eq!((pledge.amount.minor, pledge.cover_minor, pledge.interval), (2606, Some(106), Some(Interval::Month)));
        let donor = &pledge.donor;
        assert_eq!((&donor.listing, donor.note.as_deref()), (&Listing::Show("The bakery".to_owned()), Some("Two\nlines")));
        assert_eq!(donor.wish.as_deref(), Some("Food bank"));
        let keys = Keyring::from_master(&[1; 32]);
        let other = Pledge { interval: None, ..pledge.clone() };
        assert_ne!(pledge.input_hash(&keys), other.input_hash(&keys));
        assert_ne!(pledge.input_hash(&keys), pledge.input_hash(&Keyring::from_master(&[2; 32])));
    }

    #[test]
    fn every_mistake_is_told_at_once_beside_its_field() {
        let wrong = PledgeForm {
            interval: "day".to_owned(),
            name: "x".repeat(101),
            listing: "show".to_owned(),
            public_name: " ".to_owned(),
            leftover: "Nobody".to_owned(),
            note: "y".repeat(281),
            ..form("-1", "nobody")
        };
        let fields: Vec<_> = parse(&wrong).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["interval", "amount_other", "email", "name", "public_name", "leftover", "note"]);
        let none = PledgeForm { amount: String::new(), listing: "maybe".to_owned(), ..form("", "a@example.org") };
        let fields: Vec<_> = parse(&none).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["amount", "listing"]);
    }

    #[test]
    fn amounts_outside_the_limits_are_refused() {
        for amount in ["0", "4.99", "5000.01", "0.001", "1e18", "９", "１２", "1,50", "-1", "NaN", "9223372036854775807", "1,234", "1.234"]
        {
            assert!(parse(&form(amount, "a@example.org")).is_err(), "{amount}");
        }
        for amount in ["5", "5000", "5,000.00", "1,250.00", "$5.00"] {
            assert!(parse(&form(amount, "a@example.org")).is_ok(), "{amount}");
        }
        let spanish = Terms { language: Language::Spanish, ..Terms::usual(Currency::USD) };
        let read = |amount| Pledge::parse(&form(amount, "a@example.org"), &spanish).map(|pledge| pledge.amount.minor);
        assert_eq!([read("1.250,00"), read("12,50"), read("1,250.00")], [Ok(125_000), Ok(1250), Ok(125_000)]);
        assert_eq!(read("1.250"), Err(vec![FieldError { field: "amount_other", wrong: Wrong::Amount(MoneyError::Unclear) }]));
    }

    #[test]
    fn addresses_that_are_none_are_refused() {
        for email in ["", "a", "a@", "@b.org", "a@b", "a b@c.org", "a@b..org", "a@b.org\nBcc: c@d.org", "a@b@c.org", "<a@b.org>"] {
            assert!(parse(&form("", email)).is_err(), "{email:?}");
        }
        assert!(parse(&form("", "first.last+strike@sub.example.org")).is_ok());
    }

    #[test]
    fn letters_that_nobody_sees_are_refused_in_every_text() {
        for text in ["a\u{0}b", "a\u{202e}b", "a\u{7}", "a\nb"] {
            let named = PledgeForm { name: text.to_owned(), ..form("", "a@example.org") };
            assert_eq!(parse(&named).unwrap_err(), [FieldError { field: "name", wrong: Wrong::Letters }], "{text:?}");
        }
    }
}
