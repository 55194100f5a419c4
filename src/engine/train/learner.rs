//! What changes while a model learns: its parameters, the optimizer's moments, the best parameters so far.

use std::collections::BTreeMap;

use burn::tensor::Device;

use crate::engine::checkpoint::{Loaded, State};
use crate::engine::error::EngineError;
use crate::engine::model::classifier::{LANGUAGE_HEAD, SCORE};
use crate::engine::model::{Gradients, HostTensor, Network, Parameters, lora, weights};
use crate::engine::objective::classification::{self, Labelled, Told};
use crate::engine::objective::{Inputs, loss_and_gradients};
use crate::engine::optimizer::adamw::StepFactors;
use crate::engine::optimizer::{AdamW, clip, schedule};
use crate::engine::sampler::{Batch, Cursor, StepData};
use crate::engine::seed;
use crate::engine::train::{Base, Training};
use crate::recipe::model::Adapter;
use crate::recipe::training::Optimizer;

/// What changes while a model learns.
#[derive(Debug)]
pub struct Learner {
    /// The parameters.
    pub parameters: Parameters,
    /// The optimizer.
    pub optimizer: AdamW,
    /// The trainable parameters of the lowest validation loss.
    pub best: Option<BTreeMap<String, HostTensor>>,
    /// The number of parameters of the network, and of trainable ones.
    pub counts: (u64, u64),
}

/// What came out of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The training loss, in nats a token.
    pub loss: f64,
    /// The norm of the gradients before clipping.
    pub gradient_norm: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// Where the sampler stands.
    pub cursor: Cursor,
    /// The share of the records of the step whose class was told right, of a classifier.
    pub accuracy: Option<f64>,
}

impl Learner {
    /// Returns a learner that has not learnt yet: random parameters or the parent's, and an adapter where one is trained.
    ///
    /// # Errors
    /// When the parent's weights or adapters do not fit the network.
    pub fn new(training: &Training<'_>, network: &Network) -> Result<Self, EngineError> {
        let base = training.base.as_ref();
        let mut parameters = match base {
            Some(base) => load_base(network, base, training.seed)?,
            None => load_parameters(network, None, training.seed)?,
        };
        for stored in base.map_or(&[][..], |base| base.added.as_slice()) {
            lora::attach_stored(&mut parameters, network, *stored)?;
            parameters = lora::merge(parameters, network);
        }
        let network_size = parameters.count().0;
        match (training.adapter, base.and_then(|base| base.goes_on)) {
            (Some(_), Some(stored)) => lora::attach_stored(&mut parameters, network, stored)?,
            (Some(Adapter::Lora { rank, alpha, then: _, parent: _ }), None) => {
                lora::attach(&mut parameters, network, *rank, *alpha, training.seed);
            }
            (None, _) => {}
        }
        let counts = (network_size, parameters.count().1);
        let optimizer = AdamW::new(&training.train.optimizer, &parameters);
        Ok(Self { parameters, optimizer, best: None, counts })
    }

    /// Goes back to where a checkpoint was made.
    ///
    /// # Errors
    /// When its tensors are not those of this training.
    pub fn restore(&mut self, loaded: Loaded, device: &Device) -> Result<(), EngineError> {
        self.parameters.set_trainable(&loaded.model, device)?;
        self.optimizer.set(&loaded.optimizer, device)?;
        self.best = if loaded.state.is_best() { Some(loaded.model) } else { loaded.best };
        Ok(())
    }

    /// Takes one optimizer step; every random stream is seeded from the run's seed and the step.
    ///
    /// # Errors
    /// When loss or gradients are no finite numbers; the parameters are then as they were.
    pub fn step(
        &mut self,
        training: &Training<'_>,
        network: &Network,
        state: &State,
        data: StepData,
        total_steps: u64,
    ) -> Result<Taken, StepError> {
        let step_seed = seed::mix(training.seed, state.step);
        training.device.seed(step_seed);
        let Summed { loss, right, n_targets, gradients } = self.accumulate(network, data.batches, step_seed);
        let gradient_norm = clip::global_norm(&gradients);
        for (what, value) in [("loss", loss), ("gradient norm", gradient_norm)] {
            if !value.is_finite() {
                return Err(StepError { what, value });
            }
        }
        let Optimizer::Adamw { learning_rate, clip_norm, .. } = training.train.optimizer;
        let learning_rate = learning_rate * schedule::factor(&training.train.schedule, state.step, total_steps);
        let clip = clip::factor(gradient_norm, clip_norm);
        let factors = StepFactors { step: state.step + 1, learning_rate, clip };
        self.optimizer.step(&mut self.parameters, gradients, factors);
        let accuracy = network.classification().map(|_| right as f64 / n_targets);
        Ok(Taken { loss, gradient_norm, learning_rate, cursor: data.cursor, accuracy })
    }

