//! A gift as a donor sets out to give it: the form's fields become a pledge at the door, or a list of what to mend.

use crate::ids::sha256_hex;
use crate::money::{Currency, Money, MoneyError};

/// The fields of the give form as they arrive; nothing in them is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PledgeForm {
    /// A preset in major units, or `other`.
    pub amount: String,
    /// The amount typed beside the presets; it wins over them.
    pub amount_other: String,
    /// Where the receipt goes.
    pub email: String,
    /// For the receipt; may be empty.
    pub name: String,
    /// Made once per form: sent twice, it is one gift.
    pub attempt: String,
    /// A field people do not see; whoever fills it is no person.
    pub trap: String,
}

/// What a fund accepts from one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The smallest gift.
    pub smallest: Money,
    /// The largest gift through the form.
    pub largest: Money,
}

/// What is wrong with one field, in words for the donor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: &'static str,
    /// What to mend.
    pub text: String,
}

/// A gift that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// The form's attempt: the operation's id.
    pub attempt: String,
    /// What the donor gives, in the fund's currency.
    pub amount: Money,
    /// Where the receipt goes.
    pub email: String,
    /// For the receipt, where given.
    pub name: Option<String>,
}

impl Limits {
    /// 5.00 to 5,000.00 (500 to 500,000 where a currency has no decimals).
    pub fn usual(currency: Currency) -> Self {
        let unit = 10_i64.pow(currency.exponent().max(2));
        Self { smallest: Money::new(5 * unit, currency), largest: Money::new(5_000 * unit, currency) }
    }
}

impl Pledge {
    /// Reads the form; every mistake is told at once.
    ///
    /// # Errors
    /// One [`FieldError`] a field, in the form's order.
    pub fn parse(form: &PledgeForm, limits: Limits) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut keep = |field, said: Result<_, String>| said.map_err(|text| errors.push(FieldError { field, text })).ok();
        let amount = keep("amount_other", parse_amount(form, limits).map_err(|error| error.to_string()));
        let mut keep = |field, said: Result<String, String>| said.map_err(|text| errors.push(FieldError { field, text })).ok();
        let email = keep("email", parse_email(&form.email));
        let name = keep("name", parse_name(&form.name));
        let attempt = keep("attempt", parse_attempt(&form.attempt));
        let trap = if form.trap.is_empty() { Ok(String::new()) } else { Err("Leave this field empty.".to_owned()) };
        let trap = keep("trap", trap);
        match (amount, email, name, attempt, trap) {
            (Some(amount), Some(email), Some(name), Some(attempt), Some(_)) => {
                Ok(Self { attempt, amount, email, name: Some(name).filter(|name| !name.is_empty()) })
            }
            _ => Err(errors),
        }
    }

    /// A hash of what was asked: the same attempt with another hash is another gift, and refused.
    pub fn input_hash(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        sha256_hex(format!("{}\n{}\n{}\n{name}", self.amount.minor, self.amount.currency, self.email))
    }
}

/// What is wrong with an amount.
#[derive(Debug, thiserror::Error)]
enum AmountError {
    #[error("Choose an amount.")]
    None,
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error("The smallest gift is {0}.")]
    TooSmall(String),
    #[error("The largest online gift is {0}.")]
    TooLarge(String),
}

fn parse_amount(form: &PledgeForm, limits: Limits) -> Result<Money, AmountError> {
    let typed = form.amount_other.trim();
    let text = if typed.is_empty() { form.amount.trim() } else { typed };
    if text.is_empty() || text == "other" {
        return Err(AmountError::None);
    }
    let amount = Money::parse(text, limits.smallest.currency)?;
    if amount.minor < limits.smallest.minor {
        return Err(AmountError::TooSmall(limits.smallest.for_people()));
    }
    if amount.minor > limits.largest.minor {
        return Err(AmountError::TooLarge(limits.largest.for_people()));
    }
    Ok(amount)
}

/// Accepts what mail programs accept and Stripe takes; whether the address exists, the receipt will show.
fn parse_email(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Enter your e-mail so we can send the receipt.".to_owned());
    }
    let unfinished = || "That address looks unfinished. Example: name@example.org".to_owned();
    let (local, domain) = text.rsplit_once('@').ok_or_else(unfinished)?;
    let fits = !local.is_empty()
        && local.len() <= 64
        && text.len() <= 254
        && text.is_ascii()
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'(' | b')' | b',' | b';' | b':' | b'\\' | b'"'))
        && !local.contains('@')
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    if fits { Ok(text.to_owned()) } else { Err(unfinished()) }
}

fn parse_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > 100 {
        return Err("Use 100 letters or fewer.".to_owned());
    }
    // Control characters and marks that turn the direction of writing could make a receipt say something else.
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    if text.chars().any(|c| c.is_control() || turns(c)) {
        return Err("Use letters, spaces and the usual marks.".to_owned());
    }
    Ok(text.to_owned())
}

/// The attempt id is ours: anything else was not made by our form.
fn parse_attempt(text: &str) -> Result<String, String> {
    let fits = (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(text.to_owned()) } else { Err("This form is too old. Please open it again.".to_owned()) }
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
        Pledge::parse(form, Limits::usual(Currency::USD))
    }

    #[test]
    fn a_typed_amount_beats_the_preset() {
        assert_eq!(parse(&form("", "a@example.org")).unwrap().amount.minor, 2500);
        assert_eq!(parse(&form("40.50", "a@example.org")).unwrap().amount.minor, 4050);
    }

    #[test]
    fn every_mistake_is_told_at_once_beside_its_field() {
        let mut wrong = form("-1", "nobody");
        wrong.name = "x".repeat(101);
        let fields: Vec<_> = parse(&wrong).unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["amount_other", "email", "name"]);
    }

    #[test]
    fn amounts_outside_the_limits_are_refused() {
        for amount in ["0", "4.99", "5000.01", "0.001", "1e18", "９", "1,50", "NaN", "9223372036854775807"] {
            assert!(parse(&form(amount, "a@example.org")).is_err(), "{amount}");
        }
        for amount in ["5", "5000", "5,000.00", "$5.00"] {
            assert!(parse(&form(amount, "a@example.org")).is_ok(), "{amount}");
        }
    }

    #[test]
    fn addresses_that_are_none_are_refused() {
        for email in ["", "a", "a@", "@b.org", "a@b", "a b@c.org", "a@b..org", "a@b.org\nBcc: c@d.org", "a@b@c.org", "<a@b.org>"] {
            assert!(parse(&form("", email)).is_err(), "{email:?}");
        }
        assert!(parse(&form("", "first.last+strike@sub.example.org")).is_ok());
    }
}
