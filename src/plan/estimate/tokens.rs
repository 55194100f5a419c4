//! How many tokens a stage reads: set by the recipe, counted by an earlier run, or reckoned from bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Name, RunId, StageId};
use crate::plan::build::tokens_id;
use crate::plan::estimate::known::{Counted, Known};
use crate::plan::work::{DatasetWork, EvaluateWork, TrainWork};
use crate::plan::{Plan, Work};
use crate::recipe::dataset::{Extract, Source, SplitName};
use crate::recipe::training::{Budget, DataShare, Objective, Train};

/// The bytes of a token of English with a large vocabulary (Radford et al. 2019 and Brown et al. 2020: about four).
pub const BYTES_PER_TOKEN: f64 = 4.0;
/// How full rows of whole records are in the mean, as measured.
const FILLED: f64 = 0.85;
/// The share of the bytes of Rust sources that stands in documented functions, as measured.
const IN_DOC_PAIRS: f64 = 1.0 / 6.0;

/// Where a number of tokens comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum TokenSource {
    /// The recipe sets it.
    Recipe,
    /// A run counted exactly these tokens.
    Counted {
        /// The run.
        run: RunId,
    },
    /// A run counted the tokens of this dataset as it then was.
    CountedBefore {
        /// The run.
        run: RunId,
    },
    /// The dataset is only described, tokens included.
    Described,
    /// A run counted the records, each of which counts for one.
    Records,
    /// Each file is taken for a record.
    Files,
    /// Reckoned from the bytes of the source, before cleaning.
    Bytes {
        /// The bytes a token is taken to have.
        bytes_per_token: f64,
    },
}

/// A dataset's part in a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// The dataset.
    pub dataset: Name,
    /// Its share of the tokens, between 0 and 1.
    pub share: f64,
    /// The tokens of it that are learnt from, repetitions included.
    pub tokens: u64,
    /// The tokens of its training split.
    pub split_tokens: u64,
    /// Where the size of the split comes from.
    pub source: TokenSource,
}

impl Part {
    /// Returns how often the split is gone through.
    pub fn epochs(&self) -> f64 {
        self.tokens as f64 / self.split_tokens.max(1) as f64
    }
}

/// The tokens of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tokens {
    /// The optimizer steps, in steps; early stopping may end them before.
    pub steps: u64,
    /// The tokens learnt from.
    pub training: u64,
    /// The tokens measured on, all measurements together.
    pub validation: u64,
    /// Where the number comes from.
    pub source: TokenSource,
    /// What is learnt from, by dataset.
    pub data: Vec<Part>,
}

/// The datasets of a plan by name.
pub type Datasets<'p> = BTreeMap<&'p Name, &'p DatasetWork>;

/// Returns the datasets of a plan by name.
pub fn datasets(plan: &Plan) -> Datasets<'_> {
    let works = plan.stages.iter().filter_map(|stage| {
        let Work::Dataset(work) = &stage.work else { return None };
        Some((&work.name, work))
    });
    works.collect()
}

/// Returns the tokens of a training.
pub fn of_training(work: &TrainWork, datasets: &Datasets<'_>, known: &Known) -> Tokens {
    let train = &work.train;
    let context = work.architecture.context();
    let reads_features = work.architecture.modality().has_features();
    let split = |name: &Name, split| match reads_features {
        true => of_features(name, context, split, datasets, known),
        false => of_split(name, work.tokenizer.as_ref(), split, datasets, known),
    };
    let steps_of = |tokens: u64| tokens.div_ceil(u64::from(train.batch_tokens).max(1)).max(1);
    let (steps, source) = match train.budget {
        Budget::Steps(steps) => (steps, TokenSource::Recipe),
        Budget::Tokens(tokens) => (steps_of(tokens), TokenSource::Recipe),
        Budget::Epochs(epochs) => {
            let largest = train.data.iter().max_by(|one, other| one.weight.total_cmp(&other.weight));
            let (tokens, source) = largest.map_or((0.0, TokenSource::Recipe), |share| {
                let (tokens, source) = split(&share.dataset, SplitName::Train);
                let records = known.records.get(&share.dataset).copied();
                let rows = match reads_features {
                    true => tokens as f64,
                    false => in_rows(tokens, records, context, train),
                };
                (rows / share.weight, source)
            });
            (steps_of((epochs * tokens) as u64), source)
        }
    };
    let training = read_of(work, steps, split, known);
    let data = train.data.iter().map(|share| {
        let (split_tokens, source) = split(&share.dataset, SplitName::Train);
        let tokens = (share.weight * training as f64) as u64;
        Part { dataset: share.dataset.clone(), share: share.weight, tokens, split_tokens, source }
    });
    let data: Vec<Part> = data.collect();
    let there: u64 = train.data.iter().map(|share| split(&share.dataset, SplitName::Validation).0).sum();
    let validation = steps.div_ceil(train.validate.every_steps.max(1)) * train.validate.tokens.min(there);
    Tokens { steps, training, validation, source, data }
}

