//! A convolutional network of plain blocks (LeCun et al. 1998) or residual ones (He et al. 2016).
//!
//! | parameter | shape | what it is |
//! |---|---|---|
//! | `stages.<s>.<n>.{weight,bias}` | `[O, I, k, k]`, `[O]` | plain: a convolution |
//! | `stem.weight`, `stem_norm.*` | `[O, I, k, k]`, `[O]` | residual: the first convolution and its norm |
//! | `stages.<s>.<n>.conv{1,2}.weight`, `….norm{1,2}.*` | | residual: two convolutions, each with a norm |
//! | `stages.<s>.<n>.shortcut.weight`, `….shortcut_norm.*` | `[O, I, 1, 1]`, `[O]` | where the shape changes |
//! | `dense.<n>.{weight,bias}` | | fully connected layers behind the last stage |
//!
//! A batch norm has `weight`, `bias`, and the buffers `running_mean` and `running_var`. Kernels start after He et al. 2015, counted by what
//! they give.
//!
//! Legend: B batch, I inputs, O outputs, k kernel.

use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::Layout;
use crate::engine::model::mlp::{activate, dense, flat};
use crate::engine::model::pass::Pass;
use crate::engine::value::Value;
use crate::recipe::model::Cnn;
use crate::recipe::model::cnn::Block;

/// What the names of the stages' parameters begin with.
pub const STAGES: &str = "stages.";

/// What the names of the fully connected layers begin with.
pub const DENSE: &str = "dense.";

/// Returns the channels, the height and the width of a record; a sound is a picture of one channel.
pub fn picture(input: &[u32]) -> [usize; 3] {
    match *input {
        [channels, height, width] => [channels, height, width].map(|side| side as usize),
        [height, width] => [1, height as usize, width as usize],
        _ => unreachable!("the recipe's reader lets no other shapes pass"),
    }
}

/// Returns records as pictures.
///
/// # Shapes
/// - `[B, H, W]` or `[B, C, H, W]` -> `[B, C, H, W]`
pub fn pictures(features: &Value) -> Value {
    match features.shape()[..] {
        [batch, height, width] => features.reshape(&[batch, 1, height, width]),
        _ => features.clone(),
    }
}

/// Returns the parameters of the network below its head.
pub fn declarations(shape: &Cnn) -> Vec<Declaration> {
    let [channels, height, width] = picture(&shape.input);
    let mut all = match shape.block {
        Block::Plain => plain_declarations(shape, channels),
        Block::Residual => residual_declarations(shape, channels),
    };
    let last = *shape.channels.last().expect("there is a stage") as usize;
    let places = match shape.block {
        Block::Plain => (height >> shape.channels.len()) * (width >> shape.channels.len()),
        Block::Residual => {
            let halved = |side: usize| (1..shape.channels.len()).fold(side, |side, _| side.div_ceil(2));
            halved(height) * halved(width)
        }
    };
    all.extend(dense(DENSE, last * places, &shape.dense, shape.activation));
    all
}

fn kernel(name: String, outputs: usize, inputs: usize, side: usize) -> Declaration {
    let deviation = (2.0 / (outputs * side * side) as f64).sqrt();
    Declaration::new(name, &[outputs, inputs, side, side], Init::Normal(deviation))
}

fn plain_declarations(shape: &Cnn, channels: usize) -> Vec<Declaration> {
    let (mut inputs, side) = (channels, shape.kernel as usize);
    let mut all = Vec::new();
    for (stage, outputs) in shape.channels.iter().enumerate() {
        for number in 0..shape.depth {
            let name = format!("{STAGES}{stage}.{number}");
            all.push(kernel(format!("{name}.weight"), *outputs as usize, inputs, side));
            all.push(Declaration::new(format!("{name}.bias"), &[*outputs as usize], Init::Zeros));
            inputs = *outputs as usize;
        }
    }
    all
}

