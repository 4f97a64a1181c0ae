//! History that piles up: so many rows of every kind the treasury keeps, written straight into the tables, on both databases. The first few of
//! each kind wait for somebody, whatever the size of the pile; the rest is done. Not here: entries of the ledger.

/// What is piled up.
#[derive(Clone, Copy, Debug)]
pub struct Pile {
    /// Who entered it.
    pub author: i64,
    /// Who agreed to it.
    pub other: i64,
    /// The fund it belongs to.
    pub fund: i64,
    /// When the first row was made, in microseconds; each later row a microsecond after.
    pub at: i64,
    /// The number of the first row.
    pub from: i64,
    /// The number of the last row.
    pub to: i64,
    /// What somebody typed wherever text can be typed.
    pub text: &'static str,
    /// An empty sealed text, as this database writes one.
    pub nothing: &'static str,
}

/// Rows up to this number wait: a third are drafts, a third was sent, a third is approved and unpaid.
pub const WAITING: i64 = 60;
/// Rows up to this number are drafts.
pub const DRAFTS: i64 = 20;
/// Rows up to this number were not approved.
pub const SENT: i64 = 40;
/// How many payees, links of captains and goods there are at the most: a strike has hundreds, whatever it spends.
const PEOPLE: i64 = 300;

/// An empty sealed text on `SQLite`, and on `PostgreSQL`.
pub const NOTHING: [&str; 2] = ["X''", "''::bytea"];

const NUMBER: &str = "CAST(i AS TEXT)";
/// A day of the year before for what is done, so that it lies in many months.
const DAY: &str = "CASE WHEN i <= 60 THEN '2026-11-14' ELSE '2025-' || substr(CAST(101 + i % 12 AS TEXT), 2, 2) || '-' || substr(CAST(101 + i % 28 AS TEXT), 2, 2) END";
/// A hash of its own for each row.
const HASH: &str = "'000000000000000000000000000000000000000000000000' || CAST(1000000000000000 + i AS TEXT)";

impl Pile {
    fn numbers(&self) -> String {
        format!("WITH RECURSIVE n(i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {})", self.from, self.to)
    }

    fn insert(&self, into: &str, values: &str, from: &str) -> String {
        format!("INSERT INTO {into} {} SELECT {values} FROM n {from}", self.numbers())
    }

    /// What was typed, as SQL writes a text; its row's number makes it one of a kind.
    fn typed(&self) -> String {
        format!("'{}' || {NUMBER}", self.text.replace('\'', "''"))
    }

    /// Gifts by card: each with its line, its charge, and a dispute or a refund now and then.
    pub fn gifts(&self) -> Vec<String> {
        let Self { fund, at, .. } = self;
        let typed = self.typed();
        vec![
            self.insert(
                "donation (ref, number, fund_id, origin, state, currency, charge_id, pledged_at, settled_at, settled_minor, settled_fee_minor, settled_currency, clearing, publication_id)",
                &format!("'r' || {NUMBER}, 'G' || {NUMBER}, {fund}, 'elsewhere', 'paid', 'USD', CASE WHEN i % 3 > 0 THEN 'ch_' || {NUMBER} END, {at} + i, {at} + i, 100, 0, 'USD', 0, CASE WHEN i > {WAITING} THEN 1 END"),
                "",
            ),
            self.insert(
                "recurring_gift (fund_id, donation_id, subscription_id, every, amount_minor, currency, state, begun_at, next_at, stop_tries, stopped_at)",
                &format!("{fund}, d.id, 'sub_' || {NUMBER}, 'week', 100, 'USD', CASE WHEN i <= {WAITING} THEN 'active' ELSE 'stopped' END, {at} + i, {at} + i, 0, CASE WHEN i > {WAITING} THEN {at} + i END"),
                &format!("JOIN donation d ON d.number = 'G' || {NUMBER}"),
            ),
            self.insert(
                "stripe_line (id, created, type, currency, amount_minor, fee_minor, net_minor, available_on, status, charge_id, state, reason, seen_at)",
                &format!("'txn_' || {NUMBER}, 1700000000 + i, 'charge', 'USD', 100, 0, 100, 0, 'available', 'ch_' || {NUMBER}, CASE WHEN i <= {WAITING} THEN 'parked' ELSE 'booked' END, {typed}, {at} + i"),
                "",
            ),
            self.insert(
                "stripe_object (id, object, status, reason, charge_id, amount_minor, currency, due_at, told_at, updated_at)",
                &format!("CASE WHEN i % 2 = 0 THEN 'dp_' ELSE 're_' END || {NUMBER}, CASE WHEN i % 2 = 0 THEN 'dispute' ELSE 'refund' END, CASE WHEN i > {WAITING} THEN 'lost' ELSE 'needs_response' END, {typed}, 'ch_' || {NUMBER}, 100, 'USD', 1800000000 + i, 1700000000 + i, {at} + i"),
                "WHERE i % 20 < 2 OR i <= 100",
            ),
            self.insert(
                "delivery (event_id, type, received_at, seen, state, reason, attempts, next_try_at, done_at)",
                &format!("'evt_' || {NUMBER}, 'charge.succeeded', {at} + i, 1, CASE WHEN i <= {WAITING} THEN 'parked' ELSE 'done' END, {typed}, 0, {at}, CASE WHEN i > {WAITING} THEN {at} END"),
                "",
            ),
        ]
    }

