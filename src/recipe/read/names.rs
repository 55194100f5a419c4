//! The names a recipe gives to things, known before any of them is read: so a reference can be checked where it stands.

use std::collections::BTreeSet;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::letters;
use crate::recipe::read::node::{Node, Value, shown};
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

impl Kind {
    const fn with_article(self) -> &'static str {
        match self {
            Self::Dataset => "a dataset",
            Self::Tokenizer => "a tokenizer",
            Self::Model => "a model",
            Self::Evaluation => "an evaluation",
        }
    }
}

/// The names of a recipe by kind.
#[derive(Debug, Clone, Default)]
pub struct Names {
    datasets: BTreeSet<String>,
    tokenizers: BTreeSet<String>,
    models: BTreeSet<String>,
    evaluations: BTreeSet<String>,
    /// The kinds whose section is missing although it must be there, or is no mapping: any name may be meant.
    unknown: Vec<Kind>,
}

impl Names {
    /// Returns the names of a recipe.
    pub fn of(root: &Node) -> Self {
        let keys = |section: &str| {
            root.get(section).map_or(&[][..], Node::entries).iter().map(|(key, _)| key.text.clone()).collect()
        };
        let is_mapping = |section: &str| root.get(section).map(|node| matches!(node.value, Value::Map(_)));
        let kinds = [
            (Kind::Dataset, is_mapping("datasets").unwrap_or(false)),
            (Kind::Tokenizer, is_mapping("tokenizers").unwrap_or(false)),
            (Kind::Model, is_mapping("models").unwrap_or(false)),
            (Kind::Evaluation, is_mapping("evaluations").unwrap_or(true)),
        ];
        Self {
            unknown: kinds.into_iter().filter(|(_, is_known)| !is_known).map(|(kind, _)| kind).collect(),
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

    fn is_unknown(&self, kind: Kind) -> bool {
        self.unknown.contains(&kind)
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
        match (at.node.scalar_text(), &at.node.value) {
            (Some(text), Value::Text(_)) => self.refer(at, kind, &text),
            (Some(text), _) if at.node.is_filled => self.refer(at, kind, &text),
            (Some(_), Value::Integer(_) | Value::Number(_)) if at.path.starts_with("gates") => {
                let message = format!("expected the name of a model, found {}", at.node.shown());
                let hint = "`at-most` and `at-least` compare with a number".to_owned();
                self.wrong_of(Code::WrongType, at, message, Some(hint))
            }
            (_, _) => self.expected(at, &format!("the name of {}", kind.with_article())),
        }
    }

    /// Checks a reference that was already read.
    pub fn refer(&mut self, at: &At<'_>, kind: Kind, text: &str) -> Option<Name> {
        let (word, names) = self.names.of_kind(kind);
        // What was to stand there is not known, and was told already.
        if self.names.is_unknown(kind) || self.unfilled.contains(&at.node.place) {
            return text.parse().ok();
        }
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
                    "`base`, a teacher and the other model of a gate may stand outside of the recipe, and nothing else"
                        .to_owned()
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
