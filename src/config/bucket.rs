//! An S3 bucket for documents, as it stands in one setting. Not here: speaking to it (`files`).

use std::fmt;

use secrecy::SecretString;

/// A bucket and how to get in.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Where S3 is spoken: scheme, host, port.
    pub endpoint: String,
    /// Its name.
    pub name: String,
    /// The region it is signed for.
    pub region: String,
    /// The access key's id.
    pub key_id: String,
    /// The access key's secret.
    pub secret: SecretString,
}

impl Bucket {
    /// Reads `https://KEY_ID:SECRET@HOST/BUCKET?region=REGION`; a `/` or `@` in the secret is written like `%2F`.
    ///
    /// # Errors
    /// A sentence that says what belongs here; it never repeats the address, which holds a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        const SAID: &str = "must be the address of an S3 bucket, like https://KEY_ID:SECRET@s3.eu-west-1.amazonaws.com/BUCKET?region=eu-west-1 \
            (a / in the secret as %2F)";
        Self::read(text).ok_or_else(|| SAID.to_owned())
    }

    fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (login, rest) = rest.rsplit_once('@')?;
        let (host, rest) = rest.split_once('/')?;
        let (name, region) = rest.split_once("?region=").unwrap_or((rest, "us-east-1"));
        let (key_id, secret) = login.split_once(':')?;
        let plain = |text: &str, more: &[u8]| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b));
        let here = host.starts_with("localhost:") || host.starts_with("127.0.0.1:");
        let private = scheme == "https" || scheme == "http" && here;
        let sound = private && plain(host, b".-:") && plain(name, b".-") && plain(region, b"-") && plain(key_id, b"");
        let secret = super::smtp::decoded(secret).filter(|secret| !secret.is_empty())?;
        sound.then(|| Self {
            endpoint: format!("{scheme}://{host}"),
            name: name.to_owned(),
            region: region.to_owned(),
            key_id: key_id.to_owned(),
            secret: secret.into(),
        })
    }
}

/// What may be said about it in a log or on a screen.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}, key hidden", self.name, self.endpoint)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_bucket_is_read_and_its_key_never_shown() {
        let bucket = Bucket::parse("https://AKIA1:se%2Fcr+et@s3.eu-west-1.amazonaws.com/fund-documents?region=eu-west-1").unwrap();
        assert_eq!((&*bucket.endpoint, &*bucket.name), ("https://s3.eu-west-1.amazonaws.com", "fund-documents"));
        assert_eq!((&*bucket.region, bucket.secret.expose_secret()), ("eu-west-1", "se/cr+et"));
        assert!(!format!("{bucket} {bucket:?}").contains("cr+et"));
        assert_eq!(Bucket::parse("http://a:b@127.0.0.1:9000/x").unwrap().region, "us-east-1");
        for text in [
            "",
            "https://host/bucket",
            "http://a:CANARY@example.org/x",
            "https://a:CANARY@host",
            "https://a:@host/x",
            "ftp://a:CANARY@h/x",
            "https://a:CANARY@h/x/y",
        ] {
            let said = Bucket::parse(text).unwrap_err();
            assert!(!said.contains("CANARY"), "{text}: {said}");
        }
    }
}
