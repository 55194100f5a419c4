//! Training: the loop, from data and a base to the best parameters.

pub mod budget;
pub mod fault;
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
use crate::engine::model::lora::Stored;
use crate::engine::model::{Gradients, Network};
use crate::engine::objective::{self, Task};
use crate::engine::report::Reporter;
use crate::engine::sampler::{Data, Prefetch, Rows, Source};
use crate::engine::train::budget::Pace;
use crate::engine::train::learner::{Learner, StepError};
use crate::engine::train::meter::Meter;
use crate::engine::train::validation::Validation;
use crate::id::Digest;
use crate::recipe::head::Head;
use crate::recipe::model::{Adapter, Architecture};
use crate::recipe::objective::Objective;
use crate::recipe::training::{EarlyStop, EarlyStopMetric, Train};
use crate::record::Machine;
use crate::record::overfitting;
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
    /// Whom it learns from, where it learns from another model.
    pub teacher: Option<Teacher<'a>>,
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
    /// What stands on the parent's body: it is kept where it can go on, and else makes way.
    pub head: Head,
}

impl<'a> Base<'a> {
    /// Returns the weights of a language model, which stand alone.
    pub fn of(weights: &'a [u8]) -> Self {
        Self { weights, added: Vec::new(), goes_on: None, head: Head::Language }
    }
}

/// The model a student learns from.
#[derive(Debug, Clone)]
pub struct Teacher<'a> {
    /// Its network.
    pub architecture: &'a Architecture,
    /// The size of its vocabulary.
    pub vocab_size: u32,
    /// What stands on its body.
    pub head: Head,
    /// Its weights as the bytes of a safetensors file.
    pub weights: &'a [u8],
}

/// A dataset to learn from.
#[derive(Debug)]
pub struct Dataset {
    /// Its share of the rows.
    pub weight: f64,
    /// What is learnt.
    pub train: Data,
    /// What is measured.
    pub validation: Data,
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
    let Training { architecture, vocab_size, train, device, .. } = training;
    let head = Head::of(&train.objective, architecture);
    let network = Network::of(architecture, *vocab_size, head, device);
    let (sources, validation) = cut(training, data)?;
    let pace = Pace::new(training.train, network.context(), &sources)?;
    let mut learner = Learner::new(training, &network)?;
    let guide = learner.guide(training, &network)?;
    let class_weights = class_weights(training, &sources)?;
    let task = Task {
        network: &network,
        objective: &train.objective,
        guide: guide.as_ref(),
        class_weights: class_weights.as_deref(),
    };
    let mut state = State::start(sources.len(), training.seed, training.fingerprint, training.machine);
    resume(training, &mut state, &mut learner, reporter)?;
    let prefetch = Prefetch::start(sources, training.seed, state.cursor.clone(), pace.rows, pace.accumulate)?;
    let mut meter = Meter::new(pace.total_steps, !architecture.modality().has_tokens());
    let mut saved_step = state.step;

    while state.step < pace.total_steps && !state.stopped_early {
        if reporter.is_stopping() {
            if saved_step < state.step {
                whole(training, &task, &state, &learner)?;
                save(training, &state, &learner, reporter)?;
            }
            return Ok(Ended::Interrupted);
        }
        let data = prefetch.next_step()?;
        let (began, n_tokens) = (Instant::now(), data.n_tokens());
        let taken = learner.step(training, &task, &state, data, pace.total_steps);
        let taken = taken.map_err(|error| diverged(training, state.step + 1, error))?;
        state.step += 1;
        state.cursor = taken.cursor.clone();
        state.tokens += n_tokens;
        if let Some(since) = state.trained(taken.loss) {
            reporter.note(state.watch.words(since))?;
        }
        meter.tell(&state, &taken, n_tokens, began.elapsed(), reporter)?;
        if state.step.is_multiple_of(training.train.validate.every_steps.max(1)) || state.step == pace.total_steps {
            measure(training, &task, &validation, &mut state, &mut learner, reporter)?;
        }
        if state.step.is_multiple_of(training.train.checkpoint.every_steps.max(1)) {
            whole(training, &task, &state, &learner)?;
            save(training, &state, &learner, reporter)?;
            saved_step = state.step;
        }
    }
    finish(training, &network, state, learner).map(Ended::Finished)
}

fn diverged(training: &Training<'_>, step: u64, StepError { what, value, tensor }: StepError) -> EngineError {
    let checkpoint = checkpoint::steps(training.checkpoints).first().copied();
    EngineError::Diverged { step, what, value, tensor, checkpoint }
}

