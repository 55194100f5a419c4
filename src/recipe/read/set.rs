//! `--set path=value`: a value of the recipe, changed from outside, checked like the file itself.

use crate::recipe::problem::Place;
use crate::recipe::read::node::{Key, Node, Value};
use crate::recipe::read::yaml;

/// An override as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    path: Vec<String>,
    value: Node,
}

/// Text that is no override.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// There is no `=`.
    #[error("`{text}` is no override: expected `path=value`, such as `models.general.train.budget.steps=50`")]
    Form {
        /// What was typed.
        text: String,
    },
    /// What stands behind the `=` is not YAML.
    #[error("the value of `{path}` is not YAML: {reason}")]
    Value {
        /// The path.
        path: String,
        /// What the parser said.
        reason: String,
    },
    /// The path leads through something that is no mapping.
    #[error("`{path}` cannot be set: `{through}` is no mapping")]
    Path {
        /// The path.
        path: String,
        /// Where it ends.
        through: String,
    },
}

impl crate::error::Explain for OverrideError {
    fn exit(&self) -> crate::error::Exit {
        crate::error::Exit::BadInput
    }
}

impl Override {
    /// Parses `path=value`; the value is YAML.
    ///
    /// # Errors
    /// When there is no `=`, or the value is not YAML.
    pub fn parse(text: &str) -> Result<Self, OverrideError> {
        let form = || OverrideError::Form { text: text.chars().take(80).collect() };
        let (path, value) = text.split_once('=').ok_or_else(form)?;
        let path: Vec<_> = path.trim().split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err(form());
        }
        let mut value = if value.trim().is_empty() {
            Node { value: Value::Null, place: Place::default() }
        } else {
            let problem = |problem: Box<crate::recipe::problem::Problem>| OverrideError::Value {
                path: path.join("."),
                reason: problem.message,
            };
            yaml::parse(value).map_err(problem)?
        };
        forget_places(&mut value);
        Ok(Self { path, value })
    }

    /// Puts the value into a recipe; missing mappings on the way are made.
    ///
    /// # Errors
    /// When the path leads through something that is no mapping.
    pub fn apply(&self, root: &mut Node) -> Result<(), OverrideError> {
        let mut node = root;
        for (i, part) in self.path.iter().enumerate() {
            let here = || self.path[..i].join(".");
            if node.value == Value::Null {
                node.value = Value::Map(Vec::new());
            }
            let Value::Map(entries) = &mut node.value else {
                return Err(OverrideError::Path { path: self.path.join("."), through: here() });
            };
            let position = entries.iter().position(|(key, _)| key.text == *part).unwrap_or_else(|| {
                let key = Key { text: part.clone(), place: node.place };
                entries.push((key, Node { value: Value::Null, place: node.place }));
                entries.len() - 1
            });
            node = &mut entries[position].1;
        }
        let place = node.place;
        *node = self.value.clone();
        node.place = place;
        Ok(())
    }
}

/// An override has no place in the file: its problems are shown where the recipe's own value stands.
fn forget_places(node: &mut Node) {
    node.place = Place::default();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(forget_places),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, item)| {
            key.place = Place::default();
            forget_places(item);
        }),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => {}
    }
}
