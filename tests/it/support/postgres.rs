//! `PostgreSQL` for tests: a new database for each on the server that the test command starts.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use strikefund::db::{Db, MIGRATIONS};
use strikefund::ids::Entropy;

use super::{setting, skip};

/// Taken by whoever makes the template, so that of many test processes one does.
const TEMPLATE_LOCK: i64 = 7_347_001;

/// The address of the server's own database, None where the test command started no server.
pub fn admin_url() -> Option<String> {
    setting("STRIKEFUND_TEST_POSTGRES")
}

/// A database of a test's own on the shared server, copied from a migrated template.
#[derive(Debug)]
pub struct Fresh {
    name: String,
    url: String,
    admin: String,
}

impl Fresh {
    /// A new database; None, said aloud, where there is no server.
    pub async fn database() -> Option<Self> {
        let Some(admin) = admin_url() else {
            skip("no PostgreSQL (STRIKEFUND_TEST_POSTGRES is not set; tests/run starts one)");
            return None;
        };
        Some(Self::on(&admin).await)
    }

    /// A new database on the server at `admin`.
    pub async fn on(admin: &str) -> Self {
        let mut connection = PgConnection::connect(admin).await.expect("the test server answers");
        let template = template(&mut connection, admin).await;
        let name = format!("test_{}", Entropy::system().reference());
        execute(&mut connection, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        connection.close().await.expect("the connection closes");
        Self { url: with_database(admin, &name), name, admin: admin.to_owned() }
    }

    /// Where the database is reached.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes the database away again; a failed test leaves it to be looked at.
    pub async fn drop_database(self) {
        let mut connection = PgConnection::connect(&self.admin).await.expect("the test server answers");
        execute(&mut connection, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
    }
}

/// The name of the migrated template, made by the first who asks; another schema is another template.
async fn template(connection: &mut PgConnection, admin: &str) -> String {
    let mut hasher = DefaultHasher::new();
    for step in MIGRATIONS {
        step.postgres.hash(&mut hasher);
    }
    let name = format!("strikefund_template_{:016x}", hasher.finish());
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *connection).await.expect("a lock");
    let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut *connection)
        .await
        .expect("the catalogue answers");
    if known.is_none() {
        let unfinished = format!("{name}_unfinished");
        execute(connection, &format!("DROP DATABASE IF EXISTS {unfinished}")).await;
        execute(connection, &format!("CREATE DATABASE {unfinished}")).await;
        let db = Db::connect_postgres(&with_database(admin, &unfinished)).await.expect("the template opens");
        db.migrate().await.expect("an empty database migrates");
        db.close().await;
        execute(connection, &format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(&mut *connection).await.expect("the lock is ours");
    name
}

async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The same server, another database: the path of the address is replaced.
fn with_database(admin: &str, name: &str) -> String {
    let (address, options) = admin.split_once('?').map_or((admin, None), |(address, options)| (address, Some(options)));
    let (server, _) = address.rsplit_once('/').expect("an address ends in its database");
    options.map_or_else(|| format!("{server}/{name}"), |options| format!("{server}/{name}?{options}"))
}
