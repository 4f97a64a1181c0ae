//! Payment methods. Each of Stripe's test methods stands for one fate of a payment, so no card is ever needed.

use serde_json::{Value, json};

use super::account::Account;
use super::customer::Customer;
use super::form::Form;
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, list, whole};
use super::table::{Key, Row, Table};

const DAY_SECS: i64 = 86_400;

/// What becomes of a payment by this method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Paid.
    Succeeds,
    /// Paid, and available at once.
    AvailableAtOnce,
    /// The bank says no.
    Declined,
    /// The donor must confirm first; then it is paid.
    AsksFirst,
    /// Paid, then disputed.
    Disputed,
    /// Paid, then asked about: an inquiry, no money moves.
    Inquired,
    /// Paid; a refund stays pending for a day.
    RefundPends,
    /// Paid; a refund succeeds and then fails.
    RefundFails,
    /// A bank debit that is confirmed after so many seconds.
    Settles(i64),
    /// A bank debit that comes back after so many seconds.
    Bounces(i64),
}

/// The family a method belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Card,
    SepaDebit,
    UsBankAccount,
}

impl Family {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::SepaDebit => "sepa_debit",
            Self::UsBankAccount => "us_bank_account",
        }
    }
}

/// A family and what will become of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    pub family: Family,
    pub fate: Fate,
}

impl Means {
    /// The card that always works.
    pub const CARD: Self = Self::card(Fate::Succeeds);

    pub const fn card(fate: Fate) -> Self {
        Self { family: Family::Card, fate }
    }

    /// A bank debit with the usual days until it is confirmed or comes back.
    pub const fn debit(family: Family, settles: bool) -> Self {
        let fate = if settles { Fate::Settles(5 * DAY_SECS) } else { Fate::Bounces(3 * DAY_SECS) };
        Self { family, fate }
    }

    /// Reads one of Stripe's test tokens, test methods or test card numbers.
    pub fn of_test_word(word: &str) -> Option<Self> {
        let name = ["pm_card_", "tok_", "card_"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(word);
        let name = name.strip_prefix("visa_").unwrap_or(name);
        Some(Self::card(match name {
            "visa" | "visa_debit" | "mastercard" | "amex" | "discover" | "us" | "4242424242424242" => Fate::Succeeds,
            "bypassPending" | "4000000000000077" => Fate::AvailableAtOnce,
            "chargeDeclined" | "chargeCustomerFail" | "chargeDeclinedInsufficientFunds" | "4000000000000002" | "4000000000000341" => {
                Fate::Declined
            }
            "authenticationRequired" | "threeDSecure2Required" | "4000002500003155" => Fate::AsksFirst,
            "createDispute" | "4000000000000259" => Fate::Disputed,
            "createDisputeInquiry" | "4000000000001976" => Fate::Inquired,
            "pendingRefund" | "4000000000007726" => Fate::RefundPends,
            "refundFail" | "4000000000005126" => Fate::RefundFails,
            _ => return None,
        }))
    }
}

/// A stored payment method.
#[derive(Debug)]
pub struct PaymentMethod {
    created: i64,
    pub means: Means,
    customer: Option<Key<Customer>>,
    email: Option<String>,
    name: Option<String>,
    metadata: Metadata,
}

impl Row for PaymentMethod {
    const PREFIXES: &'static [&'static str] = &["pm_"];
    const NOUN: &'static str = "PaymentMethod";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.methods
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.methods
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let family = self.means.family.word();
        let mut method = json!({
            "id": account.id(key), "object": "payment_method", "allow_redisplay": "unspecified", "created": self.created, "type": family,
            "customer": account.id_or_null(self.customer), "customer_account": null, "livemode": false, "metadata": self.metadata.render(),
            "billing_details": billing_details(self.email.as_deref(), self.name.as_deref()),
        });
        method[family] = match self.means.family {
            Family::Card => json!({
                "brand": "visa", "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
                "country": "US", "display_brand": "visa", "exp_month": 8, "exp_year": 2030, "fingerprint": "practicepractice",
                "funding": "credit", "generated_from": null, "last4": "4242", "networks": {"available": ["visa"], "preferred": null},
                "regulated_status": "unregulated", "three_d_secure_usage": {"supported": true}, "wallet": null,
            }),
            Family::SepaDebit => json!({
                "bank_code": "19043", "branch_code": "", "country": "AT", "fingerprint": "practicepractice", "last4": "3201",
                "generated_from": {"charge": null, "setup_attempt": null},
            }),
            Family::UsBankAccount => json!({
                "account_holder_type": "individual", "account_type": "checking", "bank_name": "STRIPE TEST BANK", "blocked": null,
                "financial_connections_account": null, "fingerprint": "practicepractice", "last4": "6789", "routing_number": "110000000",
                "networks": {"preferred": "ach", "supported": ["ach"]}, "status_details": {},
            }),
        };
        method
    }
}

