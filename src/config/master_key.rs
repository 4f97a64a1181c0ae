//! The master key: 32 random bytes in a file of their own, beside the data and never inside it. Not here: what is sealed with it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use data_encoding::HEXLOWER_PERMISSIVE;
use secrecy::zeroize::Zeroizing;

use crate::ids::Entropy;
use crate::seal::Keyring;

/// Reads the keys, making the master key where there is none and nothing has been sealed yet.
///
/// `unused` says that the books are empty: only then can no row exist that another key sealed.
///
/// # Errors
/// In one plain sentence: other users can read the file, it holds no key, or it is missing although the books are in use.
pub fn keyring(path: &Path, entropy: &Entropy, unused: bool) -> anyhow::Result<Keyring> {
    match read(path) {
        Ok(keyring) => Ok(keyring),
        Err(error) if is_missing(&error) && unused => {
            make(path, entropy).with_context(|| format!("The master key {} could not be written", path.display()))?;
            read(path)
        }
        Err(error) if is_missing(&error) => bail!(
            "The master key {} is missing, and these books hold gifts that were sealed with it. \
             Put the file back from where you keep its copy (from another node, if there is one).",
            path.display()
        ),
        Err(error) => Err(error),
    }
}

fn is_missing(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn read(path: &Path) -> anyhow::Result<Keyring> {
    let said = || format!("The master key {} cannot be read", path.display());
    let mut file = File::open(path).with_context(said)?;
    let mode = file.metadata().with_context(said)?.mode();
    ensure!(mode & 0o777 == mode & 0o700, "Other users can read the master key {0}. Close it to them: chmod 600 {0}", path.display());
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).with_context(said)?;
    let keys: Option<Vec<[u8; 32]>> = text.trim().lines().map(key_of).collect();
    let keys = Zeroizing::new(keys.unwrap_or_default());
    let (first, newer) = keys
        .split_first()
        .with_context(|| format!("The master key {} holds no key: 64 hexadecimal digits were expected on each line", path.display()))?;
    Ok(Keyring::from_masters(first, newer))
}

fn key_of(line: &str) -> Option<[u8; 32]> {
    let bytes = HEXLOWER_PERMISSIVE.decode(line.trim().as_bytes()).map(Zeroizing::new).ok()?;
    <[u8; 32]>::try_from(bytes.as_slice()).ok()
}

/// Adds a new master key to the file, below those that are there: it seals from now on. A crash leaves either the old file or the new one.
///
/// # Errors
/// When the file holds no key, or cannot be written.
pub fn add_key(path: &Path, entropy: &Entropy) -> anyhow::Result<Keyring> {
    read(path)?;
    let said = || format!("The master key {} could not be written", path.display());
    let before = Zeroizing::new(fs::read_to_string(path).with_context(said)?);
    let new = Zeroizing::new(HEXLOWER_PERMISSIVE.encode(&*Zeroizing::new(entropy.bytes::<32>())));
    let text = Zeroizing::new(format!("{}\n{}\n", before.trim_end(), &*new));
    let draft = path.with_extension(format!("new-{}", entropy.reference()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).with_context(said)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(said)?;
    fs::rename(&draft, path).with_context(said)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(said)?;
    read(path)
}

/// Writes a new key so that a crash leaves either the whole key or none, and two starts at once agree on one.
fn make(path: &Path, entropy: &Entropy) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_private_folder(folder)?;
    let draft = path.with_extension(format!("new-{}", entropy.reference()));
    let text = Zeroizing::new(format!("{}\n", HEXLOWER_PERMISSIVE.encode(&*Zeroizing::new(entropy.bytes::<32>()))));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    // A hard link, unlike a rename, never replaces a key that another start made meanwhile: that one is then ours too.
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(folder)?.sync_all(),
    }
}

/// Makes a folder that only its owner can enter, unless it is there.
///
/// # Errors
/// When the system refuses.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/master.key");
        let first = keyring(&path, &Entropy::seeded(1), true).unwrap();
        let again = keyring(&path, &Entropy::seeded(2), true).unwrap();
        assert_eq!(first.index("ana@example.org"), again.index("ana@example.org"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let said = keyring(&path, &Entropy::seeded(1), true).unwrap_err().to_string();
        assert!(said.contains("chmod 600"), "{said}");
    }

    #[test]
    fn a_key_that_is_lost_or_broken_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let said = keyring(&path, &Entropy::seeded(1), false).unwrap_err().to_string();
        assert!(said.contains("is missing") && !path.exists(), "{said}");

        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap().write_all(b"abc\n").unwrap();
        let said = keyring(&path, &Entropy::seeded(1), true).unwrap_err().to_string();
        assert!(said.contains("holds no key"), "{said}");
    }
}
