//! Reads `type: cnn`.

use crate::recipe::code::Code;
use crate::recipe::model::cnn::Block;
use crate::recipe::model::{Architecture, Cnn};
use crate::recipe::read::architecture::parts::{activation, dropout, input, numbers, up_to};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

pub fn cnn(reader: &mut Reader, mut fields: Fields<'_>) -> Option<Architecture> {
    let input = input(reader, &mut fields, 2..=3);
    let block = fields.or(reader, "block", Block::default(), |reader, at| {
        reader.word(at, "block", &[Block::Plain, Block::Residual].map(|block| (block.word(), block)))
    });
    let channels = fields
        .need(reader, "channels")
        .and_then(|at| numbers(reader, &at, "numbers of channels, such as `[32, 64]`", 1..=64, 1 << 16));
    let depth = fields.or(reader, "depth", Cnn::DEPTH, |reader, at| up_to(reader, at, 1024));
    let kernel = fields.or(reader, "kernel", Cnn::KERNEL, kernel);
    let dense = fields
        .or(reader, "dense", Vec::new(), |reader, at| numbers(reader, at, "widths, such as `[128]`", 0..=64, 1 << 20));
    let activation = activation(reader, &mut fields);
    let dropout = dropout(reader, &mut fields, Cnn::DROPOUT);
    fields.finish(reader);
    Some(Architecture::Cnn(Cnn {
        input: input?,
        block: block?,
        channels: channels?,
        depth: depth?,
        kernel: kernel?,
        dense: dense?,
        activation: activation?,
        dropout: dropout?,
    }))
}

/// Reads the side of a kernel: an odd number, so that it has a middle.
fn kernel(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    match up_to(reader, at, 31)? {
        odd if odd % 2 == 1 => Some(odd),
        even => {
            let message = format!("a kernel has a middle, and {even} is even");
            reader.wrong_of(Code::OutOfRange, at, message, Some(format!("`kernel: {}` would do", even + 1)))
        }
    }
}
