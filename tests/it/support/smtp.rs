//! A mail server of our own: it speaks SMTP over plain TCP, keeps what it is given, and fails as it is told to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes every mail.
    Takes,
    /// It answers this to every recipient.
    Answers(u16),
    /// It takes the mail and hangs up without saying so.
    HangsUp,
    /// It takes no password.
    RefusesLogins,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<String>,
    recipients: Vec<String>,
    heard: Vec<String>,
}

/// A running server; it ends with the test's runtime.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Where it listens on this machine.
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
    manner: Arc<Mutex<Manner>>,
}

impl MailServer {
    /// Listens on a free port.
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, kept: Arc::default(), manner: Arc::new(Mutex::new(manner)) };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move { own.talk(stream).await });
            }
        });
        server
    }

    /// Behaves otherwise from now on.
    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Every mail it was given, with its head.
    pub fn mails(&self) -> Vec<String> {
        self.kept.lock().unwrap().mails.clone()
    }

    /// Everybody a mail was for.
    pub fn recipients(&self) -> Vec<String> {
        self.kept.lock().unwrap().recipients.clone()
    }

    /// Every command it heard.
    pub fn heard(&self) -> String {
        self.kept.lock().unwrap().heard.join("\n")
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        say(&mut stream, "220 mail.example.org").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let command = line.trim_end().to_owned();
            self.kept.lock().unwrap().heard.push(command.clone());
            let manner = *self.manner.lock().unwrap();
            match command.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => say(&mut stream, "250-mail.example.org\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await?,
                "AUTH" if manner == Manner::RefusesLogins => say(&mut stream, "535 5.7.8 no such user").await?,
                "AUTH" => say(&mut stream, "235 welcome").await?,
                "RCPT" => {
                    if let Manner::Answers(code) = manner {
                        say(&mut stream, &format!("{code} no mailbox for {command}")).await?;
                    } else {
                        self.kept.lock().unwrap().recipients.push(command);
                        say(&mut stream, "250 go on").await?;
                    }
                }
                "DATA" => {
                    say(&mut stream, "354 say it").await?;
                    let mut mail = String::new();
                    while !mail.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut mail).await.ok()?;
                    }
                    self.kept.lock().unwrap().mails.push(mail);
                    if manner == Manner::HangsUp {
                        return None;
                    }
                    say(&mut stream, "250 kept").await?;
                }
                "QUIT" => {
                    say(&mut stream, "221 goodbye").await?;
                    return Some(());
                }
                _ => say(&mut stream, "250 well").await?,
            }
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()
}
