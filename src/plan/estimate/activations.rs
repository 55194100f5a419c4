//! What the way back needs of the way forward.

use crate::recipe::head::Head;
use crate::recipe::model::cnn::Block;
use crate::recipe::model::{Architecture, Cell, Clip, Cnn, Recurrent, Vit, numbers};

/// Returns the numbers that are kept of one record for the way back; of a text of all its places.
///
/// In a block of a transformer: both sums, both norms, the queries and what the attention gives (6 widths), keys and values, and
/// the feed-forward part; fused attention keeps no scores (Korthikanti et al. 2022, section 4, without dropout masks). At the end of
/// a language model: the logits, their logarithms and their gradient. Where blocks are computed once more, only what each of them reads
/// is kept, and all of the one that is being computed.
pub fn per_record(architecture: &Architecture, vocab_size: u32, head: &Head, is_recomputed: bool) -> f64 {
    let context = f64::from(architecture.context());
    let outputs = match head {
        Head::Language => 3.0 * context * f64::from(vocab_size),
        Head::Classes(_) | Head::Value(_) | Head::Decoder { .. } | Head::Projection { .. } | Head::None => 0.0,
    };
    match architecture {
        Architecture::Llama(llama) => {
            let inner = 4.0 * f64::from(llama.mlp_width);
            blocks(is_recomputed, llama.layers, llama.width, llama.kv_width(), inner) * context + outputs
        }
        Architecture::Gpt2(gpt2) => {
            plain_blocks(is_recomputed, gpt2.layers, gpt2.width, gpt2.mlp_width) * context + outputs
        }
        Architecture::Bert(bert) => {
            plain_blocks(is_recomputed, bert.layers, bert.width, bert.mlp_width) * context + outputs
        }
        Architecture::Rnn(shape) => cells(shape, Cell::Rnn) * context + outputs,
        Architecture::Lstm(shape) => cells(shape, Cell::Lstm) * context + outputs,
        Architecture::Gru(shape) => cells(shape, Cell::Gru) * context + outputs,
        Architecture::Mlp(mlp) => layers(&mlp.input, mlp.hidden.iter()),
        Architecture::Autoencoder(shape) => {
            let back = numbers(&shape.input) as f64;
            2.0 * layers(&shape.input, shape.hidden.iter().chain([&shape.code])) + back
        }
        Architecture::Cnn(cnn) => numbers(&cnn.input) as f64 + stages(cnn),
        Architecture::Vit(vit) => of_vit(is_recomputed, vit, head),
        Architecture::Clip(Clip { image, text, projection: _ }) => {
            of_vit(is_recomputed, image, &Head::None)
                + plain_blocks(is_recomputed, text.layers, text.width, text.mlp_width) * context
        }
        Architecture::Gan(gan) => {
            // Half and quarter of the sides there and back, each before and behind its norm and its activation.
            let places = numbers(&gan.input) as f64 / f64::from(gan.input[0].max(1));
            let within = f64::from(gan.channels) * places * (1.0 / 4.0 + 2.0 / 16.0);
            2.0 * (3.0 * within + numbers(&gan.input) as f64)
        }
    }
}

fn blocks(is_recomputed: bool, layers: u32, width: u32, kv_width: u32, inner: f64) -> f64 {
    let each = 6.0 * f64::from(width) + 2.0 * f64::from(kv_width) + inner;
    if is_recomputed { f64::from(layers) * f64::from(width) + each } else { f64::from(layers) * each }
}

/// A block whose feed-forward part keeps what stands before and behind its activation.
fn plain_blocks(is_recomputed: bool, layers: u32, width: u32, inner: u32) -> f64 {
    blocks(is_recomputed, layers, width, width, 2.0 * f64::from(inner))
}

/// Every cell keeps its gates before and behind their functions, and its state.
fn cells(shape: &Recurrent, cell: Cell) -> f64 {
    f64::from(shape.layers) * f64::from(shape.width) * (2.0 * f64::from(cell.gates()) + 2.0)
}

/// Every fully connected layer keeps what it gives before and behind its activation.
fn layers<'w>(input: &[u32], widths: impl Iterator<Item = &'w u32>) -> f64 {
    numbers(input) as f64 + widths.map(|width| 2.0 * f64::from(*width)).sum::<f64>()
}

fn stages(cnn: &Cnn) -> f64 {
    let depth = f64::from(cnn.depth);
    let places = cnn
        .channels
        .iter()
        .zip(cnn.sides())
        .map(|(channels, [height, width])| f64::from(*channels) * (height * width) as f64);
    let kept = match cnn.block {
        Block::Plain => 2.0 * depth,
        // Both convolutions, their norms, the activation between them, the sum and the activation behind it.
        Block::Residual => 7.0 * depth,
    };
    let dense: f64 = cnn.dense.iter().map(|width| 2.0 * f64::from(*width)).sum();
    kept * places.sum::<f64>() + dense
}

fn of_vit(is_recomputed: bool, vit: &Vit, head: &Head) -> f64 {
    let encoder = plain_blocks(is_recomputed, vit.layers, vit.width, vit.mlp_width) * vit.places(head);
    let decoder = match head {
        Head::Decoder { decoder, corruption: _ } => {
            plain_blocks(is_recomputed, decoder.layers, decoder.width, 4 * decoder.width) * vit.places(&Head::None)
        }
        Head::Language | Head::Classes(_) | Head::Value(_) | Head::Projection { .. } | Head::None => 0.0,
    };
    encoder + decoder
}
