//! The guards of what was published, each with a statement that only it refuses.

use strikefund::db::Tx;
use strikefund::funds::State;
use strikefund::run;

use super::{Guard, execute, guard};
use crate::support::Books;
use crate::support::moving::moved;

const TOO_FAR: &str = "INSERT INTO public_record (fund_id, position, publication, kind, n, about, week, text, body)
    SELECT fund_id, 7, 1, 'text', 0, 0, week, '', '{}' FROM public_record WHERE position = 0";

const NOT_LET_OUT: &str =
    "INSERT INTO released_body (document_id, body) SELECT d.id, b.body FROM document d CROSS JOIN released_body b WHERE d.ref = 'receipt'";

/// A second agreement: that the fund moves on.
const AGREED: &str = "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more,
        needed, state, emergency, proposed_at)
    SELECT 'state', 'again', fund_id, author_id, 0, 'USD', payload, payload_hash, 1, 0, 1, 'approved', 0, 0 FROM proposal WHERE subject = 'state'";
/// Five cents that stand on the fund.
const IN: &str = "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
    SELECT 9, 1, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'";
const OUT: &str = "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
    SELECT 9, 2, a.id, s.fund_id, 'USD', -5 FROM account a CROSS JOIN fund_state s WHERE a.path = 'income:donations:online'";
const GIFT: &str = "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
    VALUES (9, 'stripe', 'txn_9', 'charge', '2026-11-14', 0, 2)";
const END: &str = "INSERT INTO fund_end (fund_id, last_expense_on) SELECT fund_id, '2026-11-15' FROM fund_state";

/// Needs the rows of [`fill`].
pub const GUARDS: &[Guard] = &[
    guard("public_record_is_next", "public_record", &[TOO_FAR], "comes after the last one"),
    guard("public_record_never_changes", "public_record", &["UPDATE public_record SET text = 'other'"], "never changed"),
    guard("public_record_never_goes", "public_record", &["DELETE FROM public_record WHERE position = 1"], "never deleted"),
    guard("public_line_never_changes", "public_line", &["UPDATE public_line SET amount = 2"], "never changed"),
    guard("public_line_never_goes", "public_line", &["DELETE FROM public_line"], "never deleted"),
    guard("published_posting_never_changes", "published_posting", &["UPDATE published_posting SET spending = 9"], "never changed"),
    guard("published_posting_never_goes", "published_posting", &["DELETE FROM published_posting"], "never deleted"),
    guard(
        "log_head_never_shrinks",
        "log_head",
        &["INSERT INTO log_head (fund_id, publication, size, peaks) SELECT fund_id, 2, 1, peaks FROM log_head"],
        "never shrinks",
    ),
    guard("log_head_never_changes", "log_head", &["UPDATE log_head SET size = 3"], "never changed"),
    guard("log_head_never_goes", "log_head", &["DELETE FROM log_head"], "never deleted"),
    guard("log_node_never_changes", "log_node", &["UPDATE log_node SET n = 5"], "never changed"),
    guard("log_node_never_goes", "log_node", &["DELETE FROM log_node"], "never deleted"),
    guard("log_key_never_changes", "log_key", &["UPDATE log_key SET made_at = 5"], "make another"),
    guard("coin_heap_never_changes", "coin_heap", &["UPDATE coin_heap SET peaks = coins"], "never changed"),
    guard("coin_heap_never_goes", "coin_heap", &["DELETE FROM gift_salt", "DELETE FROM coin_heap"], "never deleted"),
    guard("gift_salt_never_changes", "gift_salt", &["UPDATE gift_salt SET amount_minor = 7"], "kept or destroyed"),
    guard("log_key_never_goes", "log_key", &["DELETE FROM log_key"], "never deleted"),
    guard("released_body_is_let_out", "released_body", &[NOT_LET_OUT], "only a copy that was let out"),
    guard("released_body_never_changes", "released_body", &["UPDATE released_body SET body = body"], "never changed"),
    guard("released_body_goes_when_taken_back", "released_body", &["DELETE FROM released_body"], "until it is taken back"),
    guard("published_copy_never_changes", "published_copy", &["UPDATE published_copy SET spending = 9"], "never changed"),
    guard("published_copy_never_goes", "published_copy", &["DELETE FROM published_copy"], "never deleted"),
    guard(
        "fund_state_follows",
        "fund_state",
        &[AGREED, "INSERT INTO fund_state (fund_id, n, state, reason, changed_at, proposal_id) SELECT fund_id, 3, 'open', '', 0, (SELECT MAX(id) FROM proposal) FROM fund_state"],
        "follows the one before",
    ),
    guard(
        "fund_state_as_drawn",
        "fund_state",
        &[AGREED, "INSERT INTO fund_state (fund_id, n, state, reason, changed_at, proposal_id) SELECT fund_id, 2, 'distributing', '', 0, (SELECT MAX(id) FROM proposal) FROM fund_state"],
        "only as drawn",
    ),
    guard(
        "fund_state_was_agreed",
        "fund_state",
        &["INSERT INTO fund_state (fund_id, n, state, reason, changed_at) SELECT fund_id, 2, 'open', '', 0 FROM fund_state"],
        "what others agreed to",
    ),
    guard(
        "fund_state_closes_at_zero",
        "fund_state",
        &[IN, OUT, GIFT, AGREED, "INSERT INTO fund_state (fund_id, n, state, reason, changed_at, proposal_id) SELECT fund_id, 2, 'closed', '', 0, (SELECT MAX(id) FROM proposal) FROM fund_state"],
        "closes at zero",
    )
    .alone_without(&[("fund_state_as_drawn", "fund_state")]),
    guard("fund_moves_as_noted", "fund", &["UPDATE fund SET state = 'open' WHERE slug = 'general'"], "where its newest move says"),
    guard("fund_end_is_decided_once", "fund_end", &[END, "UPDATE fund_end SET last_expense_on = '2026-11-16'"], "decided once"),
    guard("fund_end_never_goes", "fund_end", &[END, "DELETE FROM fund_end"], "never deleted"),
    guard("fund_state_never_changes", "fund_state", &["UPDATE fund_state SET reason = 'x'"], "never changed"),
    guard("fund_state_never_goes", "fund_state", &["DELETE FROM fund_state"], "never deleted"),
];

