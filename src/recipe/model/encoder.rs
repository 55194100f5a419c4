//! The blocks of encoders as they stand in `model.safetensors`.

use crate::recipe::model::tensor::{Part, Tensor, adapted, blocks, norm};

/// The names of a block's layers.
struct Names {
    attention: [&'static str; 4],
    feed_forward: [&'static str; 2],
    norms: [&'static str; 2],
}

/// Returns the tensors of the blocks of a transformer over patches, called as in Hugging Face's ViT.
pub(super) fn blocks_of_vit(name: &str, n: u32, width: u64, inner: u64, places: f64) -> Vec<Tensor> {
    let names = Names {
        attention: [
            "attention.attention.query",
            "attention.attention.key",
            "attention.attention.value",
            "attention.output.dense",
        ],
        feed_forward: ["intermediate.dense", "output.dense"],
        norms: ["layernorm_before", "layernorm_after"],
    };
    of(names, name, n, width, inner, places)
}

/// Returns the tensors of the blocks of an encoder of texts, called as in Hugging Face's BERT.
pub(super) fn blocks_of_bert(name: &str, n: u32, width: u64, inner: u64, places: f64) -> Vec<Tensor> {
    let names = Names {
        attention: ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"],
        feed_forward: ["intermediate.dense", "output.dense"],
        norms: ["attention.output.LayerNorm", "output.LayerNorm"],
    };
    of(names, name, n, width, inner, places)
}

/// Returns the tensors of the blocks of a tower, called as in Hugging Face's CLIP.
pub(super) fn blocks_of_clip(name: &str, n: u32, width: u64, inner: u64, places: f64) -> Vec<Tensor> {
    let names = Names {
        attention: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"],
        feed_forward: ["mlp.fc1", "mlp.fc2"],
        norms: ["layer_norm1", "layer_norm2"],
    };
    of(names, name, n, width, inner, places)
}

fn of(names: Names, name: &str, n: u32, width: u64, inner: u64, places: f64) -> Vec<Tensor> {
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
