//! The guards of staff, the log of acts, documents and mails, each with a statement that only it refuses.

use super::{Guard, guard};

const ACT: &str = "INSERT INTO audit (at, person_id, act, subject, detail) SELECT 0, id, 'a', 's', '' FROM person";
const OPERATION: &str = "INSERT INTO operation (id, input_hash, result, done_at) VALUES ('o', 'h', 'r', 0)";
const LINK: &str = "INSERT INTO link (token_hash, purpose, person_id, made_at, expires_at) SELECT 't', 'join', id, 0, 0 FROM person";
const CHANGE: &str =
    "INSERT INTO people_change (person_id, kind, state, asked_by, asked_at) SELECT id, 'auditor', 'asked', id, 0 FROM person";
const ADMINISTRATOR: &str = "INSERT INTO administrator_once (person_id, since) SELECT id, 0 FROM person";
const PASSKEY: &str = "INSERT INTO passkey (person_id, credential_id, credential, label, made_at) SELECT id, 'c', '{}', '', 0 FROM person";
const DOCUMENT: &str = "INSERT INTO document (ref, sha256, kind, bytes, width, height, uploader, uploaded_by, uploaded_at)
    SELECT 'abcdefghijklmnopqrstuvwxyz', '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'jpeg', 5, 1, 1, 'person 1', id, 0 FROM person";
const COPY: &str = "INSERT INTO document (ref, sha256, kind, bytes, width, height, uploader, uploaded_by, uploaded_at, copy_of)
    SELECT 'bbcdefghijklmnopqrstuvwxyz', '1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'jpeg', 5, 1, 1, 'person 1', NULL, 0, id FROM document";
const RELEASED: &str = "UPDATE document SET released_by = (SELECT MIN(id) FROM person), released_at = 1 WHERE copy_of IS NOT NULL";
const LETTER: &str = "INSERT INTO letter (ref, cause, kind, subject, recipient, text, html, state, attempts, queued_at, next_at)
    SELECT 'r', 'c', 'test', 's', substr(email, 1, 0), substr(email, 1, 0), substr(email, 1, 0), 'waiting', 0, 0, 0 FROM person";

/// Need no rows beside those of every guard's.
pub const GUARDS: &[Guard] = &[
    guard("person_never_goes", "person", &["DELETE FROM person"], "never deleted"),
    guard("audit_never_changes", "audit", &[ACT, "UPDATE audit SET act = 'b'"], "never changed"),
    guard("audit_never_goes", "audit", &[ACT, "DELETE FROM audit"], "never deleted"),
    guard("operation_never_changes", "operation", &[OPERATION, "UPDATE operation SET result = 'x'"], "one result"),
    guard("operation_never_goes", "operation", &[OPERATION, "DELETE FROM operation"], "never forgotten"),
    guard("link_never_goes", "link", &[LINK, "DELETE FROM link"], "never deleted"),
    guard("people_change_never_goes", "people_change", &[CHANGE, "DELETE FROM people_change"], "never deleted"),
    guard(
        "administrator_once_never_changes",
        "administrator_once",
        &[ADMINISTRATOR, "UPDATE administrator_once SET since = 1"],
        "stays one",
    ),
    guard("administrator_once_never_goes", "administrator_once", &[ADMINISTRATOR, "DELETE FROM administrator_once"], "stays one"),
    guard("passkey_never_goes", "passkey", &[PASSKEY, "DELETE FROM passkey"], "never deleted"),
    guard("document_keeps_its_content", "document", &[DOCUMENT, "UPDATE document SET kind = 'png'"], "never changed"),
    guard(
        "document_is_released_once",
        "document",
        &[DOCUMENT, COPY, RELEASED, "UPDATE document SET released_at = 2 WHERE copy_of IS NOT NULL"],
        "released once",
    ),
    guard("document_never_goes", "document", &[DOCUMENT, "DELETE FROM document"], "never deleted"),
    guard("letter_keeps_its_cause", "letter", &[LETTER, "UPDATE letter SET subject = 'x'"], "keeps its cause"),
    guard(
        "letter_is_sent_for_good",
        "letter",
        &[LETTER, "UPDATE letter SET state = 'sent', ended_at = 1", "UPDATE letter SET attempts = 9"],
        "never changed",
    ),
    guard("letter_never_goes", "letter", &[LETTER, "DELETE FROM letter"], "never deleted"),
];
