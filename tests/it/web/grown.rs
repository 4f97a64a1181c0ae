//! A treasury in which history has piled up, and the address of a page of every kind in it. Not here: what is asked of the pages.

use std::collections::BTreeMap;

use axum::http::Method;
use sqlx::AssertSqlSafe;
use strikefund::bank;
use strikefund::clock::Day;
use strikefund::donations;
use strikefund::files;
use strikefund::ids::{DocumentId, FundId, PersonId, sha256_hex};
use strikefund::ledger::{self, NewEntry, NewPosting, Source, chart};
use strikefund::money::Currency;
use strikefund::people::{Purpose, Role};
use strikefund::seal::Keyring;
use strikefund::web::doors::Who;
use strikefund::{run, transact};

use super::Visit;
use super::staff::sign_in::link;
use super::staff::{Staff, person};
use crate::approvals::usd;
use crate::files::pictures;
use crate::support::Books;
use crate::support::history::{NOTHING, Pile, SENT, WAITING};

/// Gifts up to this number came by the bank, later ones by card.
const AT_THE_BANK: i64 = 200;

/// The day of the entry of this number, in one of the months of the year before where it is done.
fn day_of(n: i64) -> Day {
    let day = if n <= WAITING { "2026-11-14".to_owned() } else { format!("2025-{:02}-{:02}", 1 + n % 12, 1 + n % 28) };
    day.parse().unwrap()
}

/// Books in which somebody may come everywhere.
pub struct Grown<'a> {
    pub books: &'a Books,
    pub visit: &'a Visit,
    pub staff: Staff<'a>,
    fund: FundId,
    other: PersonId,
    text: &'static str,
}

impl<'a> Grown<'a> {
    /// A fund named `general`, whose every field holds `text`.
    pub async fn new(books: &'a Books, visit: &'a Visit, text: &'static str) -> Self {
        let fund = books.general_fund().await;
        let other = person(books, &[Role::Recorder, Role::Approver]).await;
        let staff = Staff::signed_in(visit, books, &Role::ALL).await;
        let now = books.now();
        let opened: sqlx::Result<()> = transact!(books.db, tx => bank::open_account(tx, chart::BANK, "Main", Currency::USD, now).await);
        opened.unwrap();
        Self { books, visit, staff, fund, other, text }
    }

    /// The fund.
    pub const fn fund(&self) -> FundId {
        self.fund
    }

    /// Rows of every kind, from number to number.
    pub async fn pile_up(&self, from: i64, to: i64) {
        let (now, fund) = (self.books.now(), self.fund);
        let nothing = if self.books.postgres_url().is_some() { NOTHING[1] } else { NOTHING[0] };
        let at = now.unix_secs() * 1_000_000;
        let pile = Pile { author: self.staff.person.0, other: self.other.0, fund: fund.0, at, from, to, text: self.text, nothing };
        let done: Result<(), ledger::PostError> = transact!(self.books.db, tx => {
            let entries: Vec<NewEntry> = (from..=to).map(|n| NewEntry {
                source: Source::Bank,
                source_id: format!("gift {n}"),
                kind: "gift",
                effective_on: day_of(n),
                memo: Some(self.text.to_owned()),
                actor: None,
                reverses: None,
                postings: vec![NewPosting::pooled(if n <= AT_THE_BANK { chart::BANK } else { "assets:stripe" }, usd(100)), NewPosting::of_fund("income:donations:bank", fund, usd(-100))],
            }).collect();
            for some in entries.chunks(100) {
                ledger::post_all(tx, some, now).await?;
            }
            while ledger::fold(tx, 1_000).await? > 0 {}
            let bank = if from <= AT_THE_BANK { Pile { to: to.min(AT_THE_BANK), ..pile }.bank() } else { Vec::new() };
            for sql in [pile.gifts(), pile.spending(), bank, pile.rest()].concat() {
                run!(tx, execute, sqlx::query(AssertSqlSafe(sql)))?;
            }
            Ok::<(), ledger::PostError>(())
        });
        done.unwrap();
        // The planner of a database that grew slowly knows what it holds; this one grew at once.
        let analyzed: sqlx::Result<u64> = transact!(self.books.db, tx => run!(tx, execute, sqlx::query("ANALYZE")));
        analyzed.unwrap();
    }

