//! Puts bytes into their place so that they are either absent or whole, even after a power cut.
//!
//! A failed sync is never tried again: the pages may be gone, and a second sync would lie.

use std::fs::{self, File};
use std::io::{self as std_io, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::artifact::error::{ArtifactError, io};
use crate::artifact::files::full_or;
use crate::id::Digest;

/// The first letters of files that are not whole yet.
pub(super) const INCOMING: &str = ".incoming-";

/// Moves a file of the same file system into its place.
pub(super) fn place(path: &Path, target: &Path) -> std_io::Result<()> {
    make_folder(target)?;
    seal(&File::open(path)?)?;
    fs::rename(path, target)?;
    File::open(folder_of(target))?.sync_all()
}

/// Writes bytes into their place.
pub(super) fn write_into(bytes: &[u8], target: &Path) -> std_io::Result<()> {
    let mut file = incoming(target)?;
    file.write_all(bytes)?;
    land(file, target)
}

/// Copies a file of another file system into its place, comparing what is written with its digest.
pub(super) fn copy_into(path: &Path, target: &Path, expected: Digest) -> Result<(), ArtifactError> {
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let mut source = File::open(path).map_err(io("read", path))?;
    let mut file = incoming(target).map_err(|error| full_or("store", target, bytes, error))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n_bytes = source.read(&mut buffer).map_err(io("read", path))?;
        if n_bytes == 0 {
            break;
        }
        hasher.update(&buffer[..n_bytes]);
        file.write_all(&buffer[..n_bytes]).map_err(|error| full_or("store", target, bytes, error))?;
    }
    let found = Digest::from_hasher(&hasher);
    if found != expected {
        return Err(ArtifactError::Damaged { path: path.to_owned(), expected, found });
    }
    land(file, target).map_err(|error| full_or("store", target, bytes, error))
}

fn incoming(target: &Path) -> std_io::Result<tempfile::NamedTempFile> {
    make_folder(target)?;
    tempfile::Builder::new().prefix(INCOMING).tempfile_in(folder_of(target))
}

fn land(file: tempfile::NamedTempFile, target: &Path) -> std_io::Result<()> {
    seal(file.as_file())?;
    file.persist(target).map_err(|error| error.error)?;
    File::open(folder_of(target))?.sync_all()
}

/// Makes a file read-only and syncs it.
fn seal(file: &File) -> std_io::Result<()> {
    file.set_permissions(fs::Permissions::from_mode(0o444))?;
    file.sync_all()
}

/// Makes the folder of a target, so that it too outlives a power cut.
fn make_folder(target: &Path) -> std_io::Result<()> {
    let folder = folder_of(target);
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    folder.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn folder_of(target: &Path) -> &Path {
    target.parent().expect("an artifact lies in a folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_compared_with_its_digest_while_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("a"), folder.path().join("b/c"));
        fs::write(&source, b"text").unwrap();
        assert!(copy_into(&source, &target, Digest::of(b"other")).is_err());
        assert!(!target.exists());
        copy_into(&source, &target, Digest::of(b"text")).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"text");
        assert_eq!(fs::read_dir(folder.path().join("b")).unwrap().count(), 1);
    }
}
