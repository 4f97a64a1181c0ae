//! The front part of a web address: scheme, host and port, and nothing else.

use std::fmt;
use std::str::FromStr;

/// `https://fund.example.org` or `http://127.0.0.1:8080`: no path, no user, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what travels there is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The host as it stands in a `Host` header, with its port where one was given.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a scheme, a host and perhaps a port, and nothing more, like https://fund.example.org".to_owned();
        let lower = text.to_ascii_lowercase();
        let (scheme, authority) = lower.split_once("://").ok_or_else(wrong)?;
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (host, port) = split_port(authority).ok_or_else(wrong)?;
        let default_port = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(wrong()),
        };
        if !is_host(host) {
            return Err(wrong());
        }
        // Browsers leave the scheme's own port out; links and the Host header must agree with them.
        let port = port.filter(|port| *port != default_port).map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self(format!("{scheme}://{host}{port}")))
    }
}

/// The host and the port of `host`, `host:port` or `[v6]:port`; None where the port is no port.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let after_v6 = authority.rfind(']').map_or(0, |end| end + 1);
    match authority[after_v6..].split_once(':') {
        None => Some((authority, None)),
        Some((before, port)) => {
            let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
            let port = port.parse::<u16>().ok().filter(|port| digits && *port > 0)?;
            Some((&authority[..after_v6 + before.len()], Some(port)))
        }
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_only() {
        for (text, read) in [
            ("https://fund.example.org", "https://fund.example.org"),
            ("HTTPS://Fund.Example.org/", "https://fund.example.org"),
            ("https://fund.example.org:443", "https://fund.example.org"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(text.parse::<Origin>().map(|o| o.to_string()).as_deref(), Ok(read), "{text}");
        }
        for text in [
            "",
            "fund.example.org",
            "ftp://fund.example.org",
            "https://",
            "https://fund.example.org/give",
            "https://fund.example.org//",
            "https://user@fund.example.org",
            "https://user:pass@fund.example.org",
            "https://fund.example.org?x",
            "https://fund.example.org#x",
            "https://fund.example.org:0",
            "https://fund.example.org:+80",
            "https://fund.example.org:99999",
            "https://fund example.org",
            "https://[::1",
            "https://[::g]",
            "https://fund..org",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
