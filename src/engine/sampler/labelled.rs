//! Records of texts: each a row, as long as it is, and batches of rows of like length.
//!
//! **Invariant:** the batches are a function of the data, the seed and the cursor alone, as with running text.

use crate::engine::error::EngineError;
use crate::engine::sampler::cursor::{Cursor, Sampler};
use crate::engine::sampler::row::Row;
use crate::engine::sampler::{Batch, StepData};
use crate::engine::seed;

/// How many steps' rows are sorted by length together: enough that batches are hardly filled up, few enough to stay shuffled.
const SORTED_STEPS: usize = 16;

/// Draws steps of rows of like length.
///
/// The rows of a few steps are drawn together, sorted by length, cut into batches, and the batches are shuffled. The cursor's
/// `row` counts the rows dealt, and its `drawn` is that at the beginning of the few steps, so that they are drawn again.
#[derive(Debug)]
pub struct Dealer {
    sampler: Sampler,
    rows: usize,
    accumulate: usize,
    seed: u64,
    /// Where the sampler stood before the rows that are being dealt.
    begun: Cursor,
    /// The batches that are left of them, the next one last.
    left: Vec<Batch>,
}

impl Dealer {
    /// Returns a dealer that goes on where a cursor stands, in steps of `accumulate` batches of `rows` rows.
    ///
    /// # Errors
    /// When the tokens cannot be read any more.
    pub fn new(
        sampler: impl Fn(Cursor) -> Sampler,
        seed: u64,
        cursor: Cursor,
        rows: usize,
        accumulate: usize,
    ) -> Result<Self, EngineError> {
        let per_step = (rows * accumulate) as u64;
        let dealt = cursor.row / per_step % SORTED_STEPS as u64;
        let begun = Cursor { row: cursor.row - dealt * per_step, drawn: cursor.drawn };
        let mut dealer = Self { sampler: sampler(begun.clone()), rows, accumulate, seed, begun, left: Vec::new() };
        if dealt > 0 {
            dealer.draw()?;
            dealer.left.truncate(dealer.left.len() - dealt as usize * accumulate);
        }
        Ok(dealer)
    }

    /// Returns the batches of the next step.
    ///
    /// # Errors
    /// When the tokens cannot be read any more.
    pub fn next_step(&mut self) -> Result<StepData, EngineError> {
        if self.left.is_empty() {
            self.draw()?;
        }
        let batches = self.left.split_off(self.left.len() - self.accumulate);
        Ok(StepData { batches: batches.into_iter().rev().collect(), cursor: self.cursor() })
    }

    fn cursor(&self) -> Cursor {
        if self.left.is_empty() {
            return self.sampler.cursor().clone();
        }
        let left = (self.left.len() * self.rows) as u64;
        Cursor { row: self.sampler.cursor().row - left, drawn: self.begun.drawn.clone() }
    }

    fn draw(&mut self) -> Result<(), EngineError> {
        self.begun = self.sampler.cursor().clone();
        let n_batches = SORTED_STEPS * self.accumulate;
        let mut rows = self.sampler.draw_all(n_batches * self.rows)?;
        rows.sort_by_key(Row::len);
        let mut batches: Vec<Option<Batch>> =
            rows.chunks(self.rows).map(|rows| Some(self.sampler.batch(rows))).collect();
        let mut rng = seed::stream(self.seed, &format!("batches/{}", self.begun.row));
        let order = seed::permutation(&mut rng, n_batches);
        self.left = order.into_iter().filter_map(|batch| batches[batch as usize].take()).collect();
        Ok(())
    }
}

/// Returns a record as it is read: one that is too long loses what is before its last token, which ends the text.
pub fn fitted(mut tokens: Vec<u32>, context: usize) -> Vec<u32> {
    if tokens.len() > context
        && let Some(end) = tokens.last().copied()
    {
        tokens.truncate(context - 1);
        tokens.push(end);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sampler::Source;
    use crate::engine::sampler::row::Kind;
    use crate::engine::sampler::rows::Rows;
    use crate::engine::tokens::tests::labelled;
    use std::sync::Arc;

    /// Records of 1 to 7 tokens, each with its own number as its first token and its class.
    fn source(name: &str, n: u32, weight: f64) -> Source {
        let (mut tokens, mut starts) = (Vec::new(), Vec::new());
        for i in 0..n {
            starts.push(tokens.len() as u64);
            tokens.extend(std::iter::repeat_n(i, 1 + (i * 5 % 7) as usize));
        }
        let tokens = labelled(name, &tokens, &starts, &(0..n).collect::<Vec<_>>());
        Source { rows: Arc::new(Rows::to_learn(tokens, Kind::Labelled, 5).unwrap()), weight }
    }

    fn dealer(cursor: Cursor) -> Dealer {
        let sources = || vec![source("a", 37, 0.7), source("b", 21, 0.3)];
        Dealer::new(|cursor| Sampler::new(sources(), 3, cursor), 3, cursor, 3, 2).unwrap()
    }

    #[test]
    fn a_dealer_that_goes_on_deals_what_it_would_have_dealt() {
        let mut whole = dealer(Cursor::start(2));
        let mut cursor = Cursor::start(2);
        for step in 0..3 * SORTED_STEPS {
            let data = whole.next_step().unwrap();
            assert_eq!(dealer(cursor).next_step().unwrap(), data, "step {step}");
            assert_eq!(data.batches.len(), 2);
            cursor = data.cursor;
        }
    }

    #[test]
    fn every_record_of_an_epoch_is_dealt_once_with_its_own_class() {
        let n = 3 * SORTED_STEPS as u32;
        let mut dealer =
            Dealer::new(|cursor| Sampler::new(vec![source("a", n, 1.0)], 3, cursor), 3, Cursor::start(1), 3, 1)
                .unwrap();
        let mut seen = Vec::new();
        for _ in 0..SORTED_STEPS {
            for batch in dealer.next_step().unwrap().batches {
                let (classes, lengths) = (batch.classes.unwrap(), batch.lengths.unwrap());
                for (row, class) in classes.iter().enumerate() {
                    assert_eq!(batch.inputs[row * batch.context], *class);
                    seen.push(*class as u32);
                }
                let (shortest, longest) = (lengths.iter().min(), lengths.iter().max());
                assert!(longest.unwrap() - shortest.unwrap() <= 2, "{lengths:?}");
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn a_long_record_keeps_its_end() {
        assert_eq!(fitted(vec![1, 2, 3, 0], 3), [1, 2, 0]);
        assert_eq!(fitted(vec![1, 2, 0], 3), [1, 2, 0]);
    }
}
