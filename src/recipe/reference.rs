//! References to models outside of a recipe: `zoo/rust-coder@champion`, `zoo/gpt2`, `hf/openai-community/gpt2@<revision>`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{Digest, Name};

/// A model outside of the recipe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A model of the zoo.
    Zoo {
        /// Its name there, or the name its recipe publishes under.
        name: Name,
        /// Which one of that name.
        version: Version,
    },
    /// A model of the Hugging Face Hub at one commit.
    Hub {
        /// Whose it is.
        owner: String,
        /// Its name.
        model: String,
        /// The commit, 40 hexadecimal digits.
        revision: String,
    },
}

/// Which model of a name in the zoo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The entry of the catalogue, or the newest version where the catalogue has none of that name.
    Any,
    /// The version of this number.
    Number(u32),
    /// What an alias means now.
    Alias(Name),
}

/// Text that refers to no model outside of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It begins neither with `zoo/` nor with `hf/`.
    #[error("`{text}` refers to no model of the zoo and to none of Hugging Face")]
    Elsewhere {
        /// The text.
        text: String,
    },
    /// The name of a model of the zoo, or of its alias, is none.
    #[error("`{text}` names no model of the zoo: {why}")]
    Zoo {
        /// The text.
        text: String,
        /// Why not.
        why: String,
    },
    /// It says not whose model of the Hub it is, or not which.
    #[error("`{text}` names no model of Hugging Face")]
    Hub {
        /// The text.
        text: String,
    },
    /// The revision is no whole commit.
    #[error("`{text}` {}", if revision.is_empty() { "has no revision".to_owned() } else { format!("has the revision `{revision}`, which is no whole commit") })]
    Revision {
        /// The text.
        text: String,
        /// What stands in place of a commit.
        revision: String,
        /// What comes before it.
        id: String,
    },
}

impl ReferenceError {
    /// Returns how to mend it.
    pub fn hint(&self) -> String {
        match self {
            Self::Elsewhere { .. } => "a model outside of the recipe is `zoo/name`, `zoo/name@v3`, `zoo/name@alias` or `hf/owner/model@revision`".to_owned(),
            Self::Zoo { .. } => "a model of the zoo is `zoo/name`, `zoo/name@v3` or `zoo/name@alias`".to_owned(),
            Self::Hub { .. } => "a model of Hugging Face is `hf/owner/model@revision`, such as `hf/openai-community/gpt2@…`".to_owned(),
            Self::Revision { id, .. } => format!(
                "a branch or a tag moves, and the same recipe would mean another model: write the 40 hexadecimal digits of the commit, `hf/{id}@<revision>`"
            ),
        }
    }
}

impl Reference {
    /// Returns whether text is meant as a reference to a model outside of the recipe.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("zoo/") || text.starts_with("hf/")
    }

    /// Returns a name for the model inside of a recipe: `rust-coder-industry.v3`, `gpt2.zoo`, `openai-community-gpt2.607a30d783df`.
    ///
    /// References that are pinned have the same name, commits of forks aside, only if they are the same.
    pub fn name_within(&self) -> Name {
        let (stem, end) = match self {
            Self::Zoo { name, version: Version::Any } => (name.to_string(), "zoo".to_owned()),
            Self::Zoo { name, version: Version::Number(number) } => (name.to_string(), format!("v{number}")),
            Self::Zoo { name, version: Version::Alias(alias) } => (name.to_string(), format!("at.{alias}")),
            Self::Hub { owner, model, revision } => (format!("{owner}-{model}"), revision[..12].to_owned()),
        };
        let whole = format!("{stem}.{end}");
        // Names end at 64 characters: what is cut off is told apart by its digest.
        let short = || {
            let digest = Digest::of(self.to_string().as_bytes()).short();
            format!("{}-{digest}", whole.chars().take(50).collect::<String>())
        };
        whole.parse().or_else(|_| short().parse()).expect("50 characters that may stand in names, and a digest")
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zoo { name, version: Version::Any } => write!(f, "zoo/{name}"),
            Self::Zoo { name, version: Version::Number(number) } => write!(f, "zoo/{name}@v{number}"),
            Self::Zoo { name, version: Version::Alias(alias) } => write!(f, "zoo/{name}@{alias}"),
            Self::Hub { owner, model, revision } => write!(f, "hf/{owner}/{model}@{revision}"),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let shown: String = text.chars().take(120).collect();
        if let Some(rest) = text.strip_prefix("zoo/") {
            return zoo(rest).map_err(|why| ReferenceError::Zoo { text: shown, why });
        }
        match text.strip_prefix("hf/") {
            Some(rest) => hub(rest, shown),
            None => Err(ReferenceError::Elsewhere { text: shown }),
        }
    }
}

