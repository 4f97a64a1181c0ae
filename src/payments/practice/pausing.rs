//! Subscriptions that rest: while one is paused nothing is billed, and no period is caught up with afterwards.

use super::account::Account;
use super::form::Form;
use super::reply::{ApiError, Reply};
use super::subscription::{Status, Subscription};
use super::table::Key;

impl Account {
    /// Stripe pauses a running subscription.
    pub fn pause_subscription(&mut self, key: Key<Subscription>) {
        if matches!(self.subscriptions[key].status, Status::Active | Status::PastDue) {
            self.subscriptions[key].status = Status::Paused;
            self.tell("customer.subscription.paused", key);
        }
    }

    /// It goes on; the next bill comes with its next period.
    pub fn resume_subscription(&mut self, key: Key<Subscription>) {
        if self.subscriptions[key].status == Status::Paused {
            self.subscriptions[key].status = Status::Active;
            self.tell("customer.subscription.resumed", key);
        }
    }

    fn resume_by_api(&mut self, id: &str) -> Reply {
        let key = self.get::<Subscription>(id)?;
        if self.subscriptions[key].status != Status::Paused {
            return Err(ApiError::invalid("status", "Only paused subscriptions can be resumed."));
        }
        self.resume_subscription(key);
        Ok(self.render(key))
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], _form: &Form) -> Option<Reply> {
    match (method, path) {
        ("POST", ["subscriptions", id, "resume"]) => Some(account.resume_by_api(id)),
        _ => None,
    }
}
