//! Tables: prepared records as Parquet, which every other tool opens.
//!
//! | column | type | what |
//! |---|---|---|
//! | `id`, `document` | string | what names the record, and the source document it comes from |
//! | `text` | string | text to learn |
//! | `prompt`, `response` | string | a question and its answer |
//! | `messages` | list of `{role, content}` | a conversation |
//! | `image`, `audio` | `{bytes, path}` | a picture or a sound, as Hugging Face's libraries write them |
//! | `caption` | string | what it shows |
//! | `label` | string | its class |
//! | any other | string | what else is known of a record |
//!
//! A column stands in the file when some record of the dataset has a value for it, so the splits of a dataset have the same columns.

mod shape;
mod columns;
mod write;
pub mod vectors;
mod open;
mod read;
mod object;

pub use object::object;
pub use read::{Batches, group_sizes, read, read_all, read_group, size};
pub use shape::{Shape, column_of};
pub use write::Writer;
