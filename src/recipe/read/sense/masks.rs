//! Tokenizers of models that find hidden tokens: they have a token that hides another.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::model::Architecture;
use crate::recipe::objective::Objective;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;
use crate::recipe::tokenizer::Tokenizer;

/// How the token is written in `special-tokens`: by what it is for, or as one of the spellings that are known.
const MASKS: [&str; 4] = ["mask", "[MASK]", "<|mask|>", "<mask>"];

/// Looks at the tokenizer of every model that learns `masked-lm`.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, model) in parts.models.into_iter().flatten() {
        // That a network cannot learn it is told elsewhere.
        if !matches!((&model.train.objective, &model.architecture), (Objective::MaskedLm(_), Architecture::Bert(_))) {
            continue;
        }
        let Some(own) = &model.tokenizer else { continue };
        let Some(special) = special(parts, own) else { continue };
        if special.iter().any(|token| MASKS.contains(token)) {
            continue;
        }
        let field = parts.field(&["tokenizers", own.as_str(), "special-tokens"]);
        let message = format!("`{name}` learns `masked-lm`, and the tokenizer `{own}` has no token that hides another");
        let all: Vec<&str> = special.into_iter().chain(["mask"]).collect();
        let hint = format!("write `special-tokens: [{}]` into `{own}`", all.join(", "));
        reader.problem_of(Code::WrongObjective, field.place, &field.path, message, Some(hint));
    }
}

/// Returns the special tokens of a tokenizer, its own behind those of what it extends; nothing where a file has them.
fn special<'r>(parts: &Parts<'r>, name: &Name) -> Option<Vec<&'r str>> {
    let (mut all, mut name, tokenizers) = (Vec::new(), name.clone(), parts.tokenizers?);
    // A tokenizer that extends itself was told of where it is read.
    for _ in 0..=tokenizers.len() {
        let own = match tokenizers.get(&name)? {
            Tokenizer::ByteBpe(own)
            | Tokenizer::Bpe(own)
            | Tokenizer::WordPiece(own)
            | Tokenizer::Unigram(own)
            | Tokenizer::Character(own) => &own.special_tokens,
            Tokenizer::Extend(own) => &own.special_tokens,
            Tokenizer::Import(_) | Tokenizer::Imported { .. } => return None,
        };
        all.extend(own.iter().map(String::as_str));
        match tokenizers[&name].base() {
            Some(base) => name = base.clone(),
            None => return Some(all),
        }
    }
    None
}
