//! Keys and values of tokens that were read already.

use burn::tensor::Tensor;

/// The keys and values of every block.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    blocks: Vec<(Tensor<4>, Tensor<4>)>,
}

impl Cache {
    /// Returns how many tokens it holds.
    pub fn len(&self) -> usize {
        self.blocks.first().map_or(0, |(key, _)| key.dims()[2])
    }

    /// Adds the keys and values of new tokens to a block, and returns all of the block.
    ///
    /// # Shapes
    /// - key, value: `[batch, kv-heads, new, head-width]` -> `[batch, kv-heads, old + new, head-width]`
    pub fn extend(&mut self, block: usize, key: Tensor<4>, value: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let all = match self.blocks.get(block) {
            Some((old_key, old_value)) => {
                (Tensor::cat(vec![old_key.clone(), key], 2), Tensor::cat(vec![old_value.clone(), value], 2))
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
}
