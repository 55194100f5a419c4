//! Reads every artifact and tells what is wrong; changes nothing.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::artifact::error::{ArtifactError, io};
use crate::artifact::files::{ArtifactStore, digest_of_file};
use crate::id::Digest;

/// What a check of all artifacts found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FsckReport {
    /// The number of artifacts that were read.
    pub checked: u64,
    /// Their size, in bytes.
    pub bytes: u64,
    /// Artifacts that are not what their name says.
    pub damaged: Vec<Damage>,
    /// Artifacts in a folder they do not belong into, which nothing can find.
    pub misnamed: Vec<PathBuf>,
    /// What is no artifact: left by a copy that was cut off, or put there by somebody.
    pub foreign: Vec<PathBuf>,
}

/// An artifact that is not what its name says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// What its name says.
    pub expected: Digest,
    /// What it contains.
    pub found: Digest,
}

impl FsckReport {
    /// Returns whether nothing is wrong with any artifact.
    pub fn is_clean(&self) -> bool {
        self.damaged.is_empty() && self.misnamed.is_empty()
    }
}

/// A file below the folder of the artifacts.
pub(super) enum Entry {
    /// An artifact in its place, by its name.
    Artifact(Digest, PathBuf, u64),
    /// A file with a digest's name elsewhere.
    Misnamed(PathBuf),
    /// Anything else.
    Foreign(PathBuf),
}

impl ArtifactStore {
    /// Reads every artifact and tells what is wrong.
    ///
    /// # Errors
    /// When a folder or a file cannot be read at all.
    pub fn verify_all(&self) -> Result<FsckReport, ArtifactError> {
        let mut report = FsckReport::default();
        for entry in self.entries()? {
            match entry {
                Entry::Artifact(expected, path, bytes) => {
                    let found = digest_of_file(&path)?;
                    report.checked += 1;
                    report.bytes += bytes;
                    if found != expected {
                        report.damaged.push(Damage { path, expected, found });
                    }
                }
                Entry::Misnamed(path) => report.misnamed.push(path),
                Entry::Foreign(path) => report.foreign.push(path),
            }
        }
        Ok(report)
    }

    /// Returns every file below the folder of the artifacts, in the order of their names.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, ArtifactError> {
        let walk = walkdir::WalkDir::new(&self.root).min_depth(1).sort_by_file_name();
        let mut entries = Vec::new();
        for entry in walk {
            let entry = entry.map_err(|error| io("list", &self.root)(error.into()))?;
            if entry.file_type().is_dir() {
                continue;
            }
            let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
            entries.push(self.judge(entry.path(), entry.file_type().is_file(), bytes));
        }
        Ok(entries)
    }

    fn judge(&self, path: &Path, is_file: bool, bytes: u64) -> Entry {
        let digest = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        match digest {
            Some(digest) if is_file && path == self.path(digest) => Entry::Artifact(digest, path.to_owned(), bytes),
            Some(_) if is_file => Entry::Misnamed(path.to_owned()),
            Some(_) | None => Entry::Foreign(path.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::artifact::Workspace;

    #[test]
    fn a_check_finds_damaged_misnamed_and_foreign_files() {
        let project = tempfile::tempdir().unwrap();
        let store = ArtifactStore::new(&Workspace::create(project.path()).unwrap());
        store.put_bytes(b"good").unwrap();
        assert!(store.verify_all().unwrap().is_clean());
        let bad = store.put_bytes(b"bad").unwrap();
        fs::remove_file(&bad.path).unwrap();
        fs::write(&bad.path, b"worse").unwrap();
        let lost = store.root.join(Digest::of(b"lost").to_string());
        fs::write(&lost, b"lost").unwrap();
        let foreign = store.root.join("note.txt");
        fs::write(&foreign, b"").unwrap();
        let report = store.verify_all().unwrap();
        assert_eq!(report.checked, 2);
        assert_eq!(report.damaged, [Damage { path: bad.path, expected: bad.digest, found: Digest::of(b"worse") }]);
        assert_eq!((report.misnamed, report.foreign), (vec![lost], vec![foreign]));
    }
}
