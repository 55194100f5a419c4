//! Passwords, keys and tokens: by their known beginnings, and by the words in front of them.
//!
//! One automaton finds both; what follows decides. A value that is a placeholder, a variable or a call is no secret.

mod assigned;
mod tokens;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Found;
use crate::recipe::dataset::PiiKind;
use assigned::Word;
use tokens::Token;

/// What a match of the automaton means.
enum Sign {
    /// A key of a known form begins here.
    Token(&'static Token),
    /// `-----BEGIN`
    Pem,
    /// `Bearer `
    Bearer,
    /// A word that announces a secret.
    Word(&'static Word),
}

struct Signs {
    automaton: AhoCorasick,
    meanings: Vec<Sign>,
}

static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
    let tokens = tokens::TOKENS.iter().map(|token| (token.prefix, Sign::Token(token)));
    let words = assigned::WORDS.iter().map(|word| (word.text, Sign::Word(word)));
    let others = [("-----BEGIN ", Sign::Pem), ("bearer ", Sign::Bearer)];
    let (texts, meanings): (Vec<_>, Vec<_>) = tokens.chain(words).chain(others).unzip();
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(texts);
    Signs { automaton: automaton.expect("a few short words fit an automaton"), meanings }
});

/// Finds secrets; of `password=value` only the value.
pub(super) fn find(text: &str, all: &mut Vec<Found>) {
    let bytes = text.as_bytes();
    let mut free = 0;
    for found in SIGNS.automaton.find_iter(text) {
        if found.start() < free {
            continue;
        }
        let place = match &SIGNS.meanings[found.pattern().as_usize()] {
            Sign::Token(token) => tokens::at(bytes, found.start(), token),
            Sign::Pem => tokens::private_key(text, found.start()),
            Sign::Bearer => assigned::bearer(bytes, found.end()),
            Sign::Word(word) => assigned::value(text, found.end(), word),
        };
        if let Some(place) = place {
            free = place.end;
            all.push(Found { kind: PiiKind::Secret, place });
        }
    }
}

/// Returns the entropy of bytes, in bits a byte: about 4 for random letters and digits, 2 for words.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let n = bytes.len().max(1) as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / n)
        .map(|share| -share * share.log2())
        .sum()
}
