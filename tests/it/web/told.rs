//! Further letters: to a payee whose details change, about the disk and the backups, and what of the day's work waits for treasurers.

use std::time::Duration;

use strikefund::approvals;
use strikefund::deciding::{self, Choice, DecideError, Decided};
use strikefund::funds::{self, Names, settings};
use strikefund::ids::PayeeId;
use strikefund::payments::object::{ObjectKind, ObjectState};
use strikefund::people::Role;
use strikefund::people::operation::Operation;
use strikefund::seal::Keyring;
use strikefund::spending::payees::{self, Sealing};
use strikefund::spending::{Draft, PaidBy};
use strikefund::{payments, run, transact};

use super::MASTER;
use super::notices::Mailed;
use super::staff::Staff;
use super::staff::sign_in::joined;
use crate::approvals::acting;
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

const PAYEES: &str = "/treasury/payees";

async fn say_of_fund(books: &Books, languages: &str) {
    let fund = funds::general(&mut books.db.begin_read().await.unwrap()).await.unwrap().unwrap();
    let names = Names::parse(|field| match field {
        "name" => "General",
        "purpose" => "Water.",
        "contact" => "fund@example.org",
        "languages" => languages,
        _ => "",
    });
    let done: sqlx::Result<()> = transact!(books.db, tx => settings::put_names(tx, fund.id, names.as_ref().unwrap()).await);
    done.unwrap();
}

/// Somebody else agrees to how a payee is paid now.
async fn agree(books: &Books, id: i64) {
    let ben = crate::web::person(books, &[Role::Approver]).await;
    let keys = Keyring::from_master(&MASTER);
    let details = payees::details(&mut books.db.begin_read().await.unwrap(), PayeeId(id)).await.unwrap().unwrap();
    let proposal = approvals::find(&mut books.db.begin_read().await.unwrap(), details.proposal_id.unwrap()).await.unwrap().unwrap();
    let operation = Operation::new(&books.entropy.reference(), "ben", &[]).unwrap();
    let (actor, now, seen) = (acting(books, ben), books.now(), (proposal.id, &*proposal.payload_hash));
    let sealing = Sealing { keys: &keys, entropy: &books.entropy };
    let decided: Result<Decided, DecideError> =
        transact!(books.db, tx => deciding::decide(tx, actor, &operation, seen, Choice::Approve, sealing, now).await);
    assert_eq!(decided.unwrap(), Decided::Done);
}

