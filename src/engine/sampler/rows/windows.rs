//! Windows of running text: a row begins anywhere, also amid a document.

use crate::engine::error::EngineError;
use crate::engine::sampler::row::Row;
use crate::engine::sampler::rows::Rows;
use crate::engine::tokens::Tokens;
use crate::recipe::training::Attention;

impl Rows {
    /// Returns a window of running text.
    pub(super) fn window(
        &self,
        tokens: &Tokens,
        index: usize,
        shift: usize,
        and_next: bool,
    ) -> Result<Row, EngineError> {
        let start = (index * self.context + shift) as u64;
        let places = start..tokens.len().min(start + self.context as u64 + u64::from(and_next));
        let starts = match self.attention {
            Attention::AcrossDocuments => None,
            Attention::WithinDocument => Some(tokens.starts_within(places.clone())?),
        };
        let tokens = tokens.window(places)?;
        // Running text is learnt whole, also that of records.
        Ok(Row { is_target: vec![true; tokens.len()], tokens, starts, ..Row::default() })
    }
}
