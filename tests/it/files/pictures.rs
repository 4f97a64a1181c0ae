//! Pictures as phones and attackers make them. Not here: what must become of them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage};

/// Stands where a phone writes where it was: no byte of it may be left.
pub const CANARY: &str = "CANARY-45.5152N-122.6784W";

pub const RED: Rgb<u8> = Rgb([220, 20, 20]);
pub const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

/// What a phone writes that was held upright while its sensor lay on the side: turn me right by a quarter (orientation 6), and where I was.
pub fn exif() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    // Orientation, SHORT, one: 6.
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    // ImageDescription, ASCII, its length, at 38.
    exif.extend(b"\x0e\x01\x02\0");
    exif.extend(u32::try_from(CANARY.len()).unwrap().to_le_bytes());
    exif.extend(38_u32.to_le_bytes());
    exif.extend(b"\0\0\0\0");
    exif.extend(CANARY.bytes());
    exif
}

/// Lying on its side: red on the left, blue on the right, so that upright it is red on top.
pub fn lying() -> RgbImage {
    RgbImage::from_fn(64, 32, |x, _| if x < 32 { RED } else { BLUE })
}

/// A plain little photo; `seed` makes its bytes its own.
pub fn jpeg(seed: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(40, 30, |x, y| Rgb([seed, u8::try_from(x * 4).unwrap(), u8::try_from(y * 4).unwrap()]));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&DynamicImage::from(picture)).unwrap();
    bytes
}

/// With everything a JPEG can carry besides its picture: GPS, a thumbnail, XMP, IPTC, a comment, and something behind its end.
pub fn laden_jpeg() -> Vec<u8> {
    let picture = lying();
    let mut plain = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut plain, 90);
    encoder.set_exif_metadata(exif()).unwrap();
    encoder.encode_image(&DynamicImage::from(picture)).unwrap();
    let segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    };
    let xmp = [&b"http://ns.adobe.com/xap/1.0/\0"[..], b"<x:xmpmeta>", CANARY.as_bytes(), b"</x:xmpmeta>"].concat();
    let iptc = [&b"Photoshop 3.0\08BIM"[..], CANARY.as_bytes()].concat();
    let extras = [segment(0xe1, &xmp), segment(0xed, &iptc), segment(0xfe, CANARY.as_bytes())].concat();
    [&plain[..2], &extras, &plain[2..], b"<html><script>alert(1)</script>", CANARY.as_bytes()].concat()
}

/// The same as a PNG: `eXIf`, text in two ways, and something behind its end.
pub fn laden_png() -> Vec<u8> {
    let picture = lying();
    let mut plain = Vec::new();
    let mut encoder = PngEncoder::new(&mut plain);
    encoder.set_exif_metadata(exif()).unwrap();
    encoder.write_image(&picture, 64, 32, ExtendedColorType::Rgb8).unwrap();
    let text = [b"Comment\0", CANARY.as_bytes()].concat();
    let xmp = [b"XML:com.adobe.xmp\0\0\0\0\0", CANARY.as_bytes()].concat();
    // Behind the signature and the header.
    [&plain[..33], &chunk(*b"tEXt", &text), &chunk(*b"iTXt", &xmp), &plain[33..], CANARY.as_bytes()].concat()
}

/// The same as a WebP: its extended form with EXIF and XMP, and something behind its end.
pub fn laden_webp() -> Vec<u8> {
    let picture = lying();
    let mut plain = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut plain);
    encoder.set_exif_metadata(exif()).unwrap();
    encoder.write_image(&picture, 64, 32, ExtendedColorType::Rgb8).unwrap();
    [&plain[..], b"XMP ", &25_u32.to_le_bytes(), CANARY.as_bytes(), b"\0"].concat()
}

/// A chunk of a PNG.
pub fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let body = [&kind[..], content].concat();
    [&length[..], &body, &crc(&body).to_be_bytes()].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let step =
        |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 });
    !bytes.iter().fold(u32::MAX, step)
}

