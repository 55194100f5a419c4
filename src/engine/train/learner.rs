//! What changes while a model learns: its parameters, the optimizer's moments, the best parameters so far.

use std::collections::BTreeMap;

use burn::tensor::Device;

use crate::engine::checkpoint::{Loaded, State};
use crate::engine::error::EngineError;
use crate::engine::model::{Gradients, HostTensor, Network, Parameters, lora, weights};
use crate::engine::objective::{Guide, Task, Turn};
use crate::engine::optimizer::{Average, Optimizer, StepFactors, clip, rates, schedule};
use crate::engine::sampler::{Batch, Cursor, StepData};
use crate::engine::seed;
use crate::engine::train::{Base, Teacher, Training, fault};
use crate::recipe::model::Adapter;
use crate::recipe::objective::{Adversarial, Objective};

/// What changes while a model learns.
#[derive(Debug)]
pub struct Learner {
    /// The parameters.
    pub parameters: Parameters,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// The moving average of the parameters, where one is kept.
    pub average: Option<Average>,
    /// The trainable parameters of the lowest validation loss.
    pub best: Option<BTreeMap<String, HostTensor>>,
    /// The number of parameters of the network, and of trainable ones.
    pub counts: (u64, u64),
}

/// What came out of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// The training loss, in the objective's unit a target; of a generator that of its own turn.
    pub loss: f64,
    /// The loss of a critic, in its last turn.
    pub critic_loss: Option<f64>,
    /// The norm of the gradients before clipping.
    pub gradient_norm: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// Where the sampler stands.
    pub cursor: Cursor,
    /// The share of the records of the step that were told right, where there is a right and a wrong.
    pub accuracy: Option<f64>,
}

impl Learner {
    /// Returns a learner that has not learnt yet: random parameters or the parent's, and an adapter where one is trained.
    ///
    /// # Errors
    /// When the parent's weights or adapters do not fit the network, and when a name that is to be frozen is none of it.
    pub fn new(training: &Training<'_>, network: &Network) -> Result<Self, EngineError> {
        let base = training.base.as_ref();
        let mut parameters = match base {
            Some(base) => load_base(network, training, base)?,
            None => load_parameters(network, None, training.seed)?,
        };
        for stored in base.map_or(&[][..], |base| base.added.as_slice()) {
            lora::attach_stored(&mut parameters, network, *stored)?;
            parameters = lora::merge(parameters, network);
        }
        let network_size = parameters.count().0;
        match (training.adapter, base.and_then(|base| base.goes_on)) {
            (Some(_), Some(stored)) => lora::attach_stored(&mut parameters, network, stored)?,
            (Some(adapter), None) => lora::attach(&mut parameters, network, adapter, training.seed),
            (None, _) => {}
        }
        if let Some(Adapter::Lora { dropout, .. }) = training.adapter {
            parameters.adapter_dropout = *dropout;
        }
        parameters.is_recomputing = training.train.activation_checkpointing;
        rates::freeze(training.train, &mut parameters)?;
        let counts = (network_size, parameters.count().1);
        let optimizer = Optimizer::new(training.train, &parameters);
        let average = training.train.ema.map(|ema| Average::new(ema, &parameters));
        Ok(Self { parameters, optimizer, average, best: None, counts })
    }

    /// Returns the model that this one is held against: its teacher, or itself as it is now, before it learns.
    ///
    /// # Errors
    /// When the teacher's weights do not fit its network.
    pub fn guide(&self, training: &Training<'_>, network: &Network) -> Result<Option<Guide>, EngineError> {
        match (&training.train.objective, &training.teacher) {
            (Objective::Preference(_), _) => {
                let network =
                    Network::of(training.architecture, training.vocab_size, network.head().clone(), training.device);
                // An addition that has not learnt yet is nothing; libtorch changes parameters in place, so these are copies.
                let mut parameters = Parameters::from_host(self.parameters.to_host(), training.device);
                parameters.adapter_scale = self.parameters.adapter_scale;
                Ok(Some(Guide { network, parameters }))
            }
            (Objective::Distillation(_), Some(teacher)) => {
                let Teacher { architecture, vocab_size, head, weights } = teacher;
                let network = Network::of(architecture, *vocab_size, head.clone(), training.device);
                let parameters = load_parameters(&network, Some(weights), 0)?;
                Ok(Some(Guide { network, parameters }))
            }
            (_, _) => Ok(None),
        }
    }

