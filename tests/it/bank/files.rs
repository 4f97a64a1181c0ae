//! Statements of several banks, invented lines in their real layouts: each reads to the same days and sums by whatever bytes it comes in.

use proptest::prelude::*;
use strikefund::bank::{self, Amounts, Format, NotRead, What};
use strikefund::money::{Currency, Money};

use super::{bytes_of, mapping, read, table};
use crate::support::soak;

/// What a statement of the examples says: lines, sum, opening and closing, first and last day.
type Says = (usize, i64, Option<i64>, Option<i64>, &'static str, &'static str);

#[test]
fn every_bank_s_statement_is_read() {
    let all: [(&str, &str, Format, Says); 19] = [
        ("chase.csv", "usd", Format::Csv, (5, 49_630, Some(101_500), Some(151_130), "2026-11-02", "2026-11-13")),
        ("wells_fargo.csv", "usd", Format::Csv, (4, -42_420, None, None, "2026-11-10", "2026-11-13")),
        ("bank_of_america.csv", "usd", Format::Csv, (5, 49_630, Some(101_500), Some(151_130), "2026-11-02", "2026-11-13")),
        ("credit_union.csv", "usd", Format::Csv, (5, 49_630, Some(101_500), Some(151_130), "2026-11-02", "2026-11-13")),
        ("sparkasse.csv", "eur", Format::Csv, (3, 108_040, None, None, "2026-11-02", "2026-11-13")),
        ("umsaetze_utf16.csv", "eur", Format::Csv, (3, 108_040, Some(100_000), Some(208_040), "2026-11-02", "2026-11-13")),
        ("banco.csv", "usd", Format::Csv, (3, 88_180, Some(101_500), Some(189_680), "2026-11-02", "2026-11-13")),
        ("capital_one.csv", "usd", Format::Csv, (5, 49_630, Some(101_500), Some(151_130), "2026-11-02", "2026-11-13")),
        ("lloyds.csv", "gbp", Format::Csv, (5, 49_630, Some(101_500), Some(151_130), "2026-11-02", "2026-11-13")),
        ("caixa.csv", "eur", Format::Csv, (5, 49_630, Some(101_500), Some(151_130), "2026-11-02", "2026-11-13")),
        ("ing.csv", "eur", Format::Csv, (3, 108_040, Some(100_000), Some(208_040), "2026-11-02", "2026-11-13")),
        ("brackets.csv", "usd", Format::Csv, (3, 6_930, None, None, "2026-11-02", "2026-11-13")),
        ("tabs.txt", "gbp", Format::Csv, (3, 88_180, Some(101_500), Some(189_680), "2026-11-02", "2026-11-13")),
        ("sparbank.ofx", "eur", Format::Ofx, (3, 3_920, None, Some(103_920), "2026-11-10", "2026-11-13")),
        ("card.qfx", "usd", Format::Ofx, (3, -525, None, Some(-525), "2026-11-12", "2026-11-14")),
        ("camt_02.xml", "eur", Format::Camt, (4, 109_290, Some(100_000), Some(209_290), "2026-11-02", "2026-11-13")),
        ("camt_08.xml", "usd", Format::Camt, (2, 8_180, Some(-2_000), Some(6_180), "2026-11-13", "2026-11-14")),
        ("checking.ofx", "usd", Format::Ofx, (5, 49_630, None, Some(151_130), "2026-11-02", "2026-11-13")),
        ("quicken.qfx", "usd", Format::Ofx, (3, 64_680, None, Some(164_680), "2026-11-09", "2026-11-13")),
    ];
    for (name, currency, format, says) in all {
        let file = read(&bytes_of(name), currency).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let statement = &file.statement;
        let day = |day: Option<strikefund::clock::Day>| day.unwrap().to_string();
        let told = (statement.lines.len(), statement.sum().unwrap(), statement.opening_minor, statement.closing_minor);
        assert_eq!((told, file.format), ((says.0, says.1, says.2, says.3), format), "{name}");
        assert_eq!((day(statement.first_on()), day(statement.last_on())), (says.4.to_owned(), says.5.to_owned()), "{name}");
        assert!(statement.lines.is_sorted_by_key(|line| line.on), "{name}: oldest first");
        assert!(statement.balances(Some(says.3.unwrap_or(0))).unwrap().is_some(), "{name}");
    }
}

