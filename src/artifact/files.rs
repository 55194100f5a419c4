//! The artifact store: bytes in, a digest out, and back again.
//!
//! Never overwrites whole bytes, never hands out bytes it did not compare with their digest.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::artifact::error::{ArtifactError, io};
use crate::artifact::place::{copy_into, place, write_into};
use crate::artifact::workspace::Workspace;
use crate::id::Digest;
use crate::record::ArtifactRef;
use crate::record::artifact::place_of;

/// The files of a workspace by content digest: `artifacts/ab/abcd…`, read-only.
#[derive(Debug, Clone)]
pub struct ArtifactStore {
    pub(super) root: PathBuf,
}

impl ArtifactStore {
    /// Returns the artifact store of a workspace.
    pub fn new(workspace: &Workspace) -> Self {
        Self { root: workspace.artifacts() }
    }

    /// Moves a finished file into the store, after comparing it with its digest; the file is gone from where it was.
    ///
    /// A file that is already in the store is only dropped, so that the same call again changes nothing.
    ///
    /// # Errors
    /// When the bytes are not those of `expected`, when the disk is full, and when the file system says no.
    pub fn put_file(&self, path: &Path, expected: Digest) -> Result<ArtifactRef, ArtifactError> {
        let bytes = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return self.get(expected).map_err(|_| io("take", path)(error));
            }
            Err(error) => return Err(io("take", path)(error)),
        };
        let found = digest_of_file(path)?;
        if found != expected {
            return Err(ArtifactError::Damaged { path: path.to_owned(), expected, found });
        }
        let target = self.path(expected);
        if self.holds(expected, bytes) {
            fs::remove_file(path).map_err(io("remove", path))?;
        } else if let Err(error) = place(path, &target) {
            match error.kind() {
                ErrorKind::CrossesDevices => {
                    copy_into(path, &target, expected)?;
                    fs::remove_file(path).map_err(io("remove", path))?;
                }
                _ => return Err(full_or("store", &target, bytes, error)),
            }
        }
        Ok(ArtifactRef { path: target, digest: expected, bytes })
    }

    /// Stores some bytes.
    ///
    /// # Errors
    /// When the disk is full, and when the file system says no.
    pub fn put_bytes(&self, bytes: &[u8]) -> Result<ArtifactRef, ArtifactError> {
        let digest = Digest::of(bytes);
        let size = bytes.len() as u64;
        let path = self.path(digest);
        if !self.holds(digest, size) {
            write_into(bytes, &path).map_err(|error| full_or("store", &path, size, error))?;
        }
        Ok(ArtifactRef { path, digest, bytes: size })
    }

    /// Returns where an artifact lies, without reading it.
    ///
    /// # Errors
    /// When there is no such artifact.
    pub fn get(&self, digest: Digest) -> Result<ArtifactRef, ArtifactError> {
        let path = self.path(digest);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(ArtifactRef { path, digest, bytes: metadata.len() }),
            Ok(_) => Err(ArtifactError::Missing { digest }),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(ArtifactError::Missing { digest }),
            Err(error) => Err(io("look at", &path)(error)),
        }
    }

    /// Returns where an artifact lies, after comparing its bytes with its digest.
    ///
    /// # Errors
    /// When there is no such artifact, and when it is damaged.
    pub fn get_whole(&self, digest: Digest) -> Result<ArtifactRef, ArtifactError> {
        let artifact = self.get(digest)?;
        let found = digest_of_file(&artifact.path)?;
        if found != digest {
            return Err(ArtifactError::Damaged { path: artifact.path, expected: digest, found });
        }
        Ok(artifact)
    }

    /// Copies an artifact of another workspace into this store.
    ///
    /// # Errors
    /// When the other store has no such artifact, when it is damaged, and when the disk is full.
    pub fn copy_from(&self, other: &Self, digest: Digest) -> Result<ArtifactRef, ArtifactError> {
        let ArtifactRef { path, bytes, .. } = other.get(digest)?;
        let target = self.path(digest);
        if !self.holds(digest, bytes) {
            copy_into(&path, &target, digest)?;
        }
        Ok(ArtifactRef { path: target, digest, bytes })
    }

    /// Returns the bytes of an artifact, after comparing them with their digest.
    ///
    /// # Errors
    /// When there is no such artifact, and when it is damaged.
    pub fn read(&self, digest: Digest) -> Result<Vec<u8>, ArtifactError> {
        let ArtifactRef { path, .. } = self.get(digest)?;
        let bytes = fs::read(&path).map_err(io("read", &path))?;
        let found = Digest::of(&bytes);
        if found != digest {
            return Err(ArtifactError::Damaged { path, expected: digest, found });
        }
        Ok(bytes)
    }

    /// Returns whether an artifact of this size is there, without reading it.
    pub fn holds(&self, digest: Digest, bytes: u64) -> bool {
        self.get(digest).is_ok_and(|artifact| artifact.bytes == bytes)
    }

    /// Returns where an artifact lies or would lie.
    pub fn path(&self, digest: Digest) -> PathBuf {
        self.root.join(place_of(digest))
    }
}

