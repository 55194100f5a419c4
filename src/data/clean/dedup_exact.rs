//! `dedup-exact`: the same text again, white space aside.

use crate::data::record::Record;

/// Returns what two records share when they say the same, white space aside; a 128-bit digest, so that of 10^9 records no two
/// different ones meet by chance.
pub fn key(record: &Record) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for text in record.texts() {
        for word in text.split_whitespace() {
            hasher.update(word.as_bytes());
            hasher.update(b" ");
        }
        hasher.update(b"\n");
    }
    if let crate::data::Content::Media(media) = &record.content {
        hasher.update(&media.bytes);
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;

    #[test]
    fn white_space_makes_no_difference_and_words_do() {
        let [a, b, c] = ["a  b\n", "a b", "ab"].map(|text| key(&text_record(0, text)));
        assert_eq!(a, b);
        assert_ne!(a, c);
    }
}
