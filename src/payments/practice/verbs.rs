//! What the site's checkout page, the demo and tests may do in process: pay, refund, dispute, pay out, and look.

use super::account::Account;
use super::charge::{Charge, Status as ChargeStatus};
use super::checkout::Session;
use super::deliveries::SignedDelivery;
use super::dispute::Dispute;
use super::events::Event;
use super::lines::LineKind;
use super::metadata::Metadata;
use super::method::{Fate, Means};
use super::refund::RefundMore;
use super::subscription::Subscription;
use super::table::Key;
use super::views::{DirectCharge, LoneLine, Paid, RefundRefused, SessionState, SessionView, state_of};
use super::{Course, Outcome, PayError, Practice};
use crate::money::Currency;

impl Practice {
    /// Delivers every event to `url`, signed with `secret` (the whole of it, `whsec_` included).
    pub fn webhook_to(&self, url: &str, secret: &str) {
        self.shared.account().add_endpoint(Some(url.to_owned()), secret.to_owned());
    }

    /// Keeps every event's deliveries for [`Practice::take_deliveries`], so that a test can hand them in itself, in any order.
    pub fn webhook_by_hand(&self, secret: &str) {
        self.shared.account().add_endpoint(None, secret.to_owned());
    }

    /// The deliveries kept since the last time, in the order they were sent.
    pub fn take_deliveries(&self) -> Vec<SignedDelivery> {
        std::mem::take(&mut self.shared.account().mailbox)
    }

    /// The session with this id.
    pub fn session(&self, id: &str) -> Option<SessionView> {
        let account = self.shared.account();
        let key = account.find::<Session>(id)?;
        let session = &account.sessions[key];
        let product = account.prices[session.items.first()?.price].product;
        Some(SessionView {
            id: id.to_owned(),
            name: account.products[product].name.clone(),
            amount_minor: session.amount,
            currency: session.currency,
            interval: session.interval,
            success_url: session.success_url.clone().map(|url| url.replace("{CHECKOUT_SESSION_ID}", id)),
            cancel_url: session.cancel_url.clone(),
            state: state_of(session),
            bank_asks: account.bank_asks(key),
            reference: session.client_reference_id.clone(),
            locale: session.locale.clone(),
            charge: session.intent.and_then(|intent| account.intents[intent].latest_charge).map(|charge| account.id(charge)),
        })
    }

    /// Finishes a session as the donor's page would.
    ///
    /// # Errors
    /// When there is no such session, or it is finished.
    pub fn pay(&self, session: &str, outcome: Outcome) -> Result<Paid, PayError> {
        self.play(session, outcome.into())
    }

    /// The same, with what follows.
    ///
    /// # Errors
    /// When there is no such session, or it is finished.
    pub fn play(&self, session: &str, course: Course) -> Result<Paid, PayError> {
        let charge = {
            let mut account = self.shared.account();
            let key = account.find::<Session>(session).ok_or(PayError::Unknown)?;
            let charge = account.pay_session(key, course)?;
            charge.map(|charge| account.id(charge))
        };
        self.shared.wake();
        let view = self.session(session).ok_or(PayError::Unknown)?;
        let next = match view.state {
            SessionState::Open => None,
            SessionState::Complete { .. } => view.success_url,
            SessionState::Expired => view.cancel_url,
        };
        Ok(Paid { charge, state: view.state, next })
    }

    /// A charge with its line, stamped as told; its id.
    pub fn charge_direct(&self, direct: &DirectCharge<'_>) -> String {
        let id = {
            let mut account = self.shared.account();
            let key = account.charge_direct(direct);
            account.id(key)
        };
        if direct.announced {
            self.shared.wake();
        }
        id
    }

    /// Refunds `amount_minor` of a charge, or what is left of it, as from Stripe's Dashboard; the refund's id.
    ///
    /// # Errors
    /// As Stripe's: unknown, nothing left, more than is left, in dispute.
    pub fn refund(&self, charge: &str, amount_minor: Option<i64>) -> Result<String, RefundRefused> {
        self.with(|account| {
            let refused = |error: super::reply::ApiError| RefundRefused(error.to_string());
            let key = account.get::<Charge>(charge).map_err(refused)?;
            let refund = account.refund_charge(key, amount_minor, RefundMore::default()).map_err(refused)?;
            Ok(account.id(refund))
        })
    }

    /// Makes a refund fail now, also one that has succeeded. Unknown ids are left alone, here and below.
    pub fn fail_refund(&self, refund: &str) {
        self.with_row(refund, Account::fail_refund);
    }

    /// The donor's bank disputes `amount_minor` of a charge (the whole when None); it may be more than the charge. The dispute's id.
    pub fn open_dispute(&self, charge: &str, amount_minor: Option<i64>) -> Option<String> {
        self.dispute(charge, amount_minor, false)
    }

    /// The bank only asks: no money moves. The inquiry's id.
    pub fn open_inquiry(&self, charge: &str) -> Option<String> {
        self.dispute(charge, None, true)
    }

