//! The sampler and its cursor: rows in their order, across epochs and datasets.

use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::engine::error::EngineError;
use crate::engine::sampler::Batch;
use crate::engine::sampler::row::Row;
use crate::engine::sampler::rows::{Epoch, Rows};
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// Which row comes next.
struct Place {
    rows: Arc<Rows>,
    index: usize,
    shift: usize,
    epoch: u64,
}

impl Place {
    fn row(&self, seed: u64) -> Result<Row, EngineError> {
        self.rows.learnt(self.index, self.shift, seed, self.epoch)
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

    /// Draws the next row, where one alone is looked at.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    #[cfg(test)]
    pub fn draw(&mut self) -> Result<Row, EngineError> {
        self.next().row(self.seed)
    }

    /// Draws the next `n` rows; pictures and sounds are read and changed on all cores.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn draw_all(&mut self, n: usize) -> Result<Vec<Row>, EngineError> {
        let (places, seed): (Vec<Place>, _) = ((0..n).map(|_| self.next()).collect(), self.seed);
        match self.sources[0].rows.shape() {
            Some(_) => places.par_iter().map(|place| place.row(seed)).collect(),
            None => places.iter().map(|place| place.row(seed)).collect(),
        }
    }

    /// Returns the batch of some rows.
    pub fn batch(&self, rows: &[Row]) -> Batch {
        self.sources[0].rows.batch(rows)
    }

    /// Says which row comes next.
    fn next(&mut self) -> Place {
        let source = self.choose();
        let rows = Arc::clone(&self.sources[source].rows);
        let (number, place) =
            (self.cursor.drawn[source] / rows.len() as u64, self.cursor.drawn[source] % rows.len() as u64);
        let epoch = match &mut self.epochs[source] {
            Some(epoch) if epoch.number == number => epoch,
            other => other.insert(rows.epoch(self.seed, number)),
        };
        let (index, shift) = (epoch.order[place as usize] as usize, epoch.shift);
        self.cursor.row += 1;
        self.cursor.drawn[source] += 1;
        Place { rows, index, shift, epoch: number }
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
    use crate::engine::sampler::row::Kind;
    use crate::engine::tokens::tests::tokens;

    fn source(name: &str, n: u32, weight: f64) -> Source {
        let tokens = tokens(name, &(0..n).collect::<Vec<_>>(), &[0], None);
        Source { rows: Arc::new(Rows::to_learn(tokens, Kind::Text, 4).unwrap()), weight }
    }

    #[test]
    fn a_sampler_that_goes_on_draws_what_it_would_have_drawn() {
        let sources = || vec![source("a", 50, 0.7), source("b", 30, 0.3)];
        let mut whole = Sampler::new(sources(), 3, Cursor::start(2));
        for k in 0..60 {
            let mut resumed = Sampler::new(sources(), 3, whole.cursor().clone());
            assert_eq!(whole.draw().unwrap(), resumed.draw().unwrap(), "row {k}");
        }
    }

    #[test]
    fn a_mix_keeps_its_shares() {
        let mut sampler = Sampler::new(vec![source("a", 50, 0.7), source("b", 30, 0.3)], 3, Cursor::start(2));
        (0..2000).for_each(|_| drop(sampler.draw().unwrap()));
        assert!((sampler.cursor().drawn[0] as f64 / 2000.0 - 0.7).abs() < 0.04);
    }
}
