//! Makes time pass: runs what is due, in order, and carries deliveries over the network. The account's lock is never held while waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Notify;

use super::account::Account;
use super::agenda::Task;
use super::deliveries::Outgoing;
use crate::clock::{Clock, Instant};

/// How long an endpoint may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// The driver looks again at least this often, and never more often than the second figure.
const LONGEST_NAP: Duration = Duration::from_mins(1);
const SHORTEST_NAP: Duration = Duration::from_millis(20);

/// The account, and what carries its deliveries.
#[derive(Debug)]
pub struct Shared {
    account: Mutex<Account>,
    clock: Clock,
    /// Held while time passes: two may not run tasks at once.
    driving: tokio::sync::Mutex<()>,
    woken: Notify,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Shared {
    pub fn new(account: Account) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let clock = account.clock.clone();
        Self { account: Mutex::new(account), clock, driving: tokio::sync::Mutex::new(()), woken: Notify::new(), client }
    }

    /// The account. A panic of another holder leaves it usable: it is practice.
    pub fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something new may be due.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Runs what is due whenever something is; never returns.
    pub async fn drive(self: Arc<Self>) {
        loop {
            self.run_until(self.clock.now()).await;
            let next = self.account().agenda.next_due();
            let wait = next.map_or(LONGEST_NAP, |due| {
                let micros = due.0.saturating_sub(self.clock.now().0);
                Duration::from_micros(u64::try_from(micros).unwrap_or(0)).clamp(SHORTEST_NAP, LONGEST_NAP)
            });
            // A nap's end and a wake-up mean the same: look again.
            let _ = tokio::time::timeout(wait, self.woken.notified()).await;
        }
    }

    /// Moves the clock and runs everything that becomes due on the way, each at its own moment.
    pub async fn advance(&self, by: Duration) {
        let until = Instant(self.clock.now().0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)));
        self.run_until(until).await;
        self.move_clock(until);
    }

    async fn run_until(&self, until: Instant) {
        let _one_at_a_time = self.driving.lock().await;
        loop {
            let outgoing = {
                let mut account = self.account();
                let Some(due) = account.agenda.next_due().filter(|due| *due <= until) else { return };
                self.move_clock(due);
                // The machine's own clock cannot be moved: what is not due by it stays.
                let Some(task) = account.agenda.take(self.clock.now()) else { return };
                account.run(task)
            };
            if let Some(outgoing) = outgoing {
                let delivery = outgoing.delivery;
                let well = self.post(outgoing).await;
                self.account().delivery_answered(delivery, well);
            }
        }
    }

    /// Forward only; the machine's clock moves by itself.
    fn move_clock(&self, to: Instant) {
        if let Ok(micros) = u64::try_from(to.0.saturating_sub(self.clock.now().0)) {
            self.clock.advance(Duration::from_micros(micros));
        }
    }

    /// Whether the endpoint answered with a 2xx in time. A redirect counts as failure, as at Stripe.
    async fn post(&self, outgoing: Outgoing) -> bool {
        let request = Request::post(&outgoing.url)
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("stripe-signature", &outgoing.signed.signature)
            .body(Full::new(Bytes::from(outgoing.signed.body)));
        let Ok(request) = request else { return false };
        match tokio::time::timeout(ANSWER_WITHIN, self.client.request(request)).await {
            Ok(Ok(response)) => response.status().is_success(),
            Ok(Err(_)) | Err(_) => false,
        }
    }
}

impl Account {
    /// Does one task; a delivery comes back to be carried.
    fn run(&mut self, task: Task) -> Option<Outgoing> {
        match task {
            Task::MakeLine(charge) => self.make_charge_line(charge),
            Task::ShowLine(line) => self.show_line(line),
            Task::Mature => self.mature(),
            Task::SettleDebit(charge) => self.settle_debit(charge),
            Task::BounceDebit(charge) => self.bounce_debit(charge),
            Task::FinishRefund(refund) => self.finish_refund(refund),
            Task::FailRefund(refund) => self.fail_refund(refund),
            Task::StepPayout(payout) => self.step_payout(payout),
            Task::FailPayout(payout) => self.fail_payout(payout),
            Task::PayOutDaily => self.pay_out_daily(),
            Task::Afterwards(session) => self.follow_up(session),
            Task::CloseDispute { dispute, won } => self.close_dispute(dispute, won),
            Task::ExpireSession(session) => self.expire_session(session),
            Task::Renew(subscription) => self.renew(subscription),
            Task::RetryInvoice(invoice) => self.retry_invoice(invoice),
            Task::Deliver(delivery) => return self.attempt_delivery(delivery),
        }
        None
    }
}