    /// Returns the loss over all micro-batches, and the sum of their gradients.
    fn accumulate(&self, network: &Network, batches: Vec<Batch>, step_seed: u64) -> Summed {
        let n_targets = batches.iter().map(|batch| batch.n_targets()).sum::<f64>().max(1.0);
        let mut sum = Summed { loss: 0.0, right: 0, n_targets, gradients: Gradients::new() };
        for (i, batch) in batches.into_iter().enumerate() {
            let more = match (network.classification(), &batch.labels) {
                (Some(classification), Some(labels)) => {
                    let seed = Some(seed::mix(step_seed, i as u64));
                    let labelled = Labelled::new(network, classification, &batch, labels, seed);
                    let smoothing = classification.label_smoothing;
                    classification::loss_and_gradients(network, &self.parameters, &labelled, smoothing, n_targets)
                }
                (None, _) | (Some(_), None) => {
                    let inputs = Inputs::new(batch, network.device());
                    let (loss, gradients) = loss_and_gradients(network, &self.parameters, inputs, n_targets);
                    Told { loss, right: 0, gradients }
                }
            };
            sum.loss += more.loss;
            sum.right += more.right;
            clip::add(&mut sum.gradients, more.gradients);
        }
        sum
    }

    /// Keeps a copy of the trainable parameters as the best so far.
    pub fn keep_as_best(&mut self) {
        self.best = Some(self.parameters.trainable_to_host());
    }

    /// Returns the best weights, an adapter added to them, and the adapter by PEFT's names.
    ///
    /// # Errors
    /// When the best parameters do not fit; they do.
    pub fn into_weights(mut self, network: &Network) -> Result<(Vec<u8>, Option<Vec<u8>>), EngineError> {
        if let Some(best) = &self.best {
            self.parameters.set_trainable(best, network.device())?;
        }
        let adapted = self.parameters.adapter_scale.map(|_| self.parameters.trainable_to_host());
        let adapter = adapted.map(|trained| lora::write(&trained));
        Ok((weights::write(&lora::merge(self.parameters, network).to_host()), adapter))
    }
}

/// What came out of all micro-batches of a step.
struct Summed {
    loss: f64,
    right: u64,
    n_targets: f64,
    gradients: Gradients,
}

/// A number that is none any more.
#[derive(Debug, Clone, PartialEq)]
pub struct StepError {
    /// Which one.
    pub what: &'static str,
    /// Its value.
    pub value: f64,
}

/// Returns the parameters of a network: those of a file, or random ones.
///
/// # Errors
/// When the file's weights do not fit the network.
pub fn load_parameters(network: &Network, file: Option<&[u8]>, seed: u64) -> Result<Parameters, EngineError> {
    let Some(bytes) = file else {
        let drawn =
            network.declarations().into_iter().map(|declaration| (declaration.name.clone(), declaration.draw(seed)));
        return Ok(Parameters::from_host(drawn, network.device()));
    };
    fitting(network, weights::read(bytes)?)
}

/// Returns the parameters a network takes from a parent; a classifier of other classes takes all but the output layer.
fn load_base(network: &Network, base: &Base<'_>, seed: u64) -> Result<Parameters, EngineError> {
    let mut tensors = weights::read(base.weights)?;
    if network.classification().is_some() && !base.has_same_classes {
        tensors.remove(LANGUAGE_HEAD);
        let declarations = network.declarations().into_iter();
        let score = declarations.filter(|declaration| declaration.name == SCORE);
        tensors.extend(score.map(|score| (score.name.clone(), score.draw(seed))));
    }
    fitting(network, tensors)
}

/// Puts tensors that are those of a network on its device.
fn fitting(network: &Network, tensors: BTreeMap<String, HostTensor>) -> Result<Parameters, EngineError> {
    let declarations = network.declarations();
    for declaration in &declarations {
        if tensors.get(&declaration.name).is_none_or(|tensor| tensor.shape != declaration.shape) {
            let reason = format!("there is no `{}` of shape {:?}", declaration.name, declaration.shape);
            return Err(EngineError::Weights { reason });
        }
    }
    if tensors.len() != declarations.len() {
        let reason = format!("{} tensor(s) belong to no parameter", tensors.len() - declarations.len());
        return Err(EngineError::Weights { reason });
    }
    Ok(Parameters::from_host(tensors, network.device()))
}
