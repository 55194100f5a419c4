//! Optimizers: how gradients change parameters.

pub mod adamw;
pub mod clip;
pub mod schedule;

pub use adamw::AdamW;