fn zoo(rest: &str) -> Result<Reference, String> {
    let (name, suffix) = rest.split_once('@').map_or((rest, None), |(name, suffix)| (name, Some(suffix)));
    let name: Name = name.parse().map_err(|error: crate::id::NameError| error.to_string())?;
    let number = suffix.and_then(|suffix| suffix.strip_prefix('v')).filter(|digits| is_number(digits));
    let version = match (number, suffix) {
        (Some(number), _) => match number.parse() {
            Ok(number) if number > 0 => Version::Number(number),
            Ok(_) | Err(_) => return Err(format!("versions count from 1, and `v{number}` is none")),
        },
        (None, Some(alias)) => Version::Alias(alias.parse().map_err(|error: crate::id::NameError| error.to_string())?),
        (None, None) => Version::Any,
    };
    Ok(Reference::Zoo { name, version })
}

fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn hub(rest: &str, text: String) -> Result<Reference, ReferenceError> {
    let (id, revision) = rest.split_once('@').unwrap_or((rest, ""));
    let (owner, model) = id.split_once('/').unwrap_or(("", id));
    if ![owner, model].into_iter().all(is_hub_name) {
        return Err(ReferenceError::Hub { text });
    }
    let is_commit = revision.len() == 40 && revision.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_commit {
        let revision = revision.chars().take(80).collect();
        return Err(ReferenceError::Revision { text, revision, id: id.to_owned() });
    }
    Ok(Reference::Hub { owner: owner.to_owned(), model: model.to_owned(), revision: revision.to_owned() })
}

/// Owners and models of the Hub: such a name is safe as a folder's.
fn is_hub_name(name: &str) -> bool {
    (1..=96).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && !name.contains("--")
        && !name.contains("..")
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn told(text: &str) -> String {
        let error = text.parse::<Reference>().unwrap_err();
        format!("{error}; {}", error.hint())
    }

    #[test]
    fn a_reference_prints_as_it_was_typed() {
        let hub = format!("hf/openai-community/gpt2@{COMMIT}");
        for text in ["zoo/gpt2", "zoo/rust-coder@champion", "zoo/rust-coder-industry@v3", hub.as_str()] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
        // `v` alone and `very-good` are aliases.
        assert!(matches!(
            "zoo/x@very-good".parse(),
            Ok(Reference::Zoo { version: Version::Alias(alias), .. }) if alias.as_str() == "very-good"
        ));
    }

    #[test]
    fn a_revision_that_moves_is_refused_and_the_reason_is_told() {
        for text in ["hf/openai-community/gpt2@main", "hf/openai-community/gpt2@0123456"] {
            let told = told(text);
            assert!(told.contains("which is no whole commit; a branch or a tag moves"), "{told}");
            assert!(told.contains("`hf/openai-community/gpt2@<revision>`"), "{told}");
        }
        assert!(told("hf/openai-community/gpt2").contains("has no revision"));
        assert!(told(&format!("hf/gpt2@{COMMIT}")).contains("`hf/owner/model@revision`"));
        assert!(told(&format!("hf/../gpt2@{COMMIT}")).contains("names no model of Hugging Face"));
        assert!(told("zoo/@champion").contains("is no name"));
        assert!(told("zoo/x@v0").contains("versions count from 1"));
        assert!(told("s3/x").contains("a model outside of the recipe is"));
    }

    #[test]
    fn the_name_inside_of_a_recipe_tells_references_apart() {
        let within = |text: &str| text.parse::<Reference>().unwrap().name_within().to_string();
        assert_eq!(within("zoo/rust-coder-industry@v3"), "rust-coder-industry.v3");
        assert_eq!(within("zoo/gpt2"), "gpt2.zoo");
        assert_eq!(within(&format!("hf/openai-community/gpt2@{COMMIT}")), "openai-community-gpt2.0123456789ab");
        let long = "a".repeat(63);
        let names = ["zoo/{}@v11", "zoo/{}@v12"].map(|text| within(&text.replace("{}", &long)));
        assert!(names.iter().all(|name| name.len() <= 64));
        assert_ne!(names[0], names[1]);
    }

    proptest! {
        #[test]
        fn whatever_is_a_reference_prints_as_itself(text in "(zoo|hf)/[a-z./@v0-9-]{1,60}") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.to_string().parse(), Ok(reference.clone()));
                prop_assert!(!reference.name_within().as_str().is_empty());
            }
        }
    }
}
