//! Reads `type: llama`.

use crate::recipe::code::Code;
use crate::recipe::model::{Architecture, Llama};
use crate::recipe::read::architecture::parts::{Blocks, context, dropout, epsilon, small};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn llama(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let blocks = Blocks::take(reader, &mut fields);
    let context = context(reader, &mut fields);
    let kv_at = fields.take("kv-heads");
    let kv_heads = match &kv_at {
        Some(at) => small(reader, at),
        None => blocks.heads,
    };
    let default_mlp = blocks.width.map_or(1, |width| (width * 8 / 3).next_multiple_of(32));
    let mlp_width = fields.or(reader, "mlp-width", default_mlp, small);
    let rope_theta = fields.or(reader, "rope-theta", Llama::ROPE_THETA, |reader, at| reader.number(at, 1.0..=1e9));
    let norm_epsilon = epsilon(reader, &mut fields, Llama::NORM_EPSILON);
    let tie_embeddings = fields.or(reader, "tie-embeddings", Llama::TIE_EMBEDDINGS, |reader, at| reader.truth(at));
    let attention_bias = fields.or(reader, "attention-bias", false, |reader, at| reader.truth(at));
    let sliding_window = fields.or(reader, "sliding-window", None, |reader, at| small(reader, at).map(Some));
    let dropout = dropout(reader, &mut fields, 0.0);
    fields.finish(reader);
    blocks.heads_fit(reader, 2)?;
    if let (Some(width), Some(heads), Some(at)) = (blocks.width, blocks.heads, &blocks.heads_at)
        && (width / heads) % 2 != 0
    {
        let message =
            format!("rotary positions need heads of an even width, and {width} / {heads} is {}", width / heads);
        let hint = Some(format!("a width of {} would fit", (width + 1).next_multiple_of(heads * 2)));
        return reader.wrong_of(Code::ShapeMismatch, at, message, hint);
    }
    if let (Some(heads), Some(kv), Some(at)) = (blocks.heads, kv_heads, &kv_at)
        && heads % kv != 0
    {
        let near = (1..=kv).rev().find(|kv| heads % kv == 0).unwrap_or(1);
        let message = format!("{kv} key-value heads do not divide {heads} heads");
        return reader.wrong_of(Code::ShapeMismatch, at, message, Some(format!("`kv-heads: {near}` would fit")));
    }
    Some(Architecture::Llama(Llama {
        layers: blocks.layers?,
        width: blocks.width?,
        heads: blocks.heads?,
        kv_heads: kv_heads?,
        mlp_width: mlp_width?,
        context: context?,
        rope_theta: rope_theta?,
        norm_epsilon: norm_epsilon?,
        tie_embeddings: tie_embeddings?,
        attention_bias: attention_bias?,
        sliding_window: sliding_window?,
        dropout: dropout?,
    }))
}
