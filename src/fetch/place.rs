//! Where fetched data lies: `sources/<key>/`, whole or absent.
//!
//! ```text
//! .pedigree/sources/<key>/fetched.json     the files with their digests
//! .pedigree/sources/<key>/tree/            the files
//! .pedigree/sources/<key>.partial/         what is being fetched
//! .pedigree/sources/<key>.lock             held by the worker that fetches it
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::data::source::cache::Stat;
use crate::fetch::error::FetchError;
use crate::fetch::tree::{Entries, Entry};
use crate::fetch::watch::Watch;
use crate::id::Digest;
use crate::recipe::dataset::Source;

/// The files that were fetched, as `fetched.json` has them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Manifest {
    version: u32,
    files: Entries,
}

const VERSION: u32 = 1;
const MANIFEST: &str = "fetched.json";

/// The place of one fetched thing.
pub struct Place {
    sources: PathBuf,
    key: Digest,
}

impl Place {
    /// Returns the place below the folder `sources`, which is made where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(sources: &Path, key: Digest) -> Result<Self, FetchError> {
        make_private(sources)?;
        Ok(Self { sources: sources.to_owned(), key })
    }

    /// Returns the digest of what pins the data.
    pub fn key(&self) -> Digest {
        self.key
    }

    /// Returns the folder of the files.
    pub fn tree(&self) -> PathBuf {
        self.folder().join("tree")
    }

    fn folder(&self) -> PathBuf {
        self.sources.join(self.key.to_string())
    }

    /// Returns the folder that is filled, made where it is not there; a download that was cut may lie in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn staging(&self) -> Result<PathBuf, FetchError> {
        let folder = self.staging_path();
        make_private(&folder)?;
        remove(&folder.join("tree"))?;
        Ok(folder)
    }

    fn staging_path(&self) -> PathBuf {
        self.sources.join(format!("{}.partial", self.key))
    }

    /// Removes all that was fetched so far.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget_staging(&self) -> Result<(), FetchError> {
        remove(&self.staging_path())
    }

    /// Waits until nobody else fetches the same; the lock is held until it is dropped.
    ///
    /// # Errors
    /// When the lock cannot be taken, or the watch says stop.
    pub fn lock(&self, watch: &mut Watch<'_>) -> Result<File, FetchError> {
        let path = self.sources.join(format!("{}.lock", self.key));
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(FetchError::io("open", &path))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => watch.ask()?,
                Err(TryLockError::Error(error)) => return Err(FetchError::io("lock", &path)(error)),
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Returns the files that lie here, after making sure that they are what they were; `None` where nothing lies here.
    ///
    /// # Errors
    /// When a file changed or is gone.
    pub fn found(&self) -> Result<Option<Entries>, FetchError> {
        let Some(files) = read_manifest(&self.folder())? else { return Ok(None) };
        let tree = self.tree();
        files.par_iter().try_for_each(|(name, entry)| self.check(&tree.join(name), entry))?;
        Ok(Some(files))
    }

    /// A file with the times it had is not read again.
    fn check(&self, path: &Path, entry: &Entry) -> Result<(), FetchError> {
        let damaged = || self.damaged(path);
        let metadata = fs::symlink_metadata(path).map_err(|_| damaged())?;
        if !metadata.is_file() || metadata.len() != entry.bytes {
            return Err(damaged());
        }
        if Stat::of(&metadata) == entry.stat {
            return Ok(());
        }
        let mut hasher = blake3::Hasher::new();
        File::open(path).and_then(|file| hasher.update_reader(file).map(drop)).map_err(|_| damaged())?;
        if Digest::from_hasher(&hasher) == entry.digest { Ok(()) } else { Err(damaged()) }
    }

    /// Returns the error that a file is not what was fetched.
    pub fn damaged(&self, path: &Path) -> FetchError {
        FetchError::Damaged { path: path.to_owned(), folder: self.folder() }
    }

    /// Puts a filled folder here: its list is written, everything is synced, then it gets its name.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn publish(&self, staging: &Path, files: Entries) -> Result<Entries, FetchError> {
        let folder = self.folder();
        if folder.exists() {
            // Somebody fetched the same from elsewhere.
            remove(staging)?;
            return Ok(self.found()?.unwrap_or(files));
        }
        for entry in fs::read_dir(staging).map_err(FetchError::io("read", staging))?.flatten() {
            if entry.file_name() != "tree" {
                let path = entry.path();
                fs::remove_file(&path).map_err(FetchError::io("remove", &path))?;
            }
        }
        let manifest = Manifest { version: VERSION, files };
        let path = staging.join(MANIFEST);
        let bytes = serde_json::to_vec(&manifest).expect("a list of files serializes");
        File::create(&path).and_then(|mut file| file.write_all(&bytes)).map_err(FetchError::io("write", &path))?;
        sync(staging).map_err(FetchError::io("sync", staging))?;
        fs::rename(staging, &folder).map_err(FetchError::io("rename", staging))?;
        let synced = File::open(&self.sources).and_then(|folder| folder.sync_all());
        synced.map_err(FetchError::io("sync", &self.sources))?;
        Ok(manifest.files)
    }
}