    /// Payees, captains, expenses with what others agreed to, budgets and transfers.
    pub fn spending(&self) -> Vec<String> {
        let Self { author, other, fund, at, .. } = self;
        let (typed, nothing, numbers) = (self.typed(), self.nothing, self.numbers());
        let few = format!("WHERE i <= {PEOPLE}");
        let expense = "JOIN expense e ON e.number = 'E' || CAST(i AS TEXT)";
        let moved = |to: &str, from: &str, after: i64| {
            format!("UPDATE expense SET state = '{to}' WHERE state = '{from}' AND created_at > {at} + {after}")
        };
        vec![
            self.insert("payee (label, kind, pseudonym, conflict, created_by, created_at)", &format!("{typed}, 'person', 'P' || {NUMBER}, {typed}, {author}, {at} + i"), &few),
            self.insert(
                "payee_details (payee_id, way, details, details_hash, last_four, checked, state, entered_by, entered_at, ready_at)",
                &format!("p.id, 'bank', {nothing}, 'h' || {NUMBER}, '1234', 'called', 'agreed', {author}, {at} + i, {at} + i"),
                &format!("JOIN payee p ON p.pseudonym = 'P' || {NUMBER} {few}"),
            ),
            self.insert(
                "captain (code_hash, fund_id, label, language, total_minor, each_minor, uses, last_on, made_by, made_at, ended_at)",
                &format!("'c' || {NUMBER}, {fund}, {typed}, 'en', 1000, 100, 'water', '2026-12-01', {author}, {at} + i, CASE WHEN i > {WAITING} THEN {at} END"),
                &few,
            ),
            self.insert(
                "expense (fund_id, author_id, captain_id, number, state, version, amount_minor, currency, bought_on, vendor, vendor_key, public_text, unit_count, unit, note, paid_by, payee_id, details_id, show_when, show_shop, no_receipt, reason, created_at, changed_at)",
                &format!("{fund}, CASE WHEN i % 10 > 0 OR i > {PEOPLE} THEN {author} END, c.id, 'E' || {NUMBER}, 'draft', 1, 100, 'USD', {DAY}, {typed}, 'shop' || {NUMBER}, {typed}, 2, 'cases', {typed}, 'person', p.id, d.id, 'next', 0, CASE WHEN i <= {WAITING} AND i % 2 = 0 THEN {typed} END, {typed}, {at} + i, {at} + i"),
                &format!("JOIN payee p ON p.pseudonym = 'P' || CAST(1 + i % 20 AS TEXT) JOIN payee_details d ON d.payee_id = p.id
                          LEFT JOIN captain c ON c.code_hash = 'c' || {NUMBER} AND i % 10 = 0 AND i <= {PEOPLE}"),
            ),
            self.insert("expense_part (expense_id, n, fund_id, category, amount_minor)", &format!("e.id, 1, {fund}, 'water', 100"), expense),
            self.insert("document (ref, sha256, kind, bytes, width, height, uploader, uploaded_by, uploaded_at)", &format!("'doc' || {NUMBER}, {HASH}, 'jpeg', 10, 1, 1, 'person {author}', {author}, {at} + i"), ""),
            self.insert("expense_document (expense_id, n, document, sha256)", &format!("e.id, 1, 'doc' || {NUMBER}, {HASH}"), &format!("{expense} WHERE e.no_receipt IS NULL")),
            self.insert(
                "proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed, state, emergency, reason, proposed_at, decided_at)",
                &format!("'expense', CAST(e.id AS TEXT), {fund}, {author}, 100, 'USD', 'note: ' || {typed}, {HASH}, 1, 0, 1, CASE WHEN i > {SENT} THEN 'approved' ELSE 'open' END, 0, {typed}, {at} + i, {at} + i"),
                &format!("{expense} WHERE i > {DRAFTS}"),
            ),
            self.insert("approval (proposal_id, person_id, author_id, payload_hash, given_at)", &format!("p.id, {other}, {author}, p.payload_hash, {at} + i"),
                &format!("{expense} JOIN proposal p ON p.subject = 'expense' AND p.subject_id = CAST(e.id AS TEXT) WHERE i > {SENT}")),
            format!("{numbers} UPDATE expense SET proposal_id = (SELECT p.id FROM proposal p WHERE p.subject = 'expense' AND p.subject_id = CAST(expense.id AS TEXT))
                      WHERE proposal_id IS NULL AND number IN (SELECT 'E' || {NUMBER} FROM n WHERE i > {DRAFTS})"),
            moved("sent", "draft", DRAFTS),
            moved("approved", "sent", SENT),
            moved("paid", "approved", WAITING),
            moved("matched", "paid", WAITING),
            self.insert("transfer (fund_id, from_path, to_path, amount_minor, currency, state, asked_by, asked_at)", &format!("{fund}, 'assets:bank:main', 'assets:cash:tin', 100, 'USD', 'sent', {author}, {at} + i"), ""),
            self.insert("purse (kind, path, custodian, opened_by, opened_at)", &format!("'card', 'assets:cards:c' || {NUMBER}, {typed}, {author}, {at} + i"), "WHERE i <= 40"),
            self.insert("budget (fund_id, category, amount_minor, reason, set_by, set_at)", &format!("{fund}, 'water', 100, {typed}, {author}, {at} + i"), &few),
        ]
    }

    /// Lines of the bank's, each tied to the posting of the entry `gift N` where it is done; the entries must be there.
    pub fn bank(&self) -> Vec<String> {
        let Self { author, at, .. } = self;
        let typed = self.typed();
        let account = "JOIN bank_account b ON b.path = 'assets:bank:main'";
        let tied = format!(
            "{account} JOIN bank_match m ON m.made_at = {at} + i JOIN bank_line l ON l.bank_account_id = b.id AND l.fingerprint = 'f' || {NUMBER}"
        );
        vec![
            self.insert(
                "bank_statement (bank_account_id, sha256, format, first_on, last_on, opening_minor, closing_minor, lines, new_lines, imported_at, person_id)",
                &format!("b.id, 's' || {NUMBER}, 'csv', {DAY}, {DAY}, 100 * i - 100, 100 * i, 1, 1, {at} + i, {author}"),
                account,
            ),
            self.insert(
                "bank_line (bank_account_id, statement_id, number, booked_on, amount_minor, text, reference, fingerprint)",
                &format!("b.id, s.id, 1, {DAY}, 100, {typed}, {typed}, 'f' || {NUMBER}"),
                &format!("{account} JOIN bank_statement s ON s.bank_account_id = b.id AND s.sha256 = 's' || {NUMBER}"),
            ),
            self.insert("bank_match (bank_account_id, kind, reason, made_at, made_by)", &format!("b.id, 'tied', {typed}, {at} + i, {author}"), &format!("{account} WHERE i > {SENT}")),
            self.insert("bank_match_line (match_id, line_id)", "m.id, l.id", &tied),
            self.insert("bank_match_posting (match_id, entry_id, n)", "m.id, e.id, 1", &format!("{tied} JOIN entry e ON e.source = 'bank' AND e.source_id = 'gift ' || {NUMBER} AND e.kind = 'gift'")),
        ]
    }

    /// Gifts by hand, goods, refunds, entries by two people, mails, alerts, the log of acts, sign-ins.
    pub fn rest(&self) -> Vec<String> {
        let Self { author, other, fund, at, .. } = self;
        let (typed, nothing, numbers) = (self.typed(), self.nothing, self.numbers());
        vec![
            self.insert(
                "offline_gift (number, fund_id, kind, state, amount_minor, fee_minor, currency, gifts, place, account, dated_on, round, bank_line, entry_id, donation_id, recorded_by, recorded_at, agreed_by)",
                &format!("'O' || {NUMBER}, {fund}, 'cheque', CASE WHEN i <= {WAITING} THEN 'expected' ELSE 'counted' END, 100, 0, 'USD', 1, {typed}, 'assets:bank:main', {DAY}, 1, {typed}, e.id, d.id, {author}, {at} + i, {other}"),
                &format!("JOIN donation d ON d.number = 'G' || {NUMBER} JOIN entry e ON e.source = 'bank' AND e.source_id = 'gift ' || {NUMBER} AND e.kind = 'gift' WHERE i % 3 = 0 OR i <= {WAITING}"),
            ),
            self.insert("goods (number, fund_id, what, quantity, unit, category, value_minor, currency, valued_how, received_on, kept, given, state, recorded_by, recorded_at)", &format!("'K' || {NUMBER}, {fund}, {typed}, 5, 'cases', 'water', 100, 'USD', 'shop', {DAY}, {typed}, 1, CASE WHEN i <= {WAITING} THEN 'waiting' ELSE 'logged' END, {author}, {at} + i"), ""),
            self.insert("goods_given (goods_id, quantity, given_on, recorded_by, recorded_at)", &format!("g.id, 1, {DAY}, {author}, {at} + i"), &format!("JOIN goods g ON g.number = 'K' || {NUMBER}")),
            self.insert("refund (ref, donation_id, fund_id, way, amount_minor, currency, reason, note, state, asked_by, asked_at, closed_at)", &format!("'rf' || {NUMBER}, d.id, {fund}, 'stripe', 100, 'USD', 'other', {typed}, CASE WHEN i <= {WAITING} THEN 'asked' ELSE 'rejected' END, {author}, {at} + i, CASE WHEN i > {WAITING} THEN {at} END"), &format!("JOIN donation d ON d.number = 'G' || {NUMBER}")),
            self.insert(
                "proposal (subject, subject_id, fund_id, author_id, amount_minor, currency, payload, payload_hash, at_least, more, needed, state, emergency, reason, proposed_at, decided_at)",
                &format!("'refund', CAST(r.id AS TEXT), {fund}, {author}, 100, 'USD', 'note: ' || {typed}, {HASH}, 1, 0, 1, CASE WHEN i > {WAITING} THEN 'rejected' ELSE 'open' END, 0, {typed}, {at} + i, {at} + i"),
                &format!("JOIN refund r ON r.ref = 'rf' || {NUMBER}"),
            ),
            self.insert("journal (ref, effective_on, reason, state, asked_by, asked_at)", &format!("'j' || {NUMBER}, {DAY}, {typed}, 'asked', {author}, {at} + i"), ""),
            self.insert("journal_line (journal_id, n, path, fund_id, currency, amount_minor)", "j.id, 1, 'assets:bank:main', NULL, 'USD', 100", &format!("JOIN journal j ON j.ref = 'j' || {NUMBER}")),
            self.insert("journal_line (journal_id, n, path, fund_id, currency, amount_minor)", &format!("j.id, 2, 'income:donations:bank', {fund}, 'USD', -100"), &format!("JOIN journal j ON j.ref = 'j' || {NUMBER}")),
            format!("{numbers} UPDATE journal SET state = 'rejected', decided_by = {other}, decided_at = {at}
                      WHERE state = 'asked' AND ref IN (SELECT 'j' || {NUMBER} FROM n WHERE i > {WAITING})"),
            self.insert("letter (ref, cause, kind, subject, recipient, text, html, state, attempts, queued_at, next_at, ended_at, problem, reply)", &format!("'m' || {NUMBER}, 'cause ' || {NUMBER}, 'test', 'Neutral', {nothing}, {nothing}, {nothing}, CASE WHEN i <= {WAITING} THEN 'dead' ELSE 'sent' END, 1, {at} + i, {at}, {at} + i, CASE WHEN i <= {WAITING} THEN 'refused' END, 550"), ""),
            self.insert("reveal (ref, donation_id, fund_id, because, whole, reason, state, asked_by, asked_at)", &format!("'rv' || {NUMBER}, d.id, {fund}, 'asked', 0, {typed}, 'asked', {author}, {at} + i"), &format!("JOIN donation d ON d.number = 'G' || {NUMBER}")),
            self.insert("donor (ref, donor_hash)", &format!("'do' || {NUMBER}, 'hash' || {NUMBER}"), ""),
            self.insert("supporter (ref, fund_id, donor_id, code_hash, words, told_publication, told_note, next_at)", &format!("'su' || {NUMBER}, {fund}, d.id, 'code' || {NUMBER}, {nothing}, 0, 0, {at}"), &format!("JOIN donor d ON d.ref = 'do' || {NUMBER}")),
            self.insert("supporter_note (fund_id, text_en, text_es, written_by, written_at, state, decided_by, decided_at)", &format!("{fund}, {typed}, {typed}, {author}, {at} + i, CASE WHEN i = 1 THEN 'waiting' ELSE 'sent' END, CASE WHEN i > 1 THEN {other} END, CASE WHEN i > 1 THEN {at} END"), ""),
            self.insert("alert (kind, subject, said, raised_at, cleared_at)", &format!("'clock wrong', 's' || {NUMBER}, {typed}, {at} + i, CASE WHEN i > {WAITING} THEN {at} END"), ""),
            self.insert("audit (at, person_id, act, subject, detail)", &format!("{at} + i, {author}, 'sign-in.whole', {typed}, {typed}"), ""),
            self.insert("session (token_hash, person_id, stage, label, started_at, seen_at, proved_at, ended_at)", &format!("'t' || {NUMBER}, {author}, 'whole', {typed}, {at}, {at}, {at}, CASE WHEN i > 5 THEN {at} END"), ""),
            self.insert("operation (id, input_hash, result, done_at)", &format!("'op' || {NUMBER}, {HASH}, '1', {at} + i"), ""),
        ]
    }
}
