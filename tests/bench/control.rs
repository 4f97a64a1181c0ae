//! The control server: the program's own accept loop before two bare routes. One checks a delivery and drops it, one gives a page from memory.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, DATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use secrecy::SecretString;
use strikefund::clock::Clock;
use strikefund::payments::Secrets;
use strikefund::payments::signature;
use strikefund::web::server::{self, Limits};

use crate::node::SECRET;
use crate::wire::Client;

/// Makes this program the control server: a verb, and a file with the answer that it gives, as it goes over the wire.
pub const VERB: &str = "serve-control";

#[derive(Clone)]
struct Control {
    secrets: Secrets,
    page: Answer,
}

/// An answer, head and body.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// What went over the wire, less what every server writes anew.
    fn of_bytes(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&bytes[..end]).expect("a head is text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.parse::<HeaderName>().expect("a name"), HeaderValue::try_from(value.trim()).expect("a value"))
        });
        let headers = headers.filter(|(name, _)| ![CONNECTION, CONTENT_LENGTH, DATE].contains(name)).collect();
        Self { status, headers, body: Bytes::copy_from_slice(&bytes[end + 4..]) }
    }
}

/// Serves until killed, on a free port that is written to standard output.
pub async fn serve(page: &str) {
    let secrets = Secrets::new(vec![SecretString::from(SECRET)]).expect("a webhook secret");
    let page = Answer::of_bytes(&std::fs::read(page).expect("the answer's bytes"));
    let router = Router::new().route("/webhooks/stripe", post(check)).route("/page", get(show)).with_state(Control { secrets, page });
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address").port());
    server::serve(listener, router, Limits::default(), std::future::pending()).await;
}

/// What the real door does before it stores: the same check over the same raw bytes.
async fn check(State(control): State<Control>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = headers.get("stripe-signature").map(HeaderValue::as_bytes);
    match signature::verify(&control.secrets, header, &body, Clock::system().now()) {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn show(State(Control { page, .. }): State<Control>) -> Response {
    let mut response = Response::new(Body::from(page.body));
    (*response.status_mut(), *response.headers_mut()) = (page.status, page.headers);
    response
}

/// The control server as a process of its own, gone when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Server {
    /// Starts it with the answer in this file as its page.
    pub async fn start(page: &Path) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program).arg(VERB).arg(page).stdout(Stdio::piped()).spawn().expect("the control starts");
        let mut said = String::new();
        let out = child.stdout.take().expect("its output is ours");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut said).expect("it says its port");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, said.trim().parse().expect("a port")));
        while Client::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
