//! Records out of the matches of a pattern.

use regex::{Captures, Regex};

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::extract::Extractor;
use crate::data::extract::fields::{plain, row_kind};
use crate::data::extract::says::{Keys, Made, Origin};
use crate::data::record::Record;
use crate::data::row::{Row, Value};
use crate::recipe::dataset::Within;
use crate::recipe::placeholder::{self, Part};

/// A record for every match of a pattern. A group that takes no part in a match is empty.
#[derive(Debug)]
pub(super) struct Matches {
    pattern: Regex,
    within: Within,
    made: Made<Vec<Part>>,
}

impl Matches {
    /// Reads the pattern, and the text each part of a record is made of.
    ///
    /// # Errors
    /// When the pattern is none, or a group is used that it does not have.
    pub(super) fn new(pattern: &str, within: Within, keys: Keys<'_>) -> Result<Self, DataError> {
        let bad = |key, message| DataError::BadExtraction { key, message };
        let pattern = Regex::new(pattern).map_err(|_| bad("pattern", "this is no pattern".to_owned()))?;
        let groups: Vec<&str> = pattern.capture_names().flatten().collect();
        let made = Made::new(keys, |key, text| {
            let parts = placeholder::parts(text);
            let is_unknown = |part: &Part| matches!(part, Part::Name(name) if !groups.contains(&name.as_str()));
            match parts.iter().any(is_unknown) {
                true => Err(bad(key, "the pattern has no such group".to_owned())),
                false => Ok(parts),
            }
        })?;
        Ok(Self { pattern, within, made })
    }

    fn record(
        &self,
        found: &Captures<'_>,
        origin: &Origin,
        n: usize,
        counts: &mut Counts,
    ) -> Result<Option<Record>, String> {
        let value = |name: &str| found.name(name).map(|group| group.as_str());
        self.made.record(origin, Some(n), counts, |_, parts| Ok(placeholder::fill(parts, value)))
    }
}

impl Extractor for Matches {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let origin = Origin::of(&row);
        let Value::Text(text) = &row.value else {
            return Err(format!("expected text, found {}", row_kind(&row.value)));
        };
        let text = plain(text);
        let mut records = Vec::new();
        let mut unmatched = |reason: &str| *counts.entry(reason.to_owned()).or_default() += 1;
        let found: Vec<Captures<'_>> = match self.within {
            Within::Document => {
                let found: Vec<_> = self.pattern.captures_iter(&text).collect();
                if found.is_empty() {
                    unmatched("unmatched-documents");
                }
                found
            }
            Within::Line => {
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                let first = |line| {
                    self.pattern.captures(line).or_else(|| {
                        unmatched("unmatched-lines");
                        None
                    })
                };
                lines.filter_map(first).collect()
            }
        };
        for (i, captures) in found.iter().enumerate() {
            records.extend(self.record(captures, &origin, i + 1, counts)?);
        }
        Ok(records)
    }
}