fn cut(training: &Training<'_>, data: Vec<Dataset>) -> Result<(Vec<Source>, Validation), EngineError> {
    let context = training.architecture.context() as usize;
    let (mut sources, mut splits) = (Vec::new(), Vec::new());
    for Dataset { weight, train, validation } in data {
        let kind = objective::kind_on(&train, &training.train.objective);
        let told = |data| objective::told(data, &training.train.objective);
        let shared = |rows: Rows| objective::hidden(rows.looking(training.train.attention)?, &training.train.objective);
        sources.push(Source { rows: Arc::new(shared(Rows::to_learn(told(train)?, kind, context)?)?), weight });
        splits.push((weight, shared(Rows::to_measure(told(validation)?, kind, context)?)?));
    }
    Ok((sources, Validation { splits, tokens: training.train.validate.tokens }))
}

/// Returns what the records of each class count, where they do not count alike.
fn class_weights(training: &Training<'_>, sources: &[Source]) -> Result<Option<Vec<f32>>, EngineError> {
    let Some(own) = training.train.objective.classification() else { return Ok(None) };
    let Some(weights) = &own.class_weights else { return Ok(None) };
    let mut records = vec![0; own.classes.len()];
    for source in sources {
        for (all, more) in records.iter_mut().zip(source.rows.records_of_classes(own.classes.len())?) {
            *all += more;
        }
    }
    Ok(Some(weights.each(&own.classes, &records).into_iter().map(|weight| weight as f32).collect()))
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
    task: &Task<'_>,
    validation: &Validation,
    state: &mut State,
    learner: &mut Learner,
    reporter: &mut dyn Reporter,
) -> Result<(), EngineError> {
    let (loss, accuracy) = validation.measure(task, &learner.measured())?;
    if !loss.is_finite() {
        return Err(diverged(
            training,
            state.step,
            StepError {
                what: "validation loss",
                value: loss,
                tensor: fault::find(&learner.parameters, &Gradients::new(), &task.network.declarations()),
            },
        ));
    }
    reporter.metric("validation/loss", state.step, loss)?;
    reporter.metric("validation/gap", state.step, loss - state.unmeasured.1)?;
    if let Some(accuracy) = accuracy {
        reporter.metric("validation/accuracy", state.step, accuracy)?;
    }
    if state.measured(loss, accuracy, has_loss_that_falls(&training.train.objective)) {
        learner.keep_as_best();
    }
    let EarlyStop { metric, patience } = match &training.train.early_stop {
        Some(stop) => stop,
        None => return Ok(()),
    };
    let in_a_row = match metric {
        EarlyStopMetric::ValidationLoss => state.without_better,
        EarlyStopMetric::Overfitting => state.overfits(),
    };
    state.stopped_early = in_a_row >= (*patience).max(1);
    Ok(())
}

/// Refuses parameters that are no numbers any more: a checkpoint of them would take the place of the last good one.
fn whole(training: &Training<'_>, task: &Task<'_>, state: &State, learner: &Learner) -> Result<(), EngineError> {
    match fault::find(&learner.parameters, &Gradients::new(), &task.network.declarations()) {
        None => Ok(()),
        tensor => Err(diverged(training, state.step, StepError { what: "step it takes", value: f64::NAN, tensor })),
    }
}

fn save(
    training: &Training<'_>,
    state: &State,
    learner: &Learner,
    reporter: &mut dyn Reporter,
) -> Result<(), EngineError> {
    let (model, optimizer) = (learner.parameters.trainable_to_host(), learner.optimizer.to_host());
    let average = learner.average.as_ref().map(|average| average.to_host(&learner.parameters));
    let best = learner.best.as_ref().filter(|_| !state.is_best());
    let tensors = Saving { model: &model, optimizer: &optimizer, average: average.as_ref(), best };
    let record = checkpoint::save(training.checkpoints, state, &tensors)?;
    reporter.checkpoint(record)?;
    checkpoint::keep_newest(training.checkpoints, training.train.checkpoint.keep, state.best.map(|best| best.step))
}

fn finish(training: &Training<'_>, network: &Network, state: State, learner: Learner) -> Result<Trained, EngineError> {
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
        overfitting: has_loss_that_falls(&training.train.objective).then(|| Box::new(overfitting::judge(&state.curve))),
        diverged_since: state.watch.since,
    };
    let (model, adapter) = learner.into_weights(network)?;
    Ok(Trained { report, model, adapter })
}

/// Returns whether a lower loss is a better one: not where two networks play against each other.
fn has_loss_that_falls(objective: &Objective) -> bool {
    !matches!(objective, Objective::Adversarial(_))
}
