//! The database: what was run, what came out of it, how good it was, and what of it is in the zoo.
//!
//! **Invariants:** one writer, the manager; readers never wait and write nothing; only this folder names sqlx. One file a table.

pub mod runs;
pub mod stage_runs;
pub mod ledger;
pub mod events;
pub mod attempts;
pub mod metrics;
pub mod checkpoints;
pub mod outputs;
pub mod evaluations;
pub mod gates;
pub mod samples;
pub mod cards;
pub mod model_versions;
pub mod model_parents;
pub mod aliases;
pub mod reference;
pub mod past;
pub mod datasets;
mod check;
mod error;
mod filesystem;
mod migrate;
mod open;
mod row;

pub use attempts::AttemptRow;
pub use checkpoints::CheckpointRow;
pub use datasets::PreparedDataset;
pub use error::StoreError;
pub use evaluations::EvaluationRow;
pub use gates::GateRow;
pub use metrics::MetricPoint;
pub use model_parents::Parent;
pub use model_versions::{ModelVersion, NewVersion};
pub use open::Store;
pub use runs::{NewRun, RunRow, RunSummary};
pub use samples::SampleRow;
pub use stage_runs::{StageRow, StageRunRow};

/// What a question to the database comes to.
pub type Result<T> = std::result::Result<T, StoreError>;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
