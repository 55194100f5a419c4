//! Reads `type: clip`.

use crate::recipe::model::{Architecture, Clip, ClipText, Vit};
use crate::recipe::read::architecture::parts::{Blocks, context, up_to};
use crate::recipe::read::architecture::vit;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

pub fn clip(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let image = fields.need(reader, "image").and_then(|at| image(reader, &at));
    let text = fields.need(reader, "text").and_then(|at| text(reader, &at));
    let projection = fields.need(reader, "projection").and_then(|at| up_to(reader, &at, 1 << 16));
    fields.finish(reader);
    Some(Architecture::Clip(Clip { image: image?, text: text?, projection: projection? }))
}

fn image(reader: &mut Reader, at: &At<'_>) -> Option<Vit> {
    let mut fields = Fields::open(reader, at)?;
    let image = vit::shape(reader, &mut fields);
    fields.finish(reader);
    image
}

fn text(reader: &mut Reader, at: &At<'_>) -> Option<ClipText> {
    let mut fields = Fields::open(reader, at)?;
    let blocks = Blocks::take(reader, &mut fields);
    let mlp_width = blocks.mlp_width(reader, &mut fields);
    let context = context(reader, &mut fields);
    fields.finish(reader);
    blocks.heads_fit(reader, 1)?;
    Some(ClipText {
        layers: blocks.layers?,
        width: blocks.width?,
        heads: blocks.heads?,
        mlp_width: mlp_width?,
        context: context?,
    })
}
