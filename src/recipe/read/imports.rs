//! The models outside of a recipe, asked for before anything is read: so a reference can be checked where it stands.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::Dataset;
use crate::recipe::evaluation::Gate;
use crate::recipe::import::Import;
use crate::recipe::model::Model;
use crate::recipe::read::input::{Outside, Refusal};
use crate::recipe::read::names::{Kind, Names};
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::references::{Section, each_reference};
use crate::recipe::reference::Reference;
use crate::recipe::tokenizer::Tokenizer;

/// The models outside of a recipe that it names.
#[derive(Debug, Default)]
pub struct Imports {
    /// What became of every reference, by its text.
    asked: BTreeMap<String, Result<Name, Refusal>>,
    known: BTreeMap<Name, Import>,
}

impl Imports {
    /// Asks for every model outside that the datasets, the models and the gates of a recipe name, once each.
    pub fn asked(root: &Node, names: &Names, outside: &dyn Outside) -> Self {
        let mut imports = Self::default();
        for text in references(root) {
            if imports.asked.contains_key(&text) {
                continue;
            }
            let found = match text.parse::<Reference>() {
                Ok(reference) => outside.model(&reference),
                Err(error) => Err(Refusal { message: error.to_string(), hint: Some(error.hint()) }),
            };
            let named = found.map(|import| imports.named(import, names));
            imports.asked.insert(text, named);
        }
        imports
    }

    /// Returns whether the recipe names no model outside of it.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Returns the model outside of the recipe that has this name within it.
    pub fn get(&self, name: &Name) -> Option<&Import> {
        self.known.get(name)
    }

    /// Returns all models outside of the recipe that it names.
    pub fn all(&self) -> impl Iterator<Item = &Import> {
        self.known.values()
    }

    /// Returns those that sort a dataset, that a model starts from or learns from, or that a gate compares with.
    pub fn used(
        &self,
        datasets: &BTreeMap<Name, Dataset>,
        models: &BTreeMap<Name, Model>,
        gates: &[Gate],
    ) -> BTreeMap<Name, Import> {
        let sorters = datasets.values().flat_map(Dataset::sorters);
        let bases = models.values().filter_map(|model| model.base.as_ref());
        let teachers = models.values().filter_map(Model::teacher);
        let compared = gates.iter().filter_map(|gate| gate.rule.than());
        let named = sorters.chain(bases).chain(teachers).chain(compared);
        named.filter_map(|name| Some((name.clone(), self.known.get(name)?.clone()))).collect()
    }

    /// Takes a model in, and returns its name within the recipe: one that no model and no tokenizer of the recipe has.
    fn named(&mut self, import: Import, names: &Names) -> Name {
        let first = import.reference.name_within();
        let others = (2..).map(|n: u32| format!("{}-{n}", first.as_str().chars().take(56).collect::<String>()).parse());
        let free = std::iter::once(Ok(first.clone())).chain(others).find(|name: &Result<Name, _>| match name {
            Ok(name) => {
                !names.has_model_or_tokenizer(name.as_str())
                    && self.known.get(name).is_none_or(|known| known.reference == import.reference)
            }
            Err(_) => false,
        });
        let name = free.and_then(Result::ok).expect("a recipe has fewer names than there are numbers");
        self.known.insert(name.clone(), import);
        name
    }
}

/// Returns the tokenizers that come with models outside of the recipe that read tokens: each has the name of its model.
pub fn tokenizers(imports: &BTreeMap<Name, Import>) -> impl Iterator<Item = (Name, Tokenizer)> {
    let with_tokens = imports.iter().filter(|(_, import)| import.architecture.modality().has_tokens());
    with_tokens.map(|(name, import)| {
        let tokenizer = Tokenizer::Imported { vocab_size: import.vocab_size, digest: import.content.tokenizer() };
        (name.clone(), tokenizer)
    })
}

/// Returns the texts of all references to models outside, as often as they stand there.
fn references(root: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for section in [Section::Datasets, Section::Models, Section::Gates] {
        let Some(node) = root.get(section.word()) else { continue };
        let entries: Vec<&Node> = match &node.value {
            Value::Map(entries) => entries.iter().map(|(_, entry)| entry).collect(),
            Value::List(items) => items.iter().collect(),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => Vec::new(),
        };
        for entry in entries {
            each_reference(section, &mut entry.clone(), &mut |section, text| {
                if section == Section::Models && Reference::is_meant(text) {
                    found.push(text.clone());
                }
            });
        }
    }
    found
}

impl Reader {
    /// Reads a reference to a model of this recipe or outside of it.
    pub fn any_model(&mut self, at: &At<'_>) -> Option<Name> {
        let text = self.text(at)?;
        match self.imports.asked.get(&text) {
            Some(Ok(name)) => Some(name.clone()),
            Some(Err(Refusal { message, hint })) => {
                let (message, hint) = (message.clone(), hint.clone());
                self.wrong_of(Code::NoSuchName, at, message, hint)
            }
            None => self.refer(at, Kind::Model, &text),
        }
    }
}

#[cfg(test)]
mod tests;
