//! A fresh folder that is filled with foreign files, within bounds; every file is digested as it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::source::cache::Stat;
use crate::fetch::error::FetchError;
use crate::fetch::limits::Limits;
use crate::fetch::name::RelPath;
use crate::fetch::watch::Watch;
use crate::id::Digest;

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// Its digest.
    pub digest: Digest,
    /// Its size, in bytes.
    pub bytes: u64,
    /// What the file system says of it.
    pub stat: Stat,
}

/// The files of a folder by their names.
pub type Entries = BTreeMap<String, Entry>;

/// A folder that is being filled.
pub struct Tree<'a> {
    root: PathBuf,
    /// What the files come from, as it can be shown.
    what: String,
    limits: &'a Limits,
    entries: Entries,
    folders: BTreeSet<String>,
    bytes: u64,
    /// The bytes that the files are unpacked from; 0 where they are not packed.
    packed: u64,
}

impl<'a> Tree<'a> {
    /// Makes the folder, which must not be there yet, for its owner alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(root: &Path, what: &str, packed: u64, limits: &'a Limits) -> Result<Self, FetchError> {
        fs::DirBuilder::new().mode(0o700).create(root).map_err(FetchError::io("make", root))?;
        let (root, what) = (root.to_owned(), what.to_owned());
        Ok(Self { root, what, limits, entries: Entries::new(), folders: BTreeSet::new(), bytes: 0, packed })
    }

    /// Returns the files, sorted by name.
    pub fn finish(self) -> Entries {
        self.entries
    }

    /// Returns what the files come from, as it can be shown.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns where a file lies.
    pub fn path(&self, path: &RelPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// Returns how many bytes are there.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds a folder; one that is there already is the same one.
    ///
    /// # Errors
    /// When a file has that name, and when it cannot be made.
    pub fn folder(&mut self, path: &RelPath) -> Result<(), FetchError> {
        for folder in path.folders().chain([path.as_str()]) {
            self.one_folder(folder)?;
        }
        Ok(())
    }

    fn one_folder(&mut self, folder: &str) -> Result<(), FetchError> {
        if self.folders.contains(folder) {
            return Ok(());
        }
        if self.entries.contains_key(folder) {
            return Err(self.wrong(folder, "it is a file and a folder"));
        }
        if self.folders.len() as u64 >= self.limits.most_files {
            return Err(FetchError::TooMuch { what: self.what.clone(), most: self.limits.most_files, unit: "folders" });
        }
        let path = self.root.join(folder);
        fs::DirBuilder::new().mode(0o700).create(&path).map_err(FetchError::io("make", &path))?;
        self.folders.insert(folder.to_owned());
        Ok(())
    }

    /// Adds a file with what `from` yields; errors of `from` are told by `read_error`.
    ///
    /// # Errors
    /// When the name is there already, a bound is passed, or something cannot be read or written.
    pub fn file(
        &mut self,
        path: &RelPath,
        from: &mut dyn Read,
        read_error: impl FnOnce(io::Error) -> FetchError,
        watch: &mut Watch<'_>,
    ) -> Result<u64, FetchError> {
        let (mut file, mut hasher, mut bytes) = (self.create(path)?, blake3::Hasher::new(), 0_u64);
        let mut buffer = vec![0_u8; 1 << 16];
        loop {
            let n = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(read_error(error)),
            };
            self.count(n as u64)?;
            hasher.update(&buffer[..n]);
            let full = self.root.join(path.as_str());
            file.write_all(&buffer[..n]).map_err(FetchError::io("write", full))?;
            bytes += n as u64;
            watch.tell(self.bytes, 0)?;
        }
        self.close(path, &file, Digest::from_hasher(&hasher), bytes)?;
        Ok(bytes)
    }

    /// Takes a file that lies there already, written by the caller with [`Tree::create`].
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn close(&mut self, path: &RelPath, file: &File, digest: Digest, bytes: u64) -> Result<(), FetchError> {
        let full = self.root.join(path.as_str());
        let metadata = file.metadata().map_err(FetchError::io("look at", full))?;
        self.entries.insert(path.as_str().to_owned(), Entry { digest, bytes, stat: Stat::of(&metadata) });
        Ok(())
    }

    /// Makes a file that must not be there yet.
    ///
    /// # Errors
    /// When the name is there already, or there are too many files.
    pub fn create(&mut self, path: &RelPath) -> Result<File, FetchError> {
        if self.entries.len() as u64 >= self.limits.most_files {
            return Err(FetchError::TooMuch { what: self.what.clone(), most: self.limits.most_files, unit: "files" });
        }
        for folder in path.folders() {
            self.one_folder(folder)?;
        }
        if self.folders.contains(path.as_str()) {
            return Err(self.wrong(path.as_str(), "it is a file and a folder"));
        }
        if self.entries.contains_key(path.as_str()) {
            return Err(self.wrong(path.as_str(), "the name is there twice"));
        }
        let full = self.root.join(path.as_str());
        let opened = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&full);
        match opened {
            // On some file systems `A` and `a` are one name.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(self.wrong(path.as_str(), "the name is there twice"))
            }
            opened => opened.map_err(FetchError::io("make", full)),
        }
    }

    /// Accounts for bytes that are about to be written.
    ///
    /// # Errors
    /// When they are too many, in all or for what they are unpacked from.
    pub fn count(&mut self, bytes: u64) -> Result<(), FetchError> {
        self.bytes = self.bytes.saturating_add(bytes);
        let Limits { most_bytes, most_ratio, ratio_from, .. } = *self.limits;
        if self.bytes > most_bytes {
            return Err(FetchError::TooMuch { what: self.what.clone(), most: most_bytes, unit: "bytes" });
        }
        if self.packed > 0 && self.bytes > ratio_from && self.bytes / self.packed > most_ratio {
            let why = format!("one byte of it unpacks to more than {most_ratio}: this is no data");
            return Err(FetchError::archive(&self.what, None, why));
        }
        Ok(())
    }

    fn wrong(&self, entry: &str, why: &str) -> FetchError {
        FetchError::archive(&self.what, Some(entry.as_bytes()), why)
    }
}
