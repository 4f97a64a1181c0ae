//! One request from its key to its answer: authorization, faults, idempotency, the route, expansion.

use data_encoding::BASE64;
use serde_json::Value;

use super::account::Account;
use super::form::Form;
use super::reply::{ApiError, Reply};

/// A request as it came.
#[derive(Debug)]
pub struct Call<'a> {
    pub method: &'a str,
    /// With its leading `/v1/`.
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
    pub authorization: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
}

/// What goes back over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub request_id: String,
    pub replayed: bool,
    /// A proxy's page instead of Stripe's JSON.
    pub html: bool,
    /// How much of the body arrives before the connection breaks; None for all of it.
    pub cut_at: Option<usize>,
    /// It takes a second to come.
    pub slow: bool,
}

type Route = fn(&mut Account, &str, &[&str], &Form) -> Option<Reply>;

/// Every file that answers routes.
const ROUTES: [Route; 15] = [
    super::lines::answer,
    super::checkout::answer,
    super::paying::answer,
    super::intent::answer,
    super::charge::answer,
    super::refund::answer,
    super::dispute::answer,
    super::warning::answer,
    super::payout::answer,
    super::subscription::answer,
    super::invoicing::answer,
    super::customer::answer,
    super::catalogue::answer,
    super::method::answer,
    super::balance::answer,
];
const MORE_ROUTES: [Route; 3] = [super::events::answer, super::endpoints::answer, super::pausing::answer];

impl Account {
    pub fn answer(&mut self, call: &Call<'_>) -> Answer {
        self.requests += 1;
        let request_id = self.names.text("req_", self.requests);
        let form = Form::parse(call.query, call.body);
        let fingerprint = format!("{} {}\n{}", call.method, call.path, form.canonical());
        let mut answer = Answer { status: 200, body: String::new(), request_id, replayed: false, html: false, cut_at: None, slow: false };
        if let Err(error) = authorize(call.authorization) {
            answer.refuse(&error);
            return answer;
        }
        let once = format!("{} {fingerprint}", call.idempotency_key.unwrap_or_default());
        if self.fails_once(&once, &mut answer) {
            return answer;
        }
        let key = call.idempotency_key.filter(|_| call.method == "POST");
        match key.map_or(Ok(None), |key| self.keys.replay(key, &fingerprint, self.now())) {
            Err(error) => answer.refuse(&error),
            Ok(Some((status, body))) => (answer.status, answer.body, answer.replayed) = (status, body, true),
            Ok(None) => {
                self.request = Some((answer.request_id.clone(), key.map(str::to_owned)));
                match self.carry_out(call, &form) {
                    Ok(value) => answer.body = format!("{value:#}"),
                    Err(error) => answer.refuse(&error),
                }
                self.request = None;
                if let Some(key) = key {
                    let now = self.now();
                    self.keys.keep(key, fingerprint, now, answer.status, &answer.body);
                }
            }
        }
        self.spoil_answer(call.method, &once, &mut answer);
        answer
    }

    fn carry_out(&mut self, call: &Call<'_>, form: &Form) -> Reply {
        let path: Vec<&str> = call.path.trim_start_matches("/v1/").trim_end_matches('/').split('/').collect();
        let reply = ROUTES.iter().chain(&MORE_ROUTES).find_map(|route| route(self, call.method, &path, form));
        let unknown =
            || Err(ApiError::new(404, "invalid_request_error", None, format!("Unrecognized request URL ({}: {})", call.method, call.path)));
        let mut value = reply.unwrap_or_else(unknown)?;
        self.expand(&mut value, form.texts("expand"))?;
        if path == ["balance_transactions"] {
            self.spoil_sources(&mut value);
        }
        Ok(value)
    }

    /// Faults that come before anything is done, once a request: its next try goes through.
    fn fails_once(&mut self, once: &str, answer: &mut Answer) -> bool {
        if self.failed_once.remove(once) {
            return false;
        }
        let faults = &self.faults;
        let error = if self.strikes(faults.rate_limited) {
            ApiError::new(429, "invalid_request_error", Some("rate_limit"), "Too many requests hit the API too quickly.")
        } else if self.strikes(faults.key_in_use) {
            let said = "There is currently another in-progress request using this Idempotent Key.";
            ApiError::new(409, "idempotency_error", Some("idempotency_key_in_use"), said)
        } else if self.strikes(faults.server_error) {
            ApiError::new(500, "api_error", None, "An unknown error occurred.")
        } else if self.strikes(faults.bad_gateway) {
            answer.html = true;
            ApiError::new(502, "api_error", None, "")
        } else {
            return false;
        };
        answer.refuse(&error);
        if answer.html {
            "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>".clone_into(&mut answer.body);
        }
        self.failed_once.insert(once.to_owned());
        true
    }

    /// Faults of the way back, once a request: the work is done, the answer is not whole.
    fn spoil_answer(&mut self, method: &str, once: &str, answer: &mut Answer) {
        let lost = format!("lost {once}");
        if self.failed_once.remove(&lost) {
            return;
        }
        if method == "POST" && self.strikes(self.faults.answer_lost) {
            answer.cut_at = Some(0);
        } else if method == "GET" && self.strikes(self.faults.page_cut_off) {
            answer.cut_at = Some(answer.body.len() / 2);
        } else if method == "GET" && self.strikes(self.faults.page_slow) {
            answer.slow = true;
        } else {
            return;
        }
        self.failed_once.insert(lost);
    }
}

impl Answer {
    fn refuse(&mut self, error: &ApiError) {
        self.status = error.status;
        let value: Value = error.render();
        self.body = format!("{value:#}");
    }
}

/// A test key, as Bearer or as the user of Basic. A live key never belongs here.
fn authorize(header: Option<&str>) -> Result<(), ApiError> {
    let unauthorized = |said: &str| ApiError::new(401, "invalid_request_error", None, said);
    let header = header.ok_or_else(|| unauthorized("You did not provide an API key."))?;
    let basic = |text: &str| {
        let decoded = String::from_utf8(BASE64.decode(text.as_bytes()).ok()?).ok()?;
        decoded.split_once(':').map(|(user, _)| user.to_owned())
    };
    let key = match header.split_once(' ') {
        Some(("Bearer", key)) => Some(key.trim().to_owned()),
        Some(("Basic", encoded)) => basic(encoded.trim()),
        _ => None,
    };
    match key {
        Some(key) if super::is_live(&key) => Err(unauthorized("A live key was sent to the practice Stripe.")),
        Some(key) if key.starts_with("sk_") || key.starts_with("rk_") => Ok(()),
        _ => Err(unauthorized("Invalid API Key provided.")),
    }
}
