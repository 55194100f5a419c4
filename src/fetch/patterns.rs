//! Which of the files that are there a recipe asks for; a pattern that matches nothing is a mistake.

use globset::{GlobBuilder, GlobMatcher};

use crate::data::DataError;
use crate::fetch::error::FetchError;

/// Patterns, and which of them have matched.
pub(super) struct Patterns<'a> {
    all: Vec<(&'a str, GlobMatcher, bool)>,
}

impl<'a> Patterns<'a> {
    /// Reads patterns.
    ///
    /// # Errors
    /// When one of them cannot be understood.
    pub(super) fn new(patterns: &'a [String]) -> Result<Self, FetchError> {
        let read = |pattern: &'a String| {
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            let glob = glob.map_err(|source| DataError::BadPattern { pattern: pattern.clone(), source })?;
            Ok((pattern.as_str(), glob.compile_matcher(), false))
        };
        Ok(Self { all: patterns.iter().map(read).collect::<Result<_, FetchError>>()? })
    }

    /// Returns whether a file is asked for.
    pub(super) fn take(&mut self, name: &str) -> bool {
        let mut is_taken = false;
        for (_, glob, has_matched) in &mut self.all {
            if glob.is_match(name) {
                (is_taken, *has_matched) = (true, true);
            }
        }
        is_taken
    }

    /// Makes sure that every pattern has matched something.
    ///
    /// # Errors
    /// When one has not.
    pub(super) fn all_matched(&self, what: &str, n_files: usize) -> Result<(), FetchError> {
        let missing: Vec<_> =
            self.all.iter().filter(|(.., has_matched)| !has_matched).map(|(text, ..)| format!("`{text}`")).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(FetchError::NotThere {
            message: format!("none of the {n_files} files of `{what}` matches {}", missing.join(", ")),
            hint: Some("`*` stays within one folder, `**` crosses folders".to_owned()),
        })
    }
}
