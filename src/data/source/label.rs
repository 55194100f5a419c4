//! The class of a record, out of where its file lies or what it is called.

use std::collections::BTreeMap;

use regex::Regex;

use crate::data::error::DataError;
use crate::recipe::dataset::{Labels, placeholders};

/// Finds the class of a file by its name.
pub(super) enum Labeller {
    /// It is the folder's name.
    Folder,
    /// There is none.
    None,
    /// It stands in the file's name.
    Pattern {
        /// The pattern as typed, for messages.
        typed: String,
        /// The same, compiled.
        pattern: Regex,
        /// What its groups are called.
        names: Vec<String>,
    },
}

/// A class, if there is one, and what else a name tells.
pub(super) type Told = (Option<String>, BTreeMap<String, String>);

impl Labeller {
    /// Returns what finds the classes a source asks for.
    ///
    /// # Errors
    /// When a pattern is longer than can be compiled.
    pub(super) fn new(labels: &Labels) -> Result<Self, DataError> {
        let typed = match labels {
            Labels::Folder => return Ok(Self::Folder),
            Labels::None => return Ok(Self::None),
            Labels::Pattern(typed) => typed.clone(),
        };
        let wrong = |message: String| DataError::BadLabels { pattern: typed.clone(), message };
        let names: Vec<_> = placeholders(&typed).map_err(wrong)?.into_iter().map(str::to_owned).collect();
        let mut text = String::from("^");
        let mut rest = typed.as_str();
        for name in &names {
            let (before, after) = rest.split_once(&format!("{{{name}}}")).unwrap_or((rest, ""));
            text.push_str(&regex::escape(before));
            text.push_str("([^/]+?)");
            rest = after;
        }
        text.push_str(&regex::escape(rest));
        text.push('$');
        let pattern = Regex::new(&text).map_err(|error| wrong(error.to_string()))?;
        Ok(Self::Pattern { typed, pattern, names })
    }

    /// Returns what the name of a document tells; a pattern is held against its last parts, as many as the pattern has.
    pub(super) fn of(&self, document: &str) -> Result<Told, String> {
        match self {
            Self::None => Ok((None, BTreeMap::new())),
            Self::Folder => match document.rsplit('/').nth(1) {
                Some(folder) => Ok((Some(folder.to_owned()), BTreeMap::new())),
                None => Err("has no label: it lies in no folder below `root`".to_owned()),
            },
            Self::Pattern { typed, pattern, names } => {
                let n = typed.matches('/').count();
                let start = document.rmatch_indices('/').nth(n).map_or(0, |(i, _)| i + 1);
                let Some(found) = pattern.captures(&document[start..]) else {
                    return Err(format!("has no label: its name is not `{typed}`"));
                };
                let values = found.iter().skip(1).map(|value| value.map_or("", |value| value.as_str()).to_owned());
                let mut fields: BTreeMap<_, _> = names.iter().cloned().zip(values).collect();
                Ok((fields.remove("label"), fields))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(labels: &str, document: &str) -> Result<Told, String> {
        Labeller::new(&Labels::try_from(labels.to_owned()).unwrap()).unwrap().of(document)
    }

    #[test]
    fn a_pattern_tells_the_label_and_the_other_fields() {
        let (label, fields) = told("{label}_{speaker}_{n}.wav", "some/folder/7_jackson_12.wav").unwrap();
        assert_eq!(label.as_deref(), Some("7"));
        assert_eq!(fields, [("n", "12"), ("speaker", "jackson")].map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        let (label, fields) = told("{speaker}/{label}-{n}.flac", "a/ann/yes-1.flac").unwrap();
        assert_eq!((label.as_deref(), fields["speaker"].as_str()), (Some("yes"), "ann"));
    }

    #[test]
    fn a_folder_is_the_one_next_to_the_file() {
        assert_eq!(told("folder", "a/rose/1.png").unwrap().0.as_deref(), Some("rose"));
        assert_eq!(told("folder", "1.png").unwrap_err(), "has no label: it lies in no folder below `root`");
        assert_eq!(told("none", "1.png").unwrap().0, None);
    }

    #[test]
    fn a_name_that_does_not_fit_is_told_and_signs_mean_themselves() {
        assert_eq!(told("{label}.wav", "a.flac").unwrap_err(), "has no label: its name is not `{label}.wav`");
        assert!(told("{label}.wav", "axwav").is_err());
    }
}
