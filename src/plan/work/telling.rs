//! Work that tells of models: cards and the zoo.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::Name;

/// Writes the card of a model (inputs: everything that says something about it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardWork {
    /// The model.
    pub model: Name,
    /// What the card takes from the recipe, so that a changed word makes a new card.
    pub facts: serde_json::Value,
}

/// Puts the models of the recipe into the zoo (inputs: their `train:…`, `card:…` and the gates).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PublishWork {
    /// The first part of the models' names in the zoo.
    pub name: Name,
    /// The models, every parent before its children.
    pub models: Vec<Name>,
    /// Aliases, each pointing at a model.
    pub aliases: BTreeMap<Name, Name>,
}
