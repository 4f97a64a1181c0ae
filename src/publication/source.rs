//! Where published files are read from by whoever checks them: a folder, or an address. Not here: what is checked (`check`).

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Uri;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// The longest file that is taken from an address; a bundle of records is 16 MiB at most.
const LONGEST: usize = 64 << 20;
/// How long one file may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A published tree.
#[derive(Debug)]
pub enum Source {
    /// A folder that holds what stands under a fund's address.
    Folder(PathBuf),
    /// The fund's address itself.
    Site(Box<Site>),
}

/// A fund's address, and the connection to it.
#[derive(Debug)]
pub struct Site {
    base: String,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl Source {
    /// The folder, or where it begins with `http://` or `https://` the address, that somebody named.
    ///
    /// # Errors
    /// When it is no address of that kind, or this system has no cryptography for it.
    pub fn named(name: &str) -> io::Result<Self> {
        if !name.starts_with("https://") && !name.starts_with("http://") {
            return Ok(Self::Folder(PathBuf::from(name)));
        }
        let base: Uri = name.trim_end_matches('/').parse().map_err(io::Error::other)?;
        if base.query().is_some() {
            return Err(io::Error::other("a fund's address has no question mark"));
        }
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider).map_err(io::Error::other)?;
        let client = Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build());
        Ok(Self::Site(Box::new(Site { base: name.trim_end_matches('/').to_owned(), client })))
    }

    /// The file at `path`; None where there is none.
    pub(super) async fn find(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let found = match self {
            Self::Folder(root) => std::fs::read(root.join(path)).map(Some),
            Self::Site(site) => site.find(path).await,
        };
        match found {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => found,
        }
    }

    /// The first file, by name, that is none that is known. An address does not tell what else lies under it.
    pub(super) fn stranger(&self, is_known: &impl Fn(&str) -> bool) -> io::Result<Option<String>> {
        match self {
            Self::Folder(root) => stranger(root, "", is_known),
            Self::Site(_) => Ok(None),
        }
    }
}

impl Site {
    /// Redirects are not followed: whoever is sent elsewhere may name that address.
    async fn find(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let address: Uri = format!("{}/{path}", self.base).parse().map_err(io::Error::other)?;
        let exchange = async {
            let answer = self.client.get(address).await.map_err(io::Error::other)?;
            match answer.status().as_u16() {
                200 => {}
                404 | 410 => return Ok(None),
                other => return Err(io::Error::other(format!("the server answered {other}"))),
            }
            let body = Limited::new(answer.into_body(), LONGEST).collect().await.map_err(io::Error::other)?;
            Ok(Some(body.to_bytes().to_vec()))
        };
        timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// What lies under `folder`, which is known by names that begin with `under`; a folder's own name ends with a stroke.
fn stranger(folder: &Path, under: &str, is_known: &impl Fn(&str) -> bool) -> io::Result<Option<String>> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        // A link is followed, as whoever serves the folder would.
        let kind = entry.file_type()?;
        let is_folder = kind.is_dir() || kind.is_symlink() && entry.path().is_dir();
        let place = format!("{under}{}{}", entry.file_name().to_string_lossy(), if is_folder { "/" } else { "" });
        if is_known(&place) {
            continue;
        }
        let found = if is_folder { stranger(&entry.path(), &place, is_known)? } else { Some(place) };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
