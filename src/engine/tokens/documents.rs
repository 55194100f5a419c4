//! The places of documents, in order, without holding all of them.

use std::collections::VecDeque;
use std::ops::Range;

use crate::engine::error::EngineError;
use crate::engine::tokens::Tokens;

/// The documents whose places are read at once.
const PIECE: u64 = 4096;

/// The places of documents, in order.
pub struct Documents<'a> {
    tokens: &'a Tokens,
    /// Those that are not read yet.
    left: Range<u64>,
    /// Where those that are read begin, and where the last of them ends.
    bounds: VecDeque<u64>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(tokens: &'a Tokens, documents: Range<u64>) -> Self {
        Self { tokens, left: documents, bounds: VecDeque::new() }
    }

    fn fill(&mut self) -> Result<(), EngineError> {
        let end = self.left.end.min(self.left.start + PIECE);
        let all = self.tokens.n_documents();
        self.bounds = self.tokens.starts(self.left.start..all.min(end + 1))?.into();
        if end == all {
            self.bounds.push_back(self.tokens.len());
        }
        self.left.start = end;
        Ok(())
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Range<u64>, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bounds.len() < 2 {
            if self.left.is_empty() {
                return None;
            }
            if let Err(error) = self.fill() {
                self.left = 0..0;
                return Some(Err(error));
            }
        }
        let start = self.bounds.pop_front()?;
        Some(Ok(start..*self.bounds.front()?))
    }
}
