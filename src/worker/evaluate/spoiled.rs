//! What a model reads, spoiled a little: the same record is spoiled in the same way every time.

use std::borrow::Cow;

use crate::data::{Record, shard};
use crate::engine::seed;
use crate::engine::tokens::Tokens;
use crate::plan::beside::Beside;
use crate::recipe::robustness::Perturbation;
use crate::record::FailureClass;
use crate::worker::evaluate::Subject;
use crate::worker::failure::Failure;
use crate::worker::reading::named;
use crate::worker::{records, tokens};

/// Encodes the spoiled records of the split, as the tokens stage encodes those that are whole.
pub(super) fn tokens(subject: &Subject<'_>, perturbation: &Perturbation) -> Result<Tokens, Failure> {
    let Subject { task, work, .. } = subject;
    let stage = task.spec.tokenizer_of(named(work.tokenizer.as_ref())?);
    let tokenizer = subject.tokenizer()?.with_template(tokens::template(task, &stage)?);
    let mut writer = shard::Writer::new(task.scratch(), tokenizer.vocab_size())?;
    let beside = Beside::of_measured(work.metric, work.objective.as_ref(), work.classification.as_ref());
    for batch in records::batches(task, &work.dataset, work.split)? {
        let batch: Vec<Record> = batch?.into_iter().map(|record| spoiled(record, perturbation)).collect();
        writer.push(&tokens::encoded(&batch, &beside, &tokenizer)?)?;
    }
    let lost = |error: std::io::Error| Failure::new(FailureClass::Infrastructure, format!("spoiled tokens: {error}"));
    let mut file = tempfile::NamedTempFile::new_in(task.scratch()).map_err(lost)?;
    writer.finish(&mut file)?;
    Ok(Tokens::open(file.path(), work.dataset.as_str(), work.split.word(), work.vocab_size)?)
}

/// Returns a record whose texts are spoiled; what it is called is not.
pub(super) fn spoiled(record: Record, perturbation: &Perturbation) -> Record {
    let mut n = 0;
    let id = record.id.clone();
    record.map(|text| {
        n += 1;
        Cow::Owned(text_of(text, perturbation, &format!("{id}/{n}")))
    })
}

/// Spoils a text; `name` says which text it is, so that every one is spoiled elsewhere.
pub(super) fn text_of(text: &str, perturbation: &Perturbation, name: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let hits = |share: f64, seed: u64| {
        seed::coins(&mut seed::stream(seed, &format!("robustness/{name}")), letters.len(), share)
    };
    let each = |is_hit: Vec<bool>| letters.iter().copied().zip(is_hit);
    match *perturbation {
        Perturbation::SwapCharacters { share, seed } => swapped(letters.clone(), &hits(share, seed)),
        Perturbation::DropCharacters { share, seed } => {
            each(hits(share, seed)).filter(|(_, is_hit)| !is_hit).map(|(letter, _)| letter).collect()
        }
        Perturbation::ChangeCase { share, seed } => {
            each(hits(share, seed)).map(|(letter, is_hit)| if is_hit { other_case(letter) } else { letter }).collect()
        }
        // These are of pictures and sounds, and leave texts as they are.
        Perturbation::Noise { .. } | Perturbation::Shift { .. } => text.to_owned(),
    }
}

/// Lets letters change places with the next one; one that has stays there.
fn swapped(mut letters: Vec<char>, is_hit: &[bool]) -> String {
    let mut place = 0;
    while place + 1 < letters.len() {
        if is_hit[place] {
            letters.swap(place, place + 1);
            place += 1;
        }
        place += 1;
    }
    letters.into_iter().collect()
}

/// Returns a letter in its other case, where that is one letter.
fn other_case(letter: char) -> char {
    let one = |mut letters: Box<dyn Iterator<Item = char>>| {
        let first = letters.next();
        if letters.next().is_none() { first } else { None }
    };
    let other =
        if letter.is_uppercase() { one(Box::new(letter.to_lowercase())) } else { one(Box::new(letter.to_uppercase())) };
    other.unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all() -> [Perturbation; 3] {
        let (share, seed) = (0.3, 7);
        [
            Perturbation::SwapCharacters { share, seed },
            Perturbation::DropCharacters { share, seed },
            Perturbation::ChangeCase { share, seed },
        ]
    }

    proptest! {
        #[test]
        fn the_same_text_is_spoiled_in_the_same_way_and_swaps_lose_nothing(text in "\\PC{0,60}") {
            for perturbation in all() {
                prop_assert_eq!(text_of(&text, &perturbation, "a"), text_of(&text, &perturbation, "a"));
            }
            let sorted = |text: &str| { let mut letters: Vec<char> = text.chars().collect(); letters.sort_unstable(); letters };
            prop_assert_eq!(sorted(&text_of(&text, &all()[0], "a")), sorted(&text));
        }
    }

    #[test]
    fn about_the_share_that_is_asked_for_is_hit() {
        let text = "abcdefghij".repeat(500);
        let [swapped, dropped, changed] = all().map(|perturbation| text_of(&text, &perturbation, "a"));
        let differing = swapped.chars().zip(text.chars()).filter(|(a, b)| a != b).count();
        // A swap takes the next character along: 0.3 of the places that are looked at, 1 / 1.3 of all, times two.
        assert!((2100..2500).contains(&differing), "{differing}");
        assert!((3400..3600).contains(&dropped.len()), "{}", dropped.len());
        let capitals = changed.chars().filter(char::is_ascii_uppercase).count();
        assert!((1400..1600).contains(&capitals), "{capitals}");
        assert_ne!(text_of(&text, &all()[1], "a"), text_of(&text, &all()[1], "b"));
        assert_eq!(other_case('ß'), 'ß');
    }
}
