//! The end of the preparation: records are dealt to splits, written as tables, and looked at once more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::data::error::DataError;
use crate::data::prepare::Job;
use crate::data::prepare::decontaminate::{decontaminate, is_held_out};
use crate::data::prepare::made::Made;
use crate::data::prepare::profile::Profiler;
use crate::data::prepare::told;
use crate::data::prepare::watch::{Halt, Watch};
use crate::data::record::Record;
use crate::data::split::{self, Dealer};
use crate::data::table::{Shape, Writer};
use crate::recipe::dataset::SplitName;
use crate::record::report::{DatasetReport, SplitReport};

/// Returns the file of a split below a folder.
pub(super) fn file_of(folder: &Path, split: SplitName) -> PathBuf {
    folder.join(format!("{}.parquet", split.word()))
}

/// Deals the records that are alive to splits, writes a table for each, and adds what is left to the report.
pub(super) fn finish(
    job: &Job<'_>,
    parts: &[Made],
    alive: &[Vec<bool>],
    watch: &dyn Watch,
    report: &mut DatasetReport,
) -> Result<(), Halt> {
    let left = super::bytes_alive(parts, alive)?;
    let go_on = super::counted(watch, "writing", left.1);
    let mut shape = Shape::default();
    parts.iter().for_each(|part| shape.join(&part.facts.shape));
    if left.0 == 0 {
        return Err(DataError::NothingLeft { dataset: job.name.clone(), why: told::nothing_left(report) }.into());
    }
    let mut writers = BTreeMap::new();
    for name in SplitName::ALL {
        writers.insert(name, Writer::create(&file_of(job.out, name), &shape)?);
        report.splits.insert(name, SplitReport::default());
    }
    let (dealer, mut profiler) = (dealer(job, parts, alive)?, Profiler::new(left.0));
    let mut wanted: Vec<(&'static str, &str)> = job.dataset.split.fields().collect();
    let mut deal = |record: Record, split: Option<SplitName>| -> Result<(), DataError> {
        wanted.retain(|(_, field)| !split::has(&record, field));
        let name = split.unwrap_or_else(|| dealer.deal(&record));
        let split = report.splits.entry(name).or_default();
        split.records += 1;
        split.bytes += record.bytes();
        if !(job.dataset.split.decontaminate && is_held_out(name)) {
            profiler.look(&record);
        }
        writers.get_mut(&name).expect("every split has a table").push(record)
    };
    for (part, alive) in parts.iter().zip(alive) {
        let (mut bytes, mut is_going) = (0, true);
        part.each(alive, |_, record| {
            bytes += record.bytes();
            if bytes > 1 << 22 {
                is_going = go_on(std::mem::take(&mut bytes));
            }
            deal(record, part.facts.split)?;
            Ok(is_going)
        })?;
        if !is_going || !go_on(bytes) {
            return Err(Halt::Stopped);
        }
    }
    for (_, writer) in writers {
        writer.finish()?;
    }
    if job.dataset.split.decontaminate {
        decontaminate(job, &shape, watch, &mut profiler, report)?;
    }
    report.profile = profiler.finish();
    if job.dataset.source.is_prepared() {
        return Ok(());
    }
    if let Some((key, field)) = wanted.first() {
        return Err(DataError::NoSuchField { dataset: job.name.clone(), key, field: (*field).to_owned() }.into());
    }
    match split::starved(&job.dataset.split, |name| report.splits[&name].records) {
        Some(split) => Err(DataError::EmptySplit { dataset: job.name.clone(), split }.into()),
        None => Ok(()),
    }
}

/// Returns the dealer of a split; one that looks at classes has seen all records before.
fn dealer<'j>(job: &Job<'j>, parts: &[Made], alive: &[Vec<bool>]) -> Result<Dealer<'j>, DataError> {
    let dealer = Dealer::new(&job.dataset.split, job.seed)?;
    if !dealer.needs_census() {
        return Ok(dealer);
    }
    let mut census = dealer.census();
    for (part, alive) in parts.iter().zip(alive) {
        part.each(alive, |_, record| {
            census.add(&record);
            Ok(true)
        })?;
    }
    Ok(census.dealer())
}
