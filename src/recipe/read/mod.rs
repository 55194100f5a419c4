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
pub mod imports;
mod root;
mod run;
pub mod accelerator;
mod dataset;
mod tokenizer;
mod model;
mod architecture;
mod adapter;
mod training;
mod objective;
mod optimizer;
mod schedule;
mod evaluation;
mod analysis;
mod variant;
mod catalogue;
mod contamination;
#[cfg(test)]
pub(crate) mod seen;
mod sense;

#[cfg(test)]
mod tests;

pub use catalogue::catalogue;
pub use input::{Input, Nothing, OtherFile, Outside, Reading, Refusal, TokenizerFile};
pub use root::read;
