//! Zip: what the directory at its end lists.

use std::fs::File;
use std::io::{BufReader, Read as _};

use ::zip::ZipArchive;
use ::zip::result::ZipError;

use crate::fetch::archive::unreadable;
use crate::fetch::error::FetchError;
use crate::fetch::name::RelPath;
use crate::fetch::tree::Tree;
use crate::fetch::watch::Watch;

/// The bits of a Unix mode that say what kind of file it is, and the two kinds that are taken.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// Unpacks a zip archive into `tree`.
///
/// # Errors
/// When it is damaged, holds what is not taken, or passes a bound.
pub(super) fn unpack(file: File, archive: &str, tree: &mut Tree<'_>, watch: &mut Watch<'_>) -> Result<(), FetchError> {
    let wrong = |error: &ZipError| FetchError::archive(archive, None, format!("it cannot be unpacked: {error}"));
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| wrong(&error))?;
    if zip.has_duplicate_names() {
        return Err(FetchError::archive(archive, None, "a name is there twice"));
    }
    // Entries that share their bytes are how a small archive becomes a large one.
    if zip.has_overlapping_entries().map_err(|error| wrong(&error))? {
        return Err(FetchError::archive(archive, None, "entries overlap"));
    }
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).map_err(|error| wrong(&error))?;
        let name = entry.name_raw().to_vec();
        let wrong = |why: &str| FetchError::archive(archive, Some(&name), why);
        if entry.encrypted() {
            return Err(wrong("it is encrypted"));
        }
        let is_folder = name.ends_with(b"/");
        let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
        match (kind, is_folder) {
            (0 | FOLDER, true) | (0 | REGULAR, false) => {}
            _ => return Err(wrong("it is a link, a device or of an unknown kind, which is not taken")),
        }
        match (RelPath::parse(&name).map_err(wrong)?, is_folder) {
            (_, true) if entry.size() > 0 => return Err(wrong("it is a folder with content")),
            (None, true) => {}
            (None, false) => return Err(wrong("it is a file without a name")),
            (Some(path), true) => tree.folder(&path)?,
            (Some(path), false) => {
                let said = entry.size();
                let read_error = |error| unreadable(archive, Some(&name), &error);
                let read = tree.file(&path, &mut entry.by_ref(), read_error, watch)?;
                if read != said {
                    return Err(FetchError::archive(archive, Some(&name), "its sizes contradict each other"));
                }
            }
        }
    }
    Ok(())
}