    async fn id(&self, sql: &'static str) -> i64 {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        run!(tx, fetch_one, sqlx::query_scalar(sql)).unwrap()
    }

    async fn word(&self, sql: &'static str) -> String {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        run!(tx, fetch_one, sqlx::query_scalar(sql)).unwrap()
    }

    /// The code of the page of a gift that arrived, whose donor has told everything.
    async fn gift(&self) -> String {
        let short: String = self.text.chars().take(60).collect();
        let form = [("amount", "25"), ("email", "ana@example.org"), ("name", &*short), ("attempt", "attempt-of-the-grown-gift")];
        self.visit.give("/f/general/give", &form).await.is(303);
        let number = self.word("SELECT MAX(number) FROM donation WHERE operation_id = 'attempt-of-the-grown-gift'").await;
        let gift = donations::listing::find_by_number(&mut self.books.db.begin_read().await.unwrap(), &number).await.unwrap().unwrap();
        let (keys, now) = (Keyring::from_master(&super::MASTER), self.books.now());
        let code = donations::gift_code(&keys, &gift.reference);
        let hash = sha256_hex(&code);
        let sql =
            "UPDATE donation SET state = 'paid', settled_at = $2, settled_minor = 2500, settled_fee_minor = 103, settled_currency = 'USD',
                          charge_id = 'ch_grown', gift_hash = $3 WHERE id = $1";
        let repeats =
            "INSERT INTO recurring_gift (fund_id, donation_id, subscription_id, every, amount_minor, currency, state, begun_at, stop_tries)
                       SELECT fund_id, id, 'sub_grown', 'month', 2500, 'USD', 'active', $2, 0 FROM donation WHERE id = $1";
        let name = donations::Listing::Show(short);
        let settled: sqlx::Result<bool> = transact!(self.books.db, tx => {
            let settle = async {
                run!(tx, execute, sqlx::query(sql).bind(gift.id).bind(now).bind(&*hash))?;
                run!(tx, execute, sqlx::query(repeats).bind(gift.id).bind(now))?;
                donations::list_as(tx, &keys, &self.books.entropy, gift.id, &name, now).await
            };
            settle.await
        });
        assert!(settled.unwrap());
        code
    }

