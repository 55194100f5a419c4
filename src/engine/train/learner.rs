//! What changes while a model learns: its parameters, the optimizer's moments, the best parameters so far.

use std::collections::BTreeMap;

use burn::tensor::Device;

use crate::engine::checkpoint::{Loaded, State};
use crate::engine::error::EngineError;
use crate::engine::model::{Gradients, HostTensor, Network, Parameters, lora, weights};
use crate::engine::objective::{Inputs, loss_and_gradients};
use crate::engine::optimizer::adamw::StepFactors;
use crate::engine::optimizer::{AdamW, clip, schedule};
use crate::engine::sampler::{Cursor, prefetch::StepData};
use crate::engine::seed;
use crate::engine::train::Training;
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
}

impl Learner {
    /// Returns a learner that has not learnt yet: random parameters or the parent's, and an adapter where one is asked for.
    ///
    /// # Errors
    /// When the parent's weights do not fit the network.
    pub fn new(training: &Training<'_>, network: &Network) -> Result<Self, EngineError> {
        let mut parameters = load_parameters(network, training.base, training.seed)?;
        let network_size = parameters.count().0;
        if let Some(Adapter::Lora { rank, alpha, then: _ }) = training.adapter {
            lora::attach(&mut parameters, network, *rank, *alpha, training.seed);
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
        training.device.seed(seed::mix(training.seed, state.step));
        let (loss, gradients) = self.accumulate(network, data.batches);
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
        Ok(Taken { loss, gradient_norm, learning_rate, cursor: data.cursor })
    }

    /// Returns the loss over all micro-batches, and the sum of their gradients.
    fn accumulate(&self, network: &Network, batches: Vec<crate::engine::sampler::Batch>) -> (f64, Gradients) {
        let n_targets = batches.iter().map(|batch| batch.n_targets()).sum::<f64>().max(1.0);
        let (mut loss, mut gradients) = (0.0, Gradients::new());
        for batch in batches {
            let inputs = Inputs::new(batch, network.device());
            let (share, more) = loss_and_gradients(network, &self.parameters, inputs, n_targets);
            loss += share;
            clip::add(&mut gradients, more);
        }
        (loss, gradients)
    }

    /// Keeps a copy of the trainable parameters as the best so far.
    pub fn keep_as_best(&mut self) {
        self.best = Some(self.parameters.trainable_to_host());
    }

    /// Returns the best weights, an adapter merged, and the adapter by PEFT's names.
    ///
    /// # Errors
    /// When the best parameters do not fit; they do.
    pub fn into_weights(mut self, network: &Network) -> Result<(Vec<u8>, Option<Vec<u8>>), EngineError> {
        if let Some(best) = &self.best {
            self.parameters.set_trainable(best, network.device())?;
        }
        let adapted = self.parameters.adapter_scale.map(|_| self.parameters.trainable_to_host());
        let adapter = adapted.map(|trained| weights::write(&lora::adapter_tensors(&trained)));
        Ok((weights::write(&lora::merge(self.parameters, network).to_host()), adapter))
    }
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
    let declarations = network.declarations();
    let Some(bytes) = file else {
        let drawn = declarations.into_iter().map(|declaration| (declaration.name.clone(), declaration.draw(seed)));
        return Ok(Parameters::from_host(drawn, network.device()));
    };
    let tensors = weights::read(bytes)?;
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
