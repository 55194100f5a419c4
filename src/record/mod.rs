//! What happened: the one event type, and the values that are told and stored.
//!
//! **Invariant:** pure. Executors emit [`Event`]s; the progress bar, the log, the database and the scheduler listen.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod adapters;
pub mod artifact;
pub mod confusion;
pub mod contamination;
pub mod divergence;
pub mod event;
pub mod interval;
pub mod machine;
pub mod network;
pub mod overfitting;
pub mod rate;
pub mod repeated;
pub mod report;
pub mod student;
pub mod swept;
pub mod verdict;

pub use adapters::{AdapterFile, Adapters};
pub use artifact::ArtifactRef;
pub use confusion::{ClassReport, Confusion};
pub use contamination::{ContaminationReport, Exposure};
pub use event::{CheckpointRecord, Event, EventKind, FailureClass, Progress};
pub use interval::Interval;
pub use machine::Machine;
pub use network::{ArchitectureFile, Seen};
pub use overfitting::Overfitting;
pub use repeated::Repeated;
pub use swept::Swept;
pub use verdict::{GateRepeats, GateResult, RunStatus, StageStatus};
