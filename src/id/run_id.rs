//! Run ids.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The id of a run: a UUID of version 7, so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(Uuid);

/// Text that is no run id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no run id: expected a UUID")]
pub struct RunIdError {
    text: String,
}

impl RunId {
    /// Returns a new id made from the clock and the system's randomness; only the edges call this.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// Returns the id with the given bits, for tests.
    pub fn from_bits(bits: u128) -> Self {
        Self(Uuid::from_u128(bits))
    }

    /// Returns the last 8 hexadecimal digits, which differ between runs of one day.
    pub fn short(&self) -> String {
        let text = self.0.simple().to_string();
        text[text.len() - 8..].to_owned()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, RunIdError> {
        Uuid::parse_str(text).map(Self).map_err(|_| RunIdError { text: text.chars().take(80).collect() })
    }
}

super::serde_as_text!(RunId);
