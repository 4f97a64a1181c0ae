//! One document: what it may be, whose it is, and why one is refused. Not here: how pictures are made clean (`picture`), where bytes lie.

use crate::clock::Instant;
use crate::ids::{DocumentId, PersonId};
use crate::{record, words};

/// The largest document as it is sent, in bytes (safety rule FI2).
pub const LARGEST_BYTES: usize = 10 * 1024 * 1024;
/// The most documents of one person (safety rule FI6).
pub const QUOTA_DOCUMENTS: i64 = 200;
/// The most bytes of one person's documents (safety rule FI6).
pub const QUOTA_BYTES: i64 = 1024 * 1024 * 1024;

words! {
    /// What the stored bytes are.
    pub enum Kind {
        /// A photo, made anew.
        Jpeg = "jpeg",
        /// A picture of lines or one that can be seen through, made anew.
        Png = "png",
        /// A PDF as it came: an attachment, never public.
        Pdf = "pdf",
    }
}

impl Kind {
    /// What it is called where files travel.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// The ending of its name when it is saved.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// Whether it was decoded and made anew, so that nothing of what was sent is in it but what is seen.
    pub const fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf)
    }
}

/// Who sends a document: each has a quota of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploader {
    /// A member of staff.
    Person(PersonId),
    /// Somebody with a link of their own, such as a picket captain; the text stands for them and is opaque.
    Link(String),
}

impl Uploader {
    /// What stands for them in the row.
    pub fn key(&self) -> String {
        match self {
            Self::Person(id) => format!("person {id}"),
            Self::Link(reference) => format!("link {reference}"),
        }
    }

    /// The member of staff, where it is one.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(*id),
            Self::Link(_) => None,
        }
    }
}

impl From<PersonId> for Uploader {
    fn from(id: PersonId) -> Self {
        Self::Person(id)
    }
}

record! {
    /// A document's row.
    pub struct Document {
        /// Its number.
        pub id: DocumentId,
        /// What stands for it in addresses, and its name in the storage: 128 random bits.
        pub reference: String,
        /// Of the stored bytes, in lower-case hex.
        pub sha256: String,
        /// What the bytes are.
        pub kind: Kind,
        /// How many they are.
        pub bytes: i64,
        /// In pixels; None for a PDF.
        pub width: Option<i64>,
        /// In pixels; None for a PDF.
        pub height: Option<i64>,
        /// Who sent it, as [`Uploader::key`] writes it.
        pub uploader: String,
        /// The member of staff who sent it, where it was one.
        pub uploaded_by: Option<PersonId>,
        /// When.
        pub uploaded_at: Instant,
        /// The document that this one shows with private parts covered; None: it is no copy for the public.
        pub copy_of: Option<DocumentId>,
        /// The second person, who let the public see this copy.
        pub released_by: Option<PersonId>,
        /// When they did.
        pub released_at: Option<Instant>,
    }
}

/// Why a document is not taken. Each wants its own words about what to do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was in it.
    #[error("the file is empty")]
    Empty,
    /// More than [`LARGEST_BYTES`].
    #[error("the file is larger than 10 MiB")]
    TooLarge,
    /// More than 8,192 a side or 50 megapixels.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// The format of newer phones, which most computers cannot show.
    #[error("HEIC is not taken: send a JPEG")]
    Heic,
    /// SVG or HTML, which can carry programs.
    #[error("SVG and HTML are not taken: send a PDF or a picture")]
    Markup,
    /// Scans of that kind should be PDFs.
    #[error("TIFF is not taken: send a PDF or a JPEG")]
    Tiff,
    /// Moving pictures.
    #[error("GIF is not taken: send a JPEG or a PNG")]
    Gif,
    /// Archives, which office documents are too.
    #[error("archives and office documents are not taken: send a PDF")]
    Archive,
    /// None of the kinds we know.
    #[error("this kind of file is not taken: send a JPEG, PNG, WebP or PDF")]
    Unknown,
    /// It claims to be a picture and cannot be read as one.
    #[error("the picture is damaged")]
    Damaged,
    /// Reading it took too long.
    #[error("the picture took too long to read")]
    TooSlow,
    /// Too many others are being read just now.
    #[error("many files are being read just now: try again in a minute")]
    Busy,
    /// The person has as many documents as one may.
    #[error("the quota is full")]
    QuotaFull,
    /// A copy for the public must be a picture, made anew.
    #[error("a copy for the public must be a picture, not a PDF")]
    NotForThePublic,
    /// A copy for the public that covers nothing.
    #[error("this is the same file as the receipt")]
    SameAsOriginal,
}

impl Refusal {
    /// The word that stands for it where texts are looked up.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::TooManyPixels => "too-many-pixels",
            Self::Heic => "heic",
            Self::Markup => "markup",
            Self::Tiff => "tiff",
            Self::Gif => "gif",
            Self::Archive => "archive",
            Self::Unknown => "unknown",
            Self::Damaged => "damaged",
            Self::TooSlow => "too-slow",
            Self::Busy => "busy",
            Self::QuotaFull => "quota-full",
            Self::NotForThePublic => "not-for-the-public",
            Self::SameAsOriginal => "same-as-original",
        }
    }
}