    /// Goes back to where a checkpoint was made.
    ///
    /// # Errors
    /// When its tensors are not those of this training.
    pub fn restore(&mut self, loaded: Loaded, device: &Device) -> Result<(), EngineError> {
        self.parameters.set_trainable(&loaded.model, device)?;
        self.optimizer.set(&loaded.optimizer, device)?;
        if let Some(average) = &mut self.average {
            let missing = || EngineError::Weights { reason: "the checkpoint has no moving average".to_owned() };
            average.set(loaded.average.as_ref().ok_or_else(missing)?, device)?;
        }
        let mut measured = loaded.model;
        measured.extend(loaded.average.unwrap_or_default());
        self.best = if loaded.state.is_best() { Some(measured) } else { loaded.best };
        Ok(())
    }

    /// Takes one optimizer step, or of two that learn in turn one of each; every random stream is seeded from the run's seed and the step.
    ///
    /// # Errors
    /// When loss or gradients are no finite numbers; the parameters are then as they were before the turn.
    pub fn step(
        &mut self,
        training: &Training<'_>,
        task: &Task<'_>,
        state: &State,
        data: StepData,
        total_steps: u64,
    ) -> Result<Taken, StepError> {
        let step_seed = seed::mix(training.seed, state.step);
        training.device.seed(step_seed);
        let factor = schedule::factor(&training.train.schedule, state.step, total_steps);
        let (learning_rate, clip_norm) =
            (training.train.optimizer.learning_rate(), training.train.optimizer.clip_norm());
        let mut taken = Taken { cursor: data.cursor, ..Taken::default() };
        for Tact { turn, step, rate } in tacts(task.objective, state.step) {
            let buffers = self.parameters.buffers();
            let Summed { loss, right, n_targets, gradients } = self.accumulate(task, &data.batches, step_seed, turn);
            let gradient_norm = clip::global_norm(&gradients);
            let [of_loss, of_norm] = words(turn);
            for (what, value) in [(of_loss, loss), (of_norm, gradient_norm)] {
                if !value.is_finite() {
                    let tensor = fault::find(&self.parameters, &gradients, &task.network.declarations());
                    self.parameters.update(buffers);
                    return Err(StepError { what, value, tensor });
                }
            }
            let learning_rate = learning_rate * rate * factor;
            let clip = clip::factor(gradient_norm, clip_norm);
            self.optimizer.step(&mut self.parameters, gradients, StepFactors { step, learning_rate, clip });
            match turn {
                Some(Turn::Critic(_)) => taken.critic_loss = Some(loss),
                Some(Turn::Generator) | None => {
                    (taken.loss, taken.gradient_norm, taken.learning_rate) = (loss, gradient_norm, learning_rate);
                    taken.accuracy = right.map(|right| right as f64 / n_targets);
                }
            }
        }
        if let Some(average) = &mut self.average {
            average.add(&self.parameters, state.step + 1);
        }
        Ok(taken)
    }

