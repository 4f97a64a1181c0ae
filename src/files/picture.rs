//! From the bytes that were sent to bytes that hold nothing but what is seen: judged by content, decoded, turned upright, made anew
//! (safety rules FI1 and FI2). Not here: where they go, and how long it may take.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult, Limits};

use super::document::{Kind, LARGEST_BYTES, Refusal};

const LONGEST_SIDE: u32 = 8_192;
const MOST_PIXELS: u64 = 50_000_000;
const DECODER_BYTES: u64 = 160 * 1024 * 1024;
/// Small print on a till receipt stays readable; a photo of 12 megapixels comes to 2 or 3 MB.
const QUALITY: u8 = 88;

/// What a document is by its first bytes; its name and what the browser says of it count for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JPEG.
    Jpeg,
    /// A PNG.
    Png,
    /// A WebP.
    WebP,
    /// A PDF.
    Pdf,
}

/// A document that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    /// What its bytes are now.
    pub kind: Kind,
    /// The bytes to be stored.
    pub bytes: Vec<u8>,
    /// Width and height in pixels; None for a PDF.
    pub size: Option<(u32, u32)>,
}

/// Tells by content what was sent.
///
/// # Errors
/// The [`Refusal`] that says what to do instead.
pub fn recognise(bytes: &[u8]) -> Result<Format, Refusal> {
    const ARCHIVES: [&[u8]; 7] =
        [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\x00", b"BZh"];
    const HEIC_BRANDS: [&[u8]; 10] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"];
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() > LARGEST_BYTES {
        return Err(Refusal::TooLarge);
    }
    let starts = |with: &[u8]| bytes.starts_with(with);
    let at = |from: usize, text: &[u8]| bytes.get(from..from + text.len()) == Some(text);
    let is_markup = || {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        text.starts_with(b"<")
    };
    match () {
        () if starts(b"\xff\xd8\xff") => Ok(Format::Jpeg),
        () if starts(b"\x89PNG\r\n\x1a\n") => Ok(Format::Png),
        () if starts(b"RIFF") && at(8, b"WEBP") => Ok(Format::WebP),
        () if starts(b"%PDF-") => Ok(Format::Pdf),
        () if at(4, b"ftyp") && HEIC_BRANDS.iter().any(|brand| at(8, brand)) => Err(Refusal::Heic),
        () if starts(b"GIF8") => Err(Refusal::Gif),
        () if starts(b"II*\0") || starts(b"MM\0*") => Err(Refusal::Tiff),
        () if ARCHIVES.iter().any(|archive| starts(archive)) => Err(Refusal::Archive),
        () if is_markup() => Err(Refusal::Markup),
        () => Err(Refusal::Unknown),
    }
}

/// Judges a picture by its header, before anything is allocated for its pixels; a PDF has none.
///
/// # Errors
/// [`Refusal::TooManyPixels`] and [`Refusal::Damaged`].
pub fn judge(bytes: &[u8], format: Format) -> Result<(), Refusal> {
    if format == Format::Pdf { Ok(()) } else { decoder(bytes, format).map(drop) }
}

/// Decodes, turns upright, and makes anew; a PDF stays as it is.
///
/// # Errors
/// As [`judge`], for what only decoding shows too.
pub fn clean(bytes: Vec<u8>, format: Format) -> Result<Clean, Refusal> {
    if format == Format::Pdf {
        return Ok(Clean { kind: Kind::Pdf, bytes, size: None });
    }
    let mut decoder = decoder(&bytes, format)?;
    // Without a readable hint the picture is taken as it lies.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    picture.apply_orientation(orientation);
    drop(bytes);
    let kind = if format == Format::Png || picture.color().has_alpha() { Kind::Png } else { Kind::Jpeg };
    let made = encode(&picture, kind).map_err(|error| refusal(&error))?;
    Ok(Clean { kind, bytes: made, size: Some((picture.width(), picture.height())) })
}

fn encode(picture: &DynamicImage, kind: Kind) -> ImageResult<Vec<u8>> {
    let mut made = Vec::new();
    match kind {
        Kind::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut made, QUALITY))?,
        Kind::Png | Kind::Pdf => picture.write_with_encoder(PngEncoder::new(&mut made))?,
    }
    Ok(made)
}

/// A decoder that has read the header and keeps the limits.
fn decoder(bytes: &[u8], format: Format) -> Result<Box<dyn ImageDecoder + '_>, Refusal> {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(LONGEST_SIDE), Some(LONGEST_SIDE), Some(DECODER_BYTES));
    let reader = Cursor::new(bytes);
    let opened: ImageResult<Box<dyn ImageDecoder>> = match format {
        Format::Jpeg => JpegDecoder::new(reader).map(|decoder| Box::new(decoder) as _),
        Format::WebP => WebPDecoder::new(reader).map(|decoder| Box::new(decoder) as _),
        Format::Png | Format::Pdf => PngDecoder::with_limits(reader, limits.clone()).map(|decoder| Box::new(decoder) as _),
    };
    let mut decoder = opened.map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    let too_many = width > LONGEST_SIDE || height > LONGEST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS;
    if too_many || decoder.total_bytes() > DECODER_BYTES {
        return Err(Refusal::TooManyPixels);
    }
    decoder.set_limits(limits).map_err(|error| refusal(&error))?;
    Ok(decoder)
}

const fn refusal(error: &ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Damaged,
    }
}
