//! Reads sources that were prepared before: mixes, and another recipe's datasets.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::Source;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::reader::{At, Reader};

/// Reads datasets of this recipe with the shares of their records.
pub(super) fn mix(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    fields.need(reader, "of").and_then(|at| shares(reader, &at))
}

fn shares(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    Fields::open(reader, at)?.abandon();
    let (mut of, mut is_whole) = (BTreeMap::new(), true);
    for (key, node) in at.node.entries() {
        let here = At { node, path: format!("{}.{}", at.path, key.text) };
        let named = Node { value: Value::Null, place: key.place, is_filled: false };
        let name = reader.refer(&At { node: &named, path: here.path.clone() }, Kind::Dataset, &key.text);
        let share = reader.number(&here, 1e-9..=1.0);
        match name.zip(share) {
            Some((name, share)) => drop(of.insert(name, share)),
            None => is_whole = false,
        }
    }
    if of.is_empty() && is_whole {
        let hint = Some("such as `of: { news: 1.0, forum: 0.25 }`".to_owned());
        return reader.wrong_of(Code::Empty, at, "expected datasets with their shares, found none", hint);
    }
    is_whole.then_some(Source::Mix { of })
}

/// Reads the name of another recipe's dataset.
pub(super) fn zoo(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    fields.need(reader, "dataset").and_then(|at| prepared(reader, &at))
}

fn prepared(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    let text = reader.some_text(at)?;
    let is_name = |part: &str| part.parse::<Name>().is_ok();
    match text.split_once('/') {
        Some((recipe, dataset)) if is_name(recipe) && is_name(dataset) => Some(Source::Zoo { dataset: text }),
        Some(_) | None => {
            let hint = Some("such as `rust-coder/prose`: the recipe's name, and the dataset's".to_owned());
            reader.wrong(at, format!("expected `<recipe>/<dataset>`, found `{text}`"), hint)
        }
    }
}
