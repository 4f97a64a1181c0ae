//! The guards of gifts by hand, refunds, journal entries and locked months, each with a statement that only it refuses.

use strikefund::db::Tx;
use strikefund::people::Role;

use super::{Guard, execute, guard};
use crate::support::Books;
use crate::web::person;

/// A sound entry dated in January, which is locked.
const IN_JANUARY: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 2, id, NULL, 'USD', -5 FROM account WHERE path = 'assets:bank:main'",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'gift', 'x', 'x', '2026-01-31', 0, 2)",
];

/// Needs the rows of [`fill`].
pub const GUARDS: &[Guard] = &[
    guard("entry_stays_out_of_locked_months", "entry", IN_JANUARY, "the month is locked"),
    guard(
        "month_lock_is_asked_first",
        "month_lock",
        &["INSERT INTO month_lock (month, asked_by, asked_at, agreed_by, agreed_at) SELECT '2026-02', MIN(id), 0, MAX(id), 0 FROM person"],
        "another agrees",
    ),
    guard("month_lock_is_for_ever", "month_lock", &["UPDATE month_lock SET agreed_at = 5 WHERE month = '2026-01'"], "stays locked"),
    guard("month_lock_never_goes", "month_lock", &["DELETE FROM month_lock"], "stays locked"),
    guard("goods_stay_published", "goods", &["UPDATE goods SET public_n = 7 WHERE public_n IS NOT NULL"], "never changed"),
    guard("goods_keep_what_they_are", "goods", &["UPDATE goods SET quantity = 3"], "keep what was logged"),
    guard("goods_never_go", "goods", &["DELETE FROM goods WHERE number = 'SPARE'"], "never deleted"),
    guard("goods_given_never_changes", "goods_given", &["UPDATE goods_given SET quantity = 2"], "never changed"),
    guard("goods_given_never_goes", "goods_given", &["DELETE FROM goods_given"], "never deleted"),
    guard("offline_gift_never_goes", "offline_gift", &["DELETE FROM offline_gift WHERE number = 'SPARE'"], "never deleted"),
    guard("cash_count_never_changes", "cash_count", &["UPDATE cash_count SET total_minor = 1"], "count again"),
    guard("cash_count_never_goes", "cash_count", &["DELETE FROM cash_count"], "never deleted"),
    guard("refund_keeps_its_money", "refund", &["UPDATE refund SET amount_minor = 1"], "keeps what was asked"),
    guard("refund_never_goes", "refund", &["DELETE FROM refund"], "never deleted"),
    guard(
        "refund_request_keeps_what_was_asked",
        "refund_request",
        &["UPDATE refund_request SET reason = 'mind' WHERE answered_at IS NULL"],
        "never changed",
    ),
    guard(
        "refund_request_is_answered_once",
        "refund_request",
        &["UPDATE refund_request SET answered_at = 9 WHERE answered_at IS NOT NULL"],
        "stays answered",
    ),
    guard("refund_request_never_goes", "refund_request", &["DELETE FROM refund_request"], "never deleted"),
    guard("journal_keeps_what_was_asked", "journal", &["UPDATE journal SET reason = 'another'"], "ask for another"),
    guard("journal_never_goes", "journal", &["DELETE FROM journal WHERE ref = 'spare'"], "never deleted"),
    guard("journal_line_never_changes", "journal_line", &["UPDATE journal_line SET amount_minor = 1"], "ask for another"),
    guard("journal_line_never_goes", "journal_line", &["DELETE FROM journal_line"], "never deleted"),
    guard("journal_is_agreed_to", "journal", &["UPDATE journal SET state = 'posted', entry_id = 1 WHERE ref = 'spare'"], "others agreed"),
    guard("journal_is_asked_first", "journal", &[NEVER_ASKED], "begins by asking"),
    guard("gift_document_never_changes", "gift_document", &["UPDATE gift_document SET what = 'cheque'"], "never changed"),
    guard("gift_document_never_goes", "gift_document", &["DELETE FROM gift_document"], "never deleted"),
    guard(
        "recurring_gift_stays_stopped",
        "recurring_gift",
        &["UPDATE recurring_gift SET state = 'active', stopped_at = NULL"],
        "never runs again",
    ),
    guard("recurring_gift_keeps_its_stop", "recurring_gift", &["UPDATE recurring_gift SET stop_by = 'donor'"], "decided once"),
    guard(
        "recurring_gift_keeps_what_it_is",
        "recurring_gift",
        &["UPDATE recurring_gift SET subscription_id = 'sub_other'"],
        "keeps what it is",
    ),
    guard("recurring_gift_never_goes", "recurring_gift", &["DELETE FROM recurring_gift"], "never deleted"),
    guard("repeats_end_never_goes", "repeats_end", &["DELETE FROM repeats_end"], "never deleted"),
    guard("donor_key_of_nobody_erased", "donor_key", &[KEY_OF_ERASED], "never has a key again"),
    guard(
        "supporter_note_keeps_its_words",
        "supporter_note",
        &["UPDATE supporter_note SET text_en = 'other' WHERE state = 'waiting'"],
        "keeps its words",
    ),
    guard(
        "supporter_note_is_decided_once",
        "supporter_note",
        &["UPDATE supporter_note SET state = 'dropped' WHERE state = 'sent'"],
        "decided once",
    ),
    guard("supporter_note_never_goes", "supporter_note", &["DELETE FROM supporter_note"], "never deleted"),
    guard("reveal_is_agreed_to", "reveal", &["UPDATE reveal SET state = 'agreed', agreed_at = 1"], "others agree"),
    guard("reveal_is_agreed_first", "reveal", &["UPDATE reveal SET state = 'opened', agreed_at = 1, opened_at = 1, n = 1"], "opened once"),
    guard("reveal_begins_by_asking", "reveal", &[NEVER_ASKED_TO_KNOW], "begins by asking"),
    guard("reveal_keeps_what_was_asked", "reveal", &["UPDATE reveal SET whole = 1"], "keeps what was asked"),
    guard("reveal_never_goes", "reveal", &["DELETE FROM reveal"], "never deleted"),
    guard("donor_stays_erased", "donor", &["UPDATE donor SET erased_at = NULL WHERE ref = 'gone'"], "stays erased"),
];