    /// Returns the loss over all micro-batches, and the sum of their gradients; buffers change from one to the next.
    fn accumulate(&mut self, task: &Task<'_>, batches: &[Batch], step_seed: u64, turn: Option<Turn>) -> Summed {
        let n_targets = batches.iter().map(|batch| task.n_targets(batch)).sum::<f64>().max(f64::MIN_POSITIVE);
        let n_records = batches.iter().map(Batch::n_targets).sum::<f64>().max(1.0);
        let mut sum = Summed { loss: 0.0, right: None, n_targets: n_records, gradients: Gradients::new() };
        for (i, batch) in batches.iter().enumerate() {
            let seed = seed::mix(step_seed, i as u64);
            let more = task.loss_and_gradients(&self.parameters, batch, seed, n_targets, turn);
            sum.loss += more.loss;
            sum.right = more.right.map(|right| right + sum.right.unwrap_or(0)).or(sum.right);
            clip::add(&mut sum.gradients, more.gradients);
            self.parameters.update(more.updates);
        }
        sum
    }

    /// Returns the parameters that are measured and kept: their moving average, where there is one.
    pub fn measured(&self) -> Parameters {
        match &self.average {
            Some(average) => average.in_place_of(&self.parameters),
            None => self.parameters.clone(),
        }
    }

    /// Keeps a copy of the trainable parameters as the best so far.
    pub fn keep_as_best(&mut self) {
        self.best = Some(self.measured().trainable_to_host());
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

/// One change of parameters within a step.
struct Tact {
    turn: Option<Turn>,
    /// The number of the change, of those whose turn it is, from 1.
    step: u64,
    /// What the learning rate is multiplied with.
    rate: f64,
}

/// Returns the changes of a step: one, or those of a critic and then that of its generator.
fn tacts(objective: &Objective, step: u64) -> Vec<Tact> {
    match objective {
        Objective::Adversarial(Adversarial { loss: _, critic_steps, critic_rate }) => {
            let critic = |number: u32| Tact {
                turn: Some(Turn::Critic(number)),
                step: step * u64::from(*critic_steps) + u64::from(number) + 1,
                rate: *critic_rate,
            };
            let generator = Tact { turn: Some(Turn::Generator), step: step + 1, rate: 1.0 };
            (0..*critic_steps).map(critic).chain([generator]).collect()
        }
        _ => vec![Tact { turn: None, step: step + 1, rate: 1.0 }],
    }
}

/// Returns what the loss and the norm of the gradients are called, of two that learn in turn with whose they are.
const fn words(turn: Option<Turn>) -> [&'static str; 2] {
    match turn {
        None => ["loss", "gradient norm"],
        Some(Turn::Critic(_)) => ["loss of the critic", "gradient norm of the critic"],
        Some(Turn::Generator) => ["loss of the generator", "gradient norm of the generator"],
    }
}

/// What came out of all micro-batches of a step.
struct Summed {
    loss: f64,
    right: Option<u64>,
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
    /// Which tensor tells where it began, in words.
    pub tensor: Option<String>,
}

/// Returns the parameters of a network: those of a file, or random ones.
///
/// # Errors
/// When the file's weights do not fit the network.
pub fn load_parameters(network: &Network, file: Option<&[u8]>, seed: u64) -> Result<Parameters, EngineError> {
    let Some(bytes) = file else {
        let drawn = network.declarations().into_iter();
        return fitting(network, drawn.map(|own| (own.name.clone(), own.draw(seed))).collect());
    };
    fitting(network, weights::read(bytes)?)
}

/// Returns the parameters a network takes from a parent; what learns something else than its parent takes all but the parent's head.
fn load_base(network: &Network, training: &Training<'_>, base: &Base<'_>) -> Result<Parameters, EngineError> {
    let mut tensors = weights::read(base.weights)?;
    if !network.head().goes_on_as(&base.head) {
        let parent = Network::of(training.architecture, training.vocab_size, base.head.clone(), network.device());
        for declaration in parent.head_declarations() {
            tensors.remove(&declaration.name);
        }
        let own = network.head_declarations().into_iter();
        tensors.extend(own.map(|declaration| (declaration.name.clone(), declaration.draw(training.seed))));
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
    let mut parameters = Parameters::from_host(tensors, network.device());
    declarations.iter().filter(|own| own.is_buffer).for_each(|own| parameters.set_buffer(&own.name));
    Ok(parameters)
}
