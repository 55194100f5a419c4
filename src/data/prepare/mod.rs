//! Preparation: from the files of a source to cleaned records, dealt to splits, with a report of what every step did.
//!
//! Data streams: files are cut into parts ([`part`]), and every part goes through the steps that look at one record at a time
//! ([`local`]) on one of the cores. What is made of a part is kept ([`made`]) under a key of its content and the steps, so that work that
//! was interrupted goes on where it was, and a file that is added costs that file. Steps that look at all records ([`exact`],
//! [`near`]) read the digests and signatures beside the parts and decide who stays. In the end the records are dealt to splits
//! ([`finish`]), and those held out are compared with those learned from ([`decontaminate`]). No more than a few blocks of records are in memory at once, whatever the size of the data.

mod watch;
mod feed;
mod part;
mod phase;
mod block;
mod made;
mod tally;
mod local;
mod exact;
mod near;
mod told;
mod profile;
mod decontaminate;
mod finish;
mod uses;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::data::clean::redact_pii::RedactPii;
use crate::data::clean::{Step, dictionary};
use crate::data::error::DataError;
use crate::data::extract::{self, Extractor};
use crate::id::{Digest, Name};
use crate::plan::SourceState;
use crate::recipe::dataset::Dataset;
use crate::record::report::DatasetReport;
use local::How;
use made::Made;
use part::Part;
use phase::{Global, Phase};
use tally::Tally;
use watch::Halt;

pub use feed::{Feed, TableFeed};
pub use profile::Profiler;
pub use uses::sweep;
pub use watch::Watch;

/// Raised when the same part comes out of the same steps in another way.
const VERSION: u32 = 3;

/// The steps that models take, by their places in the recipe's list, each with a digest of everything that decides what it does.
pub type ByModel<'a> = &'a BTreeMap<usize, (Digest, Box<dyn Step + 'a>)>;

/// What is to be prepared.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The dataset's name.
    pub name: &'a Name,
    /// What to do.
    pub dataset: &'a Dataset,
    /// The seed of the split.
    pub seed: u64,
    /// What the preparation is known by; what it uses of what is kept is written down under it.
    pub fingerprint: Digest,
    /// What its records are made of.
    pub feed: Feed<'a>,
    /// The steps that models take.
    pub by_model: ByModel<'a>,
    /// Where what is made of parts is kept from run to run.
    pub kept: &'a Path,
    /// The folder for `train.parquet`, `validation.parquet` and `test.parquet`.
    pub out: &'a Path,
}

/// Prepares a dataset: writes a table for each split, and returns what every step did.
///
/// Returns `None` when `watch` says to stop; what was made until then is kept.
///
/// # Errors
/// When files cannot be read, too many rows are bad, a step cannot do its work, or nothing is left for a split.
pub fn prepare(job: &Job<'_>, watch: &dyn Watch) -> Result<Option<DatasetReport>, DataError> {
    match through(job, watch) {
        Ok(report) => Ok(Some(report)),
        Err(Halt::Stopped) => Ok(None),
        Err(Halt::Failed(error)) => Err(error),
    }
}

