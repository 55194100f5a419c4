//! `type: autoencoder`: through a narrow place and back, after Hinton & Salakhutdinov 2006.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::mlp::Activation;
use crate::recipe::model::numbers;
use crate::recipe::model::outputs::of_features;
use crate::recipe::model::tensor::{Tensor, chain};
use crate::recipe::typed::defaults;

/// A fully connected network that makes a short code of a record, and the record of the code; the way back mirrors the way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "activation": Activation::default() })]))]
pub struct Autoencoder {
    /// The shape of one record: `[channels, height, width]` of a picture, `[frames, mels]` of a sound.
    #[schemars(with = "Option<Vec<u32>>", length(min = 1, max = 3), extend("x-unit" = "numbers", "x-default" = "the shape of the features of the model's data"), example = [1, 28, 28])]
    pub input: Vec<u32>,
    /// The widths of the layers on the way in, in their order.
    #[schemars(length(min = 0, max = 1024), extend("x-unit" = "numbers"), example = [512, 128])]
    pub hidden: Vec<u32>,
    /// The width of the code, which has no activation.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 32)]
    pub code: u32,
    /// What stands behind each layer but the code and the last.
    #[schemars(example = &"gelu")]
    pub activation: Activation,
}

impl Autoencoder {
    /// Returns the parameters: the way in, and the way back where nothing else reads the codes.
    pub(super) fn tensors(&self, head: &Head) -> Vec<Tensor> {
        let (whole, code) = (numbers(&self.input), u64::from(self.code));
        let hidden = || self.hidden.iter().copied().map(u64::from);
        let mut all = chain("encoder", whole, hidden().chain([code]));
        match head {
            Head::None => {
                // No adapter adds to the way back: it learns as a whole, as every other head.
                let back = chain("decoder", code, hidden().rev().chain([whole]));
                all.extend(back.into_iter().map(|tensor| Tensor { is_linear: false, ..tensor }));
            }
            Head::Language | Head::Classes(_) | Head::Value(_) | Head::Decoder { .. } | Head::Projection { .. } => {
                all.extend(of_features(head, code));
            }
        }
        all
    }
}
