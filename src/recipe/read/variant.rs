//! Reads `variant`, which a matrix writes into what it copies.

use std::collections::BTreeMap;

use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::Value;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::variant::Variant;

/// Reads which entry of a sweep a thing is.
pub fn variant(reader: &mut Reader, at: &At<'_>) -> Option<Variant> {
    let mut fields = Fields::open(reader, at)?;
    let of = fields.need(reader, "of").and_then(|at| reader.name(&at));
    let values = fields.need(reader, "values").and_then(|at| values(reader, &at));
    fields.finish(reader);
    Some(Variant { of: of?, values: values? })
}

fn values(reader: &mut Reader, at: &At<'_>) -> Option<BTreeMap<String, String>> {
    Fields::open(reader, at)?.abandon();
    let Value::Map(entries) = &at.node.value else { return None };
    let mut values = BTreeMap::new();
    for (key, node) in entries {
        let here = At { node, path: format!("{}.{}", at.path, key.text) };
        let text = node.scalar_text().or_else(|| reader.text(&here))?;
        values.insert(key.text.clone(), text);
    }
    Some(values)
}
