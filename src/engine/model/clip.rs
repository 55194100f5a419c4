//! Two towers whose outputs lie close together where a picture and a text belong together (Radford et al. 2021).
//!
//! Names are those of Hugging Face's CLIP: `vision_model.*`, `text_model.*`, `visual_projection.weight`, `text_projection.weight`,
//! `logit_scale`.
//!
//! Legend: B batch, S sequence, P patches, D width of a tower, E width of the projection, V vocabulary, C context.

use crate::engine::model::cnn::{picture, pictures};
use crate::engine::model::declare::{Declaration, Init};
use crate::engine::model::linear::Layout;
use crate::engine::model::pass::Pass;
use crate::engine::model::reading::TokenRows;
use crate::engine::model::vit::n_patches;
use crate::engine::value::{Sight, Value, attention};
use crate::recipe::classification::Pool;
use crate::recipe::model::{Clip, ClipText, Vit};

/// The logarithm by which nearness is scaled.
pub const SCALE: &str = "logit_scale";

/// What the names of the blocks' parameters begin with.
pub const BLOCKS: [&str; 2] = ["vision_model.encoder.layers.", "text_model.encoder.layers."];

/// The largest factor by which nearness is scaled.
const LARGEST_SCALE: f64 = 100.0;

const LAYOUT: Layout = Layout::OutputsFirst;

/// The sizes of a tower's blocks.
#[derive(Clone, Copy)]
struct Tower {
    name: &'static str,
    layers: u32,
    width: usize,
    heads: u32,
    inner: usize,
    dropout: f64,
}

fn vision(shape: &Vit) -> Tower {
    let (width, inner) = (shape.width as usize, shape.mlp_width as usize);
    Tower { name: BLOCKS[0], layers: shape.layers, width, heads: shape.heads, inner, dropout: shape.dropout }
}

fn text(shape: &ClipText) -> Tower {
    let (width, inner) = (shape.width as usize, shape.mlp_width as usize);
    Tower { name: BLOCKS[1], layers: shape.layers, width, heads: shape.heads, inner, dropout: 0.0 }
}

/// Returns the parameters of the network. Their first deviations are those of the reference implementation.
pub fn declarations(shape: &Clip, vocab_size: usize) -> Vec<Declaration> {
    let (image, side) = (&shape.image, shape.image.patch as usize);
    let [channels, ..] = picture(&image.input);
    let [image_width, text_width, projection] =
        [image.width, shape.text.width, shape.projection].map(|width| width as usize);
    let root = |width: usize| Init::Normal(1.0 / (width as f64).sqrt());
    let mut all = vec![
        Declaration::new("vision_model.embeddings.class_embedding", &[image_width], root(image_width)),
        Declaration::new(
            "vision_model.embeddings.patch_embedding.weight",
            &[image_width, channels, side, side],
            Init::Normal(0.02),
        ),
        Declaration::new(
            "vision_model.embeddings.position_embedding.weight",
            &[n_patches(image) + 1, image_width],
            Init::Normal(0.02),
        ),
    ];
    // The reference implementation has this spelling.
    all.extend(Declaration::norm("vision_model.pre_layrnorm", image_width));
    all.extend(block_declarations(vision(image)));
    all.extend(Declaration::norm("vision_model.post_layernorm", image_width));
    let table = |part: &str, rows| {
        let name = format!("text_model.embeddings.{part}_embedding.weight");
        Declaration::new(name, &[rows, text_width], Init::Normal(0.02))
    };
    all.extend([table("token", vocab_size), table("position", shape.text.context as usize)]);
    all.extend(block_declarations(text(&shape.text)));
    all.extend(Declaration::norm("text_model.final_layer_norm", text_width));
    all.push(Declaration::new("visual_projection.weight", &[projection, image_width], root(image_width)));
    all.push(Declaration::new("text_projection.weight", &[projection, text_width], root(text_width)));
    all.push(Declaration::new(SCALE, &[], Init::Full(Clip::first_scale() as f32)));
    all
}

fn block_declarations(Tower { name, layers, width, inner, .. }: Tower) -> Vec<Declaration> {
    let depth = f64::from(2 * layers).sqrt();
    let inputs = (width as f64).powf(-0.5);
    let (attention, sum) = (Init::Normal(inputs / depth), Init::Normal(inputs));
    let feed = Init::Normal((2.0 * width as f64).powf(-0.5));
    let mut all = Vec::new();
    for block in 0..layers {
        let name = |part: &str| format!("{name}{block}.{part}");
        for part in ["q_proj", "k_proj", "v_proj"] {
            all.extend(Declaration::linear(&name(&format!("self_attn.{part}")), width, width, attention));
        }
        all.extend(Declaration::linear(&name("self_attn.out_proj"), width, width, sum));
        all.extend(Declaration::linear(&name("mlp.fc1"), width, inner, feed));
        all.extend(Declaration::linear(&name("mlp.fc2"), inner, width, Init::Normal(inputs / depth)));
        all.extend(Declaration::norm(&name("layer_norm1"), width));
        all.extend(Declaration::norm(&name("layer_norm2"), width));
    }
    all
}

