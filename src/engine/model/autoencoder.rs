//! Through a narrow place and back: `encoder.<n>.{weight,bias}` and `decoder.<n>.{weight,bias}` (Hinton & Salakhutdinov 2006).
//!
//! Matrices start after Glorot & Bengio 2010, biases at 0.
//!
//! Legend: B batch.

use crate::engine::model::declare::Declaration;
use crate::engine::model::linear::Layout;
use crate::engine::model::mlp::{activate, flat, glorot};
use crate::engine::model::pass::Pass;
use crate::engine::value::Value;
use crate::recipe::model::Autoencoder;

/// What the names of the layers on the way in begin with.
pub const ENCODER: &str = "encoder.";

/// What the names of the layers on the way back begin with.
pub const DECODER: &str = "decoder.";

/// Returns the widths on the way in, what is read first and the code last.
fn widths(shape: &Autoencoder) -> Vec<usize> {
    let read = shape.input.iter().map(|side| *side as usize).product();
    let hidden = shape.hidden.iter().chain([&shape.code]).map(|width| *width as usize);
    std::iter::once(read).chain(hidden).collect()
}

fn layers(name: &str, widths: &[usize]) -> Vec<Declaration> {
    let layer = |(number, pair): (usize, &[usize])| {
        Declaration::linear(&format!("{name}{number}"), pair[0], pair[1], glorot(pair[0], pair[1]))
    };
    widths.windows(2).enumerate().flat_map(layer).collect()
}

/// Returns the parameters of the way in.
pub fn declarations(shape: &Autoencoder) -> Vec<Declaration> {
    layers(ENCODER, &widths(shape))
}

/// Returns the parameters of the way back.
pub fn decoder(shape: &Autoencoder) -> Vec<Declaration> {
    let mut widths = widths(shape);
    widths.reverse();
    layers(DECODER, &widths)
}

/// Returns the codes of records.
///
/// # Shapes
/// - features: `[B, …]` -> `[B, code]`
pub fn embedding(shape: &Autoencoder, pass: &Pass, features: &Value) -> Value {
    through(shape, pass, ENCODER, flat(features))
}

/// Returns the records of codes, each in a row.
///
/// # Shapes
/// - codes: `[B, code]` -> `[B, n]`
pub fn decode(shape: &Autoencoder, pass: &Pass, codes: &Value) -> Value {
    through(shape, pass, DECODER, codes.clone())
}

fn through(shape: &Autoencoder, pass: &Pass, name: &str, mut hidden: Value) -> Value {
    for number in 0..=shape.hidden.len() {
        hidden = pass.linear(&format!("{name}{number}"), Layout::OutputsFirst, &hidden);
        if number < shape.hidden.len() {
            hidden = activate(shape.activation, &hidden);
        }
    }
    hidden
}
