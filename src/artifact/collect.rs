//! Removes the artifacts that nothing needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::artifact::check::Entry;
use crate::artifact::error::{ArtifactError, io};
use crate::artifact::files::ArtifactStore;
use crate::artifact::place::INCOMING;
use crate::id::Digest;

/// What a collection removed, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GcReport {
    /// The artifacts that go, in the order of their digests.
    pub removed: Vec<Digest>,
    /// The size of what goes, left-over pieces included, in bytes.
    pub bytes: u64,
    /// The number of artifacts that stay.
    pub kept: u64,
}

impl ArtifactStore {
    /// Removes every artifact that is not in `keep`, and what a cut-off copy left behind; a dry run only tells.
    ///
    /// The caller holds the manager's lock: an artifact that is just being made is in no list yet.
    ///
    /// # Errors
    /// When a folder cannot be read or a file cannot be removed.
    pub fn gc(&self, keep: &BTreeSet<Digest>, dry_run: bool) -> Result<GcReport, ArtifactError> {
        let mut report = GcReport::default();
        for entry in self.entries()? {
            match entry {
                Entry::Artifact(digest, _, _) if keep.contains(&digest) => report.kept += 1,
                Entry::Artifact(digest, path, bytes) => {
                    remove(&path, dry_run)?;
                    report.removed.push(digest);
                    report.bytes += bytes;
                }
                Entry::Foreign(path) if is_incoming(&path) => {
                    report.bytes += fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
                    remove(&path, dry_run)?;
                }
                Entry::Foreign(_) | Entry::Misnamed(_) => {}
            }
        }
        Ok(report)
    }
}

fn is_incoming(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(INCOMING))
}

fn remove(path: &Path, dry_run: bool) -> Result<(), ArtifactError> {
    if dry_run { Ok(()) } else { fs::remove_file(path).map_err(io("remove", path)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Workspace;

    #[test]
    fn only_what_is_not_kept_goes_and_a_dry_run_removes_nothing() {
        let project = tempfile::tempdir().unwrap();
        let store = ArtifactStore::new(&Workspace::create(project.path()).unwrap());
        let kept = store.put_bytes(b"kept").unwrap();
        let gone = store.put_bytes(b"gone!").unwrap();
        let left = kept.path.with_file_name(".incoming-x");
        fs::write(&left, b"abc").unwrap();
        let keep = BTreeSet::from([kept.digest]);
        let expected = GcReport { removed: vec![gone.digest], bytes: 8, kept: 1 };
        assert_eq!(store.gc(&keep, true).unwrap(), expected);
        assert!(gone.path.exists() && left.exists());
        assert_eq!(store.gc(&keep, false).unwrap(), expected);
        assert!(!gone.path.exists() && !left.exists());
        assert_eq!(store.read(kept.digest).unwrap(), b"kept");
    }
}
