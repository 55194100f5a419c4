//! Near-deduplication: of records that are nearly the same the first stays (MinHash with locality-sensitive hashing, Broder 1997;
//! "Mining of Massive Datasets", chapter 3).
//!
//! Two records are candidates when a band of their signatures agrees, and linked when the signatures say that their similarity
//! reaches the threshold; linked records are a cluster, of which the first stays. Signatures lie on disk, and bands are sorted in
//! as many passes as keep memory bounded.

mod clusters;
mod signatures;

use rayon::prelude::*;

use crate::data::clean::minhash;
use crate::data::error::DataError;
use crate::data::prepare::made::Made;
use crate::data::prepare::watch::Halt;

pub(super) use clusters::{Clusters, Members};
use signatures::Signatures;

/// The most bands of records that are sorted at once: 256 MB of them.
const AT_ONCE: usize = 16 << 20;
/// The most records of one bucket a record is compared with.
const MOST_COMPARED: usize = 256;

/// Marks the records that are nearly the same as an earlier one as dead; returns the clusters.
pub(super) fn dedup(
    parts: &[Made],
    alive: &mut [Vec<bool>],
    threshold: f64,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Clusters, Halt> {
    let signatures = Signatures::open(parts, alive, go_on)?;
    let n = signatures.len();
    let (rows, mut clusters) = (minhash::rows(threshold), Clusters::new(n));
    let n_bands = minhash::PERMUTATIONS / rows;
    let bands_at_once = (AT_ONCE / n.max(1)).clamp(1, n_bands);
    let mut first = 0;
    while first < n_bands {
        let last = (first + bands_at_once).min(n_bands);
        let mut buckets = signatures.bands(rows, first..last)?;
        buckets.par_sort_unstable();
        for bucket in buckets.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
            link(&signatures, bucket, threshold, &mut clusters)?;
        }
        first = last;
        if !go_on(0) {
            return Err(Halt::Stopped);
        }
    }
    for i in 0..n as u32 {
        if clusters.first_of(i) != i {
            let (part, record) = signatures.place(i);
            alive[part][record] = false;
        }
    }
    clusters.name(|i| signatures.place(i));
    Ok(clusters)
}

/// Links the similar records of a bucket: each with the first that it is similar to.
fn link(
    signatures: &Signatures,
    bucket: &[(u64, u32)],
    threshold: f64,
    clusters: &mut Clusters,
) -> Result<(), DataError> {
    let mut firsts: Vec<(u32, minhash::Short)> = Vec::new();
    for (_, i) in bucket {
        let own = clusters.first_of(*i);
        if firsts.iter().any(|(first, _)| clusters.first_of(*first) == own) {
            continue;
        }
        let signature = signatures.get(*i)?;
        match firsts.iter().find(|(_, first)| minhash::agreement(first, &signature) >= threshold) {
            Some((first, _)) => clusters.link(*first, *i),
            None if firsts.len() < MOST_COMPARED => firsts.push((*i, signature)),
            None => {}
        }
    }
    Ok(())
}
