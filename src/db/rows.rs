//! Statements over many rows at once. Not here: any feature's own statements.

use sqlx::AssertSqlSafe;

/// How many rows one statement writes, the most first. A way to the database and back costs as much as writing several rows; and a statement is
/// prepared once a length, so lengths stay few.
const LENGTHS: [usize; 3] = [256, 64, 16];
/// How many keys one statement asks for. `SQLite` finds the name of a numbered place by walking past all that stand before it.
const MOST_KEYS: usize = 64;

/// How places for values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// `?`, one after the other: `SQLite` fills them without looking for a name.
    Unnamed,
    /// `$1`: all that `PostgreSQL` knows.
    Numbered,
}

/// `{head} VALUES (…), (…) {tail}` with `rows` rows of `columns` places.
///
/// Head and tail are fixed text, so nothing a stranger wrote can get into the statement.
pub fn values(places: Places, head: &'static str, columns: usize, rows: usize, tail: &'static str) -> AssertSqlSafe<String> {
    let place = |n: usize| match places {
        Places::Unnamed => "?".to_owned(),
        Places::Numbered => format!("${n}"),
    };
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| place(row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    AssertSqlSafe(format!("{head} VALUES {} {tail}", all.join(", ")))
}

/// `{head} ($first, …)` with `count` numbered places: for `IN`.
pub fn list(head: &'static str, first: usize, count: usize) -> AssertSqlSafe<String> {
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    AssertSqlSafe(format!("{head} ({})", places.join(", ")))
}

/// `{head} (VALUES ($first, …), …)` with `count` pairs of numbered places: for `(a, b) IN`.
pub fn pairs(head: &'static str, first: usize, count: usize) -> AssertSqlSafe<String> {
    let pair = |pair: usize| format!("(${}, ${})", first + 2 * pair, first + 2 * pair + 1);
    let pairs: Vec<String> = (0..count).map(pair).collect();
    AssertSqlSafe(format!("{head} (VALUES {})", pairs.join(", ")))
}

/// Cuts rows that are to be written into the pieces of a statement each.
pub fn batches<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let most = LENGTHS.into_iter().find(|length| *length <= rest.len()).unwrap_or(rest.len());
        let (batch, after) = rest.split_at(most);
        rest = after;
        (!batch.is_empty()).then_some(batch)
    })
}

/// Cuts keys into pieces for [`list`] and [`pairs`].
pub fn pieces<T>(keys: &[T]) -> std::slice::Chunks<'_, T> {
    keys.chunks(MOST_KEYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_through_and_pieces_lose_nothing() {
        assert_eq!(values(Places::Numbered, "INSERT INTO t (a, b)", 2, 2, "x").0, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) x");
        assert_eq!(values(Places::Unnamed, "INSERT INTO t (a, b)", 2, 2, "").0, "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ");
        assert_eq!(list("x IN", 2, 3).0, "x IN ($2, $3, $4)");
        assert_eq!(pairs("(a, b) IN", 2, 2).0, "(a, b) IN (VALUES ($2, $3), ($4, $5))");
        let rows: Vec<u8> = (0..149).collect();
        let sizes: Vec<usize> = batches(&rows).map(<[u8]>::len).collect();
        assert_eq!(sizes, [64, 64, 16, 5]);
        assert_eq!(batches(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(batches::<u8>(&[]).count(), 0);
        assert_eq!(pieces(&rows).map(<[u8]>::len).max(), Some(64));
        assert_eq!(pieces(&rows).flatten().copied().collect::<Vec<_>>(), rows);
    }
}
