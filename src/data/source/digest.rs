//! The digest of a source: names, lengths and contents of its files, in order; no paths and no times.

use std::path::Path;

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::data::source::cache::DigestCache;
use crate::data::source::files::SourceFile;
use crate::data::source::synthetic;
use crate::id::Digest;
use crate::plan::SourceState;
use crate::recipe::dataset::Source;

/// Returns what the source contains now; a relative root starts at `base`.
///
/// # Errors
/// When the files cannot be listed or read.
pub fn state(source: &Source, base: &Path, cache: &mut DigestCache) -> Result<SourceState, DataError> {
    if let Source::Described { tokens: _, bytes, cleaned_bytes: _, documents } = source {
        return Ok(SourceState { digest: Digest::of_json(source), files: *documents, bytes: *bytes, tables: None });
    }
    if source.mixed().next().is_some() {
        // What is mixed are stages of the plan, and they say what they contain.
        return Ok(SourceState { digest: Digest::of(b"mix"), files: 0, bytes: 0, tables: None });
    }
    if let Some(made) = synthetic::digested(source) {
        return Ok(state_of(&[made]));
    }
    if source.fetched().is_some() {
        return pinned(source, base, cache);
    }
    let files = super::list(source, base)?;
    let known: &DigestCache = cache;
    let digests = files.par_iter().map(|file| digest_of(file, known)).collect::<Result<Vec<_>, _>>()?;
    let mut summary = Summary::default();
    for (file, digest) in files.iter().zip(digests) {
        summary.add(&file.name, digest.bytes, digest.digest);
        if digest.is_new {
            cache.put(&file.path, file.stat, digest.digest);
        }
    }
    Ok(summary.finish())
}

/// Returns the state of a source that is fetched: what its pins say. How much it is shows when it is there.
fn pinned(source: &Source, base: &Path, cache: &mut DigestCache) -> Result<SourceState, DataError> {
    let (mut archive, mut bytes) = (None, 0);
    if let Source::Archive { path, .. } = source {
        let path = base.join(path);
        let metadata = std::fs::metadata(&path).map_err(|source| DataError::io(&path, source))?;
        let name = path.display().to_string();
        let file = SourceFile::plain(name, path, &metadata);
        let found = digest_of(&file, cache)?;
        if found.is_new {
            cache.put(&file.path, file.stat, found.digest);
        }
        (archive, bytes) = (Some(found.digest), found.bytes);
    }
    let digest = source.pinned(archive).expect("only sources that are fetched come here");
    Ok(SourceState { digest, files: 0, bytes, tables: None })
}

/// Returns the state of files with these names, sizes and digests, in the order of their names.
pub fn named_state<'a>(files: impl IntoIterator<Item = (&'a str, u64, Digest)>) -> SourceState {
    let mut summary = Summary::default();
    files.into_iter().for_each(|(name, bytes, digest)| summary.add(name, bytes, digest));
    summary.finish()
}

struct Found {
    digest: Digest,
    bytes: u64,
    is_new: bool,
}

fn digest_of(file: &SourceFile, cache: &DigestCache) -> Result<Found, DataError> {
    if let Some(digest) = cache.get(&file.path, &file.stat) {
        return Ok(Found { digest, bytes: file.bytes, is_new: false });
    }
    let (digest, bytes) = digest_and_size(file)?;
    Ok(Found { digest, bytes, is_new: true })
}

/// Digests a file piece by piece: it need not fit into memory.
fn digest_and_size(file: &SourceFile) -> Result<(Digest, u64), DataError> {
    let mut hasher = blake3::Hasher::new();
    let read = std::fs::File::open(&file.path).and_then(|open| hasher.update_reader(open).map(drop));
    read.map_err(|source| DataError::io(&file.path, source))?;
    Ok((Digest::from_hasher(&hasher), hasher.count()))
}

