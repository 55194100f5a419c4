//! Did the same recipe give the same models? A graded verdict, from bytes down to numbers.
//!
//! Never runs anything: it holds what two runs left side by side.

pub mod tensors;
pub mod adapters;
pub mod numbers;
pub mod verdict;

pub use verdict::{Difference, Grade, StageVerdict, Verdict, judge};
