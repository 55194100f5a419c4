//! `type: mlp`: a fully connected network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::numbers;
use crate::recipe::model::outputs::of_features;
use crate::recipe::model::tensor::{Tensor, chain};
use crate::recipe::typed::defaults;

/// A fully connected network: the numbers of a record in one row, then linear layers with an activation behind each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "activation": Activation::default(), "dropout": Mlp::DROPOUT })]))]
pub struct Mlp {
    /// The shape of one record: `[channels, height, width]` of a picture, `[frames, mels]` of a sound.
    #[schemars(with = "Option<Vec<u32>>", length(min = 1, max = 3), extend("x-unit" = "numbers", "x-default" = "the shape of the features of the model's data"), example = [1, 28, 28])]
    pub input: Vec<u32>,
    /// The widths of the layers, in their order.
    #[schemars(length(min = 1, max = 1024), extend("x-unit" = "numbers"), example = [512, 256])]
    pub hidden: Vec<u32>,
    /// What stands behind each layer.
    #[schemars(example = &"gelu")]
    pub activation: Activation,
    /// The share of the numbers that are left out behind each layer while it learns (Srivastava et al. 2014).
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.2)]
    pub dropout: f64,
}

impl Mlp {
    /// The share that is left out where the recipe says nothing.
    pub const DROPOUT: f64 = 0.0;

    /// Returns the parameters.
    pub(super) fn tensors(&self, head: &Head) -> Vec<Tensor> {
        let last = self.hidden.last().map_or_else(|| numbers(&self.input), |width| u64::from(*width));
        let mut all = chain("layers", numbers(&self.input), self.hidden.iter().copied().map(u64::from));
        all.extend(of_features(head, last));
        all
    }
}

/// The function behind a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// The positive part (Nair & Hinton 2010).
    #[default]
    Relu,
    /// The number times the normal distribution's probability of less (Hendrycks & Gimpel 2016).
    Gelu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Self; 3] = [Self::Relu, Self::Gelu, Self::Tanh];

    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::Gelu => "gelu",
            Self::Tanh => "tanh",
        }
    }
}
