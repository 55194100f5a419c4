//! The reference of the recipe language, as Markdown: the tutorial, and behind it every key with its type, default and example.

mod page;
mod table;
mod shown;

use std::collections::BTreeMap;

use pedigree::recipe::typed::plain_schema;
use serde_json::Value;

use page::Page;

/// The part people write.
const TUTORIAL: &str = include_str!("reference/tutorial.md");

/// The sections in the order in which recipes are mostly typed; any other follows behind them.
const ORDER: [&str; 19] = [
    "version",
    "name",
    "description",
    "license",
    "tags",
    "extends",
    "vars",
    "matrix",
    "run",
    "datasets",
    "tokenizers",
    "models",
    "defaults",
    "evaluations",
    "gates",
    "contamination",
    "samples",
    "analyses",
    "publish",
];

/// Returns the page: the tutorial, in which `{{name}}` stands for the text of that name, and the reference.
pub fn reference(texts: &BTreeMap<&str, &str>) -> String {
    let mut tutorial = TUTORIAL.to_owned();
    for (name, text) in texts {
        tutorial = tutorial.replace(&format!("{{{{{name}}}}}"), text.trim_end());
    }
    let schema = plain_schema();
    let first = walk(&schema, BTreeMap::new());
    let page = walk(&schema, first.into_places());
    format!("{}\n{}", tutorial.trim_end(), page.into_text())
}

/// Writes every section; the second walk knows the places that the first has found.
fn walk(schema: &Value, places: BTreeMap<String, String>) -> Page<'_> {
    let mut page = Page::new(schema, places);
    sections(schema).into_iter().for_each(|key| page.section(key));
    page
}

fn sections(schema: &Value) -> Vec<&str> {
    let mut keys: Vec<_> =
        schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    keys.sort_by_key(|key| ORDER.iter().position(|known| known == key).unwrap_or(ORDER.len()));
    keys
}