/// Returns the tokens an evaluation reads.
pub fn of_evaluation(work: &EvaluateWork, datasets: &Datasets<'_>, known: &Known) -> u64 {
    let (there, _) = match work.architecture.modality().has_features() {
        true => of_features(&work.dataset, work.architecture.context(), work.split, datasets, known),
        false => of_split(&work.dataset, work.tokenizer.as_ref(), work.split, datasets, known),
    };
    if work.tokens == 0 { there } else { work.tokens.min(there) }
}

/// How many bytes of text a byte of a compressed table holds, about.
const PACKED: f64 = 3.0;
/// How many pixels a byte of compressed pictures of digits or clothes holds, about.
const PACKED_PICTURES: f64 = 3.0;

/// Returns the tokens that a training reads: all of its rows, or of a classifier's those that its records fill.
fn read_of(work: &TrainWork, steps: u64, split: impl Fn(&Name, SplitName) -> (u64, TokenSource), known: &Known) -> u64 {
    let rows = (steps * u64::from(work.train.batch_tokens)) as f64;
    if work.architecture.modality().has_features() || work.train.objective.classification().is_none() {
        return rows as u64;
    }
    let filled = |share: &DataShare| {
        let records = known.records.get(&share.dataset).copied().filter(|records| *records > 0)?;
        let tokens = split(&share.dataset, SplitName::Train).0 as f64;
        Some(share.weight * (tokens / (records as f64 * f64::from(work.architecture.context()))).min(1.0))
    };
    (rows * work.train.data.iter().map(|share| filled(share).unwrap_or(share.weight)).sum::<f64>()) as u64
}

/// Returns the tokens of the rows a split fills.
///
/// Records stay whole in their rows, and lose what is longer than a row; where their number is known, their lengths are taken
/// to be distributed exponentially.
fn in_rows(tokens: u64, records: Option<u64>, context: u32, train: &Train) -> f64 {
    let tokens = tokens as f64;
    match (&train.objective, records) {
        // Texts stand behind one another in rows; what is distilled from a classifier does not.
        (Objective::CausalLm | Objective::MaskedLm(_), _) | (Objective::Instruction, None | Some(0)) => tokens,
        (Objective::Distillation(own), _) if own.classification.is_none() => tokens,
        // Each record is a row.
        (
            Objective::Classification(_)
            | Objective::Regression(_)
            | Objective::Autoencoder(_)
            | Objective::Adversarial(_)
            | Objective::Contrastive(_)
            | Objective::Preference(_)
            | Objective::Distillation(_),
            records,
        ) => records.filter(|records| *records > 0).map_or(tokens, |records| records as f64 * f64::from(context)),
        (Objective::Instruction, Some(records)) => {
            let rows = f64::from(context) * records as f64 / tokens.max(1.0);
            tokens * (1.0 - (-rows).exp()) / FILLED
        }
    }
}

