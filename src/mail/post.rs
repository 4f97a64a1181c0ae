//! The way to a mail server. Not here: which mail goes when.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use super::letter::{Problem, Written};
use crate::clock::Instant;
use crate::config::{Privacy, SmtpServer};
use crate::seal::Keyring;

/// How long a server may take over one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// The mail server, the sender, and the keys that mails were sealed with.
#[derive(Clone)]
pub struct Post {
    server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    /// What may be shown of the server.
    shown: Option<String>,
    sender: String,
    pub(super) keyring: Arc<Keyring>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").field("server", &self.server.is_some()).field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// Why a mail did not go, in a word of ours and the server's number; its own words may name the recipient, so they are not kept.
pub type Failure = (Problem, Option<i64>);

impl Post {
    /// The way to `server`; None: mails wait. `sender` is a plain address.
    ///
    /// # Errors
    /// When no encrypted connection could ever be made.
    pub fn new(server: Option<&SmtpServer>, sender: &str, keyring: Arc<Keyring>) -> anyhow::Result<Self> {
        let shown = server.map(ToString::to_string);
        let server = server.map(|server| transport(server, sender)).transpose()?;
        Ok(Self { server, shown, sender: sender.to_owned(), keyring })
    }

    /// Whether there is a server to give mails to.
    pub const fn has_server(&self) -> bool {
        self.server.is_some()
    }

    /// The server, as far as it may be shown.
    pub fn server(&self) -> Option<&str> {
        self.shown.as_deref()
    }

    /// The address that mails come from.
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// Gives one mail to the server. `reference` names it for good: sent twice, mail programs show it once.
    ///
    /// # Errors
    /// The [`Failure`]; whether the server took it all the same cannot be known after a lost connection.
    pub async fn send(&self, to: &str, written: Written, reference: &str, now: Instant) -> Result<(), Failure> {
        let Some(server) = &self.server else { return Err((Problem::Unreachable, None)) };
        let message = self.message(to, written, reference, now).ok_or((Problem::Address, None))?;
        match server.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(failure(&error)),
        }
    }

    fn message(&self, to: &str, written: Written, reference: &str, now: Instant) -> Option<Message> {
        let (from, to): (Address, Address) = (self.sender.parse().ok()?, to.parse().ok()?);
        let id = format!("<{reference}@{}>", from.domain());
        let head = Message::builder().from(Mailbox::new(None, from)).to(Mailbox::new(None, to)).subject(written.subject);
        let head = head.date(now.system_time()).message_id(Some(id));
        // Nobody's holiday answer is wanted here.
        let mut head = head.raw_header(header("Auto-Submitted", "auto-generated")?);
        // A mail program stops what its reader wants no more by a press of its own button (RFC 8058).
        let leave = written.leave.filter(|leave| leave.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>'));
        if let Some(leave) = leave {
            head = head.raw_header(header("List-Unsubscribe", &format!("<{leave}>"))?);
            head = head.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        head.multipart(MultiPart::alternative_plain_html(written.text, written.html)).ok()
    }
}

fn header(name: &str, value: &str) -> Option<lettre::message::header::HeaderValue> {
    let name = lettre::message::header::HeaderName::new_from_ascii(name.to_owned()).ok()?;
    Some(lettre::message::header::HeaderValue::new(name, value.to_owned()))
}

fn transport(server: &SmtpServer, sender: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, SmtpError> {
    let builder = match server.privacy {
        Privacy::Encrypted => AsyncSmtpTransport::<Tokio1Executor>::relay(&server.host)?,
        Privacy::Upgraded => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&server.host)?,
        Privacy::Local => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.clone()),
    };
    let domain = sender.rsplit('@').next().unwrap_or_default().to_owned();
    let mut builder = builder.port(server.port).timeout(Some(PATIENCE)).hello_name(ClientId::Domain(domain));
    if let Some((name, password)) = &server.login {
        builder = builder.credentials(Credentials::new(name.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

fn failure(error: &SmtpError) -> Failure {
    let reply = error.status().map(u16::from);
    let problem = match reply {
        Some(530 | 534 | 535 | 538) => Problem::Login,
        Some(500..) => Problem::Refused,
        Some(_) => Problem::Later,
        None if error.is_tls() => Problem::NotPrivate,
        // The server offers no encryption, or no way to sign in that we speak.
        None if error.is_client() => Problem::NotPrivate,
        None => Problem::Unreachable,
    };
    (problem, reply.map(i64::from))
}
