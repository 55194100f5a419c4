//! Training: the loop, from data and a base to the best parameters.

pub mod budget;
pub mod learner;
pub mod meter;
pub mod validation;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::Device;

use crate::engine::checkpoint::{self, Saving, State};
use crate::engine::error::EngineError;
use crate::engine::model::Network;
use crate::engine::model::lora::Stored;
use crate::engine::objective;
use crate::engine::report::Reporter;
use crate::engine::sampler::{Cursor, Dealer, Prefetch, Rows, Sampler, Source};
use crate::engine::tokens::Tokens;
use crate::engine::train::budget::Pace;
use crate::engine::train::learner::{Learner, StepError};
use crate::engine::train::meter::Meter;
use crate::engine::train::validation::Validation;
use crate::id::Digest;
use crate::recipe::model::{Adapter, Architecture};
use crate::recipe::training::Train;
use crate::record::Machine;
use crate::record::report::TrainingReport;

/// Everything a training is made of.
#[derive(Debug)]
pub struct Training<'a> {
    /// The network.
    pub architecture: &'a Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The adapter, where one is trained.
    pub adapter: Option<&'a Adapter>,
    /// How to train.
    pub train: &'a Train,
    /// What it starts from; without a parent, from random weights.
    pub base: Option<Base<'a>>,
    /// The seed of every random stream.
    pub seed: u64,
    /// Where to compute.
    pub device: &'a Device,
    /// What that is.
    pub machine: &'a Machine,
    /// The folder of the checkpoints.
    pub checkpoints: &'a Path,
    /// The digest of everything that can change the outputs.
    pub fingerprint: Digest,
}

/// What a training takes from the model's parent.
#[derive(Debug, Clone)]
pub struct Base<'a> {
    /// Weights as the bytes of a safetensors file.
    pub weights: &'a [u8],
    /// Adapters that are added to them before anything is learnt, in order.
    pub added: Vec<Stored<'a>>,
    /// The adapter that goes on being trained, where the parent's does.
    pub goes_on: Option<Stored<'a>>,
    /// Whether the parent is a classifier of the same classes, whose layer over them is kept.
    pub has_same_classes: bool,
}

impl<'a> Base<'a> {
    /// Returns weights that stand alone.
    pub fn of(weights: &'a [u8]) -> Self {
        Self { weights, added: Vec::new(), goes_on: None, has_same_classes: false }
    }
}

/// A dataset to learn from.
#[derive(Debug)]
pub struct Dataset {
    /// Its share of the rows.
    pub weight: f64,
    /// What is learnt.
    pub train: Tokens,
    /// What is measured.
    pub validation: Tokens,
}

/// How a training ended.
#[derive(Debug)]
pub enum Ended {
    /// The budget is spent, or early stopping ended it.
    Finished(Trained),
    /// It was asked to stop, and its state is saved.
    Interrupted,
}

/// What came out of a training.
#[derive(Debug)]
pub struct Trained {
    /// The numbers.
    pub report: TrainingReport,
    /// The best weights as the bytes of a safetensors file; an adapter is added to them.
    pub model: Vec<u8>,
    /// The adapter by PEFT's names.
    pub adapter: Option<Vec<u8>>,
}

/// Trains a model until its budget is spent, going on from the newest whole checkpoint.
///
/// # Errors
/// When data or base do not fit, when the training diverges, when a checkpoint cannot be written, and when it was made
/// on something that gives other bits.
pub fn train(training: &Training<'_>, data: Vec<Dataset>, reporter: &mut dyn Reporter) -> Result<Ended, EngineError> {
    let classification = training.train.objective.classification();
    let network = Network::with_head(training.architecture, training.vocab_size, classification, training.device);
    let (sources, validation) = cut(training, data)?;
    let pace = Pace::new(training.train, network.context(), &sources)?;
    let mut learner = Learner::new(training, &network)?;
    let mut state = State::start(sources.len(), training.seed, training.fingerprint, training.machine);
    resume(training, &mut state, &mut learner, reporter)?;
    let prefetch = prefetch(training, sources, state.cursor.clone(), pace, network.context())?;
    let mut meter = Meter::new(pace.total_steps);
    let mut saved_step = state.step;

    while state.step < pace.total_steps && !state.stopped_early {
        if reporter.is_stopping() {
            if saved_step < state.step {
                save(training, &state, &learner, reporter)?;
            }
            return Ok(Ended::Interrupted);
        }
        let data = prefetch.next_step()?;
        let (began, n_tokens) = (Instant::now(), data.n_tokens());
        let taken = learner.step(training, &network, &state, data, pace.total_steps);
        let taken = taken.map_err(|error| diverged(training, state.step + 1, error))?;
        state.step += 1;
        state.cursor = taken.cursor.clone();
        state.train_loss = taken.loss;
        state.tokens += n_tokens;
        meter.tell(&state, &taken, n_tokens, began.elapsed(), reporter)?;
        if state.step.is_multiple_of(training.train.validate.every_steps.max(1)) || state.step == pace.total_steps {
            measure(training, &network, &validation, &mut state, &mut learner, reporter)?;
        }
        if state.step.is_multiple_of(training.train.checkpoint.every_steps.max(1)) {
            save(training, &state, &learner, reporter)?;
            saved_step = state.step;
        }
    }
    finish(&network, state, learner).map(Ended::Finished)
}