/// Returns the tokens of a split, and where the number comes from.
pub fn of_split(
    dataset: &Name,
    tokenizer: Option<&Name>,
    split: SplitName,
    datasets: &Datasets<'_>,
    known: &Known,
) -> (u64, TokenSource) {
    if let Some(counted) = tokenizer.and_then(|tokenizer| counted(dataset, tokenizer, known)) {
        let tokens = counted.report.tokens.get(&split).copied().unwrap_or(0);
        return match counted.is_of_this_plan {
            true => (tokens, TokenSource::Counted { run: counted.run }),
            false => (tokens, TokenSource::CountedBefore { run: counted.run }),
        };
    }
    let bytes = known.sources.get(dataset).map_or(0, |source| source.bytes) as f64;
    let by_bytes = (bytes / BYTES_PER_TOKEN, TokenSource::Bytes { bytes_per_token: BYTES_PER_TOKEN });
    let Some(work) = datasets.get(dataset) else { return (by_bytes.0 as u64, by_bytes.1) };
    let share = work.dataset.split.likely_share(split);
    let (all, source) = match &work.dataset.source {
        Source::Described { tokens, .. } => (*tokens as f64, TokenSource::Described),
        Source::Mix { of } => {
            let part =
                |(name, taken): (&Name, &f64)| of_split(name, tokenizer, split, datasets, known).0 as f64 * taken;
            return (of.iter().map(part).sum::<f64>() as u64, by_bytes.1);
        }
        // The tables are compressed.
        Source::Zoo { .. } => (by_bytes.0 * PACKED, by_bytes.1),
        source if source.media().is_some() => (0.0, by_bytes.1),
        _ => (by_bytes.0 * extracted(work), by_bytes.1),
    };
    ((all * share) as u64, source)
}

/// Returns the records of a split, each of which stands for `context` tokens, and where the number comes from.
fn of_features(
    dataset: &Name,
    context: u32,
    split: SplitName,
    datasets: &Datasets<'_>,
    known: &Known,
) -> (u64, TokenSource) {
    let state = known.sources.get(dataset);
    let by_files = (state.map_or(0, |state| state.files) as f64, TokenSource::Files);
    let Some(work) = datasets.get(dataset) else { return (by_files.0 as u64 * u64::from(context), by_files.1) };
    let share = |split| work.dataset.split.likely_share(split);
    let (all, source) = match (known.records.get(dataset), &work.dataset.source) {
        (Some(records), _) if share(SplitName::Train) > 0.0 => {
            (*records as f64 / share(SplitName::Train), TokenSource::Records)
        }
        (_, Source::Described { documents, tokens, .. }) => (
            if *documents > 0 { *documents as f64 } else { *tokens as f64 / f64::from(context) },
            TokenSource::Described,
        ),
        (_, Source::Idx { .. }) => {
            // Two files hold all pictures and all labels, a byte for each pixel, mostly compressed.
            let shape = work.dataset.features.as_ref().map(|features| features.shape());
            let pixels = shape.iter().flatten().rev().take(2).product::<u64>().max(1) as f64;
            let bytes = state.map_or(0, |state| state.bytes) as f64 * PACKED_PICTURES;
            (bytes / pixels, TokenSource::Bytes { bytes_per_token: pixels / PACKED_PICTURES })
        }
        (_, _) => by_files,
    };
    ((all * share(split)) as u64 * u64::from(context), source)
}

/// Returns what was counted of a dataset; the tokens are the same with labels and without.
fn counted<'k>(dataset: &Name, tokenizer: &Name, known: &'k Known) -> Option<&'k Counted> {
    let plain = tokens_id(dataset, tokenizer);
    let labelled = format!("{}/", plain.name());
    let is_labelled = |(id, _): &(&StageId, &Counted)| id.name().starts_with(&labelled);
    let next = || known.tokens.range(StageId::new(plain.kind(), &labelled)..).next().filter(is_labelled);
    known.tokens.get(&plain).or_else(|| next().map(|(_, counted)| counted))
}