fn residual_declarations(shape: &Cnn, channels: usize) -> Vec<Declaration> {
    let (mut inputs, side) = (shape.channels[0] as usize, shape.kernel as usize);
    let mut all = vec![kernel("stem.weight".to_owned(), inputs, channels, side)];
    all.extend(Declaration::batch_norm("stem_norm", inputs));
    for (stage, outputs) in shape.channels.iter().map(|n| *n as usize).enumerate() {
        for number in 0..shape.depth {
            let name = format!("{STAGES}{stage}.{number}");
            all.push(kernel(format!("{name}.conv1.weight"), outputs, inputs, side));
            all.extend(Declaration::batch_norm(&format!("{name}.norm1"), outputs));
            all.push(kernel(format!("{name}.conv2.weight"), outputs, outputs, side));
            all.extend(Declaration::batch_norm(&format!("{name}.norm2"), outputs));
            if inputs != outputs || (stage > 0 && number == 0) {
                all.push(kernel(format!("{name}.shortcut.weight"), outputs, inputs, 1));
                all.extend(Declaration::batch_norm(&format!("{name}.shortcut_norm"), outputs));
            }
            inputs = outputs;
        }
    }
    all
}

/// Returns what the network makes of records.
///
/// # Shapes
/// - features: `[B, C, H, W]` -> `[B, D]`
pub fn embedding(shape: &Cnn, pass: &Pass, features: &Value) -> Value {
    let pictures = pictures(features);
    let made = match shape.block {
        Block::Plain => plain(shape, pass, pictures),
        Block::Residual => residual(shape, pass, pictures),
    };
    if shape.dense.is_empty() {
        return pass.dropout("pool", shape.dropout, made.mean_of_places());
    }
    let mut hidden = flat(&made);
    for number in 0..shape.dense.len() {
        let read = pass.dropout(&format!("{DENSE}{number}"), shape.dropout, hidden);
        hidden = activate(shape.activation, &pass.linear(&format!("{DENSE}{number}"), Layout::OutputsFirst, &read));
    }
    hidden
}

fn plain(shape: &Cnn, pass: &Pass, mut hidden: Value) -> Value {
    for stage in 0..shape.channels.len() {
        for number in 0..shape.depth {
            let [weight, bias] = ["weight", "bias"].map(|part| pass.get(&format!("{STAGES}{stage}.{number}.{part}")));
            let made = hidden.conv2d(weight, Some(bias), 1, shape.kernel as usize / 2);
            hidden = activate(shape.activation, &made);
        }
        hidden = hidden.max_pool2d(2);
    }
    hidden
}

fn residual(shape: &Cnn, pass: &Pass, pictures: Value) -> Value {
    let padding = shape.kernel as usize / 2;
    let stem = pass.batch_norm("stem_norm", &pictures.conv2d(pass.get("stem.weight"), None, 1, padding));
    let mut hidden = activate(shape.activation, &stem);
    for stage in 0..shape.channels.len() {
        for number in 0..shape.depth {
            let name = format!("{STAGES}{stage}.{number}");
            let stride = if stage > 0 && number == 0 { 2 } else { 1 };
            let conv = |name: String, input: &Value, stride| {
                input.conv2d(pass.get(&format!("{name}.weight")), None, stride, padding)
            };
            let first = pass.batch_norm(&format!("{name}.norm1"), &conv(format!("{name}.conv1"), &hidden, stride));
            let first = activate(shape.activation, &first);
            let second = pass.batch_norm(&format!("{name}.norm2"), &conv(format!("{name}.conv2"), &first, 1));
            let kept = match pass.find(&format!("{name}.shortcut.weight")) {
                Some(weight) => {
                    pass.batch_norm(&format!("{name}.shortcut_norm"), &hidden.conv2d(weight, None, stride, 0))
                }
                None => hidden,
            };
            hidden = activate(shape.activation, &(second + kept));
        }
    }
    hidden
}
