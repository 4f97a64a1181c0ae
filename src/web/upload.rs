//! Forms that carry files: read within limits, so that what is wrong becomes a mistake at its field and what was typed is kept.
//! Not here: what a file must be (`files`, `bank`). The sender's name for a file is never looked at (safety rule FI3).

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::fields::Fields;
use super::form::{Typed, Wrongs};
use super::words::Words;

/// A form with files that is about to be read, and the fields it has.
#[derive(Debug)]
pub struct Form {
    parts: Multipart,
    fields: Fields,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // Without its fields it stands behind no door of ours.
        let fields = request.extensions().get::<Fields>().copied().ok_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
        let parts = Multipart::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self { parts, fields })
    }
}

/// How much a form with files may bring. The door's own limit stands over all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in all fields together.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of all text together.
    pub text_bytes: usize,
}

impl Limits {
    /// For up to so many documents beside a form (safety rules HT3, FI2).
    pub const fn documents(files: usize) -> Self {
        Self { files, file_bytes: crate::files::LARGEST_BYTES, text_bytes: super::LARGEST_FORM }
    }

    /// For one file of so many bytes, such as a bank statement.
    pub const fn one_file(file_bytes: usize) -> Self {
        Self { files: 1, file_bytes, text_bytes: super::LARGEST_FORM }
    }

    /// What a door for such forms must let through: every file, the text, and what frames them.
    pub const fn whole_bytes(self) -> usize {
        self.files * (self.file_bytes + 1024) + self.text_bytes * 2
    }
}

/// One file as it was sent; empty ones are not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The field it was chosen in.
    pub field: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why something of a form was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    FileTooLarge,
    TooManyFiles,
    TextTooLong,
    /// The body ended early, was over the door's limit, or is no such form.
    CutOff,
    /// It has a field that the form has not, or one twice that the form has once.
    OtherForm,
}

/// A form with files as far as it could be read.
#[derive(Debug, Default)]
pub struct Upload {
    /// What was typed.
    pub typed: Typed,
    /// The files within the limits, as they came.
    pub files: Vec<Sent>,
    mistakes: Vec<(String, Mistake)>,
}

impl Upload {
    /// Notes at their fields what went wrong on the way, in the reader's words.
    pub fn tell(&self, words: Words, limits: Limits, wrongs: &mut Wrongs) {
        for (field, mistake) in &self.mistakes {
            let text = match mistake {
                Mistake::FileTooLarge => words.with("upload-file-too-large", "limit", limits.file_bytes / (1 << 20)),
                Mistake::TooManyFiles => words.with("upload-too-many-files", "limit", limits.files),
                Mistake::TextTooLong => words.say("upload-text-too-long"),
                Mistake::CutOff => words.say("upload-cut-off"),
                Mistake::OtherForm => words.say("error-other-text"),
            };
            wrongs.add(field, text);
        }
    }

    /// The files of one field.
    pub fn in_field<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Sent> {
        self.files.iter().filter(move |sent| sent.field == field)
    }
}

/// Reads a form. What is over a limit is read to its end and let go, so that the fields behind it still arrive; what cannot be read at all
/// ends the reading, and everything before it is kept. Of a form with a field that it has not, nothing is. Call [`Upload::tell`] for what went
/// wrong.
pub async fn read(mut form: Form, limits: Limits) -> Upload {
    let mut reading = Reading { limits, names: Vec::new(), pairs: Vec::new(), text_bytes: 0, upload: Upload::default(), last_file: None };
    let whole = reading.all(&mut form.parts).await;
    if !form.fields.take(reading.names.iter().map(String::as_str)) {
        return Upload { mistakes: vec![("main".to_owned(), Mistake::OtherForm)], ..Upload::default() };
    }
    if whole.is_err() {
        // A browser that is cut off was sending a file, and the form's first file field is where a person can do something about it.
        let field = reading.last_file.take().unwrap_or_else(|| "file".to_owned());
        reading.upload.mistakes.push((field, Mistake::CutOff));
    }
    Upload { typed: Typed::new(reading.pairs), ..reading.upload }
}

struct Reading {
    limits: Limits,
    /// Of every field, in the order they came.
    names: Vec<String>,
    pairs: Vec<(String, String)>,
    text_bytes: usize,
    upload: Upload,
    last_file: Option<String>,
}

impl Reading {
    async fn all(&mut self, form: &mut Multipart) -> Result<(), MultipartError> {
        while let Some(field) = form.next_field().await? {
            let Some(name) = field.name().map(str::to_owned) else { continue };
            self.names.push(name.clone());
            // A file field bears a file name even where nothing was chosen; a text field has none.
            if field.file_name().is_some() {
                self.last_file = Some(name.clone());
                self.file(name, field).await?;
            } else {
                self.text(name, field).await?;
            }
        }
        Ok(())
    }

