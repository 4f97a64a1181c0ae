//! The schema's history in two dialects, and how a database is brought to its end.

use std::borrow::Cow;

use anyhow::{Context as _, bail};
use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::{Db, Tx};
use crate::run;

/// One step of the schema, said in both dialects.
#[derive(Debug)]
pub struct Schema {
    /// Counts up from 1.
    pub version: i64,
    /// The file's name without number and ending.
    pub name: &'static str,
    /// For the embedded database.
    pub sqlite: &'static str,
    /// For `PostgreSQL`.
    pub postgres: &'static str,
}

macro_rules! schema {
    ($version:literal, $file:literal) => {
        Schema {
            version: $version,
            name: $file,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $file, ".sql")),
        }
    };
}

/// Every step, oldest first. A shipped step is never edited.
pub const MIGRATIONS: &[Schema] = &[
    schema!(1, "0001_books"),
    schema!(2, "0002_payments"),
    schema!(3, "0003_donations"),
    schema!(4, "0004_publications"),
    schema!(5, "0005_checks"),
    schema!(6, "0006_people"),
    schema!(7, "0007_sessions"),
    schema!(8, "0008_sign_in"),
    schema!(9, "0009_files"),
    schema!(10, "0010_mail"),
    schema!(11, "0011_approvals"),
    schema!(12, "0012_spending"),
    schema!(13, "0013_bank"),
    schema!(14, "0014_gifts"),
    schema!(15, "0015_passkeys"),
    schema!(16, "0016_putting_right"),
    schema!(17, "0017_notices"),
    schema!(18, "0018_picket"),
    schema!(19, "0019_ties"),
    schema!(20, "0020_scale"),
    schema!(23, "0023_first_run"),
    schema!(24, "0024_payee_mail"),
    schema!(26, "0026_postings_wait"),
    schema!(29, "0029_public_records"),
    schema!(30, "0030_reports"),
    schema!(32, "0032_gift_proofs"),
    schema!(36, "0036_blobs"),
    schema!(37, "0037_charter"),
    schema!(38, "0038_public_copies"),
    schema!(39, "0039_states_told"),
    schema!(40, "0040_goal"),
    schema!(41, "0041_middle_gift"),
    schema!(42, "0042_donors"),
    schema!(43, "0043_giving"),
    schema!(44, "0044_gift_pages"),
    schema!(45, "0045_recurring"),
    schema!(46, "0046_ladder"),
    schema!(47, "0047_states_guarded"),
    schema!(49, "0049_plans"),
    schema!(50, "0050_passed_on"),
    schema!(51, "0051_supporters"),
    schema!(52, "0052_receipts_and_reveals"),
    schema!(53, "0053_limits_of_shares"),
    schema!(54, "0054_disputes_stop_repeats"),
    schema!(55, "0055_caps"),
    schema!(56, "0056_letters_due"),
];

/// What [`Db::migrate`] found and did.
#[derive(Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Steps that were there already.
    pub before: usize,
    /// Steps there are now.
    pub now: usize,
}

impl Db {
    /// Brings the schema to its newest step, each step in a transaction of its own.
    ///
    /// # Errors
    /// When the schema is newer than this program, a shipped step was changed, or the database refuses.
    pub async fn migrate(&self) -> anyhow::Result<Migrated> {
        let before = self.applied().await?;
        let migrator = self.migrator();
        match self {
            Self::Sqlite { write, .. } => migrator.run(write).await,
            Self::Postgres(pool) => migrator.run(pool).await,
        }
        .context("The database could not be migrated")?;
        Ok(Migrated { before, now: MIGRATIONS.len() })
    }

    /// How many of our steps the database has.
    ///
    /// # Errors
    /// When it has a step this program does not know: an older program must not touch newer books.
    pub async fn applied(&self) -> anyhow::Result<usize> {
        let tx = &mut self.begin_read().await?;
        let known_table = match tx {
            Tx::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'",
            Tx::Postgres(_) => "SELECT COUNT(*) FROM pg_tables WHERE tablename = '_sqlx_migrations' AND schemaname = current_schema()",
        };
        let tables: i64 = run!(tx, fetch_one, sqlx::query_scalar(known_table))?;
        if tables == 0 {
            return Ok(0);
        }
        let question = "SELECT COUNT(*), COALESCE(MAX(version), 0) FROM _sqlx_migrations";
        let (steps, newest): (i64, i64) = run!(tx, fetch_one, sqlx::query_as(question))?;
        // Numbers may have gaps, so steps are counted, and only their newest is compared.
        let known = MIGRATIONS.last().map_or(0, |step| step.version);
        if newest > known {
            bail!(
                "These books were written by a newer strikefund (schema {newest}, this program knows {known}): install that version or a later one."
            );
        }
        Ok(usize::try_from(steps)?)
    }

    fn migrator(&self) -> Migrator {
        let steps = MIGRATIONS
            .iter()
            .map(|step| {
                let text = match self {
                    Self::Sqlite { .. } => step.sqlite,
                    Self::Postgres(_) => step.postgres,
                };
                let sql = AssertSqlSafe(text).into_sql_str();
                Migration::new(step.version, Cow::Borrowed(step.name), MigrationType::Simple, sql, false)
            })
            .collect();
        Migrator::with_migrations(steps)
    }
}
