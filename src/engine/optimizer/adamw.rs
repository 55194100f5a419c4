//! AdamW (Loshchilov & Hutter 2019): moments by parameter name, decay of matrices only.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};

use crate::engine::error::EngineError;
use crate::engine::model::parameters::{to_device, to_host};
use crate::engine::model::{Gradients, HostTensor, Parameter, Parameters};
use crate::engine::torch::adamw as torch;
use crate::recipe::training::Optimizer;

/// The optimizer and its moments.
#[derive(Debug, Clone)]
pub struct AdamW {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    weight_decay: f64,
    moments: BTreeMap<String, Moments>,
}

/// The running means of a gradient and of its square, each flat.
#[derive(Debug, Clone)]
struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
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

impl AdamW {
    /// Returns an optimizer that has not seen a gradient.
    pub fn new(optimizer: &Optimizer, parameters: &Parameters) -> Self {
        let Optimizer::Adamw { weight_decay, beta_1, beta_2, epsilon, learning_rate: _, clip_norm: _ } = *optimizer;
        let trainable = parameters.iter().filter(|(_, parameter)| parameter.is_trainable);
        let zero = |parameter: &Parameter| parameter.values.zeros_like();
        let moments = trainable
            .map(|(name, parameter)| (name.clone(), Moments { first: zero(parameter), second: zero(parameter) }))
            .collect();
        Self { beta_1, beta_2, epsilon, weight_decay, moments }
    }

    /// Changes the parameters by one step along their gradients.
    pub fn step(&mut self, parameters: &mut Parameters, mut gradients: Gradients, factors: StepFactors) {
        for (name, parameter) in parameters.trainable_mut() {
            let Some(gradient) = gradients.remove(name) else { continue };
            let moments = self.moments.remove(name).expect("every trainable parameter has moments");
            self.moments.insert(name.clone(), self.update(parameter, moments, gradient, factors));
        }
    }

    fn update(
        &self,
        parameter: &mut Parameter,
        moments: Moments,
        gradient: Tensor<1>,
        factors: StepFactors,
    ) -> Moments {
        let Self { beta_1, beta_2, epsilon, .. } = *self;
        let StepFactors { step, learning_rate, clip } = factors;
        let decay = if parameter.is_decayed() { 1.0 - learning_rate * self.weight_decay } else { 1.0 };
        let in_place = torch::Factors { beta_1, beta_2, epsilon, step, learning_rate, decay, clip };
        if torch::step(&parameter.values, &moments.first, &moments.second, &gradient, in_place) {
            return moments;
        }
        let gradient = if clip < 1.0 { gradient * clip } else { gradient };
        let first = moments.first * beta_1 + gradient.clone() * (1.0 - beta_1);
        let second = moments.second * beta_2 + gradient.square() * (1.0 - beta_2);
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let size = (second.clone() / correction(beta_2)).sqrt() + epsilon;
        let change = first.clone() / size * (learning_rate / correction(beta_1));
        parameter.values.inplace(|values| values * decay - change);
        Moments { first, second }
    }

    /// Copies the moments to the host, as `<parameter>.first` and `<parameter>.second`.
    pub fn to_host(&self) -> BTreeMap<String, HostTensor> {
        let flat = |values: &Tensor<1>| to_host(values, &values.dims());
        self.moments
            .iter()
            .flat_map(|(name, Moments { first, second })| {
                [(format!("{name}.first"), flat(first)), (format!("{name}.second"), flat(second))]
            })
            .collect()
    }

    /// Replaces the moments.
    ///
    /// # Errors
    /// When the names or sizes are not those of the parameters.
    pub fn set(&mut self, tensors: &BTreeMap<String, HostTensor>, device: &Device) -> Result<(), EngineError> {
        if tensors.len() != 2 * self.moments.len() {
            return Err(EngineError::Weights { reason: format!("{} moments are not two a parameter", tensors.len()) });
        }
        for (name, Moments { first, second }) in &mut self.moments {
            for (moment, values) in [("first", first), ("second", second)] {
                let key = format!("{name}.{moment}");
                let tensor = tensors.get(&key).filter(|tensor| tensor.values.len() == values.dims()[0]);
                let tensor =
                    tensor.ok_or_else(|| EngineError::Weights { reason: format!("there is no moment `{key}`") })?;
                *values = to_device(tensor, device);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Tensor;

    fn one(values: Vec<f32>, shape: Vec<usize>) -> (Parameters, Device) {
        let device = Device::flex();
        let tensor = HostTensor { shape, values };
        (Parameters::from_host([("w".to_owned(), tensor)], &device), device)
    }

    fn adamw(parameters: &Parameters) -> AdamW {
        let optimizer = Optimizer::Adamw {
            learning_rate: 0.1,
            weight_decay: 0.5,
            beta_1: 0.9,
            beta_2: 0.99,
            epsilon: 1e-8,
            clip_norm: 1.0,
        };
        AdamW::new(&optimizer, parameters)
    }

    #[test]
    fn the_first_step_goes_by_the_learning_rate_against_the_sign() {
        let (mut parameters, device) = one(vec![1.0, 1.0], vec![2]);
        let gradient = Tensor::from_floats([3.0, -0.5], &device);
        let factors = StepFactors { step: 1, learning_rate: 0.1, clip: 1.0 };
        adamw(&parameters).step(&mut parameters, [("w".to_owned(), gradient)].into(), factors);
        let values = parameters.to_host()["w"].values.clone();
        assert!((values[0] - 0.9).abs() < 1e-6 && (values[1] - 1.1).abs() < 1e-6, "{values:?}");
    }

    #[test]
    fn matrices_are_decayed_and_vectors_are_not() {
        for (shape, expected) in [(vec![1, 1], 0.95), (vec![1], 1.0)] {
            let (mut parameters, device) = one(vec![1.0], shape);
            let gradients = [("w".to_owned(), Tensor::from_floats([0.0], &device))].into();
            let factors = StepFactors { step: 1, learning_rate: 0.1, clip: 1.0 };
            adamw(&parameters).step(&mut parameters, gradients, factors);
            assert!((parameters.to_host()["w"].values[0] - expected).abs() < 1e-6);
        }
    }
}
