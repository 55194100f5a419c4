//! `extends`: a recipe laid over another one, which may itself extend a third.
//!
//! Mappings are merged key by key, lists and everything else are replaced, and `key: null` takes away what the parent said.

use crate::recipe::code::Code;
use crate::recipe::problem::{Problem, SourceText};
use crate::recipe::read::input::{Input, OtherFile};
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::yaml;

/// How many recipes may stand above one.
const MOST_PARENTS: usize = 16;

/// Reads the recipe and every recipe it extends; the texts are added to `sources`, the recipe's own first.
///
/// # Errors
/// With the one problem that keeps a text from being a mapping at all, or the chain from ending.
pub fn merged(input: &Input<'_>, sources: &mut Vec<SourceText>) -> Result<Node, Box<Problem>> {
    let mut chain = Vec::new();
    // The recipe itself has no identity until a parent leads back to it, and then the chain is cut one file later.
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut node = added(sources, input.file, input.folder, input.bytes)?;
    while let Some((extends, path)) = taken(&mut node)? {
        let refuse = |code: Code, message: String, hint: &str| {
            Err(Box::new(Problem::error(extends.place, "extends", message, Some(hint.to_owned())).coded(code)))
        };
        let folder = sources.last().map_or("", |source| source.folder.as_str());
        let file = match input.outside.recipe(folder, &path) {
            Ok(file) => file,
            Err(message) => {
                return refuse(Code::Unreadable, message, "the path starts at the folder of the recipe that extends");
            }
        };
        let OtherFile { name, identity, folder, bytes } = file;
        if let Some(start) = seen.iter().position(|(known, _)| *known == identity) {
            let mut circle: Vec<&str> = seen[start..].iter().map(|(_, name)| name.as_str()).collect();
            circle.push(&name);
            let message = format!("the recipes extend each other in a circle: {}", circle.join(" → "));
            return refuse(Code::Cycle, message, "one of them has to stand on its own");
        }
        if seen.len() >= MOST_PARENTS {
            return refuse(
                Code::TooMuch,
                format!("more than {MOST_PARENTS} recipes stand above this one"),
                "put some of them together",
            );
        }
        chain.push(std::mem::replace(&mut node, added(sources, &name, &folder, &bytes)?));
        seen.push((identity, name));
    }
    for child in chain.iter().rev() {
        node.overlay(child);
    }
    Ok(node)
}

/// Parses a text after adding it to the sources.
fn added(sources: &mut Vec<SourceText>, name: &str, folder: &str, bytes: &[u8]) -> Result<Node, Box<Problem>> {
    let index = sources.len() as u32;
    let bytes = yaml::unmarked(bytes);
    let utf8 = std::str::from_utf8(bytes);
    let text = String::from_utf8_lossy(bytes);
    sources.push(SourceText { name: name.to_owned(), folder: folder.to_owned(), text: text.into_owned() });
    if let Err(error) = utf8 {
        let message = format!("the recipe is not UTF-8: byte {} is none", error.valid_up_to());
        let place = yaml::place_of(&sources[index as usize].text, error.valid_up_to(), index);
        return Err(Box::new(
            Problem::error(place, "", message, Some("save the file as UTF-8".to_owned())).coded(Code::NotUtf8),
        ));
    }
    yaml::parse_source(&sources[index as usize].text, index)
}

/// Takes `extends` out of a recipe.
fn taken(root: &mut Node) -> Result<Option<(Node, String)>, Box<Problem>> {
    let Value::Map(entries) = &mut root.value else { return Ok(None) };
    let Some(position) = entries.iter().position(|(key, _)| key.text == "extends") else { return Ok(None) };
    let (_, node) = entries.remove(position);
    match node.text().map(str::to_owned) {
        Some(path) if !path.trim().is_empty() => Ok(Some((node, path))),
        _ => {
            let found = if node.text().is_some() { "an empty text" } else { node.kind() };
            let message = format!("expected the path of one recipe, found {found}");
            let hint = Some("a recipe extends one other, such as `extends: base.yaml`".to_owned());
            Err(Box::new(Problem::error(node.place, "extends", message, hint).coded(Code::WrongType)))
        }
    }
}
