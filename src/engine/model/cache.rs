//! What a network remembers of tokens that were read already.

use crate::engine::value::Value;
use crate::engine::value::recurrence::CellState;

/// The keys and values of every block, or the state of every layer.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    blocks: Vec<(Value, Value)>,
    states: Vec<CellState>,
}

impl Cache {
    /// Returns how many tokens its keys belong to; a state has no keys.
    pub fn len(&self) -> usize {
        self.blocks.first().map_or(0, |(key, _)| key.side(2))
    }

    /// Adds the keys and values of new tokens to a block, and returns all of the block.
    ///
    /// # Shapes
    /// - key, value: `[batch, kv-heads, new, head-width]` -> `[batch, kv-heads, old + new, head-width]`
    pub fn extend(&mut self, block: usize, key: Value, value: Value) -> (Value, Value) {
        let all = match self.blocks.get(block) {
            Some((old_key, old_value)) => {
                (Value::cat(&[old_key.clone(), key], 2), Value::cat(&[old_value.clone(), value], 2))
            }
            None => (key, value),
        };
        if block < self.blocks.len() {
            self.blocks[block] = all.clone();
        } else {
            self.blocks.push(all.clone());
        }
        all
    }

    /// Returns the state of a layer; there is none before anything was read.
    pub fn state(&self, layer: usize) -> Option<&CellState> {
        self.states.get(layer)
    }

    /// Keeps the state of a layer.
    pub fn keep(&mut self, layer: usize, state: CellState) {
        if layer < self.states.len() {
            self.states[layer] = state;
        } else {
            self.states.push(state);
        }
    }
}