on_both_databases! {
    async fn a_payee_hears_how_they_are_to_be_paid_before_anything_is_paid_there(books: &Books) {
        books.general_fund().await;
        say_of_fund(books, "en es").await;
        let mailed = Mailed::of(books).await;
        let rosa = Staff::signed_in(&mailed.visit, books, &[Role::Recorder]).await;
        let operation = rosa.get(PAYEES).await.is(200).says("E-mail for notices").value_of("operation");
        let new = |email: &'static str| {
            [("label", "Robin"), ("kind", "person"), ("way", "bank"), ("account", "021000021 123456789"), ("checked", "called"), ("conflict", "no"),
                ("email", email)]
        };
        let with = |fields: &[(&'static str, &'static str)], operation: &str| {
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain([("operation".to_owned(), operation.to_owned())]).collect::<Vec<_>>()
        };
        let post = async |path: &str, fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            rosa.submit(path, &fields).await
        };
        post(PAYEES, with(&new("nowhere"), &operation)).await.is(422).says("That address looks unfinished.");
        let page = post(PAYEES, with(&new("robin@example.org"), &operation)).await.is(303).next();
        let page = page.split('?').next().unwrap().to_owned();
        let id: i64 = page.rsplit('/').next().unwrap().parse().unwrap();
        let sent = mailed.sent().await;
        let of = |sent: &[(String, String, String)], to: &str| sent.iter().find(|(reader, ..)| reader == to).unwrap_or_else(|| panic!("{to}: {sent:?}")).clone();
        let (_, subject, mail) = of(&sent, "robin@example.org");
        assert_eq!((&*subject, sent.len()), ("Payment details changed", 2));
        for said in ["Until now: no payments.", "From now on: Bank account ", "6789.", "48 hours", "write to fund@example.org at once"] {
            assert!(mail.contains(said), "{said}: {mail}");
        }
        assert!(!mail.contains("12345"), "{mail}");
        let treasurers = sent.iter().find(|(to, ..)| to != "robin@example.org").unwrap();
        assert!(treasurers.2.contains("6789.") && treasurers.2.contains("/treasury/approvals"), "{}", treasurers.2);
        // A change names both, in the language that the fund begins in; sent twice, it is told once.
        agree(books, id).await;
        say_of_fund(books, "es en").await;
        mailed.sent().await;
        let operation = rosa.get(&page).await.is(200).says("value=\"robin@example.org\"").value_of("operation");
        let other = [("way", "bank"), ("account", "DE89 3704 0044 0532 0130 00"), ("checked", "paper")];
        for _ in 0..2 {
            post(&page, with(&other, &operation)).await.is(303);
        }
        let sent = mailed.sent().await;
        let (_, subject, mail) = of(&sent, "robin@example.org");
        assert_eq!((&*subject, sent.len()), ("Cambio en los datos de pago", 2));
        assert!(mail.contains("6789. Desde ahora: Cuenta bancaria") && mail.contains("3000.") && mail.contains("48 horas"), "{mail}");
        // Whoever would change the account in secret would change the address first: the one of before is told.
        let operation = rosa.get(&page).await.is(200).text().rsplit("/email\"").next().unwrap().split("name=\"operation\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for _ in 0..2 {
            post(&format!("{page}/email"), with(&[("email", "thief@example.org")], &operation)).await.is(303);
        }
        let sent = mailed.sent().await;
        assert!(sent.len() == 1 && sent[0].0 == "robin@example.org" && sent[0].2.contains("van desde ahora a otra"), "{sent:?}");
        let auditor = Staff::signed_in(&mailed.visit, books, &[Role::Auditor]).await;
        auditor.get(&page).await.is(200).never_says("thief@example.org");
        auditor.get("/treasury/audit").await.is(200).says("Changed where a payee hears of changes").never_says("example.org");
        // With the end of a payee their address goes.
        rosa.submit(&format!("{page}/end"), &[("operation", &*books.entropy.reference())]).await.is(303);
        let tx = &mut books.db.begin_read().await.unwrap();
        let kept: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM payee WHERE email IS NOT NULL")).unwrap();
        assert_eq!(kept, 0);
    }

    async fn treasurers_hear_once_a_day_of_bills_refunds_and_disputes_with_their_days_left(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let mailed = Mailed::of(books).await;
        let rosa = joined(&mailed.visit, books, &[Role::Recorder]).await;
        let payee = treasury.ready_payee().await;
        let bill = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(3_000) };
        let id = treasury.sent(&bill).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        mailed.sent().await;
        let letter = async || {
            mailed.jobs.digest().await.unwrap();
            mailed.sent().await.into_iter().find(|(to, ..)| *to == rosa.email)
        };
        let (_, subject, mail) = letter().await.unwrap();
        assert!(subject == "One item waits for you" && !mail.contains("dispute"), "{subject}: {mail}");
        let now = books.now();
        let dispute = |id: &str, status: &str, due: Option<i64>| ObjectState {
            id: id.to_owned(),
            object: ObjectKind::Dispute,
            status: status.to_owned(),
            reason: None,
            charge_id: None,
            payment_intent: None,
            parent_id: None,
            fund_ref: None,
            donation_ref: None,
            amount_minor: Some(3_000),
            currency: None,
            due_at: due.map(|days| now.unix_secs() + days * 86_400),
            told_at: now.unix_secs(),
            updated_at: now,
        };
        let states = [dispute("du_1", "needs_response", Some(4)), dispute("du_2", "needs_response", Some(9)), dispute("du_3", "under_review", None)];
        let stored: sqlx::Result<()> = transact!(books.db, tx => payments::store_objects(tx, &states).await);
        stored.unwrap();
        books.clock.advance(Duration::from_hours(24));
        let (_, subject, mail) = letter().await.unwrap();
        assert_eq!(subject, "3 items wait for you", "a bill and two disputes: {mail}");
        assert!(mail.contains("2 of them are disputes") && mail.contains("answer the first: 3."), "{mail}");
        let english: sqlx::Result<()> =
            transact!(books.db, tx => strikefund::people::choose_language(tx, rosa.id, strikefund::people::Language::Spanish).await);
        english.unwrap();
        treasury.pay(id).await.unwrap();
        books.clock.advance(Duration::from_hours(24));
        let (_, subject, mail) = letter().await.unwrap();
        assert!(subject.contains('2') && mail.contains("disputas"), "{subject}: {mail}");
    }
}
