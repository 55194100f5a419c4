//! What several kinds of networks say of themselves.

use std::ops::RangeInclusive;

use crate::recipe::code::Code;
use crate::recipe::model::Activation;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// The most numbers a record may have.
pub const MOST_NUMBERS: u64 = 1 << 28;

/// What every transformer says of itself, each with its place where it has one.
pub struct Blocks<'n> {
    pub layers: Option<u32>,
    pub width: Option<u32>,
    pub heads: Option<u32>,
    pub heads_at: Option<At<'n>>,
}

impl<'n> Blocks<'n> {
    pub fn take(reader: &mut Reader, fields: &mut Fields<'n>) -> Self {
        let layers = fields.need(reader, "layers").and_then(|at| small(reader, &at));
        let width = fields.need(reader, "width").and_then(|at| small(reader, &at));
        let heads_at = fields.need(reader, "heads");
        let heads = heads_at.as_ref().and_then(|at| small(reader, at));
        Self { layers, width, heads, heads_at }
    }

    /// Takes the inner width of the feed-forward part, which is four times the width where nothing is said.
    pub fn mlp_width(&self, reader: &mut Reader, fields: &mut Fields<'n>) -> Option<u32> {
        fields.or(reader, "mlp-width", self.width.map_or(1, |width| 4 * width), small)
    }

    /// Checks that the heads share the width evenly; `step` is what the width of a head is to be a multiple of.
    pub fn heads_fit(&self, reader: &mut Reader, step: u32) -> Option<()> {
        let (Some(width), Some(heads), Some(at)) = (self.width, self.heads, &self.heads_at) else { return Some(()) };
        if width % heads == 0 {
            return Some(());
        }
        let hint = Some(format!("a width of {} would fit", width.next_multiple_of(heads * step)));
        reader.wrong_of(Code::ShapeMismatch, at, format!("{heads} heads do not divide the width {width}"), hint)
    }
}

/// Reads a number of layers, heads or columns.
pub fn small(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    up_to(reader, at, 1 << 20)
}

/// Reads a number of at least 1.
pub fn up_to(reader: &mut Reader, at: &At<'_>, most: u32) -> Option<u32> {
    reader.integer(at, 1..=i128::from(most)).and_then(|value| u32::try_from(value).ok())
}

/// Takes the longest sequence.
pub fn context(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<u32> {
    let context = fields.need(reader, "context").and_then(|at| reader.integer(&at, 2..=1 << 20));
    context.map(|value| value as u32)
}

/// Takes what keeps a norm from dividing by zero.
pub fn epsilon(reader: &mut Reader, fields: &mut Fields<'_>, default: f64) -> Option<f64> {
    fields.or(reader, "norm-epsilon", default, |reader, at| reader.number(at, 1e-12..=0.1))
}

/// Takes the share of the numbers that are left out.
pub fn dropout(reader: &mut Reader, fields: &mut Fields<'_>, default: f64) -> Option<f64> {
    fields.or(reader, "dropout", default, |reader, at| reader.number(at, 0.0..=0.9))
}

/// Takes what stands behind each layer.
pub fn activation(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Activation> {
    fields.or(reader, "activation", Activation::default(), |reader, at| {
        reader.word(at, "activation", &Activation::ALL.map(|activation| (activation.word(), activation)))
    })
}

/// Reads some numbers of at least 1, as many as `lengths` allows; `what` is what there are to be some of.
pub fn numbers(
    reader: &mut Reader,
    at: &At<'_>,
    what: &str,
    lengths: RangeInclusive<usize>,
    most: u32,
) -> Option<Vec<u32>> {
    let numbers = reader.list(at, |reader, at| up_to(reader, at, most))?;
    if lengths.contains(&numbers.len()) {
        return Some(numbers);
    }
    let (least, most) = lengths.into_inner();
    let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
    let (code, found) = if numbers.is_empty() {
        (Code::Empty, "none".to_owned())
    } else {
        (Code::OutOfRange, numbers.len().to_string())
    };
    reader.wrong_of(code, at, format!("expected {expected} {what}, found {found}"), None)
}

/// Takes the shape of one record, which is empty where nothing is said; `lengths` are the numbers a shape may have.
pub fn input(reader: &mut Reader, fields: &mut Fields<'_>, lengths: RangeInclusive<usize>) -> Option<Vec<u32>> {
    fields.or(reader, "input", Vec::new(), |reader, at| {
        numbers(reader, at, "sizes, such as `[1, 28, 28]`", lengths, 1 << 20)
    })
}
