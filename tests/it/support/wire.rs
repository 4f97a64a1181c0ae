//! A small HTTP client over one kept connection, and a signer of our own: what stands on the other side of the program's door.

use std::io;
use std::net::SocketAddr;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// The `Stripe-Signature` header for these bytes at this time, as Stripe's documentation says it: HMAC-SHA-256 over `t.body`.
pub fn sign(secret: &str, body: &[u8], unix_secs: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{unix_secs}.").as_bytes());
    mac.update(body);
    format!("t={unix_secs},v1={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

/// An event that only says “look”: `balance.available`, filled up to about `bytes`.
pub fn event(id: &str, created: i64, bytes: usize) -> Vec<u8> {
    let filling = "x".repeat(bytes.saturating_sub(330));
    format!(
        r#"{{"id":"{id}","object":"event","api_version":"2026-10-28.endive","created":{created},"livemode":false,"pending_webhooks":1,"request":{{"id":null,"idempotency_key":null}},"type":"balance.available","data":{{"object":{{"object":"balance","available":[{{"amount":0,"currency":"usd"}}],"livemode":false,"pending":[],"note":"{filling}"}}}}}}"#
    )
    .into_bytes()
}

/// One connection that is kept from request to request.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

impl Client {
    /// Connects to a server on this machine.
    pub async fn connect(host: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host })
    }

    /// Fetches a page; its status.
    pub async fn get(&mut self, path: &str) -> io::Result<u16> {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.exchange(head.as_bytes(), b"").await
    }

    /// Delivers a signed event as Stripe would; the status of the answer.
    pub async fn deliver(&mut self, signature: &str, body: &[u8]) -> io::Result<u16> {
        let length = body.len();
        let head = format!(
            "POST /webhooks/stripe HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json; charset=utf-8\r\nstripe-signature: {signature}\r\ncontent-length: {length}\r\n\r\n",
            self.host
        );
        self.exchange(head.as_bytes(), body).await
    }

    async fn exchange(&mut self, head: &[u8], body: &[u8]) -> io::Result<u16> {
        self.stream.write_all(&[head, body].concat()).await?;
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| broken("no status line"))?;
        let mut length = 0;
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(|_| broken("a length that is no number"))?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(status)
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(broken("the connection ended"));
        }
        Ok(line.trim_end().to_owned())
    }
}

fn broken(said: &str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, said)
}