/// Returns the digest of a file, read piece by piece.
pub(super) fn digest_of_file(path: &Path) -> Result<Digest, ArtifactError> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(io("read", path))?;
    hasher.update_reader(file).map_err(io("read", path))?;
    Ok(Digest::from_hasher(&hasher))
}

/// Returns what an error on the way into the store means: a full disk, or something else.
pub(super) fn full_or(action: &'static str, path: &Path, needed: u64, error: std::io::Error) -> ArtifactError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            let folder = path.ancestors().find(|folder| folder.is_dir()).unwrap_or(path);
            let free = nix::sys::statvfs::statvfs(folder)
                .map_or(0, |disk| wide(disk.blocks_available()) * wide(disk.fragment_size()));
            ArtifactError::Full { path: path.to_owned(), needed, free }
        }
        _ => io(action, path)(error),
    }
}

/// Returns a count as 64 bits; the file system's counts have 32 on some machines.
fn wide(count: impl Into<u64>) -> u64 {
    count.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use proptest::prelude::*;

    use super::*;

    fn store() -> (tempfile::TempDir, ArtifactStore) {
        let project = tempfile::tempdir().unwrap();
        let store = ArtifactStore::new(&Workspace::create(project.path()).unwrap());
        (project, store)
    }

    #[test]
    fn a_file_is_moved_in_read_only_and_putting_it_again_changes_nothing() {
        let (project, store) = store();
        let path = project.path().join("out");
        let digest = Digest::of(b"weights");
        fs::write(&path, b"weights").unwrap();
        let artifact = store.put_file(&path, digest).unwrap();
        assert!(!path.exists());
        assert_eq!(store.put_file(&path, digest).unwrap(), artifact);
        fs::write(&path, b"weights").unwrap();
        assert_eq!(store.put_file(&path, digest).unwrap(), artifact);
        assert_eq!(fs::metadata(&artifact.path).unwrap().permissions().mode() & 0o777, 0o444);
        assert_eq!(store.read(digest).unwrap(), b"weights");
    }

    #[test]
    fn a_file_that_is_not_what_was_said_stays_where_it_is() {
        let (project, store) = store();
        let path = project.path().join("out");
        fs::write(&path, b"other").unwrap();
        let error = store.put_file(&path, Digest::of(b"weights")).unwrap_err();
        assert!(matches!(error, ArtifactError::Damaged { .. }), "{error}");
        assert!(path.exists());
        assert!(store.get(Digest::of(b"weights")).is_err());
    }

    #[test]
    fn a_flipped_bit_is_found_on_reading() {
        let (_project, store) = store();
        let artifact = store.put_bytes(b"weights").unwrap();
        fs::set_permissions(&artifact.path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&artifact.path, b"weighus").unwrap();
        let error = store.read(artifact.digest).unwrap_err();
        assert!(matches!(error, ArtifactError::Damaged { found, .. } if found == Digest::of(b"weighus")), "{error}");
    }

    #[test]
    fn an_artifact_of_another_workspace_is_copied_only_whole() {
        let ((_one, from), (_other, store)) = (store(), store());
        let artifact = from.put_bytes(b"weights").unwrap();
        let copy = store.copy_from(&from, artifact.digest).unwrap();
        assert_ne!(copy.path, artifact.path);
        assert_eq!(store.get_whole(artifact.digest).unwrap(), copy);
        let bad = from.put_bytes(b"others").unwrap();
        fs::set_permissions(&bad.path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&bad.path, b"otherz").unwrap();
        assert!(matches!(store.copy_from(&from, bad.digest), Err(ArtifactError::Damaged { .. })));
        assert!(matches!(from.get_whole(bad.digest), Err(ArtifactError::Damaged { .. })));
        assert!(matches!(store.get_whole(bad.digest), Err(ArtifactError::Missing { .. })));
    }

    #[test]
    fn a_torn_artifact_is_healed_by_putting_it_again() {
        let (_project, store) = store();
        let artifact = store.put_bytes(b"weights").unwrap();
        fs::remove_file(&artifact.path).unwrap();
        fs::write(&artifact.path, b"wei").unwrap();
        store.put_bytes(b"weights").unwrap();
        assert_eq!(store.read(artifact.digest).unwrap(), b"weights");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_put_is_read(bytes in any::<Vec<u8>>()) {
            let (_project, store) = store();
            let artifact = store.put_bytes(&bytes).unwrap();
            prop_assert_eq!(store.read(artifact.digest).unwrap(), bytes);
        }
    }
}
