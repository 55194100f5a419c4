//! What a step did, added up record by record and part by part.

use serde::{Deserialize, Serialize};

use crate::data::clean::redact_pii::redact;
use crate::data::clean::{Counts, Fate};
use crate::data::record::Record;
use crate::recipe::dataset::PiiKind;
use crate::record::report::{Dropped, StepReport};

/// The most samples a report shows of what a step dropped.
pub(super) const MOST_SAMPLES: usize = 5;
/// The most characters of a sample.
const SAMPLE_CHARS: usize = 200;

/// What a step did to some records.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tally(pub(super) StepReport);

impl Tally {
    /// Returns the tally of a step that has seen nothing yet.
    pub(super) fn new(step: &str) -> Self {
        Self(StepReport { step: step.to_owned(), ..StepReport::default() })
    }

    /// Adds a record the step was given, before it decides.
    pub(super) fn given(&mut self, record: &Record) {
        self.0.records_in += 1;
        self.0.bytes_in += record.bytes();
    }

    /// Adds what the step decided; returns the record if it stays.
    pub(super) fn decided(&mut self, fate: Fate, before: &Record) -> Option<Record> {
        match fate {
            Fate::Keep(record) => {
                self.0.records_out += 1;
                self.0.bytes_out += record.bytes();
                self.0.changed += u64::from(record != *before);
                Some(record)
            }
            Fate::Drop { record, reason } => {
                self.dropped(&record, reason);
                None
            }
        }
    }

    /// Adds a record that goes.
    pub(super) fn dropped(&mut self, record: &Record, reason: &str) {
        *self.0.reasons.entry(reason.to_owned()).or_default() += 1;
        if self.0.samples.len() < MOST_SAMPLES {
            let (record, reason, text) = (record.id.clone(), reason.to_owned(), beginning(record));
            self.0.samples.push(Dropped { record, reason, text });
        }
    }

    /// Adds counts of the step.
    pub(super) fn count(&mut self, counts: Counts) {
        counts.into_iter().for_each(|(name, n)| *self.0.counts.entry(name).or_default() += n);
    }

    /// Adds what the step did to other records, which come later.
    pub(super) fn join(&mut self, other: &Self) {
        let StepReport { step: _, records_in, records_out, changed, bytes_in, bytes_out, counts, reasons, samples } =
            &other.0;
        self.0.records_in += records_in;
        self.0.records_out += records_out;
        self.0.changed += changed;
        self.0.bytes_in += bytes_in;
        self.0.bytes_out += bytes_out;
        counts.iter().for_each(|(name, n)| *self.0.counts.entry(name.clone()).or_default() += n);
        reasons.iter().for_each(|(name, n)| *self.0.reasons.entry(name.clone()).or_default() += n);
        let room = MOST_SAMPLES.saturating_sub(self.0.samples.len());
        self.0.samples.extend(samples.iter().take(room).cloned());
    }
}

/// Returns how a record begins, in one line and with private data masked.
pub(super) fn beginning(record: &Record) -> String {
    // Private data that the cut tears apart would not be found any more.
    let ahead: String = record.texts().flat_map(|text| text.chars().chain([' '])).take(2 * SAMPLE_CHARS).collect();
    let masked = redact(&ahead, &PiiKind::all()).0;
    let words: Vec<&str> = masked.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SAMPLE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
