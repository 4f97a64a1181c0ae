//! Bytes become text: byte-order marks, UTF-8, UTF-16, and the one-byte letters that many banks still write. Not here: what the text says.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::statement::{Format, What, Wrong};

/// How many bytes tell what a file is.
const HEAD: usize = 4_096;

/// The text of a file: by its byte-order mark, else as UTF-8 where it is that, else as UTF-16 where every other byte is empty, else in
/// Windows-1252, whose letters are those of Latin-1 and a few more.
///
/// # Errors
/// [`What::NoText`] for anything that is no text.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Wrong> {
    const NO_TEXT: [&[u8]; 6] = [b"%PDF", b"PK\x03\x04", b"\xD0\xCF\x11\xE0", b"\x89PNG", b"\xFF\xD8\xFF", b"\x1F\x8B"];
    if NO_TEXT.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(What::NoText.at(1));
    }
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Cow::Borrowed(text),
            _ => guessed(bytes).decode_without_bom_handling(bytes).0,
        },
    };
    if text.contains('\0') { Err(What::NoText.at(1)) } else { Ok(text) }
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(HEAD)];
    let empty = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count() * 4 > head.len();
    match (empty(0), empty(1)) {
        (false, true) => UTF_16LE,
        (true, false) => UTF_16BE,
        _ => WINDOWS_1252,
    }
}

/// Which format a text is in: what is neither OFX nor XML is a table.
///
/// # Errors
/// [`What::OtherXml`] for XML that is no camt.053 statement.
pub fn format_of(text: &str) -> Result<Format, Wrong> {
    let head: String = text.trim_start().chars().take(HEAD).collect();
    let upper = head.to_ascii_uppercase();
    if upper.starts_with("OFXHEADER") || upper.contains("<?OFX") || upper.starts_with("<OFX>") {
        return Ok(Format::Ofx);
    }
    if !head.starts_with('<') {
        return Ok(Format::Csv);
    }
    if head.contains("camt.053") || head.contains("BkToCstmrStmt") { Ok(Format::Camt) } else { Err(What::OtherXml.at(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_bank_writes_its_letters_is_read() {
        let text = "Datum;Empfänger;Betrag\n01.11.2026;Bäckerei Müller;-1,50 €\n";
        let utf16 = |big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let latin: Vec<u8> = WINDOWS_1252.encode(text).0.into_owned();
        let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            with(b"\xEF\xBB\xBF", text.as_bytes()),
            with(b"\xFF\xFE", &utf16(false)),
            with(b"\xFE\xFF", &utf16(true)),
            utf16(false),
            utf16(true),
            latin,
        ] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"%PDF-1.7"[..], b"PK\x03\x04zip", b"a\0b\0\0\0\0", b"\x89PNG\r\n"] {
            assert_eq!(decode(bytes), Err(What::NoText.at(1)), "{bytes:?}");
        }
    }

    #[test]
    fn the_format_is_known_by_its_first_words() {
        assert_eq!(format_of("Date,Amount\n"), Ok(Format::Csv));
        assert_eq!(format_of("\r\nOFXHEADER:100\r\n"), Ok(Format::Ofx));
        assert_eq!(format_of("<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?><OFX>"), Ok(Format::Ofx));
        assert_eq!(
            format_of("<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">"),
            Ok(Format::Camt)
        );
        assert_eq!(format_of("<html>"), Err(What::OtherXml.at(1)));
    }
}
