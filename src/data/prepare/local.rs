//! The steps that look at one record at a time, over a part.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::extract::Extractor;
use crate::data::prepare::feed::TableFeed;
use crate::data::prepare::made::{Made, Making};
use crate::data::prepare::part::{Content, Part};
use crate::data::prepare::phase::Phase;
use crate::data::prepare::tally::Tally;
use crate::data::prepare::watch::Halt;
use crate::data::record::Record;
use crate::data::row::{BadRow, Row};
use crate::data::source::{self, Stat};
use crate::data::table;
use crate::id::Digest;
use crate::recipe::dataset::{Dataset, Extract, Source};

/// The records that go through the steps together, at most.
const BATCH_ROWS: usize = 1024;
/// Their size, in bytes.
const BATCH_BYTES: u64 = 4 << 20;
/// The most bad rows that are told.
pub(super) const MOST_BAD_ROWS: usize = 20;

/// How a part is worked on.
pub(super) struct How<'a> {
    /// What to do.
    pub(super) dataset: &'a Dataset,
    /// Makes records of rows.
    pub(super) extractor: &'a dyn Extractor,
    /// Where what is made is kept.
    pub(super) folder: &'a Path,
    /// Whether a step shares its records between all cores; else the parts are shared.
    pub(super) is_shared: bool,
    /// Whether to go on, asked with the bytes that were read.
    pub(super) go_on: &'a (dyn Fn(u64) -> bool + Sync),
}

/// Reads a part, makes records of it, and takes them through the steps of the first phase.
pub(super) fn make(how: &How<'_>, part: &Part<'_>, phase: &Phase<'_>, key: Digest) -> Result<Made, Halt> {
    if let Some(made) = Made::find(how.folder, key) {
        (how.go_on)(part.bytes);
        return Ok(made);
    }
    let extraction = how.dataset.extract.as_ref().map_or("rows", Extract::word);
    let mut work = Work::begin(how, phase, key, Some(Tally::new(extraction)))?;
    let most = how.dataset.bad_rows_let_pass();
    if let Content::Rows(feed, group) = part.content {
        work.rows(feed, group)?;
    }
    for digested in part.files() {
        let file = &digested.file;
        source::read_range(&how.dataset.source, file, &part.piece(), &mut |row| {
            if let Ok(row) = &row {
                work.making.facts.tallies[0].0.records_in += 1;
                work.making.facts.tallies[0].0.bytes_in += size_of(row);
            }
            match row.and_then(|row| extracted(how.extractor, row, file, &mut work.counts)) {
                Ok(records) => work.add(records),
                Err(bad) => work.bad(bad, most).map(ControlFlow::Continue),
            }
        })?;
        if work.is_stopped {
            return Err(Halt::Stopped);
        }
        let is_made = matches!(how.dataset.source, Source::Synthetic { .. });
        let is_same = is_made || fs::metadata(&file.path).is_ok_and(|metadata| Stat::of(&metadata) == file.stat);
        if !is_same {
            return Err(DataError::Changed { path: file.path.clone() }.into());
        }
    }
    work.finish()
}

/// Takes the records of a part that are alive through the steps of a later phase.
pub(super) fn remake(
    how: &How<'_>,
    before: &Made,
    alive: &[bool],
    phase: &Phase<'_>,
    key: Digest,
) -> Result<Made, Halt> {
    if let Some(made) = Made::find(how.folder, key) {
        return Ok(made);
    }
    let mut work = Work::begin(how, phase, key, None)?;
    work.making.facts.split = before.facts.split;
    before.each(alive, |_, record| Ok(work.add(vec![record])?.is_continue()))?;
    if work.is_stopped { Err(Halt::Stopped) } else { work.finish() }
}

fn extracted(
    extractor: &dyn Extractor,
    row: Row,
    file: &source::SourceFile,
    counts: &mut Counts,
) -> Result<Vec<Record>, BadRow> {
    let line = row.line;
    let bad = |reason| BadRow { path: file.path.clone(), line, column: None, reason };
    extractor.records(row, counts).map_err(bad)
}

/// Returns the bytes of what a row says, however deep in its fields; a number or a truth value counts as 8.
fn size_of(row: &Row) -> u64 {
    use crate::data::row::Value;
    match &row.value {
        Value::Text(text) => text.len() as u64,
        Value::Object(fields) => fields.values().map(size_of_field).sum(),
        Value::Media(media) => media.media.bytes.len() as u64,
    }
}

