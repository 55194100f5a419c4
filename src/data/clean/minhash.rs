//! MinHash signatures and the banding that finds candidates (Broder 1997; "Mining of Massive Datasets", chapter 3).
//!
//! All constants are fixed, so that signatures are the same on every machine and in every version.

/// The number of permutations.
pub(in crate::data) const PERMUTATIONS: usize = 128;
/// The words of a shingle.
const SHINGLE: usize = 5;
/// The least probability with which a pair at the threshold becomes a candidate.
const RECALL: f64 = 0.99;

/// For each permutation the least hash of any shingle.
pub(in crate::data) type Signature = [u32; PERMUTATIONS];

/// The permutations, as multipliers and summands of universal hashing.
pub(in crate::data) struct Permutations([(u64, u64); PERMUTATIONS]);

impl Permutations {
    /// Returns the one set of permutations there is.
    pub(in crate::data) fn new() -> Self {
        let mut state = 0x7065_6469_6772_6565;
        Self(std::array::from_fn(|_| (next(&mut state) | 1, next(&mut state))))
    }

    /// Returns the signature of a text.
    pub(in crate::data) fn signature<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Signature {
        let words: Vec<u64> = texts.flat_map(words).map(hash_of).collect();
        let mut signature = [u32::MAX; PERMUTATIONS];
        let mut add = |shingle: &[u64]| {
            let hash = shingle.iter().fold(shingle.len() as u64, |hash, word| mix(hash ^ word));
            for (least, (a, b)) in signature.iter_mut().zip(&self.0) {
                *least = (*least).min((hash.wrapping_mul(*a).wrapping_add(*b) >> 32) as u32);
            }
        };
        match words.len() {
            0..SHINGLE => add(&words),
            SHINGLE.. => words.windows(SHINGLE).for_each(add),
        }
        signature
    }
}

/// The lower halves of a signature: half the size, and two different hashes agree in one of 65,536.
pub(in crate::data) type Short = [u16; PERMUTATIONS];
/// The size of a [`Short`], in bytes.
pub(in crate::data) const SHORT_BYTES: usize = 2 * PERMUTATIONS;

/// Returns the lower halves of a signature.
pub(in crate::data) fn short(signature: &Signature) -> Short {
    signature.map(|hash| hash as u16)
}

/// Returns a signature as it stands in a file.
pub(in crate::data) fn short_to_bytes(signature: &Short) -> [u8; SHORT_BYTES] {
    let mut bytes = [0; SHORT_BYTES];
    bytes.as_chunks_mut::<2>().0.iter_mut().zip(signature).for_each(|(bytes, hash)| *bytes = hash.to_le_bytes());
    bytes
}

/// Returns a signature from a file.
pub(in crate::data) fn short_from_bytes(bytes: &[u8; SHORT_BYTES]) -> Short {
    let mut signature = [0; PERMUTATIONS];
    signature.iter_mut().zip(bytes.as_chunks::<2>().0).for_each(|(hash, bytes)| *hash = u16::from_le_bytes(*bytes));
    signature
}

/// Returns the share of permutations that agree: an estimate of the Jaccard similarity of the shingles.
pub(in crate::data) fn agreement(a: &Short, b: &Short) -> f64 {
    let agree = a.iter().zip(b).filter(|(a, b)| a == b).count();
    agree as f64 / PERMUTATIONS as f64
}

/// Returns the rows of a band: as many as let a pair at `threshold` still become a candidate almost surely.
pub(in crate::data) fn rows(threshold: f64) -> usize {
    let is_enough = |rows: usize| {
        let bands = (PERMUTATIONS / rows) as i32;
        1.0 - (1.0 - threshold.powi(rows as i32)).powi(bands) >= RECALL
    };
    (1..=32).rev().find(|rows| is_enough(*rows)).unwrap_or(1)
}

/// Returns the hash of one band of a signature, which no other band has.
pub(in crate::data) fn band(signature: &Short, rows: usize, band: usize) -> u64 {
    let values = &signature[band * rows..(band + 1) * rows];
    values.iter().fold(mix(band as u64 + 1), |hash, value| mix(hash ^ u64::from(*value)))
}

/// Words are runs of letters, digits and underscores; every other sign that is no white space is a word of its own, and so is
/// every letter of a script that writes no spaces.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| (c.is_alphanumeric() || c == '_') && !is_alone(c);
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        rest = after.trim_start();
        Some(word)
    })
}

/// Returns whether a letter is of Han, Kana, Thai, Lao, Khmer or Burmese.
fn is_alone(c: char) -> bool {
    matches!(c as u32, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// FNV-1a, 64 bits, finished by a mixer.
fn hash_of(word: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mix(word.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// The finisher of SplitMix64 (Steele et al. 2014).
pub(in crate::data) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mix(*state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_words_and_white_space_is_not() {
        assert_eq!(words(" fn a_1(x)\n->é ").collect::<Vec<_>>(), ["fn", "a_1", "(", "x", ")", "-", ">", "é"]);
        assert_eq!(words("A股大涨3%").collect::<Vec<_>>(), ["A", "股", "大", "涨", "3", "%"]);
    }

    #[test]
    fn a_signature_never_changes() {
        let signature = Permutations::new().signature(["the quick brown fox jumps over the lazy dog"].into_iter());
        let again = Permutations::new().signature(["the quick  brown fox jumps over the lazy dog\n"].into_iter());
        assert_eq!(signature, again);
        assert_eq!(agreement(&short(&signature), &short(&again)), 1.0);
    }

    #[test]
    fn the_bands_fit_the_threshold() {
        assert_eq!((rows(0.5), rows(0.8), rows(0.95), rows(1.0)), (3, 6, 16, 32));
    }

    #[test]
    fn the_estimate_is_near_the_true_similarity() {
        let words: Vec<String> = (0..1000).map(|i| format!("w{i}")).collect();
        let permutations = Permutations::new();
        let whole = permutations.signature([words.join(" ").as_str()].into_iter());
        let part = permutations.signature([words[..600].join(" ").as_str()].into_iter());
        let truth = 596.0 / 996.0;
        assert!(
            (agreement(&short(&whole), &short(&part)) - truth).abs() < 0.13,
            "{}",
            agreement(&short(&whole), &short(&part))
        );
    }
}
