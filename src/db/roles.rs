//! What the role that serves may do on `PostgreSQL`: add to the books, and neither change nor delete what stands in them.

use anyhow::{Context as _, bail, ensure};
use sqlx::AssertSqlSafe;

use super::Db;

/// Tables the serving role only ever adds to.
const ADD_ONLY: &[&str] = &[
    "entry",
    "posting",
    "account",
    "publication",
    "publication_file",
    "publication_blob",
    "charter",
    "public_record",
    "public_line",
    "published_posting",
    "published_copy",
    "fund_state",
    "log_head",
    "log_node",
    "log_key",
    "coin_heap",
    "audit",
    "operation",
    "approval",
    "proposal_hand",
    "goods_given",
    "cash_count",
    "journal_line",
    "expense_hand",
    "budget",
    "administrator_once",
    "bank_statement",
    "bank_line",
    "gift_document",
    "question",
    "answer",
    "recipient",
    "plan_line",
    "plan_share",
    "grant_payment",
    "member_vote",
    "member_vote_count",
];

/// Tables whose rows it may change, and never take away.
const KEPT: &[&str] = &[
    "fund",
    "donation",
    "donor",
    "delivery",
    "stripe_line",
    "unread_line",
    "stripe_object",
    "stripe_sync",
    "payout_check",
    "object_list",
    "alert",
    "person",
    "link",
    "people_change",
    "passkey",
    "approval_rule",
    "proposal",
    "goods",
    "offline_gift",
    "refund",
    "recurring_gift",
    "repeats_end",
    "refund_request",
    "journal",
    "month_lock",
    "expense",
    "expense_return",
    "payee",
    "payee_details",
    "captain",
    "purse",
    "transfer",
    "document",
    "document_quota",
    "letter",
    "bank_account",
    "bank_match",
    "bank_match_line",
    "bank_match_posting",
    "stripe_tie",
    "fund_about",
    "fund_end",
    "fund_giving",
    "fund_goal",
    "fund_reports",
    "gift_tally",
    "setup_step",
    "backup",
    "giving_brake",
    "plan",
    "fund_grant",
    "grant_answer",
    "supporter_note",
    "reveal",
];

/// Tables that are caches or passing notes: rows come and go.
const PASSING: &[&str] = &[
    "day_sum",
    "expense_tally",
    "unsummed",
    "unpublished",
    "unpublished_text",
    "released_body",
    "copy_news",
    "step_news",
    "public_sum",
    "calendar",
    "gift_salt",
    "gift_unproved",
    "lease",
    "person_role",
    "session",
    "credential",
    "recovery_code",
    "attempt",
    "passkey_challenge",
    "tier",
    "expense_part",
    "expense_document",
    "bank_upload",
    "bank_waiting",
    "bank_posting_waiting",
    "sync_lag",
    "notice",
    "refused_card",
    "forgotten",
    "lost_link",
    "device",
    "stripe_secret",
    "donor_key",
    "donor_words",
    "public_name",
    "public_news",
    "supporter",
];

impl Db {
    /// Gives `role` exactly what serving needs on the tables of this schema, and takes all else from it. Twice is once.
    ///
    /// # Errors
    /// When the database is not `PostgreSQL`, the role is not there or may do everything anyway, or we may not grant.
    pub async fn grant_serving(&self, role: &str) -> anyhow::Result<()> {
        let Self::Postgres(pool) = self else {
            bail!("--app-role is for PostgreSQL: SQLite has no roles, whoever can write the file can write the books.");
        };
        let mut tx = pool.begin().await?;
        let question =
            "SELECT rolsuper, quote_ident(rolname), rolname = current_user, quote_ident(current_schema()) FROM pg_roles WHERE rolname = $1";
        let found: Option<(bool, String, bool, String)> = sqlx::query_as(question).bind(role).fetch_optional(&mut *tx).await?;
        let (is_super, quoted, is_owner, schema) =
            found.with_context(|| format!("PostgreSQL has no role “{role}”: CREATE ROLE it first."))?;
        ensure!(!is_super, "The role “{role}” is a superuser, whom no grant can hold back. Choose a role that is not.");
        ensure!(!is_owner, "“{role}” is the role that owns the tables; serving needs another one, with fewer rights.");
        for statement in grants(&schema, &quoted) {
            // The only text that is not ours are two names, and PostgreSQL itself quoted them.
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await.context("The rights could not be granted")?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Every statement, in order; both names are quoted already.
fn grants(schema: &str, role: &str) -> Vec<String> {
    let mut statements = vec![
        format!("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"),
        format!("REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}"),
        format!("REVOKE CREATE ON SCHEMA {schema} FROM {role}"),
        format!("GRANT USAGE ON SCHEMA {schema} TO {role}"),
        format!("GRANT USAGE ON SEQUENCE entry_id_seq TO {role}"),
        format!("GRANT SELECT ON _sqlx_migrations TO {role}"),
        // Whoever backs the books up reads how far their numbers are.
        format!("GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"),
    ];
    for (rights, tables) in [("SELECT, INSERT", ADD_ONLY), ("SELECT, INSERT, UPDATE", KEPT), ("SELECT, INSERT, UPDATE, DELETE", PASSING)] {
        statements.push(format!("GRANT {rights} ON {} TO {role}", tables.join(", ")));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::MIGRATIONS;

    #[test]
    fn every_table_has_its_rights_once() {
        let text: String = MIGRATIONS.iter().map(|step| step.postgres).collect();
        let mut made: Vec<&str> = text.split("CREATE TABLE ").skip(1).filter_map(|rest| rest.split([' ', '(']).next()).collect();
        let mut listed: Vec<&str> = [ADD_ONLY, KEPT, PASSING].concat();
        made.sort_unstable();
        listed.sort_unstable();
        assert_eq!(made, listed);
    }
}