fn through(job: &Job<'_>, watch: &dyn Watch) -> Result<DatasetReport, Halt> {
    for folder in [job.kept, job.out] {
        fs::create_dir_all(folder).map_err(|source| DataError::io(folder, source))?;
    }
    let total = job.feed.bytes()?;
    let mut report = DatasetReport { files: job.feed.len() as u64, source_bytes: total, ..DatasetReport::default() };
    let phases = phase::phases(&job.dataset.clean, job.by_model)?;
    let extractor = extract::prepare(job.dataset.extract.as_ref(), &job.dataset.source)?;
    let parts = part::parts(job.feed, &job.dataset.source)?;
    let (first, later) = phases.split_first().expect("there is always a phase");
    let step = |i: &usize| match job.by_model.get(i) {
        None => json!(job.dataset.clean[*i]),
        // What a model is called is of no account.
        Some((digest, _)) => json!({ "step": job.dataset.clean[*i].with_model(""), "model": digest }),
    };
    let steps = |phase: &Phase<'_>| phase.each.iter().map(|(i, ..)| step(i)).collect::<Vec<Value>>();
    let work = json!({
        "version": VERSION,
        "source": without_files(json!(job.dataset.source)),
        "extract": job.dataset.extract,
        "steps": steps(first),
        "step-files": step_files(job.dataset)?,
        "salts": RedactPii::marks(&job.dataset.clean)?,
        // Where a file says what another one is, no part stands alone.
        "all": job.dataset.source.reads_across_files().then(|| job.feed.state()),
        "bad-rows": job.dataset.bad_rows_let_pass() > 0,
    });
    // What an earlier attempt came to is of use to this one.
    let mut used = uses::used(job.kept, job.fingerprint);
    used.extend(parts.iter().map(|part| part.key(&work)));
    uses::write(job.kept, job.fingerprint, &used)?;
    let mut made = first_phase(job, watch, &*extractor, &parts, first, &work)?;
    tell_rows(job, &made, &mut report)?;
    tell_steps(&made, usize::from(job.dataset.extract.is_none()), &mut report);
    let mut alive: Vec<Vec<bool>> = made.iter().map(|part| vec![true; part.facts.n as usize]).collect();
    global(job, watch, first, &made, &mut alive, &mut report)?;
    for phase in later {
        if !phase.each.is_empty() {
            let work = json!(steps(phase));
            used.extend(made.iter().zip(&alive).map(|(part, alive)| later_key(part, alive, &work)));
            uses::write(job.kept, job.fingerprint, &used)?;
            made = later_phase(job, watch, &*extractor, &made, &alive, phase, &work)?;
            alive = made.iter().map(|part| vec![true; part.facts.n as usize]).collect();
            tell_steps(&made, 0, &mut report);
        }
        global(job, watch, phase, &made, &mut alive, &mut report)?;
    }
    finish::finish(job, &made, &alive, watch, &mut report)?;
    Ok(report)
}

