//! Statements over many rows at once. Not here: any feature's own statements.

use sqlx::AssertSqlSafe;

/// The most places one statement has. A batch is one way to the database and back, or a few; `SQLite` finds the name of a numbered place by
/// walking past all that stand before it, so a thousand of them cost more than a second way.
const MOST_PLACES: usize = 320;

/// `{head} VALUES ($1, …), (…) {tail}` with `rows` rows of `columns` numbered places.
///
/// Head and tail are fixed text, so nothing a stranger wrote can get into the statement.
pub fn values(head: &'static str, columns: usize, rows: usize, tail: &'static str) -> AssertSqlSafe<String> {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
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

/// Cuts `rows` of so many columns into pieces for [`values`] and [`list`]. A piece's statement is prepared once a length, so lengths stay few.
pub fn pieces<T>(rows: &[T], columns: usize) -> std::slice::Chunks<'_, T> {
    rows.chunks((MOST_PLACES / columns.max(1)).clamp(1, 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_through_and_pieces_lose_nothing() {
        assert_eq!(values("INSERT INTO t (a, b)", 2, 2, "x").0, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) x");
        assert_eq!(list("x IN", 2, 3).0, "x IN ($2, $3, $4)");
        assert_eq!(pairs("(a, b) IN", 2, 2).0, "(a, b) IN (VALUES ($2, $3), ($4, $5))");
        let rows: Vec<u8> = (0..149).collect();
        let sizes: Vec<usize> = pieces(&rows, 10).map(<[u8]>::len).collect();
        assert_eq!(sizes, [32, 32, 32, 32, 21]);
        assert_eq!(pieces(&rows, 1).map(<[u8]>::len).max(), Some(64));
        assert_eq!(pieces(&rows, 1_000).count(), rows.len());
        assert_eq!(pieces(&rows, 3).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(pieces::<u8>(&[], 3).count(), 0);
    }
}
