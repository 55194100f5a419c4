//! `type: vit`: a transformer over patches of pictures, after Dosovitskiy et al. 2021.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::head::Head;
use crate::recipe::model::encoder::{VIT, encoder};
use crate::recipe::model::outputs::{n_read, of_features, of_patches};
use crate::recipe::model::picture;
use crate::recipe::model::tensor::{Part, Tensor, norm};
use crate::recipe::typed::defaults;

/// The shape of a vision transformer; of a sound it reads the patches of the spectrogram (Gong et al. 2021).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "norm-epsilon": Vit::NORM_EPSILON, "dropout": Vit::DROPOUT })]))]
pub struct Vit {
    /// The shape of one record: `[channels, height, width]` of a picture, `[frames, mels]` of a sound.
    #[schemars(with = "Option<Vec<u32>>", length(min = 2, max = 3), extend("x-unit" = "numbers", "x-default" = "the shape of the features of the model's data"), example = [3, 224, 224])]
    pub input: Vec<u32>,
    /// The height and width of a patch; what is left over at the edges is not read.
    #[schemars(range(min = 1, max = 1024), extend("x-unit" = "pixels"), example = 16)]
    pub patch: u32,
    /// The number of encoder blocks.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "blocks"), example = 12)]
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 192)]
    pub width: u32,
    /// The number of attention heads.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "heads"), example = 3)]
    pub heads: u32,
    /// The inner width of the feed-forward part.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "numbers", "x-default" = "4 times `width`"), example = 768)]
    pub mlp_width: u32,
    /// What keeps the norm from dividing by zero.
    #[schemars(range(min = 1e-12, max = 0.1), extend("x-unit" = "number"), example = 1e-6)]
    pub norm_epsilon: f64,
    /// The share of the numbers that are left out while it learns: behind the embedding, and before each sum.
    #[schemars(range(min = 0.0, max = 0.9), extend("x-unit" = "share"), example = 0.1)]
    pub dropout: f64,
}

impl Vit {
    /// What keeps the norm from dividing by zero where the recipe says nothing.
    pub const NORM_EPSILON: f64 = 1e-12;
    /// The share that is left out where the recipe says nothing.
    pub const DROPOUT: f64 = 0.0;

    /// Returns the width of one head.
    pub fn head_width(&self) -> u32 {
        self.width / self.heads
    }

    /// Returns the shape of a record: `[channels, height, width]`; a sound has 1 channel.
    pub fn picture(&self) -> [u32; 3] {
        picture(&self.input)
    }

    /// Returns how many patches lie below and beside one another.
    pub fn grid(&self) -> [u32; 2] {
        let [_, height, width] = self.picture();
        [height / self.patch, width / self.patch]
    }

    /// Returns the number of patches.
    pub fn patches(&self) -> u64 {
        self.grid().into_iter().map(u64::from).product()
    }

    /// Returns the places that the encoder reads of a record: the patches it sees, and the place that stands for all.
    pub fn places(&self, head: &Head) -> f64 {
        n_read(head, self.patches()) as f64 + 1.0
    }

    /// Returns the parameters, called as in Hugging Face's ViT.
    pub(super) fn tensors(&self, head: &Head) -> Vec<Tensor> {
        let [width, inner, patch] = [self.width, self.mlp_width, self.patch].map(u64::from);
        let (patches, channels) = (self.patches(), u64::from(self.picture()[0]));
        let embedding =
            |name: &str, shape: &[u64]| Tensor::new(Part::Embedding, format!("vit.embeddings.{name}"), shape);
        let mut all = vec![
            embedding("cls_token", &[1, 1, width]),
            embedding("position_embeddings", &[1, patches + 1, width]),
            embedding("patch_embeddings.projection.weight", &[width, channels, patch, patch]).used(patches as f64),
            embedding("patch_embeddings.projection.bias", &[width]),
        ];
        all.extend(encoder(&VIT, "vit.encoder.layer", self.layers, width, inner, self.places(head)));
        all.extend(norm("vit.layernorm", width));
        match head {
            Head::Decoder { decoder, corruption: _ } => {
                all.extend(of_patches(decoder, width, patches, channels * patch * patch));
            }
            Head::Language | Head::Classes(_) | Head::Value(_) | Head::Projection { .. } | Head::None => {
                all.extend(of_features(head, width));
            }
        }
        all
    }
}