impl PaymentMethod {
    pub fn attach_to(&mut self, customer: Key<Customer>) {
        self.customer = Some(customer);
    }

    pub fn belongs_to(&self, customer: Key<Customer>) -> bool {
        self.customer == Some(customer)
    }
}

/// Who paid, as charges and methods tell it.
pub fn billing_details(email: Option<&str>, name: Option<&str>) -> Value {
    let address = json!({"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null});
    json!({"address": address, "email": email, "name": name, "phone": null, "tax_id": null})
}

impl Account {
    /// A stored method for these means.
    pub fn add_method(&mut self, means: Means, customer: Option<Key<Customer>>) -> Key<PaymentMethod> {
        let created = self.now();
        self.add(PaymentMethod { created, means, customer, email: None, name: None, metadata: Metadata::default() })
    }

    /// The method an id or a test word names; a test word becomes a stored method of its own, as at Stripe.
    pub fn method_named(&mut self, name: &str) -> Result<Key<PaymentMethod>, ApiError> {
        if let Some(means) = Means::of_test_word(name) {
            return Ok(self.add_method(means, None));
        }
        self.get(name)
    }

    fn create_method(&mut self, form: &Form) -> Reply {
        let means = match form.required("type")? {
            "card" => {
                let card = form.child("card").ok_or_else(|| ApiError::missing("card"))?;
                let word = card.text("token").or_else(|| card.text("number")).ok_or_else(|| ApiError::missing("card[token]"))?;
                Means::of_test_word(word).ok_or_else(|| ApiError::no_such("token", word))?
            }
            // Stripe's test account numbers that fail; every other one settles.
            "sepa_debit" => {
                let iban = form.at(&["sepa_debit"]).and_then(|debit| debit.text("iban")).unwrap_or_default().replace(' ', "");
                Means::debit(Family::SepaDebit, !iban.ends_with("0000123456"))
            }
            "us_bank_account" => {
                let number = form.at(&["us_bank_account"]).and_then(|debit| debit.text("account_number")).unwrap_or_default();
                Means::debit(Family::UsBankAccount, !number.starts_with("0001111111"))
            }
            other => return Err(ApiError::invalid("type", format!("The practice Stripe has no payment method of type {other}"))),
        };
        let billing = form.child("billing_details");
        let key = self.add_method(means, None);
        let metadata = form.metadata(&Metadata::default())?;
        let method = &mut self.methods[key];
        method.email = billing.and_then(|details| details.owned("email"));
        method.name = billing.and_then(|details| details.owned("name"));
        method.metadata = metadata;
        Ok(self.render(key))
    }

    fn attach_method(&mut self, id: &str, form: &Form) -> Reply {
        let customer = self.get::<Customer>(form.required("customer")?)?;
        let key = self.method_named(id)?;
        self.methods[key].attach_to(customer);
        self.tell("payment_method.attached", key);
        Ok(self.render(key))
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["payment_methods"]) => account.create_method(form),
        ("GET", ["payment_methods"]) => {
            let customer = form.text("customer").and_then(|id| account.find::<Customer>(id));
            list::<PaymentMethod>(account, "/v1/payment_methods", form, |_, row| customer.is_none() || row.customer == customer)
        }
        ("GET", ["customers", id, "payment_methods"]) => {
            let customer = account.find::<Customer>(id);
            let methods = account.methods.iter().filter(|(_, row)| customer.is_some() && row.customer == customer);
            Ok(whole("/v1/payment_methods", methods.map(|(key, _)| account.render(key)).collect()))
        }
        ("GET", ["payment_methods", id]) => account.show::<PaymentMethod>(id),
        ("POST", ["payment_methods", id, "attach"]) => account.attach_method(id, form),
        _ => return None,
    })
}
