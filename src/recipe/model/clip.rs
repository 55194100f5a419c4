//! `type: clip`: two towers, one for pictures and one for texts, after Radford et al. 2021.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::head::Head;
use crate::recipe::model::encoder::{CLIP, encoder};
use crate::recipe::model::tensor::{Part, Tensor, norm};
use crate::recipe::model::vit::Vit;

/// Two towers whose outputs lie close together where a picture and a text belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Clip {
    /// The tower that reads pictures.
    #[schemars(example = serde_json::json!({ "patch": 7, "layers": 2, "width": 64, "heads": 4 }))]
    pub image: Vit,
    /// The tower that reads texts.
    #[schemars(example = serde_json::json!({ "layers": 2, "width": 64, "heads": 4, "context": 32 }))]
    pub text: ClipText,
    /// The width of what both towers give.
    #[schemars(range(min = 1, max = 65_536), extend("x-unit" = "numbers"), example = 64)]
    pub projection: u32,
}

/// The shape of the tower that reads texts: a decoder whose last place stands for the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClipText {
    /// The number of blocks.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "blocks"), example = 12)]
    pub layers: u32,
    /// The width of the residual stream; a multiple of `heads`.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "numbers"), example = 512)]
    pub width: u32,
    /// The number of attention heads.
    #[schemars(range(min = 1, max = 1_048_576), extend("x-unit" = "heads"), example = 8)]
    pub heads: u32,
    /// The inner width of the feed-forward part.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576), extend("x-unit" = "numbers", "x-default" = "4 times `width`"), example = 2048)]
    pub mlp_width: u32,
    /// The longest text, in tokens; each place has a learned vector.
    #[schemars(range(min = 2, max = 1_048_576), extend("x-unit" = "tokens"), example = 77)]
    pub context: u32,
}

impl Clip {
    /// What keeps the norms from dividing by zero.
    pub const NORM_EPSILON: f64 = 1e-5;

    /// Returns the logarithm by which nearness is scaled at first: that of 1 / 0.07.
    pub fn first_scale() -> f64 {
        (1.0_f64 / 0.07).ln()
    }

    /// Returns the parameters with a vocabulary of `vocab_size` tokens, called as in Hugging Face's CLIP.
    pub(super) fn tensors(&self, vocab_size: u32) -> Vec<Tensor> {
        let Self { image, text, projection } = self;
        let projection = u64::from(*projection);
        let mut all = vision(image);
        let [width, inner, vocab, context] = [text.width, text.mlp_width, vocab_size, text.context].map(u64::from);
        let embedding = |name: &str, rows| {
            Tensor::new(Part::Embedding, format!("text_model.embeddings.{name}_embedding.weight"), &[rows, width])
        };
        all.extend([embedding("token", vocab), embedding("position", context)]);
        let places = f64::from(text.context);
        all.extend(encoder(&CLIP, "text_model.encoder.layers", text.layers, width, inner, places));
        all.extend(norm("text_model.final_layer_norm", width));
        for (name, width) in [("visual_projection", u64::from(image.width)), ("text_projection", width)] {
            all.push(Tensor::new(Part::Head, format!("{name}.weight"), &[projection, width]).used(1.0));
        }
        all.push(Tensor::new(Part::Head, "logit_scale", &[]));
        all
    }
}

fn vision(image: &Vit) -> Vec<Tensor> {
    let [width, inner, patch, channels] =
        [image.width, image.mlp_width, image.patch, image.picture()[0]].map(u64::from);
    let patches = image.patches();
    let embedding =
        |name: &str, shape: &[u64]| Tensor::new(Part::Embedding, format!("vision_model.embeddings.{name}"), shape);
    let mut all = vec![
        embedding("class_embedding", &[width]),
        embedding("patch_embedding.weight", &[width, channels, patch, patch]).used(patches as f64),
        embedding("position_embedding.weight", &[patches + 1, width]),
    ];
    // The name is misspelled where it comes from.
    all.extend(norm("vision_model.pre_layrnorm", width));
    let places = image.places(&Head::None);
    all.extend(encoder(&CLIP, "vision_model.encoder.layers", image.layers, width, inner, places));
    all.extend(norm("vision_model.post_layernorm", width));
    all
}
