//! Which entries of a recipe name which others: where references stand, before anything is read.

use crate::recipe::read::node::{Node, Value};

/// A section of a recipe whose entries have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// `datasets`
    Datasets,
    /// `tokenizers`
    Tokenizers,
    /// `models`
    Models,
    /// `evaluations`
    Evaluations,
    /// `gates`, whose entries have none; they stand in a list.
    Gates,
    /// `samples`
    Samples,
}

impl Section {
    /// Every section, those that others refer to first.
    pub const ALL: [Self; 6] =
        [Self::Datasets, Self::Tokenizers, Self::Models, Self::Evaluations, Self::Gates, Self::Samples];

    /// Returns the key of the section.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Datasets => "datasets",
            Self::Tokenizers => "tokenizers",
            Self::Models => "models",
            Self::Evaluations => "evaluations",
            Self::Gates => "gates",
            Self::Samples => "samples",
        }
    }
}

/// Calls `visit` with every reference in an entry of a section; what it writes there is the reference from then on.
pub fn each_reference(section: Section, entry: &mut Node, visit: &mut dyn FnMut(Section, &mut String)) {
    match section {
        Section::Datasets => {
            if let Some(source) = entry.get_mut("source")
                && let Some(Value::Map(shares)) = value(source, "of")
            {
                shares.iter_mut().for_each(|(key, _)| visit(Section::Datasets, &mut key.text));
            }
            if let Some(Value::List(steps)) = value(entry, "clean") {
                steps.iter_mut().for_each(|step| field(step, "model", Section::Models, visit));
            }
        }
        Section::Tokenizers => {
            field(entry, "base", Section::Tokenizers, visit);
            if let Some(Value::List(items)) = value(entry, "train-on") {
                items.iter_mut().for_each(|item| text(item, Section::Datasets, visit));
            }
        }
        Section::Models => {
            field(entry, "base", Section::Models, visit);
            field(entry, "tokenizer", Section::Tokenizers, visit);
            if let Some(train) = entry.get_mut("train") {
                field(train, "data", Section::Datasets, visit);
                if let Some(objective) = train.get_mut("objective") {
                    field(objective, "teacher", Section::Models, visit);
                }
                if let Some(data) = train.get_mut("data")
                    && let Some(Value::Map(shares)) = value(data, "mix")
                {
                    shares.iter_mut().for_each(|(key, _)| visit(Section::Datasets, &mut key.text));
                }
            }
        }
        Section::Evaluations => {
            if let Some(Value::Text(data)) = value(entry, "data") {
                let split = data.split_once('/').map(|(_, split)| format!("/{split}")).unwrap_or_default();
                let mut name = data[..data.len() - split.len()].to_owned();
                visit(Section::Datasets, &mut name);
                *data = name + &split;
            }
        }
        Section::Gates => {
            for key in ["model", "less-than", "greater-than", "than"] {
                field(entry, key, Section::Models, visit);
            }
            field(entry, "evaluation", Section::Evaluations, visit);
        }
        Section::Samples => field(entry, "model", Section::Models, visit),
    }
}

fn value<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Value> {
    node.get_mut(key).map(|node| &mut node.value)
}

fn field(node: &mut Node, key: &str, section: Section, visit: &mut dyn FnMut(Section, &mut String)) {
    if let Some(node) = node.get_mut(key) {
        text(node, section, visit);
    }
}

fn text(node: &mut Node, section: Section, visit: &mut dyn FnMut(Section, &mut String)) {
    if let Value::Text(text) = &mut node.value {
        visit(section, text);
    }
}
