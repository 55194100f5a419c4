//! The recipe: YAML text in, a [`Recipe`] out, or every mistake at once with line, column and hint.
//!
//! **Invariant:** pure. No clock, disk, environment or randomness; what a recipe takes from outside is handed in.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod meant;

pub mod dataset;
pub mod tokenizer;
pub mod model;
pub mod adapter;
pub mod reference;
pub mod import;
pub mod catalogue;
pub mod hub;
pub mod training;
pub mod optimizer;
pub mod schedule;
pub mod parameter;
pub mod objective;
pub mod head;
pub mod classification;
pub mod metric;
pub mod task;
pub mod robustness;
pub mod evaluation;
pub mod analysis;
pub mod variant;
pub mod measured;
pub mod contamination;
pub mod placeholder;
pub mod template;
pub mod run;
pub mod accelerator;

pub mod typed;
pub mod read;
pub mod problem;
pub mod code;
pub mod docs;
pub mod print;
pub mod render;
pub mod sarif;
#[cfg(test)]
pub(crate) mod fixture;

pub use code::Code;
pub use import::{Content, Forebear, Import};
pub use meant::{Publish, Recipe, Tags, ZooEntry};
pub use problem::{Place, Problem, Problems, Severity};
pub use read::read;
pub use reference::Reference;