#[test]
fn what_the_bank_says_of_a_line_is_kept_in_every_format() {
    let text = |name: &str, currency: &str, at: usize| {
        let line = read(&bytes_of(name), currency).unwrap().statement.lines.swap_remove(at);
        (line.text, line.reference)
    };
    assert_eq!(text("bank_of_america.csv", "usd", 2).0, "PURCHASE 1109 \"COSTCO\" WHSE PORTLAND OR");
    assert_eq!(text("sparkasse.csv", "eur", 1).0, "KARTENZAHLUNG Bäckerei Müller GmbH, Köln Bäckerei Müller");
    assert_eq!(text("camt_02.xml", "eur", 0), ("Kontoführung".to_owned(), Some("2026110200001".to_owned())));
    assert_eq!(text("camt_02.xml", "eur", 1).0, "(2 ×) WATER-1 Getränke & Mehr Bäckerei Müller");
    assert_eq!(text("camt_02.xml", "eur", 2).0, "(↩)");
    assert_eq!(text("camt_08.xml", "usd", 0).0, "1 Stripe");
    assert_eq!(text("checking.ofx", "usd", 2), ("FOOD & WATER CO CARD 1234".to_owned(), Some("202611100001".to_owned())));
    assert_eq!(text("chase.csv", "usd", 3), ("CHECK 1042".to_owned(), Some("1042".to_owned())));
}

#[test]
fn letters_and_names_of_every_dialect_are_kept() {
    let text = |name: &str, currency: &str, at: usize| read(&bytes_of(name), currency).unwrap().statement.lines.swap_remove(at).text;
    assert_eq!(text("capital_one.csv", "usd", 3), "Check #1042, cleared");
    assert_eq!(text("caixa.csv", "eur", 2), "Compra con tarjeta MERCADO EL NIÑO");
    assert_eq!(text("ing.csv", "eur", 1), "Bäckerei Müller Lastschrift Brot für den Streikposten");
    assert_eq!(text("sparbank.ofx", "eur", 0), "Bäckerei Müller Brötchen & Kaffee");
    assert_eq!(text("card.qfx", "usd", 0), "WATER <24 x 1.5 l> & ICE picket line, gate 3");
}

#[test]
fn every_version_of_camt_053_is_read() {
    for version in 2..=13 {
        // Until version 7 the status is text, from version 8 on it is a code.
        let (name, currency, of) = if version < 8 { ("camt_02.xml", "eur", "02") } else { ("camt_08.xml", "usd", "08") };
        let text = String::from_utf8(bytes_of(name)).unwrap();
        let text = text.replace(&format!("camt.053.001.{of}"), &format!("camt.053.001.{version:02}"));
        assert!(text.contains(&format!("camt.053.001.{version:02}")));
        let same = read(text.as_bytes(), currency).unwrap().statement;
        assert_eq!(same, read(&bytes_of(name), currency).unwrap().statement, "version {version}");
    }
}

#[test]
fn a_download_that_broke_off_is_refused_at_the_line_where_it_ends() {
    for (name, currency) in [("checking.ofx", "usd"), ("quicken.qfx", "usd"), ("sparbank.ofx", "eur"), ("card.qfx", "usd")] {
        let whole = bytes_of(name);
        let cut = whole.windows(6).rposition(|window| window == b"</OFX>").unwrap();
        // Whichever line it breaks off in, and even where only its last word is missing.
        for length in [cut, cut - 40, whole.len() * 3 / 4] {
            let lines = whole[..length].split(|byte| *byte == b'\n').count() as u64 - 1;
            let (line, what) = wrong(&whole[..length], currency);
            assert!(what == What::CutOff && (lines.max(2) - 1..=lines + 1).contains(&line), "{name}: {line} of {lines}: {what:?}");
        }
    }
    let camt = bytes_of("camt_02.xml");
    let (line, what) = wrong(&camt[..camt.iter().rposition(|byte| *byte == b'<').unwrap()], "eur");
    assert_eq!((what, line > 10), (What::CutOff, true));
}

