//! Data: from source files to token shards.
//!
//! Sources are listed and digested, documents read, records extracted, cleaned and split, tokenizers trained, and
//! tokens packed into shards. Everything is deterministic: the same files give the same bytes on every machine.
//!
//! **Invariant:** knows no tensors and no models; what comes out are plain structs and files.

pub mod error;
pub mod row;
pub mod record;
pub mod media;
pub mod source;
pub mod extract;
pub mod clean;
pub mod split;
pub mod table;
pub mod feature;
pub mod template;
pub mod contamination;
pub mod prepare;
pub mod look;
pub mod diff;
pub mod tokenizer;
pub mod shard;
pub mod labels;

pub use error::DataError;
pub use record::{Content, Media, MediaKind, Record, Turn};
pub use row::{BadRow, Row, Sample};
pub use shard::Shard;
