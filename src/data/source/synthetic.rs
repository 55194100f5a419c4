//! The `synthetic` source: rows that are made.
//!
//! Every row has a stream of random numbers of its own (ChaCha8, keyed by the seed, one stream a row), so that a row is the same
//! however many there are.

use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Map, Value as Json};

use crate::data::error::DataError;
use crate::data::row::{Row, Value};
use crate::data::source::Sink;
use crate::data::source::cache::Stat;
use crate::data::source::digest::Digested;
use crate::data::source::files::SourceFile;
use crate::id::Digest;
use crate::recipe::dataset::{Generator, Source};

/// Returns what stands for the file that such a source does not have; `None` for other sources.
pub(super) fn digested(source: &Source) -> Option<Digested> {
    let Source::Synthetic { generator, rows, seed: _ } = source else { return None };
    let name = generator.word().to_owned();
    let bytes = rows.saturating_mul(bytes_per_row(*generator));
    let stat = Stat { bytes, modified_ns: 0, changed_ns: 0, inode: 0 };
    let file = SourceFile { path: PathBuf::from(format!("synthetic/{name}")), name, bytes, stat };
    Some(Digested { file, digest: Digest::of_json(source), bytes })
}

/// How long rows are on average, in bytes of text.
fn bytes_per_row(generator: Generator) -> u64 {
    match generator {
        Generator::Arithmetic => 12,
        Generator::Copy => 19,
        Generator::Reverse => 22,
        Generator::Markov => 198,
        Generator::Keywords => 55,
    }
}

/// Makes the rows.
///
/// # Errors
/// When `sink` fails.
pub(super) fn read(generator: Generator, rows: u64, seed: u64, sink: Sink<'_>) -> Result<(), DataError> {
    for number in 1..=rows {
        let mut chance = Chance::new(seed, number);
        let (value, label) = match generator {
            Generator::Arithmetic => (arithmetic(&mut chance), None),
            Generator::Copy => (repeated("copy", &mut chance, str::to_owned), None),
            Generator::Reverse => (repeated("reverse", &mut chance, |text| text.chars().rev().collect()), None),
            Generator::Markov => (Value::Text(markov(&mut chance, seed)), None),
            Generator::Keywords => keywords(&mut chance),
        };
        let id = format!("{}#{number}", generator.word());
        if sink(Ok(Row { document: id.clone(), id, line: Some(number), value, label }))?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Random numbers of one row.
struct Chance(ChaCha8Rng);

impl Chance {
    fn new(seed: u64, row: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(row);
        Self(generator)
    }

    /// Returns a number below `n`.
    fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u32) as usize]
    }
}

fn pair(prompt: String, response: String) -> Value {
    let fields = [("prompt", prompt), ("response", response)];
    Value::Object(fields.map(|(key, text)| (key.to_owned(), Json::String(text))).into_iter().collect::<Map<_, _>>())
}

fn arithmetic(chance: &mut Chance) -> Value {
    let (a, b) = (chance.below(1000), chance.below(1000));
    pair(format!("{a}+{b}="), (a + b).to_string())
}

fn repeated(verb: &str, chance: &mut Chance, made: impl Fn(&str) -> String) -> Value {
    let letters = chance.below(12) + 1;
    let text: String = (0..letters).map(|_| char::from(b'a' + chance.below(26) as u8)).collect();
    pair(format!("{verb}: {text}"), made(&text))
}

/// After each word come four others, which the seed chooses: the first half of the time, the others less and less often.
fn markov(chance: &mut Chance, seed: u64) -> String {
    let n_words = 20 + chance.below(41);
    let mut word = chance.below(64);
    let mut text = String::new();
    for i in 0..n_words {
        if i > 0 {
            text.push(' ');
        }
        text.push_str(SYLLABLES[(word / 8) as usize]);
        text.push_str(SYLLABLES[(word % 8) as usize]);
        let rank = chance.below(8);
        let choice = [0, 0, 0, 0, 1, 1, 2, 3][rank as usize];
        // Row 0 is never made: its stream is that of the chain.
        let mut chain = Chance::new(seed, 0);
        chain.0.set_word_pos(u128::from(word * 4 + choice));
        word = chain.below(64);
    }
    text
}

const SYLLABLES: [&str; 8] = ["ba", "ke", "li", "mo", "nu", "ra", "si", "to"];

