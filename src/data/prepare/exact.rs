//! Exact deduplication: of equal records the first stays.
//!
//! The digests are sorted in as many passes as keep memory bounded, each over its share of all digests.

use rayon::prelude::*;

use crate::data::error::DataError;
use crate::data::prepare::made::Made;

/// The most digests that are sorted at once: 256 MB of them.
const AT_ONCE: u64 = 8 << 20;

/// Marks the records that equal an earlier one as dead.
pub(super) fn dedup(parts: &[Made], alive: &mut [Vec<bool>]) -> Result<(), DataError> {
    let n: u64 = parts.iter().map(|part| part.facts.n).sum();
    let n_passes = u128::from(n.div_ceil(AT_ONCE).max(1));
    for pass in 0..n_passes {
        let mut keys: Vec<(u128, u32, u32)> = Vec::new();
        for (p, part) in parts.iter().enumerate() {
            for (i, (_, key)) in part.keys()?.into_iter().enumerate() {
                if alive[p][i] && key % n_passes == pass {
                    keys.push((key, p as u32, i as u32));
                }
            }
        }
        keys.par_sort_unstable();
        for pair in keys.windows(2) {
            if pair[0].0 == pair[1].0 {
                alive[pair[1].1 as usize][pair[1].2 as usize] = false;
            }
        }
    }
    Ok(())
}