/// A log of two records, its head, its key.
pub async fn fill(books: &Books) {
    let mut tx: Tx = books.db.begin_write().await.unwrap();
    for position in [0_i64, 1] {
        let sql = "INSERT INTO public_record (fund_id, position, publication, kind, n, about, week, text, body)
                   SELECT id, $1, 1, 'text', 0, 0, '2026-W46', '', '{}' FROM fund WHERE slug = 'general'";
        run!(&mut tx, execute, sqlx::query(sql).bind(position)).unwrap();
    }
    let rows = [
        "INSERT INTO public_line (fund_id, position, account, unit, amount) SELECT fund_id, 0, 'income:donations', 'money', 1 FROM public_record WHERE position = 0",
        "INSERT INTO published_posting (entry_id, n, fund_id, spending) SELECT 1, 1, fund_id, 1 FROM public_record WHERE position = 0",
    ];
    for sql in rows {
        assert!(execute(&mut tx, sql).await.unwrap() > 0, "{sql}");
    }
    let coins = "INSERT INTO coin_heap (fund_id, batch, n, coins, peaks) SELECT id, 1, 0, $1, $1 FROM fund WHERE slug = 'general'";
    run!(&mut tx, execute, sqlx::query(coins).bind(vec![0_u8; 33])).unwrap();
    let gift = "INSERT INTO donation (ref, number, fund_id, origin, state, currency, pledged_at, clearing)
                SELECT 'proved', 'PROVED', id, 'elsewhere', 'paid', 'USD', 0, 0 FROM fund WHERE slug = 'general'";
    execute(&mut tx, gift).await.unwrap();
    let salt = "INSERT INTO gift_salt (donation_id, fund_id, batch, heap, number, amount_minor, salt)
                SELECT id, fund_id, 1, 0, number, 5, $1 FROM donation WHERE number = 'PROVED'";
    run!(&mut tx, execute, sqlx::query(salt).bind(vec![0_u8; 32])).unwrap();
    let documents = [
        "INSERT INTO document (ref, sha256, kind, bytes, width, height, uploader, uploaded_at)
         VALUES ('receipt', '0123456789012345678901234567890123456789012345678901234567890123', 'png', 5, 1, 1, 'x', 0)",
        "INSERT INTO document (ref, sha256, kind, bytes, width, height, uploader, uploaded_at, copy_of, released_by, released_at)
         SELECT 'copy', d.sha256, 'png', 5, 1, 1, 'x', 0, d.id, (SELECT MIN(id) FROM person), 0 FROM document d",
        "INSERT INTO published_copy (fund_id, n, spending, document_id, sha256)
         SELECT f.id, 1, 1, d.id, d.sha256 FROM document d JOIN fund f ON f.slug = 'general' WHERE d.ref = 'copy'",
    ];
    for sql in documents {
        assert!(execute(&mut tx, sql).await.unwrap() > 0, "{sql}");
    }
    let body = "INSERT INTO released_body (document_id, body) SELECT id, $1 FROM document WHERE ref = 'copy'";
    run!(&mut tx, execute, sqlx::query(body).bind(b"bytes".to_vec())).unwrap();
    let hash = || vec![0_u8; 32];
    let sealed = [
        "INSERT INTO log_head (fund_id, publication, size, peaks) SELECT id, 1, 2, $1 FROM fund WHERE slug = 'general'",
        "INSERT INTO log_node (fund_id, level, n, hash) SELECT id, 1, 0, $1 FROM fund WHERE slug = 'general'",
        "INSERT INTO log_key (fund_id, n, seed, made_at) SELECT id, 1, $1, 0 FROM fund WHERE slug = 'general'",
    ];
    for sql in sealed {
        run!(&mut tx, execute, sqlx::query(sql).bind(hash())).unwrap();
    }
    tx.commit().await.unwrap();
    let fund = books.general_fund().await;
    moved(books, fund, State::Paused, "", books.now()).await;
}