fn size_of_field(value: &serde_json::Value) -> u64 {
    use serde_json::Value;
    match value {
        Value::String(text) => text.len() as u64,
        Value::Array(values) => values.iter().map(size_of_field).sum(),
        Value::Object(fields) => fields.values().map(size_of_field).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

/// A part that is being worked on.
struct Work<'a> {
    how: &'a How<'a>,
    phase: &'a Phase<'a>,
    making: Making,
    /// How many tallies stand before those of the steps.
    n_before: usize,
    counts: Counts,
    waiting: Vec<Record>,
    waiting_bytes: u64,
    is_stopped: bool,
}

impl<'a> Work<'a> {
    fn begin(how: &'a How<'a>, phase: &'a Phase<'a>, key: Digest, first: Option<Tally>) -> Result<Self, DataError> {
        let mut making = Making::begin(how.folder, key)?;
        let n_before = usize::from(first.is_some());
        making.facts.tallies.extend(first);
        making.facts.tallies.extend(phase.each.iter().map(|(_, step, _)| Tally::new(step.word())));
        let (counts, waiting) = (Counts::new(), Vec::new());
        Ok(Self { how, phase, making, n_before, counts, waiting, waiting_bytes: 0, is_stopped: false })
    }

    fn add(&mut self, records: Vec<Record>) -> Result<ControlFlow<()>, DataError> {
        let bytes: u64 = records.iter().map(Record::bytes).sum();
        if self.n_before > 0 {
            self.making.facts.tallies[0].0.records_out += records.len() as u64;
            self.making.facts.tallies[0].0.bytes_out += bytes;
        }
        self.waiting_bytes += bytes;
        self.waiting.extend(records);
        if self.waiting.len() >= BATCH_ROWS || self.waiting_bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(if self.is_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Takes the records of a row group of a table that was prepared before.
    fn rows(&mut self, feed: &TableFeed, group: usize) -> Result<(), Halt> {
        self.making.facts.split = Some(feed.split);
        for batch in table::read_group(&feed.path, group)? {
            let batch = batch?;
            self.making.facts.tallies[0].0.records_in += batch.len() as u64;
            self.making.facts.tallies[0].0.bytes_in += batch.iter().map(Record::bytes).sum::<u64>();
            let taken = batch.into_iter().filter(|record| feed.takes(&record.id));
            let named = |mut record: Record| {
                record.id = format!("{}/{}", feed.dataset, record.id);
                record.document = format!("{}/{}", feed.dataset, record.document);
                record.fields.insert("dataset".to_owned(), feed.dataset.to_string());
                record
            };
            if self.add(taken.map(named).collect())?.is_break() {
                return Err(Halt::Stopped);
            }
        }
        Ok(())
    }

    fn bad(&mut self, bad: BadRow, most: u64) -> Result<(), DataError> {
        let facts = &mut self.making.facts;
        facts.bad_rows += 1;
        if facts.bad_rows > most {
            return Err(DataError::BadRows { first: bad, n: facts.bad_rows, most });
        }
        if facts.bad_row_samples.len() < MOST_BAD_ROWS {
            facts.bad_row_samples.push(bad.to_string());
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DataError> {
        let mut records = std::mem::take(&mut self.waiting);
        let bytes = std::mem::take(&mut self.waiting_bytes);
        for ((_, _, step), tally) in self.phase.each.iter().zip(&mut self.making.facts.tallies[self.n_before..]) {
            records.iter().for_each(|record| tally.given(record));
            let (before, mut counts) = (records.clone(), Counts::new());
            let fates = match self.how.is_shared || step.is_batched() {
                true => step.batch(records, &mut counts)?,
                false => records.into_iter().map(|record| step.one(record, &mut counts)).collect(),
            };
            tally.count(counts);
            records = fates.into_iter().zip(&before).filter_map(|(fate, before)| tally.decided(fate, before)).collect();
        }
        records.iter().try_for_each(|record| self.making.push(record))?;
        self.is_stopped |= !(self.how.go_on)(bytes);
        Ok(())
    }

    fn finish(mut self) -> Result<Made, Halt> {
        self.flush()?;
        if self.is_stopped {
            return Err(Halt::Stopped);
        }
        if self.n_before > 0 {
            let counts = std::mem::take(&mut self.counts);
            self.making.facts.tallies[0].count(counts);
        }
        Ok(self.making.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_row_says_counts_however_deep_it_stands() {
        let turns = json!([{ "role": "user", "content": "What is 1+1?" }, { "role": "assistant", "content": "2" }]);
        assert_eq!(size_of_field(&turns), 4 + 12 + 9 + 1);
        assert_eq!(size_of_field(&json!({ "n": 1, "is": true })), 16);
    }
}
