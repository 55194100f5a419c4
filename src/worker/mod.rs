//! The worker: one stage, from `spec.json` to outputs and events.
//!
//! **Invariant:** never touches the database; what it has to say goes into `events.jsonl`.

pub mod emit;
pub mod failure;
pub mod task;
pub mod dataset;
pub mod tokenizer;
pub mod tokens;

pub use emit::Emitter;
pub use failure::Failure;
pub use task::Task;