/// A file and the digest of what it contains.
#[derive(Debug, Clone)]
pub struct Digested {
    /// The file.
    pub file: SourceFile,
    /// The digest of its content.
    pub digest: Digest,
    /// Its size, in bytes.
    pub bytes: u64,
}

/// Returns the files of a source with the digests of what they contain now; `go_on` is told the bytes read so far.
///
/// Returns `None` when `go_on` says no.
///
/// # Errors
/// When the files cannot be listed or read.
pub fn digested(
    source: &Source,
    base: &Path,
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<Digested>>, DataError> {
    if let Some(made) = synthetic::digested(source) {
        return Ok(Some(vec![made]));
    }
    let files = super::list(source, base)?;
    let (mut all, mut read) = (Vec::with_capacity(files.len()), 0);
    for chunk in files.chunks(CHUNK) {
        let found: Vec<_> = chunk.par_iter().map(digest_and_size).collect::<Result<_, _>>()?;
        read += found.iter().map(|(_, bytes)| bytes).sum::<u64>();
        all.extend(chunk.iter().zip(found).map(|(file, (digest, bytes))| Digested {
            file: file.clone(),
            digest,
            bytes,
        }));
        if !go_on(read) {
            return Ok(None);
        }
    }
    Ok(Some(all))
}

/// Returns the state of a source that has these files, in the order of their names.
pub fn state_of(files: &[Digested]) -> SourceState {
    let mut summary = Summary::default();
    files.iter().for_each(|Digested { file, digest, bytes }| summary.add(&file.name, *bytes, *digest));
    summary.finish()
}

const CHUNK: usize = 256;

/// Adds up files into a [`SourceState`].
#[derive(Default)]
pub(super) struct Summary {
    hasher: blake3::Hasher,
    files: u64,
    bytes: u64,
}

impl Summary {
    /// Adds the next file in the order of names.
    pub(super) fn add(&mut self, name: &str, bytes: u64, digest: Digest) {
        self.hasher.update(&(name.len() as u64).to_le_bytes());
        self.hasher.update(name.as_bytes());
        self.hasher.update(&bytes.to_le_bytes());
        self.hasher.update(digest.to_string().as_bytes());
        self.files += 1;
        self.bytes += bytes;
    }

    /// Returns the state of all files added.
    pub(super) fn finish(&self) -> SourceState {
        SourceState { digest: Digest::from_hasher(&self.hasher), files: self.files, bytes: self.bytes, tables: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::dataset::Encoding;
    use std::fs;

    fn source() -> Source {
        Source::Files {
            root: "d".to_owned(),
            include: vec!["*.txt".to_owned()],
            exclude: vec![],
            strip_components: 0,
            encoding: Encoding::Utf8,
        }
    }

    #[test]
    fn a_state_depends_on_names_and_contents_and_not_on_the_cache() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir(base.path().join("d")).unwrap();
        fs::write(base.path().join("d/a.txt"), "one").unwrap();
        let mut cache = DigestCache::default();
        let first = state(&source(), base.path(), &mut cache).unwrap();
        assert_eq!((first.files, first.bytes), (1, 3));
        assert_eq!(state(&source(), base.path(), &mut cache).unwrap(), first);
        fs::write(base.path().join("d/a.txt"), "two").unwrap();
        let second = state(&source(), base.path(), &mut cache).unwrap();
        assert_ne!(second.digest, first.digest);
        fs::rename(base.path().join("d/a.txt"), base.path().join("d/b.txt")).unwrap();
        assert_ne!(state(&source(), base.path(), &mut cache).unwrap().digest, second.digest);
    }

    #[test]
    fn digests_with_and_without_a_cache_agree() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir(base.path().join("d")).unwrap();
        fs::write(base.path().join("d/a.txt"), "one").unwrap();
        fs::write(base.path().join("d/b.txt"), "").unwrap();
        let files = digested(&source(), base.path(), |_| true).unwrap().unwrap();
        assert_eq!(state_of(&files), state(&source(), base.path(), &mut DigestCache::default()).unwrap());
    }
}