/// Returns what the network makes of pictures, of length 1.
///
/// # Shapes
/// - features: `[B, C, H, W]` -> `[B, E]`
pub fn image(shape: &Clip, pass: &Pass, features: &Value) -> Value {
    let (batch, side, width) = (features.shape()[0], shape.image.patch as usize, shape.image.width as usize);
    let kernel = pass.get("vision_model.embeddings.patch_embedding.weight");
    let projected = pictures(features).conv2d(kernel, None, side, 0);
    let patches = projected.reshape(&[batch, width, n_patches(&shape.image)]).swap(1, 2);
    let class = pass.get("vision_model.embeddings.class_embedding").reshape(&[1, 1, width]).expand(&[batch, 1, width]);
    let places = Value::cat(&[class, patches], 1) + pass.get("vision_model.embeddings.position_embedding.weight");
    let normed = pass.layer_norm("vision_model.pre_layrnorm", Clip::NORM_EPSILON, &places);
    let hidden = through(vision(&shape.image), pass, normed, Sight::All);
    let first = hidden.part(1, 0, 1).reshape(&[batch, width]);
    let normed = pass.layer_norm("vision_model.post_layernorm", Clip::NORM_EPSILON, &first);
    pass.linear("visual_projection", LAYOUT, &normed).unit_rows()
}

/// Returns what the network makes of texts, of length 1: of their last tokens, which end them.
///
/// # Shapes
/// - tokens: `[B, S]` (int) -> `[B, E]`
pub fn texts(shape: &Clip, pass: &Pass, rows: &TokenRows) -> Value {
    let (batch, sequence, width) = (rows.batch(), rows.sequence(), shape.text.width as usize);
    let positions = pass.get("text_model.embeddings.position_embedding.weight").part(0, 0, sequence);
    let places = pass.embedding("text_model.embeddings.token_embedding.weight", &rows.tokens_BS) + positions;
    let hidden = through(text(&shape.text), pass, places, Sight::Causal);
    let normed = pass.layer_norm("text_model.final_layer_norm", Clip::NORM_EPSILON, &hidden);
    let last = rows.pooled(Pool::Last, &normed.reshape(&[batch * sequence, width]));
    pass.linear("text_projection", LAYOUT, &last).unit_rows()
}

/// Returns the factor by which nearness is scaled: `[1]`.
pub fn scale(pass: &Pass) -> Value {
    // The logarithm is held below that of the largest factor, off the tape where it is above.
    let scale = pass.get(SCALE);
    let over = (scale.number() - LARGEST_SCALE.ln()).max(0.0);
    (scale - over).exp()
}

fn through(tower: Tower, pass: &Pass, mut hidden_BSD: Value, sight: Sight<'static>) -> Value {
    for number in 0..tower.layers {
        hidden_BSD = pass.block(&hidden_BSD, move |pass, hidden_BSD| block(tower, number, pass, hidden_BSD, sight));
    }
    hidden_BSD
}

fn block(tower: Tower, number: u32, pass: &Pass, hidden_BSD: &Value, sight: Sight<'_>) -> Value {
    let name = |part: &str| format!("{}{number}.{part}", tower.name);
    let shape = hidden_BSD.shape();
    let normed = pass.layer_norm(&name("layer_norm1"), Clip::NORM_EPSILON, hidden_BSD);
    let rows = normed.reshape(&[shape[0] * shape[1], shape[2]]);
    let heads = |part: &str| {
        let made = pass.linear(&name(&format!("self_attn.{part}")), LAYOUT, &rows);
        attention::heads(&made, shape[0], tower.heads)
    };
    let (query, key, value) = (heads("q_proj"), heads("k_proj"), heads("v_proj"));
    let mixed = attention::joined(&attention::attend(&query, &key, &value, sight));
    let made = pass.linear(&name("self_attn.out_proj"), LAYOUT, &mixed).reshape(&shape);
    let hidden = hidden_BSD + pass.dropout(&name("attention"), tower.dropout, made);
    let normed = pass.layer_norm(&name("layer_norm2"), Clip::NORM_EPSILON, &hidden);
    let inner = pass.linear(&name("mlp.fc1"), LAYOUT, &normed).quick_gelu();
    &hidden + pass.dropout(&name("mlp"), tower.dropout, pass.linear(&name("mlp.fc2"), LAYOUT, &inner))
}