#[test]
fn as_many_lines_as_a_file_may_have_are_read_in_every_format_and_one_wrong_one_is_named() {
    // In the soak each file has as many lines as a statement may have.
    for format in ["csv", "ofx", "camt"] {
        lines_are_read(format, soak(100_000, 250_000));
    }
}

fn lines_are_read(format: &str, lines: usize) {
    let rows: Vec<(String, i64)> = (0..lines)
        .map(|n| (format!("2026-{:02}-{:02}", 1 + n * 12 / lines, 1 + n % 28), i64::try_from(n % 900).unwrap() * 100 - 20_001))
        .collect();
    let sum: i64 = rows.iter().map(|(_, minor)| minor).sum();
    let decimal = |minor: i64| Money::new(minor, Currency::USD).decimal();
    let csv_line = |(n, (day, minor)): (usize, &(String, i64))| format!("{day},line {n},{}\n", decimal(*minor));
    let ofx_line = |(n, (day, minor)): (usize, &(String, i64))| {
        format!("<STMTTRN><DTPOSTED>{}<TRNAMT>{}<FITID>F{n}<NAME>line {n}</STMTTRN>\n", day.replace('-', ""), decimal(*minor))
    };
    let entry = |(n, (day, minor)): (usize, &(String, i64))| {
        let (sign, amount) = (if *minor < 0 { "DBIT" } else { "CRDT" }, decimal(minor.abs()));
        format!(
            "<Ntry><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><AddtlNtryInf>line {n}</AddtlNtryInf></Ntry>\n"
        )
    };
    let named = lines - 2;
    let (text, head, wrongly) = match format {
        "csv" => {
            let csv: String = rows.iter().enumerate().map(csv_line).collect();
            (format!("Date,Description,Amount\n{csv}"), 1, Some((format!("line {named},"), format!("line {named},x"))))
        }
        "ofx" => {
            let ofx: String = rows.iter().enumerate().map(ofx_line).collect();
            let ofx = format!(
                "OFXHEADER:100\n<OFX><STMTRS><CURDEF>USD<BANKTRANLIST>\n{ofx}</BANKTRANLIST><LEDGERBAL><BALAMT>{}</LEDGERBAL></STMTRS></OFX>",
                decimal(sum)
            );
            (ofx, 2, Some((format!("<FITID>F{named}<"), format!("x<FITID>F{named}<"))))
        }
        _ => {
            let camt: String = rows.iter().enumerate().map(entry).collect();
            let head = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>\n";
            (format!("{head}{camt}</Stmt></BkToCstmrStmt></Document>"), 1, None)
        }
    };
    let statement = read(text.as_bytes(), "usd").unwrap().statement;
    assert_eq!((statement.lines.len(), statement.sum()), (lines, Some(sum)));
    let amounts = statement.lines.iter().map(|line| (line.on.to_string(), line.amount_minor));
    assert!(amounts.eq(rows.iter().cloned()), "in the order of their days, none changed");
    if let Some((good, bad)) = wrongly {
        let (line, _) = wrong(text.replacen(&good, &bad, 1).as_bytes(), "usd");
        assert_eq!(line, head + named as u64 + 1, "{bad}");
    }
}

#[test]
fn the_number_of_the_account_is_told_where_the_file_tells_it() {
    let account = |name: &str, currency: &str| read(&bytes_of(name), currency).unwrap().statement.account;
    assert_eq!(account("camt_02.xml", "eur").as_deref(), Some("DE02120300000000202051"));
    assert_eq!(account("camt_08.xml", "usd").as_deref(), Some("0004417"));
    assert_eq!(account("checking.ofx", "usd").as_deref(), Some("00004417"));
}

