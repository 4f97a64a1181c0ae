//! SQL of expenses, private to this room. Not here: advances (`store/advances.rs`), payees (`store/payees.rs`), captains (`store/captains.rs`), budgets (`store/budgets.rs`),
//! copies of receipts for the public (`store/copies.rs`), payments that came back (`store/returns.rs`), what publications ask (`store/public.rs`).

pub(super) mod advances;
pub(super) mod budgets;
pub(super) mod captains;
pub(super) mod copies;
pub(super) mod payees;
pub(super) mod public;
pub(super) mod returns;
pub(super) mod steps;

use super::draft::Draft;
use super::expense::{Document, Expense, Part, State, vendor_key};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{CaptainId, DetailsId, EntryId, ExpenseId, FundId, PersonId, ProposalId};
use crate::ledger::Mistake;
use crate::run;

/// Writes a query for whole expenses; the columns are named once.
macro_rules! select_expense {
    ($rest:literal) => {
        concat!(
            "SELECT id, fund_id, author_id, captain_id, number, state, version, amount_minor, currency, bought_on, vendor, public_text,
                    unit_count, unit, note, paid_by, paid_from, payee_id, details_id, show_when, (show_shop = 1) AS show_shop, no_receipt,
                    proposal_id, reason, corrects, wrong, paid_on, pay_reference, entry_id, payment_id, created_at, changed_at FROM expense ",
            $rest
        )
    };
}

/// What a new expense has beside what its form says.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    pub author: Option<PersonId>,
    pub captain: Option<CaptainId>,
    pub number: &'a str,
    pub corrects: Option<ExpenseId>,
    pub reason: Option<&'a str>,
    pub wrong: Option<Mistake>,
}

pub(super) async fn insert(tx: &mut Tx, origin: &Origin<'_>, draft: &Draft, now: Instant) -> sqlx::Result<ExpenseId> {
    const SQL: &str = "INSERT INTO expense (author_id, captain_id, number, corrects, reason, state, version, created_at, changed_at,
            fund_id, amount_minor, currency, bought_on, vendor, vendor_key, public_text, unit_count, unit, note, paid_by, paid_from, payee_id,
            show_when, show_shop, no_receipt, wrong)
        VALUES ($1, $2, $3, $4, $5, 'draft', 1, $6, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        RETURNING id";
    let id: ExpenseId = run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(origin.author)
            .bind(origin.captain)
            .bind(origin.number)
            .bind(origin.corrects)
            .bind(origin.reason)
            .bind(now)
            .bind(draft.fund)
            .bind(draft.amount.minor)
            .bind(draft.amount.currency)
            .bind(draft.bought_on)
            .bind(&draft.vendor)
            .bind(vendor_key(&draft.vendor))
            .bind(&draft.public_text)
            .bind(draft.units.map(|units| units.0))
            .bind(draft.units.map(|units| units.1))
            .bind(&draft.note)
            .bind(draft.paid_by)
            .bind(draft.paid_from.as_deref())
            .bind(draft.payee)
            .bind(draft.show)
            .bind(i64::from(draft.show_shop))
            .bind(draft.no_receipt.as_deref())
            .bind(origin.wrong)
    )?;
    insert_belongings(tx, id, draft).await?;
    Ok(id)
}

/// Replaces what a draft says; false where it is no draft of that version.
pub(super) async fn replace(tx: &mut Tx, id: ExpenseId, version: i64, draft: &Draft, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE expense SET version = version + 1, changed_at = $3, fund_id = $4, amount_minor = $5, currency = $6, bought_on = $7,
            vendor = $8, vendor_key = $9, public_text = $10, unit_count = $11, unit = $12, note = $13, paid_by = $14, paid_from = $15,
            payee_id = $16, show_when = $17, show_shop = $18, no_receipt = $19, proposal_id = NULL, details_id = NULL, entry_id = NULL
        WHERE id = $1 AND version = $2 AND state = 'draft'";
    let count = run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(id)
            .bind(version)
            .bind(now)
            .bind(draft.fund)
            .bind(draft.amount.minor)
            .bind(draft.amount.currency)
            .bind(draft.bought_on)
            .bind(&draft.vendor)
            .bind(vendor_key(&draft.vendor))
            .bind(&draft.public_text)
            .bind(draft.units.map(|units| units.0))
            .bind(draft.units.map(|units| units.1))
            .bind(&draft.note)
            .bind(draft.paid_by)
            .bind(draft.paid_from.as_deref())
            .bind(draft.payee)
            .bind(draft.show)
            .bind(i64::from(draft.show_shop))
            .bind(draft.no_receipt.as_deref())
    )?;
    if count == 1 {
        run!(tx, execute, sqlx::query("DELETE FROM expense_part WHERE expense_id = $1").bind(id))?;
        run!(tx, execute, sqlx::query("DELETE FROM expense_document WHERE expense_id = $1").bind(id))?;
        insert_belongings(tx, id, draft).await?;
    }
    Ok(count == 1)
}

