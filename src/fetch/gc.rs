//! Which preparation reads which fetched data, written down so that what none reads can go.
//!
//! `sources/<fingerprint>.uses` holds the key of the data that the preparation with this fingerprint reads.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::fetch::error::FetchError;
use crate::fetch::place;
use crate::id::Digest;
use crate::record::Swept;

const USES: &str = "uses";
/// What the names of files begin with that are being written.
const WRITING: &str = ".writing-";

/// Writes down that a preparation reads the data of a key.
///
/// # Errors
/// When it cannot be written.
pub fn remember(sources: &Path, fingerprint: Digest, key: Digest) -> Result<(), FetchError> {
    place::make_private(sources)?;
    let path = uses_of(sources, fingerprint);
    let written = tempfile::Builder::new().prefix(WRITING).tempfile_in(sources).and_then(|mut file| {
        file.write_all(key.to_string().as_bytes())?;
        file.persist(&path).map(drop).map_err(|error| error.error)
    });
    written.map_err(FetchError::io("write", &path))
}

/// What of the fetched data is asked to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// What no recorded preparation reads.
    Unused,
    /// All of it: it has to be fetched again before it is read again.
    All,
}

/// Removes fetched data, and downloads that were cut; `recorded` are the fingerprints of all preparations, and a dry run only tells.
///
/// Data of which nobody has written down who reads it stays: it may wait for its pin, or be older than the writing down. The caller
/// holds the manager's lock, and no worker lives.
///
/// # Errors
/// When a folder cannot be read, or something cannot be removed.
pub fn sweep(sources: &Path, recorded: &BTreeSet<Digest>, which: Which, dry_run: bool) -> Result<Swept, FetchError> {
    let mut swept = Swept::default();
    let entries = match fs::read_dir(sources) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(swept),
        entries => entries.map_err(FetchError::io("read", sources))?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    let paths = paths.map_err(FetchError::io("read", sources))?;
    let used: BTreeSet<Digest> =
        recorded.iter().filter_map(|fingerprint| used(&uses_of(sources, *fingerprint))).collect();
    let named: BTreeSet<Digest> = paths.iter().filter_map(|path| used_by(path)).collect();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(WRITING) {
            if !dry_run {
                remove(&path)?;
            }
            continue;
        }
        let (stem, kind) = name.rsplit_once('.').map_or((&*name, None), |(stem, kind)| (stem, Some(kind)));
        let Ok(digest) = stem.parse::<Digest>() else { continue };
        let is_needed = match kind {
            Some(USES) => recorded.contains(&digest),
            Some("partial") => used.contains(&digest),
            Some(_) | None => used.contains(&digest) || !named.contains(&digest),
        };
        let is_data = kind.is_none_or(|kind| kind == "partial");
        if is_needed && which == Which::Unused {
            swept.kept += u64::from(is_data);
            continue;
        }
        let bytes = if is_data { size(&path) } else { 0 };
        if !dry_run {
            remove(&path)?;
        }
        swept.removed += u64::from(is_data);
        swept.bytes += bytes;
    }
    Ok(swept)
}

fn uses_of(sources: &Path, fingerprint: Digest) -> PathBuf {
    sources.join(format!("{fingerprint}.{USES}"))
}

/// Returns the key that such a file holds.
fn used(path: &Path) -> Option<Digest> {
    fs::read_to_string(path).ok()?.parse().ok()
}

fn used_by(path: &Path) -> Option<Digest> {
    path.extension().is_some_and(|kind| kind == USES).then(|| used(path)).flatten()
}

/// Returns the bytes below a folder; links are not followed.
fn size(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// A folder gets another name first: one that is half removed must not look whole.
fn remove(path: &Path) -> Result<(), FetchError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let going = PathBuf::from(format!("{}.partial", path.display().to_string().trim_end_matches(".partial")));
            if going != path {
                place::remove(&going)?;
                fs::rename(path, &going).map_err(FetchError::io("rename", path))?;
            }
            place::remove(&going)
        }
        Ok(_) => fs::remove_file(path).map_err(FetchError::io("remove", path)),
        // A cut download went together with its data.
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(sources: &Path, name: &str) {
        fs::create_dir_all(sources.join(name).join("tree")).unwrap();
        fs::write(sources.join(name).join("tree/a"), "12345").unwrap();
    }

    #[test]
    fn what_no_preparation_reads_goes_and_the_rest_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path();
        let [used, unused, cut, run, nobody] =
            ["used", "unused", "cut", "run", "nobody"].map(|name| Digest::of(name.as_bytes()));
        fs::write(sources.join(".writing-x"), "half").unwrap();
        for name in [
            used.to_string(),
            unused.to_string(),
            nobody.to_string(),
            format!("{cut}.partial"),
            format!("{used}.partial"),
        ] {
            data(sources, &name);
        }
        for lock in [used, unused] {
            fs::write(sources.join(format!("{lock}.lock")), "").unwrap();
        }
        fs::write(sources.join("mine.txt"), "").unwrap();
        remember(sources, run, used).unwrap();
        remember(sources, Digest::of(b"forgotten"), unused).unwrap();
        let recorded = BTreeSet::from([run]);
        let expected = Swept { removed: 2, bytes: 10, kept: 3 };
        assert_eq!(sweep(sources, &recorded, Which::Unused, true).unwrap(), expected);
        assert!(sources.join(unused.to_string()).exists());
        assert_eq!(sweep(sources, &recorded, Which::Unused, false).unwrap(), expected);
        let left = |sources: &Path| {
            let names = fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.collect::<BTreeSet<_>>()
        };
        let kept = [
            used.to_string(),
            nobody.to_string(),
            format!("{used}.partial"),
            format!("{used}.lock"),
            format!("{run}.uses"),
        ];
        assert_eq!(left(sources), kept.into_iter().chain(["mine.txt".to_owned()]).collect());
        assert_eq!(sweep(sources, &recorded, Which::All, false).unwrap().kept, 0);
        assert_eq!(left(sources), BTreeSet::from(["mine.txt".to_owned()]));
    }
}
