//! The decoder of a masked autoencoder: from the patches that were read to all of them (He et al. 2022).
//!
//! Names are those of Hugging Face's ViTMAE, `decoder.decoder_embed.*`, `decoder.mask_token`, `decoder.decoder_pos_embed`,
//! `decoder.decoder_layers.<n>.*`, `decoder.decoder_norm.*` and `decoder.decoder_pred.*`; its places are learnt.
//!
//! Legend: B batch, P patches, n patches that were read, S = n + 1, D width, W width of the decoder, p side of a patch, C channels.

use crate::engine::model::cnn::picture;
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::pass::Pass;
use crate::engine::model::vit::{Blocks, LAYOUT, block_declarations, gathered, n_patches, through};
use crate::engine::value::{Ints, Value};
use crate::recipe::model::Vit;
use crate::recipe::objective::Decoder;

const EMBED: &str = "decoder.decoder_embed";
const MASK: &str = "decoder.mask_token";
const POSITIONS: &str = "decoder.decoder_pos_embed";
const NORM: &str = "decoder.decoder_norm";
const PREDICT: &str = "decoder.decoder_pred";
const INIT: Init = Init::TruncatedNormal(0.02);

fn blocks(shape: &Vit, decoder: &Decoder) -> Blocks<'static> {
    let width = decoder.width as usize;
    Blocks {
        name: "decoder.decoder_layers.",
        layers: decoder.layers,
        width,
        heads: decoder.heads,
        inner: 4 * width,
        epsilon: shape.norm_epsilon,
        dropout: 0.0,
    }
}

/// Returns how many numbers a patch has.
fn patch_size(shape: &Vit) -> usize {
    (shape.patch * shape.patch) as usize * picture(&shape.input)[0]
}

/// Returns the parameters of the decoder.
pub fn declarations(shape: &Vit, decoder: &Decoder) -> Vec<Declaration> {
    let width = decoder.width as usize;
    let mut all = Declaration::linear(EMBED, shape.width as usize, width, INIT).to_vec();
    all.push(Declaration::new(MASK, &[1, 1, width], INIT));
    all.push(Declaration::new(POSITIONS, &[1, n_patches(shape) + 1, width], INIT));
    all.extend(block_declarations(blocks(shape, decoder)));
    all.extend(Declaration::norm(NORM, width));
    all.extend(Declaration::linear(PREDICT, width, patch_size(shape), INIT));
    all
}

/// Returns the numbers of all patches, out of what the encoder made of those it read.
///
/// `restore` says, for every patch of a picture, where it stands among those read and, behind them, those not read: `[B, P]`.
///
/// # Shapes
/// - hidden: `[B, S, D]` -> `[B, P, p * p * C]`
pub fn decode(shape: &Vit, decoder: &Decoder, pass: &Pass, hidden_BSD: &Value, restore_BP: &Ints) -> Value {
    let (batch, width, patches) = (hidden_BSD.shape()[0], decoder.width as usize, n_patches(shape));
    let embedded = pass.linear(EMBED, LAYOUT, hidden_BSD);
    let n_read = hidden_BSD.shape()[1] - 1;
    let read = embedded.part(1, 1, n_read);
    let all = if n_read < patches {
        let hidden = pass.get(MASK).expand(&[batch, patches - n_read, width]);
        Value::cat(&[read, hidden], 1)
    } else {
        read
    };
    let places = Value::cat(&[embedded.part(1, 0, 1), gathered(&all, restore_BP)], 1) + pass.get(POSITIONS);
    let made = pass.layer_norm(NORM, shape.norm_epsilon, &through(blocks(shape, decoder), pass, places));
    pass.linear(PREDICT, LAYOUT, &made).part(1, 1, patches)
}

/// Cuts pictures into patches, the numbers of each row by row with the channels of a pixel together.
///
/// # Shapes
/// - pictures: `[B, C, H, W]` -> `[B, P, p * p * C]`
pub fn patchify(shape: &Vit, pictures: &Value) -> Value {
    let (batch, side) = (pictures.shape()[0], shape.patch as usize);
    let [channels, ..] = picture(&shape.input);
    let [rows, columns] = shape.grid().map(|side| side as usize);
    // What is left over at the edges is not read, and so not made whole.
    let read = pictures.part(2, 0, rows * side).part(3, 0, columns * side);
    // [B C, R, p, columns, p] -> [B C, R, columns, p, p]; the channels of a pixel come last.
    let cut = read.reshape(&[batch * channels, rows, side, columns, side]).swap(2, 3);
    let apart = cut.reshape(&[batch, channels, rows * columns, side * side]).swap(1, 2).swap(2, 3);
    apart.reshape(&[batch, rows * columns, side * side * channels])
}
