//! The guards of plans, grants, answers and votes, each with a statement that only it refuses.

use strikefund::db::Tx;
use strikefund::people::Role;

use super::{Guard, execute, guard};
use crate::approvals::person;
use crate::support::Books;

const LATE_SHARE: &[&str] = &["INSERT INTO plan_share (plan_id, n, recipient_id, rule, value, amount_minor)
     SELECT p.id, 4, r.id, 'weight', 1, 1 FROM plan p JOIN recipient r ON r.name = 'D' WHERE p.n = 1"];
const NO_SHARE: &[&str] =
    &["INSERT INTO fund_grant (number, fund_id, plan_id, share, recipient_id, amount_minor, currency, path, entry_id, promised_at)
     SELECT 'H', p.fund_id, p.id, s.n, s.recipient_id, 5, 'USD', 'x', 98, 0 FROM plan p JOIN plan_share s ON s.plan_id = p.id AND s.n = 3"];
const TWICE: &[&str] = &["INSERT INTO grant_payment (grant_id, n, entry_id, paid_from, paid_on, reference, paid_by, paid_at)
     SELECT grant_id, 2, 98, paid_from, paid_on, '', paid_by, 0 FROM grant_payment"];

/// Needs the rows of [`fill`].
pub const GUARDS: &[Guard] = &[
    guard("recipient_never_changes", "recipient", &["UPDATE recipient SET name = 'x' WHERE name = 'D'"], "enter it anew"),
    guard("recipient_never_goes", "recipient", &["DELETE FROM recipient WHERE name = 'D'"], "never deleted"),
    guard("plan_is_frozen", "plan", &["UPDATE plan SET total_minor = 7 WHERE n = 2"], "make another one"),
    guard("plan_is_decided_once", "plan", &["UPDATE plan SET state = 'approved', decided_at = 5 WHERE n = 2"], "needs agreement"),
    guard("plan_never_goes", "plan", &["DELETE FROM plan WHERE n = 2"], "never deleted"),
    guard("plan_line_never_changes", "plan_line", &["UPDATE plan_line SET amount_minor = 9"], "never changed"),
    guard("plan_line_never_goes", "plan_line", &["DELETE FROM plan_line"], "never deleted"),
    guard("plan_share_comes_first", "plan_share", LATE_SHARE, "that others were shown"),
    guard("plan_share_never_changes", "plan_share", &["UPDATE plan_share SET value = 9"], "never changed"),
    guard("plan_share_never_goes", "plan_share", &["DELETE FROM plan_share WHERE n = 3"], "never deleted"),
    guard("fund_grant_follows_its_plan", "fund_grant", NO_SHARE, "a share of an approved plan"),
    guard("fund_grant_ends_once", "fund_grant", &["UPDATE fund_grant SET amount_minor = 9 WHERE number = 'S'"], "only by its end"),
    guard("fund_grant_never_goes", "fund_grant", &["DELETE FROM fund_grant WHERE number = 'S'"], "never deleted"),
    guard("grant_payment_follows", "grant_payment", TWICE, "paid once"),
    guard("grant_payment_never_changes", "grant_payment", &["UPDATE grant_payment SET reference = 'x'"], "never changed"),
    guard("grant_payment_never_goes", "grant_payment", &["DELETE FROM grant_payment"], "never deleted"),
    guard("grant_answer_is_cleared_once", "grant_answer", &["UPDATE grant_answer SET text = 'x'"], "let out once"),
    guard("grant_answer_never_goes", "grant_answer", &["DELETE FROM grant_answer"], "never deleted"),
    guard("member_vote_never_changes", "member_vote", &["UPDATE member_vote SET held_on = '2026-01-01'"], "record it anew"),
    guard("member_vote_never_goes", "member_vote", &["DELETE FROM member_vote WHERE held_on = '2026-11-13'"], "never deleted"),
    guard("member_vote_count_never_changes", "member_vote_count", &["UPDATE member_vote_count SET votes = 9"], "record the vote anew"),
    guard("member_vote_count_never_goes", "member_vote_count", &["DELETE FROM member_vote_count"], "never deleted"),
];

/// Two people, four groups, a plan that was agreed to with two grants, one of them sent and answered, and a plan that waits.
pub async fn fill(books: &Books) {
    for _ in 0..2 {
        person(books, &[Role::Recorder]).await;
    }
    let mut tx: Tx = books.db.begin_write().await.unwrap();
    for sql in ROWS {
        assert!(execute(&mut tx, sql).await.unwrap() > 0, "{sql}");
    }
    tx.commit().await.unwrap();
}

const ROWS: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
     SELECT 98, n, account_id, fund_id, currency, amount_minor FROM posting WHERE entry_id = 1",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
     SELECT 98, 'gift', 'spare', 'spare', effective_on, 0, postings FROM entry WHERE id = 1",
    "INSERT INTO payee (label, kind, pseudonym, created_by, created_at) SELECT 'group', 'group', 'A', MIN(id), 0 FROM person",
    "INSERT INTO recipient (fund_id, name, payee_id, entered_by, entered_at)
     SELECT f.id, x.name, y.id, y.created_by, 0 FROM fund f, payee y, (SELECT 'A' AS name UNION ALL SELECT 'B' UNION ALL SELECT 'C' UNION ALL SELECT 'D') x
      WHERE f.slug = 'general'",
    "INSERT INTO plan (fund_id, n, total_minor, currency, state, made_by, made_at) SELECT fund_id, 1, 10, 'USD', 'proposed', entered_by, 0 FROM recipient WHERE name = 'A'",
    "INSERT INTO plan_line (plan_id, n, line, amount_minor) SELECT id, 1, 'on-hand', 10 FROM plan",
    "INSERT INTO plan_share (plan_id, n, recipient_id, rule, value, amount_minor) SELECT p.id, 1, r.id, 'weight', 1, 5 FROM plan p JOIN recipient r ON r.name = 'A'",
    "INSERT INTO plan_share (plan_id, n, recipient_id, rule, value, amount_minor) SELECT p.id, 2, r.id, 'weight', 1, 5 FROM plan p JOIN recipient r ON r.name = 'B'",
    "INSERT INTO plan_share (plan_id, n, recipient_id, rule, value, amount_minor) SELECT p.id, 3, r.id, 'weight', 0, 0 FROM plan p JOIN recipient r ON r.name = 'C'",
    "INSERT INTO proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed, state, emergency, proposed_at)
     SELECT 'distribution', CAST(id AS TEXT), fund_id, made_by, 10, 'USD', 'what', '0123456789012345678901234567890123456789012345678901234567890123', 1, 0, 1, 'open', 0, 0 FROM plan",
    "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at)
     SELECT p.id, h.id, p.author_id, p.payload_hash, 0 FROM proposal p, person h WHERE h.id = (SELECT MAX(id) FROM person)",
    "UPDATE proposal SET state = 'approved'",
    "UPDATE plan SET proposal_id = (SELECT MAX(id) FROM proposal), state = 'approved', decided_at = 0",
    "INSERT INTO plan (fund_id, n, total_minor, currency, state, made_by, made_at) SELECT fund_id, 2, 5, 'USD', 'proposed', made_by, 0 FROM plan",
    "INSERT INTO fund_grant (number, fund_id, plan_id, share, recipient_id, amount_minor, currency, path, entry_id, promised_at)
     SELECT CASE n WHEN 1 THEN 'G' ELSE 'S' END, r.fund_id, s.plan_id, s.n, s.recipient_id, 5, 'USD', 'x', s.n, 0
       FROM plan_share s JOIN recipient r ON r.id = s.recipient_id WHERE s.n < 3",
    "INSERT INTO grant_payment (grant_id, n, entry_id, paid_from, paid_on, reference, paid_by, paid_at)
     SELECT g.id, 1, 2, 'assets:bank:main', '2026-11-14', '', p.made_by, 0 FROM fund_grant g JOIN plan p ON p.id = g.plan_id WHERE g.number = 'G'",
    "INSERT INTO grant_answer (grant_id, n, kind, text, document, sha256, entered_by, entered_at)
     SELECT grant_id, 1, 'words', 'Thanks.', '', '', paid_by, 0 FROM grant_payment",
    "INSERT INTO member_vote (fund_id, held_on, recorded_by, recorded_at) SELECT fund_id, '2026-11-14', made_by, 0 FROM plan WHERE n = 1",
    "INSERT INTO member_vote_count (vote_id, n, name, votes) SELECT id, 1, 'A', 5 FROM member_vote",
    "INSERT INTO member_vote (fund_id, held_on, recorded_by, recorded_at) SELECT fund_id, '2026-11-13', made_by, 0 FROM plan WHERE n = 1",
];
