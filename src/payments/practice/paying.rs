//! Finishing a checkout session: by the site's practice page, by tests, or by the official command line through Stripe's payment pages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::charge::Charge;
use super::checkout::{Session, Status};
use super::course::Course;
use super::form::Form;
use super::intent::{Intent, Status as IntentStatus};
use super::method::{Family, Fate, Means, PaymentMethod};
use super::reply::{ApiError, Reply};
use super::table::Key;

/// How long a bank takes that answers soon.
const SOON_SECS: i64 = 20;

/// What a donor does on the page, or what becomes of it. Each stands for one of Stripe's test methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Paid; the line follows after two seconds.
    Pay,
    /// Paid, and the money is available at once.
    PayAvailableAtOnce,
    /// The session completes unpaid; the bank confirms after 20 seconds.
    PayDelayed,
    /// The bank says no; the session stays open for another try.
    Declined,
    /// The bank asks the donor first: finish with [`Outcome::Pay`] or [`Outcome::Declined`].
    AsksFirst,
    /// Nobody finishes the page in time.
    RunOutOfTime,
    /// A bank debit, confirmed after five days.
    BankDebitSettles,
    /// A bank debit that comes back after three days.
    BankDebitFails,
    /// Paid, then disputed: the money is withdrawn.
    PayThenDispute,
    /// Paid, then asked about: an inquiry, no money moves.
    PayThenInquiry,
    /// Paid; its refunds stay pending for a day.
    PayRefundPends,
    /// Paid; its refunds succeed and fail three days later.
    PayRefundFails,
}

impl Outcome {
    /// The method that has this outcome; None where no payment is tried.
    const fn means(self) -> Option<Means> {
        Some(match self {
            Self::Pay => Means::CARD,
            Self::PayAvailableAtOnce => Means::card(Fate::AvailableAtOnce),
            Self::PayDelayed => Means { family: Family::UsBankAccount, fate: Fate::Settles(SOON_SECS) },
            Self::Declined => Means::card(Fate::Declined),
            Self::AsksFirst => Means::card(Fate::AsksFirst),
            Self::RunOutOfTime => return None,
            Self::BankDebitSettles => Means::debit(Family::SepaDebit, true),
            Self::BankDebitFails => Means::debit(Family::SepaDebit, false),
            Self::PayThenDispute => Means::card(Fate::Disputed),
            Self::PayThenInquiry => Means::card(Fate::Inquired),
            Self::PayRefundPends => Means::card(Fate::RefundPends),
            Self::PayRefundFails => Means::card(Fate::RefundFails),
        })
    }
}

/// Why a session cannot be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// No session has this id.
    #[error("There is no such payment.")]
    Unknown,
    /// It was paid, or it ran out.
    #[error("This payment is already finished.")]
    Finished,
}

impl Account {
    /// Carries out what was chosen; the charge it made, if any.
    pub fn pay_session(&mut self, key: Key<Session>, course: Course) -> Result<Option<Key<Charge>>, PayError> {
        if self.sessions[key].status != Status::Open {
            return Err(PayError::Finished);
        }
        // Who only confirms what the bank asked stays with what was chosen before.
        if !self.bank_asks(key) {
            let session = &mut self.sessions[key];
            (session.afterwards, session.manner) = (course.afterwards, course.manner);
        }
        self.in_manner_of(key, |account| {
            let Some(means) = course.outcome.means() else {
                account.expire_session(key);
                return Ok(None);
            };
            let method = account.add_method(means, None);
            let intent = account.pay_session_by(key, method);
            Ok(account.intents[intent].latest_charge)
        })
    }

    /// Whether the donor's bank waits for a confirmation.
    pub fn bank_asks(&self, key: Key<Session>) -> bool {
        self.sessions[key].intent.is_some_and(|intent| self.intents[intent].status == IntentStatus::RequiresAction)
    }

