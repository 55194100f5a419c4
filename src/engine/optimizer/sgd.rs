//! Gradient descent with momentum (Sutskever et al. 2013), as PyTorch's `SGD` without dampening.

use burn::tensor::Tensor;

use crate::engine::model::Parameter;
use crate::engine::torch::sgd as torch;

/// The rule, and the momentum of one parameter, flat.
#[derive(Debug, Clone)]
pub struct Sgd {
    /// The share of the last change that goes on.
    pub momentum: f64,
    /// Whether the gradient is taken where the momentum leads.
    pub nesterov: bool,
    /// The share of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// The last change; nothing where none goes on.
    pub remembered: Option<Tensor<1>>,
}

impl Sgd {
    /// Changes a parameter by one step along its gradient.
    pub fn step(&mut self, parameter: &mut Parameter, gradient: Tensor<1>, learning_rate: f64) {
        let Self { momentum, nesterov, weight_decay, remembered } = self;
        let (momentum, nesterov, weight_decay) = (*momentum, *nesterov, *weight_decay);
        let factors = torch::Factors { momentum, nesterov, weight_decay, learning_rate };
        if torch::step(&parameter.values, remembered.as_ref(), &gradient, factors) {
            return;
        }
        let gradient = match weight_decay {
            0.0 => gradient,
            _ => gradient + parameter.values.clone() * weight_decay,
        };
        let change = match remembered {
            None => gradient,
            Some(remembered) => {
                remembered.inplace(|last| last * momentum + gradient.clone());
                if nesterov { gradient + remembered.clone() * momentum } else { remembered.clone() }
            }
        };
        parameter.values.inplace(|values| values - change * learning_rate);
    }
}
