//! The blocks of encoders as they stand in `model.safetensors`.

use crate::recipe::model::tensor::{Part, Tensor, adapted, blocks, norm};

/// The names of the layers of a block.
#[derive(Debug)]
pub(super) struct Names {
    attention: [&'static str; 4],
    feed_forward: [&'static str; 2],
    norms: [&'static str; 2],
}

/// What they are called in a transformer over patches, as in Hugging Face's ViT.
pub(super) const VIT: Names = Names {
    attention: [
        "attention.attention.query",
        "attention.attention.key",
        "attention.attention.value",
        "attention.output.dense",
    ],
    feed_forward: ["intermediate.dense", "output.dense"],
    norms: ["layernorm_before", "layernorm_after"],
};

/// What they are called in an encoder of texts, as in Hugging Face's BERT.
pub(super) const BERT: Names = Names {
    attention: ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"],
    feed_forward: ["intermediate.dense", "output.dense"],
    norms: ["attention.output.LayerNorm", "output.LayerNorm"],
};

/// What they are called in a tower, as in Hugging Face's CLIP.
pub(super) const CLIP: Names = Names {
    attention: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"],
    feed_forward: ["mlp.fc1", "mlp.fc2"],
    norms: ["layer_norm1", "layer_norm2"],
};

/// Returns the tensors of `n` blocks behind a name, of a width and an inner width, which are computed at so many places.
pub(super) fn encoder(names: &Names, name: &str, n: u32, width: u64, inner: u64, places: f64) -> Vec<Tensor> {
    let called = |layer: &str| format!("{name}.{{n}}.{layer}");
    let mut all = Vec::new();
    for layer in names.attention {
        all.extend(adapted(Part::Attention, &called(layer), width, width, places));
    }
    let [up, down] = names.feed_forward.map(called);
    all.extend(adapted(Part::FeedForward, &up, width, inner, places));
    all.extend(adapted(Part::FeedForward, &down, inner, width, places));
    all.extend(names.norms.iter().flat_map(|layer| norm(&called(layer), width)));
    blocks(all, n).collect()
}
