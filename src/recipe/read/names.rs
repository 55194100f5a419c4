//! The names a recipe gives to things, known before any of them is read: so a reference can be checked where it stands.

use std::collections::BTreeSet;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::letters;
use crate::recipe::read::node::{Node, shown};
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::references::Section;
use crate::recipe::reference::{Reference, ReferenceError};

/// A kind of thing a recipe gives names to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An entry of `datasets`.
    Dataset,
    /// An entry of `tokenizers`.
    Tokenizer,
    /// An entry of `models`.
    Model,
    /// An entry of `evaluations`.
    Evaluation,
}

/// The names of a recipe by kind.
#[derive(Debug, Clone, Default)]
pub struct Names {
    datasets: BTreeSet<String>,
    tokenizers: BTreeSet<String>,
    models: BTreeSet<String>,
    evaluations: BTreeSet<String>,
}

impl Names {
    /// Returns the names of a recipe.
    pub fn of(root: &Node) -> Self {
        let keys = |section: &str| {
            root.get(section).map_or(&[][..], Node::entries).iter().map(|(key, _)| key.text.clone()).collect()
        };
        Self {
            datasets: keys("datasets"),
            tokenizers: keys("tokenizers"),
            models: keys("models"),
            evaluations: keys("evaluations"),
        }
    }

    /// Returns whether a model or a tokenizer has this name.
    pub fn has_model_or_tokenizer(&self, name: &str) -> bool {
        self.models.contains(name) || self.tokenizers.contains(name)
    }

    fn of_kind(&self, kind: Kind) -> (&'static str, &BTreeSet<String>) {
        match kind {
            Kind::Dataset => ("dataset", &self.datasets),
            Kind::Tokenizer => ("tokenizer", &self.tokenizers),
            Kind::Model => ("model", &self.models),
            Kind::Evaluation => ("evaluation", &self.evaluations),
        }
    }
}

impl Reader {
    /// Reads a reference to a thing of this recipe.
    pub fn reference(&mut self, at: &At<'_>, kind: Kind) -> Option<Name> {
        let text = self.text(at)?;
        self.refer(at, kind, &text)
    }

    /// Checks a reference that was already read.
    pub fn refer(&mut self, at: &At<'_>, kind: Kind, text: &str) -> Option<Name> {
        let (word, names) = self.names.of_kind(kind);
        if names.contains(text) {
            return text.parse().ok();
        }
        let section = match kind {
            Kind::Dataset => Section::Datasets,
            Kind::Tokenizer => Section::Tokenizers,
            Kind::Model => Section::Models,
            Kind::Evaluation => Section::Evaluations,
        };
        if let Some(copies) = self.variants.get(&(section, text.to_owned())) {
            let some = listed(copies.iter().take(4).map(String::as_str));
            let hint = Some(format!("name one of them: {some}{}", if copies.len() > 4 { ", …" } else { "" }));
            return self.wrong_of(
                Code::NoSuchName,
                at,
                format!("`{text}` is {} {word}s of the matrix", copies.len()),
                hint,
            );
        }
        if kind == Kind::Model && text.contains('/') {
            let hint = match Reference::is_meant(text) {
                true => {
                    "`base` and the other model of a gate may stand outside of the recipe, and nothing else".to_owned()
                }
                false => ReferenceError::Elsewhere { text: text.to_owned() }.hint(),
            };
            return self.wrong(at, format!("there is no model `{text}` in this recipe"), Some(hint));
        }
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let hint = match letters::nearest(text, names.iter().copied()) {
            Some(hint) => hint,
            None if names.is_empty() => format!("this recipe has no {word}s"),
            None => format!("the {word}s of this recipe are {}", listed(names.iter().copied())),
        };
        self.wrong_of(Code::NoSuchName, at, format!("there is no {word} {}", shown(text)), Some(hint))
    }
}
