//! The one event type: what a stage tells while it works.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, StageId};
use crate::record::machine::Machine;

/// The metric of the most memory a worker has held, in bytes.
pub const PEAK_MEMORY: &str = "peak-memory-bytes";

/// Something that happened in a stage.
///
/// Events of one attempt are numbered from 0 without gaps, so that reading them twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Event {
    /// The version of the event log: 1.
    pub version: u32,
    /// The stage.
    pub stage: StageId,
    /// The attempt at the stage, from 1.
    pub attempt: u32,
    /// The number of the event within its attempt, from 0.
    pub sequence: u64,
    /// When it happened, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// The version of the event log this program writes.
    pub const VERSION: u32 = 1;
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum EventKind {
    /// The worker began; from now on it is alive as long as it holds its lock.
    Started {
        /// The worker's process id.
        pid: u32,
        /// What the work is done on.
        machine: Box<Machine>,
    },
    /// Training goes on from a checkpoint.
    Resumed {
        /// The step of the checkpoint, in steps.
        step: u64,
    },
    /// The work is alive and this far.
    Progress(Progress),
    /// A number was measured.
    Metric {
        /// The name: `train/loss`, `validation/loss`, `learning-rate`, `perplexity`, ….
        name: String,
        /// The optimizer step it belongs to, in steps; 0 outside training.
        step: u64,
        /// The number; never NaN or infinite.
        value: f64,
    },
    /// A checkpoint is on disk, whole and synced.
    Checkpoint(CheckpointRecord),
    /// A finished output is on disk, whole and synced.
    Output {
        /// The name within the stage: `model.safetensors`.
        name: String,
        /// The file, in the task folder.
        path: PathBuf,
        /// Its content.
        digest: Digest,
        /// Its size.
        bytes: u64,
    },
    /// Something a person may want to know.
    Note {
        /// One sentence.
        message: String,
    },
    /// The stage did all its work.
    Finished,
    /// The stage was asked to stop, and saved what it could.
    Interrupted,
    /// The stage cannot do its work.
    Failed {
        /// Whose fault it is, and so whether trying again helps.
        class: FailureClass,
        /// What went wrong.
        message: String,
        /// What a person can do about it.
        hint: Option<String>,
    },
}

impl EventKind {
    /// Returns whether nothing follows this event in its attempt.
    pub fn is_last(&self) -> bool {
        match self {
            Self::Finished | Self::Interrupted | Self::Failed { .. } => true,
            Self::Started { .. }
            | Self::Resumed { .. }
            | Self::Progress(_)
            | Self::Metric { .. }
            | Self::Checkpoint(_)
            | Self::Output { .. }
            | Self::Note { .. } => false,
        }
    }
}

/// How far a stage is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Progress {
    /// What is done, in `unit`s.
    pub done: u64,
    /// All there is to do, in `unit`s; 0 where nobody knows.
    pub total: u64,
    /// What is counted: `steps`, `files`, `tokens`.
    pub unit: String,
    /// The newest training loss, in nats a token.
    pub loss: Option<f64>,
    /// The speed of late, in tokens a second.
    pub tokens_per_second: Option<f64>,
    /// The speed of late, in records a second, where there are no tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_per_second: Option<f64>,
    /// The time left at that speed, in milliseconds.
    pub left_ms: Option<u64>,
}

/// A saved training state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CheckpointRecord {
    /// The optimizer steps behind it, in steps.
    pub step: u64,
    /// Its folder, in the task folder.
    pub path: PathBuf,
    /// The digest of its manifest, which in turn holds the digest of every file.
    pub digest: Digest,
    /// The size of all its files.
    pub bytes: u64,
    /// Whether it had the lowest validation loss when it was saved.
    pub is_best: bool,
}

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// The recipe or the data: trying again changes nothing.
    BadInput,
    /// The work itself: a diverged training, a failed gate. Trying again changes nothing.
    Work,
    /// Damaged bytes: trying again changes nothing.
    Integrity,
    /// Another process holds what the stage needs.
    Conflict,
    /// Disk, memory or time ran out: a person has to make room.
    Resources,
    /// A remote or the network, after every attempt that was worth it.
    Remote,
    /// The machine, the file system or a killed process: trying again may help.
    Infrastructure,
    /// A bug of ours: a panic, an impossible state.
    Bug,
}

impl FailureClass {
    /// Returns whether trying again may help.
    pub fn is_worth_a_retry(self) -> bool {
        match self {
            Self::Infrastructure => true,
            Self::BadInput
            | Self::Work
            | Self::Integrity
            | Self::Conflict
            | Self::Resources
            | Self::Remote
            | Self::Bug => false,
        }
    }

    /// Returns the exit code of a process that ends for this reason.
    pub fn exit(self) -> crate::error::Exit {
        use crate::error::Exit;
        match self {
            Self::BadInput => Exit::BadInput,
            Self::Work | Self::Infrastructure => Exit::Failed,
            Self::Integrity => Exit::Integrity,
            Self::Conflict => Exit::Conflict,
            Self::Resources => Exit::Resources,
            Self::Remote => Exit::Remote,
            Self::Bug => Exit::Bug,
        }
    }
}
