//! What is well-formed and makes no sense, or little: mistakes of one part of a recipe about another, and what is odd.
//!
//! Each file looks at one subject. A section with mistakes of its own is missing here, and nothing more is said about it.

mod data;
mod extraction;
mod fields;
mod training;
mod parameters;
mod gates;
mod samples;
mod classes;
mod measurements;
mod objectives;
mod teachers;
mod masks;
mod sorters;
mod judges;
mod unused;
mod names;

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::dataset::Dataset;
use crate::recipe::evaluation::{Evaluation, Gate, Sample};
use crate::recipe::meant::Publish;
use crate::recipe::model::Model;
use crate::recipe::problem::Place;
use crate::recipe::read::node::{Key, Node, Value};
use crate::recipe::read::reader::Reader;
use crate::recipe::tokenizer::Tokenizer;

/// The sections of a recipe that could be read.
pub struct Parts<'r> {
    /// What they were read from; it knows the places.
    pub tree: Tree<'r>,
    /// `datasets`
    pub datasets: Option<&'r BTreeMap<Name, Dataset>>,
    /// `tokenizers`
    pub tokenizers: Option<&'r BTreeMap<Name, Tokenizer>>,
    /// `models`
    pub models: Option<&'r BTreeMap<Name, Model>>,
    /// `evaluations`
    pub evaluations: Option<&'r BTreeMap<Name, Evaluation>>,
    /// `gates`
    pub gates: Option<&'r [Gate]>,
    /// `samples`
    pub samples: Option<&'r BTreeMap<Name, Sample>>,
    /// `publish`
    pub publish: Option<&'r Publish>,
}

/// Looks at everything.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    data::judge(reader, parts);
    training::judge(reader, parts);
    parameters::judge(reader, parts);
    gates::judge(reader, parts);
    samples::judge(reader, parts);
    classes::judge(reader, parts);
    measurements::judge(reader, parts);
    objectives::judge(reader, parts);
    masks::judge(reader, parts);
    sorters::judge(reader, parts);
    judges::judge(reader, parts);
    unused::judge(reader, parts);
    names::judge(reader, parts);
}

/// A field: the dotted path, and the place of the nearest thing to it that was typed.
struct Field {
    path: String,
    place: Place,
    /// Whether the field itself was typed.
    is_typed: bool,
}

/// What a recipe was read from, with the entries of its sections by their names.
pub struct Tree<'r> {
    root: &'r Node,
    entries: BTreeMap<(&'r str, &'r str), (&'r Key, &'r Node)>,
}

impl<'r> Tree<'r> {
    /// Returns the tree of a recipe.
    pub fn new(root: &'r Node) -> Self {
        let mut entries = BTreeMap::new();
        for (section, node) in root.entries() {
            for (key, entry) in node.entries() {
                entries.entry((section.text.as_str(), key.text.as_str())).or_insert((key, entry));
            }
        }
        Self { root, entries }
    }
}

impl Parts<'_> {
    /// Returns the field the keys lead to; a number is the index of a list.
    fn field(&self, keys: &[&str]) -> Field {
        let (mut node, mut path, mut is_typed, mut keys) = (self.tree.root, String::new(), true, keys);
        if let [section, name, rest @ ..] = keys
            && let Some((_, entry)) = self.tree.entries.get(&(*section, *name))
        {
            (node, path, keys) = (entry, format!("{section}.{name}"), rest);
        }
        for key in keys {
            let below = match &node.value {
                Value::List(items) => {
                    path.push_str(&format!("[{key}]"));
                    key.parse::<usize>().ok().and_then(|index| items.get(index))
                }
                _ => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(key);
                    node.get(key)
                }
            };
            match below {
                Some(below) if is_typed => node = below,
                Some(_) | None => is_typed = false,
            }
        }
        Field { path, place: node.place, is_typed }
    }

    /// Returns the place of the name of an entry, and nothing where another recipe than this one says it.
    fn own_name(&self, section: &str, name: &Name) -> Option<Place> {
        let place = self.tree.entries.get(&(section, name.as_str())).map(|(key, _)| key.place)?;
        (place.source == 0).then_some(place)
    }
}
