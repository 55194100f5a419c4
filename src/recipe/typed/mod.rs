//! The recipe as typed: what stands in the file, before defaults are filled in. For editors and for the reference, never for reading.
//!
//! Most types mean what is typed, so they derive their schema where they stand, from their own doc comments. Only what is typed
//! differently stands here: the sections that are gone after reading, the short form of `data`, the flat rule of a gate.
//!
//! To add a key: give its field a doc comment, an example, and `x-unit` where it is a number; its default comes from the function
//! the reader takes it from. A test compares every key with what the reader knows.

mod recipe;
mod data;
mod matrix;
mod gate;
mod allow;
mod batch;
mod model;
mod text;

mod defaults;
mod extending;
mod schema;
mod variables;
mod words;
#[cfg(test)]
mod tests;

pub use allow::TypedAllow;
pub use batch::{batch_records, records};
pub use data::{Data, DataSplit, OneOrMore};
pub use gate::{Requirement, one_requirement};
pub use matrix::Matrix;
pub use model::{one_or_the_other, rank_unless_it_goes_on};
pub use recipe::{Defaults, TypedRecipe};
pub use schema::{plain_schema, schema};
pub use text::{
    CommitId, DelimiterText, HexDigest, JsonPathText, LabelText, ModelReference, Scalar, SecretReference, SomeText,
    Template, WebAddress,
};

pub use defaults::defaults;
