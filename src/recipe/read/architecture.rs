//! Reads `architecture`: the shape of a network, one function for each kind.

use crate::recipe::code::Code;
use crate::recipe::model::{Architecture, Gpt2, Llama};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads the fields of one kind of network.
type ReadKind = for<'n> fn(&mut Reader, Fields<'n>) -> Option<Architecture>;

/// Reads a network.
pub fn architecture(reader: &mut Reader, at: &At<'_>) -> Option<Architecture> {
    let mut fields = Fields::open(reader, at)?;
    let kinds: [(&str, ReadKind); 2] = [("llama", llama), ("gpt2", gpt2)];
    match fields.kind(reader, "architecture", &kinds) {
        Some(read) => read(reader, fields),
        None => {
            fields.abandon();
            None
        }
    }
}

/// What every decoder says of itself, each with its place where it has one.
struct Decoder<'n> {
    layers: Option<u32>,
    width: Option<u32>,
    heads: Option<u32>,
    heads_at: Option<At<'n>>,
    context: Option<u32>,
}

impl<'n> Decoder<'n> {
    fn take(reader: &mut Reader, fields: &mut Fields<'n>) -> Self {
        let layers = fields.need(reader, "layers").and_then(|at| small(reader, &at));
        let width = fields.need(reader, "width").and_then(|at| small(reader, &at));
        let heads_at = fields.need(reader, "heads");
        let heads = heads_at.as_ref().and_then(|at| small(reader, at));
        let context = fields.need(reader, "context").and_then(|at| reader.integer(&at, 2..=1 << 20));
        Self { layers, width, heads, heads_at, context: context.map(|value| value as u32) }
    }

    /// Checks that the heads share the width evenly; `step` is what the width of a head is to be a multiple of.
    fn heads_fit(&self, reader: &mut Reader, step: u32) -> Option<()> {
        let (Some(width), Some(heads), Some(at)) = (self.width, self.heads, &self.heads_at) else { return Some(()) };
        if width % heads == 0 {
            return Some(());
        }
        let hint = Some(format!("a width of {} would fit", width.next_multiple_of(heads * step)));
        reader.wrong_of(Code::ShapeMismatch, at, format!("{heads} heads do not divide the width {width}"), hint)
    }
}

/// Reads a number of layers, heads or columns.
fn small(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    reader.integer(at, 1..=1 << 20).and_then(|value| u32::try_from(value).ok())
}

fn epsilon(reader: &mut Reader, at: &At<'_>) -> Option<f64> {
    reader.number(at, 1e-12..=0.1)
}

fn llama(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let decoder = Decoder::take(reader, &mut fields);
    let kv_at = fields.take("kv-heads");
    let kv_heads = match &kv_at {
        Some(at) => small(reader, at),
        None => decoder.heads,
    };
    let default_mlp = decoder.width.map_or(1, |width| (width * 8 / 3).next_multiple_of(32));
    let mlp_width = fields.or(reader, "mlp-width", default_mlp, small);
    let rope_theta = fields.or(reader, "rope-theta", Llama::ROPE_THETA, |reader, at| reader.number(at, 1.0..=1e9));
    let norm_epsilon = fields.or(reader, "norm-epsilon", Llama::NORM_EPSILON, epsilon);
    let tie_embeddings = fields.or(reader, "tie-embeddings", Llama::TIE_EMBEDDINGS, |reader, at| reader.truth(at));
    fields.finish(reader);
    decoder.heads_fit(reader, 2)?;
    if let (Some(width), Some(heads), Some(at)) = (decoder.width, decoder.heads, &decoder.heads_at)
        && (width / heads) % 2 != 0
    {
        let message =
            format!("rotary positions need heads of an even width, and {width} / {heads} is {}", width / heads);
        let hint = Some(format!("a width of {} would fit", (width + 1).next_multiple_of(heads * 2)));
        return reader.wrong_of(Code::ShapeMismatch, at, message, hint);
    }
    if let (Some(heads), Some(kv), Some(at)) = (decoder.heads, kv_heads, &kv_at)
        && heads % kv != 0
    {
        let near = (1..=kv).rev().find(|kv| heads % kv == 0).unwrap_or(1);
        let message = format!("{kv} key-value heads do not divide {heads} heads");
        return reader.wrong_of(Code::ShapeMismatch, at, message, Some(format!("`kv-heads: {near}` would fit")));
    }
    Some(Architecture::Llama(Llama {
        layers: decoder.layers?,
        width: decoder.width?,
        heads: decoder.heads?,
        kv_heads: kv_heads?,
        mlp_width: mlp_width?,
        context: decoder.context?,
        rope_theta: rope_theta?,
        norm_epsilon: norm_epsilon?,
        tie_embeddings: tie_embeddings?,
    }))
}

fn gpt2(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let decoder = Decoder::take(reader, &mut fields);
    let default_mlp = decoder.width.map_or(1, |width| 4 * width);
    let mlp_width = fields.or(reader, "mlp-width", default_mlp, small);
    let norm_epsilon = fields.or(reader, "norm-epsilon", Gpt2::NORM_EPSILON, epsilon);
    let tie_embeddings = fields.or(reader, "tie-embeddings", Gpt2::TIE_EMBEDDINGS, |reader, at| reader.truth(at));
    fields.finish(reader);
    decoder.heads_fit(reader, 1)?;
    Some(Architecture::Gpt2(Gpt2 {
        layers: decoder.layers?,
        width: decoder.width?,
        heads: decoder.heads?,
        mlp_width: mlp_width?,
        context: decoder.context?,
        norm_epsilon: norm_epsilon?,
        tie_embeddings: tie_embeddings?,
    }))
}
