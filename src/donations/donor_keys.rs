//! A copy of donors' wrapped keys, apart from every backup of the books, with the list of who was erased: of it only the newest is kept, so
//! that nobody who was erased comes back with an old backup (safety rule PR2). And wrapping the keys anew. Not here: the file it is written to.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::store::{self, donor_keys as rows, donors};
use super::vault::key_context;
use crate::clock::Instant;
use crate::db::{Db, Tx};
use crate::ids::{DonorId, Entropy};
use crate::seal::Keyring;
use crate::transact;

/// How many are read or wrapped in one go.
const AT_ONCE: i64 = 500;

/// A line of the copy.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    /// A donor's key.
    Key { donor: String, wrapped: String, version: i64 },
    /// A gift whose donor was erased.
    Erased { gift: String, stand_in: String, at: i64 },
    /// The last line, with how many stand before it: a copy that was cut off has none.
    End { lines: u64 },
}

/// What putting a copy back did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PutBack {
    /// Donors who were erased after the backup, and are again.
    pub erased: u64,
    /// Donors whose words open again.
    pub keys: u64,
}

/// Why a copy was not put back.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It is no copy of keys, or was cut off.
    #[error("it is no whole copy of donors’ keys")]
    Damaged,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl crate::db::Retryable for CopyError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// What tells whether somebody was erased since: the newest erasure and how many there are. None: nobody ever was.
///
/// # Errors
/// When the database is gone.
pub async fn newest_erasure(tx: &mut Tx) -> sqlx::Result<Option<(Instant, i64)>> {
    rows::newest_erasure(tx).await
}

/// Hands the copy to `write`, a piece after the other, all of one consistent view.
///
/// # Errors
/// When the database is gone, or `write` says so.
pub async fn copy_out(tx: &mut Tx, mut write: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut lines = 0;
    let mut put = |line: &Line| write(&format!("{}\n", serde_json::to_string(line)?));
    let mut at = 0;
    loop {
        let some = rows::erased_after(tx, at, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        at = last.id;
        lines += u64::try_from(some.len())?;
        for gift in some {
            put(&Line::Erased { gift: gift.reference, stand_in: gift.stand_in, at: gift.erased_at.0 })?;
        }
    }
    let mut at = DonorId(0);
    loop {
        let some = rows::after(tx, at, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        at = last.donor_id;
        lines += u64::try_from(some.len())?;
        for key in some {
            put(&Line::Key { donor: key.reference, wrapped: BASE64.encode(&key.wrapped), version: key.key_version })?;
        }
    }
    put(&Line::End { lines })
}

/// Puts a copy back into books that came from a backup: erases first whoever was erased since, then gives the others their keys.
///
/// # Errors
/// [`CopyError`], with nothing written.
pub async fn put_back(db: &Db, copy: &str) -> Result<PutBack, CopyError> {
    let lines = read(copy)?;
    transact!(db, tx => put_lines_back(tx, &lines).await)
}

fn read(copy: &str) -> Result<Vec<Line>, CopyError> {
    let lines: Result<Vec<Line>, _> = copy.lines().map(serde_json::from_str).collect();
    let mut lines = lines.map_err(|_| CopyError::Damaged)?;
    let whole = match lines.pop() {
        Some(Line::End { lines: count }) => u64::try_from(lines.len()).is_ok_and(|read| read == count),
        Some(Line::Key { .. } | Line::Erased { .. }) | None => false,
    };
    let ends = lines.iter().any(|line| matches!(line, Line::End { .. }));
    if whole && !ends { Ok(lines) } else { Err(CopyError::Damaged) }
}

async fn put_lines_back(tx: &mut Tx, lines: &[Line]) -> Result<PutBack, CopyError> {
    let mut done = PutBack::default();
    // Whoever was erased goes first, wherever the line stands.
    for line in lines {
        let Line::Erased { gift, stand_in, at } = line else { continue };
        let Some(donation) = store::find_by_ref(tx, gift).await? else { continue };
        if let Some((donor, _)) = donors::hold_donor_of(tx, donation.id).await? {
            donors::erase(tx, donor, stand_in, Instant(*at)).await?;
            done.erased += 1;
        }
        rows::erase_before(tx, gift, stand_in).await?;
    }
    for line in lines {
        let Line::Key { donor, wrapped, version } = line else { continue };
        let wrapped = BASE64.decode(wrapped.as_bytes()).map_err(|_| CopyError::Damaged)?;
        done.keys += rows::put_back(tx, donor, &wrapped, *version).await?;
    }
    Ok(done)
}

/// Wraps every donor's key with the newest master key, and gives how many were. What a run that died left is done by the next.
///
/// # Errors
/// When the database is gone, or a key opens with none of the master keys.
pub async fn wrap_anew(db: &Db, keys: &Keyring, entropy: &Entropy) -> sqlx::Result<u64> {
    let mut wrapped = 0;
    loop {
        let some: sqlx::Result<u64> = transact!(db, tx => wrap_some(tx, keys, entropy).await);
        match some? {
            0 => return Ok(wrapped),
            some => wrapped += some,
        }
    }
}

async fn wrap_some(tx: &mut Tx, keys: &Keyring, entropy: &Entropy) -> sqlx::Result<u64> {
    let mut wrapped = 0;
    for old in rows::wrapped_before(tx, keys.version(), AT_ONCE).await? {
        let context = key_context(&old.reference);
        let key = keys.unwrap_key(&context, &old.wrapped).ok_or_else(|| sqlx::Error::Decode("a donor's key does not open".into()))?;
        rows::set_wrapped(tx, old.donor_id, &keys.wrap(entropy, &context, &key), keys.version()).await?;
        wrapped += 1;
    }
    Ok(wrapped)
}

/// Erases every donor who still has a key, for the master key is lost and nothing opens any more; gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn erase_all(db: &Db, keys: &Keyring, now: Instant) -> sqlx::Result<u64> {
    let mut erased = 0;
    loop {
        let some: sqlx::Result<u64> = transact!(db, tx => erase_some(tx, keys, now).await);
        match some? {
            0 => return Ok(erased),
            some => erased += some,
        }
    }
}

async fn erase_some(tx: &mut Tx, keys: &Keyring, now: Instant) -> sqlx::Result<u64> {
    let mut erased = 0;
    for (donor, reference) in rows::donors_with_keys(tx, AT_ONCE).await? {
        donors::erase(tx, donor, &keys.token(&format!("erased donor/{reference}")), now).await?;
        erased += 1;
    }
    Ok(erased)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_cut_off_or_bent_is_none() {
        let whole = "{\"erased\":{\"gift\":\"g\",\"stand_in\":\"s\",\"at\":1}}\n{\"end\":{\"lines\":1}}\n";
        assert_eq!(read(whole).unwrap().len(), 1);
        for damaged in
            ["", "{}", "{\"end\":{\"lines\":1}}\n", &whole[..60], &format!("{whole}{whole}"), &whole.replace("\"lines\":1", "\"lines\":2")]
        {
            assert!(matches!(read(damaged), Err(CopyError::Damaged)), "{damaged}");
        }
    }
}
