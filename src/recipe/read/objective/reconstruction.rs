//! Reads the objective of an autoencoder: what is spoiled, and what makes it whole.

use crate::recipe::code::Code;
use crate::recipe::objective::{Corruption, Decoder, Reconstruction};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

pub(super) fn reconstruction(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Reconstruction> {
    let corruption = fields.or(reader, "corruption", Corruption::default(), corruption);
    let decoder = fields.or(reader, "decoder", None, |reader, at| decoder(reader, at).map(Some));
    Some(Reconstruction { corruption: corruption?, decoder: decoder? })
}

/// The kinds of corruption, by their words.
#[derive(Clone, Copy)]
enum Kind {
    None,
    Noise,
    Mask,
}

fn corruption(reader: &mut Reader, at: &At<'_>) -> Option<Corruption> {
    let mut fields = Fields::open(reader, at)?;
    let words = [("none", Kind::None), ("noise", Kind::Noise), ("mask", Kind::Mask)];
    let Some(kind) = fields.kind(reader, "corruption", &words) else {
        fields.abandon();
        return None;
    };
    let corruption = match kind {
        Kind::None => Some(Corruption::None),
        Kind::Noise => {
            let deviation = fields.need(reader, "deviation").and_then(|at| reader.number(&at, 1e-6..=1e6));
            deviation.map(|deviation| Corruption::Noise { deviation })
        }
        Kind::Mask => {
            let share = fields.need(reader, "share").and_then(|at| reader.number(&at, 0.01..=0.99));
            share.map(|share| Corruption::Mask { share })
        }
    };
    fields.finish(reader);
    corruption
}

fn decoder(reader: &mut Reader, at: &At<'_>) -> Option<Decoder> {
    let mut fields = Fields::open(reader, at)?;
    let up_to = |reader: &mut Reader, at: &At<'_>, most: i128| reader.integer(at, 1..=most).map(|n| n as u32);
    let layers = fields.need(reader, "layers").and_then(|at| up_to(reader, &at, 1024));
    let width = fields.need(reader, "width").and_then(|at| up_to(reader, &at, 1 << 20));
    let heads_at = fields.need(reader, "heads");
    let heads = heads_at.as_ref().and_then(|at| up_to(reader, at, 1 << 20));
    fields.finish(reader);
    if let (Some(width), Some(heads), Some(at)) = (width, heads, &heads_at)
        && width % heads != 0
    {
        let hint = Some(format!("a width of {} would fit", u64::from(width).next_multiple_of(u64::from(heads))));
        let message = format!("{heads} heads do not divide the width {width}");
        return reader.wrong_of(Code::ShapeMismatch, at, message, hint);
    }
    Some(Decoder { layers: layers?, width: width?, heads: heads? })
}
