//! Decontamination: of the records that are held out, those go that stand in what is learned from.
//!
//! Validation records are looked for in the training split; test records there, and in what is left of the validation split, which
//! decides when training stops. So no record is measured on whose words a model has seen.

use std::collections::BTreeMap;
use std::fs;

use crate::data::contamination::{self, Search, Wanted};
use crate::data::error::DataError;
use crate::data::prepare::Job;
use crate::data::prepare::finish::file_of;
use crate::data::prepare::profile::Profiler;
use crate::data::prepare::tally::Tally;
use crate::data::prepare::watch::{Halt, Watch};
use crate::data::table::{self, Shape, Writer};
use crate::recipe::contamination::Contamination;
use crate::recipe::dataset::SplitName;
use crate::record::contamination::SplitContamination;
use crate::record::report::DatasetReport;

/// What the report calls it.
const STEP: &str = "decontaminate";

/// The splits that are held out; what is left of the first is compared with the second.
const HELD_OUT: [SplitName; 2] = [SplitName::Validation, SplitName::Test];

/// The records of a split that go, by their places, each with the split it stands in.
type Gone = BTreeMap<u64, SplitName>;

/// Returns whether a split is looked at record by record only once it is clean.
pub(super) fn is_held_out(split: SplitName) -> bool {
    HELD_OUT.contains(&split)
}

/// Takes from the tables of the held-out splits what stands in the splits before them; the profiler sees what stays.
pub(super) fn decontaminate(
    job: &Job<'_>,
    shape: &Shape,
    watch: &dyn Watch,
    profiler: &mut Profiler,
    report: &mut DatasetReport,
) -> Result<(), Halt> {
    let mut tally = Tally::new(STEP);
    (tally.0.records_in, tally.0.bytes_in) = size(report);
    let mut gone = found(job, &HELD_OUT, SplitName::Train, watch, report)?;
    for held_out in HELD_OUT {
        if held_out == SplitName::Test {
            for (split, found) in found(job, &[SplitName::Test], SplitName::Validation, watch, report)? {
                let gone = gone.entry(split).or_default();
                for (place, learned) in found {
                    gone.entry(place).or_insert(learned);
                }
            }
        }
        let gone = gone.remove(&held_out).unwrap_or_default();
        rewrite(job, held_out, shape, &gone, profiler, &mut tally, report)?;
    }
    (tally.0.records_out, tally.0.bytes_out) = size(report);
    report.steps.push(tally.0);
    Ok(())
}

/// Returns the records and the bytes of all splits.
fn size(report: &DatasetReport) -> (u64, u64) {
    report.splits.values().fold((0, 0), |(n, bytes), split| (n + split.records, bytes + split.bytes))
}

/// Returns the records of held-out splits that stand in another.
fn found(
    job: &Job<'_>,
    held_out: &[SplitName],
    learned: SplitName,
    watch: &dyn Watch,
    report: &DatasetReport,
) -> Result<BTreeMap<SplitName, Gone>, Halt> {
    let has_records = |split: &SplitName| report.splits.get(split).is_some_and(|split| split.records > 0);
    let wanted = |split: &SplitName| Wanted {
        dataset: job.name.clone(),
        split: *split,
        path: file_of(job.out, *split),
        allowed_documents: Vec::new(),
        allowed_texts: Vec::new(),
    };
    let wanted: Vec<Wanted> = held_out.iter().filter(|split| has_records(split)).map(wanted).collect();
    if wanted.is_empty() || !has_records(&learned) {
        return Ok(BTreeMap::new());
    }
    let Contamination { ngram, threshold, on_find: _, allow: _ } = Contamination::default();
    let search = Search { ngram: ngram as usize, threshold };
    let go_on = |done, total| watch.go_on("decontaminating", done, total);
    let findings = contamination::search(&search, &wanted, &file_of(job.out, learned), go_on)?;
    let of_split = |split: SplitContamination| {
        let gone = split.found.into_iter().filter(|found| found.share >= threshold);
        (split.split, gone.map(|found| (found.record, learned)).collect())
    };
    Ok(findings.ok_or(Halt::Stopped)?.splits.into_iter().map(of_split).collect())
}

/// Writes the table of a split again, without some records.
fn rewrite(
    job: &Job<'_>,
    split: SplitName,
    shape: &Shape,
    gone: &Gone,
    profiler: &mut Profiler,
    tally: &mut Tally,
    report: &mut DatasetReport,
) -> Result<(), DataError> {
    let (path, cleaned) = (file_of(job.out, split), job.out.join("cleaned.parquet"));
    let mut writer = (!gone.is_empty()).then(|| Writer::create(&cleaned, shape)).transpose()?;
    let left = report.splits.entry(split).or_default();
    let mut places = 0..;
    for batch in table::read(&path)? {
        for (record, place) in batch?.into_iter().zip(&mut places) {
            if let Some(learned) = gone.get(&place) {
                left.records -= 1;
                left.bytes -= record.bytes();
                tally.dropped(&record, reason(*learned));
                continue;
            }
            profiler.look(&record);
            if let Some(writer) = &mut writer {
                writer.push(record)?;
            }
        }
    }
    let Some(writer) = writer else { return Ok(()) };
    writer.finish()?;
    fs::rename(&cleaned, &path).map_err(|source| DataError::io(&path, source))
}

/// Returns why a record goes that stands in a split.
fn reason(learned: SplitName) -> &'static str {
    match learned {
        SplitName::Train => "in-train",
        SplitName::Validation => "in-validation",
        SplitName::Test => "in-test",
    }
}
