//! How often each route was asked, how it answered and how long it took. Labels are routes, never addresses (safety LG4).

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics::{Counter, Histogram, counter, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "strikefund_requests_total";
const SECONDS: &str = "strikefund_request_seconds";

/// The measures of every route, registered once so that a request costs two additions and no look-up by label.
#[derive(Debug)]
pub struct Meter {
    routes: HashMap<&'static str, RouteMeter>,
    elsewhere: RouteMeter,
}

#[derive(Debug)]
struct RouteMeter {
    /// By the first digit of the status.
    answers: [Counter; 5],
    seconds: Histogram,
}

impl Meter {
    /// For these routes; whatever fits none is counted together. Counts nothing unless [`install`] came first.
    pub fn new(routes: &[&'static str]) -> Self {
        Self { routes: routes.iter().map(|route| (*route, RouteMeter::new(route))).collect(), elsewhere: RouteMeter::new("none") }
    }

    /// Notes one answer.
    pub fn count(&self, route: Option<&str>, status: StatusCode, took: Duration) {
        let meter = route.and_then(|route| self.routes.get(route)).unwrap_or(&self.elsewhere);
        if let Some(answers) = usize::from(status.as_u16() / 100).checked_sub(1).and_then(|class| meter.answers.get(class)) {
            answers.increment(1);
        }
        meter.seconds.record(took.as_secs_f64());
    }
}

impl RouteMeter {
    fn new(route: &'static str) -> Self {
        let answers = |status: &'static str| counter!(REQUESTS, "route" => route, "status" => status);
        Self { answers: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(answers), seconds: histogram!(SECONDS, "route" => route) }
    }
}

/// Begins to measure, for the whole process: once, before [`super::router`].
///
/// # Errors
/// When something measures already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &bounds)?.install_recorder()
}

/// What listens on the private address: `/metrics` for Prometheus, nothing else.
pub fn router(handle: PrometheusHandle) -> Router {
    let render = move || {
        let text = handle.render();
        async move { ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text) }
    };
    Router::new().route("/metrics", get(render))
}
