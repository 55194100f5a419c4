//! `path=value`, set from outside: a value of the recipe, changed and then checked like the file itself.
//!
//! What is typed is a text of its own, so that its mistakes are shown where they were typed.

use crate::recipe::code::Code;
use crate::recipe::problem::{Place, Problem, SourceText};
use crate::recipe::read::node::{Key, Node, Value};
use crate::recipe::read::yaml;

/// What such a text is called in messages.
pub const SOURCE_NAME: &str = "--set";

/// Puts every value into the recipe; the texts are added to `sources`.
pub fn apply(sets: &[String], root: &mut Node, sources: &mut Vec<SourceText>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for text in sets {
        let source = sources.len() as u32;
        sources.push(SourceText {
            name: SOURCE_NAME.to_owned(),
            folder: sources[0].folder.clone(),
            text: text.clone(),
        });
        problems.extend(one(text, source, root).err().map(|problem| *problem));
    }
    problems
}

fn one(text: &str, source: u32, root: &mut Node) -> Result<(), Box<Problem>> {
    let whole = Place { source, line: 1, column: 1, start: 0, end: text.len() };
    let form = || {
        let hint = "expected `path=value`, such as `models.general.train.budget.steps=50`";
        Box::new(Problem::error(whole, "", "this sets nothing", Some(hint.to_owned())).coded(Code::BadSet))
    };
    let (path, value) = text.split_once('=').ok_or_else(form)?;
    let parts: Vec<&str> = path.trim().split('.').collect();
    if parts.contains(&"") {
        return Err(form());
    }
    let path_place = Place { end: path.len(), ..whole };
    let value = parsed(value, path, source)?;
    put(root, &parts, value, path_place)
}

/// Parses a value; its places count from the beginning of the whole text.
fn parsed(value: &str, path: &str, source: u32) -> Result<Node, Box<Problem>> {
    let (bytes, columns) = (path.len() + 1, path.chars().count() as u32 + 1);
    let shift = |place: &mut Place| {
        place.start += bytes;
        place.end += bytes;
        if place.line <= 1 {
            place.line = 1;
            place.column = place.column.max(1) + columns;
        }
    };
    if value.trim().is_empty() {
        let place = Place { source, line: 1, column: columns + 1, start: bytes, end: bytes };
        return Ok(Node { value: Value::Null, place, is_filled: false });
    }
    let mut node = yaml::parse_source(value, source).map_err(|mut problem| {
        shift(&mut problem.place);
        problem.path = path.trim().to_owned();
        problem
    })?;
    node.visit(&mut |node| {
        shift(&mut node.place);
        if let Value::Map(entries) = &mut node.value {
            entries.iter_mut().for_each(|(key, _)| shift(&mut key.place));
        }
    });
    Ok(node)
}

/// Puts a value at a path; missing mappings on the way are made, and a number names an item of a list.
fn put(root: &mut Node, parts: &[&str], value: Node, place: Place) -> Result<(), Box<Problem>> {
    let mut node = root;
    for (i, part) in parts.iter().enumerate() {
        if node.value == Value::Null {
            node.value = Value::Map(Vec::new());
        }
        let through = || {
            let shown = if i == 0 { "the recipe".to_owned() } else { format!("`{}`", parts[..i].join(".")) };
            let path = parts.join(".");
            move |message: &str, hint: String| {
                Box::new(Problem::error(place, &path, format!("{shown} {message}"), Some(hint)).coded(Code::BadSet))
            }
        };
        node = match &mut node.value {
            Value::Map(entries) => {
                let position = entries.iter().position(|(key, _)| key.text == *part).unwrap_or_else(|| {
                    let key = Key { text: (*part).to_owned(), place };
                    entries.push((key, Node { value: Value::Null, place, is_filled: false }));
                    entries.len() - 1
                });
                &mut entries[position].1
            }
            Value::List(items) => {
                let n_items = items.len();
                let hint = || format!("its items are 0 to {}", n_items.saturating_sub(1));
                let index = part.parse::<usize>().ok().filter(|index| *index < n_items);
                let index = index.ok_or_else(|| through()(&format!("is a list and has no item `{part}`"), hint()))?;
                &mut items[index]
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => {
                return Err(through()(
                    "is a single value: nothing stands below it",
                    "leave the rest of the path out".to_owned(),
                ));
            }
        };
    }
    *node = value;
    Ok(())
}
