//! Reads `type: vit`.

use crate::recipe::model::{Architecture, Vit};
use crate::recipe::read::architecture::parts::{Blocks, dropout, epsilon, input, up_to};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn vit(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let vit = shape(reader, &mut fields);
    fields.finish(reader);
    vit.map(Architecture::Vit)
}

/// Takes the shape of a transformer over patches, which is also a tower of `clip`.
pub fn shape(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Vit> {
    let input = input(reader, fields, 2..=3);
    let patch = fields.need(reader, "patch").and_then(|at| up_to(reader, &at, 1024));
    let blocks = Blocks::take(reader, fields);
    let mlp_width = blocks.mlp_width(reader, fields);
    let norm_epsilon = epsilon(reader, fields, Vit::NORM_EPSILON);
    let dropout = dropout(reader, fields, Vit::DROPOUT);
    blocks.heads_fit(reader, 1)?;
    Some(Vit {
        input: input?,
        patch: patch?,
        layers: blocks.layers?,
        width: blocks.width?,
        heads: blocks.heads?,
        mlp_width: mlp_width?,
        norm_epsilon: norm_epsilon?,
        dropout: dropout?,
    })
}
