//! The schedule: which stage runs when, as a state machine that only decides and never does.
//!
//! **Invariant:** pure. Signals go in, actions come out; no clock, disk, process or randomness.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod scheduler;
pub mod queue;
pub mod slots;

pub use queue::Queue;
pub use scheduler::{Action, Because, Policy, Scheduler, Signal, StageResult, StageState};
pub use slots::{Claim, Limits, Slot, Slots, cores_of};