/// Half of the words tell the class.
fn keywords(chance: &mut Chance) -> (Value, Option<String>) {
    let (class, words) = CLASSES[chance.below(CLASSES.len() as u32) as usize];
    let n_words = 6 + chance.below(7);
    let word = |_| if chance.below(2) == 0 { chance.one_of(&words) } else { chance.one_of(&NEUTRAL) };
    let text = (0..n_words).map(word).collect::<Vec<_>>().join(" ");
    (Value::Text(format!("{text}.")), Some(class.to_owned()))
}

const CLASSES: [(&str, [&str; 8]); 4] = [
    ("weather", ["rain", "sunny", "storm", "cloud", "wind", "snow", "humid", "forecast"]),
    ("music", ["guitar", "melody", "concert", "drums", "singer", "album", "rhythm", "violin"]),
    ("cooking", ["recipe", "oven", "butter", "spices", "simmer", "dough", "kitchen", "roast"]),
    ("travel", ["airport", "hotel", "ticket", "journey", "luggage", "island", "passport", "train"]),
];

const NEUTRAL: [&str; 12] =
    ["the", "a", "with", "and", "very", "today", "we", "some", "about", "then", "there", "maybe"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    fn rows(generator: Generator, n: u64, seed: u64) -> Vec<Row> {
        let mut rows = Vec::new();
        let sink = &mut |row: Result<Row, _>| {
            rows.push(row.unwrap());
            Ok(ControlFlow::Continue(()))
        };
        read(generator, n, seed, sink).unwrap();
        rows
    }

    fn texts(row: &Row) -> Vec<&str> {
        match &row.value {
            Value::Text(text) => vec![text],
            Value::Object(fields) => ["prompt", "response"].map(|key| fields[key].as_str().unwrap()).to_vec(),
            Value::Media(_) => vec![],
        }
    }

    #[test]
    fn a_row_is_the_same_however_many_there_are_and_another_with_another_seed() {
        for (_, generator) in Generator::ALL {
            let many = rows(generator, 50, 7);
            assert_eq!(rows(generator, 5, 7), many[..5]);
            assert_ne!(rows(generator, 5, 8), many[..5]);
        }
    }

    #[test]
    fn what_rows_say_is_fixed_for_ever() {
        let first = |generator| texts(&rows(generator, 1, 0)[0]).join("|");
        insta::assert_snapshot!(Generator::ALL.map(|(_, generator)| first(generator)).join("\n"), @r#"
        784+755=|1539
        copy: tltypcxklq|tltypcxklq
        reverse: tltypcxklq|qlkxcpytlt
        siba kera tora rara linu moke keba bamo moli lisi sito toto monu toba liba moke momo rasi bali nura mosi monu rali toli lili banu moto lito lili banu moto like sili moba nuke kera toto nuke ramo bamo moli rasi bali toba numo keto lira nura mosi keli nura rara
        island some train journey then hotel the about ticket a we.
        "#);
    }

    #[test]
    fn answers_are_right() {
        for row in rows(Generator::Arithmetic, 200, 1) {
            let [prompt, response] = texts(&row)[..] else { panic!("no pair") };
            let sum: u32 = prompt.trim_end_matches('=').split('+').map(|n| n.parse::<u32>().unwrap()).sum();
            assert_eq!(sum.to_string(), response);
        }
        for row in rows(Generator::Reverse, 200, 1) {
            let [prompt, response] = texts(&row)[..] else { panic!("no pair") };
            let asked: String = prompt.strip_prefix("reverse: ").unwrap().chars().rev().collect();
            assert_eq!(asked, response);
        }
    }

    #[test]
    fn classes_are_told_by_their_words_and_all_appear() {
        let rows = rows(Generator::Keywords, 400, 1);
        for (class, words) in CLASSES {
            let of_class: Vec<_> = rows.iter().filter(|row| row.label.as_deref() == Some(class)).collect();
            assert!(of_class.len() > 50, "{class}: {}", of_class.len());
            let told = of_class.iter().filter(|row| words.iter().any(|word| texts(row)[0].contains(word))).count();
            assert!(told as f64 > 0.95 * of_class.len() as f64, "{class}: {told} of {}", of_class.len());
        }
    }

    #[test]
    fn the_length_of_rows_is_about_what_is_said() {
        for (word, generator) in Generator::ALL {
            let rows = rows(generator, 500, 3);
            let bytes: usize = rows.iter().flat_map(texts).map(str::len).sum();
            let (found, said) = (bytes as f64 / rows.len() as f64, bytes_per_row(generator) as f64);
            assert!((found / said - 1.0).abs() < 0.15, "{word}: {found} bytes a row, not {said}");
        }
    }
}
