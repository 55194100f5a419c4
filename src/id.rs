//! Identifiers: newtypes that are parsed once and then trusted.
//!
//! A path is only ever built from these types, so a name or a digest that came from outside cannot leave its folder.

mod digest;
mod name;
mod run_id;
mod stage_id;

pub use digest::{Digest, DigestError};
pub use name::{Name, NameError};
pub use run_id::{RunId, RunIdError};
pub use stage_id::{StageId, StageIdError, StageKind};

/// Implements serde through `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use serde_as_text;
