//! A moving average of the parameters that learn (Polyak & Juditsky 1992), which is measured and kept in their place.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};

use crate::engine::error::EngineError;
use crate::engine::model::parameters::{to_device, to_host};
use crate::engine::model::{HostTensor, Parameters};
use crate::engine::torch::average as torch;
use crate::recipe::training::Ema;

/// The average of each parameter that learns, flat.
#[derive(Debug, Clone)]
pub struct Average {
    decay: f64,
    by_name: BTreeMap<String, Tensor<1>>,
}

impl Average {
    /// Returns an average that begins with the parameters as they are.
    pub fn new(ema: Ema, parameters: &Parameters) -> Self {
        let trainable = parameters.iter().filter(|(_, parameter)| parameter.is_trainable);
        // Steps may change values where they lie: an average needs room of its own.
        let copy = |values: &Tensor<1>| values.zeros_like() + values.clone();
        let by_name = trainable.map(|(name, parameter)| (name.clone(), copy(&parameter.values))).collect();
        Self { decay: ema.decay, by_name }
    }

    /// Takes the parameters after a step, counted from 1, into the average.
    pub fn add(&mut self, parameters: &Parameters, step: u64) {
        let kept = self.decay.min((1.0 + step as f64) / (10.0 + step as f64));
        for (name, parameter) in parameters.iter() {
            let Some(average) = self.by_name.get_mut(name) else { continue };
            if !torch::lerp(average, &parameter.values, 1.0 - kept) {
                average.inplace(|average| average * kept + parameter.values.clone() * (1.0 - kept));
            }
        }
    }

    /// Returns the parameters with the average in the place of those that learn.
    pub fn in_place_of(&self, parameters: &Parameters) -> Parameters {
        let mut averaged = parameters.clone();
        for (name, parameter) in averaged.trainable_mut() {
            if let Some(average) = self.by_name.get(name) {
                parameter.values = average.clone();
            }
        }
        averaged
    }

    /// Copies the average to the host, by the names of the parameters.
    pub fn to_host(&self, parameters: &Parameters) -> BTreeMap<String, HostTensor> {
        let mut host = BTreeMap::new();
        for (name, parameter) in parameters.iter() {
            if let Some(average) = self.by_name.get(name) {
                host.insert(name.clone(), to_host(average, &parameter.shape));
            }
        }
        host
    }

    /// Replaces the average.
    ///
    /// # Errors
    /// When the names or sizes are not those of the parameters.
    pub fn set(&mut self, tensors: &BTreeMap<String, HostTensor>, device: &Device) -> Result<(), EngineError> {
        if tensors.len() != self.by_name.len() {
            let reason = format!("{} averages are not one a parameter", tensors.len());
            return Err(EngineError::Weights { reason });
        }
        for (name, average) in &mut self.by_name {
            let tensor = tensors.get(name).filter(|tensor| tensor.values.len() == average.dims()[0]);
            let tensor =
                tensor.ok_or_else(|| EngineError::Weights { reason: format!("there is no average of `{name}`") })?;
            *average = to_device(tensor, device);
        }
        Ok(())
    }
}
