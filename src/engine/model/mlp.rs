//! A fully connected network: `layers.<n>.{weight,bias}`, each `[outputs, inputs]` and `[outputs]`.
//!
//! Matrices start after He et al. 2015 where the activation has no negative part, and else after Glorot & Bengio 2010; biases at 0.
//!
//! Legend: B batch.

use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::value::Value;
use crate::recipe::model::{Activation, Mlp};

/// What the names of the layers' parameters begin with.
pub const LAYERS: &str = "layers.";

/// Returns the parameters of the network below its head.
pub fn declarations(shape: &Mlp) -> Vec<Declaration> {
    dense(LAYERS, shape.input.iter().map(|side| *side as usize).product(), &shape.hidden, shape.activation)
}

/// Returns the parameters of fully connected layers, one behind the other.
pub fn dense(name: &str, inputs: usize, widths: &[u32], activation: Activation) -> Vec<Declaration> {
    let mut inputs = inputs;
    let mut all = Vec::new();
    for (number, width) in widths.iter().enumerate() {
        let outputs = *width as usize;
        all.extend(Declaration::linear(&format!("{name}{number}"), inputs, outputs, init(activation, inputs, outputs)));
        inputs = outputs;
    }
    all
}

/// Returns what a matrix starts with before an activation.
pub fn init(activation: Activation, inputs: usize, outputs: usize) -> Init {
    match activation {
        Activation::Relu | Activation::Gelu => Init::Normal((2.0 / inputs as f64).sqrt()),
        Activation::Tanh => glorot(inputs, outputs),
    }
}

/// Returns what a matrix starts with that keeps the variance both ways (Glorot & Bengio 2010).
pub fn glorot(inputs: usize, outputs: usize) -> Init {
    Init::Uniform((6.0 / (inputs + outputs) as f64).sqrt())
}

/// Applies an activation.
pub fn activate(activation: Activation, value: &Value) -> Value {
    match activation {
        Activation::Relu => value.relu(),
        Activation::Gelu => value.gelu(),
        Activation::Tanh => value.tanh(),
    }
}

/// Returns what the network makes of records.
///
/// # Shapes
/// - features: `[B, …]` -> `[B, last width]`
pub fn embedding(shape: &Mlp, pass: &Pass, features: &Value) -> Value {
    let mut hidden = flat(features);
    for number in 0..shape.hidden.len() {
        let made = pass.linear(&format!("{LAYERS}{number}"), Layout::OutputsFirst, &hidden);
        hidden = pass.dropout(&format!("{number}"), shape.dropout, activate(shape.activation, &made));
    }
    hidden
}

/// Returns every record in a row.
///
/// # Shapes
/// - `[B, …]` -> `[B, n]`
pub fn flat(features: &Value) -> Value {
    let shape = features.shape();
    features.reshape(&[shape[0], shape[1..].iter().product()])
}
