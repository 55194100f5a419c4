//! Which of the kept parts a preparation uses, written down so that what no preparation needs can go.
//!
//! `<fingerprint>.uses` holds the keys of the parts; it is there before the first part is made, so that an interrupted preparation
//! keeps what it has.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::data::error::DataError;
use crate::data::prepare::made::write_whole;
use crate::id::Digest;
use crate::record::Swept;

const KIND: &str = "uses";

/// The parts a preparation uses, as `<fingerprint>.uses` has them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Uses {
    version: u32,
    parts: BTreeSet<Digest>,
}

/// Writes down which parts a preparation uses.
pub(super) fn write(kept: &Path, fingerprint: Digest, parts: &BTreeSet<Digest>) -> Result<(), DataError> {
    let path = kept.join(format!("{fingerprint}.{KIND}"));
    let uses = Uses { version: 1, parts: parts.clone() };
    let bytes = serde_json::to_vec(&uses).expect("a list of digests serializes");
    write_whole(&path, &bytes).map_err(|source| DataError::io(&path, source))
}

/// Removes what is kept and no preparation in `newest` uses, and what killed workers left half written; a dry run only tells.
///
/// The caller holds the manager's lock, and no worker lives. All that goes can be made again from the source.
///
/// # Errors
/// When the folder cannot be read or a file cannot be removed.
pub fn sweep(kept: &Path, newest: &BTreeSet<Digest>, dry_run: bool) -> Result<Swept, DataError> {
    let mut swept = Swept::default();
    let entries = match fs::read_dir(kept) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(swept),
        entries => entries.map_err(|source| DataError::io(kept, source))?,
    };
    let needed: BTreeSet<Digest> = newest.iter().flat_map(|fingerprint| used(kept, *fingerprint)).collect();
    for entry in entries {
        let path = entry.map_err(|source| DataError::io(kept, source))?.path();
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if !metadata.is_file() {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (stem, kind) = name.rsplit_once('.').unwrap_or((&name, ""));
        let stays = match stem.parse::<Digest>() {
            Ok(digest) if kind == KIND => newest.contains(&digest),
            Ok(digest) => needed.contains(&digest),
            Err(_) => false,
        };
        if stays {
            swept.kept += 1;
            continue;
        }
        if !dry_run {
            fs::remove_file(&path).map_err(|source| DataError::io(&path, source))?;
        }
        swept.removed += 1;
        swept.bytes += metadata.len();
    }
    Ok(swept)
}

/// Returns the parts a preparation is known to use.
pub(super) fn used(kept: &Path, fingerprint: Digest) -> BTreeSet<Digest> {
    let bytes = fs::read(kept.join(format!("{fingerprint}.{KIND}"))).unwrap_or_default();
    match serde_json::from_slice(&bytes) {
        Ok(Uses { version: 1, parts }) => parts,
        Ok(_) | Err(_) => BTreeSet::new(),
    }
}