async fn insert_belongings(tx: &mut Tx, id: ExpenseId, draft: &Draft) -> sqlx::Result<()> {
    const PART: &str = "INSERT INTO expense_part (expense_id, n, fund_id, category, amount_minor) VALUES ($1, $2, $3, $4, $5)";
    const DOCUMENT: &str = "INSERT INTO expense_document (expense_id, n, document, sha256) VALUES ($1, $2, $3, $4)";
    for (n, part) in (1_i64..).zip(&draft.parts) {
        run!(tx, execute, sqlx::query(PART).bind(id).bind(n).bind(part.fund_id).bind(&part.category).bind(part.amount_minor))?;
    }
    for (n, document) in (1_i64..).zip(&draft.documents) {
        run!(tx, execute, sqlx::query(DOCUMENT).bind(id).bind(n).bind(&document.document).bind(&document.sha256))?;
    }
    Ok(())
}

pub(super) async fn insert_hand(tx: &mut Tx, id: ExpenseId, person: PersonId) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO expense_hand (expense_id, person_id) VALUES ($1, $2) ON CONFLICT (expense_id, person_id) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(person)).map(drop)
}

pub(super) async fn hands(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Vec<PersonId>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT person_id FROM expense_hand WHERE expense_id = $1 ORDER BY person_id").bind(id))
}

