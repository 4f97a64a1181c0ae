//! camt.053, the bank-to-customer statement of ISO 20022, in any version from 001.02 on: the few elements that count are read by their
//! place, and no entity is ever expanded. Not here: other formats.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::amount::{DayForm, plain};
use super::statement::{Line, MOST_LINES, Statement, What, Wrong, tidy};
use crate::clock::Day;
use crate::money::Currency;

/// No statement nests deeper; a bomb does.
const DEEPEST: usize = 64;

/// A balance as it is being read.
#[derive(Default)]
struct Balance {
    code: String,
    amount: Amount,
}

/// An amount as it is being read.
#[derive(Default)]
struct Amount {
    text: String,
    currency: Option<String>,
    is_debit: bool,
}

/// An entry as it is being read.
#[derive(Default)]
struct Entry {
    line: u64,
    amount: Amount,
    is_booked: bool,
    is_reversal: bool,
    booked_on: String,
    valued_on: String,
    reference: String,
    texts: Vec<String>,
    details: usize,
}

struct Walk<'a> {
    text: &'a str,
    counted: usize,
    line: u64,
    path: Vec<String>,
    currency: Currency,
    balance: Option<Balance>,
    entry: Option<Entry>,
    current: Option<Statement>,
    done: Option<Statement>,
}