    /// The number of a grant by a plan that others agreed to.
    async fn grant(&self) -> String {
        let (fund, by, other, hash) = (self.fund.0, self.staff.person.0, self.other.0, sha256_hex("plan"));
        let name: String = self.text.chars().take(60).collect::<String>().replace('\'', "''");
        let statements = [
            format!("INSERT INTO recipient (fund_id, name, payee_id, entered_by, entered_at) SELECT {fund}, '{name}', MIN(id), {by}, 0 FROM payee"),
            format!("INSERT INTO plan (fund_id, n, total_minor, currency, state, made_by, made_at) VALUES ({fund}, 1, 100, 'USD', 'proposed', {by}, 0)"),
            "INSERT INTO plan_line (plan_id, n, line, amount_minor) SELECT id, 1, 'on-hand', 100 FROM plan".to_owned(),
            "INSERT INTO plan_share (plan_id, n, recipient_id, rule, value, amount_minor) SELECT p.id, 1, r.id, 'weight', 1, 100 FROM plan p, recipient r".to_owned(),
            format!(
                "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed,
                        state, emergency, proposed_at) SELECT 'distribution', CAST(id AS TEXT), {fund}, {by}, 100, 'USD', 'plan', '{hash}', 1, 0, 1, 'open', 0, 0 FROM plan"
            ),
            format!(
                "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at)
                 SELECT id, {other}, author_id, payload_hash, 0 FROM proposal WHERE subject = 'distribution'"
            ),
            "UPDATE proposal SET state = 'approved', decided_at = 0 WHERE subject = 'distribution'".to_owned(),
            "UPDATE plan SET proposal_id = (SELECT id FROM proposal WHERE subject = 'distribution'), state = 'approved', decided_at = 0".to_owned(),
            format!(
                "INSERT INTO fund_grant (number, fund_id, plan_id, share, recipient_id, amount_minor, currency, path, entry_id, promised_at)
                 SELECT 'GRANT2', {fund}, s.plan_id, 1, s.recipient_id, 100, 'USD', 'liabilities:grants:x', (SELECT MIN(id) FROM entry), 0 FROM plan_share s"
            ),
        ];
        let done: sqlx::Result<()> = transact!(self.books.db, tx => {
            let all = async {
                for sql in &statements {
                    run!(tx, execute, sqlx::query(AssertSqlSafe(sql.clone())))?;
                }
                Ok::<(), sqlx::Error>(())
            };
            all.await
        });
        done.unwrap();
        "GRANT2".to_owned()
    }

    /// What stands in the places of each address that has some, one after the other, for a page that is there.
    async fn examples(&self) -> BTreeMap<&'static str, Vec<String>> {
        let table = [("account", chart::BANK), ("file", "/treasury/bank/import")];
        let statement = b"Date,Description,Amount,Balance\r\n2026-11-14,<b>\"WATER\"</b>,-5.00,-5.00\r\n";
        let sent = self.staff.upload(table[1].1, &table[..1], &[("file", "../../x.csv", "text/csv", statement)]).await.is(303).next();
        let file = sent.rsplit('/').next().unwrap().to_owned();
        let (by, now) = (self.staff.person.into(), self.books.now());
        let photo = files::take_in(&self.books.files, &self.books.db, &by, pictures::jpeg(1), &self.books.entropy, now).await.unwrap();
        let photo = files::find(&mut self.books.db.begin_read().await.unwrap(), photo).await.unwrap().unwrap().reference;
        let receipt = DocumentId(self.id("SELECT id FROM document WHERE ref = 'doc1'").await);
        let copy = files::take_in_copy(&self.books.files, &self.books.db, &by, receipt, pictures::jpeg(2), &self.books.entropy, now)
            .await
            .unwrap();
        let copy = files::find(&mut self.books.db.begin_read().await.unwrap(), copy).await.unwrap().unwrap().reference;
        let hash = sha256_hex("a captain's own code");
        let known: sqlx::Result<u64> = transact!(self.books.db, tx =>
            run!(tx, execute, sqlx::query("UPDATE captain SET code_hash = $1 WHERE code_hash = 'c10'").bind(&*hash)));
        known.unwrap();
        let invited = person(self.books, &[]).await;
        let invitation = link(self.books, Purpose::Join, invited).await;
        let somebody = self.word("SELECT MAX(ref) FROM person").await;
        let number = |n: i64| format!("E{n}");
        let expense = self.id("SELECT id FROM proposal WHERE subject = 'expense' AND state = 'open' ORDER BY id LIMIT 1").await.to_string();
        let gift = self.gift().await;
        let grant = self.grant().await;
        [
            ("/gift/{code}", vec![gift.clone()]),
            ("/gift/{code}/delete", vec![gift.clone()]),
            ("/gift/{code}/name", vec![gift.clone()]),
            ("/gift/{code}/receipt", vec![gift.clone()]),
            ("/gift/{code}/refund", vec![gift.clone()]),
            ("/gift/{code}/stop", vec![gift]),
            ("/claim/{code}", vec!["a captain's own code".replace(' ', "%20")]),
            ("/link/{token}", vec![invitation.rsplit('/').next().unwrap().to_owned()]),
            ("/treasury/accounts/{account}", vec![chart::BANK.to_owned(), "income:donations:bank".to_owned()]),
            ("/treasury/approvals/{id}", vec![expense]),
            ("/treasury/bank/accounts/{id}", vec![self.id("SELECT MIN(id) FROM bank_account").await.to_string()]),
            ("/treasury/bank/import/{file}", vec![file.clone()]),
            ("/treasury/bank/import/{file}/columns", vec![file]),
            (
                "/treasury/bank/lines/{id}",
                vec![
                    self.id("SELECT id FROM bank_line WHERE fingerprint = 'f1'").await.to_string(),
                    self.id("SELECT id FROM bank_line WHERE fingerprint = 'f100'").await.to_string(),
                ],
            ),
            ("/treasury/claims/{id}", vec![self.id("SELECT MIN(captain_id) FROM expense").await.to_string()]),
            ("/treasury/documents/{document}", vec![photo]),
            ("/treasury/entries/{entry}", vec![self.id("SELECT MIN(id) FROM entry").await.to_string()]),
            ("/treasury/exports/{file}", ["books.journal", "books.beancount", "books.csv", "books.json"].map(str::to_owned).to_vec()),
            ("/treasury/gifts/{number}", vec!["G2".to_owned(), "G3".to_owned(), "G100".to_owned()]),
            ("/treasury/gifts/{number}/refund", vec!["G101".to_owned()]),
            (
                "/treasury/gifts/{number}/reveal",
                vec!["G2".to_owned(), self.word("SELECT MAX(number) FROM donation WHERE charge_id = 'ch_grown'").await],
            ),
            ("/treasury/gifts/{number}/stop", vec!["G1".to_owned(), "G101".to_owned()]),
            ("/treasury/journal/{journal}", vec!["j1".to_owned(), "j100".to_owned()]),
            ("/treasury/months/{month}", vec!["2025-06".to_owned()]),
            ("/treasury/payees/{id}", vec![self.id("SELECT MIN(id) FROM payee").await.to_string()]),
            ("/treasury/people/{person}", vec![somebody.clone()]),
            ("/treasury/people/{person}/disable", vec![somebody.clone()]),
            ("/treasury/people/{person}/name", vec![somebody.clone()]),
            ("/treasury/people/{person}/reset", vec![somebody]),
            ("/treasury/reveals/{reveal}", vec!["rv1".to_owned(), "rv100".to_owned()]),
            ("/treasury/stripe/parked/{id}", vec![self.id("SELECT MIN(id) FROM delivery WHERE state = 'parked'").await.to_string()]),
            ("/treasury/refunds/{refund}", vec!["rf1".to_owned(), "rf100".to_owned()]),
            ("/treasury/{fund}/close/grants/{number}", vec![grant.clone()]),
            ("/treasury/{fund}/close/grants/{number}/pay", vec![grant]),
            ("/treasury/{fund}/expenses/{number}", [1, SENT, WAITING, 100].map(number).to_vec()),
            ("/treasury/{fund}/expenses/{number}/copies/{copy}", vec![format!("{} {copy}", number(1))]),
            ("/treasury/{fund}/expenses/{number}/edit", [1, SENT].map(number).to_vec()),
            ("/treasury/{fund}/expenses/{number}/pay", vec![number(WAITING)]),
            ("/treasury/{fund}/expenses/{number}/correct", vec![number(100)]),
            ("/treasury/{fund}/gifts/offline/{number}", vec!["O1".to_owned(), "O99".to_owned()]),
            ("/treasury/{fund}/gifts/offline/new/{kind}", ["cheque", "batch", "transfer", "organisation"].map(str::to_owned).to_vec()),
            ("/treasury/{fund}/supporters/{note}", vec![self.id("SELECT MAX(id) FROM supporter_note").await.to_string()]),
            ("/treasury/{fund}/in-kind/{number}", vec!["K1".to_owned(), "K100".to_owned()]),
        ]
        .into()
    }

    /// Every address that can be read, by the row of the table it belongs to; those of `who` it is asked for.
    pub async fn addresses(&self, who: impl Fn(Who) -> bool) -> Vec<(&'static str, String)> {
        let examples = self.examples().await;
        let (mut addresses, mut missing) = (Vec::new(), Vec::new());
        for door in self.visit.doors().into_iter().filter(|door| door.method == Method::GET && who(door.who)) {
            let path = door.path.replace("{fund}", "general");
            let Some((before, rest)) = path.split_once('{') else {
                addresses.push((door.path, path));
                continue;
            };
            let after = rest.split_once('}').unwrap().1;
            match examples.get(door.path) {
                Some(values) => addresses.extend(values.iter().map(|value| (door.path, filled(&path, value)))),
                // A public page's secret is nobody's here, and the page says so.
                None if door.who == Who::Anyone => addresses.push((door.path, format!("{before}1{after}"))),
                None => missing.push(door.path),
            }
        }
        assert!(missing.is_empty(), "these need an example, so add one to `examples`: {missing:?}");
        addresses
    }
}

/// An address with the words of `values` in its places.
fn filled(path: &str, values: &str) -> String {
    values.split(' ').fold(path.to_owned(), |path, value| {
        let (before, rest) = path.split_once('{').unwrap();
        format!("{before}{value}{}", rest.split_once('}').unwrap().1)
    })
}