/// Takes all parts through the first phase.
fn first_phase(
    job: &Job<'_>,
    watch: &dyn Watch,
    extractor: &dyn Extractor,
    parts: &[Part<'_>],
    phase: &Phase<'_>,
    work: &Value,
) -> Result<Vec<Made>, Halt> {
    let total = parts.iter().map(|part| part.bytes).sum();
    let how = How {
        dataset: job.dataset,
        extractor,
        folder: job.kept,
        is_shared: parts.len() < rayon::current_num_threads(),
        go_on: &counted(watch, "cleaning", total),
    };
    let make = |part: &Part<'_>| local::make(&how, part, phase, part.key(work));
    in_order(parts, how.is_shared, make)
}

/// Takes all records that are alive through a later phase.
fn later_phase(
    job: &Job<'_>,
    watch: &dyn Watch,
    extractor: &dyn Extractor,
    before: &[Made],
    alive: &[Vec<bool>],
    phase: &Phase<'_>,
    work: &Value,
) -> Result<Vec<Made>, Halt> {
    let how = How {
        dataset: job.dataset,
        extractor,
        folder: job.kept,
        is_shared: before.len() < rayon::current_num_threads(),
        go_on: &counted(watch, "cleaning", bytes_alive(before, alive)?.1),
    };
    let parts: Vec<(&Made, &Vec<bool>)> = before.iter().zip(alive).collect();
    let make =
        |(part, alive): &(&Made, &Vec<bool>)| local::remake(&how, part, alive, phase, later_key(part, alive, work));
    in_order(&parts, how.is_shared, make)
}

/// Returns what the records of a part that are alive are known by when a later phase is done with them.
fn later_key(part: &Made, alive: &[bool], work: &Value) -> Digest {
    let bits: Vec<u8> = alive.iter().map(|is_alive| u8::from(*is_alive)).collect();
    Digest::of_json(&json!({ "of": part.key, "alive": Digest::of(&bits), "work": work }))
}

/// Does something with every part: on all cores, or one by one where every part keeps all cores busy.
fn in_order<P: Sync>(
    parts: &[P],
    one_by_one: bool,
    make: impl Fn(&P) -> Result<Made, Halt> + Sync + Send,
) -> Result<Vec<Made>, Halt> {
    if one_by_one {
        return parts.iter().map(make).collect();
    }
    // The first failure in the order of the parts is told, whichever came first.
    let made: Vec<Result<Made, Halt>> = parts.par_iter().map(make).collect();
    made.into_iter().collect()
}

/// Does the step of a phase that looks at all records.
fn global(
    job: &Job<'_>,
    watch: &dyn Watch,
    phase: &Phase<'_>,
    made: &[Made],
    alive: &mut [Vec<bool>],
    report: &mut DatasetReport,
) -> Result<(), Halt> {
    let Some((i, global)) = phase.all else { return Ok(()) };
    let before: Vec<Vec<bool>> = alive.to_vec();
    let mut tally = Tally::new(job.dataset.clean[i].word());
    (tally.0.records_in, tally.0.bytes_in) = bytes_alive(made, &before)?;
    let reason = match global {
        Global::Exact => {
            exact::dedup(made, alive)?;
            "duplicate"
        }
        Global::Near { threshold } => {
            let go_on = counted(watch, "comparing", tally.0.bytes_in);
            let clusters = near::dedup(made, alive, threshold, &go_on)?;
            report.clusters = told::clusters(made, clusters.largest())?;
            "near-duplicate"
        }
    };
    (tally.0.records_out, tally.0.bytes_out) = bytes_alive(made, alive)?;
    told::dropped(made, &before, alive, reason, &mut tally)?;
    report.steps.push(tally.0);
    Ok(())
}

/// Returns how many records are alive, and their size in bytes.
fn bytes_alive(made: &[Made], alive: &[Vec<bool>]) -> Result<(u64, u64), DataError> {
    let (mut n, mut bytes) = (0, 0);
    for (part, alive) in made.iter().zip(alive) {
        for ((size, _), _) in part.keys()?.into_iter().zip(alive).filter(|(_, is_alive)| **is_alive) {
            n += 1;
            bytes += size;
        }
    }
    Ok((n, bytes))
}

/// Adds what was read to the report; too many bad rows are an error.
fn tell_rows(job: &Job<'_>, made: &[Made], report: &mut DatasetReport) -> Result<(), DataError> {
    for part in made {
        report.bad_rows += part.facts.bad_rows;
        let room = local::MOST_BAD_ROWS.saturating_sub(report.bad_row_samples.len());
        report.bad_row_samples.extend(part.facts.bad_row_samples.iter().take(room).cloned());
    }
    match report.bad_rows > job.dataset.bad_rows_let_pass() {
        true => Err(DataError::TooManyBadRows {
            n: report.bad_rows,
            most: job.dataset.bad_rows_let_pass(),
            last: report.bad_row_samples.last().cloned().unwrap_or_default(),
        }),
        false => Ok(()),
    }
}

/// Adds what the steps of a phase did to the report, leaving out the first so many.
fn tell_steps(made: &[Made], skip: usize, report: &mut DatasetReport) {
    let Some(first) = made.first() else { return };
    let mut tallies: Vec<Tally> = first.facts.tallies.iter().map(|tally| Tally::new(&tally.0.step)).collect();
    for part in made {
        tallies.iter_mut().zip(&part.facts.tallies).for_each(|(sum, tally)| sum.join(tally));
    }
    report.steps.extend(tallies.into_iter().skip(skip).map(|tally| tally.0));
}

/// Returns a function that adds up bytes and tells `watch`.
fn counted<'w>(watch: &'w dyn Watch, what: &'static str, total: u64) -> impl Fn(u64) -> bool + Sync + 'w {
    let done = AtomicU64::new(0);
    move |bytes| {
        let done = done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        watch.go_on(what, done.min(total), total)
    }
}

/// Returns the digest of the files that the cleaning steps read.
fn step_files(dataset: &Dataset) -> Result<Digest, DataError> {
    let nothing = SourceState { digest: Digest::of(b""), files: 0, bytes: 0, tables: None };
    Ok(dictionary::with_files(nothing, &dataset.clean, Path::new("/"))?.digest)
}

/// Takes from a source what only says where its files lie.
fn without_files(mut source: Value) -> Value {
    if let Value::Object(fields) = &mut source {
        fields.retain(|name, _| !["root", "include", "exclude", "strip-components"].contains(&name.as_str()));
    }
    source
}