/// Reads the statements of one account.
///
/// # Errors
/// The first thing wrong, by line.
pub fn read(text: &str, currency: Currency) -> Result<Statement, Wrong> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk { text, counted: 0, line: 1, path: Vec::new(), currency, balance: None, entry: None, current: None, done: None };
    let mut value = String::new();
    loop {
        let event = reader.read_event();
        walk.count_lines(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        match event.map_err(|error| walk.wrong(What::BrokenXml(tidy(&[&error.to_string()]))))? {
            Event::Start(start) => {
                value.clear();
                walk.open(&start)?;
            }
            Event::Empty(start) => {
                walk.open(&start)?;
                walk.close("")?;
                value.clear();
            }
            Event::Text(text) => value.push_str(&text.decode().unwrap_or_default()),
            Event::CData(text) => value.push_str(&text.decode().unwrap_or_default()),
            Event::GeneralRef(reference) => value.push(walk.plain_reference(&reference)?),
            Event::End(_) => {
                walk.close(value.trim())?;
                value.clear();
            }
            Event::DocType(_) => return Err(walk.wrong(What::Entities)),
            Event::Eof if walk.path.is_empty() => break,
            Event::Eof => return Err(walk.wrong(What::CutOff)),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    let statement = walk.done.take().ok_or_else(|| walk.wrong(What::Empty))?;
    if statement.lines.is_empty() { Err(walk.wrong(What::Empty)) } else { Ok(statement) }
}

impl Walk<'_> {
    const fn wrong(&self, what: What) -> Wrong {
        what.at(self.line)
    }

    fn count_lines(&mut self, to: usize) {
        let to = to.min(self.text.len()).max(self.counted);
        let passed = self.text.get(self.counted..to).unwrap_or_default();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.counted = to;
    }

    /// The letter of `&amp;` and its like, or of `&#8364;`.
    fn plain_reference(&self, reference: &BytesRef<'_>) -> Result<char, Wrong> {
        if let Ok(Some(letter)) = reference.resolve_char_ref() {
            return Ok(letter);
        }
        match reference.decode().unwrap_or_default().as_ref() {
            "amp" => Ok('&'),
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            _ => Err(self.wrong(What::Entities)),
        }
    }

    /// Whether we stand at this place under the statement.
    fn at(&self, place: &[&str]) -> bool {
        self.path.len() == place.len() + 3 && self.path[3..].iter().eq(place.iter())
    }

    fn is_statement(&self) -> bool {
        matches!(self.path.as_slice(), [document, message, statement] if document == "Document" && message == "BkToCstmrStmt" && statement == "Stmt")
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Wrong> {
        if self.path.len() >= DEEPEST {
            return Err(self.wrong(What::BrokenXml("it nests too deep".to_owned())));
        }
        self.path.push(String::from_utf8_lossy(start.local_name().as_ref()).into_owned());
        if self.is_statement() {
            self.current = Some(Statement::new(Vec::new()));
        } else if self.current.is_none() {
            return Ok(());
        } else if self.at(&["Bal"]) {
            self.balance = Some(Balance::default());
        } else if self.at(&["Ntry"]) {
            self.entry = Some(Entry { line: self.line, ..Entry::default() });
        } else if self.at(&["Ntry", "NtryDtls", "TxDtls"])
            && let Some(entry) = &mut self.entry
        {
            entry.details += 1;
        }
        let currency = start.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == b"Ccy");
        let currency = currency.map(|attribute| String::from_utf8_lossy(&attribute.value).into_owned());
        if self.at(&["Bal", "Amt"])
            && let Some(balance) = &mut self.balance
        {
            balance.amount.currency = currency;
        } else if self.at(&["Ntry", "Amt"])
            && let Some(entry) = &mut self.entry
        {
            entry.amount.currency = currency;
        }
        Ok(())
    }

    fn close(&mut self, value: &str) -> Result<(), Wrong> {
        if self.is_statement() {
            self.end_statement()?;
        } else if self.at(&["Ntry"]) {
            self.end_entry()?;
        } else if self.at(&["Bal"]) {
            self.end_balance()?;
        } else if self.path.get(3).is_some_and(|part| part == "Ntry") && self.current.is_some() {
            self.entry_value(value);
        } else if self.current.is_some() {
            self.statement_value(value)?;
        }
        self.path.pop();
        Ok(())
    }

    fn statement_value(&mut self, value: &str) -> Result<(), Wrong> {
        let is_account = self.at(&["Acct", "Id", "IBAN"]) || self.at(&["Acct", "Id", "Othr", "Id"]);
        let is_currency = self.at(&["Acct", "Ccy"]);
        let is_code = self.at(&["Bal", "Tp", "CdOrPrtry", "Cd"]);
        let is_amount = self.at(&["Bal", "Amt"]);
        let is_sign = self.at(&["Bal", "CdtDbtInd"]);
        if is_currency {
            self.same_currency(Some(value), self.line)?;
        }
        let currency = self.currency;
        if let Some(current) = &mut self.current {
            if is_account {
                current.account = Some(tidy(&[value]));
            } else if is_currency {
                current.currency = Some(currency);
            }
        }
        if let Some(balance) = &mut self.balance {
            if is_code {
                value.clone_into(&mut balance.code);
            } else if is_amount {
                value.clone_into(&mut balance.amount.text);
            } else if is_sign {
                balance.amount.is_debit = value == "DBIT";
            }
        }
        Ok(())
    }

    fn entry_value(&mut self, value: &str) {
        const TEXTS: [&[&str]; 9] = [
            &["NtryDtls", "TxDtls", "RltdPties", "Dbtr", "Nm"],
            &["NtryDtls", "TxDtls", "RltdPties", "Dbtr", "Pty", "Nm"],
            &["NtryDtls", "TxDtls", "RltdPties", "Cdtr", "Nm"],
            &["NtryDtls", "TxDtls", "RltdPties", "Cdtr", "Pty", "Nm"],
            &["NtryDtls", "TxDtls", "RmtInf", "Ustrd"],
            &["NtryDtls", "TxDtls", "Refs", "EndToEndId"],
            &["NtryDtls", "TxDtls", "AddtlTxInf"],
            &["AddtlNtryInf"],
            &["NtryRef"],
        ];
        let Some(entry) = &mut self.entry else { return };
        let place: Vec<&str> = self.path[4.min(self.path.len())..].iter().map(String::as_str).collect();
        match place.as_slice() {
            ["Amt"] => value.clone_into(&mut entry.amount.text),
            ["CdtDbtInd"] => entry.amount.is_debit = value == "DBIT",
            ["RvslInd"] => entry.is_reversal = matches!(value, "true" | "1"),
            // Until version 8 the status is the element's own text, later it stands one deeper.
            ["Sts"] if !value.is_empty() => entry.is_booked = value == "BOOK",
            ["Sts", "Cd"] => entry.is_booked = value == "BOOK",
            ["BookgDt", "Dt" | "DtTm"] => value.clone_into(&mut entry.booked_on),
            ["ValDt", "Dt" | "DtTm"] => value.clone_into(&mut entry.valued_on),
            ["AcctSvcrRef"] => value.clone_into(&mut entry.reference),
            place if TEXTS.contains(&place) && !value.is_empty() && value != "NOTPROVIDED" && entry.texts.len() < 12 => {
                entry.texts.push(value.to_owned());
            }
            _ => {}
        }
    }

    fn same_currency(&self, said: Option<&str>, line: u64) -> Result<(), Wrong> {
        match said {
            Some(said) if said.trim() != self.currency.code() => Err(What::Currency(tidy(&[said])).at(line)),
            _ => Ok(()),
        }
    }

    fn minor(&self, amount: &Amount, line: u64) -> Result<i64, Wrong> {
        self.same_currency(amount.currency.as_deref(), line)?;
        let minor = plain(&amount.text, self.currency).ok_or(What::NoAmount(tidy(&[&amount.text])).at(line))?;
        Ok(if amount.is_debit { -minor } else { minor })
    }

    fn end_balance(&mut self) -> Result<(), Wrong> {
        let Some(balance) = self.balance.take() else { return Ok(()) };
        let minor = self.minor(&balance.amount, self.line)?;
        let Some(current) = &mut self.current else { return Ok(()) };
        match balance.code.as_str() {
            // The opening of this statement weighs more than the closing of the one before it.
            "OPBD" => current.opening_minor = Some(minor),
            "PRCD" if current.opening_minor.is_none() => current.opening_minor = Some(minor),
            "CLBD" => current.closing_minor = Some(minor),
            _ => {}
        }
        Ok(())
    }

    fn end_entry(&mut self) -> Result<(), Wrong> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        // What is only announced has moved nothing yet.
        if !entry.is_booked {
            return Ok(());
        }
        let amount_minor = self.minor(&entry.amount, entry.line)?;
        let day = if entry.booked_on.is_empty() { &entry.valued_on } else { &entry.booked_on };
        let on: Day = DayForm::YearFirst.read(day).ok_or(What::NoDay(tidy(&[day])).at(entry.line))?;
        let mut texts: Vec<&str> = entry.texts.iter().map(String::as_str).collect();
        let many = format!("({} ×)", entry.details);
        if entry.details > 1 {
            texts.insert(0, &many);
        }
        if entry.is_reversal {
            texts.insert(0, "(↩)");
        }
        let reference = Some(tidy(&[&entry.reference])).filter(|reference| !reference.is_empty());
        let Some(current) = &mut self.current else { return Ok(()) };
        if current.lines.len() >= MOST_LINES {
            return Err(What::TooLong.at(entry.line));
        }
        if amount_minor != 0 {
            current.lines.push(Line { number: entry.line, on, amount_minor, text: tidy(&texts), reference });
        }
        Ok(())
    }

    /// A file may hold several statements of one account, one a day: they must follow each other.
    fn end_statement(&mut self) -> Result<(), Wrong> {
        let Some(mut next) = self.current.take() else { return Ok(()) };
        if next.lines.first().map(|line| line.on) > next.lines.last().map(|line| line.on) {
            next.lines.reverse();
        }
        let Some(mut before) = self.done.take() else {
            self.done = Some(next);
            return Ok(());
        };
        if before.account != next.account {
            return Err(self.wrong(What::SeveralAccounts));
        }
        let follows = before.closing_minor.is_some() && before.closing_minor == next.opening_minor;
        if !follows {
            return Err(self.wrong(What::Broken));
        }
        before.closing_minor = next.closing_minor;
        before.lines.append(&mut next.lines);
        if before.lines.len() > MOST_LINES {
            return Err(self.wrong(What::TooLong));
        }
        self.done = Some(before);
        Ok(())
    }
}
