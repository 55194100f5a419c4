//! From text to [`Recipe`](crate::recipe::Recipe): every mistake is collected, none hides another.

pub mod node;
pub mod yaml;
pub mod reader;
pub mod fields;
pub mod vars;
pub mod set;
pub mod names;
mod root;
mod run;
mod dataset;
mod tokenizer;
mod model;
mod training;
mod evaluation;
#[cfg(test)]
pub(crate) mod seen;

pub use root::{ReadError, read};
pub use set::{Override, OverrideError};
