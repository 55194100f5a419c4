//! The fields of a mapping: taken one by one; what is left over at the end is a mistake.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::elsewhere;
use crate::recipe::read::letters;
use crate::recipe::read::node::{Key, Node, Value, shown};
use crate::recipe::read::reader::{At, Reader};

/// The fields of one mapping.
pub struct Fields<'n> {
    at: At<'n>,
    entries: Vec<(&'n Key, &'n Node)>,
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Opens a mapping; a key that stands in it twice is a problem.
    pub fn open(reader: &mut Reader, at: &At<'n>) -> Option<Self> {
        let Value::Map(entries) = &at.node.value else {
            let hint = elsewhere::as_mapping(at);
            return reader.wrong_of(Code::WrongType, at, format!("expected a mapping, found {}", at.node.kind()), hint);
        };
        let mut fields = Self { at: at.clone(), entries: Vec::new(), known: Vec::new() };
        let mut seen: BTreeMap<&str, &Key> = BTreeMap::new();
        for (key, node) in entries {
            match seen.get(key.text.as_str()) {
                Some(earlier) => {
                    let message =
                        format!("{} stands here twice; the first is on line {}", shown(&key.text), earlier.place.line);
                    let hint = Some("keep one of them".to_owned());
                    reader.problem_of(Code::DuplicateKey, key.place, &fields.path(&key.text), message, hint);
                }
                None => {
                    seen.insert(&key.text, key);
                    fields.entries.push((key, node));
                }
            }
        }
        Some(fields)
    }

    /// Returns the mapping itself.
    pub fn at(&self) -> &At<'n> {
        &self.at
    }

    fn path(&self, key: &str) -> String {
        if self.at.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at.path) }
    }

    /// Returns whether a key is there that nobody has taken yet.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(there, _)| there.text == key)
    }

    /// Takes a field that may be absent.
    pub fn take(&mut self, key: &'static str) -> Option<At<'n>> {
        self.known.push(key);
        let position = self.entries.iter().position(|(found, _)| found.text == key)?;
        let (_, node) = self.entries.remove(position);
        Some(At { node, path: self.path(key) })
    }

    /// Takes a field that must be there.
    pub fn need(&mut self, reader: &mut Reader, key: &'static str) -> Option<At<'n>> {
        let taken = self.take(key);
        if taken.is_none() {
            let hint = elsewhere::example(&self.at.path, key).or_else(|| Some(format!("add `{key}: …`")));
            let path = self.path(key);
            reader.problem_of(Code::MissingKey, self.at.node.place, &path, format!("`{key}` is missing"), hint);
        }
        taken
    }

    /// Takes a field that has a default: `None` only where the field is there and wrong.
    pub fn or<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        default: T,
        read: impl FnOnce(&mut Reader, &At<'n>) -> Option<T>,
    ) -> Option<T> {
        match self.take(key) {
            Some(at) => read(reader, &at),
            None => Some(default),
        }
    }

    /// Takes the `type` of a mapping that is one of several kinds.
    pub fn kind<T: Clone>(&mut self, reader: &mut Reader, what: &str, words: &[(&str, T)]) -> Option<T> {
        let Some(at) = self.take("type") else {
            let hint = format!("{what} is one of {}", listed(words.iter().map(|(word, _)| *word)));
            return reader.wrong_of(Code::MissingKey, &self.at, "`type` is missing", Some(hint));
        };
        reader.word(&at, what, words)
    }

    /// Ends the mapping: fields nobody took are problems. Returns whether there were none.
    pub fn finish(self, reader: &mut Reader) -> bool {
        #[cfg(test)]
        crate::recipe::read::seen::record(&self.at, &self.known);
        for (key, _) in &self.entries {
            // `variant` is written by a matrix, not by people.
            let mut known: Vec<_> = self.known.iter().copied().filter(|known| *known != "variant").collect();
            known.sort_unstable();
            known.dedup();
            let path = self.path(&key.text);
            let is_slip = letters::is_slip(&key.text, &known);
            let elsewhere = if is_slip { None } else { elsewhere::of(&self.at.path, &key.text, &known) };
            let (code, hint) = match (elsewhere, letters::nearest(&key.text, known.iter().copied())) {
                (Some(told), _) => told,
                (None, Some(near)) => (Code::UnknownKey, near),
                (None, None) => (Code::UnknownKey, format!("the keys here are {}", listed(known.iter().copied()))),
            };
            reader.problem_of(code, key.place, &path, format!("unknown key {}", shown(&key.text)), Some(hint));
        }
        self.entries.is_empty()
    }

    /// Ends the mapping without looking at what is left: its kind is unknown, so its fields are too.
    pub fn abandon(self) {}
}

/// Reads a mapping from names to values.
pub fn named<T>(
    reader: &mut Reader,
    at: &At<'_>,
    mut read: impl FnMut(&mut Reader, &Name, &At<'_>) -> Option<T>,
) -> Option<BTreeMap<Name, T>> {
    let fields = Fields::open(reader, at)?;
    let mut map = BTreeMap::new();
    let mut whole = true;
    for (key, node) in &fields.entries {
        let here = At { node, path: fields.path(&key.text) };
        match key.text.parse::<Name>() {
            Ok(name) => match read(reader, &name, &here) {
                Some(value) => drop(map.insert(name, value)),
                None => whole = false,
            },
            Err(error) => {
                let hint = letters::hint(&key.text);
                reader.problem_of(Code::BadName, key.place, &here.path, error.to_string(), hint);
                whole = false;
            }
        }
    }
    whole.then_some(map)
}
