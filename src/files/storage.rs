//! Where the bytes of documents lie, and the one slot in which pictures are read. Not here: their rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, fs, io};

use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode};
use tokio::sync::Semaphore;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::document::Refusal;
use super::picture::{Clean, Format, clean, judge, recognise};
use crate::clock::Instant;
use crate::config::Bucket;

/// The folder of documents inside the data folder.
pub const FOLDER: &str = "documents";
/// How long one picture may take (safety rule FI2).
const PATIENCE: Duration = Duration::from_secs(10);

/// How pictures are made clean; tests put one in its place that panics or never ends.
pub type Cleaner = fn(Vec<u8>, Format) -> Result<Clean, Refusal>;

/// The way to the bytes of documents. Copies share the storage and the slot.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// Where it lies on this machine; None: in a bucket.
    folder: Option<PathBuf>,
    slot: Arc<Semaphore>,
    patience: Duration,
    cleaner: Cleaner,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.store)
    }
}

/// Bytes in the storage that may have no row.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) written_at: Instant,
}

impl Files {
    /// In a folder of this machine, which is there: every file is durable before `Files::put` comes back.
    ///
    /// # Errors
    /// When the folder cannot be found.
    pub fn in_folder(folder: &Path) -> object_store::Result<Self> {
        let store = Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true));
        Ok(Self { folder: Some(folder.to_owned()), ..Self::on(store) })
    }

    /// In an S3 bucket, which every node of a fund can reach.
    ///
    /// # Errors
    /// When the bucket's settings do not fit together.
    #[cfg(feature = "s3")]
    pub fn in_bucket(bucket: &Bucket) -> anyhow::Result<Self> {
        use secrecy::ExposeSecret as _;
        let store = object_store::aws::AmazonS3Builder::new()
            .with_endpoint(&bucket.endpoint)
            .with_bucket_name(&bucket.name)
            .with_region(&bucket.region)
            .with_access_key_id(&bucket.key_id)
            .with_secret_access_key(bucket.secret.expose_secret())
            // The settings take http on this machine only.
            .with_allow_http(bucket.endpoint.starts_with("http://"))
            .build()?;
        Ok(Self::on(Arc::new(store)))
    }

    /// Says that this program was built without S3.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "s3"))]
    pub fn in_bucket(_: &Bucket) -> anyhow::Result<Self> {
        anyhow::bail!("STRIKEFUND_DOCUMENTS_URL names a bucket, and this program was built without S3: build it with --features s3.")
    }

    fn on(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, folder: None, slot: Arc::new(Semaphore::new(1)), patience: PATIENCE, cleaner: clean }
    }

    /// The same with another patience and another way to make pictures clean, for tests.
    #[must_use]
    pub fn with_cleaner(self, patience: Duration, cleaner: Cleaner) -> Self {
        Self { patience, cleaner, ..self }
    }

    /// How it makes pictures clean.
    pub fn cleaner(&self) -> Cleaner {
        self.cleaner
    }

    /// Judges a document and makes it clean, one at a time, on a thread of its own: a decoder that panics ends that thread, and one that
    /// hangs is left behind, its slot given to the next (K9).
    ///
    /// # Errors
    /// The outer one when the system gives no thread.
    pub(super) async fn make_clean(&self, bytes: Vec<u8>) -> io::Result<Result<Clean, Refusal>> {
        let format = match recognise(&bytes) {
            Ok(format) => format,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Ok(Ok(_slot)) = timeout(self.patience * 3, self.slot.acquire()).await else { return Ok(Err(Refusal::Busy)) };
        let (done, outcome) = oneshot::channel();
        let cleaner = self.cleaner;
        let work = move || {
            let outcome = judge(&bytes, format).and_then(|()| cleaner(bytes, format));
            // Whoever asked may have stopped waiting.
            let _ = done.send(outcome);
        };
        std::thread::Builder::new().name("picture".to_owned()).spawn(work)?;
        Ok(match timeout(self.patience, outcome).await {
            Err(_) => Err(Refusal::TooSlow),
            // The sender went with a thread that panicked.
            Ok(Err(_)) => Err(Refusal::Damaged),
            Ok(Ok(outcome)) => outcome,
        })
    }

    /// Deletes what a process that died left half written before `since`, and gives how many there were. The storage writes beside the name,
    /// as `name#1`, and renames at the end; what bears such a name it neither lists nor deletes.
    pub(super) fn sweep_unfinished(&self, since: Instant) -> io::Result<usize> {
        let Some(folder) = &self.folder else { return Ok(0) };
        let mut swept = 0;
        for file in fs::read_dir(folder)? {
            let file = file?;
            let name = file.file_name();
            let number = name.to_str().and_then(|name| name.split_once('#')).map(|(_, number)| number);
            let unfinished = number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()));
            if unfinished && file.metadata()?.modified()? < since.system_time() {
                fs::remove_file(file.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Stores bytes under a name that is new, durable.
    pub(super) async fn put(&self, name: &str, bytes: Vec<u8>) -> object_store::Result<()> {
        self.store.put_opts(&Name::from(name), bytes.into(), PutMode::Create.into()).await.map(drop)
    }

    /// The bytes under a name.
    pub(super) async fn get(&self, name: &str) -> object_store::Result<Vec<u8>> {
        self.store.get(&Name::from(name)).await?.bytes().await.map(Into::into)
    }

    pub(super) async fn delete(&self, name: &str) -> object_store::Result<()> {
        self.store.delete(&Name::from(name)).await
    }

    pub(super) async fn list(&self) -> object_store::Result<Vec<Stored>> {
        let all = self.store.list_with_delimiter(None).await?.objects;
        let stored = |object: object_store::ObjectMeta| Stored {
            name: object.location.to_string(),
            written_at: Instant(object.last_modified.timestamp_micros()),
        };
        Ok(all.into_iter().map(stored).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, RgbImage};
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
    const FRONTS: [&[u8]; 8] = [
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x40\0\0\0WEBPVP8 ",
        b"RIFF\x40\0\0\0WEBPVP8X",
        b"%PDF-",
        b"GIF89a",
        b"PK\x03\x04",
    ];

    fn small(format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(24, 16, |x, y| image::Rgb([u8::try_from(x * 9).unwrap(), u8::try_from(y * 9).unwrap(), 77]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Whatever comes in, an answer comes out; and what is kept can be read, and is small enough.
    fn an_answer_comes(bytes: Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let outcome = runtime.block_on(files.make_clean(bytes)).unwrap();
        assert_ne!(outcome, Err(Refusal::TooSlow));
        if let Ok(Clean { bytes, size: Some((width, height)), .. }) = outcome {
            let shown = image::load_from_memory(&bytes).unwrap();
            assert_eq!((shown.width(), shown.height()), (width, height));
            assert!(width <= 8_192 && height <= 8_192 && u64::from(width) * u64::from(height) <= 50_000_000);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn random_bytes_behind_any_front_get_an_answer(front in 0..FRONTS.len(), rest in proptest::collection::vec(any::<u8>(), 0..600)) {
            an_answer_comes([FRONTS[front], &rest].concat());
        }

        #[test]
        fn a_picture_with_bytes_bent_cut_or_repeated_gets_an_answer(
            format in 0..FORMATS.len(),
            bends in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            cut in any::<prop::sample::Index>(),
            repeated in any::<bool>(),
        ) {
            let mut bytes = small(FORMATS[format]);
            for (place, byte) in bends {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if repeated {
                bytes.extend_from_within(cut.index(bytes.len())..);
            } else if cut.index(4) == 0 {
                bytes.truncate(cut.index(bytes.len()));
            }
            an_answer_comes(bytes);
        }
    }
}
