//! Which column of a bank's table says what: saved with the account once a person has said it, proposed by the names of the columns. Not
//! here: reading the lines (`csv_file.rs`).

use serde::{Deserialize, Serialize};

use super::amount::{DayForm, Mark};
use super::records::Records;
use crate::money::Currency;

/// How many records are looked at for a proposal.
const LOOKED_AT: usize = 60;
/// The delimiters that banks use.
pub const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Where an amount stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amounts {
    /// One column with signs.
    One(usize),
    /// One column without signs, and one that says credit or debit.
    Marked {
        /// The amount.
        amount: usize,
        /// `CR`, `C`, `Credit`, `H`, `Haben`, `+` for what came in; anything else went out.
        mark: usize,
    },
    /// What came in and what went out in a column each.
    InOut {
        /// What came in.
        money_in: usize,
        /// What went out, with or without a minus.
        money_out: usize,
    },
}

/// Which column says what; columns count from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What stands between two cells.
    pub delimiter: char,
    /// How many records stand before the first line of the statement.
    pub skip: usize,
    /// The day.
    pub day: usize,
    /// How it is written.
    pub day_form: String,
    /// The amount.
    pub amounts: Amounts,
    /// What stands before the cents: `point` or `comma`.
    pub decimal: String,
    /// What the bank says about it.
    pub text: Vec<usize>,
    /// The bank's own name for the line.
    pub reference: Option<usize>,
    /// The balance after the line.
    pub balance: Option<usize>,
}

impl Mapping {
    /// How days are written; the form that is read most if the saved word is none.
    pub fn days(&self) -> DayForm {
        self.day_form.parse().unwrap_or(DayForm::YearFirst)
    }

    /// What stands before the cents.
    pub fn mark(&self) -> Mark {
        self.decimal.parse().unwrap_or(Mark::Point)
    }

