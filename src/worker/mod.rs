//! The worker: one stage, from `spec.json` to outputs and events.
//!
//! **Invariant:** never touches the database; what it has to say goes into `events.jsonl`.

pub mod emit;
pub mod failure;
pub mod task;
pub mod dataset;
mod told;
pub mod fetched;
pub mod tokenizer;
pub mod tokens;
pub mod reading;
mod records;
pub mod contamination;
pub mod report;
pub mod parent;
pub mod train;
pub mod evaluate;
pub mod sample;
pub mod loaded;
pub mod shown;
pub mod filling;
pub mod inference;
pub mod classifier;
pub mod by_model;
pub mod ask;
pub mod crash;
pub mod main;

/// How a stage ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of its work is done.
    Finished,
    /// It was asked to stop, and saved what it could.
    Interrupted,
}
