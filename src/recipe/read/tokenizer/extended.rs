//! Reads a tokenizer that extends another, and counts its tokens once all are known.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::problem::Place;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::tokenizer::{special_tokens, texts};
use crate::recipe::tokenizer::{Extended, Tokenizer, chatml};

/// Reads the fields of a tokenizer that extends another.
pub(super) fn extended(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extended> {
    let base = fields.need(reader, "base").and_then(|at| reader.reference(&at, Kind::Tokenizer));
    let add = fields.or(reader, "add", Vec::new(), texts);
    let special_tokens = fields.or(reader, "special-tokens", Vec::new(), special_tokens);
    let train_on = fields.or(reader, "train-on", Vec::new(), |reader, at| {
        reader.some_list(at, |reader, at| reader.reference(at, Kind::Dataset))
    });
    let size_at = fields.take("vocab-size");
    let vocab_size = match &size_at {
        Some(at) => reader.integer(at, 1..=1 << 20).map(|size| size as u32),
        None => Some(0),
    };
    let chat_template = fields.or(reader, "chat-template", chatml(), |reader, at| reader.some_text(at));
    let at = fields.at().clone();
    let extended = Extended {
        base: base?,
        add: add?,
        special_tokens: special_tokens?,
        train_on: train_on?,
        vocab_size: vocab_size?,
        chat_template: chat_template?,
    };
    let Extended { base: _, add, special_tokens, train_on, vocab_size: _, chat_template: _ } = &extended;
    match (train_on.is_empty(), &size_at) {
        (false, None) => {
            let hint = Some("such as `vocab-size: 8192`: the number of tokens in the end".to_owned());
            reader.wrong_of(Code::MissingKey, &at, "`train-on` needs `vocab-size`", hint)
        }
        (true, Some(at)) => {
            let hint = Some("name what to learn more tokens from with `train-on`, or leave it out".to_owned());
            reader.wrong_of(Code::ConflictingKeys, at, "`vocab-size` without `train-on` adds nothing", hint)
        }
        (true, None) if add.is_empty() && special_tokens.is_empty() => {
            let hint = Some("such as `add: [\"async fn\"]`, or `train-on` with `vocab-size`".to_owned());
            reader.wrong_of(Code::MissingKey, &at, "expected tokens to add, found none", hint)
        }
        (true, None) | (false, Some(_)) => Some(extended),
    }
}

/// Counts the tokens of those that extend others.
///
/// Returns nothing when they go in a circle, or when there is no room for what is learnt.
pub fn resolve(
    reader: &mut Reader,
    mut tokenizers: BTreeMap<Name, Tokenizer>,
    place: Place,
) -> Option<BTreeMap<Name, Tokenizer>> {
    let mut is_whole = true;
    for name in tokenizers.keys().cloned().collect::<Vec<_>>() {
        let Some(chain) = chain(&tokenizers, &name) else {
            let message = format!("the tokenizer `{name}` extends itself");
            let hint = Some("one of them has to be trained or imported".to_owned());
            reader.problem_of(Code::Cycle, place, &format!("tokenizers.{name}.base"), message, hint);
            is_whole = false;
            continue;
        };
        for (name, base) in chain.iter().rev().skip(1).zip(chain.iter().rev()) {
            is_whole &= count(reader, &mut tokenizers, name, base, place);
        }
    }
    is_whole.then_some(tokenizers)
}

/// Returns a tokenizer and those it extends, or nothing when they go in a circle.
fn chain(tokenizers: &BTreeMap<Name, Tokenizer>, name: &Name) -> Option<Vec<Name>> {
    let mut chain = vec![name.clone()];
    while let Some(base) = tokenizers.get(&chain[chain.len() - 1]).and_then(Tokenizer::base) {
        if chain.contains(base) {
            return None;
        }
        chain.push(base.clone());
    }
    Some(chain)
}

fn count(
    reader: &mut Reader,
    tokenizers: &mut BTreeMap<Name, Tokenizer>,
    name: &Name,
    base: &Name,
    place: Place,
) -> bool {
    let before = tokenizers.get(base).map_or(0, Tokenizer::vocab_size);
    let Some(Tokenizer::Extend(extended)) = tokenizers.get_mut(name) else { return true };
    let least = before.saturating_add((extended.add.len() + extended.special_tokens.len()) as u32);
    if extended.train_on.is_empty() {
        extended.vocab_size = least;
    }
    if extended.vocab_size > least || extended.train_on.is_empty() {
        return true;
    }
    let message = format!(
        "`vocab-size` {} leaves nothing to learn: `{base}` and what is added have {least}",
        extended.vocab_size
    );
    let path = format!("tokenizers.{name}.vocab-size");
    reader.problem_of(Code::OutOfRange, place, &path, message, Some(format!("set it above {least}")));
    false
}