#[track_caller]
fn wrong(bytes: &[u8], currency: &str) -> (u64, What) {
    match read(bytes, currency) {
        Err(NotRead::Wrong(wrongs)) => (wrongs[0].line, wrongs[0].what.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whatever_is_wrong_is_told_with_its_line() {
    let bad_day = table(&[("2026-11-01", "a", "1.00"), ("2026-11-02", "\"b\nb\"", "2.00"), ("31/02/2026", "c", "3.00")]);
    let read_by = |bytes: &[u8]| bank::read(bytes, Some(&mapping()), Currency::USD);
    let Err(NotRead::Wrong(wrongs)) = read_by(&bad_day) else { panic!("a day that is none is refused") };
    assert_eq!((wrongs[0].line, &wrongs[0].what), (5, &What::NoDay("31/02/2026".to_owned())));
    let many = table(&[("2026-11-01", "a", "\"1,5\""), ("2026-11-02", "b", ""), ("2026-11-03", "c", "x")]);
    let Err(NotRead::Wrong(wrongs)) = read_by(&many) else { panic!("amounts that are none are refused") };
    let told: Vec<(u64, &What)> = wrongs.iter().map(|wrong| (wrong.line, &wrong.what)).collect();
    assert_eq!(told, [(2, &What::NoAmount("1,5".to_owned())), (3, &What::AmountMissing), (4, &What::NoAmount("x".to_owned()))]);
    assert_eq!(read_by(b"Date,Description,Amount\n2026-11-01,\"open,1.00\n"), Err(NotRead::Wrong(vec![What::OpenQuote.at(2)])));
    assert_eq!(read_by(b"Date,Description,Amount\n"), Err(NotRead::Wrong(vec![What::Empty.at(1)])));
    assert_eq!(bank::read(&bad_day, None, Currency::USD), Err(NotRead::Columns));
    // A wrong delimiter leaves one cell a line, so the columns that were named are missing.
    let semicolons = String::from_utf8(table(&[("2026-11-01", "a", "1.00")])).unwrap().replace(',', ";");
    assert!(matches!(read_by(semicolons.as_bytes()), Err(NotRead::Wrong(_))));
    let balance = String::from_utf8(bytes_of("bank_of_america.csv")).unwrap().replace("\"1,664.50\"", "\"1,664.60\"");
    assert_eq!(wrong(balance.as_bytes(), "usd"), (11, What::Balance { said_minor: 166_460, expected_minor: 166_450 }));
    let newest_first = String::from_utf8(bytes_of("chase.csv")).unwrap().replace("1664.50", "1664.60");
    assert_eq!(wrong(newest_first.as_bytes(), "usd").0, 4);
}

#[test]
fn wrong_xml_and_wrong_ofx_are_told_with_their_line() {
    let camt = String::from_utf8(bytes_of("camt_02.xml")).unwrap();
    let with = |from: &str, to: &str| camt.replacen(from, to, 1).into_bytes();
    assert_eq!(wrong(&with("<Amt Ccy=\"EUR\">3.90</Amt>", "<Amt Ccy=\"EUR\">3,9x</Amt>"), "eur"), (10, What::NoAmount("3,9x".to_owned())));
    assert_eq!(wrong(&with("<Amt Ccy=\"EUR\">60.00</Amt>", "<Amt Ccy=\"CHF\">60.00</Amt>"), "eur"), (15, What::Currency("CHF".to_owned())));
    assert_eq!(wrong(&bytes_of("camt_02.xml"), "usd"), (7, What::Currency("EUR".to_owned())));
    assert!(matches!(wrong(&with("</Stmt>", ""), "eur"), (_, What::BrokenXml(_))));
    assert!(matches!(wrong(&camt.as_bytes()[..camt.len() / 2], "eur"), (_, What::BrokenXml(_))));
    let days = String::from_utf8(bytes_of("camt_08.xml")).unwrap();
    let broken = days.replacen("<ns:Amt Ccy=\"USD\">76.80</ns:Amt><ns:CdtDbtInd>CRDT</ns:CdtDbtInd></ns:Bal>\n<ns:Bal><ns:Tp><ns:CdOrPrtry><ns:Cd>CLBD</ns:Cd></ns:CdOrPrtry></ns:Tp><ns:Amt Ccy=\"USD\">61.80", "<ns:Amt Ccy=\"USD\">77.80</ns:Amt><ns:CdtDbtInd>CRDT</ns:CdtDbtInd></ns:Bal>\n<ns:Bal><ns:Tp><ns:CdOrPrtry><ns:Cd>CLBD</ns:Cd></ns:CdOrPrtry></ns:Tp><ns:Amt Ccy=\"USD\">61.80", 1);
    assert_eq!(wrong(broken.as_bytes(), "usd").1, What::Broken);
    let two = days.replacen("0004417", "0009999", 1);
    assert_eq!(wrong(two.as_bytes(), "usd").1, What::SeveralAccounts);
    let ofx = String::from_utf8(bytes_of("checking.ofx")).unwrap();
    assert_eq!(wrong(ofx.replace("<TRNAMT>800.00", "<TRNAMT>8oo.00").as_bytes(), "usd"), (21, What::NoAmount("8oo.00".to_owned())));
    assert_eq!(wrong(ofx.replace("20261109\r\n", "20261399\r\n").as_bytes(), "usd"), (21, What::NoDay("20261399".to_owned())));
    assert_eq!(wrong(&bytes_of("checking.ofx"), "eur"), (16, What::Currency("USD".to_owned())));
    assert_eq!(wrong(b"<html></html>", "usd"), (1, What::OtherXml));
    assert_eq!(wrong(b"%PDF-1.7", "usd"), (1, What::NoText));
}

#[test]
fn an_entity_bomb_is_refused_at_its_first_line_and_at_once() {
    let bomb = r#"<?xml version="1.0"?>
<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>&c;</Id></Stmt></BkToCstmrStmt></Document>"#;
    assert_eq!(wrong(bomb.as_bytes(), "eur"), (2, What::Entities));
    let used = String::from_utf8(bytes_of("camt_02.xml")).unwrap().replace("Kontof&#252;hrung", "&xxe;");
    assert_eq!(wrong(used.as_bytes(), "eur").1, What::Entities);
    let sgml = String::from_utf8(bytes_of("checking.ofx")).unwrap().replace("<OFX>", "<!DOCTYPE OFX [<!ENTITY a \"b\">]>\r\n<OFX>");
    assert_eq!(wrong(sgml.as_bytes(), "usd").1, What::Entities);
    let deep = format!("<Document a=\"camt.053\">{}", "<a>".repeat(100_000));
    assert!(matches!(wrong(deep.as_bytes(), "eur"), (1, What::BrokenXml(_))));
}

#[test]
fn a_proposed_mapping_is_what_a_person_would_say() {
    let proposed = |name: &str, currency: &str| {
        bank::columns(&bytes_of(name), None, currency.parse().unwrap()).and_then(|(_, mapping)| mapping).unwrap()
    };
    let chase = proposed("chase.csv", "usd");
    assert_eq!((chase.delimiter, chase.skip, chase.day, chase.amounts, chase.balance), (',', 1, 1, Amounts::One(3), Some(5)));
    let german = proposed("sparkasse.csv", "eur");
    assert_eq!((german.delimiter, &*german.decimal, &*german.day_form, german.amounts), (';', "comma", "day-first", Amounts::One(8)));
    assert_eq!(proposed("credit_union.csv", "usd").amounts, Amounts::InOut { money_in: 5, money_out: 4 });
    assert_eq!(proposed("banco.csv", "usd").amounts, Amounts::InOut { money_in: 3, money_out: 2 });
    assert_eq!(bank::Mapping::read(&german.saved()), Some(german));
    assert_eq!(bank::columns(&bytes_of("checking.ofx"), None, Currency::USD), None);
}

proptest! {
    /// Whatever is done to the bytes of a real statement, the reader says what is wrong or reads it, and never falls over.
    #[test]
    fn a_damaged_statement_is_read_or_refused(
        name in prop::sample::select(vec!["chase.csv", "sparkasse.csv", "umsaetze_utf16.csv", "camt_02.xml", "camt_08.xml", "checking.ofx", "quicken.qfx"]),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_usize..4), 1..6),
    ) {
        let mut bytes = bytes_of(name);
        for (at, byte, what) in cuts {
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => { bytes.remove(at); if bytes.is_empty() { bytes.push(byte) } }
            }
        }
        if let Ok(file) = read(&bytes, "usd") {
            prop_assert!(!file.statement.lines.is_empty());
        }
    }
}
