//! Reads `type: gan`.

use crate::recipe::model::{Architecture, Gan};
use crate::recipe::read::architecture::parts::{input, up_to};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn gan(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let input = input(reader, &mut fields, 3..=3);
    let latent = fields.need(reader, "latent").and_then(|at| up_to(reader, &at, 1 << 16));
    let channels = fields.need(reader, "channels").and_then(|at| up_to(reader, &at, 1 << 16));
    fields.finish(reader);
    Some(Architecture::Gan(Gan { input: input?, latent: latent?, channels: channels? }))
}