const KEY_OF_ERASED: &str =
    "INSERT INTO donor_key (donor_id, wrapped, key_version) SELECT d.id, k.wrapped, 1 FROM donor d, donor_key k WHERE d.ref = 'gone'";

const NEVER_ASKED_TO_KNOW: &str = "INSERT INTO reveal (ref, donation_id, fund_id, because, whole, reason, state, asked_by, asked_at)
     SELECT 'forged', donation_id, fund_id, because, whole, reason, 'refused', asked_by, 0 FROM reveal";

const NEVER_ASKED: &str = "INSERT INTO journal (ref, effective_on, reason, state, asked_by, asked_at)
     SELECT 'forged', effective_on, reason, 'rejected', asked_by, 0 FROM journal WHERE ref = 'spare'";

/// Two people, and a row in each table; January is locked.
pub async fn fill(books: &Books) {
    const KEY: &str = "INSERT INTO donor_key (donor_id, wrapped, key_version) SELECT id, $1, 1 FROM donor WHERE ref = 'here'";
    let _two = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
    let mut tx: Tx = books.db.begin_write().await.unwrap();
    for sql in ROWS {
        assert!(execute(&mut tx, sql).await.unwrap() > 0, "{sql}");
    }
    assert_eq!(strikefund::run!(&mut tx, execute, sqlx::query(KEY).bind(&b"key"[..])).unwrap(), 1);
    tx.commit().await.unwrap();
}

