//! What is told of a prepared dataset: its card and its Croissant description, which travel with the data, and a page on how it was
//! prepared.
//!
//! **Invariants:** like those of model cards: the same facts make the same bytes, and nothing a person wrote is read as markup.

mod facts;
mod bars;

pub use bars::{Bar, Bars, profile};
pub use facts::{DatasetFacts, SplitFile};
