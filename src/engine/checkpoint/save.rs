//! Writes checkpoints: a temporary folder beside the place, every file and the folder synced, renamed, the parent synced.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use crate::engine::checkpoint::manifest::Manifest;
use crate::engine::checkpoint::state::State;
use crate::engine::checkpoint::{AVERAGE, BEST, DEBRIS, MANIFEST, MODEL, OPTIMIZER, STATE, folder, steps};
use crate::engine::error::EngineError;
use crate::engine::model::{HostTensor, weights};
use crate::id::Digest;
use crate::record::CheckpointRecord;

/// The tensors of a checkpoint, on the host.
#[derive(Debug)]
pub struct Saving<'a> {
    /// The trainable parameters.
    pub model: &'a BTreeMap<String, HostTensor>,
    /// Their moments.
    pub optimizer: &'a BTreeMap<String, HostTensor>,
    /// Their moving average, where one is kept.
    pub average: Option<&'a BTreeMap<String, HostTensor>>,
    /// The best trainable parameters so far, unless this step's are.
    pub best: Option<&'a BTreeMap<String, HostTensor>>,
}

/// Writes a checkpoint; when this returns, it survives a power cut.
///
/// # Errors
/// When the disk is full or does not take it; then earlier checkpoints are untouched.
pub fn save(checkpoints: &Path, state: &State, tensors: &Saving<'_>) -> Result<CheckpointRecord, EngineError> {
    let mut files = BTreeMap::from([
        (MODEL, weights::write(tensors.model)),
        (OPTIMIZER, weights::write(tensors.optimizer)),
        (STATE, serde_json::to_vec_pretty(state).expect("a state serializes")),
    ]);
    if let Some(average) = tensors.average {
        files.insert(AVERAGE, weights::write(average));
    }
    if let Some(best) = tensors.best {
        files.insert(BEST, weights::write(best));
    }
    let manifest = Manifest::of(state.step, &files);
    let bytes = manifest.to_bytes();
    let record = CheckpointRecord {
        step: state.step,
        path: folder(checkpoints, state.step),
        digest: Digest::of(&bytes),
        bytes: manifest.total_bytes() + bytes.len() as u64,
        is_best: state.is_best(),
    };
    files.insert(MANIFEST, bytes);
    let written = write_folder(checkpoints, &record.path, &files);
    written.map_err(|source| EngineError::Io { path: record.path.clone(), action: "written", source })?;
    Ok(record)
}

fn write_folder(parent: &Path, place: &Path, files: &BTreeMap<&'static str, Vec<u8>>) -> std::io::Result<()> {
    fs::create_dir_all(parent)?;
    let staging = tempfile::Builder::new().prefix(DEBRIS).tempdir_in(parent)?;
    let new = staging.path().join("new");
    fs::create_dir(&new)?;
    for (name, bytes) in files {
        let mut file = File::create_new(new.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    File::open(&new)?.sync_all()?;
    if place.exists() {
        // A folder of this step is left from an earlier attempt; it makes way at the last moment.
        fs::rename(place, staging.path().join("old"))?;
    }
    fs::rename(&new, place)?;
    File::open(parent)?.sync_all()
}

/// Removes what saves that were killed have left.
///
/// # Errors
/// When a folder cannot be removed.
pub fn remove_debris(checkpoints: &Path) -> Result<(), EngineError> {
    for entry in fs::read_dir(checkpoints).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(DEBRIS) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes all checkpoints but the newest `keep` and the one at the step of the lowest validation loss.
///
/// # Errors
/// When a folder cannot be removed.
pub fn keep_newest(checkpoints: &Path, keep: u32, best_step: Option<u64>) -> Result<(), EngineError> {
    let old = steps(checkpoints).into_iter().skip(keep.max(1) as usize);
    old.filter(|step| Some(*step) != best_step).try_for_each(|step| remove(&folder(checkpoints, step)))
}

fn remove(path: &Path) -> Result<(), EngineError> {
    fs::remove_dir_all(path).map_err(|source| EngineError::Io { path: path.to_owned(), action: "removed", source })
}
