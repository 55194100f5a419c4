//! Records that are a row each, and pairs of answers, which are two.

use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::features::Label;
use crate::engine::sampler::labelled::fitted;
use crate::engine::sampler::row::{Kind, Row};
use crate::engine::sampler::rows::Rows;
use crate::engine::tokens::Tokens;

impl Rows {
    /// Returns a record or a pair.
    pub(super) fn single(&self, number: u64) -> Result<Row, EngineError> {
        if let (Kind::Pairs, Some(tokens)) = (self.kind, self.data.tokens()) {
            let mut row = self.answer(tokens, 2 * number)?;
            row.rejected = Some(Box::new(self.answer(tokens, 2 * number + 1)?));
            return Ok(row);
        }
        let mut row = Row::default();
        if let Some(tokens) = self.data.tokens() {
            row.tokens = fitted(tokens.window(document(tokens, number)?)?, self.context);
        }
        match self.data.label(number)? {
            Label::Nothing => {}
            Label::Class(class) => row.class = Some(class),
            Label::Number(told) => row.number = Some(told),
        }
        Ok(row)
    }

    /// Returns an answer behind what is asked; of a long one, its end.
    fn answer(&self, tokens: &Tokens, number: u64) -> Result<Row, EngineError> {
        let mut places = document(tokens, number)?;
        places.start = places.start.max(places.end.saturating_sub(self.context as u64 + 1));
        let is_target = tokens.are_targets(places.clone())?;
        Ok(Row { tokens: tokens.window(places)?, is_target, ..Row::default() })
    }
}

/// Returns the places of a document.
fn document(tokens: &Tokens, number: u64) -> Result<Range<u64>, EngineError> {
    tokens.documents(number..number + 1).next().expect("there is a document for every row")
}
