//! What may stand where: SQL, Stripe's types, HTTP, the system's clock, chance and environment; sizes and introductions.

use super::source::Source;
use super::{Found, House};

/// A file that may hold the thing a rule speaks of.
type Allowed = fn(&str) -> bool;

/// Each place where `words` stand in the code of a file that is not `allowed`.
fn outside(house: &House, words: &[&str], allowed: Allowed, rule: &str) -> Found {
    let places = |source: &Source| -> Found {
        words
            .iter()
            .flat_map(|word| source.words(word).into_iter().map(move |at| (at, word)))
            .map(|(at, word)| format!("{}:{}: {word}: {rule}", source.path, source.line(at)))
            .collect()
    };
    house.rust.iter().filter(|source| !allowed(&source.path)).flat_map(places).collect()
}

fn is_store(path: &str) -> bool {
    let in_store_folder = path.split('/').any(|part| part == "store");
    path.ends_with("/store.rs") || in_store_folder || is_database(path) || path == AUDIT
}

fn is_database(path: &str) -> bool {
    path == "src/db.rs" || path.starts_with("src/db/")
}

/// The auditor's questions: like `reports/`, each is a whole statement beside the rule it checks, and the store runs it.
const AUDIT: &str = "src/ledger/verify.rs";

const SQL: &str = "SQL outside a store. Way out: put the statement into the room's store.rs (a report: into reports/) and call it by name.";

/// SQL text stands in `store.rs`, `reports/` and the database's own files.
pub fn sql(house: &House) -> Found {
    let mut found = outside(house, &["sqlx::query", "sqlx::query_as", "sqlx::query_scalar", "sqlx::raw_sql"], is_store, SQL);
    for source in house.rust.iter().filter(|source| !is_store(&source.path)) {
        let statements = source.literals.iter().filter(|(_, text)| is_statement(text));
        found.extend(statements.map(|(at, text)| {
            format!("{}:{}: “{}…”: {SQL}", source.path, source.line(*at), text.trim().chars().take(30).collect::<String>())
        }));
    }
    found
}

/// Whether a text is an SQL statement. A sentence that begins with “Select” or “Update” is none.
fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    let first = text.split_whitespace().next().unwrap_or_default();
    let one_case = first == first.to_uppercase() || first == first.to_lowercase();
    let lower = text.to_lowercase();
    let has = |word: &str| lower.split_whitespace().any(|other| other == word);
    one_case
        && match first.to_lowercase().as_str() {
            "select" => has("from") || first == "SELECT",
            "insert" => has("into"),
            "update" => has("set"),
            "delete" => has("from"),
            "with" => has("select") || has("(select"),
            "create" => has("table") || has("index") || has("trigger"),
            "pragma" | "truncate" => true,
            _ => false,
        }
}

/// Statements are written, not computed: a computed one can carry a stranger's text.
pub fn dynamic_sql(house: &House) -> Found {
    let rule = "SQL made by program. Way out: write the statement out and bind its values; only src/db may assemble text.";
    outside(house, &["AssertSqlSafe", "QueryBuilder"], is_database, rule)
}

/// Stripe's crates are named in the gateway alone, so that their next release touches one file.
pub fn stripe(house: &House) -> Found {
    let rule = "Stripe's own types outside payments/stripe.rs. Way out: let the gateway translate to a type of payments.";
    let gateway: Allowed = |path| path == "src/payments/stripe.rs" || path.starts_with("src/payments/stripe/");
    let crates =
        ["stripe_core", "stripe_checkout", "stripe_shared", "stripe_types", "stripe_client_core", "stripe_billing", "async_stripe"];
    let mut found = outside(house, &crates, gateway, rule);
    for source in house.rust.iter().filter(|source| !gateway(&source.path)) {
        let places = source.words("stripe").into_iter().filter(|at| names_the_crate(source, *at));
        found.extend(places.map(|at| format!("{}:{}: stripe: {rule}", source.path, source.line(at))));
    }
    found
}

/// Whether `stripe` at this place is the crate: `::stripe`, or a path that begins with it where no module of ours is in scope.
fn names_the_crate(source: &Source, at: usize) -> bool {
    let (before, after) = (&source.code[..at], &source.code[at + "stripe".len()..]);
    if let Some(before) = before.strip_suffix("::") {
        return !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>' || c == '$');
    }
    let gateway = ["payments", "stripe"];
    let imported =
        source.path == "src/payments/mod.rs" || source.paths().iter().any(|(_, path)| path.starts_with(&gateway.map(str::to_owned)));
    after.starts_with("::") && !imported
}

/// HTTP is spoken at the face and in the practice Stripe; the rooms below answer in their own words.
pub fn http(house: &House) -> Found {
    let rule = "HTTP outside web/ and payments/practice/. Way out: return a type of the room; web/error.rs gives it a status.";
    let face: Allowed = |path| path.starts_with("src/web/") || path.starts_with("src/payments/practice/");
    outside(house, &["axum", "axum_extra", "askama_web", "StatusCode"], face, rule)
}

/// Time, chance and environment are handed in, so that a test can own them.
pub fn system(house: &House) -> Found {
    let clock: Allowed = |path| path == "src/clock.rs";
    let ids: Allowed = |path| path == "src/ids.rs";
    let config: Allowed = |path| path == "src/config.rs" || path.starts_with("src/config/");
    let clocks = ["SystemTime::now", "Timestamp::now", "Zoned::now", "UNIX_EPOCH"];
    let chances = ["getrandom::", "rand::", "fastrand::", "thread_rng", "OsRng", "Uuid::new_v4"];
    let surroundings = ["env::var", "env::vars", "env::var_os", "env::vars_os", "env::set_var"];
    let mut found = outside(house, &clocks, clock, "the system's clock outside clock.rs. Way out: take `now: Instant` or a `&Clock`.");
    found.extend(outside(house, &chances, ids, "randomness outside ids.rs. Way out: take an `&Entropy`."));
    found.extend(outside(house, &surroundings, config, "the environment outside config.rs. Way out: read it there, hand the value in."));
    found
}

/// A file that grows has a noun in it that wants a file of its own.
pub fn size(house: &House) -> Found {
    const LARGEST: usize = 400;
    let lines = |source: &Source| (source.text.lines().count(), source.path.clone());
    let large = house.rust.iter().chain(&house.tests).map(lines).filter(|(lines, _)| *lines > LARGEST);
    large
        .map(|(lines, path)| {
            format!("{path} has {lines} lines, more than {LARGEST}. Way out: find the noun that is missing, give it a file.")
        })
        .collect()
}

/// Every file begins with what lives in it.
pub fn introduction(house: &House) -> Found {
    let silent = house.rust.iter().chain(&house.tests).filter(|source| !source.text.starts_with("//! "));
    silent
        .map(|source| format!("{} does not begin with `//!`. Way out: one line on what lives here and what does not.", source.path))
        .collect()
}

/// Templates escape what they are given, always.
pub fn unescaped(house: &House) -> Found {
    let mut found = Vec::new();
    for source in &house.templates {
        for (number, line) in (1..).zip(source.text.lines()) {
            let squeezed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            if squeezed.contains("|safe") || squeezed.contains("autoescapefalse") || squeezed.contains("|escape(\"none\")") {
                found.push(format!(
                    "{}:{number}: text goes out unescaped. Way out: write the markup in the template and fill in its parts.",
                    source.path
                ));
            }
        }
    }
    found
}
