//! Statements over many rows at once, in few fixed sizes, so that every size is prepared once. Not here: any feature's own statements.

use sqlx::AssertSqlSafe;

/// The sizes a batch is cut into: a batch of 37 rows is written as 16 + 16 + 4 + 1.
const SIZES: [usize; 4] = [64, 16, 4, 1];

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

/// Cuts `rows` into pieces of few sizes, so that [`values`] and [`list`] are prepared once a size.
pub fn pieces<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (piece, left) = rest.split_at(size);
        rest = left;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_through_and_pieces_lose_nothing() {
        assert_eq!(values("INSERT INTO t (a, b)", 2, 2, "x").0, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) x");
        assert_eq!(list("x IN", 2, 3).0, "x IN ($2, $3, $4)");
        let rows: Vec<u8> = (0..149).collect();
        let sizes: Vec<usize> = pieces(&rows).map(<[u8]>::len).collect();
        assert_eq!(sizes, [64, 64, 16, 4, 1]);
        assert_eq!(pieces(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(pieces::<u8>(&[]).count(), 0);
    }
}
