//! Reads values out of nodes, and collects what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::problem::{Place, Problem, listed};
use crate::recipe::read::imports::Imports;
use crate::recipe::read::letters;
use crate::recipe::read::names::Names;
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::references::Section;
use crate::recipe::read::tokenizer::Files;

/// A node and its dotted path.
#[derive(Debug, Clone)]
pub struct At<'n> {
    /// The node.
    pub node: &'n Node,
    /// The dotted path from the root.
    pub path: String,
}

/// Collects problems while values are read.
#[derive(Debug, Default)]
pub struct Reader {
    /// The problems so far.
    pub problems: Vec<Problem>,
    /// The names the recipe gives to things.
    pub names: Names,
    /// The models outside of the recipe that it names.
    pub imports: Imports,
    /// The tokenizers in files that it names.
    pub tokenizer_files: Files,
    /// The folders in which the relative paths of each text start.
    pub folders: Vec<String>,
    /// What the copies are called that a matrix made of an entry.
    pub variants: BTreeMap<(Section, String), Vec<String>>,
    /// The variables that were asked for.
    pub variables_used: BTreeSet<String>,
    /// The places of `${name}` of which nobody knows what it is.
    pub unfilled: BTreeSet<Place>,
    /// Whether the matrix has mistakes, so that its variables are not known.
    pub has_broken_matrix: bool,
    /// What variables and the matrix have put into the recipe, in bytes, about.
    pub spent: usize,
}

/// The most that variables and the matrix may put into a recipe, in bytes.
const MOST_PUT_IN: usize = 48 << 20;

impl Reader {
    /// Adds a problem.
    pub fn problem(&mut self, place: Place, path: &str, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(Problem::error(place, path, message, hint));
    }

    /// Adds something that is legal and odd.
    pub fn warn(&mut self, place: Place, path: &str, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(Problem::warning(place, path, message, hint));
    }

    /// Adds a problem of a kind.
    pub fn problem_of(
        &mut self,
        code: Code,
        place: Place,
        path: &str,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.problems.push(Problem::error(place, path, message, hint).coded(code));
    }

    /// Adds something of a kind that is legal and odd.
    pub fn warn_of(&mut self, code: Code, place: Place, path: &str, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(Problem::warning(place, path, message, hint).coded(code));
    }

    /// Accounts for what is put into the recipe; says so once, and returns false from then on, when it is too much.
    pub fn spend(&mut self, bytes: usize, place: Place, path: &str) -> bool {
        if self.is_spent() {
            return false;
        }
        self.spent = self.spent.saturating_add(bytes);
        if self.is_spent() {
            let message = format!("variables and the matrix put more than {} MB into the recipe", MOST_PUT_IN >> 20);
            let hint = Some("let variables hold single values, and sweep in several runs".to_owned());
            self.problem_of(Code::TooMuch, place, path, message, hint);
        }
        !self.is_spent()
    }

    /// Returns whether too much was put into the recipe already.
    pub fn is_spent(&self) -> bool {
        self.spent > MOST_PUT_IN
    }

    /// Returns how many bytes may still be put into the recipe.
    pub fn left_to_spend(&self) -> usize {
        MOST_PUT_IN.saturating_sub(self.spent)
    }

    /// Remembers that a variable was asked for.
    pub fn used(&mut self, variable: &str) {
        if !self.variables_used.contains(variable) {
            self.variables_used.insert(variable.to_owned());
        }
    }

    /// Adds a problem with a value.
    pub fn wrong<T>(&mut self, at: &At<'_>, message: impl Into<String>, hint: Option<String>) -> Option<T> {
        self.wrong_of(Code::Invalid, at, message, hint)
    }

    /// Adds a problem of a kind with a value.
    pub fn wrong_of<T>(
        &mut self,
        code: Code,
        at: &At<'_>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Option<T> {
        // What was to be put in here is not known, and was told already.
        if !self.unfilled.contains(&at.node.place) {
            self.problem_of(code, at.node.place, &at.path, message, hint);
        }
        None
    }

    /// Adds a problem with a value that is of another kind than `what`.
    pub fn expected<T>(&mut self, at: &At<'_>, what: &str) -> Option<T> {
        let found = match at.node.value {
            Value::List(_) | Value::Map(_) | Value::Null => at.node.kind().to_owned(),
            Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => {
                format!("{} {}", at.node.kind(), at.node.shown())
            }
        };
        self.wrong_of(
            Code::WrongType,
            at,
            format!("expected {what}, found {found}"),
            letters::typed_otherwise(at.node, what),
        )
    }

    /// Reads a whole number within a range.
    pub fn integer(&mut self, at: &At<'_>, range: RangeInclusive<i128>) -> Option<i128> {
        let value = match at.node.value {
            Value::Integer(value) => value,
            Value::Number(value) if value.fract() == 0.0 && value.abs() < 1e30 => value as i128,
            _ => return self.expected(at, "a whole number"),
        };
        if !range.contains(&value) {
            let expected = match range.into_inner() {
                // Nobody means the largest number a machine can count to.
                (low, high) if high >= i128::from(u32::MAX) && value < low => format!("{low} or more"),
                (low, high) => format!("{low} to {high}"),
            };
            return self.wrong_of(Code::OutOfRange, at, format!("{value} is out of range: expected {expected}"), None);
        }
        Some(value)
    }