const ROWS: &[&str] = &[
    "INSERT INTO month_lock (month, asked_by, asked_at) SELECT '2026-01', MIN(id), 0 FROM person",
    "UPDATE month_lock SET agreed_by = (SELECT MAX(id) FROM person), agreed_at = 1",
    "INSERT INTO goods (number, fund_id, what, quantity, unit, category, currency, received_on, kept, given, state, recorded_by, recorded_at, public_n)
     SELECT 'GIVEN', f.id, 'water', 2, 'cases', 'water', 'USD', '2026-11-14', '', 1, 'logged', p.id, 0, 1 FROM fund f, person p WHERE f.slug = 'general' AND p.id = (SELECT MIN(id) FROM person)",
    "INSERT INTO goods (number, fund_id, what, quantity, unit, category, currency, received_on, kept, given, state, recorded_by, recorded_at)
     SELECT 'SPARE', fund_id, what, quantity, unit, category, currency, received_on, kept, 0, state, recorded_by, 0 FROM goods",
    "INSERT INTO goods_given (goods_id, quantity, given_on, recorded_by, recorded_at) SELECT id, 1, '2026-11-14', recorded_by, 0 FROM goods WHERE number = 'GIVEN'",
    "INSERT INTO offline_gift (number, fund_id, kind, state, fee_minor, currency, gifts, place, account, dated_on, round, recorded_by, recorded_at)
     SELECT 'CASH', fund_id, 'cash', 'counting', 0, 'USD', 1, 'gate', 'assets:cash:main', '2026-11-14', 1, recorded_by, 0 FROM goods WHERE number = 'GIVEN'",
    "INSERT INTO offline_gift (number, fund_id, kind, state, fee_minor, currency, gifts, place, account, dated_on, round, recorded_by, recorded_at)
     SELECT 'SPARE', fund_id, kind, state, 0, currency, 1, place, account, dated_on, 1, recorded_by, 0 FROM offline_gift",
    "INSERT INTO cash_count (gift_id, round, counted_by, sheet, total_minor, counted_at)
     SELECT id, 1, recorded_by, '100:5', 500, 0 FROM offline_gift WHERE number = 'CASH'",
    "INSERT INTO gift_document (gift_id, document, sha256, what, added_by, added_at)
     SELECT id, 'd', '0123456789012345678901234567890123456789012345678901234567890123', 'sheet', recorded_by, 0 FROM offline_gift WHERE number = 'CASH'",
    "INSERT INTO donation (ref, number, fund_id, origin, state, currency, pledged_at, clearing) SELECT 'd', 'GIFT', fund_id, 'elsewhere', 'paid', 'USD', 0, 0 FROM goods WHERE number = 'GIVEN'",
    "INSERT INTO refund (ref, donation_id, fund_id, way, amount_minor, currency, reason, note, state, asked_by, asked_at)
     SELECT 'r', d.id, d.fund_id, 'stripe', 5, 'USD', 'asked', '', 'asked', g.recorded_by, 0 FROM donation d, goods g WHERE d.number = 'GIFT' AND g.number = 'GIVEN'",
    "INSERT INTO reveal (ref, donation_id, fund_id, because, whole, reason, state, asked_by, asked_at)
     SELECT 'rv', d.id, d.fund_id, 'law', 0, 'why', 'asked', g.recorded_by, 0 FROM donation d, goods g WHERE d.number = 'GIFT' AND g.number = 'GIVEN'",
    "INSERT INTO refund_request (donation_id, reason, asked_at, answered_at, answered_by)
     SELECT d.id, 'twice', 0, 1, (SELECT MIN(id) FROM person) FROM donation d WHERE d.number = 'GIFT'",
    "INSERT INTO refund_request (donation_id, reason, asked_at) SELECT id, 'twice', 2 FROM donation WHERE number = 'GIFT'",
    "INSERT INTO recurring_gift (fund_id, donation_id, subscription_id, every, amount_minor, currency, state, begun_at, stop_by, stop_asked_at, stop_tries, stopped_at)
     SELECT fund_id, id, 'sub_ended', 'week', 100, 'USD', 'stopped', 0, 'winding_down', 1, 1, 2 FROM donation WHERE number = 'GIFT'",
    "INSERT INTO repeats_end (fund_id, begun_at, step, pass, pass_at, found, due_at, tries) SELECT fund_id, 0, 'pages', 1, 0, 0, 0, 0 FROM donation WHERE number = 'GIFT'",
    "INSERT INTO journal (ref, effective_on, reason, state, asked_by, asked_at) SELECT 'lined', '2026-11-14', 'why', 'asked', MIN(id), 0 FROM person",
    "INSERT INTO journal (ref, effective_on, reason, state, asked_by, asked_at) SELECT 'spare', '2026-11-14', 'why', 'asked', MIN(id), 0 FROM person",
    "INSERT INTO journal_line (journal_id, n, path, currency, amount_minor) SELECT id, 1, 'assets:bank:main', 'USD', 5 FROM journal WHERE ref = 'lined'",
    "INSERT INTO supporter_note (fund_id, text_en, text_es, written_by, written_at, state) SELECT fund_id, 'a', '', recorded_by, 0, 'waiting' FROM goods WHERE number = 'GIVEN'",
    "INSERT INTO supporter_note (fund_id, text_en, text_es, written_by, written_at, state, decided_by, decided_at)
     SELECT fund_id, 'b', '', recorded_by, 0, 'sent', (SELECT MAX(id) FROM person), 1 FROM goods WHERE number = 'GIVEN'",
    "INSERT INTO donor (ref, donor_hash) VALUES ('here', 'h')",
    "INSERT INTO donor (ref, donor_hash, erased_at) VALUES ('gone', 'g', 1)",
];
