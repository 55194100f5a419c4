//! Optimizers: how gradients change parameters.

pub mod own;
pub mod adamw;
pub mod sgd;
pub mod lion;
pub mod muon;
pub mod adafactor;
pub mod rates;
pub mod average;
pub mod clip;
pub mod schedule;
#[cfg(test)]
mod tests;

pub use average::Average;

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};

use crate::engine::error::EngineError;
use crate::engine::model::parameters::{to_device, to_host};
use crate::engine::model::{Gradients, HostTensor, Parameter, Parameters};
use crate::engine::optimizer::own::Own;
use crate::recipe::training::Train;

/// The optimizer: of every trainable parameter what it remembers, and by which rule it goes.
#[derive(Debug, Clone)]
pub struct Optimizer {
    by_name: BTreeMap<String, Entry>,
}

/// One parameter's part.
#[derive(Debug, Clone)]
struct Entry {
    /// What its learning rate is multiplied with.
    rate: f64,
    own: Own,
}

/// The factors of one step.
#[derive(Debug, Clone, Copy)]
pub struct StepFactors {
    /// The number of the step, from 1, in steps.
    pub step: u64,
    /// The learning rate.
    pub learning_rate: f64,
    /// What the gradients are multiplied with, to keep their norm in bounds.
    pub clip: f64,
}

impl Optimizer {
    /// Returns an optimizer that has not seen a gradient.
    pub fn new(train: &Train, parameters: &Parameters) -> Self {
        let rates = rates::of(train, parameters);
        let trainable = parameters.iter().filter(|(_, parameter)| parameter.is_trainable);
        let entry = |(name, parameter): (&String, &Parameter)| {
            let (own, factor) = Own::new(&train.optimizer, name, parameter);
            (name.clone(), Entry { rate: rates[name.as_str()] * factor, own })
        };
        Self { by_name: trainable.map(entry).collect() }
    }

    /// Changes the parameters by one step along their gradients; those without a gradient stay, and so does what is
    /// remembered of them.
    pub fn step(&mut self, parameters: &mut Parameters, mut gradients: Gradients, factors: StepFactors) {
        let StepFactors { step, learning_rate, clip } = factors;
        for (name, parameter) in parameters.trainable_mut() {
            let Some(gradient) = gradients.remove(name) else { continue };
            let Entry { rate, own } = self.by_name.get_mut(name).expect("every trainable parameter has an entry");
            own.step(parameter, clip::scaled(gradient, clip), step, learning_rate * *rate);
        }
    }

    /// Copies what is remembered to the host, as `<parameter>.<what>`, such as `<parameter>.first`.
    pub fn to_host(&self) -> BTreeMap<String, HostTensor> {
        let parts = |(name, entry): (&String, &Entry)| {
            let host = |(what, values): (&'static str, &Tensor<1>)| {
                (format!("{name}.{what}"), to_host(values, &values.dims()))
            };
            entry.own.parts().into_iter().map(host).collect::<Vec<_>>()
        };
        self.by_name.iter().flat_map(parts).collect()
    }

    /// Replaces what is remembered.
    ///
    /// # Errors
    /// When the names or sizes are not those of the parameters.
    pub fn set(&mut self, tensors: &BTreeMap<String, HostTensor>, device: &Device) -> Result<(), EngineError> {
        let n_expected: usize = self.by_name.values().map(|entry| entry.own.parts().len()).sum();
        if tensors.len() != n_expected {
            let reason = format!("{} moments are not the {n_expected} of this optimizer", tensors.len());
            return Err(EngineError::Weights { reason });
        }
        for (name, entry) in &mut self.by_name {
            for (what, values) in entry.own.parts_mut() {
                let key = format!("{name}.{what}");
                let tensor = tensors.get(&key).filter(|tensor| tensor.values.len() == values.dims()[0]);
                let tensor =
                    tensor.ok_or_else(|| EngineError::Weights { reason: format!("there is no moment `{key}`") })?;
                *values = to_device(tensor, device);
            }
        }
        Ok(())
    }
}
