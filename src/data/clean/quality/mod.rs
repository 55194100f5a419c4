//! `quality`: records that read unlike prose go.
//!
//! The rules are those of Gopher (Rae et al. 2021, "Scaling Language Models", appendix A.1) and C4 (Raffel et al. 2020, "Exploring the
//! Limits of Transfer Learning", section 2.2); [`Quality`] lists them with their thresholds. Chinese is measured in characters.

mod gopher;
mod repetition;
mod c4;

use std::path::Path;

use crate::data::clean::{Counts, Fate, Step, dictionary};
use crate::data::error::DataError;
use crate::data::record::{Content, Record};
use crate::recipe::dataset::{Quality, QualityRules};

/// Judges records by rules.
pub struct Judge {
    rules: Quality,
    bad_words: Option<c4::BadWords>,
}

impl Judge {
    /// Returns a judge; its list of bad words is read once.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn new(rules: &Quality) -> Result<Self, DataError> {
        let words = match (&rules.bad_words, rules.rules) {
            (Some(path), QualityRules::C4 | QualityRules::Both) => Some(dictionary::read(Path::new(path), 1)?),
            (Some(_), QualityRules::Gopher) | (None, _) => None,
        };
        Ok(Self { rules: rules.clone(), bad_words: words.map(|words| c4::BadWords::new(&words)) })
    }

    /// Returns why texts go.
    fn verdict(&self, text: &str) -> Option<&'static str> {
        let is_of = |rules: [QualityRules; 2]| rules.contains(&self.rules.rules);
        let c4 = || c4::verdict(text, &self.rules, self.bad_words.as_ref());
        let c4 = if is_of([QualityRules::C4, QualityRules::Both]) { c4() } else { None };
        let gopher = || gopher::verdict(text, &self.rules);
        c4.or_else(|| if is_of([QualityRules::Gopher, QualityRules::Both]) { gopher() } else { None })
    }
}

impl Step for Judge {
    /// Lines are only taken out of plain text: an answer without its middle is no answer.
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        let takes_lines = matches!(self.rules.rules, QualityRules::C4 | QualityRules::Both);
        let record = match &record.content {
            Content::Text(_) if takes_lines => {
                let mut n_lines = 0;
                let record = record.map(|text| c4::without_bad_lines(text, &self.rules, &mut n_lines));
                *counts.entry("lines".to_owned()).or_default() += n_lines;
                record
            }
            Content::Text(_) | Content::Pair { .. } | Content::Chat(_) | Content::Preference(_) | Content::Media(_) => {
                record
            }
        };
        let mut texts = record.texts();
        let reason = match (texts.next(), texts.next()) {
            (Some(text), None) => self.verdict(text),
            _ => self.verdict(&record.texts().collect::<Vec<_>>().join("\n")),
        };
        drop(texts);
        match reason {
            None => Fate::Keep(record),
            Some(reason) => Fate::Drop { record, reason },
        }
    }
}

#[cfg(test)]
mod tests;
