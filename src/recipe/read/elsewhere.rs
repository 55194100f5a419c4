//! Which keys stand where, with an example of each: what a message says of a key that is missing or in the wrong place.
//!
//! Never decides what is legal: that is what the readers do, and a test holds this page to what they read.

mod places;
mod synonyms;
#[cfg(test)]
mod tests;

use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::elsewhere::places::{Place, places};
use crate::recipe::read::elsewhere::synonyms::SYNONYMS;
use crate::recipe::read::node::{Value, shown};
use crate::recipe::read::reader::At;

/// Returns what to say of a key that the mapping at `path` does not know: where it stands, or what it is called here.
pub fn of(path: &str, key: &str, known: &[&str]) -> Option<(Code, String)> {
    let here = place(path)?;
    let folded = key.to_lowercase().replace('_', "-");
    if known.contains(&folded.as_str()) {
        return None;
    }
    if let Some((first, rest)) = key.split_once('.').filter(|(first, _)| known.contains(first)) {
        return Some((Code::MisplacedKey, format!("a dot makes one key of it: write `{first}: {{ {rest}: … }}`")));
    }
    let synonym = SYNONYMS.iter().find(|(words, _)| words.contains(&folded.as_str())).map(|(_, target)| *target);
    // A word of other programs may be a key elsewhere, or of another type; what it is called here comes first.
    if let Some(target) = synonym.filter(|target| known.contains(target)) {
        let such = example(path, target).map(|it| format!(", {it}")).unwrap_or_default();
        return Some((Code::UnknownKey, format!("here this is called `{target}`{such}")));
    }
    if here.has(&folded) {
        return Some((
            Code::MisplacedKey,
            format!("`{folded}` goes with another `type`; the keys here are {}", listed(known.iter().copied())),
        ));
    }
    if let Some(hint) = stands(here.path, &folded) {
        return Some((Code::MisplacedKey, hint));
    }
    let target = synonym?;
    Some((Code::UnknownKey, format!("here this is called `{target}`; {}", stands(here.path, target)?)))
}

/// Returns where a key stands, seen from a mapping that does not know it: in the mappings nearest to it.
fn stands(here: &str, key: &str) -> Option<String> {
    let with_key = || places().filter(|place| place.has(key));
    let least = with_key().map(|place| distance(here, place.path)).min()?;
    let nearest: Vec<&Place> = with_key().filter(|place| distance(here, place.path) == least).collect();
    let names: Vec<&str> = nearest.iter().map(|place| place.name).collect();
    let example = match nearest[..] {
        [place] => {
            let value = place.example(key).unwrap_or("");
            match place.path.rsplit(['.', '[']).next().filter(|last| !last.is_empty() && !["*", "]"].contains(last)) {
                Some(last) => format!(", such as `{last}: {{ {key}: {value} }}`"),
                None => format!(", such as `{key}: {value}`"),
            }
        }
        _ => String::new(),
    };
    Some(format!("`{key}` stands {}{example}", names.join(" or ")))
}

/// Returns how far apart two mappings stand: the steps up, and the steps down, which are easier to forget.
fn distance(here: &str, there: &str) -> (usize, usize) {
    let (mine, theirs) = (segments(here), segments(there));
    let common = mine.iter().zip(&theirs).take_while(|(one, other)| one == other).count();
    (mine.len() - common + theirs.len() - common, mine.len() - common)
}

fn segments(path: &str) -> Vec<&str> {
    path.split('.').filter(|part| !part.is_empty()).collect()
}

/// Returns an example of a key of the mapping at a path.
pub fn example(path: &str, key: &str) -> Option<String> {
    let example = place(path)?.example(key)?;
    Some(format!("such as `{key}: {example}`"))
}

/// Returns how to write what stands here as a mapping.
pub fn as_mapping(at: &At<'_>) -> Option<String> {
    if let (Value::Text(text), true) = (&at.node.value, at.path.contains(".clean[")) {
        let text = shown(text);
        let text = text.trim_matches('`');
        return Some(format!("such as `{{ type: {text} }}`"));
    }
    let sections = ["datasets", "tokenizers", "models", "evaluations", "samples"];
    if matches!(at.node.value, Value::List(_)) && sections.contains(&at.path.as_str()) {
        return Some(format!("`{}` are named: `name: {{ … }}` instead of `- …`", at.path));
    }
    match at.path.rsplit_once('.') {
        Some((parent, key)) => example(parent, key).or_else(|| example("", parent)),
        None => example("", at.path.split('[').next().unwrap_or(""))
            .or_else(|| Some(format!("a recipe begins with {}", listed(["version: 1"])))),
    }
}

/// Returns the mapping a path leads to.
fn place(path: &str) -> Option<&'static Place> {
    let mut general = String::new();
    let mut is_index = false;
    for c in path.chars() {
        is_index = if c == '[' { true } else { is_index && c != ']' };
        if !is_index || c == '[' {
            general.push(c);
        }
    }
    let general = match general.strip_prefix("defaults.train") {
        Some(rest) => format!("models.*.train{rest}"),
        None => general,
    };
    let fits = |pattern: &str| match pattern.split_once('*') {
        None => general == pattern,
        Some((before, after)) => {
            general.len() > before.len() + after.len() && general.starts_with(before) && general.ends_with(after)
        }
    };
    // Names may hold dots: of several patterns the one that says most is meant.
    places().filter(|place| fits(place.path)).max_by_key(|place| place.path.len())
}
