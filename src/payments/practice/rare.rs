//! What tests may make happen that seldom does: disputes prevented or appealed, refunds that ask the donor, pauses, other currencies.

use super::Practice;
use super::account::Account;
use super::charge::Charge;
use crate::money::Currency;

impl Practice {
    /// The card network ends a dispute before it begins: the donor is refunded, and the dispute is `prevented`. Its id; None where the
    /// charge is unknown or nothing of it is left.
    pub fn prevent_dispute(&self, charge: &str) -> Option<String> {
        self.with(|account| {
            let key = account.find::<Charge>(charge)?;
            account.prevent_dispute(key).map(|dispute| account.id(dispute))
        })
    }

    /// A lost dispute is argued once more: it needs a response again, and no money moves until it is won or lost.
    pub fn appeal(&self, dispute: &str) {
        self.with_row(dispute, Account::appeal_dispute);
    }

    /// The donor says where a refund that asks (`requires_action`) shall go, and the money leaves.
    pub fn answer_refund(&self, refund: &str) {
        self.with_row(refund, Account::answer_refund);
    }

    /// A refund that asks is given up: the money never left.
    pub fn cancel_refund(&self, refund: &str) {
        self.with_row(refund, |account, key| drop(account.cancel_refund(key)));
    }

    /// A running subscription rests: nothing is billed.
    pub fn pause_subscription(&self, subscription: &str) {
        self.with_row(subscription, Account::pause_subscription);
    }

    /// A paused subscription goes on with its next period.
    pub fn resume_subscription(&self, subscription: &str) {
        self.with_row(subscription, Account::resume_subscription);
    }

    /// From now on amounts in `from` reach the balance in `to`, at so many millionths of a minor unit each.
    pub fn convert(&self, from: Currency, to: Currency, millionths: u32) {
        self.with(|account| account.conversions.insert(from, (to, millionths)));
    }
}
