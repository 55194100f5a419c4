//! Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", program 1): along the sign of the momentum.

use burn::tensor::Tensor;

use crate::engine::model::Parameter;
use crate::engine::torch::lion as torch;

/// The rule, and the momentum of one parameter, flat.
#[derive(Debug, Clone)]
pub struct Lion {
    /// The share of the momentum in what the sign is taken of.
    pub beta_1: f64,
    /// The decay of the momentum.
    pub beta_2: f64,
    /// The decoupled weight decay.
    pub weight_decay: f64,
    /// The running mean of the gradient.
    pub momentum: Tensor<1>,
}

impl Lion {
    /// Changes a parameter by one step along its gradient.
    pub fn step(&mut self, parameter: &mut Parameter, gradient: Tensor<1>, learning_rate: f64) {
        let Self { beta_1, beta_2, weight_decay, momentum } = self;
        let (beta_1, beta_2) = (*beta_1, *beta_2);
        let decay = 1.0 - learning_rate * *weight_decay;
        let factors = torch::Factors { beta_1, beta_2, learning_rate, decay };
        if torch::step(&parameter.values, momentum, &gradient, factors) {
            return;
        }
        let change = (momentum.clone() * beta_1 + gradient.clone() * (1.0 - beta_1)).sign();
        parameter.values.inplace(|values| values * decay - change * learning_rate);
        momentum.inplace(|momentum| momentum * beta_2 + gradient * (1.0 - beta_2));
    }
}
