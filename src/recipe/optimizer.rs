//! `train.optimizer`: how gradients change parameters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::recipe::typed::defaults;

/// An optimizer. Norms and biases are never decayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults(Optimizer::kinds().map(as_json)))]
pub enum Optimizer {
    /// AdamW (Loshchilov & Hutter 2019); norms and biases are not decayed.
    Adamw {
        /// The highest learning rate.
        #[schemars(range(min = 1e-9, max = 1.0), extend("x-unit" = "number"), example = 3e-4)]
        learning_rate: f64,
        /// The decoupled weight decay.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "number"), example = 0.01)]
        weight_decay: f64,
        /// The decay of the first moment.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.9)]
        beta_1: f64,
        /// The decay of the second moment.
        #[schemars(range(min = 0.0, max = 0.99999), extend("x-unit" = "share"), example = 0.999)]
        beta_2: f64,
        /// What keeps the update from dividing by zero.
        #[schemars(range(min = 1e-16, max = 1e-2), extend("x-unit" = "number"), example = 1e-6)]
        epsilon: f64,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        #[schemars(range(min = 1e-6, max = 1e9), extend("x-unit" = "norm"), example = 0.5)]
        clip_norm: f64,
    },
    /// Gradient descent with momentum (Sutskever et al. 2013), as PyTorch's `SGD`: the decay is a part of the gradient.
    Sgd {
        /// The highest learning rate.
        #[schemars(range(min = 1e-9, max = 100.0), extend("x-unit" = "number"), example = 0.1)]
        learning_rate: f64,
        /// The share of the last change that goes on; 0 remembers nothing.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.95)]
        momentum: f64,
        /// Whether the gradient is taken where the momentum leads (Nesterov 1983).
        #[schemars(example = true)]
        nesterov: bool,
        /// The share of a parameter that is added to its gradient.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "number"), example = 1e-4)]
        weight_decay: f64,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        #[schemars(range(min = 1e-6, max = 1e9), extend("x-unit" = "norm"), example = 0.5)]
        clip_norm: f64,
    },
    /// Lion (Chen et al. 2023): every number goes by the learning rate along the sign of its momentum. Take a rate three to ten
    /// times lower than AdamW's, and a decay as much higher.
    Lion {
        /// The highest learning rate.
        #[schemars(range(min = 1e-9, max = 1.0), extend("x-unit" = "number"), example = 3e-5)]
        learning_rate: f64,
        /// The decoupled weight decay.
        #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "number"), example = 0.3)]
        weight_decay: f64,
        /// The share of the momentum in what the sign is taken of.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.95)]
        beta_1: f64,
        /// The decay of the momentum.
        #[schemars(range(min = 0.0, max = 0.99999), extend("x-unit" = "share"), example = 0.98)]
        beta_2: f64,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        #[schemars(range(min = 1e-6, max = 1e9), extend("x-unit" = "norm"), example = 0.5)]
        clip_norm: f64,
    },
    /// Muon (Jordan et al. 2024) for the matrices between embedding and head: the momentum made orthogonal by Newton and
    /// Schulz's iteration, kernels of convolutions as matrices of one row for each output; AdamW for all else.
    Muon {
        /// The highest learning rate of the matrices.
        #[schemars(range(min = 1e-9, max = 1.0), extend("x-unit" = "number"), example = 0.02)]
        learning_rate: f64,
        /// The decoupled weight decay, also AdamW's.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "number"), example = 0.01)]
        weight_decay: f64,
        /// The decay of the momentum of the matrices.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.9)]
        momentum: f64,
        /// Whether the gradient is mixed into the momentum once more (Nesterov 1983).
        #[schemars(example = false)]
        nesterov: bool,
        /// How often the iteration is gone through.
        #[schemars(range(min = 1, max = 20), extend("x-unit" = "iterations"), example = 6)]
        iterations: u32,
        /// How the learning rate follows the shape of a matrix.
        #[schemars(example = &"shape")]
        scale: MuonScale,
        /// AdamW's learning rate, times that of the matrices.
        #[schemars(range(min = 1e-6, max = 1e3), extend("x-unit" = "times"), example = 0.3)]
        adamw_rate: f64,
        /// The decay of AdamW's first moment.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.8)]
        beta_1: f64,
        /// The decay of AdamW's second moment.
        #[schemars(range(min = 0.0, max = 0.99999), extend("x-unit" = "share"), example = 0.999)]
        beta_2: f64,
        /// What keeps AdamW's update from dividing by zero.
        #[schemars(range(min = 1e-16, max = 1e-2), extend("x-unit" = "number"), example = 1e-6)]
        epsilon: f64,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        #[schemars(range(min = 1e-6, max = 1e9), extend("x-unit" = "norm"), example = 0.5)]
        clip_norm: f64,
    },
    /// Adafactor (Shazeer & Stern 2018): of the second moments of a matrix only the means of its rows and columns are kept.
    Adafactor {
        /// The highest learning rate.
        #[schemars(range(min = 1e-9, max = 1.0), extend("x-unit" = "number"), example = 0.01)]
        learning_rate: f64,
        /// The decoupled weight decay.
        #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "number"), example = 0.01)]
        weight_decay: f64,
        /// How fast the second moments forget less: at step t they keep 1 - t to the power of minus this.
        #[schemars(range(min = 0.1, max = 1.0), extend("x-unit" = "number"), example = 0.7)]
        decay_exponent: f64,
        /// What is added to the squares of the gradients.
        #[schemars(range(min = 1e-38, max = 1e-2), extend("x-unit" = "number"), example = 1e-20)]
        epsilon: f64,
        /// The largest root mean square of the update of a parameter; larger ones are scaled down to it.
        #[schemars(range(min = 1e-3, max = 1e6), extend("x-unit" = "number"), example = 2.0)]
        clip_threshold: f64,
        /// The decay of the first moment; 0 keeps none.
        #[schemars(range(min = 0.0, max = 0.9999), extend("x-unit" = "share"), example = 0.9)]
        beta_1: f64,
        /// Whether the learning rate is a share of the root mean square of a parameter, of 0.001 at least.
        #[schemars(example = true)]
        scale_parameter: bool,
        /// The largest global norm of the gradients; larger ones are scaled down to it.
        #[schemars(range(min = 1e-6, max = 1e9), extend("x-unit" = "norm"), example = 0.5)]
        clip_norm: f64,
    },
}

