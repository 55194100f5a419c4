//! AdamW (Loshchilov & Hutter 2019): means of the gradient and of its square, and decay beside them.

use burn::tensor::Tensor;

use crate::engine::model::Parameter;
use crate::engine::torch::adamw as torch;

/// The rule, and the moments of one parameter, each flat.
#[derive(Debug, Clone)]
pub struct AdamW {
    /// The decay of the first moment.
    pub beta_1: f64,
    /// The decay of the second moment.
    pub beta_2: f64,
    /// What keeps the update from dividing by zero.
    pub epsilon: f64,
    /// The decoupled weight decay.
    pub weight_decay: f64,
    /// The running mean of the gradient.
    pub first: Tensor<1>,
    /// The running mean of its square.
    pub second: Tensor<1>,
}

impl AdamW {
    /// Changes a parameter by one step along its gradient.
    pub fn step(&mut self, parameter: &mut Parameter, gradient: Tensor<1>, step: u64, learning_rate: f64) {
        let Self { beta_1, beta_2, epsilon, weight_decay, first, second } = self;
        let (beta_1, beta_2, epsilon) = (*beta_1, *beta_2, *epsilon);
        let decay = 1.0 - learning_rate * *weight_decay;
        let factors = torch::Factors { beta_1, beta_2, epsilon, step, learning_rate, decay };
        if torch::step(&parameter.values, first, second, &gradient, factors) {
            return;
        }
        first.inplace(|first| first * beta_1 + gradient.clone() * (1.0 - beta_1));
        second.inplace(|second| second * beta_2 + gradient.square() * (1.0 - beta_2));
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let size = (second.clone() / correction(beta_2)).sqrt() + epsilon;
        let change = first.clone() / size * (learning_rate / correction(beta_1));
        parameter.values.inplace(|values| values * decay - change);
    }
}
