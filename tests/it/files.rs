//! Documents: taken in clean, refused with reasons, kept durable, seen by the right people, swept, and copied with the books.

pub mod pictures;

#[cfg(feature = "s3")]
mod bucket;
mod command;
mod keeping;

use std::time::{Duration, Instant};

use strikefund::files::{self, Document, FileError, Kind, Refusal, Uploader};
use strikefund::ids::DocumentId;
use strikefund::people::Role;

use crate::support::{Books, on_both_databases};
use pictures::{BLUE, CANARY, RED};

/// Takes a document in for somebody.
async fn sent(books: &Books, by: &Uploader, bytes: &[u8]) -> Result<DocumentId, FileError> {
    files::take_in(&books.files, &books.db, by, bytes.to_vec(), &books.entropy, books.now()).await
}

async fn found(books: &Books, id: DocumentId) -> Option<Document> {
    files::find(&mut books.db.begin_read().await.unwrap(), id).await.unwrap()
}

async fn recorder(books: &Books) -> Uploader {
    books.person(&[Role::Recorder]).await.into()
}

#[track_caller]
fn refused(outcome: Result<DocumentId, FileError>) -> Refusal {
    match outcome {
        Err(FileError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn is_near(found: image::Rgb<u8>, wanted: image::Rgb<u8>) -> bool {
    found.0.iter().zip(wanted.0).all(|(found, wanted)| found.abs_diff(wanted) < 40)
}

/// The most memory this process has held so far, in bytes.
fn most_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

on_both_databases! {
    async fn of_a_photo_nothing_is_kept_but_what_it_shows_upright(books: &Books) {
        let by = recorder(books).await;
        for (bytes, kind) in [(pictures::laden_jpeg(), Kind::Jpeg), (pictures::laden_png(), Kind::Png), (pictures::laden_webp(), Kind::Jpeg)] {
            assert!(bytes.windows(CANARY.len()).filter(|part| *part == CANARY.as_bytes()).count() >= 2, "the canary is in what is sent");
            let id = sent(books, &by, &bytes).await.unwrap();
            let document = found(books, id).await.unwrap();
            let stored = files::open(&books.files, &document).await.unwrap();
            assert_eq!((document.kind, document.width, document.height), (kind, Some(32), Some(64)), "turned upright");
            assert_eq!(i64::try_from(stored.len()).unwrap(), document.bytes);
            for part in [CANARY, "CANARY", "Exif", "xmpmeta", "script", "Photoshop"] {
                assert!(!stored.windows(part.len()).any(|bytes| bytes == part.as_bytes()), "{part} is left in a {kind}");
            }
            let shown = pictures::shown(&stored);
            assert!(is_near(*shown.get_pixel(16, 8), RED) && is_near(*shown.get_pixel(16, 56), BLUE), "red on top, blue below");
        }
    }

    async fn a_pdf_stays_as_it_is(books: &Books) {
        let by = recorder(books).await;
        let pdf = b"%PDF-1.7\n1 0 obj <</Type /Catalog /OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj\n%%EOF";
        let id = sent(books, &by, pdf).await.unwrap();
        let document = found(books, id).await.unwrap();
        assert_eq!((document.kind, document.width), (Kind::Pdf, None));
        assert_eq!(files::open(&books.files, &document).await.unwrap(), pdf);
    }

    async fn what_is_no_document_is_refused_by_its_content(books: &Books) {
        let by = recorder(books).await;
        let large = vec![0xff; files::LARGEST_BYTES + 1];
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        let cases: [(&[u8], Refusal); 21] = [
            (b"", Refusal::Empty),
            (&large, Refusal::TooLarge),
            (heic, Refusal::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", Refusal::Heic),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", Refusal::Unknown),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", Refusal::Markup),
            (b"\xef\xbb\xbf \n<?xml version=\"1.0\"?><svg/>", Refusal::Markup),
            (b"<!DOCTYPE html><script>", Refusal::Markup),
            (b"II*\0\x08\0\0\0", Refusal::Tiff),
            (b"MM\0*\0\0\0\x08", Refusal::Tiff),
            (b"GIF89a/*\x01\0\x01\0*/=1;alert(1)", Refusal::Gif),
            (b"PK\x03\x04\x14\0word/document.xml", Refusal::Archive),
            (b"PK\x05\x06\0\0", Refusal::Archive),
            (b"\x1f\x8b\x08\0", Refusal::Archive),
            (b"7z\xbc\xaf\x27\x1c", Refusal::Archive),
            (b"MZ\x90\0", Refusal::Unknown),
            (b"BM\x46\0\0\0", Refusal::Unknown),
            (b"GIVE", Refusal::Unknown),
            (b" %PDF-1.7", Refusal::Unknown),
            (b"\xff\xd8\xff\xe0\0\x10JFIF<html>", Refusal::Damaged),
            (b"\x89PNG\r\n\x1a\n\0\0\0\0", Refusal::Damaged),
        ];
        for (bytes, refusal) in cases {
            assert_eq!(refused(sent(books, &by, bytes).await), refusal, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
        }
        let whole = pictures::laden_jpeg();
        let half = sent(books, &by, &whole[..whole.len() / 2]).await;
        assert!(matches!(half, Ok(_) | Err(FileError::Refused(Refusal::Damaged))), "half a photo is shown as far as it goes, or refused: {half:?}");
        assert_eq!(files::used(&mut books.db.begin_read().await.unwrap(), &by).await.unwrap().0, i64::from(half.is_ok()), "what is refused costs no quota");
    }

    async fn a_picture_too_vast_is_refused_from_its_header(books: &Books) {
        let by = recorder(books).await;
        // Whatever the first picture needs of this process besides memory for pixels.
        sent(books, &by, &pictures::jpeg(1)).await.unwrap();
        let before = most_memory();
        let bombs = [pictures::vast_jpeg(), pictures::vast_png(65_535, 65_535), pictures::vast_png(u32::MAX >> 1, 1), pictures::vast_png(8_192, 8_192), pictures::vast_png(8_193, 10), pictures::vast_webp()];
        for bomb in &bombs {
            assert!(bomb.len() < 4_096, "a bomb is small");
            let refusal = refused(sent(books, &by, bomb).await);
            assert!(matches!(refusal, Refusal::TooManyPixels | Refusal::Damaged), "{refusal:?}");
        }
        assert_eq!(refused(sent(books, &by, &bombs[0]).await), Refusal::TooManyPixels);
        assert_eq!(refused(sent(books, &by, &bombs[1]).await), Refusal::TooManyPixels);
        // Judged from the header, nothing was made room for; how long it took is for the benchmarks to say.
        assert!(most_memory() - before < 64 << 20, "{} bytes more", most_memory() - before);
    }

    async fn a_bomb_within_the_limits_costs_what_its_size_says_and_no_more(books: &Books) {
        let by = recorder(books).await;
        sent(books, &by, &pictures::jpeg(1)).await.unwrap();
        // Five megabytes that inflate to eight hundred, in a picture of a hundred pixels; and headers of forty-nine million pixels with nothing behind.
        let inflates = pictures::zlib_bomb(10, 10, 3_200_000);
        assert!((5_000_000..files::LARGEST_BYTES).contains(&inflates.len()), "{}", inflates.len());
        for (bomb, most) in [(inflates, 64 << 20), (pictures::vast_png(7_000, 7_000), 400 << 20), (pictures::wide_webp(7_000, 7_000), 400 << 20)] {
            let (before, start) = (most_memory(), Instant::now());
            let outcome = sent(books, &by, &bomb).await;
            if let Ok(id) = &outcome {
                let kept = found(books, *id).await.unwrap();
                assert!(kept.bytes < 1 << 20, "what is kept is made anew");
            } else {
                assert!(matches!(refused(outcome), Refusal::Damaged | Refusal::TooManyPixels | Refusal::TooSlow));
            }
            assert!(most_memory() - before < most, "{} bytes more", most_memory() - before);
            assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        }
        sent(books, &by, &pictures::jpeg(2)).await.unwrap();
    }

    async fn a_picture_that_moves_costs_no_more_than_its_first_frame(books: &Books) {
        let by = recorder(books).await;
        let moving = pictures::moving_png(100_000);
        assert!((4 << 20..files::LARGEST_BYTES).contains(&moving.len()), "{}", moving.len());
        let start = Instant::now();
        let id = sent(books, &by, &moving).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        let stored = files::open(&books.files, &found(books, id).await.unwrap()).await.unwrap();
        assert!(stored.len() < 200, "one still pixel");
    }

    async fn a_decoder_that_panics_or_hangs_costs_one_picture_and_nothing_else(books: &Books) {
        let by = recorder(books).await;
        let panics = books.files.clone().with_cleaner(Duration::from_mins(1), |_, _| panic!("a decoder panics"));
        let hangs = books.files.clone().with_cleaner(Duration::from_millis(200), |_, _| loop { std::thread::park() });
        for _ in 0..3 {
            for (files, refusal) in [(&panics, Refusal::Damaged), (&hangs, Refusal::TooSlow)] {
                let outcome = files::take_in(files, &books.db, &by, pictures::jpeg(1), &books.entropy, books.now()).await;
                assert_eq!(refused(outcome), refusal);
            }
        }
        sent(books, &by, &pictures::jpeg(1)).await.unwrap();
    }

    async fn pictures_are_read_one_at_a_time(books: &Books) {
        let by = recorder(books).await;
        let files = books.files.clone().with_cleaner(Duration::from_secs(5), |bytes, _| {
            use std::sync::atomic::{AtomicUsize, Ordering};
            static INSIDE: AtomicUsize = AtomicUsize::new(0);
            assert_eq!(INSIDE.fetch_add(1, Ordering::SeqCst), 0, "another picture is being read");
            std::thread::sleep(Duration::from_millis(30));
            INSIDE.fetch_sub(1, Ordering::SeqCst);
            Ok(files::Clean { kind: Kind::Jpeg, bytes, size: Some((1, 1)) })
        });
        let one = |n| files::take_in(&files, &books.db, &by, pictures::jpeg(n), &books.entropy, books.now());
        let (a, b, c, d) = tokio::join!(one(1), one(2), one(3), one(4));
        for outcome in [a, b, c, d] {
            outcome.unwrap();
        }
    }
}

#[test]
fn a_photo_of_48_megapixels_passes() {
    crate::support::block_on(async {
        let books = Books::on_sqlite().await;
        let by = recorder(&books).await;
        // This build is not optimised; the limit of ten seconds is the optimised one's.
        let patient = books.files.clone().with_cleaner(Duration::from_mins(5), books.files.cleaner());
        let id = files::take_in(&patient, &books.db, &by, pictures::large_jpeg(), &books.entropy, books.now()).await.unwrap();
        let document = found(&books, id).await.unwrap();
        assert_eq!((document.width, document.height), (Some(8_000), Some(6_000)));
        books.close().await;
    });
}