/// How Muon's learning rate follows the shape of a matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MuonScale {
    /// The update is as large as AdamW's mostly are, so that a rate found for AdamW fits (Liu et al. 2025, "Muon is scalable").
    #[default]
    MatchAdamw,
    /// By the root of outputs over inputs, where there are more outputs (Jordan et al. 2024).
    Shape,
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::Adamw { learning_rate: 1e-3, weight_decay: 0.1, beta_1: 0.9, beta_2: 0.95, epsilon: 1e-8, clip_norm: 1.0 }
    }
}

impl Optimizer {
    /// Returns every kind, as it is where the recipe says nothing but its name.
    pub fn kinds() -> [Self; 5] {
        let (scale, clip_norm) = (MuonScale::default(), 1.0);
        [
            Self::default(),
            Self::Sgd { learning_rate: 0.01, momentum: 0.9, nesterov: false, weight_decay: 0.0, clip_norm },
            Self::Lion { learning_rate: 1e-4, weight_decay: 1.0, beta_1: 0.9, beta_2: 0.99, clip_norm },
            Self::Muon {
                learning_rate: 1e-3,
                weight_decay: 0.1,
                momentum: 0.95,
                nesterov: true,
                iterations: 5,
                scale,
                adamw_rate: 1.0,
                beta_1: 0.9,
                beta_2: 0.95,
                epsilon: 1e-8,
                clip_norm,
            },
            Self::Adafactor {
                learning_rate: 1e-3,
                weight_decay: 0.0,
                decay_exponent: 0.8,
                epsilon: 1e-30,
                clip_threshold: 1.0,
                beta_1: 0.0,
                scale_parameter: false,
                clip_norm,
            },
        ]
    }

    /// Returns the word the recipe uses for this optimizer.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Adamw { .. } => "adamw",
            Self::Sgd { .. } => "sgd",
            Self::Lion { .. } => "lion",
            Self::Muon { .. } => "muon",
            Self::Adafactor { .. } => "adafactor",
        }
    }

    /// Returns the highest learning rate.
    pub const fn learning_rate(&self) -> f64 {
        match self {
            Self::Adamw { learning_rate, .. }
            | Self::Sgd { learning_rate, .. }
            | Self::Lion { learning_rate, .. }
            | Self::Muon { learning_rate, .. }
            | Self::Adafactor { learning_rate, .. } => *learning_rate,
        }
    }

    /// Returns the largest global norm of the gradients.
    pub const fn clip_norm(&self) -> f64 {
        match self {
            Self::Adamw { clip_norm, .. }
            | Self::Sgd { clip_norm, .. }
            | Self::Lion { clip_norm, .. }
            | Self::Muon { clip_norm, .. }
            | Self::Adafactor { clip_norm, .. } => *clip_norm,
        }
    }
}

fn as_json(optimizer: Optimizer) -> Value {
    json!(optimizer)
}