fn prefetch(
    training: &Training<'_>,
    sources: Vec<Source>,
    cursor: Cursor,
    pace: Pace,
    context: usize,
) -> Result<Prefetch, EngineError> {
    let sampler = |cursor| Sampler::new(sources.clone(), training.seed, cursor);
    match training.train.objective.classification() {
        Some(_) => {
            let dealer = Dealer::new(sampler, training.seed, cursor, pace.rows, pace.accumulate)?;
            Ok(Prefetch::start_dealing(dealer))
        }
        None => Ok(Prefetch::start(sampler(cursor), pace.rows, pace.accumulate, context)),
    }
}

fn diverged(training: &Training<'_>, step: u64, StepError { what, value }: StepError) -> EngineError {
    EngineError::Diverged { step, what, value, checkpoint: checkpoint::steps(training.checkpoints).first().copied() }
}

fn cut(training: &Training<'_>, data: Vec<Dataset>) -> Result<(Vec<Source>, Validation), EngineError> {
    let kind = objective::row_kind(&training.train.objective);
    let context = training.architecture.context() as usize;
    let (mut sources, mut splits) = (Vec::new(), Vec::new());
    for Dataset { weight, train, validation } in data {
        if let Some(classification) = training.train.objective.classification() {
            [&train, &validation].iter().try_for_each(|tokens| tokens.check_classes(classification.classes.len()))?;
        }
        let attention = training.train.attention;
        let rows = Rows::to_learn(train, kind, context)?.looking(attention);
        sources.push(Source { rows: Arc::new(rows), weight });
        splits.push((weight, Rows::to_measure(validation, kind, context)?.looking(attention)));
    }
    Ok((sources, Validation { splits, tokens: training.train.validate.tokens }))
}

fn resume(
    training: &Training<'_>,
    state: &mut State,
    learner: &mut Learner,
    reporter: &mut dyn Reporter,
) -> Result<(), EngineError> {
    checkpoint::remove_debris(training.checkpoints)?;
    let (loaded, passed_over) = checkpoint::load_newest(training.checkpoints, training.fingerprint);
    for error in passed_over {
        reporter.note(format!("passed over a checkpoint: {error}"))?;
    }
    let Some(loaded) = loaded else { return Ok(()) };
    loaded.state.check_machine(training.machine)?;
    *state = loaded.state.clone();
    learner.restore(loaded, training.device)?;
    reporter.resumed(state.step)
}

fn measure(
    training: &Training<'_>,
    network: &Network,
    validation: &Validation,
    state: &mut State,
    learner: &mut Learner,
    reporter: &mut dyn Reporter,
) -> Result<(), EngineError> {
    let (loss, accuracy) = validation.measure(network, &learner.parameters)?;
    if !loss.is_finite() {
        return Err(diverged(training, state.step, StepError { what: "validation loss", value: loss }));
    }
    reporter.metric("validation/loss", state.step, loss)?;
    if let Some(accuracy) = accuracy {
        reporter.metric("validation/accuracy", state.step, accuracy)?;
    }
    if state.measured(loss, accuracy) {
        learner.keep_as_best();
    }
    let patience = training.train.early_stop.as_ref().map(|stop| stop.patience);
    state.stopped_early = patience.is_some_and(|patience| state.without_better >= patience.max(1));
    Ok(())
}

fn save(
    training: &Training<'_>,
    state: &State,
    learner: &Learner,
    reporter: &mut dyn Reporter,
) -> Result<(), EngineError> {
    let (model, optimizer) = (learner.parameters.trainable_to_host(), learner.optimizer.to_host());
    let best = learner.best.as_ref().filter(|_| !state.is_best());
    let record = checkpoint::save(training.checkpoints, state, &Saving { model: &model, optimizer: &optimizer, best })?;
    reporter.checkpoint(record)?;
    checkpoint::keep_newest(training.checkpoints, training.train.checkpoint.keep, state.best.map(|best| best.step))
}

fn finish(network: &Network, state: State, learner: Learner) -> Result<Trained, EngineError> {
    let (parameters, trainable_parameters) = learner.counts;
    let best = state.best.expect("the last step is measured");
    let report = TrainingReport {
        parameters,
        trainable_parameters,
        steps: state.step,
        tokens: state.tokens,
        best_step: best.step,
        train_loss: state.train_loss,
        validation_loss: best.loss,
        stopped_early: state.stopped_early,
        validation_accuracy: best.accuracy,
        classes: network.classification().map(|own| own.classes.clone()).unwrap_or_default(),
    };
    let (model, adapter) = learner.into_weights(network)?;
    Ok(Trained { report, model, adapter })
}
