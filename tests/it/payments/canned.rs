//! A server that says what it is told to say, once each, and remembers what it was asked: for answers no sound Stripe gives.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One answer: its status and body; a status of 0 closes the connection without a word.
pub type Answer = (u16, String);

/// The server; it stops with the runtime of its test.
pub struct Canned {
    pub api_base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Gives `answers` in their order, and the last one for ever.
    pub async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut answers = answers.into_iter().peekable();
            while let Ok((stream, _)) = listener.accept().await {
                let answer = answers.peek().cloned().unwrap();
                if answers.len() > 1 {
                    answers.next();
                }
                answer_one(stream, answer, &remembered).await;
            }
        });
        Self { api_base, asked }
    }

    /// What it was asked, whole, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer_one(mut stream: TcpStream, (status, body): Answer, remembered: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend_from_slice(&piece[..count]),
        }
    }
    remembered.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    if status == 0 {
        return;
    }
    let head = format!("HTTP/1.1 {status} Canned\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}
