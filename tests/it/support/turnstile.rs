//! A way through to the practice Stripe that remembers what was asked, and can refuse a part of it for want of a right.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const REFUSAL: &str = r#"{"error":{"type":"invalid_request_error","message":"The key has no right to this."}}"#;

/// Stands before a practice Stripe; it goes with the runtime of its test.
#[derive(Debug)]
pub struct Turnstile {
    /// What a client takes as Stripe's address.
    pub api_base: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    asked: Vec<String>,
    refused: Option<&'static str>,
}

impl Turnstile {
    /// Stands before the server at `api_base`.
    pub async fn before(api_base: &str) -> Self {
        let stripe = api_base.strip_prefix("http://").expect("the practice Stripe speaks plain HTTP").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port is there");
        let api_base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let seen = Arc::<Mutex<Seen>>::default();
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Whoever goes away in the middle is what the tests are about.
                tokio::spawn(pass(client, stripe.clone(), Arc::clone(&shared)));
            }
        });
        Self { api_base, seen }
    }

    /// The address asked for, with its query, of every request that holds `part`, in their order.
    pub fn asked(&self, part: &str) -> Vec<String> {
        self.seen.lock().unwrap().asked.iter().filter(|address| address.contains(part)).cloned().collect()
    }

    /// From now on whatever begins with `path` is answered as to a key without the right; None: nothing is.
    pub fn refuse(&self, path: Option<&'static str>) {
        self.seen.lock().unwrap().refused = path;
    }
}

async fn pass(mut client: TcpStream, stripe: String, seen: Arc<Mutex<Seen>>) -> io::Result<()> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match client.read(&mut piece).await? {
            0 => return Ok(()),
            count => request.extend_from_slice(&piece[..count]),
        }
    }
    let text = String::from_utf8_lossy(&request);
    let address = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let refused = {
        let mut seen = seen.lock().unwrap();
        seen.asked.push(address.clone());
        seen.refused.is_some_and(|path| address.starts_with(path))
    };
    if refused {
        let head = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", REFUSAL.len());
        return client.write_all(&[head.as_bytes(), REFUSAL.as_bytes()].concat()).await;
    }
    // One request a connection, so that each is seen.
    let first_line = request.windows(2).position(|end| end == b"\r\n").unwrap_or(0) + 2;
    let mut server = TcpStream::connect(stripe).await?;
    server.write_all(&[&request[..first_line], b"connection: close\r\n", &request[first_line..]].concat()).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}
