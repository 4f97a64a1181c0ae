//! The published books for other programs: every record that moves money, written down by the faces of the ledger's own exports, a piece at a
//! time. Each record is one entry; its other side is always the fund's share of what is held. Not here: tables for people (`spreadsheet`).

use std::collections::{BTreeMap, BTreeSet};

use super::spreadsheet::Spreadsheet;
use super::{Face, Format, Survey, face, is_plain_path};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{EntryId, FundId};
use crate::ledger::{Account, CHART, Entry, Kind, Posting, Source, chart};
use crate::money::Money;
use crate::publication::record::{FEES, GIFTS, MONEY, Record};
use crate::publication::rows::{self, RowsError};
use crate::publication::{Figures, store};

/// How many records are held at a time.
const PAGE: i64 = 500;
/// What the fund has, on whichever account: cash is kept together for all funds.
const HELD: &str = "assets:held";

/// A file of the published books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Books {
    /// One of the ledger's own faces.
    Journal(Format),
    /// A line for each thing people would call one.
    Simple,
    /// The same as a workbook.
    Workbook,
}

/// Why the books were not written whole.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// A record could not be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A piece could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A workbook could not be written.
    #[error(transparent)]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The other program could not read this name.
    #[error("the account “{0}” cannot be written")]
    Account(String),
}

impl From<sqlx::Error> for BooksError {
    fn from(error: sqlx::Error) -> Self {
        RowsError::from(error).into()
    }
}

impl Books {
    /// Every one, by its place under the fund's address.
    pub const ALL: [(&'static str, Self); 5] = [
        ("books/spending.csv", Self::Simple),
        ("books/books.xlsx", Self::Workbook),
        ("books/postings.csv", Self::Journal(Format::Csv)),
        ("books/books.journal", Self::Journal(Format::Hledger)),
        ("books/books.beancount", Self::Journal(Format::Beancount)),
    ];

    /// The one at this place.
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(place, books)| (place == path).then_some(books))
    }

    /// What it is.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Journal(Format::Hledger | Format::Beancount) => "text/plain; charset=utf-8",
            Self::Journal(Format::Csv) | Self::Simple => "text/csv; charset=utf-8; header=present",
            Self::Journal(Format::Json) => "application/json",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Begins to write it.
    pub(in crate::publication) fn begin(self, fund: FundId, figures: &Figures) -> Writing {
        match self {
            Self::Journal(format) => Writing::Journal(Box::new(Journal::new(face(format), fund, figures))),
            Self::Simple | Self::Workbook => Writing::Spreadsheet(Box::new(Spreadsheet::new(self == Self::Workbook, fund, figures))),
        }
    }
}

/// A file on the way.
pub(in crate::publication) enum Writing {
    Journal(Box<Journal>),
    Spreadsheet(Box<Spreadsheet>),
}

impl Writing {
    /// The next piece; None at the end.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<u8>>, BooksError> {
        match self {
            Self::Journal(journal) => journal.next(tx).await,
            Self::Spreadsheet(sheet) => sheet.next(tx).await,
        }
    }
}

enum Stage {
    Begin,
    From(i64),
    End,
}

/// A journal on the way.
pub(in crate::publication) struct Journal {
    face: Box<dyn Face + Send>,
    fund: FundId,
    slug: String,
    currency: crate::money::Currency,
    /// When each publication was made.
    made_at: BTreeMap<i64, Instant>,
    stage: Stage,
}

