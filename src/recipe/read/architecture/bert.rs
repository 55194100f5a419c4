//! Reads `type: bert`.

use crate::recipe::model::{Architecture, Bert};
use crate::recipe::read::architecture::parts::{Blocks, context, dropout, epsilon};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn bert(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let blocks = Blocks::take(reader, &mut fields);
    let context = context(reader, &mut fields);
    let mlp_width = blocks.mlp_width(reader, &mut fields);
    let norm_epsilon = epsilon(reader, &mut fields, Bert::NORM_EPSILON);
    let dropout = dropout(reader, &mut fields, Bert::DROPOUT);
    fields.finish(reader);
    blocks.heads_fit(reader, 1)?;
    Some(Architecture::Bert(Bert {
        layers: blocks.layers?,
        width: blocks.width?,
        heads: blocks.heads?,
        mlp_width: mlp_width?,
        context: context?,
        norm_epsilon: norm_epsilon?,
        dropout: dropout?,
    }))
}