    /// An inquiry becomes a dispute, and the money goes.
    pub fn escalate(&self, dispute: &str) {
        self.with_row(dispute, Account::escalate_dispute);
    }

    /// Won, for the whole (None) or a part, also after it was lost; `with_fee` gives the dispute's fee back.
    pub fn win(&self, dispute: &str, amount_minor: Option<i64>, with_fee: bool) {
        self.with_row(dispute, |account, key: Key<Dispute>| account.win_dispute(key, amount_minor, with_fee));
    }

    /// Lost; an inquiry is closed.
    pub fn lose(&self, dispute: &str) {
        self.with_row(dispute, Account::lose_dispute);
    }

    /// The bank suspects a charge before anyone disputes it.
    pub fn warn_of_fraud(&self, charge: &str) {
        self.with_row(charge, Account::warn_of_fraud);
    }

    /// Pays out all that is available, or debits the bank when the balance is below zero; None when there is nothing. The payout's id.
    pub fn payout(&self, currency: Currency) -> Option<String> {
        self.with(|account| account.pay_out_all(currency).map(|key| account.id(key)))
    }

    /// A payout takes its next step at once: pending, in transit, paid.
    pub fn step_payout(&self, payout: &str) {
        self.with_row(payout, Account::step_payout);
    }

    /// The bank sends a payout back, also one that was paid.
    pub fn fail_payout(&self, payout: &str) {
        self.with_row(payout, Account::fail_payout);
    }

    /// Stripe holds `amount_minor` in reserve, or releases it when negative.
    pub fn hold(&self, currency: Currency, amount_minor: i64) {
        self.with(|account| account.hold(currency, amount_minor));
    }

    /// A line without an object behind it, of `amount_minor` (negative for a fee); its id.
    pub fn lone_line(&self, kind: LoneLine, currency: Currency, amount_minor: i64) -> String {
        let kind = match kind {
            LoneLine::StripeFee => LineKind::StripeFee,
            LoneLine::Unheard => LineKind::Unheard,
        };
        self.with(|account| {
            let key = account.write_lone_line(kind, currency, amount_minor);
            account.id(key)
        })
    }

    /// From now on a subscription's payments are declined (true) or work (false).
    pub fn decline_renewals(&self, subscription: &str, declined: bool) {
        self.with_row(subscription, |account, key: Key<Subscription>| {
            let means = if declined { Means::card(Fate::Declined) } else { Means::CARD };
            let method = account.add_method(means, None);
            account.subscriptions[key].method = Some(method);
        });
    }

    /// Cancels a subscription from Stripe's side.
    pub fn cancel_subscription(&self, subscription: &str) {
        self.with_row(subscription, Account::cancel_subscription);
    }

    /// Sends an event again to every endpoint, as the Dashboard's “Resend” does.
    pub fn resend(&self, event: &str) {
        self.with_row(event, |account, key: Key<Event>| account.resend(key));
    }

    /// Its own balance, available and pending, in minor units: moved by what happened, apart from the lines.
    pub fn balance(&self, currency: Currency) -> i64 {
        self.shared.account().balance.total(currency)
    }

    /// Σ net of the lines that are in the list and make up the balance, in minor units.
    pub fn lines_total(&self, currency: Currency) -> i64 {
        self.shared.account().lines_total(currency)
    }

    fn dispute(&self, charge: &str, amount_minor: Option<i64>, inquiry: bool) -> Option<String> {
        self.with(|account| {
            let key = account.find::<Charge>(charge)?;
            let amount = amount_minor.unwrap_or(account.charges[key].amount);
            let dispute = account.open_dispute(key, amount, inquiry);
            Some(account.id(dispute))
        })
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Account) -> T) -> T {
        let done = act(&mut self.shared.account());
        self.shared.wake();
        done
    }

    pub(super) fn with_row<T: super::table::Row>(&self, id: &str, act: impl FnOnce(&mut Account, Key<T>)) {
        self.with(|account| {
            if let Some(key) = account.find::<T>(id) {
                act(account, key);
            }
        });
    }
}

impl Account {
    fn charge_direct(&mut self, direct: &DirectCharge<'_>) -> Key<Charge> {
        let created = direct.created.unix_secs();
        let charge = Charge {
            created,
            amount: direct.amount_minor,
            refunded: 0,
            currency: direct.currency,
            status: ChargeStatus::Succeeded,
            captured: true,
            disputed: false,
            without_line: false,
            means: Means::CARD,
            method: None,
            intent: None,
            customer: None,
            metadata: Metadata::from_pairs(direct.metadata),
            description: None,
            email: None,
            line: None,
            failure_line: None,
        };
        let key = self.add(charge);
        if direct.announced {
            self.tell("charge.succeeded", key);
        }
        self.settle_charge(key, created);
        if direct.announced {
            self.tell("charge.updated", key);
        }
        key
    }
}
