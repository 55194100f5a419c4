//! `dedup-exact`: the same text again, white space aside.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::data::record::Record;
use crate::id::Digest;

/// Keeps the first of the records whose texts have the same words.
pub fn keep(records: Vec<Record>) -> Vec<Record> {
    let digests: Vec<Digest> = records.par_iter().map(digest).collect();
    let mut seen = HashSet::new();
    records.into_iter().zip(digests).filter_map(|(record, digest)| seen.insert(digest).then_some(record)).collect()
}

fn digest(record: &Record) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for text in record.texts() {
        for word in text.split_whitespace() {
            hasher.update(word.as_bytes());
            hasher.update(b" ");
        }
        hasher.update(b"\n");
    }
    Digest::from_hasher(&hasher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;

    #[test]
    fn the_first_of_equal_texts_stays() {
        let records = ["a  b\n", "ab", "a b", "c"].iter().enumerate().map(|(i, text)| text_record(i, text)).collect();
        let kept: Vec<_> = keep(records).into_iter().map(|record| record.id).collect();
        assert_eq!(kept, ["0", "1", "3"]);
    }
}