    async fn file(&mut self, name: String, field: Field<'_>) -> Result<(), MultipartError> {
        let room = if self.upload.files.len() < self.limits.files { self.limits.file_bytes } else { 0 };
        let (bytes, whole) = taken(field, room).await?;
        if whole && !bytes.is_empty() {
            self.upload.files.push(Sent { field: name, bytes });
        } else if !whole {
            let mistake = if room == 0 { Mistake::TooManyFiles } else { Mistake::FileTooLarge };
            self.upload.mistakes.push((name, mistake));
        }
        Ok(())
    }

    async fn text(&mut self, name: String, field: Field<'_>) -> Result<(), MultipartError> {
        let (bytes, whole) = taken(field, self.limits.text_bytes - self.text_bytes).await?;
        if !whole {
            self.upload.mistakes.push((name.clone(), Mistake::TextTooLong));
        }
        self.text_bytes += bytes.len();
        self.pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        Ok(())
    }
}

/// At most `room` bytes of a field, and whether that is all of it. It is read to its end in any case.
async fn taken(mut field: Field<'_>, room: usize) -> Result<(Vec<u8>, bool), MultipartError> {
    let (mut bytes, mut whole) = (Vec::new(), true);
    while let Some(piece) = field.chunk().await? {
        whole = whole && bytes.len() + piece.len() <= room;
        if whole {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok((bytes, whole))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;
    use crate::people::Language;

    const LIMITS: Limits = Limits { files: 2, file_bytes: 8, text_bytes: 10 };

    /// A form of these parts: field, file name where it is a file, content.
    fn body(parts: &[(&str, Option<&str>, &str)]) -> String {
        let part = |(name, file, content): &(&str, Option<&str>, &str)| {
            let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n")
        };
        parts.iter().map(part).collect::<String>() + "--x--\r\n"
    }

    async fn sent(body: String) -> Upload {
        let mut request = Request::post("/").header("content-type", "multipart/form-data; boundary=x").body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Fields::new("a b t u f* photo* none*"));
        read(Form::from_request(request, &()).await.unwrap(), LIMITS).await
    }

    fn told(upload: &Upload) -> Vec<Mistake> {
        let mut wrongs = Wrongs::default();
        upload.tell(Words(Language::English), LIMITS, &mut wrongs);
        assert_eq!(wrongs.is_empty(), upload.mistakes.is_empty());
        upload.mistakes.iter().map(|(_, mistake)| *mistake).collect()
    }

    #[tokio::test]
    async fn text_and_files_arrive_and_the_senders_name_does_not_matter() {
        for name in ["a.jpg", "../../x", "C:\\x", "x.php%00.jpg", &"n".repeat(5_000)] {
            let upload =
                sent(body(&[("a", None, " one "), ("photo", Some(name), "12345678"), ("none", Some(""), ""), ("b", None, "two")])).await;
            assert_eq!((upload.typed.get("a"), upload.typed.get("b")), ("one", "two"));
            assert_eq!(upload.files, [Sent { field: "photo".to_owned(), bytes: b"12345678".to_vec() }]);
            assert_eq!(upload.in_field("photo").count(), 1);
            assert!(told(&upload).is_empty(), "{name}");
        }
    }

    #[tokio::test]
    async fn what_is_over_a_limit_is_told_at_its_field_and_the_rest_is_kept() {
        let upload = sent(body(&[("f", Some("a"), "123456789"), ("f", Some("b"), "1"), ("t", None, "kept")])).await;
        assert_eq!((told(&upload), upload.files.len(), upload.typed.get("t")), (vec![Mistake::FileTooLarge], 1, "kept"));
        let upload = sent(body(&[("f", Some("a"), "1"), ("f", Some("b"), "2"), ("f", Some("c"), "3"), ("t", None, "kept")])).await;
        assert_eq!((told(&upload), upload.files.len(), upload.typed.get("t")), (vec![Mistake::TooManyFiles], 2, "kept"));
        let upload = sent(body(&[("t", None, "12345678901"), ("u", None, "kept")])).await;
        assert_eq!((told(&upload), upload.typed.get("t"), upload.typed.get("u")), (vec![Mistake::TextTooLong], "", "kept"));
    }

    #[tokio::test]
    async fn of_a_form_with_a_field_that_it_has_not_or_has_once_nothing_is_kept() {
        for odd in [("state", None, "paid"), ("b", None, "two"), ("state", Some("x"), "paid")] {
            let upload = sent(body(&[("b", None, "one"), odd, ("f", Some("a"), "1")])).await;
            assert_eq!((told(&upload), upload.typed.get("b"), upload.files.len()), (vec![Mistake::OtherForm], "", 0), "{odd:?}");
        }
    }

    #[tokio::test]
    async fn a_form_that_is_cut_off_keeps_what_came_before() {
        let whole = body(&[("t", None, "kept"), ("f", Some("a"), "12345")]);
        let upload = sent(whole[..whole.len() - 12].to_owned()).await;
        assert_eq!((told(&upload), upload.typed.get("t")), (vec![Mistake::CutOff], "kept"));
        assert_eq!(upload.mistakes[0].0, "f");
    }
}
