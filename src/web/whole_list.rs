//! A list of the treasury as one file: page after page of it, as CSV that spreadsheets open rightly or as xlsx, a page in memory at a time. Not
//! here: which lists there are (`treasury`), what a page reads (its store).

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;

use super::answer;
use super::doors::SignedIn;
use super::error::Trouble;
use super::export::{As, Piece, name_of};
use super::table::{Cell, Column, Table};
use super::words::Words;
use crate::publication::export::{Book, Value, csv_line};

/// Pieces of a file that wait for a slow reader.
const WAITING: usize = 4;

type Sender = mpsc::Sender<io::Result<Bytes>>;

/// What asks for one page of the list after the other, as whoever asked for the first.
struct Pages {
    parts: Parts,
    signed_in: SignedIn,
    next: Next,
    kind: As,
    which: usize,
}

impl Pages {
    /// The page that this query leads to.
    async fn page(&self, query: &str) -> anyhow::Result<Table> {
        let path = self.parts.uri.path();
        let uri = Uri::try_from(format!("{path}?{query}&list={}&as={}", self.which, self.kind.word()))?;
        let mut parts = self.parts.clone();
        parts.uri = uri.clone();
        parts.extensions.insert(SignedIn { address: uri, ..self.signed_in.clone() });
        let mut response = self.next.clone().run(Request::from_parts(parts, Body::empty())).await;
        let piece = response.extensions_mut().remove::<Piece>();
        piece.map(|Piece(table)| table).ok_or_else(|| anyhow::anyhow!("{path}?{query} gave no list, but {}", response.status()))
    }
}

/// Answers a request for a list of a page as a file; as the page does, where it has no such list.
pub async fn answer((kind, which): (As, usize), signed_in: SignedIn, mut request: Request, next: Next) -> Response {
    let words = signed_in.words;
    request.extensions_mut().insert(signed_in.clone());
    let (parts, body) = request.into_parts();
    let pages = Pages { parts: parts.clone(), signed_in, next: next.clone(), kind, which };
    let mut response = next.run(Request::from_parts(parts, body)).await;
    match response.extensions_mut().remove::<Piece>() {
        Some(Piece(first)) => {
            let name = name_of(pages.parts.uri.path());
            file(words, first, &name, kind, Some(pages)).unwrap_or_else(IntoResponse::into_response)
        }
        None => response,
    }
}

/// The file called `name` of a list that is whole.
///
/// # Errors
/// `Trouble::Fault` where the name fits no header.
pub fn of_table(words: Words, table: Table, name: &str, kind: As) -> Result<Response, Trouble> {
    file(words, table, name, kind, None)
}

fn file(words: Words, first: Table, name: &str, kind: As, pages: Option<Pages>) -> Result<Response, Trouble> {
    let (sender, pieces) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let written = match kind {
            As::Csv => csv(words, first, pages, &sender).await,
            As::Xlsx => xlsx(words, first, pages, &sender).await,
        };
        if let Err(error) = written {
            tracing::warn!(%error, "a list as a file stopped short");
            // The connection breaks off, so that nobody takes a part for the whole.
            let _gone = sender.send(Err(io::Error::other("the file stopped short"))).await;
        }
    });
    let mut response = Response::new(answer::pieces(pieces));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(format!("attachment; filename=\"{name}.{}\"", kind.word()))?);
    answer::keep_private(&mut response);
    Ok(response)
}

/// The page behind this one, with the same columns; None at the end.
async fn behind(table: &Table, pages: Option<&Pages>) -> anyhow::Result<Option<Table>> {
    let (Some(more), Some(pages)) = (table.more(), pages) else { return Ok(None) };
    let next = pages.page(&more.query).await?;
    anyhow::ensure!(next.heads() == table.heads(), "the list at {} has other columns", more.query);
    Ok(Some(next))
}

async fn csv(words: Words, first: Table, pages: Option<Pages>, sender: &Sender) -> anyhow::Result<()> {
    let mut text = format!("\u{feff}{}", csv_line(heads(words, &first)));
    let mut page = Some(first);
    while let Some(table) = page {
        text.extend(table.rows().iter().map(|row| csv_line(values(&table, row))));
        sender.send(Ok(std::mem::take(&mut text).into())).await?;
        page = behind(&table, pages.as_ref()).await?;
    }
    Ok(())
}

