//! The manifest: digest and size of every file of a checkpoint.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::engine::checkpoint::MANIFEST;
use crate::engine::error::EngineError;
use crate::id::Digest;

/// What a checkpoint consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// The version of this format: 1.
    pub version: u32,
    /// The step, in steps.
    pub step: u64,
    /// The files by name.
    pub files: BTreeMap<String, FileEntry>,
}

/// What a file contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FileEntry {
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many there are.
    pub bytes: u64,
}

impl Manifest {
    /// Returns the manifest of some files.
    pub fn of(step: u64, files: &BTreeMap<&'static str, Vec<u8>>) -> Self {
        let entry = |bytes: &Vec<u8>| FileEntry { digest: Digest::of(bytes), bytes: bytes.len() as u64 };
        Self { version: 1, step, files: files.iter().map(|(name, bytes)| ((*name).to_owned(), entry(bytes))).collect() }
    }

    /// Returns the manifest as the bytes of its file.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest serializes")
    }

    /// Returns the size of all files.
    pub fn total_bytes(&self) -> u64 {
        self.files.values().map(|entry| entry.bytes).sum()
    }

    /// Reads every file of a checkpoint folder, and compares each with the manifest.
    ///
    /// # Errors
    /// When a file is missing, or is not what the manifest says, and when the manifest itself was changed.
    pub fn read_verified(folder: &Path, step: u64) -> Result<(Self, BTreeMap<String, Vec<u8>>), EngineError> {
        let path = folder.join(MANIFEST);
        let damaged = |path: &Path, reason: String| EngineError::Damaged { path: path.to_owned(), reason };
        let text = std::fs::read(&path).map_err(|error| damaged(&path, error.to_string()))?;
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| damaged(&path, error.to_string()))?;
        if manifest.to_bytes() != text || manifest.version != 1 || manifest.step != step {
            return Err(damaged(&path, format!("it is not the manifest of step {step}")));
        }
        let mut files = BTreeMap::new();
        for (name, entry) in &manifest.files {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).map_err(|error| damaged(&path, error.to_string()))?;
            let found = Digest::of(&bytes);
            if found != entry.digest || bytes.len() as u64 != entry.bytes {
                let reason = format!("expected digest {}, found {}", entry.digest.short(), found.short());
                return Err(damaged(&path, reason));
            }
            files.insert(name.clone(), bytes);
        }
        Ok((manifest, files))
    }
}
