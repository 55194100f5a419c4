//! Reads `type: mlp`.

use crate::recipe::model::{Architecture, Mlp};
use crate::recipe::read::architecture::parts::{activation, dropout, input, numbers};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn mlp(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let input = input(reader, &mut fields, 1..=3);
    let hidden = fields
        .need(reader, "hidden")
        .and_then(|at| numbers(reader, &at, "widths, such as `[256, 128]`", 1..=1024, 1 << 20));
    let activation = activation(reader, &mut fields);
    let dropout = dropout(reader, &mut fields, Mlp::DROPOUT);
    fields.finish(reader);
    Some(Architecture::Mlp(Mlp { input: input?, hidden: hidden?, activation: activation?, dropout: dropout? }))
}