async fn xlsx(words: Words, first: Table, pages: Option<Pages>, sender: &Sender) -> anyhow::Result<()> {
    let mut book = Book::new(first.caption(), heads(words, &first))?;
    let mut page = Some(first);
    while let Some(table) = page {
        for row in table.rows() {
            book.row(&values(&table, row))?;
        }
        page = behind(&table, pages.as_ref()).await?;
    }
    let out = Out(sender.clone());
    tokio::task::spawn_blocking(move || book.save(io::BufWriter::with_capacity(1 << 16, out))).await??;
    Ok(())
}

/// What the columns are called. Behind a column of amounts stands one with their currencies.
fn heads(words: Words, table: &Table) -> Vec<Value> {
    let mut heads = Vec::new();
    for (head, column) in table.heads() {
        heads.push(Value::Text(head.clone()));
        if *column == Column::Amounts {
            heads.push(Value::Text(words.with("export-currency", "column", head.as_str())));
        }
    }
    heads
}

fn values(table: &Table, row: &[Cell]) -> Vec<Value> {
    let mut values = Vec::new();
    for (cell, (_, column)) in row.iter().zip(table.heads()) {
        values.push(match cell {
            Cell::Text(text) | Cell::Link { text, .. } | Cell::Chip { text, .. } => Value::Text(text.clone()),
            Cell::Day { iso, .. } => Value::Text(iso.clone()),
            Cell::Figure { plain, .. } => Value::Number(plain.clone()),
        });
        if *column == Column::Amounts {
            values.push(Value::Text(cell.currency().map(|currency| currency.code().to_owned()).unwrap_or_default()));
        }
    }
    values
}

/// Writes into the answer, from a thread that may wait for its reader.
struct Out(Sender);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::language::Language;
    use crate::money::{Currency, Money};

    const HOSTILE: [&str; 9] = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "a\"b,\r\nc"];

    fn table() -> Table {
        let mut table = Table::new("Spending: all [1/2]", "").column("What").column("Day").amounts("Amount").figures("Count");
        for (text, minor) in HOSTILE.iter().zip([-320, 125_050, 0, 1, -1, 99, 100, 9_000_000_000_000_000, -250_000]) {
            let amount = Money::new(minor, Currency::USD);
            table.row(vec![
                Cell::text(*text),
                Cell::day(Words(Language::Spanish), "2026-11-14".parse().unwrap()),
                Cell::money(amount),
                Cell::number(7),
            ]);
        }
        table.foot(vec![Cell::text("Total"), Cell::text(""), Cell::text(""), Cell::number(63)]);
        table
    }

    async fn bytes(kind: As) -> Bytes {
        let response = of_table(Words(Language::English), table(), "list", kind).unwrap();
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn a_list_as_csv_is_read_back_exactly_and_starts_no_formula() {
        let bytes = bytes(As::Csv).await;
        assert!(
            bytes.starts_with(b"\xef\xbb\xbf\"What\",\"Day\",\"Amount\",\"Currency of Amount\",\"Count\"\r\n"),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&bytes[3..]).records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), HOSTILE.len(), "no row of totals");
        for (row, hostile) in rows.iter().zip(HOSTILE) {
            let expected = if hostile.starts_with('a') { hostile.to_owned() } else { format!("'{hostile}") };
            assert_eq!((&row[0], &row[1], &row[3], &row[4]), (&*expected, "2026-11-14", "USD", "7"));
        }
        assert_eq!((&rows[0][2], &rows[1][2], &rows[7][2]), ("-3.20", "1250.50", "90000000000000.00"));
        assert!(String::from_utf8(bytes.to_vec()).unwrap().contains(",-3.20,"), "numbers stay numbers");
    }

    #[tokio::test]
    async fn a_list_as_xlsx_is_a_workbook() {
        assert!(bytes(As::Xlsx).await.starts_with(b"PK\x03\x04"));
    }
}