    /// Tries to take the session's money by a method.
    fn pay_session_by(&mut self, key: Key<Session>, method: Key<PaymentMethod>) -> Key<Intent> {
        let declined = self.methods[method].means.fate == Fate::Declined;
        if declined && self.sessions[key].interval.is_some() && self.sessions[key].intent.is_none() {
            return self.decline_repeating(key, method);
        }
        let intent = self.session_intent(key, method);
        // A donor who was asked and now pays with any method has confirmed.
        let confirmed = self.intents[intent].status == IntentStatus::RequiresAction;
        let status = self.confirm_intent(intent, method, confirmed);
        if status == IntentStatus::Processing {
            self.complete_session(key, false);
        }
        intent
    }

    /// The subscription is only made once a payment works, so a declined first try leaves nothing but its intent and charge.
    fn decline_repeating(&mut self, key: Key<Session>, method: Key<PaymentMethod>) -> Key<Intent> {
        let intent = Intent::new(self.now(), self.sessions[key].amount, self.sessions[key].currency);
        let intent = self.add_intent(intent);
        self.confirm_intent(intent, method, false);
        intent
    }

    /// The session's intent: made at the first try, for a repeating gift together with its customer, subscription and first invoice.
    fn session_intent(&mut self, key: Key<Session>, method: Key<PaymentMethod>) -> Key<Intent> {
        if let Some(intent) = self.sessions[key].intent {
            if let Some(subscription) = self.sessions[key].subscription {
                self.subscriptions[subscription].method = Some(method);
            }
            return intent;
        }
        let intent = if self.sessions[key].interval.is_some() {
            self.subscribe_for_session(key, method)
        } else {
            let session = &self.sessions[key];
            let mut intent = Intent::new(self.now(), session.amount, session.currency);
            intent.metadata = session.passed_on.clone();
            intent.description.clone_from(&session.description);
            intent.descriptor_suffix.clone_from(&session.descriptor_suffix);
            intent.email.clone_from(&session.email);
            intent.customer = session.customer;
            self.add_intent(intent)
        };
        self.intents[intent].session = Some(key);
        self.sessions[key].intent = Some(intent);
        intent
    }

    fn complete_session(&mut self, key: Key<Session>, paid: bool) {
        self.sessions[key].status = Status::Complete;
        self.sessions[key].paid = paid;
        self.tell("checkout.session.completed", key);
    }

    /// The money of a session is there, at once or days after it completed.
    pub fn session_paid(&mut self, key: Key<Session>) {
        self.plan_afterwards(key);
        match self.sessions[key].status {
            Status::Open => self.complete_session(key, true),
            Status::Complete | Status::Expired => {
                self.sessions[key].paid = true;
                self.tell("checkout.session.async_payment_succeeded", key);
            }
        }
    }

    /// A debit failed after the session completed. A decline before leaves the session open and says nothing.
    pub fn session_failed(&mut self, key: Key<Session>) {
        if self.sessions[key].status == Status::Complete {
            self.tell("checkout.session.async_payment_failed", key);
        }
    }

    fn confirm_page(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Session>(id)?;
        if self.sessions[key].status != Status::Open {
            return Err(ApiError::refused("checkout_not_open", "This Checkout Session is no longer open."));
        }
        let method = self.method_named(form.required("payment_method")?)?;
        if form.integer("expected_amount")?.is_some_and(|expected| expected != self.sessions[key].amount) {
            return Err(ApiError::refused("checkout_amount_mismatch", "The amount changed meanwhile."));
        }
        let intent = self.pay_session_by(key, method);
        let status = self.intents[intent].status;
        self.confirmed_reply(intent, status)?;
        Ok(self.show_page(key))
    }

    fn show_page(&self, key: Key<Session>) -> Value {
        let session = self.render(key);
        json!({
            "id": self.names.text("ppage_", key.number), "object": "checkout.session", "session_id": self.id(key),
            "status": session["status"], "payment_status": session["payment_status"], "payment_intent": session["payment_intent"],
            "livemode": false, "mode": session["mode"], "currency": session["currency"], "total_summary": {"due": session["amount_total"]},
        })
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("GET", ["payment_pages", id]) => account.get::<Session>(id).map(|key| account.show_page(key)),
        ("POST", ["payment_pages", id, "confirm"]) => account.confirm_page(id, form),
        _ => return None,
    })
}
