//! The accept loop over a real port: slow, silent and greedy peers, and a stop that lets requests end.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::routing::{get, post};
use axum::{Extension, Router};
use strikefund::web::client::Peer;
use strikefund::web::server::{Limits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tower_http::timeout::RequestBodyDeadlineLayer;

const SHORT: Duration = Duration::from_millis(250);
const LONG: Duration = Duration::from_secs(5);

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

/// A small site under the loop: `/` answers, `/slow` takes its time, `/echo` reads a body, `/large` never ends to be read.
async fn served(limits: Limits) -> Served {
    let slow = async || {
        sleep(SHORT * 2).await;
        "at last"
    };
    let router = Router::new()
        .route("/", get(async || "here"))
        .route("/slow", get(slow))
        .route("/who", get(async |Extension(Peer(peer)): Extension<Peer>| peer.to_string()))
        .route("/large", get(async || vec![b'x'; 64 * 1024 * 1024]))
        .route("/echo", post(async |body: String| body).layer(RequestBodyDeadlineLayer::new(SHORT)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(serve(listener, router, limits, async { drop(stopped.await) }));
    Served { address, stop, ended }
}

async fn connect(site: &Served) -> TcpStream {
    TcpStream::connect(site.address).await.unwrap()
}

/// Everything the peer sends until it closes; panics when it does neither.
async fn heard(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end like any other.
    let _ = timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the connection ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn short() -> Limits {
    Limits { header: SHORT, idle: SHORT, ..Limits::default() }
}

#[tokio::test]
async fn a_peer_that_says_nothing_or_half_a_header_is_let_go() {
    let site = served(Limits { idle: LONG, ..short() }).await;
    for said in ["", "GET / HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let (mut stream, began) = (connect(&site).await, Instant::now());
        stream.write_all(said.as_bytes()).await.unwrap();
        heard(&mut stream).await;
        assert!(began.elapsed() < LONG, "{said:?}");
    }
}

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_must_still_end_in_time() {
    let site = served(Limits { idle: LONG, ..short() }).await;
    let (mut stream, began) = (connect(&site).await, Instant::now());
    for byte in "GET / HTTP/1.1\r\nX-Slow: ".bytes().chain(std::iter::repeat(b'x')) {
        if stream.write_all(&[byte]).await.is_err() || began.elapsed() > LONG {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert!(began.elapsed() < LONG);
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_must_still_end_in_time() {
    let site = served(Limits { idle: LONG, ..Limits::default() }).await;
    let (mut stream, began) = (connect(&site).await, Instant::now());
    stream.write_all(b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n").await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while write.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = [0; 12];
    timeout(LONG, read.read_exact(&mut answer)).await.expect("an answer comes").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    assert!(began.elapsed() < LONG);
    trickle.abort();
}

#[tokio::test]
async fn a_peer_that_never_reads_its_answer_is_let_go() {
    let site = served(Limits { connections: 2, ..short() }).await;
    let mut deaf = connect(&site).await;
    deaf.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(SHORT * 3).await;
    // Its place is free again: this peer may hold one of two, and another connection is answered.
    let mut next = connect(&site).await;
    next.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(heard(&mut next).await.ends_with("here"));
}

#[tokio::test]
async fn one_peer_holds_half_of_the_connections_at_most() {
    let site = served(Limits { connections: 4, ..Limits::default() }).await;
    let (mut first, _second) = (connect(&site).await, connect(&site).await);
    // The first two are accepted in order before the third is looked at.
    first.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut third = connect(&site).await;
    assert_eq!(heard(&mut third).await, "", "the third is closed unanswered");
}

#[tokio::test]
async fn a_proxy_holds_as_many_as_there_are_and_every_request_knows_its_peer() {
    let proxies = "127.0.0.0/8".parse().unwrap();
    let site = served(Limits { connections: 4, proxies, ..Limits::default() }).await;
    let held = [connect(&site).await, connect(&site).await, connect(&site).await];
    let mut fourth = connect(&site).await;
    fourth.write_all(b"GET /who HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(heard(&mut fourth).await.ends_with("127.0.0.1"));
    drop(held);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let site = served(Limits::default()).await;
    for head in [format!("X-Large: {}\r\n", "x".repeat(80 * 1024)), "X-Many: 1\r\n".repeat(150)] {
        let mut stream = connect(&site).await;
        // The answer may come before all of it is sent.
        let _ = stream.write_all(format!("GET / HTTP/1.1\r\nHost: x\r\n{head}\r\n").as_bytes()).await;
        let answer = heard(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn asked_to_stop_it_takes_no_new_connection_and_lets_requests_end() {
    let site = served(Limits::default()).await;
    let (mut busy, mut idle) = (connect(&site).await, connect(&site).await);
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(SHORT / 2).await;
    site.stop.send(()).unwrap();
    assert!(heard(&mut busy).await.ends_with("at last"), "the request under way ends");
    assert!(heard(&mut idle).await.ends_with("here"), "the idle connection is closed");
    timeout(LONG, site.ended).await.expect("the loop ends").unwrap();
    assert!(TcpStream::connect(site.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_request_that_does_not_end_does_not_keep_the_program_from_ending() {
    let site = served(Limits { drain: SHORT / 4, ..Limits::default() }).await;
    let mut busy = connect(&site).await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(SHORT / 4).await;
    site.stop.send(()).unwrap();
    let began = Instant::now();
    timeout(LONG, site.ended).await.expect("the loop ends").unwrap();
    assert!(began.elapsed() < SHORT * 2);
}
