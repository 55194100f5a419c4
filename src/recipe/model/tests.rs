//! Every network against what was published of it, and its parameters by name.

mod sizes;
mod recurrent;
mod convolutions;
mod transformers;
mod makers;

use super::*;
use crate::recipe::classification::{Attention, Pool};
use crate::recipe::objective::{Corruption, Decoder};

/// A head over some classes.
fn classes(n: usize) -> Head {
    let (attention, pool) = (Attention::default(), Pool::default());
    let classes = (0..n).map(|n| n.to_string()).collect();
    Head::Classes(Classification { classes, attention, pool, class_weights: None, label_smoothing: 0.0, dropout: 0.0 })
}

fn gpt(layers: u32, width: u32, heads: u32, context: u32) -> Gpt2 {
    let mlp_width = 4 * width;
    Gpt2 { layers, width, heads, mlp_width, context, norm_epsilon: 1e-5, tie_embeddings: true, dropout: 0.0 }
}

fn vit(input: [u32; 3], patch: u32, layers: u32, width: u32, heads: u32) -> Vit {
    let mlp_width = 4 * width;
    Vit { input: input.to_vec(), patch, layers, width, heads, mlp_width, norm_epsilon: Vit::NORM_EPSILON, dropout: 0.0 }
}

fn cnn(input: [u32; 3], block: cnn::Block, channels: &[u32], depth: u32, dense: &[u32]) -> Architecture {
    Architecture::Cnn(Cnn {
        input: input.to_vec(),
        block,
        channels: channels.to_vec(),
        depth,
        kernel: 3,
        dense: dense.to_vec(),
        activation: Activation::Relu,
        dropout: 0.0,
    })
}

/// Returns every name with its shape, one a line.
fn listed(architecture: &Architecture, vocab_size: u32, head: &Head) -> String {
    let mut lines = Vec::new();
    for tensor in architecture.tensors(vocab_size, head) {
        let shape: Vec<String> = tensor.shape.iter().map(u64::to_string).collect();
        let buffer = if tensor.is_buffer { " buffer" } else { "" };
        lines.extend(tensor.names().map(|name| format!("{name} [{}]{buffer}", shape.join(", "))));
    }
    lines.join("\n")
}
