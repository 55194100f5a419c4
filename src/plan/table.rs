//! A key as a table: every value it consists of, yesterday's beside today's.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::judge::shown;

/// One value of a key, then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KeyRow {
    /// The dotted path: `budget.steps`.
    pub path: String,
    /// The value of the older key as it prints, or `None` where it has none.
    pub was: Option<String>,
    /// The value of the newer key as it prints, or `None` where it has none.
    pub is: Option<String>,
}

impl KeyRow {
    /// Returns whether the value is another one now.
    pub fn is_changed(&self) -> bool {
        self.was != self.is
    }
}

/// Returns every value of two keys, in the order of the paths.
pub fn rows(old: Option<&Value>, new: &Value) -> Vec<KeyRow> {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    if let Some(old) = old {
        leaves("", old, &mut was);
    }
    leaves("", new, &mut is);
    let paths: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    paths
        .into_iter()
        .map(|path| KeyRow { path: path.clone(), was: was.get(path).cloned(), is: is.get(path).cloned() })
        .collect()
}

/// Collects the single values below a value; what is empty is one, too.
fn leaves(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(&below, value, into);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (i, item) in items.iter().enumerate() {
                leaves(&format!("{path}[{i}]"), item, into);
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            into.insert(path.to_owned(), shown(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_stands_in_one_row_then_and_now() {
        let old = json!({ "budget": { "steps": 400 }, "clean": [{ "type": "a" }], "seed": 1, "gone": [1, 2] });
        let new = json!({ "budget": { "steps": 500 }, "clean": [{ "type": "a" }, { "type": "b" }], "seed": 1 });
        let told: Vec<String> = rows(Some(&old), &new)
            .iter()
            .map(|row| format!("{}: {:?} {:?} {}", row.path, row.was, row.is, row.is_changed()))
            .collect();
        assert_eq!(
            told,
            [
                "budget.steps: Some(\"400\") Some(\"500\") true",
                "clean[0].type: Some(\"a\") Some(\"a\") false",
                "clean[1].type: None Some(\"b\") true",
                "gone: Some(\"[1,2]\") None true",
                "seed: Some(\"1\") Some(\"1\") false",
            ]
        );
    }
}
