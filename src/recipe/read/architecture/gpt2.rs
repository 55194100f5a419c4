//! Reads `type: gpt2`.

use crate::recipe::model::{Architecture, Gpt2};
use crate::recipe::read::architecture::parts::{Blocks, context, dropout, epsilon};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn gpt2(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let blocks = Blocks::take(reader, &mut fields);
    let context = context(reader, &mut fields);
    let mlp_width = blocks.mlp_width(reader, &mut fields);
    let norm_epsilon = epsilon(reader, &mut fields, Gpt2::NORM_EPSILON);
    let tie_embeddings = fields.or(reader, "tie-embeddings", Gpt2::TIE_EMBEDDINGS, |reader, at| reader.truth(at));
    let dropout = dropout(reader, &mut fields, 0.0);
    fields.finish(reader);
    blocks.heads_fit(reader, 1)?;
    Some(Architecture::Gpt2(Gpt2 {
        layers: blocks.layers?,
        width: blocks.width?,
        heads: blocks.heads?,
        mlp_width: mlp_width?,
        context: context?,
        norm_epsilon: norm_epsilon?,
        tie_embeddings: tie_embeddings?,
        dropout: dropout?,
    }))
}