impl Journal {
    fn new(face: Box<dyn Face + Send>, fund: FundId, figures: &Figures) -> Self {
        let (slug, currency) = (figures.fund.slug.clone(), figures.fund.currency);
        Self { face, fund, slug, currency, made_at: BTreeMap::new(), stage: Stage::Begin }
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<u8>>, BooksError> {
        let mut piece = Vec::new();
        match self.stage {
            Stage::Begin => {
                let survey = self.survey(tx).await?;
                self.face.begin(&survey, &mut piece)?;
                self.stage = Stage::From(0);
            }
            Stage::From(position) => {
                let leaves = store::leaves_told(tx, self.fund, position, PAGE).await?;
                for leaf in &leaves {
                    if let Some(entry) = self.entry(leaf.position, leaf.publication, &rows::read(leaf)?) {
                        self.face.entry(&entry, &mut piece)?;
                    }
                }
                self.stage = if let Some(last) = leaves.last() {
                    Stage::From(last.position.saturating_add(1))
                } else {
                    self.face.end(&mut piece)?;
                    Stage::End
                };
            }
            Stage::End => return Ok(None),
        }
        Ok(Some(piece))
    }

    /// What the faces must know before the first entry.
    async fn survey(&mut self, tx: &mut Tx) -> Result<Survey, BooksError> {
        for leaf in store::records_below(tx, self.fund, "publication", None, i64::MAX).await? {
            if let Record::Publication(end) = rows::read(&leaf)? {
                self.made_at.insert(end.number, end.made_at());
            }
        }
        let sums = store::every_sum(tx, self.fund).await?;
        let money = || sums.iter().filter(|sum| sum.unit == MONEY);
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        for path in money().map(|sum| &*sum.account).chain([HELD]) {
            if !is_plain_path(path) {
                return Err(BooksError::Account(path.to_owned()));
            }
            accounts.insert(path.to_owned(), account(path));
        }
        let first_day = money().filter_map(|sum| Day::of_iso_week(&sum.week)).min();
        Ok(Survey { accounts, currencies: BTreeSet::from([self.currency]), first_day })
    }

    /// A record as an entry: it counts on the Monday of its week. None where it moves no money.
    fn entry(&self, position: i64, publication: i64, record: &Record) -> Option<Entry> {
        let moved: Vec<_> = record.lines().into_iter().filter(|line| line.unit == MONEY).collect();
        let held = moved.iter().fold(0_i64, |sum, line| sum.saturating_sub(line.amount));
        let sides = moved.iter().map(|line| (&*line.account, line.amount, true)).chain([(HELD, held, false)]);
        let posting = |(n, (path, minor, of_fund)): (i64, (&str, i64, bool))| Posting {
            n,
            path: path.to_owned(),
            fund: of_fund.then_some(self.fund),
            fund_slug: of_fund.then(|| self.slug.clone()),
            amount: Money::new(minor, self.currency),
        };
        let (source, kind) = match record {
            Record::Opening(_) => (Source::Opening, "opening"),
            Record::Spending(spending) => (Source::Spending, spending.what.as_str()),
            Record::Batch(_) => (Source::Gift, "batch"),
            other => (Source::Journal, other.kind()),
        };
        (!moved.is_empty()).then_some(Entry {
            id: EntryId(position),
            source,
            source_id: format!("{}/{}", record.kind(), record.number()),
            kind: kind.to_owned(),
            effective_on: Day::of_iso_week(record.week())?,
            recorded_at: *self.made_at.get(&publication)?,
            reverses: None,
            postings: (1..).zip(sides.filter(|(_, minor, _)| *minor != 0)).map(posting).collect(),
        })
    }
}

/// An account of the published books: of the chart where it stands there, else of the kind that its path names.
fn account(path: &str) -> Account {
    let known = CHART.iter().find(|account| account.path == path);
    let kind = match path.split(':').next().unwrap_or_default() {
        "assets" => Kind::Asset,
        "liabilities" => Kind::Liability,
        "equity" => Kind::Equity,
        "income" => Kind::Income,
        _ => Kind::Expense,
    };
    let code = match path {
        GIFTS => "4000",
        FEES => "6000",
        HELD => "1000",
        chart::OPENING => "3000",
        _ => "9999",
    };
    known.cloned().unwrap_or_else(|| Account::new(code, path, kind, path == HELD))
}
