//! `dedup-near`: nearly the same as an earlier record.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::data::clean::Fate;
use crate::data::clean::minhash::{self, Permutations, Signature};
use crate::data::record::{Content, Record};

/// Drops the records whose estimated similarity to a kept earlier one reaches `threshold`.
pub fn fates(records: Vec<Record>, threshold: f64) -> Vec<Fate> {
    let permutations = Permutations::new();
    let signatures: Vec<_> = records.par_iter().map(|record| permutations.signature(record.texts())).collect();
    let rows = minhash::rows(threshold);
    let mut kept: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    let mut is_kept = Vec::with_capacity(records.len());
    for (i, signature) in signatures.iter().enumerate() {
        // Pictures and sounds are not alike because their captions are.
        if matches!(records[i].content, Content::Media(_)) {
            is_kept.push(true);
            continue;
        }
        let keys: Vec<_> = minhash::bands(signature, rows).enumerate().collect();
        let is_new = !keys.iter().any(|key| has_similar(kept.get(key), signature, &signatures, threshold));
        if is_new {
            keys.into_iter().for_each(|key| kept.entry(key).or_default().push(i));
        }
        is_kept.push(is_new);
    }
    let fate = |(record, is_kept)| match is_kept {
        true => Fate::Keep(record),
        false => Fate::Drop { record, reason: "near-duplicate" },
    };
    records.into_iter().zip(is_kept).map(fate).collect()
}

fn has_similar(bucket: Option<&Vec<usize>>, signature: &Signature, all: &[Signature], threshold: f64) -> bool {
    bucket.is_some_and(|bucket| bucket.iter().any(|i| minhash::similarity(&all[*i], signature) >= threshold))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;
    use rand::Rng as _;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    const VOCABULARY: u32 = 5000;

    fn words(random: &mut ChaCha8Rng, n: usize) -> Vec<String> {
        (0..n).map(|_| format!("w{}", random.random_range(0..VOCABULARY))).collect()
    }

    /// 200 originals, 200 copies with 1 % of the words changed, and 200 half-copies, which share half their words.
    fn planted() -> Vec<Record> {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let originals: Vec<_> = (0..200).map(|_| words(&mut random, 300)).collect();
        let mut texts: Vec<String> = originals.iter().map(|words| words.join(" ")).collect();
        for original in &originals {
            let mut copy = original.clone();
            for i in [50, 150, 250] {
                copy[i] = "changed".to_owned();
            }
            texts.push(copy.join(" "));
        }
        for original in &originals {
            let other = words(&mut random, 150);
            texts.push([&original[..150], &other].concat().join(" "));
        }
        texts.iter().enumerate().map(|(i, text)| text_record(i, text)).collect()
    }

    fn keep(records: Vec<Record>, threshold: f64) -> Vec<Record> {
        let kept = |fate| if let Fate::Keep(record) = fate { Some(record) } else { None };
        fates(records, threshold).into_iter().filter_map(kept).collect()
    }

    #[test]
    fn planted_copies_are_found_and_half_copies_stay() {
        let kept = keep(planted(), 0.8);
        let ids: Vec<usize> = kept.iter().map(|record| record.id.parse().unwrap()).collect();
        let n = |range: std::ops::Range<usize>| ids.iter().filter(|id| range.contains(id)).count();
        assert_eq!(n(0..200), 200, "an original went");
        assert!(n(200..400) <= 4, "recall: {} of 200 copies stayed", n(200..400));
        assert_eq!(n(400..600), 200, "precision: a half-copy went");
    }

    #[test]
    fn the_same_records_are_kept_every_time() {
        assert_eq!(keep(planted(), 0.8), keep(planted(), 0.8));
    }
}
