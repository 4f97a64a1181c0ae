//! A picture of a few hundred bytes that says it is 65,535 by 65,535: refused before anything is made room for (safety test K5).

use std::time::{Duration, Instant as Stopwatch};

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::files::{self, FileError, Files, Refusal, Uploader};
use strikefund::ids::Entropy;

use crate::table::{Goal, Row};

const TIMES: usize = 20;

/// The slowest of some refusals, on the way that every document takes.
pub async fn measure() -> Row {
    let folder = tempfile::tempdir().expect("a scratch directory");
    let db = Db::open_sqlite(folder.path()).await.expect("a database opens");
    db.migrate().await.expect("an empty database migrates");
    let documents = Files::in_folder(folder.path()).expect("a folder for documents");
    let by = Uploader::Link("bench".to_owned());
    let mut slowest = Duration::ZERO;
    for _ in 0..TIMES {
        let clock = Stopwatch::now();
        let refused = files::take_in(&documents, &db, &by, vast_jpeg(), &Entropy::system(), Clock::system().now()).await;
        slowest = slowest.max(clock.elapsed());
        assert!(matches!(refused, Err(FileError::Refused(Refusal::TooManyPixels))), "{refused:?}");
    }
    db.close().await;
    let what = "a picture of 65,535 by 65,535 pixels, refused (slowest of 20)";
    let figure = u64::try_from(slowest.as_micros()).unwrap_or(u64::MAX);
    Row { what, figure, control: 0, beside: "", unit: "µs", goal: Goal::Below(100_000) }
}

/// The frame of a baseline JPEG, three colours, and the beginning of a scan with nothing in it.
fn vast_jpeg() -> Vec<u8> {
    let frame = b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00";
    let scan = b"\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00";
    [&b"\xff\xd8"[..], frame, scan, b"\xff\xd9"].concat()
}