/// Returns how many files and bytes of a source lie here, where it was fetched; it is not looked at whether they are whole.
pub fn known(sources: &Path, source: &Source) -> Option<(u64, u64)> {
    let key = match source {
        // Its digest is not known here, and its size is that of the archive.
        Source::Archive { .. } => return None,
        source => source.place_key(None)?,
    };
    let files = read_manifest(&sources.join(key.to_string())).ok()??;
    Some((files.len() as u64, files.values().map(|entry| entry.bytes).sum()))
}

fn read_manifest(folder: &Path) -> Result<Option<Entries>, FetchError> {
    let path = folder.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.exists() => return Ok(None),
        Err(error) => return Err(FetchError::io("read", &path)(error)),
    };
    match serde_json::from_slice::<Manifest>(&bytes) {
        Ok(Manifest { version: VERSION, files }) => Ok(Some(files)),
        Ok(_) | Err(_) => Err(FetchError::Damaged { path, folder: folder.to_owned() }),
    }
}

pub(super) fn make_private(folder: &Path) -> Result<(), FetchError> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(FetchError::io("make", folder)(error)),
        Ok(()) => Ok(()),
        // A link that was planted here would lead elsewhere.
        Err(_) => match fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
            true => Ok(()),
            false => Err(FetchError::io("make", folder)(io::ErrorKind::NotADirectory.into())),
        },
    }
}

pub(in crate::fetch) fn remove(folder: &Path) -> Result<(), FetchError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FetchError::io("remove", folder)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Brings everything below a folder to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    // With a hundred thousand files, one call is hundreds of times faster than one a file.
    #[cfg(target_os = "linux")]
    {
        nix::unistd::syncfs(File::open(folder)?)?;
        Ok(())
    }
    #[cfg(not(target_os = "linux"))]
    {
        for entry in walkdir::WalkDir::new(folder) {
            File::open(entry?.path())?.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::limits::Limits;
    use crate::fetch::name::RelPath;
    use crate::fetch::tree::Tree;

    fn publish(place: &Place, text: &str) -> Entries {
        let staging = place.staging().unwrap();
        let limits = Limits::of(1000);
        let mut tree = Tree::new(&staging.join("tree"), "test", 0, &limits).unwrap();
        let path = RelPath::parse(b"a/b.txt").unwrap().unwrap();
        let goes_on = &mut |_| true;
        tree.file(&path, &mut text.as_bytes(), FetchError::io("read", "x"), &mut Watch::new(goes_on)).unwrap();
        place.publish(&staging, tree.finish()).unwrap()
    }

    #[test]
    fn what_was_published_is_found_and_what_changed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(&folder.path().join("sources"), Digest::of(b"key")).unwrap();
        assert!(place.found().unwrap().is_none());
        let entries = publish(&place, "hello");
        assert_eq!(place.found().unwrap(), Some(entries.clone()));
        assert!(!place.staging_path().exists());
        let file = place.tree().join("a/b.txt");
        fs::write(&file, "hello").unwrap();
        assert_eq!(place.found().unwrap(), Some(entries), "the same content with other times");
        fs::write(&file, "hullo").unwrap();
        assert!(matches!(place.found(), Err(FetchError::Damaged { .. })));
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", &file).unwrap();
        assert!(matches!(place.found(), Err(FetchError::Damaged { .. })));
        fs::write(place.folder().join(MANIFEST), "{").unwrap();
        assert!(matches!(place.found(), Err(FetchError::Damaged { .. })));
    }

    #[test]
    fn a_planted_link_is_not_followed() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = Place::new(folder.path(), Digest::of(b"key")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), place.staging_path()).unwrap();
        assert!(place.staging().is_err());
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_lock_waits_for_another_and_hears_that_it_is_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), Digest::of(b"key")).unwrap();
        let _held = place.lock(&mut Watch::new(&mut |_| true)).unwrap();
        let stopped = place.lock(&mut Watch::new(&mut |_| false));
        assert!(matches!(stopped, Err(FetchError::Stopped)));
    }
}
