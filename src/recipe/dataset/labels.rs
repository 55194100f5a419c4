//! `label`: where the class of a picture or a sound stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The placeholder of the class in a pattern.
const LABEL: &str = "{label}";

/// Where the class of a picture or a sound stands: typed as `folder`, `none`, or a pattern of file names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Labels {
    /// It is the name of the folder in which the file lies.
    #[default]
    Folder,
    /// Nobody tells.
    None,
    /// It stands in the file's name, at `{label}`; every other placeholder becomes a field of the record.
    Pattern(String),
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "folder",
            Self::None => "none",
            Self::Pattern(pattern) => pattern,
        })
    }
}

impl From<Labels> for String {
    fn from(labels: Labels) -> Self {
        labels.to_string()
    }
}

impl TryFrom<String> for Labels {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "folder" => Ok(Self::Folder),
            "none" => Ok(Self::None),
            pattern => placeholders(pattern).map(|_| Self::Pattern(text.clone())),
        }
    }
}

/// Returns the names of the placeholders of a pattern of file names.
///
/// # Errors
/// When `{label}` is missing, a placeholder stands twice or beside another, or is no name.
pub fn placeholders(pattern: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, next)) = after.split_once('}') else { return Err("a `{` is never closed".to_owned()) };
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if !is_name {
            return Err("a placeholder is a word of small letters in braces".to_owned());
        }
        if names.contains(&name) {
            return Err(format!("`{{{name}}}` stands twice"));
        }
        if before.is_empty() && !names.is_empty() {
            return Err(format!("nothing parts `{{{name}}}` from the placeholder before it"));
        }
        names.push(name);
        rest = next;
    }
    match pattern.contains(LABEL) {
        true => Ok(names),
        false => Err(format!("it has no `{LABEL}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_patterns_come_back_as_they_were_typed() {
        for text in ["folder", "none", "{label}_{speaker}_{n}.wav"] {
            assert_eq!(Labels::try_from(text.to_owned()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_matched_in_one_way_is_refused() {
        let refused = |text: &str| Labels::try_from(text.to_owned()).unwrap_err();
        assert_eq!(refused("{speaker}.wav"), "it has no `{label}`");
        assert_eq!(refused("{label}{n}.wav"), "nothing parts `{n}` from the placeholder before it");
        assert_eq!(refused("{label}_{label}.wav"), "`{label}` stands twice");
        assert_eq!(refused("{label}_{n.wav"), "a `{` is never closed");
        assert_eq!(refused("{label}_{}.wav"), "a placeholder is a word of small letters in braces");
    }
}
