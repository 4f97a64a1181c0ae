//! The address of a mail server, as it stands in one setting. Not here: speaking to it (`mail`).

use std::fmt;

use secrecy::SecretString;

/// How a connection is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Encrypted from its first byte (`smtps://`).
    Encrypted,
    /// Encrypted before anything is said (`smtp://`): a server that does not offer it gets no mail, and no password.
    Upgraded,
    /// In the clear, which is taken on this machine only.
    Local,
}

/// A mail server and how to sign in there.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub privacy: Privacy,
    /// Name and password; None: it takes mail without.
    pub login: Option<(String, SecretString)>,
}

impl SmtpServer {
    /// Reads `smtps://user:password@host:port` or `smtp://…`; special characters in name and password are written like `%40`.
    ///
    /// # Errors
    /// A sentence that says what belongs here; it never repeats the address, which holds a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        const SAID: &str = "must be the address of a mail server, like smtps://USER:PASSWORD@mail.example.org or smtp://localhost:25 \
            (special characters in name and password as %40)";
        let said = || SAID.to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(said)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.parse::<u16>().map_err(|_| said())?)),
            _ => (place, None),
        };
        let sound = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'));
        if !sound {
            return Err(said());
        }
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let (privacy, usual_port) = match scheme {
            "smtps" => (Privacy::Encrypted, 465),
            "smtp" if is_here => (Privacy::Local, 25),
            "smtp" => (Privacy::Upgraded, 587),
            _ => return Err(said()),
        };
        let login = match login {
            None => None,
            Some(login) => {
                let (name, password) = login.split_once(':').ok_or_else(said)?;
                let (name, password) = (decoded(name).ok_or_else(said)?, decoded(password).ok_or_else(said)?);
                if name.is_empty() {
                    return Err(said());
                }
                Some((name, SecretString::from(password)))
            }
        };
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port: port.unwrap_or(usual_port), privacy, login })
    }
}

/// What may be said about it in a log or on a screen.
impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let manner = match self.privacy {
            Privacy::Encrypted => "encrypted",
            Privacy::Upgraded => "encrypted by STARTTLS",
            Privacy::Local => "in the clear on this machine",
        };
        write!(f, "{}:{}, {manner}", self.host, self.port)?;
        if self.login.is_some() { f.write_str(", password hidden") } else { Ok(()) }
    }
}

/// Undoes `%41`; None where the text is not what percent-encoding gives.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(piece.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Reads the address mail is sent from.
///
/// # Errors
/// A sentence that says what belongs here.
pub fn sender(text: &str) -> Result<String, String> {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'@' | b'<' | b'>' | b',' | b';' | b'"'))
    };
    match text.split_once('@') {
        Some((local, domain)) if plain(local) && plain(domain) => Ok(text.to_owned()),
        _ => Err("must be a plain address, like fund@example.org".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_server_is_read_with_its_privacy_and_its_password_never_shown() {
        let server = SmtpServer::parse("smtps://fund%40example.org:p%40ss:w%2Frd@mail.example.org").unwrap();
        assert_eq!((&*server.host, server.port, server.privacy), ("mail.example.org", 465, Privacy::Encrypted));
        let (name, password) = server.login.as_ref().unwrap();
        assert_eq!((&**name, password.expose_secret()), ("fund@example.org", "p@ss:w/rd"));
        assert!(!format!("{server} {server:?}").contains("p@ss"), "{server:?}");
        let server = SmtpServer::parse("smtp://mail.example.org:2525").unwrap();
        assert_eq!((server.port, server.privacy), (2525, Privacy::Upgraded));
        for here in ["smtp://localhost", "smtp://127.0.0.1:25/", "smtp://[::1]:25"] {
            assert_eq!(SmtpServer::parse(here).unwrap().privacy, Privacy::Local, "{here}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_without_repeating_it() {
        for text in [
            "",
            "mail.example.org",
            "http://CANARY",
            "smtp://",
            "smtp://CANARY:x",
            "smtps://CANARY@host",
            "smtp://a:CANARY%4@host",
            "smtp://a b",
            "smtp://:CANARY@host",
        ] {
            let said = SmtpServer::parse(text).unwrap_err();
            assert!(!said.contains("CANARY"), "{text}: {said}");
        }
        assert!(sender("fund@example.org").is_ok());
        for text in ["", "fund", "Fund <fund@example.org>", "a@b@c", "@example.org", "a@b, c@d"] {
            assert!(sender(text).is_err(), "{text}");
        }
    }
}
