//! What one parameter remembers, and the rule it goes by.

use burn::tensor::Tensor;

use crate::engine::model::Parameter;
use crate::engine::optimizer::adafactor::Adafactor;
use crate::engine::optimizer::adamw::AdamW;
use crate::engine::optimizer::lion::Lion;
use crate::engine::optimizer::muon::{self, Muon};
use crate::engine::optimizer::sgd::Sgd;
use crate::recipe::training::Optimizer as Said;

/// What one parameter remembers, and the rule it goes by.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
pub enum Own {
    /// By AdamW.
    AdamW(AdamW),
    /// By gradient descent.
    Sgd(Sgd),
    /// By Lion.
    Lion(Lion),
    /// By Muon.
    Muon(Muon),
    /// By Adafactor.
    Adafactor(Adafactor),
}

impl Own {
    /// Returns what a parameter that has seen no gradient remembers, and what its learning rate is multiplied with.
    pub fn new(said: &Said, name: &str, parameter: &Parameter) -> (Self, f64) {
        let decay = |weight_decay: f64| if parameter.is_decayed() { weight_decay } else { 0.0 };
        let zeros = || parameter.values.zeros_like();
        let adamw = |weight_decay, beta_1, beta_2, epsilon| {
            let weight_decay = decay(weight_decay);
            Self::AdamW(AdamW { beta_1, beta_2, epsilon, weight_decay, first: zeros(), second: zeros() })
        };
        match *said {
            Said::Adamw { weight_decay, beta_1, beta_2, epsilon, .. } => {
                (adamw(weight_decay, beta_1, beta_2, epsilon), 1.0)
            }
            Said::Sgd { momentum, nesterov, weight_decay, .. } => {
                let remembered = (momentum > 0.0).then(zeros);
                (Self::Sgd(Sgd { momentum, nesterov, weight_decay: decay(weight_decay), remembered }), 1.0)
            }
            Said::Lion { weight_decay, beta_1, beta_2, .. } => {
                (Self::Lion(Lion { beta_1, beta_2, weight_decay: decay(weight_decay), momentum: zeros() }), 1.0)
            }
            Said::Muon { weight_decay, momentum, nesterov, iterations, scale, .. }
                if muon::is_meant(name, &parameter.shape) =>
            {
                let sides = muon::sides(&parameter.shape);
                let scale = muon::scale(scale, name, sides);
                let weight_decay = decay(weight_decay);
                let remembered = zeros();
                (Self::Muon(Muon { momentum, nesterov, iterations, scale, weight_decay, sides, remembered }), 1.0)
            }
            Said::Muon { weight_decay, adamw_rate, beta_1, beta_2, epsilon, .. } => {
                (adamw(weight_decay, beta_1, beta_2, epsilon), adamw_rate)
            }
            Said::Adafactor {
                weight_decay, decay_exponent, epsilon, clip_threshold, beta_1, scale_parameter, ..
            } => {
                let rule = Adafactor::new(parameter, beta_1);
                let weight_decay = decay(weight_decay);
                let rule = Adafactor { weight_decay, decay_exponent, epsilon, clip_threshold, scale_parameter, ..rule };
                (Self::Adafactor(rule), 1.0)
            }
        }
    }

    /// Changes a parameter by one step along its gradient.
    pub fn step(&mut self, parameter: &mut Parameter, gradient: Tensor<1>, step: u64, learning_rate: f64) {
        match self {
            Self::AdamW(rule) => rule.step(parameter, gradient, step, learning_rate),
            Self::Sgd(rule) => rule.step(parameter, gradient, learning_rate),
            Self::Lion(rule) => rule.step(parameter, gradient, learning_rate),
            Self::Muon(rule) => rule.step(parameter, gradient, learning_rate),
            Self::Adafactor(rule) => rule.step(parameter, gradient, step, learning_rate),
        }
    }

    /// Returns what is remembered, each flat, and what it is called in checkpoints.
    pub fn parts(&self) -> Vec<(&'static str, &Tensor<1>)> {
        match self {
            Self::AdamW(AdamW { first, second, .. }) => vec![("first", first), ("second", second)],
            Self::Sgd(Sgd { remembered, .. }) => remembered.iter().map(|values| ("momentum", values)).collect(),
            Self::Lion(Lion { momentum, .. }) => vec![("momentum", momentum)],
            Self::Muon(Muon { remembered, .. }) => vec![("momentum", remembered)],
            Self::Adafactor(rule) => rule.parts(),
        }
    }

    /// Returns the same to be replaced.
    pub fn parts_mut(&mut self) -> Vec<(&'static str, &mut Tensor<1>)> {
        match self {
            Self::AdamW(AdamW { first, second, .. }) => vec![("first", first), ("second", second)],
            Self::Sgd(Sgd { remembered, .. }) => remembered.iter_mut().map(|values| ("momentum", values)).collect(),
            Self::Lion(Lion { momentum, .. }) => vec![("momentum", momentum)],
            Self::Muon(Muon { remembered, .. }) => vec![("momentum", remembered)],
            Self::Adafactor(rule) => rule.parts_mut(),
        }
    }
}
