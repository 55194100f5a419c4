//! The task a worker is given: its folder, its spec, its verified inputs, and whether it was asked to stop.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::id::{Digest, StageId};
use crate::plan::Spec;
use crate::record::artifact::place_of;
use crate::record::{ArtifactRef, FailureClass};
use crate::worker::emit::Emitter;
use crate::worker::failure::Failure;

/// One attempt at one stage.
pub struct Task {
    /// What to do.
    pub spec: Spec,
    /// Tells what happens.
    pub emit: Emitter,
    folder: PathBuf,
    stop: Arc<AtomicBool>,
}

impl Task {
    /// Returns the task whose attempt folder is `folder`; `stop` turns true when the worker is to save and end.
    pub fn new(folder: PathBuf, spec: Spec, emit: Emitter, stop: Arc<AtomicBool>) -> Self {
        Self { spec, emit, folder, stop }
    }

    /// Returns whether the worker is to save its state and end.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Returns the folder of the checkpoints, which all attempts share.
    pub fn checkpoints(&self) -> PathBuf {
        self.folder.parent().unwrap_or(&self.folder).join("checkpoints")
    }

    /// Returns the folder the outputs go into.
    pub fn outputs(&self) -> PathBuf {
        self.folder.join("outputs")
    }

    /// Returns a folder of the workspace in which work is kept from run to run; what lies in it can always be made again.
    pub fn kept(&self, name: &str) -> PathBuf {
        // `.pedigree/tasks/<task>/attempt-1`
        self.folder.ancestors().nth(3).unwrap_or(&self.folder).join(name)
    }

    /// Returns where an artifact of the workspace lies, after comparing it with its digest.
    ///
    /// # Errors
    /// When it is missing or is not what it was.
    pub fn artifact(&self, digest: Digest) -> Result<PathBuf, Failure> {
        let path = self.kept("artifacts").join(place_of(digest));
        let mut hasher = blake3::Hasher::new();
        let read = fs::File::open(&path).and_then(|file| hasher.update_reader(file).map(drop));
        read.map_err(|error| {
            let message = format!("`{}`: {error}", path.display());
            let hint = "the run that made it may have been forgotten: run its recipe again";
            Failure::new(FailureClass::Integrity, message).with_hint(hint)
        })?;
        verify(&path, Digest::from_hasher(&hasher), digest)?;
        Ok(path)
    }

    /// Returns the folder of the attempt, for files that vanish with it.
    pub fn scratch(&self) -> &Path {
        &self.folder
    }

    /// Returns the bytes of an input, after comparing them with their digest.
    ///
    /// # Errors
    /// When the spec names no such input, and when the file is missing or is not what it was.
    pub fn input(&self, stage: &StageId, name: &str) -> Result<Vec<u8>, Failure> {
        let artifact = self.named(stage, name)?;
        let bytes = fs::read(&artifact.path).map_err(|error| unreadable(stage, name, artifact, &error))?;
        verify(&artifact.path, Digest::of(&bytes), artifact.digest)?;
        Ok(bytes)
    }

    /// Returns where an input lies, after comparing it with its digest piece by piece: it need not fit into memory.
    ///
    /// # Errors
    /// When the spec names no such input, and when the file is missing or is not what it was.
    pub fn input_file(&self, stage: &StageId, name: &str) -> Result<ArtifactRef, Failure> {
        let artifact = self.named(stage, name)?;
        let mut hasher = blake3::Hasher::new();
        let read = fs::File::open(&artifact.path).and_then(|file| hasher.update_reader(file).map(drop));
        read.map_err(|error| unreadable(stage, name, artifact, &error))?;
        verify(&artifact.path, Digest::from_hasher(&hasher), artifact.digest)?;
        Ok(artifact.clone())
    }

    fn named(&self, stage: &StageId, name: &str) -> Result<&ArtifactRef, Failure> {
        let artifact = self.spec.inputs.get(stage).and_then(|outputs| outputs.get(name));
        artifact
            .ok_or_else(|| Failure::new(FailureClass::Bug, format!("the spec names no input `{name}` of `{stage}`")))
    }

    /// Writes an output whole and synced, and tells of it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn output(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.outputs().join(name);
        write_whole(&path, bytes).map_err(|error| Failure::io(&path, &error))?;
        self.emit.output(name, &path, Digest::of(bytes), bytes.len() as u64)
    }

    /// Tells of an output that was written piece by piece and synced.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn written(&mut self, name: &str) -> Result<(), Failure> {
        let path = self.outputs().join(name);
        let mut hasher = blake3::Hasher::new();
        let read = fs::File::open(&path).and_then(|file| hasher.update_reader(file).map(drop));
        read.and_then(|()| fs::File::open(self.outputs())?.sync_all()).map_err(|error| Failure::io(&path, &error))?;
        self.emit.output(name, &path, Digest::from_hasher(&hasher), hasher.count())
    }

    /// Writes an output of any size, whole and synced, and tells of it.
    ///
    /// # Errors
    /// When the file cannot be written, and when `write` fails.
    pub fn output_with(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let path = self.outputs().join(name);
        let io = |error: std::io::Error| Failure::io(&path, &error);
        fs::create_dir_all(self.outputs()).map_err(io)?;
        let mut file = Hashed {
            file: tempfile::NamedTempFile::new_in(self.outputs()).map_err(io)?,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        };
        write(&mut file)?;
        let Hashed { file, hasher, bytes } = file;
        persist(file, &path).map_err(io)?;
        self.emit.output(name, &path, Digest::from_hasher(&hasher), bytes)
    }
}

/// A file and the digest of what went into it.
struct Hashed {
    file: tempfile::NamedTempFile,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn unreadable(stage: &StageId, name: &str, artifact: &ArtifactRef, error: &std::io::Error) -> Failure {
    let message = format!("`{name}` of `{stage}`: `{}`: {error}", artifact.path.display());
    Failure::new(FailureClass::Integrity, message).with_hint("`pedigree fsck` finds what else is missing")
}

fn verify(path: &Path, found: Digest, expected: Digest) -> Result<(), Failure> {
    if found == expected {
        return Ok(());
    }
    let message =
        format!("`{}` is damaged: expected digest {}, found {}", path.display(), expected.short(), found.short());
    Err(Failure::new(FailureClass::Integrity, message).with_hint("`pedigree fsck` names the stages to run again"))
}

/// Writes a file so that it is either absent or whole: temporary file, sync, rename, sync of the folder.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    persist(file, path)
}

/// Gives a finished file its name, synced.
fn persist(file: tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    fs::File::open(path.parent().unwrap_or_else(|| Path::new(".")))?.sync_all()
}