    /// As it is saved.
    pub fn saved(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From what was saved; None where that is none.
    pub fn read(saved: &str) -> Option<Self> {
        serde_json::from_str::<Self>(saved).ok().filter(|mapping| mapping.delimiter.is_ascii())
    }

    /// What a table looks like: a proposal for a person, made from the names of its columns and from how its cells read.
    pub fn proposed(text: &str, currency: Currency) -> Option<Self> {
        let best = DELIMITERS
            .into_iter()
            .filter_map(|delimiter| Self::with_delimiter(text, delimiter, currency))
            .max_by_key(|(cells, _)| *cells)?;
        Some(best.1)
    }

    fn with_delimiter(text: &str, delimiter: char, currency: Currency) -> Option<(usize, Self)> {
        let records: Vec<Vec<String>> = Records::new(text, u8::try_from(delimiter).ok()?)
            .take(LOOKED_AT)
            .map_while(Result::ok)
            .map(|record| record.cells.iter().map(|cell| cell.trim().to_owned()).collect())
            .collect();
        let heads = records.iter().position(|cells: &Vec<String>| cells.iter().any(|cell| is_called(cell, DAYS)) && cells.len() > 2);
        let (skip, names) = heads.map_or((0, None), |at| (at + 1, records.get(at)));
        let rows = &records[skip..];
        let width = rows.iter().map(Vec::len).max()?;
        let share = |fits: &dyn Fn(&str) -> bool, column: usize| {
            let cells: Vec<&str> =
                rows.iter().filter_map(|row| row.get(column)).map(String::as_str).filter(|cell| !cell.is_empty()).collect();
            !cells.is_empty() && cells.iter().filter(|cell| fits(cell)).count() * 10 >= cells.len() * 8
        };
        let column_called =
            |list: &[&str]| names.and_then(|names| list.iter().find_map(|word| names.iter().position(|cell| is_called(cell, &[word]))));
        // Whoever writes points between the parts of a day writes the day first.
        let form_of = |column: usize| {
            let pointed = rows.iter().filter_map(|row| row.get(column)).any(|cell| cell.contains('.'));
            let forms = if pointed { [DayForm::YearFirst, DayForm::DayFirst, DayForm::MonthFirst] } else { FORMS };
            let fits = |form: DayForm| rows.iter().filter_map(|row| row.get(column)).filter(|cell| form.read(cell).is_some()).count();
            // Many days read either way; the form is the one that reads the most of them, and of equals the first.
            let best = forms.into_iter().rev().max_by_key(|form| fits(*form));
            best.filter(|form| share(&|cell| form.read(cell).is_some(), column))
        };
        let (day, day_form) = column_called(DAYS)
            .and_then(|column| Some((column, form_of(column)?)))
            .or_else(|| (0..width).find_map(|column| Some((column, form_of(column)?))))?;
        let reads = |mark: Mark, column: usize| share(&|cell| mark.read(cell, currency).is_some(), column);
        let mark_of = |column: usize| [Mark::Point, Mark::Comma].into_iter().find(|mark| reads(*mark, column));
        let in_out = column_called(INS).zip(column_called(OUTS)).filter(|(money_in, money_out)| money_in != money_out);
        let (amounts, decimal) = match (column_called(AMOUNTS), in_out) {
            (None, Some((money_in, money_out))) => {
                (Amounts::InOut { money_in, money_out }, mark_of(money_in).or_else(|| mark_of(money_out))?)
            }
            (Some(amount), _) if mark_of(amount).is_some() => (
                column_called(MARKS)
                    .filter(|_| !has_sign(rows, amount))
                    .map_or(Amounts::One(amount), |mark| Amounts::Marked { amount, mark }),
                mark_of(amount)?,
            ),
            _ => (0..width).filter(|column| *column != day).find_map(|column| Some((Amounts::One(column), mark_of(column)?)))?,
        };
        let text: Vec<usize> = match names {
            Some(names) => (0..names.len()).filter(|column| is_called(&names[*column], TEXTS)).take(3).collect(),
            None => {
                (0..width).filter(|column| *column != day && form_of(*column).is_none() && mark_of(*column).is_none()).take(2).collect()
            }
        };
        let mapping = Self {
            delimiter,
            skip,
            day,
            day_form: day_form.to_string(),
            amounts,
            decimal: decimal.to_string(),
            text,
            reference: column_called(REFERENCES),
            balance: column_called(BALANCES),
        };
        Some((width, mapping))
    }
}

fn has_sign(rows: &[Vec<String>], column: usize) -> bool {
    rows.iter().filter_map(|row| row.get(column)).any(|cell| cell.contains(['-', '−', '(']))
}

const FORMS: [DayForm; 3] = [DayForm::YearFirst, DayForm::MonthFirst, DayForm::DayFirst];
const DAYS: &[&str] = &[
    "posting date",
    "buchungstag",
    "buchung",
    "buchungsdatum",
    "date",
    "posted date",
    "date posted",
    "booking date",
    "completed date",
    "transaction date",
    "trans. date",
    "datum",
    "fecha",
    "fecha operación",
    "fecha de operación",
    "fecha contable",
    "f. operación",
];
const AMOUNTS: &[&str] = &[
    "amount",
    "amount (usd)",
    "amount usd",
    "transaction amount",
    "betrag",
    "betrag (eur)",
    "betrag (€)",
    "umsatz",
    "umsatz in eur",
    "importe",
    "importe (eur)",
    "importe (€)",
    "importe eur",
    "monto",
    "cantidad",
    "valor",
];
const INS: &[&str] = &[
    "credit",
    "credits",
    "credit amount",
    "deposit",
    "deposits",
    "deposits/credits",
    "money in",
    "paid in",
    "haben",
    "gutschrift",
    "abono",
    "abonos",
    "haber",
    "ingresos",
    "depósitos",
    "entradas",
];
const OUTS: &[&str] = &[
    "debit",
    "debits",
    "debit amount",
    "withdrawal",
    "withdrawals",
    "withdrawals/debits",
    "money out",
    "paid out",
    "soll",
    "lastschrift",
    "cargo",
    "cargos",
    "debe",
    "gastos",
    "retiros",
    "salidas",
];
const MARKS: &[&str] = &[
    "credit/debit",
    "debit/credit",
    "cr/db",
    "cr/dr",
    "dr/cr",
    "d/c",
    "transaction type",
    "type",
    "soll/haben",
    "s/h",
    "cargo/abono",
    "debe/haber",
];
const BALANCES: &[&str] = &["running bal.", "balance", "running balance", "account balance", "saldo", "kontostand"];
const REFERENCES: &[&str] = &[
    "reference",
    "reference number",
    "reference no.",
    "check or slip #",
    "check number",
    "kundenreferenz",
    "referencia",
    "transaction id",
];
const TEXTS: &[&str] = &[
    "description",
    "transaction description",
    "payee",
    "memo",
    "details of payment",
    "narrative",
    "name",
    "transaction",
    "verwendungszweck",
    "auftraggeber / begünstigter",
    "auftraggeber/empfänger",
    "begünstigter/zahlungspflichtiger",
    "beguenstigter/zahlungspflichtiger",
    "zahlungsempfänger*in",
    "buchungstext",
    "concepto",
    "movimiento",
    "más datos",
    "descripción",
    "beneficiario",
];

fn is_called(cell: &str, names: &[&str]) -> bool {
    let lower = cell.to_lowercase();
    names.iter().any(|name| lower == *name)
}
