//! The two dialects of the schema: the same steps, tables, columns, checks, indexes and guards.

use std::collections::BTreeMap;

use super::{Found, House};

const WAY_OUT: &str = "Way out: say the same in migrations/sqlite and migrations/postgres, in one commit.";

/// An object of the schema: `table.column` or `index name`, and what it is in words both dialects share.
type Objects = BTreeMap<String, String>;

/// A dialect's word for a type, and the word both share. `PostgreSQL`'s INTEGER is missing on purpose: its 32 bits hold no amount.
type Types = &'static [(&'static str, &'static str)];
const SQLITE: Types = &[("INTEGER", "64-bit"), ("BLOB", "bytes"), ("TEXT", "text")];
const POSTGRES: Types = &[("BIGINT", "64-bit"), ("BYTEA", "bytes"), ("TEXT", "text")];

/// Both folders hold the same files, and what the files make is the same.
pub fn dialects(house: &House) -> Found {
    let text = |dialect: &str| -> BTreeMap<&str, &str> {
        let folder = format!("migrations/{dialect}/");
        house.migrations.iter().filter_map(|file| Some((file.path.strip_prefix(&folder)?, file.text.as_str()))).collect()
    };
    let (sqlite, postgres) = (text("sqlite"), text("postgres"));
    let mut found = Vec::new();
    for name in sqlite.keys().chain(postgres.keys()) {
        match (sqlite.get(name), postgres.get(name)) {
            (Some(sqlite), Some(postgres)) => found.extend(differences(name, &objects(sqlite, SQLITE), &objects(postgres, POSTGRES))),
            _ => found.push(format!("{name} stands in one folder of migrations only. {WAY_OUT}")),
        }
    }
    found.sort();
    found.dedup();
    found
}

fn differences(file: &str, sqlite: &Objects, postgres: &Objects) -> Found {
    let mut found = Vec::new();
    for (name, ours) in sqlite {
        match postgres.get(name) {
            None => found.push(format!("{file}: {name} is missing in PostgreSQL's dialect. {WAY_OUT}")),
            Some(theirs) if theirs != ours => {
                found.push(format!("{file}: {name} is “{ours}” in SQLite's dialect and “{theirs}” in PostgreSQL's. {WAY_OUT}"));
            }
            Some(_) => {}
        }
    }
    // PostgreSQL needs guards that SQLite has no statement for: TRUNCATE, and the check at commit against another session.
    let only_there = |name: &str| name.ends_with("_never_emptied") || name.ends_with("_leaves_its_entry_whole");
    let more = postgres.keys().filter(|name| !sqlite.contains_key(*name) && !only_there(name));
    found.extend(more.map(|name| format!("{file}: {name} is missing in SQLite's dialect. {WAY_OUT}")));
    found
}

/// What a migration makes, in words that both dialects share.
fn objects(text: &str, types: Types) -> Objects {
    let without_comments: String = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let squeezed = without_comments.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut objects = Objects::new();
    for (at, _) in squeezed.match_indices("CREATE ") {
        let statement = squeezed[at + "CREATE ".len()..].trim_start_matches("UNIQUE ").trim_start_matches("CONSTRAINT ");
        if let Some(rest) = statement.strip_prefix("TABLE ") {
            let (table, body) = rest.split_once(" (").expect("a table has columns");
            for part in split_top_level(body) {
                let (name, meaning) = column(&part, types);
                objects.insert(format!("{table}.{name}"), meaning);
            }
        } else if let Some(rest) = statement.strip_prefix("INDEX ") {
            let (name, meaning) = rest.split(';').next().and_then(|rest| rest.split_once(" ON ")).expect("an index stands on a table");
            objects.insert(format!("index {name}"), meaning.to_owned());
        } else if let Some(rest) = statement.strip_prefix("TRIGGER ") {
            let name = rest.split(' ').next().expect("a trigger has a name");
            // The event and table; the body is each dialect's own.
            let event = rest[name.len()..].split(" BEGIN").next().and_then(|rest| rest.split(" FOR EACH").next()).unwrap_or_default();
            let event = event.trim().trim_start_matches("BEFORE ").trim_start_matches("AFTER ").to_owned();
            objects.insert(format!("trigger {name}"), event.split(" DEFERRABLE").next().unwrap_or_default().to_owned());
        }
    }
    objects
}

/// The parts of a table's body: cut at commas outside brackets, up to the bracket that closes it.
fn split_top_level(body: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_i32);
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("never empty").push(c);
    }
    parts
}

/// A column or table constraint, in words that both dialects share.
fn column(part: &str, types: Types) -> (String, String) {
    let words: Vec<&str> = part.split_whitespace().collect();
    let (name, rest) = words.split_first().expect("a column has a name");
    if matches!(*name, "PRIMARY" | "UNIQUE" | "FOREIGN" | "CHECK" | "CONSTRAINT") {
        return (words.join(" "), String::new());
    }
    let (kind, rest) = rest.split_first().expect("a column has a type");
    let kind = types
        .iter()
        .find(|(theirs, _)| theirs == kind)
        .map_or_else(|| format!("{kind} of one dialect"), |(_, shared)| (*shared).to_owned());
    // SQLite numbers its rows unasked, and has truth values that PostgreSQL keeps apart from numbers.
    let rest =
        rest.join(" ").replace("GENERATED ALWAYS AS IDENTITY ", "").replace("COLLATE \"C\"", "").replace("(funded = 1) =", "funded =");
    ((*name).to_owned(), format!("{kind} {}", rest.trim()))
}