    /// Reads a whole number of at least `low` that fits 32 bits.
    pub fn count(&mut self, at: &At<'_>, low: u32) -> Option<u32> {
        self.integer(at, i128::from(low)..=i128::from(u32::MAX)).and_then(|value| u32::try_from(value).ok())
    }

    /// Reads a whole number of at least `low` that fits 63 bits.
    pub fn large_count(&mut self, at: &At<'_>, low: u64) -> Option<u64> {
        self.integer(at, i128::from(low)..=i128::from(i64::MAX)).and_then(|value| u64::try_from(value).ok())
    }

    /// Reads a finite number within a range.
    pub fn number(&mut self, at: &At<'_>, range: RangeInclusive<f64>) -> Option<f64> {
        let value = match at.node.value {
            Value::Integer(value) => value as f64,
            Value::Number(value) => value,
            _ => return self.expected(at, "a number"),
        };
        if !value.is_finite() {
            return self.wrong_of(Code::NotFinite, at, format!("expected a finite number, found {value}"), None);
        }
        if !range.contains(&value) {
            let (low, high) = range.into_inner();
            let hint = (low == 0.0 && high == 1.0 && (2.0..=100.0).contains(&value))
                .then(|| format!("this is a share between 0 and 1; `{}` may be meant", value / 100.0));
            let message = format!("{value} is out of range: expected {} to {}", bound(low), bound(high));
            return self.wrong_of(Code::OutOfRange, at, message, hint);
        }
        Some(value)
    }

    /// Reads a truth value.
    pub fn truth(&mut self, at: &At<'_>) -> Option<bool> {
        match at.node.value {
            Value::Bool(value) => Some(value),
            _ => self.expected(at, "`true` or `false`"),
        }
    }

    /// Reads text.
    pub fn text(&mut self, at: &At<'_>) -> Option<String> {
        match &at.node.value {
            Value::Text(text) => Some(text.clone()),
            _ if at.node.is_filled && at.node.scalar_text().is_some() => at.node.scalar_text(),
            _ => self.expected(at, "text"),
        }
    }

    /// Reads a path; one that is relative starts in the folder of the recipe that says it.
    pub fn path(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.some_text(at)?;
        match self.folders.get(at.node.place.source as usize) {
            Some(folder) if !folder.is_empty() && !text.starts_with('/') => Some(format!("{folder}/{text}")),
            Some(_) | None => Some(text),
        }
    }

    /// Returns the folder in which the relative paths of the recipe that says a value start; `None` where they start nowhere.
    pub fn folder(&self, at: &At<'_>) -> Option<String> {
        self.folders.get(at.node.place.source as usize).filter(|folder| !folder.is_empty()).cloned()
    }

    /// Reads text that is not empty.
    pub fn some_text(&mut self, at: &At<'_>) -> Option<String> {
        match self.text(at)? {
            text if text.trim().is_empty() => self.wrong_of(Code::Empty, at, "expected some text, found none", None),
            text => Some(text),
        }
    }

    /// Reads a name.
    pub fn name(&mut self, at: &At<'_>) -> Option<Name> {
        let text = self.text(at)?;
        text.parse()
            .map_err(|error: crate::id::NameError| {
                self.wrong_of::<()>(Code::BadName, at, error.to_string(), letters::hint(&text));
            })
            .ok()
    }

    /// Reads one of some words, each standing for a value.
    pub fn word<T: Clone>(&mut self, at: &At<'_>, what: &str, words: &[(&str, T)]) -> Option<T> {
        let Some(text) = at.node.text() else {
            return self.expected(at, &format!("one of {}", listed(words.iter().map(|(word, _)| *word))));
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let hint = match letters::nearest(text, words.iter().map(|(word, _)| *word)) {
            Some(hint) => hint,
            None => format!("{what} is one of {}", listed(words.iter().map(|(word, _)| *word))),
        };
        self.wrong_of(Code::UnknownWord, at, format!("{} is no {what}", at.node.shown()), Some(hint))
    }

    /// Reads a list, each item by `read`.
    pub fn list<T>(&mut self, at: &At<'_>, mut read: impl FnMut(&mut Self, &At<'_>) -> Option<T>) -> Option<Vec<T>> {
        let Value::List(items) = &at.node.value else {
            return self.expected(at, "a list");
        };
        let read: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(i, node)| read(self, &At { node, path: format!("{}[{i}]", at.path) }))
            .collect();
        read.into_iter().collect()
    }

    /// Reads a list that is not empty.
    pub fn some_list<T>(&mut self, at: &At<'_>, read: impl FnMut(&mut Self, &At<'_>) -> Option<T>) -> Option<Vec<T>> {
        match self.list(at, read)? {
            list if list.is_empty() => {
                self.wrong_of(Code::Empty, at, "expected at least one item, found an empty list", None)
            }
            list => Some(list),
        }
    }
}

/// Returns a bound as a person writes it: `0.1`, but `1e-9`.
fn bound(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) { format!("{value:e}") } else { value.to_string() }
}
