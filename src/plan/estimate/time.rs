//! How long stages take that do not train: as long as last time, else by what they read.

use serde::{Deserialize, Serialize};

use crate::id::{Name, RunId};
use crate::plan::estimate::flops::PerToken;
use crate::plan::estimate::known::Known;
use crate::plan::estimate::parameters::Parameters;
use crate::plan::estimate::rate::Rate;
use crate::plan::estimate::tokens::{BYTES_PER_TOKEN, Datasets, of_evaluation, of_split};
use crate::plan::work::{EvaluateWork, SampleWork, TokensWork};
use crate::plan::{Stage, Work};
use crate::recipe::dataset::SplitName;
use crate::recipe::model::outputs::{head_of, usual_head};

/// What a worker needs until it works and until its outputs are taken, in seconds, as measured.
pub const START_SECONDS: f64 = 0.3;
/// What the manager's own work takes, in seconds.
const INLINE_SECONDS: f64 = 0.01;
/// What cleaning and splitting get through, in bytes a second, as measured on one core.
const CLEANED_PER_SECOND: f64 = 12e6;
/// What training a tokenizer gets through, in bytes a second, as measured on two cores.
const LEARNT_PER_SECOND: f64 = 12e6;
/// What encoding gets through, in bytes a second, as measured on two cores.
const ENCODED_PER_SECOND: f64 = 9e6;
/// How fast data is looked through for the data of evaluations, in bytes a second, on two cores.
const COMPARED_PER_SECOND: f64 = 30e6;
/// What each token takes beside its arithmetic while a model writes, in seconds, as measured.
const WRITTEN_TOKEN_SECONDS: f64 = 0.002;

/// Why a stage is taken to last so long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum TimeSource {
    /// The outputs are there: it takes none.
    Fresh,
    /// Its arithmetic at the rate of the device.
    Arithmetic,
    /// It took so long when it was last done.
    LastTime {
        /// The run that did it.
        run: RunId,
    },
    /// What it reads, at a speed that was measured elsewhere.
    Bytes,
    /// The manager does it in an instant.
    Manager,
    /// Its data is only described: on what it will be prepared nobody has said, so it counts for nothing.
    Described,
}

/// Returns how long a stage lasts that does not train, in seconds; `rate` is that of its model.
pub fn of_other(stage: &Stage, rate: Option<&Rate>, datasets: &Datasets<'_>, known: &Known) -> (f64, TimeSource) {
    let last = known.durations.get(&stage.id).map(|last| (last.seconds, TimeSource::LastTime { run: last.run }));
    let bytes_of = |dataset: &Name| known.sources.get(dataset).map_or(0, |source| source.bytes) as f64;
    let by_bytes = |seconds: f64| last.unwrap_or((START_SECONDS + seconds, TimeSource::Bytes));
    if prepares(&stage.work).any(|dataset| is_described(dataset, datasets)) {
        return (0.0, TimeSource::Described);
    }
    match &stage.work {
        Work::Dataset(work) => by_bytes(bytes_of(&work.name) / CLEANED_PER_SECOND),
        Work::Tokenizer(work) => {
            by_bytes(work.tokenizer.train_on().iter().map(bytes_of).sum::<f64>() / LEARNT_PER_SECOND)
        }
        Work::Tokens(work) => by_bytes(encoded_bytes(work, datasets, known) / ENCODED_PER_SECOND),
        Work::Evaluate(work) => (evaluate(work, rate, datasets, known), TimeSource::Arithmetic),
        Work::Sample(work) => last.unwrap_or_else(|| (write(work, rate), TimeSource::Arithmetic)),
        Work::Train(_) => (0.0, TimeSource::Arithmetic),
        Work::Contamination(work) => by_bytes(bytes_of(&work.dataset) / COMPARED_PER_SECOND),
        Work::Import(_)
        | Work::Uncontaminated(_)
        | Work::Analyse(_)
        | Work::Gate(_)
        | Work::Card(_)
        | Work::Publish(_) => (INLINE_SECONDS, TimeSource::Manager),
    }
}

/// Returns the datasets that a stage of data prepares something of.
fn prepares(work: &Work) -> impl Iterator<Item = &Name> {
    let (one, more): (Option<&Name>, &[Name]) = match work {
        Work::Dataset(work) => (Some(&work.name), &[]),
        Work::Tokenizer(work) => (None, work.tokenizer.train_on()),
        Work::Tokens(work) => (Some(&work.dataset), &[]),
        Work::Contamination(work) => (Some(&work.dataset), &[]),
        Work::Import(_) => (None, &[]),
        Work::Uncontaminated(_)
        | Work::Train(_)
        | Work::Evaluate(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Analyse(_)
        | Work::Card(_)
        | Work::Publish(_) => (None, &[]),
    };
    one.into_iter().chain(more)
}

fn is_described(dataset: &Name, datasets: &Datasets<'_>) -> bool {
    datasets.get(dataset).is_some_and(|work| work.dataset.source.is_described())
}

fn encoded_bytes(work: &TokensWork, datasets: &Datasets<'_>, known: &Known) -> f64 {
    let tokens = SplitName::ALL.map(|split| of_split(&work.dataset, Some(&work.tokenizer), split, datasets, known).0);
    tokens.iter().sum::<u64>() as f64 * BYTES_PER_TOKEN
}

fn evaluate(work: &EvaluateWork, rate: Option<&Rate>, datasets: &Datasets<'_>, known: &Known) -> f64 {
    let head = head_of(work.classification.as_ref(), &work.architecture);
    let per_token = PerToken::of(&work.architecture, work.vocab_size, &head, &Parameters::default());
    let operations = per_token.forward() * of_evaluation(work, datasets, known) as f64;
    START_SECONDS + rate.map_or(0.0, |rate| operations / rate.all())
}

fn write(work: &SampleWork, rate: Option<&Rate>) -> f64 {
    let head = usual_head(&work.architecture);
    let per_token = PerToken::of(&work.architecture, work.vocab_size, &head, &Parameters::default());
    let token = rate.map_or(0.0, |rate| per_token.forward() / rate.flops_per_second) + WRITTEN_TOKEN_SECONDS;
    START_SECONDS + token * f64::from(work.sample.sampling.max_tokens)
}
