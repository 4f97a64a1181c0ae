//! Any text and any bytes before every parser of ours that strangers can reach (safety test A1): nothing panics, and what is read says again what
//! was written. Statements of banks and signatures have theirs beside them.

use proptest::prelude::*;
use strikefund::clock::{Day, Zone};
use strikefund::files::{Files, Format};
use strikefund::money::{Currency, LARGEST_MINOR, Money};
use strikefund::people::Password;
use strikefund::spending::payee::{NewDetails, NewPayee};

use crate::support::soak;

fn cases(usual: usize) -> ProptestConfig {
    ProptestConfig {
        cases: u32::try_from(soak(usual, 200_000)).unwrap_or(u32::MAX),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn any_currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["USD", "EUR", "JPY", "KWD", "UGX", "ISK"]).prop_map(|code| code.parse().unwrap())
}

/// What amounts and days are made of, in any order.
fn nearly() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "0",
            "1",
            "9",
            "99999999999",
            ".",
            ",",
            "-",
            "−",
            " ",
            "$",
            "e",
            "１",
            "２",
            "\u{0}",
            "\u{202e}",
            "2026",
            "-13-",
            "-02-30",
        ]),
        0..8,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_text_is_money_that_was_not_written(text in prop_oneof![any::<String>(), nearly()], currency in any_currency()) {
        if let Ok(money) = Money::parse(&text, currency) {
            prop_assert!((0..=LARGEST_MINOR).contains(&money.minor), "{text:?}");
            prop_assert!(text.chars().all(|letter| letter.is_ascii_digit() || " \u{a0}.,$€£¥".contains(letter) || letter.is_ascii_alphabetic()), "{text:?}");
            prop_assert_eq!(Money::parse(&money.decimal(), currency), Ok(money));
        }
    }

    #[test]
    fn no_text_is_a_day_that_was_not_written(text in prop_oneof![any::<String>(), nearly()]) {
        if let Ok(day) = text.parse::<Day>() {
            prop_assert_eq!(day.to_string(), text.clone());
        }
        let _ = text.parse::<Zone>();
    }

    #[test]
    fn no_text_of_a_form_makes_a_parser_panic(texts in prop::collection::vec(any::<String>(), 4)) {
        let [one, two, three, four] = &texts[..] else { unreachable!() };
        let _ = Password::parse(one, &[two]);
        let _ = NewPayee::parse(one, two, (three, four), one);
        let _ = NewPayee::parse(one, "person", ("yes", three), four);
        let _ = NewDetails::parse(one, two, three);
        let _ = NewDetails::parse("bank", two, "called");
    }
}

/// Whole pictures that were damaged, and heads of pictures with anything behind them.
fn pictures() -> impl Strategy<Value = Vec<u8>> {
    let whole = [crate::files::pictures::jpeg(1), crate::files::pictures::laden_png(), crate::files::pictures::laden_webp()];
    let damaged = (prop::sample::select(whole.to_vec()), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12))
        .prop_map(|(mut bytes, changes)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        });
    let heads = prop::sample::select(vec![
        &b"\xff\xd8\xff\xe0"[..],
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"RIFF\xff\0\0\0WEBPVP8 ",
        b"%PDF-1.7",
        b"GIF89a",
        b"PK\x03\x04",
    ]);
    let anything = (heads, prop::collection::vec(any::<u8>(), 0..300)).prop_map(|(head, bytes)| [head, &bytes].concat());
    prop_oneof![damaged, anything]
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn no_bytes_are_kept_as_a_picture_that_is_none(bytes in pictures()) {
        crate::support::block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let files = Files::in_folder(folder.path()).unwrap();
            let clean = files.cleaner();
            for format in [Format::Jpeg, Format::Png, Format::WebP, Format::Pdf] {
                // A decoder may panic here as it may in the program, which catches it; what comes out must be whole.
                let clean = std::panic::catch_unwind(|| clean(bytes.clone(), format));
                if let Ok(Ok(clean)) = clean
                    && let Some((width, height)) = clean.size
                {
                    let again = image::load_from_memory(&clean.bytes).unwrap();
                    assert_eq!((again.width(), again.height()), (width, height));
                }
            }
        });
    }
}
