//! The guards of approvals and of money out, each with a statement that only it refuses.

use strikefund::db::Tx;
use strikefund::people::Role;

use super::{Guard, execute, guard};
use crate::approvals::person;
use crate::support::Books;

const BY_A_HAND: &[&str] = &["INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at)
     SELECT p.id, h.person_id, p.author_id, p.payload_hash, 0 FROM proposal p JOIN proposal_hand h ON h.proposal_id = p.id"];
const MADE_SENT: &[&str] = &["INSERT INTO expense (fund_id, author_id, number, state, version, amount_minor, currency, bought_on, vendor, vendor_key, public_text, note, paid_by, show_when, show_shop, created_at, changed_at)
     SELECT fund_id, author_id, 'NEW', 'sent', 1, 5, 'USD', bought_on, '', '', '', '', 'card', 'next', 0, 0, 0 FROM expense WHERE number = 'SPARE'"];
const LATE_PART: &[&str] = &[
    "INSERT INTO expense_part (expense_id, n, fund_id, category, amount_minor) SELECT id, 2, fund_id, 'food', 1 FROM expense WHERE number = 'SENT'",
];
const LATE_DOCUMENT: &[&str] = &[
    "INSERT INTO expense_document (expense_id, n, document, sha256) SELECT d.expense_id, 2, 'x', d.sha256 FROM expense_document d JOIN expense e ON e.id = d.expense_id WHERE e.number = 'SENT'",
];
const MADE_DONE: &[&str] =
    &["INSERT INTO transfer (fund_id, from_path, to_path, amount_minor, currency, state, entry_id, asked_by, asked_at)
     SELECT fund_id, from_path, to_path, 5, 'USD', 'done', 1, asked_by, 0 FROM transfer"];

/// Needs the rows of [`fill`].
pub const GUARDS: &[Guard] = &[
    guard("approval_is_not_by_an_author", "approval", BY_A_HAND, "had a hand in it"),
    guard("approval_never_changes", "approval", &["UPDATE approval SET given_at = 5"], "never changed"),
    guard("approval_never_goes", "approval", &["DELETE FROM approval"], "never deleted"),
    guard(
        "proposal_hand_never_changes",
        "proposal_hand",
        &["UPDATE proposal_hand SET person_id = (SELECT MAX(id) FROM person)"],
        "stays an author",
    ),
    guard("proposal_hand_never_goes", "proposal_hand", &["DELETE FROM proposal_hand"], "stays an author"),
    guard("proposal_never_goes", "proposal", &["DELETE FROM proposal WHERE subject_id = 'spare'"], "never deleted"),
    guard("proposal_is_frozen", "proposal", &["UPDATE proposal SET payload = 'more'"], "propose anew"),
    guard("proposal_is_signed", "proposal", &["UPDATE proposal SET state = 'approved' WHERE subject_id = 'spare'"], "too few have signed"),
    guard("expense_moves_as_it_may", "expense", &["UPDATE expense SET state = 'paid' WHERE number = 'SPARE'"], "does not go that way"),
    guard("expense_is_not_made_approved", "expense", MADE_SENT, "begins as a draft"),
    guard("expense_keeps_what_was_agreed_to", "expense", &["UPDATE expense SET vendor = 'x' WHERE number = 'SENT'"], "only a draft"),
    guard("expense_part_is_of_a_draft", "expense_part", LATE_PART, "only a draft"),
    guard("expense_part_goes_from_a_draft", "expense_part", &["DELETE FROM expense_part"], "only a draft"),
    guard("expense_document_is_of_a_draft", "expense_document", LATE_DOCUMENT, "only a draft"),
    guard("expense_document_goes_from_a_draft", "expense_document", &["DELETE FROM expense_document"], "only a draft"),
    guard("expense_never_goes", "expense", &["DELETE FROM expense WHERE number = 'SPARE'"], "never deleted"),
    guard("expense_hand_never_goes", "expense_hand", &["DELETE FROM expense_hand"], "stays an author"),
    guard("payee_never_goes", "payee", &["DELETE FROM payee WHERE label = 'spare'"], "never deleted"),
    guard("payee_details_never_go", "payee_details", &["DELETE FROM payee_details"], "never deleted"),
    guard(
        "payee_details_are_agreed_to",
        "payee_details",
        &["UPDATE payee_details SET state = 'agreed', ready_at = 1"],
        "second person agreed",
    ),
    guard("captain_never_goes", "captain", &["DELETE FROM captain"], "never deleted"),
    guard("budget_never_changes", "budget", &["UPDATE budget SET amount_minor = 1"], "never changed"),
    guard("budget_never_goes", "budget", &["DELETE FROM budget"], "never deleted"),
    guard("transfer_is_agreed_to", "transfer", &["UPDATE transfer SET state = 'done', entry_id = 1"], "others agreed to"),
    guard("transfer_is_not_made_done", "transfer", MADE_DONE, "begins by asking"),
    guard("transfer_keeps_its_money", "transfer", &["UPDATE transfer SET amount_minor = 1"], "keeps what was asked"),
    guard("transfer_never_goes", "transfer", &["DELETE FROM transfer"], "never deleted"),
    guard("purse_never_goes", "purse", &["DELETE FROM purse"], "never deleted"),
    guard("expense_return_is_in_the_books", "expense_return", &[UNTRUE_RETURN], "when its entry was taken back"),
    guard("expense_return_is_undone_once", "expense_return", &["UPDATE expense_return SET again_id = 1"], "stays noted"),
    guard("expense_return_never_goes", "expense_return", &["DELETE FROM expense_return"], "stays noted"),
    guard("question_never_changes", "question", &["UPDATE question SET text = 'other'"], "never changed"),
    guard("question_never_goes", "question", &["DELETE FROM question WHERE text = 'spare'"], "never deleted"),
    guard("answer_never_changes", "answer", &["UPDATE answer SET text = 'other'"], "never changed"),
    guard("answer_never_goes", "answer", &["DELETE FROM answer"], "never deleted"),
];

const UNTRUE_RETURN: &str =
    "INSERT INTO expense_return (entry_id, expense_id, reversal_id, returned_on, paid_from, paid_on, pay_reference, noted_at)
     SELECT 99, id, 1, '2026-11-14', 'assets:bank:main', '2026-11-14', '', 0 FROM expense WHERE number = 'SENT'";

/// Three people, and a row in each table.
pub async fn fill(books: &Books) {
    for _ in 0..3 {
        person(books, &[Role::Recorder]).await;
    }
    let mut tx: Tx = books.db.begin_write().await.unwrap();
    for sql in ROWS {
        assert!(execute(&mut tx, sql).await.unwrap() > 0, "{sql}");
    }
    tx.commit().await.unwrap();
}

const ROWS: &[&str] = &[
    "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed, state, emergency, proposed_at)
     SELECT 'expense', 'signed', 1, MIN(id), 5, 'USD', 'what', '0123456789012345678901234567890123456789012345678901234567890123', 1, 0, 2, 'open', 0, 0 FROM person",
    "INSERT INTO proposal_hand (proposal_id, person_id) SELECT p.id, MIN(h.id) + 1 FROM proposal p, person h GROUP BY p.id",
    "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at) SELECT p.id, h.id, p.author_id, p.payload_hash, 0 FROM proposal p, person h WHERE h.id = (SELECT MAX(id) FROM person)",
    "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed, state, emergency, proposed_at)
     SELECT subject, 'spare', fund_id, author_id, 5, 'USD', payload, payload_hash, 1, 0, 2, 'open', 0, 0 FROM proposal",
    "INSERT INTO question (proposal_id, person_id, text, asked_at) SELECT id, author_id, 'asked', 0 FROM proposal WHERE subject_id = 'signed'",
    "INSERT INTO answer (question_id, person_id, text, given_at) SELECT id, person_id, 'given', 0 FROM question",
    "INSERT INTO question (proposal_id, person_id, text, asked_at) SELECT id, author_id, 'spare', 0 FROM proposal WHERE subject_id = 'signed'",
    "INSERT INTO payee (label, kind, pseudonym, created_by, created_at) SELECT 'used', 'person', 'A', MIN(id), 0 FROM person",
    "INSERT INTO payee (label, kind, pseudonym, created_by, created_at) SELECT 'spare', 'person', 'B', MIN(id), 0 FROM person",
    "INSERT INTO payee_details (payee_id, way, details, details_hash, last_four, checked, state, entered_by, entered_at)
     SELECT y.id, 'cash', p.email, '', '', 'paper', 'waiting', p.id, 0 FROM payee y JOIN person p ON p.id = y.created_by WHERE y.label = 'used'",
    "INSERT INTO captain (code_hash, fund_id, label, language, total_minor, each_minor, uses, last_on, made_by, made_at) SELECT 'x', 1, '', 'en', 5, 5, 'water', '2026-11-14', MIN(id), 0 FROM person",
    "INSERT INTO expense (fund_id, author_id, number, state, version, amount_minor, currency, bought_on, vendor, vendor_key, public_text, note, paid_by, show_when, show_shop, created_at, changed_at)
     SELECT 1, MIN(id), 'SENT', 'draft', 1, 5, 'USD', '2026-11-14', '', '', '', '', 'card', 'next', 0, 0, 0 FROM person",
    "INSERT INTO expense_part (expense_id, n, fund_id, category, amount_minor) SELECT id, 1, 1, 'water', 5 FROM expense",
    "INSERT INTO expense_document (expense_id, n, document, sha256) SELECT id, 1, 'd', '0123456789012345678901234567890123456789012345678901234567890123' FROM expense",
    "INSERT INTO expense_hand (expense_id, person_id) SELECT id, author_id FROM expense",
    "UPDATE expense SET state = 'sent'",
    "INSERT INTO expense (fund_id, author_id, number, state, version, amount_minor, currency, bought_on, vendor, vendor_key, public_text, note, paid_by, show_when, show_shop, created_at, changed_at)
     SELECT 1, author_id, 'SPARE', 'draft', 1, 5, 'USD', '2026-11-14', '', '', '', '', 'card', 'next', 0, 0, 0 FROM expense",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
     SELECT 99, n, account_id, fund_id, currency, -amount_minor FROM posting WHERE entry_id = 1",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings, reverses)
     SELECT 99, 'reversal', '1', 'reversal', effective_on, 0, postings, 1 FROM entry WHERE id = 1",
    "INSERT INTO expense_return (entry_id, expense_id, reversal_id, returned_on, paid_from, paid_on, pay_reference, noted_at)
     SELECT 1, id, 99, '2026-11-14', 'assets:bank:main', '2026-11-14', '', 0 FROM expense WHERE number = 'SENT'",
    "INSERT INTO budget (fund_id, category, amount_minor, reason, set_by, set_at) SELECT 1, 'water', 5, '', MIN(id), 0 FROM person",
    "INSERT INTO purse (kind, path, custodian, opened_by, opened_at) SELECT 'card', 'assets:cards:x', 'x', MIN(id), 0 FROM person",
    "INSERT INTO transfer (fund_id, from_path, to_path, amount_minor, currency, state, asked_by, asked_at) SELECT 1, 'assets:bank:main', 'assets:cards:x', 5, 'USD', 'sent', MIN(id), 0 FROM person",
];
