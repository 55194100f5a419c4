//! YAML as a tree in which every value knows its place.

use std::collections::{BTreeMap, BTreeSet};

use crate::recipe::problem::Place;
use crate::recipe::read::letters;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands; an alias stands where it is used.
    pub place: Place,
    /// Whether it was put here in place of a whole `${name}`: what is meant as text may then be typed as a number.
    pub is_filled: bool,
}

/// A YAML value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number; may be infinite or NaN, which every reader refuses.
    Number(f64),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the text; a key may stand in it twice, which every reader refuses.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

impl Node {
    /// Returns what kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Integer(_) => "a whole number",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Returns a short value as it would be typed, for messages.
    pub fn shown(&self) -> String {
        let text = match &self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::Text(text) => text.clone(),
            Value::List(_) | Value::Map(_) => return self.kind().to_owned(),
        };
        shown(&text)
    }

    /// Returns the entries of a mapping, and none for any other value.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                &[]
            }
        }
    }

    /// Returns the value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(found, _)| found.text == key).map(|(_, node)| node)
    }

    /// Returns the value of a key of a mapping, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Map(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|(found, _)| found.text == key).map(|(_, node)| node)
    }

    /// Returns the text of a text value.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
                None
            }
        }
    }

    /// Lays `other` over this value: mappings are merged key by key, anything else is replaced, and nothing takes away.
    ///
    /// Mappings of another `type`, and budgets, which say one thing in one of several ways, are replaced as a whole.
    pub fn overlay(&mut self, other: &Node) {
        let (Value::Map(mine), Value::Map(theirs)) = (&mut self.value, &other.value) else {
            *self = other.clone();
            return;
        };
        let mut merged: Vec<Option<(Key, Node)>> = std::mem::take(mine).into_iter().map(Some).collect();
        let mut positions: BTreeMap<String, usize> = BTreeMap::new();
        for (i, (key, _)) in merged.iter().flatten().enumerate() {
            positions.entry(key.text.clone()).or_insert(i);
        }
        let mut seen = BTreeSet::new();
        for (key, node) in theirs {
            if !seen.insert(key.text.as_str()) {
                // A key that stands twice is left to stand twice: the reader tells of it.
                merged.push(Some((key.clone(), node.clone())));
                continue;
            }
            let position = positions.get(&key.text).copied();
            match (position.and_then(|position| merged[position].as_mut()), &node.value) {
                (Some(_), Value::Null) => drop(position.and_then(|position| merged[position].take())),
                (Some((_, old)), _) if key.text != "budget" && !old.is_of_another_type(node) => old.overlay(node),
                (Some(entry), _) => *entry = (key.clone(), node.clone()),
                (None, Value::Null) => {}
                (None, _) => merged.push(Some((key.clone(), node.clone()))),
            }
        }
        *mine = merged.into_iter().flatten().collect();
        self.place = other.place;
    }

    fn is_of_another_type(&self, other: &Node) -> bool {
        let kind = |node: &Node| node.get("type").and_then(Node::text).map(str::to_owned);
        kind(self).zip(kind(other)).is_some_and(|(mine, theirs)| mine != theirs)
    }

    /// Returns a text that two values share when they are the same, wherever they stand.
    pub fn identity(&self) -> String {
        match &self.value {
            Value::List(items) => format!("[{}]", items.iter().map(Self::identity).collect::<Vec<_>>().join(",")),
            Value::Map(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, item)| format!("{:?}:{}", key.text, item.identity())).collect();
                format!("{{{}}}", entries.join(","))
            }
            Value::Text(text) => format!("{text:?}"),
            Value::Number(value) => format!("{value:?}"),
            Value::Null | Value::Bool(_) | Value::Integer(_) => self.scalar_text().unwrap_or_default(),
        }
    }

    /// Returns a single value as text, and nothing for lists, mappings and nothing.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Number(value) => Some(value.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Calls `look` with every text in this value and below it.
    pub fn each_text(&self, look: &mut dyn FnMut(&str)) {
        match &self.value {
            Value::Text(text) => look(text),
            Value::List(items) => items.iter().for_each(|item| item.each_text(look)),
            Value::Map(entries) => entries.iter().for_each(|(_, item)| item.each_text(look)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) => {}
        }
    }

    /// Returns about how many bytes a copy of this value takes.
    pub fn weight(&self) -> usize {
        let below = match &self.value {
            Value::Text(text) => text.len(),
            Value::List(items) => items.iter().map(Self::weight).sum(),
            Value::Map(entries) => {
                entries.iter().map(|(key, item)| size_of::<Key>() + key.text.len() + item.weight()).sum()
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) => 0,
        };
        size_of::<Self>() + below
    }

    /// Calls `change` with this value and everything below it.
    pub fn visit(&mut self, change: &mut impl FnMut(&mut Node)) {
        change(self);
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.visit(change)),
            Value::Map(entries) => entries.iter_mut().for_each(|(_, item)| item.visit(change)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }
}

/// Returns text as messages show it: short, in backticks, and without characters that would change how the rest is read.
pub fn shown(text: &str) -> String {
    let mut shown = String::from("`");
    for c in text.chars().take(60) {
        match c {
            '\n' | '\r' | '\t' => shown.push(' '),
            _ if c.is_control() || letters::is_invisible(c) => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            _ => shown.push(c),
        }
    }
    shown.push_str(if text.chars().nth(60).is_some() { "…`" } else { "`" });
    shown
}
