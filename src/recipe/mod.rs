//! The recipe: YAML text in, a [`Recipe`] out, or every mistake at once with line, column and hint.
//!
//! **Invariant:** pure. No clock, disk, environment or randomness; what a recipe takes from outside is handed in.

pub mod meant;

pub mod dataset;
pub mod evaluation;
pub mod model;
pub mod run;
pub mod tokenizer;
pub mod training;

pub use meant::{Publish, Recipe, Tags, ZooEntry};
