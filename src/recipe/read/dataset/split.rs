//! Reads `split`.

use crate::recipe::code::Code;
use crate::recipe::dataset::{Split, SplitBy};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads how records are dealt to the splits.
pub(super) fn split(reader: &mut Reader, at: &At<'_>) -> Option<Split> {
    let mut fields = Fields::open(reader, at)?;
    let mut share = |reader: &mut Reader, key| fields.or(reader, key, 0.0, |reader, at| reader.number(at, 0.0..=1.0));
    let train = share(reader, "train");
    let validation = share(reader, "validation");
    let test = share(reader, "test");
    let by = fields.or(reader, "by", SplitBy::default(), |reader, at| {
        reader.word(at, "unit of a split", &[("document", SplitBy::Document), ("record", SplitBy::Record)])
    });
    fields.finish(reader);
    let split = Split { train: train?, validation: validation?, test: test?, by: by? };
    let sum = split.train + split.validation + split.test;
    if (sum - 1.0).abs() > 1e-6 {
        let hint = format!("`train: {}` would fit", ((1.0 - split.validation - split.test) * 1e6).round() / 1e6);
        return reader.wrong_of(Code::BadShares, at, format!("the shares add up to {sum}, not to 1"), Some(hint));
    }
    Some(split)
}
