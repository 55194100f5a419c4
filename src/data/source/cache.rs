//! Digests of files that were read before, so that a plan need not read them again.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::id::Digest;

/// Nearer than this a change after the digest was taken may leave no trace in the file's times.
const RACY_NS: i64 = 2_000_000_000;

/// What the file system says of a file: it changes when the content does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stat {
    /// The size.
    pub bytes: u64,
    /// When the content changed, in nanoseconds since 1970 UTC.
    pub modified_ns: i64,
    /// When content, rights or name changed, in nanoseconds since 1970 UTC; nobody can set this one back.
    pub changed_ns: i64,
    /// The file's number in its file system.
    pub inode: u64,
}

impl Stat {
    /// Returns the part of a file's metadata that matters.
    pub fn of(metadata: &fs::Metadata) -> Self {
        let ns = |seconds: i64, ns: i64| seconds.saturating_mul(1_000_000_000).saturating_add(ns);
        Self {
            bytes: metadata.len(),
            modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}

/// Digests of files by path, valid while the file system says nothing has changed.
#[derive(Debug, Default)]
pub struct DigestCache {
    entries: HashMap<PathBuf, Entry>,
    is_changed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    stat: Stat,
    recorded_ns: i64,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CacheFile {
    version: u32,
    entries: Vec<(PathBuf, Entry)>,
}

impl DigestCache {
    /// Loads a cache; one that is missing, damaged or of another version is empty.
    pub fn load(path: &Path) -> Self {
        let file = fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<CacheFile>(&bytes).ok());
        match file {
            Some(CacheFile { version: 1, entries }) => {
                Self { entries: entries.into_iter().collect(), is_changed: false }
            }
            Some(_) | None => Self::default(),
        }
    }

    /// Saves the cache if it has changed; it replaces the old file as a whole.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&mut self, path: &Path) -> std::io::Result<()> {
        if !self.is_changed {
            return Ok(());
        }
        let mut entries: Vec<_> = self.entries.clone().into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let bytes = serde_json::to_vec(&CacheFile { version: 1, entries })?;
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        file.write_all(&bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        self.is_changed = false;
        Ok(())
    }

    /// Returns the digest of a file if nothing has changed since it was taken.
    pub fn get(&self, path: &Path, stat: &Stat) -> Option<Digest> {
        let entry = self.entries.get(path)?;
        let is_old = entry.recorded_ns.saturating_sub(stat.modified_ns.max(stat.changed_ns)) >= RACY_NS;
        (entry.stat == *stat && is_old).then_some(entry.digest)
    }

    /// Keeps a digest; `stat` was read before the content was.
    pub fn put(&mut self, path: &Path, stat: Stat, digest: Digest) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let recorded_ns = i64::try_from(now).unwrap_or(i64::MAX);
        self.entries.insert(path.to_owned(), Entry { stat, recorded_ns, digest });
        self.is_changed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(modified_ns: i64) -> Stat {
        Stat { bytes: 1, modified_ns, changed_ns: modified_ns, inode: 7 }
    }

    #[test]
    fn a_digest_of_a_file_that_has_just_changed_is_not_trusted() {
        let mut cache = DigestCache::default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i64;
        cache.put(Path::new("new"), stat(now), Digest::of(b"a"));
        cache.put(Path::new("old"), stat(now - 3_000_000_000), Digest::of(b"b"));
        assert_eq!(cache.get(Path::new("new"), &stat(now)), None);
        assert_eq!(cache.get(Path::new("old"), &stat(now - 3_000_000_000)), Some(Digest::of(b"b")));
        assert_eq!(cache.get(Path::new("old"), &stat(now - 3_000_000_001)), None);
    }

    #[test]
    fn a_cache_survives_being_saved_and_a_damaged_one_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("digests.json");
        let mut cache = DigestCache::default();
        cache.put(Path::new("a"), stat(5), Digest::of(b"a"));
        cache.save(&path).unwrap();
        assert_eq!(DigestCache::load(&path).get(Path::new("a"), &stat(5)), Some(Digest::of(b"a")));
        fs::write(&path, "{").unwrap();
        assert_eq!(DigestCache::load(&path).get(Path::new("a"), &stat(5)), None);
    }
}
