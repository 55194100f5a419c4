//! From text to [`Recipe`](crate::recipe::Recipe): every mistake is collected, none hides another.

pub mod node;
pub mod yaml;
pub mod reader;
pub mod letters;
pub mod elsewhere;
pub mod fields;
pub mod input;
pub mod extends;
pub mod set;
pub mod vars;
pub mod references;
pub mod axes;
pub mod matrix;
pub mod names;
mod root;
mod run;
mod dataset;
mod tokenizer;
mod model;
mod training;
mod evaluation;
mod variant;
mod sense;

#[cfg(test)]
mod tests;

pub use input::{Input, Nothing, OtherFile, Outside, Reading};
pub use root::read;
