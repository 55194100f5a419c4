//! Names people give to things in a recipe and in the zoo.

use std::fmt;
use std::str::FromStr;

/// A name: 1 to 64 of `a-z A-Z 0-9 . _ -`, beginning with a letter or a digit.
///
/// Such a name is safe as a file name, a shell word and a column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// Text that is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no name: expected 1 to 64 of `a-z A-Z 0-9 . _ -`, beginning with a letter or a digit")]
pub struct NameError {
    text: String,
}

impl Name {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            && text.as_bytes()[0].is_ascii_alphanumeric();
        if !fits {
            return Err(NameError { text: text.chars().take(80).collect() });
        }
        Ok(Self(text.to_owned()))
    }
}

super::serde_as_text!(Name);
