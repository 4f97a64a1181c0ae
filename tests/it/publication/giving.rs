//! Gifts as they come in a test: booked, settled, and waiting for a publication to count them.

use strikefund::donations::{self, Settlement};
use strikefund::funds;
use strikefund::ids::FundId;
use strikefund::ledger::{self, Account, Kind, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::{run, transact};

use crate::approvals::usd;
use crate::spending::Treasury;

/// A way to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Online,
    Cash,
    Cheque,
    Union,
}

impl Way {
    pub const fn income(self) -> &'static str {
        match self {
            Self::Online => chart::ONLINE,
            Self::Cash => chart::CASH_GIFTS,
            Self::Cheque => chart::BANK_GIFTS,
            Self::Union => chart::ORGANISATIONS,
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Cash => "cash",
            Self::Cheque => "cheque",
            Self::Union => "organisation",
        }
    }
}

/// What Stripe keeps of a gift in these tests.
pub const fn fee(minor: i64) -> i64 {
    minor / 40 + 30
}

pub async fn post(treasury: &Treasury<'_>, source: Source, kind: &'static str, day: &str, postings: Vec<NewPosting>) -> Posted {
    let entry = NewEntry {
        source,
        source_id: treasury.books.entropy.reference(),
        kind,
        effective_on: day.parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings,
    };
    let now = treasury.books.now();
    let posted: Result<Posted, PostError> = transact!(treasury.books.db, tx => ledger::post(tx, &entry, now).await);
    posted.unwrap()
}

/// Money the books began with, in the bank.
pub async fn begin_with(treasury: &Treasury<'_>, fund: FundId, minor: i64) {
    let postings = vec![NewPosting::pooled(chart::BANK, usd(minor)), NewPosting::of_fund(chart::OPENING, fund, usd(-minor))];
    post(treasury, Source::Opening, "opening", "2026-11-01", postings).await;
}

/// A refund that Stripe booked.
pub async fn refund(treasury: &Treasury<'_>, fund: FundId, minor: i64) {
    let postings = vec![NewPosting::pooled(chart::STRIPE, usd(-minor)), NewPosting::of_fund(chart::REFUNDS, fund, usd(minor))];
    post(treasury, Source::Stripe, "refund", "2026-11-14", postings).await;
}

/// A gift of somebody who gives once.
pub async fn give(treasury: &Treasury<'_>, fund: FundId, way: Way, minor: i64) {
    if way == Way::Online {
        return online(treasury, fund, minor).await;
    }
    let path = if way == Way::Cash { "assets:cash:gate" } else { chart::BANK };
    let account = Account::new("1200", "assets:cash:gate", Kind::Asset, true);
    let opened: sqlx::Result<()> = transact!(treasury.books.db, tx => ledger::open_account(tx, &account).await);
    opened.unwrap();
    let postings = vec![NewPosting::pooled(path, usd(minor)), NewPosting::of_fund(way.income(), fund, usd(-minor))];
    let entry = post(treasury, Source::Gift, "gift", "2026-11-14", postings).await.entry();
    let reference = treasury.books.entropy.reference();
    let mut tx = treasury.books.db.begin_write().await.unwrap();
    let donation = "INSERT INTO donation (ref, number, fund_id, origin, state, currency, pledged_at, settled_at, settled_minor,
                           settled_fee_minor, settled_currency, clearing)
                    VALUES ($1, $1, $2, 'elsewhere', 'paid', 'USD', 0, 0, $3, 0, 'USD', 0) RETURNING id";
    let id: i64 = run!(&mut tx, fetch_one, sqlx::query_scalar(donation).bind(reference.as_str()).bind(fund).bind(minor)).unwrap();
    let by_hand =
        "INSERT INTO offline_gift (number, fund_id, kind, state, amount_minor, fee_minor, currency, gifts, place, account, dated_on,
                          round, entry_id, donation_id, recorded_by, recorded_at, agreed_by, counted_at)
                   VALUES ($1, $2, $3, 'counted', $4, 0, 'USD', 1, '', $5, '2026-11-14', 1, $6, $7, $8, 0, $9, 0)";
    run!(&mut tx, execute, {
        let statement = sqlx::query(by_hand).bind(reference.as_str()).bind(fund).bind(way.kind()).bind(minor).bind(path);
        statement.bind(entry).bind(id).bind(treasury.author).bind(treasury.ana)
    })
    .unwrap();
    tx.commit().await.unwrap();
}

async fn online(treasury: &Treasury<'_>, fund: FundId, minor: i64) {
    let books = treasury.books;
    let postings = vec![
        NewPosting::pooled(chart::STRIPE, usd(minor - fee(minor))),
        NewPosting::of_fund(chart::PROCESSING, fund, usd(fee(minor))),
        NewPosting::of_fund(chart::ONLINE, fund, usd(-minor)),
    ];
    post(treasury, Source::Stripe, "charge", "2026-11-14", postings).await;
    let fund = funds::find(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap().unwrap();
    let charge_id = books.entropy.reference();
    let charge = Settlement {
        fund: &fund,
        reference: None,
        subscription_id: None,
        charge_id: &charge_id,
        payment_intent: None,
        amount: usd(minor),
        fee_minor: fee(minor),
        clearing: false,
        bounced: false,
    };
    let now = books.now();
    let settled: sqlx::Result<_> =
        transact!(books.db, tx => donations::settle(tx, std::slice::from_ref(&charge), &books.entropy, now).await);
    settled.unwrap();
}
