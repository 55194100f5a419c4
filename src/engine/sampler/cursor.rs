//! The sampler and its cursor: rows in their order, across epochs and datasets.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::sampler::rows::{Epoch, Row, Rows};
use crate::engine::seed;

/// A dataset and its share of the rows.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its rows.
    pub rows: Arc<Rows>,
    /// Its share, between 0 and 1; the shares add up to 1.
    pub weight: f64,
}

/// How far the sampler is: all of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cursor {
    /// The rows drawn so far.
    pub row: u64,
    /// The rows drawn of each dataset.
    pub drawn: Vec<u64>,
}

impl Cursor {
    /// Returns the cursor of a training that has not begun.
    pub fn start(n_sources: usize) -> Self {
        Self { row: 0, drawn: vec![0; n_sources] }
    }
}

/// Draws rows.
#[derive(Debug)]
pub struct Sampler {
    sources: Vec<Source>,
    epochs: Vec<Option<Epoch>>,
    cursor: Cursor,
    seed: u64,
}

impl Sampler {
    /// Returns a sampler that goes on at a cursor.
    pub fn new(sources: Vec<Source>, seed: u64, cursor: Cursor) -> Self {
        let epochs = vec![None; sources.len()];
        Self { sources, epochs, cursor, seed }
    }

    /// Returns how far it is.
    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Draws the next row.
    pub fn draw(&mut self) -> Row {
        let source = self.choose();
        let rows = Arc::clone(&self.sources[source].rows);
        let (number, place) =
            (self.cursor.drawn[source] / rows.len() as u64, self.cursor.drawn[source] % rows.len() as u64);
        let epoch = match &mut self.epochs[source] {
            Some(epoch) if epoch.number == number => epoch,
            other => other.insert(rows.epoch(self.seed, number)),
        };
        let row = rows.row(epoch.order[place as usize] as usize, epoch.shift);
        self.cursor.row += 1;
        self.cursor.drawn[source] += 1;
        row
    }

    fn choose(&self) -> usize {
        if self.sources.len() == 1 {
            return 0;
        }
        let mut left = seed::uniform(&mut seed::stream(self.seed, &format!("mix/{}", self.cursor.row)));
        let passes = |source: &Source| {
            left -= source.weight;
            left < 0.0
        };
        self.sources.iter().position(passes).unwrap_or(self.sources.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sampler::rows::Kind;
    use crate::engine::tokens::Tokens;

    fn source(name: &str, n: u32, weight: f64) -> Source {
        let tokens = Tokens {
            dataset: name.into(),
            split: "train".into(),
            tokens: (0..n).collect(),
            starts: vec![0],
            loss_mask: None,
            labels: None,
        };
        Source { rows: Arc::new(Rows::to_learn(tokens, Kind::Text, 4).unwrap()), weight }
    }

    #[test]
    fn a_sampler_that_goes_on_draws_what_it_would_have_drawn() {
        let sources = || vec![source("a", 50, 0.7), source("b", 30, 0.3)];
        let mut whole = Sampler::new(sources(), 3, Cursor::start(2));
        for k in 0..60 {
            let mut resumed = Sampler::new(sources(), 3, whole.cursor().clone());
            assert_eq!(whole.draw(), resumed.draw(), "row {k}");
        }
    }

    #[test]
    fn a_mix_keeps_its_shares() {
        let mut sampler = Sampler::new(vec![source("a", 50, 0.7), source("b", 30, 0.3)], 3, Cursor::start(2));
        (0..2000).for_each(|_| drop(sampler.draw()));
        assert!((sampler.cursor().drawn[0] as f64 / 2000.0 - 0.7).abs() < 0.04);
    }
}