/// A JPEG of a few hundred bytes that says it is 65,535 by 65,535.
pub fn vast_jpeg() -> Vec<u8> {
    let mut bytes = jpeg(1);
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    bytes
}

/// The start of a PNG of this size, and almost nothing behind it.
pub fn vast_png(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(*b"IHDR", &head), &chunk(*b"IDAT", &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]), &chunk(*b"IEND", b"")]
        .concat()
}

/// A PNG of this size whose data, once inflated, would go on for a thousand times its length: `matches` times 258 zeros.
pub fn zlib_bomb(width: u32, height: u32, matches: usize) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    // One block of fixed codes: a zero, then "258 times the letter before" (code 285, distance 1) again and again, then the end.
    let repeat = [true, true, false, false, false, true, false, true, false, false, false, false, false];
    let start = [true, true, false, false, false, true, true, false, false, false, false];
    let bits = start.into_iter().chain(repeat.into_iter().cycle().take(13 * matches)).chain([false; 7]);
    let mut data = vec![0x78, 0x9c];
    for (at, bit) in bits.enumerate() {
        if at % 8 == 0 {
            data.push(0);
        }
        *data.last_mut().unwrap() |= u8::from(bit) << (at % 8);
    }
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(*b"IHDR", &head), &chunk(*b"IDAT", &data), &chunk(*b"IEND", b"")].concat()
}

/// A WebP of a hundred bytes that says it is of this size, at most 16,384 a side.
pub fn wide_webp(width: u32, height: u32) -> Vec<u8> {
    let size = (width - 1) | ((height - 1) << 14);
    let data = [&[0x2f][..], &size.to_le_bytes(), &[0; 95]].concat();
    let body = [b"WEBPVP8L", &u32::try_from(data.len()).unwrap().to_le_bytes()[..], &data].concat();
    [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}

/// A WebP of a few bytes whose canvas is 16,777,216 by 16,777,216.
pub fn vast_webp() -> Vec<u8> {
    let extended = [&b"VP8X"[..], &10_u32.to_le_bytes(), &[0; 4], &[0xff; 6]].concat();
    let still = &laden_webp()[12 + 18..];
    let body = [b"WEBP", &extended[..], still].concat();
    [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}

/// A PNG that moves: so many frames of one pixel.
pub fn moving_png(frames: u32) -> Vec<u8> {
    let mut plain = Vec::new();
    PngEncoder::new(&mut plain).write_image(&[1, 2, 3], 1, 1, ExtendedColorType::Rgb8).unwrap();
    let end = plain.len() - 12;
    let control = |n: u32| {
        let numbers = [n, 1, 1, 0, 0].map(u32::to_be_bytes).concat();
        chunk(*b"fcTL", &[&numbers[..], &[0, 1, 0, 10, 0, 0]].concat())
    };
    let mut bytes = [&plain[..33], &chunk(*b"acTL", &[frames.to_be_bytes(), 0_u32.to_be_bytes()].concat())].concat();
    bytes.extend(&plain[33..end]);
    for n in 0..frames {
        bytes.extend(control(n * 2));
        bytes.extend(chunk(*b"fdAT", &[&(n * 2 + 1).to_be_bytes()[..], &[0x78, 0x9c, 0x63, 0, 0, 0, 4, 0, 1]].concat()));
    }
    bytes.extend(&plain[end..]);
    bytes
}

/// A photo of 48 megapixels, as phones make them: 8,000 by 6,000.
pub fn large_jpeg() -> Vec<u8> {
    let grey = vec![128_u8; 8_000 * 6_000];
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 50).write_image(&grey, 8_000, 6_000, ExtendedColorType::L8).unwrap();
    bytes
}

/// What a stored picture shows.
pub fn shown(bytes: &[u8]) -> RgbImage {
    image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().decode().unwrap().into_rgb8()
}