pub(super) async fn find(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<Expense>> {
    run!(tx, fetch_optional, sqlx::query_as(select_expense!("WHERE id = $1")).bind(id))
}

pub(super) async fn find_by_number(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Expense>> {
    run!(tx, fetch_optional, sqlx::query_as(select_expense!("WHERE number = $1")).bind(number))
}

/// The expense whose cost or payment an entry is, or was before the bank was said to have sent it back.
pub(super) async fn find_by_entry(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<Expense>> {
    const SQL: &str = select_expense!(
        "WHERE entry_id = $1 OR payment_id = $1 OR id IN (SELECT expense_id FROM expense_return WHERE entry_id = $1 AND again_id IS NOT NULL)"
    );
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(entry))
}

/// How many have neither a receipt nor a reason for having none, and since when. A draft counts: nothing else can lack both.
pub(super) async fn missing_receipts(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(created_at) FROM expense WHERE state IN ('draft', 'sent') AND amount_minor > 0
          AND no_receipt IS NULL AND NOT EXISTS (SELECT 1 FROM expense_document d WHERE d.expense_id = expense.id)";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

/// How many wait to be paid, `most` at the most, and since when the oldest does. The state is named twice, for the index of what stands is found by its own words.
pub(super) async fn to_pay(tx: &mut Tx, most: i64) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(due.changed_at) FROM (SELECT changed_at FROM expense
          WHERE state = 'approved' AND state IN ('sent', 'approved') AND paid_by IN ('person', 'bill') LIMIT $1) AS due";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(most))
}

/// How many that were bought between two days are drafts, or wait for approval.
pub(super) async fn undecided_months(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT substr(bought_on, 1, 7) FROM expense WHERE state IN ('draft', 'sent')";
    run!(tx, fetch_all, sqlx::query_scalar(SQL))
}

/// What is approved and not paid of a fund's expenses, by the fund that owes each part.
pub(super) async fn unpaid(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(FundId, i64)>> {
    const SQL: &str = "SELECT p.fund_id, CAST(SUM(p.amount_minor) AS BIGINT) FROM expense e JOIN expense_part p ON p.expense_id = e.id
        WHERE e.fund_id = $1 AND e.state = 'approved' GROUP BY p.fund_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// The same as it was at the end of a day: what was approved by then, and is not paid, or was paid later.
pub(super) async fn unpaid_on(tx: &mut Tx, fund: FundId, day: Day) -> sqlx::Result<Vec<(FundId, i64)>> {
    const SQL: &str = "SELECT p.fund_id, CAST(SUM(p.amount_minor) AS BIGINT) FROM expense e
         JOIN entry c ON c.id = e.entry_id JOIN expense_part p ON p.expense_id = e.id
        WHERE e.fund_id = $1 AND c.effective_on <= $2
          AND (e.state = 'approved' OR (e.state IN ('paid', 'matched') AND e.payment_id IS NOT NULL AND e.paid_on > $2))
        GROUP BY p.fund_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(day))
}

/// How many claims wait, and since when.
pub(super) async fn open_claims(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    run!(tx, fetch_one, sqlx::query_as("SELECT COUNT(*), MIN(created_at) FROM expense WHERE captain_id IS NOT NULL AND state = 'draft'"))
}

pub(super) async fn parts(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Vec<Part>> {
    const SQL: &str = "SELECT fund_id, category, amount_minor FROM expense_part WHERE expense_id = $1 ORDER BY n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn documents(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Vec<Document>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT document, sha256 FROM expense_document WHERE expense_id = $1 ORDER BY n").bind(id))
}

pub(super) async fn list(tx: &mut Tx, fund: FundId, state: State, before: ExpenseId, limit: i64) -> sqlx::Result<Vec<Expense>> {
    const SQL: &str = select_expense!("WHERE fund_id = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(state).bind(before).bind(limit))
}

pub(super) async fn of_captain(tx: &mut Tx, captain: CaptainId, before: ExpenseId, limit: i64) -> sqlx::Result<Vec<Expense>> {
    const SQL: &str = select_expense!("WHERE captain_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(captain).bind(before).bind(limit))
}

pub(super) async fn corrected_by(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<Expense>> {
    const SQL: &str = select_expense!("WHERE corrects = $1 AND state <> 'rejected'");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

/// How many expenses of a fund stand where, and their sum.
pub(super) async fn counts(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(State, i64, i64)>> {
    const SQL: &str = "SELECT state, expenses, amount_minor FROM expense_tally WHERE fund_id = $1 AND expenses > 0 ORDER BY state";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// Which of a fund's newest expenses have no receipt.
pub(super) async fn without_receipt(
    tx: &mut Tx,
    fund: FundId,
    state: State,
    before: ExpenseId,
    limit: i64,
) -> sqlx::Result<Vec<ExpenseId>> {
    const SQL: &str =
        "SELECT id FROM (SELECT id FROM expense WHERE fund_id = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4) newest
        WHERE NOT EXISTS (SELECT 1 FROM expense_document d WHERE d.expense_id = newest.id)";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(fund).bind(state).bind(before).bind(limit))
}

/// The shops of a fund's newest expenses, by name.
pub(super) async fn shops(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<String>> {
    const SQL: &str =
        "SELECT MIN(vendor) FROM (SELECT vendor, vendor_key FROM expense WHERE fund_id = $1 ORDER BY id DESC LIMIT 200) newest
          WHERE vendor_key <> '' GROUP BY vendor_key ORDER BY 1 LIMIT 50";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(fund))
}

/// Other expenses that hold one of these contents.
pub(super) async fn same_content(tx: &mut Tx, but: ExpenseId, sha256: &str) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT e.number FROM expense_document d JOIN expense e ON e.id = d.expense_id
        WHERE d.sha256 = $1 AND e.id <> $2 AND e.state NOT IN ('corrected', 'rejected') ORDER BY e.number LIMIT 10";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(sha256).bind(but))
}

/// Other expenses at the same shop over the same amount between two days.
pub(super) async fn same_shop(tx: &mut Tx, expense: &Expense, from: Day, to: Day) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT number FROM expense WHERE vendor_key = $1 AND amount_minor = $2 AND bought_on >= $3 AND bought_on <= $4
          AND currency = $5 AND id <> $6 AND state NOT IN ('corrected', 'rejected') ORDER BY number LIMIT 10";
    let key = vendor_key(&expense.vendor);
    run!(
        tx,
        fetch_all,
        sqlx::query_scalar(SQL).bind(key).bind(expense.amount_minor).bind(from).bind(to).bind(expense.currency).bind(expense.id)
    )
}

/// Moves an expense on; false where it does not stand there any more.
pub(super) async fn move_on(tx: &mut Tx, id: ExpenseId, from: State, to: State, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE expense SET state = $3, version = version + 1, changed_at = $4 WHERE id = $1 AND state = $2";
    let has_moved = run!(tx, execute, sqlx::query(SQL).bind(id).bind(from).bind(to).bind(now))? == 1;
    if has_moved && matches!(to, State::Approved | State::Paid | State::Matched) {
        steps::note(tx, id).await?;
    }
    Ok(has_moved)
}

pub(super) async fn set_proposal(tx: &mut Tx, id: ExpenseId, proposal: ProposalId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE expense SET proposal_id = $2 WHERE id = $1").bind(id).bind(proposal)).map(drop)
}

pub(super) async fn set_details(tx: &mut Tx, id: ExpenseId, details: Option<DetailsId>) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE expense SET details_id = $2 WHERE id = $1").bind(id).bind(details)).map(drop)
}

pub(super) async fn set_reason(tx: &mut Tx, id: ExpenseId, reason: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE expense SET reason = $2 WHERE id = $1").bind(id).bind(reason)).map(drop)
}

pub(super) async fn set_entry(tx: &mut Tx, id: ExpenseId, entry: EntryId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE expense SET entry_id = $2 WHERE id = $1").bind(id).bind(entry)).map(drop)
}

pub(super) async fn set_paid(
    tx: &mut Tx,
    id: ExpenseId,
    (from, on, reference): (&str, Day, &str),
    payment: Option<EntryId>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expense SET paid_from = $2, paid_on = $3, pay_reference = $4, payment_id = $5 WHERE id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(from).bind(on).bind(reference).bind(payment)).map(drop)
}

/// What `verify` asks: each finds the first row that breaks a rule.
pub(super) const QUESTIONS: &[(&str, &str)] = &[
    (
        "an expense was approved or paid without the agreement it needs",
        "SELECT CAST(e.id AS TEXT) FROM expense e WHERE e.state IN ('approved', 'paid', 'matched') AND NOT EXISTS (
            SELECT 1 FROM proposal p WHERE p.id = e.proposal_id AND p.subject = 'expense' AND p.subject_id = CAST(e.id AS TEXT)
               AND p.state = 'approved' AND p.amount_minor = e.amount_minor AND p.currency = e.currency AND p.fund_id = e.fund_id)
          ORDER BY e.id LIMIT 1",
    ),
    (
        "the parts of an expense do not add up to it",
        "SELECT CAST(e.id AS TEXT) FROM expense e
          WHERE e.amount_minor <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM expense_part p WHERE p.expense_id = e.id) ORDER BY e.id LIMIT 1",
    ),
    (
        "the expenses in one state are counted wrong",
        "SELECT e.state FROM (SELECT fund_id, state, COUNT(*) AS expenses, SUM(amount_minor) AS amount_minor FROM expense GROUP BY fund_id, state) e
          WHERE NOT EXISTS (SELECT 1 FROM expense_tally t
            WHERE t.fund_id = e.fund_id AND t.state = e.state AND t.expenses = e.expenses AND t.amount_minor = e.amount_minor)
          ORDER BY e.state LIMIT 1",
    ),
    (
        "what an expense cost is not what the books say",
        "SELECT CAST(e.id AS TEXT) FROM expense e WHERE e.state IN ('approved', 'paid', 'matched') AND e.amount_minor <> (
            SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.entry_id = e.entry_id AND p.fund_id IS NOT NULL)
          ORDER BY e.id LIMIT 1",
    ),
    (
        "what was owed for an expense and is paid is not what the books say",
        "SELECT CAST(e.id AS TEXT) FROM expense e
          WHERE e.state IN ('paid', 'matched') AND e.paid_by IN ('person', 'bill') AND e.amount_minor > 0 AND e.amount_minor <> (
            SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.entry_id = e.payment_id AND p.amount_minor > 0)
          ORDER BY e.id LIMIT 1",
    ),
    (
        "an entry of spending stands for no expense",
        "SELECT CAST(n.id AS TEXT) FROM entry n WHERE n.source = 'spending'
            AND NOT EXISTS (SELECT 1 FROM expense e WHERE e.entry_id = n.id)
            AND NOT EXISTS (SELECT 1 FROM expense e WHERE e.payment_id = n.id)
            AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = n.id)
            AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.entry_id = n.id)
          ORDER BY n.id LIMIT 1",
    ),
    (
        "money was moved without the agreement it needs",
        "SELECT CAST(t.id AS TEXT) FROM transfer t WHERE t.state = 'done' AND NOT EXISTS (
            SELECT 1 FROM proposal p WHERE p.id = t.proposal_id AND p.subject = 'transfer' AND p.subject_id = CAST(t.id AS TEXT)
               AND p.state = 'approved' AND p.amount_minor = t.amount_minor AND p.currency = t.currency)
          ORDER BY t.id LIMIT 1",
    ),
    (
        "an entry of an expense that stands was taken back",
        "SELECT CAST(e.id AS TEXT) FROM expense e JOIN entry r ON r.reverses = e.entry_id OR r.reverses = e.payment_id
          WHERE e.state IN ('approved', 'paid', 'matched') ORDER BY e.id LIMIT 1",
    ),
    (
        "an expense that was corrected still stands in the books",
        "SELECT CAST(e.id AS TEXT) FROM expense e WHERE e.state = 'corrected' AND e.entry_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.entry_id) ORDER BY e.id LIMIT 1",
    ),
];

pub(super) async fn first_wrong(tx: &mut Tx, sql: &'static str) -> sqlx::Result<Option<String>> {
    run!(tx, fetch_optional, sqlx::query_scalar(sql))
}
