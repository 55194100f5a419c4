//! Reads `tokenizers`.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::tokenizer::Tokenizer;

/// Reads one tokenizer.
pub fn tokenizer(reader: &mut Reader, _: &Name, at: &At<'_>) -> Option<Tokenizer> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "tokenizer", &[("byte-bpe", ())]) else {
        fields.abandon();
        return None;
    };
    let vocab_size = fields.need(reader, "vocab-size").and_then(|at| vocab_size(reader, &at));
    let train_on = fields
        .need(reader, "train-on")
        .and_then(|at| reader.some_list(&at, |reader, at| reader.reference(at, Kind::Dataset)));
    fields.finish(reader);
    Some(Tokenizer::ByteBpe { vocab_size: vocab_size?, train_on: train_on? })
}

fn vocab_size(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    let size = reader.integer(at, 1..=1 << 20)?;
    if size < 257 {
        let hint = "the 256 bytes and the end-of-text token need 257".to_owned();
        return reader.wrong_of(
            Code::OutOfRange,
            at,
            format!("a byte-level vocabulary of {size} tokens is too small"),
            Some(hint),
        );
    }
    u32::try_from(size).ok()
}
