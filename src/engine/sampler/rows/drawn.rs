//! What is drawn for a row each time it is looked at: which tokens are hidden, and how pictures and sounds are changed.

use crate::engine::error::EngineError;
use crate::engine::features::Draw;
use crate::engine::sampler::row::{Kind, Row};
use crate::engine::sampler::rows::Rows;
use crate::engine::seed;

/// Which look at a row it is.
#[derive(Debug, Clone, Copy)]
struct Look {
    seed: u64,
    epoch: u64,
    is_learnt: bool,
}

impl Rows {
    /// Returns a row to learn from, with everything that is drawn for it in an epoch.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn learnt(&self, index: usize, shift: usize, seed: u64, epoch: u64) -> Result<Row, EngineError> {
        self.drawn(self.row(index, shift)?, index, Look { seed, epoch, is_learnt: true })
    }

    /// Returns a row to measure on: the same tokens are hidden each time, and pictures and sounds stay as they are, but for two views
    /// of each, which are the same each time.
    ///
    /// # Errors
    /// When the data cannot be read any more.
    pub fn measured(&self, index: usize) -> Result<Row, EngineError> {
        self.drawn(self.row(index, 0)?, index, Look { seed: 0, epoch: 0, is_learnt: false })
    }

    fn drawn(&self, mut row: Row, index: usize, look: Look) -> Result<Row, EngineError> {
        let Look { seed, epoch, is_learnt } = look;
        row.key = seed::number(seed, &format!("row/{}/{epoch}/{index}", self.data.names().0));
        if let Some(hiding) = &self.hiding {
            let (shown, is_hidden) = hiding.hide(&row.tokens, row.is_target.len(), row.key);
            (row.shown, row.is_target) = (Some(shown), is_hidden);
        }
        if let Some(features) = self.data.features() {
            let record = index as u64;
            let changed = |look| features.changed(Draw { seed, look, record }).map(Some);
            if self.kind == Kind::Views {
                (row.features, row.second_view) = (changed(2 * epoch)?, changed(2 * epoch + 1)?);
            } else {
                row.features = if is_learnt { changed(epoch)? } else { Some(features.record(record)?) };
            }
        }
        Ok(row)
    }
}
