//! The published books as people read them: a line for each batch's gifts, refunds, disputes and fees, and for each spending, what came in beside
//! what went out. As CSV, or as a workbook. Not here: postings (`published`).

use super::book::{Book, Value, csv_line};
use super::published::BooksError;
use crate::db::Tx;
use crate::ids::FundId;
use crate::publication::record::{FEES, GIFTS, MONEY, Record};
use crate::publication::rows::{self, Row};
use crate::publication::{Figures, store};

/// How many records are held at a time.
const PAGE: i64 = 500;

const HEADS: [&str; 15] = [
    "number",
    "publication",
    "week",
    "kind",
    "use",
    "text",
    "in",
    "out",
    "currency",
    "count",
    "unit",
    "receipt",
    "corrects",
    "shop",
    "practice",
];

#[derive(Clone, Copy)]
enum Stage {
    Begin,
    /// Of the log, from this place on: what is no spending.
    Gifts(i64),
    /// Of the spendings, from this number on.
    Spendings(i64),
    End,
}

/// A table on the way.
pub(in crate::publication) struct Spreadsheet {
    fund: FundId,
    figures: Figures,
    /// Rows are laid by for a workbook; None: they are lines of text.
    as_book: bool,
    book: Option<Book>,
    stage: Stage,
}

impl Spreadsheet {
    pub fn new(as_book: bool, fund: FundId, figures: &Figures) -> Self {
        Self { fund, figures: figures.clone(), as_book, book: None, stage: Stage::Begin }
    }

    /// The next piece; a workbook is one.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<u8>>, BooksError> {
        loop {
            let lines = match self.stage {
                Stage::Begin => {
                    self.stage = Stage::Gifts(0);
                    self.begin()?
                }
                Stage::Gifts(position) => self.gifts(tx, position).await?,
                Stage::Spendings(number) => self.spendings(tx, number).await?,
                Stage::End => return Ok(self.book.take().map(Book::bytes).transpose()?),
            };
            match &mut self.book {
                Some(book) => lines.iter().try_for_each(|line| book.row(line))?,
                None => return Ok(Some(lines.into_iter().map(csv_line).collect::<String>().into_bytes())),
            }
        }
    }

    /// The heads: as the first line behind the mark that spreadsheets know UTF-8 by, or over a sheet.
    fn begin(&mut self) -> Result<Vec<Vec<Value>>, BooksError> {
        let heads: Vec<Value> = HEADS.map(Value::text).into();
        if self.as_book {
            self.book = Some(Book::new("Books", heads)?.dated(self.figures.made_at));
            return Ok(Vec::new());
        }
        Ok(vec![heads])
    }

    async fn gifts(&mut self, tx: &mut Tx, position: i64) -> Result<Vec<Vec<Value>>, BooksError> {
        let leaves = store::money_in(tx, self.fund, position, PAGE).await?;
        self.stage = leaves.last().map_or(Stage::Spendings(1), |last| Stage::Gifts(last.position.saturating_add(1)));
        let mut lines = Vec::new();
        for leaf in &leaves {
            let record = rows::read(leaf)?;
            let gifts = if let Record::Batch(batch) = &record { Some(batch.gifts) } else { None };
            for moved in record.lines().into_iter().filter(|moved| moved.unit == MONEY) {
                let kind = match &*moved.account {
                    GIFTS => "gifts",
                    FEES => "fees",
                    account => account.rsplit(':').next().unwrap_or(account),
                };
                let mut line = self.line(record.number(), leaf.publication, (record.week(), kind, &moved.account), moved.amount);
                if let Some(count) = gifts.filter(|_| kind == "gifts") {
                    (line[9], line[10]) = (Value::number(count), Value::text("gifts"));
                }
                lines.push(line);
            }
        }
        Ok(lines)
    }

    async fn spendings(&mut self, tx: &mut Tx, number: i64) -> Result<Vec<Vec<Value>>, BooksError> {
        let rows = rows::between(tx, self.fund, number, number.saturating_add(PAGE - 1)).await?;
        self.stage = if rows.is_empty() { Stage::End } else { Stage::Spendings(number.saturating_add(PAGE)) };
        Ok(rows.iter().map(|row| self.spending(row)).collect())
    }

    fn spending(&self, row: &Row) -> Vec<Value> {
        let spending = &row.spending;
        let place = (&*spending.week, spending.what.as_str(), &*spending.account);
        let mut line = self.line(spending.n, row.publication(), place, spending.amount_minor);
        line[5] = Value::text(row.words());
        if let Some(units) = &spending.units {
            (line[9], line[10]) = (Value::number(units.count), Value::text(&*units.unit));
        } else if let Some(payments) = spending.payments {
            (line[9], line[10]) = (Value::number(payments), Value::text("payments"));
        }
        line[11] = Value::text(spending.receipt.map_or("", |kept| if kept { "yes" } else { "no" }));
        line[12] = spending.corrects.map_or_else(|| Value::text(""), Value::number);
        line[13] = Value::text(row.shop().unwrap_or_default());
        line
    }

    /// A line with an amount, debit positive: what takes from the fund stands under `out`, below zero where it gives back.
    fn line(&self, number: i64, publication: i64, (week, kind, account): (&str, &str, &str), minor: i64) -> Vec<Value> {
        let comes_in = account == GIFTS || account.starts_with("equity:");
        let amount = self.figures.money(if comes_in { minor.saturating_neg() } else { minor }).decimal();
        let (into, out) = if comes_in { (Value::Number(amount), Value::text("")) } else { (Value::text(""), Value::Number(amount)) };
        vec![
            Value::number(number),
            Value::number(publication),
            Value::text(week),
            Value::text(kind),
            Value::text(account),
            Value::text(""),
            into,
            out,
            Value::text(self.figures.fund.currency.code()),
            Value::text(""),
            Value::text(""),
            Value::text(""),
            Value::text(""),
            Value::text(""),
            Value::text(if self.figures.practice { "yes" } else { "no" }),
        ]
    }
}