/// Returns the share of the bytes of a source that becomes records.
fn extracted(work: &DatasetWork) -> f64 {
    match &work.dataset.extract {
        None => 1.0,
        Some(Extract::RustDocPairs { .. }) => IN_DOC_PAIRS,
        // Every piece but the first begins with what ends the one before.
        Some(Extract::Chunks { max_chars, overlap, .. }) => {
            f64::from(*max_chars) / f64::from(max_chars.saturating_sub(*overlap).max(1))
        }
        // How much of a row is said elsewhere than in its fields nobody knows.
        Some(
            Extract::Regex { .. }
            | Extract::Json { .. }
            | Extract::Chat { .. }
            | Extract::Alpaca { .. }
            | Extract::Template { .. },
        ) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Digest;
    use crate::plan::{SourceState, build};
    use crate::recipe::fixture::recipe;
    use crate::record::report::TokensReport;

    fn known() -> Known {
        let state = SourceState { digest: Digest::of(b""), files: 1, bytes: 400_000, tables: None };
        let sources = ["prose", "rust", "tasks"].map(|name| (name.parse().unwrap(), state)).into();
        Known { sources, ..Known::default() }
    }

    fn tokens(model: &str, sets: &str, known: &Known) -> Tokens {
        let plan = build(&recipe(sets), &known.sources);
        let stage = plan.stage(&format!("train:{model}").parse().unwrap()).unwrap();
        let Work::Train(work) = &stage.work else { unreachable!() };
        of_training(work, &datasets(&plan), known)
    }

    #[test]
    fn a_budget_of_steps_or_tokens_is_set_by_the_recipe() {
        let steps = tokens("general", "", &known());
        assert_eq!((steps.steps, steps.training, steps.source), (10, 2560, TokenSource::Recipe));
        let by_tokens = tokens("general", "models.general.train.budget={ tokens: 2561 }", &known());
        assert_eq!((by_tokens.steps, by_tokens.training), (11, 2816));
    }

    #[test]
    fn an_epoch_is_reckoned_from_bytes_until_a_run_has_counted() {
        let mut known = known();
        let epoch = "models.vertical.train={ data: tasks, budget: { epochs: 2 } }";
        let reckoned = tokens("vertical", epoch, &known);
        assert_eq!(reckoned.source, TokenSource::Bytes { bytes_per_token: 4.0 });
        // A sixth of 98 % of 100,000 tokens twice, in whole steps of 256.
        assert_eq!(reckoned.steps, 32_666_u64.div_ceil(256));
        let run = RunId::from_bits(7);
        let counts = BTreeMap::from([(SplitName::Train, 5120), (SplitName::Validation, 100)]);
        let report = TokensReport { vocab_size: 300, tokens: counts.clone(), target_tokens: counts };
        let counted = Counted { report, run, is_of_this_plan: true };
        known.tokens.insert("tokens:tasks/bytes".parse().unwrap(), counted);
        let exact = tokens("vertical", epoch, &known);
        assert_eq!((exact.steps, exact.source), (40, TokenSource::Counted { run }));
        assert_eq!(exact.validation, 100, "40 steps measure once, on what there is");
        assert_eq!(exact.data[0].epochs(), 2.0);
    }

    #[test]
    fn records_lose_what_is_longer_than_a_row_and_leave_rows_unfilled() {
        let mut known = known();
        let counts = BTreeMap::from([(SplitName::Train, 323_586)]);
        let report = TokensReport { vocab_size: 300, tokens: counts.clone(), target_tokens: counts };
        let counted = Counted { report, run: RunId::from_bits(7), is_of_this_plan: true };
        known.tokens.insert("tokens:tasks/bytes".parse().unwrap(), counted);
        known.records.insert("tasks".parse().unwrap(), 2446);
        let sets = "models.general.architecture.context=128\nmodels.vertical.train.budget={ epochs: 1.75 }";
        let reckoned = tokens("vertical", sets, &known);
        // A real run of this size took 206 steps of 2048 tokens.
        assert!((reckoned.steps as f64 / 206.0 - 1.0).abs() < 0.05, "{} steps", reckoned.steps);
    }

    #[test]
    fn an_epoch_of_a_mix_is_one_of_its_largest_part() {
        let mixed = tokens("industry", "models.industry.train.budget={ epochs: 1 }", &known());
        assert_eq!(mixed.data[1].share, 0.75);
        assert!((mixed.data[1].epochs() - 1.0).abs() < 0.01, "{mixed:?}");
        assert!((mixed.data[0].epochs() - 1.0 / 3.0).abs() < 0.01, "{mixed:?}");
    }
}
