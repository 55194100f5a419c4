//! Reads `type: autoencoder`.

use crate::recipe::model::{Architecture, Autoencoder};
use crate::recipe::read::architecture::parts::{activation, input, numbers, small};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn autoencoder(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let input = input(reader, &mut fields, 1..=3);
    let hidden = fields
        .need(reader, "hidden")
        .and_then(|at| numbers(reader, &at, "widths, such as `[256, 128]`", 0..=1024, 1 << 20));
    let code = fields.need(reader, "code").and_then(|at| small(reader, &at));
    let activation = activation(reader, &mut fields);
    fields.finish(reader);
    Some(Architecture::Autoencoder(Autoencoder {
        input: input?,
        hidden: hidden?,
        code: code?,
        activation: activation?,
    }))
}
