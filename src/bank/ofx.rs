//! OFX and QFX: the marked-up text of version 1, whose fields need no end, and the XML of version 2. Not here: other formats.

use std::borrow::Cow;

use super::amount::{DayForm, plain};
use super::statement::{Line, MOST_LINES, Statement, What, Wrong, tidy};
use crate::money::Currency;

const CDATA: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";

/// What has been read of one transaction.
#[derive(Default)]
struct Transaction<'a> {
    line: u64,
    fields: Vec<(&'a str, Cow<'a, str>)>,
    /// Within what tells the amount before the bank exchanged it: the line's own is in the account's currency already.
    in_original: bool,
}

impl Transaction<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn line(&self, currency: Currency) -> Result<Option<Line>, Wrong> {
        let day = self.field("DTPOSTED").unwrap_or_default();
        let on = day_of(day).ok_or(What::NoDay(tidy(&[day])).at(self.line))?;
        let amount = self.field("TRNAMT").ok_or(What::AmountMissing.at(self.line))?;
        let amount_minor = plain(amount, currency).ok_or(What::NoAmount(tidy(&[amount])).at(self.line))?;
        if let Some(other) = self.field("CURSYM").filter(|other| !other.eq_ignore_ascii_case(currency.code())) {
            return Err(What::Currency(tidy(&[other])).at(self.line));
        }
        let texts: Vec<&str> = ["NAME", "MEMO", "CHECKNUM"].into_iter().filter_map(|name| self.field(name)).collect();
        let reference = self.field("FITID").map(|id| tidy(&[id]));
        Ok((amount_minor != 0).then(|| Line { number: self.line, on, amount_minor, text: tidy(&texts), reference }))
    }
}

/// `20261114`, `20261114120000.000[-8:PST]`: the day as the bank wrote it.
fn day_of(text: &str) -> Option<crate::clock::Day> {
    text.get(..8).and_then(|day| DayForm::YearFirst.read(day))
}

/// Reads the one account of a file.
///
/// # Errors
/// The first thing wrong, by line.
pub fn read(text: &str, currency: Currency) -> Result<Statement, Wrong> {
    let mut statement = Statement::new(Vec::new());
    let (mut transaction, mut in_balance, mut statements, mut ended) = (None::<Transaction<'_>>, false, 0, false);
    let (mut line, mut at) = (1_u64, 0);
    while let Some(open) = text[at..].find('<') {
        line += text[at..at + open].bytes().filter(|byte| *byte == b'\n').count() as u64;
        let from = at + open + 1;
        let Some(length) = text[from..].find('>') else { break };
        let tag = &text[from..from + length];
        let after = from + length + 1;
        let value = value_at(text, after).ok_or(What::CutOff.at(line))?;
        if tag.starts_with("![CDATA[") {
            at = text[from..].find(CDATA_END).map_or(text.len(), |end| from + end + CDATA_END.len());
            line += text[from..at].bytes().filter(|byte| *byte == b'\n').count() as u64;
            continue;
        }
        if tag.starts_with('!') && !tag.starts_with("!--") {
            return Err(What::Entities.at(line));
        }
        let name = tag.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        match name.to_ascii_uppercase().as_str() {
            "STMTRS" | "CCSTMTRS" if statements > 0 => return Err(What::SeveralAccounts.at(line)),
            "STMTRS" | "CCSTMTRS" => statements += 1,
            "STMTTRN" => {
                keep(&mut statement, transaction.take(), currency)?;
                transaction = Some(Transaction { line, ..Transaction::default() });
            }
            "/STMTTRN" | "/BANKTRANLIST" => keep(&mut statement, transaction.take(), currency)?,
            "/OFX" => ended = true,
            "ORIGCURRENCY" | "/ORIGCURRENCY" => {
                if let Some(transaction) = &mut transaction {
                    transaction.in_original = !name.starts_with('/');
                }
            }
            "LEDGERBAL" => in_balance = true,
            "/LEDGERBAL" | "AVAILBAL" => in_balance = false,
            "CURDEF" => statement.currency = Some(currency_of(&value, currency, line)?),
            "ACCTID" if transaction.is_none() => statement.account = Some(tidy(&[&value])),
            "BALAMT" if in_balance => {
                statement.closing_minor = Some(plain(&value, currency).ok_or(What::NoAmount(tidy(&[&value])).at(line))?);
            }
            _ => {
                if let Some(transaction) = &mut transaction
                    && !name.starts_with('/')
                    && !(transaction.in_original && name.eq_ignore_ascii_case("CURSYM"))
                {
                    transaction.fields.push((name, value));
                }
            }
        }
        line += tag.bytes().filter(|byte| *byte == b'\n').count() as u64;
        at = after;
    }
    if !ended && statements > 0 {
        return Err(What::CutOff.at(line));
    }
    keep(&mut statement, transaction.take(), currency)?;
    if statements == 0 || statement.lines.is_empty() {
        return Err(What::Empty.at(line));
    }
    // Of one day's lines the bank's own order is kept, whichever way round the days stand.
    if statement.lines.first().map(|line| line.on) > statement.lines.last().map(|line| line.on) {
        statement.lines.reverse();
    }
    Ok(statement)
}

/// The value behind a tag: the text up to the next tag, or what a `CDATA` section there holds, raw. None where such a section never ends.
fn value_at(text: &str, after: usize) -> Option<Cow<'_, str>> {
    let rest = &text[after..];
    if let Some(raw) = rest.trim_start().strip_prefix(CDATA) {
        return raw.find(CDATA_END).map(|end| Cow::Borrowed(&raw[..end]));
    }
    Some(unescaped(&rest[..rest.find('<').unwrap_or(rest.len())]))
}

fn keep(statement: &mut Statement, transaction: Option<Transaction<'_>>, currency: Currency) -> Result<(), Wrong> {
    let Some(transaction) = transaction else { return Ok(()) };
    if statement.lines.len() >= MOST_LINES {
        return Err(What::TooLong.at(transaction.line));
    }
    statement.lines.extend(transaction.line(currency)?);
    Ok(())
}

fn currency_of(value: &str, expected: Currency, line: u64) -> Result<Currency, Wrong> {
    let said = value.trim().parse::<Currency>().ok().filter(|said| *said == expected);
    said.ok_or(What::Currency(tidy(&[value])).at(line))
}

/// The five escapes of XML, the blank, and letters by their number; entities of anybody's own stay as they are written.
fn unescaped(text: &str) -> Cow<'_, str> {
    const ESCAPES: [(&str, char); 6] = [("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' '), ("amp", '&')];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let letter = rest[1..].split_once(';').and_then(|(name, behind)| {
            let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            });
            let known = ESCAPES.iter().find(|(escape, _)| *escape == name).map(|(_, letter)| *letter);
            Some((known.or_else(|| number.and_then(char::from_u32))?, behind))
        });
        if let Some((letter, behind)) = letter {
            plain.push(letter);
            rest = behind;
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
