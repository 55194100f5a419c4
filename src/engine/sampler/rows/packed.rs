//! Records that share a row: whole ones, as many as have room.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::sampler::row::{Kind, Row};
use crate::engine::sampler::rows::Rows;
use crate::engine::tokens::Tokens;
use crate::recipe::training::Attention;

impl Rows {
    /// Returns the documents that count, one behind the other.
    pub(super) fn packed(&self, tokens: &Tokens, documents: Range<u64>) -> Result<Row, EngineError> {
        let starts = (self.attention == Attention::WithinDocument).then(BTreeSet::new);
        let mut row = Row { tokens: Vec::with_capacity(self.context + 1), starts, ..Row::default() };
        for document in tokens.documents(documents) {
            let record = shorten(document?, self.context + usize::from(self.kind != Kind::Masked));
            if let Some(is_target) = targets(tokens, record.clone(), self.kind)? {
                if let Some(starts) = &mut row.starts {
                    starts.insert(row.tokens.len());
                }
                row.tokens.extend(tokens.window(record)?);
                row.is_target.extend(is_target);
            }
        }
        Ok(row)
    }
}

/// Packs whole records into rows, in order; one longer than a row is cut, one that does not count left out.
///
/// Returns the first document of each row.
pub(super) fn pack(tokens: &Tokens, length: usize, kind: Kind) -> Result<Vec<u64>, EngineError> {
    let (mut firsts, mut room) = (Vec::new(), 0);
    for (number, document) in tokens.documents(0..tokens.n_documents()).enumerate() {
        let record = shorten(document?, length);
        let size = record.end - record.start;
        if targets(tokens, record, kind)?.is_none() {
            continue;
        }
        if size > room {
            firsts.push(number as u64);
            room = length as u64;
        }
        room -= size;
    }
    Ok(firsts)
}

fn shorten(document: Range<u64>, length: usize) -> Range<u64> {
    document.start..document.end.min(document.start + length as u64)
}

/// Returns which tokens of a record can be targets: any where they are hidden, else those of its answers; none where there is nothing to
/// learn, since the first token of a row is never predicted.
fn targets(tokens: &Tokens, record: Range<u64>, kind: Kind) -> Result<Option<Vec<bool>>, EngineError> {
    if kind == Kind::Masked {
        return Ok(Some(vec![true; (record.end - record.start) as usize]));
    }
    let are = tokens.are_targets(record)?;
    Ok(are.iter().skip(1).any(|is| *is).then_some(are))
}
