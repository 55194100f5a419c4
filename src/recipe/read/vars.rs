//! `vars` and `${name}`: text put into text, from the recipe itself or from an allow-listed environment variable.

use std::collections::BTreeMap;

use crate::recipe::problem::{listed, nearest};
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::reader::{At, Reader};

/// The environment variables a recipe may name.
pub const ALLOWED_ENVIRONMENT: [&str; 3] = ["CARGO_HOME", "HOME", "PEDIGREE_DATA"];

/// Replaces every `${name}` below `root`; `vars` is taken out of it.
///
/// A text that is nothing but `${name}` becomes the variable's value with its type, so that a number may be a variable.
/// A doubled dollar sign, `$${`, stands for a literal `${`.
pub fn substitute(reader: &mut Reader, root: &mut Node, environment: &BTreeMap<String, String>) {
    let mut known: Known = environment.iter().map(|(name, text)| (name.clone(), Value::Text(text.clone()))).collect();
    if let Value::Map(entries) = &mut root.value
        && let Some(position) = entries.iter().position(|(key, _)| key.text == "vars")
    {
        let (_, mut vars) = entries.remove(position);
        if !matches!(vars.value, Value::Map(_)) {
            let at = At { node: &vars, path: "vars".to_owned() };
            reader.wrong::<()>(&at, format!("expected a mapping, found {}", vars.kind()), None);
        }
        fill(reader, &mut vars, "vars", &known);
        for (key, node) in vars.entries() {
            match &node.value {
                Value::Text(_) | Value::Integer(_) | Value::Number(_) | Value::Bool(_) => {
                    known.insert(key.text.clone(), node.value.clone());
                }
                Value::Null | Value::List(_) | Value::Map(_) => {
                    let at = At { node, path: format!("vars.{}", key.text) };
                    reader.wrong::<()>(&at, format!("expected text or a number, found {}", node.kind()), None);
                }
            }
        }
    }
    fill(reader, root, "", &known);
}

/// The values of the variables by name.
type Known = BTreeMap<String, Value>;

fn fill(reader: &mut Reader, node: &mut Node, path: &str, known: &Known) {
    if let Some(value) = node.text().and_then(only_name).and_then(|name| known.get(name)) {
        node.value = value.clone();
        return;
    }
    match &mut node.value {
        Value::Text(text) if text.contains("${") => {
            let filled = expand(text, known);
            match filled {
                Ok(filled) => *text = filled,
                Err(message_hint) => {
                    let (message, hint) = message_hint;
                    reader.problem(node.place, path, message, hint);
                }
            }
        }
        Value::List(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                fill(reader, item, &format!("{path}[{i}]"), known);
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                let here = if path.is_empty() { key.text.clone() } else { format!("{path}.{}", key.text) };
                fill(reader, item, &here, known);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// Returns the text with every `${name}` replaced once; what is put in is not looked at again.
fn expand(text: &str, known: &Known) -> Result<String, (String, Option<String>)> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = (&rest[..start], &rest[start + 2..]);
        if let Some(literal) = before.strip_suffix('$') {
            filled.push_str(literal);
            filled.push_str("${");
            rest = after;
            continue;
        }
        let Some(end) = after.find('}') else {
            return Err(("`${` has no `}`".to_owned(), Some("write `$${` for a literal `${`".to_owned())));
        };
        let name = &after[..end];
        let Some(value) = known.get(name) else {
            return Err(unknown(name, known));
        };
        filled.push_str(before);
        filled.push_str(&as_text(value));
        rest = &after[end + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Returns the name in a text that is nothing but `${name}`.
fn only_name(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.strip_suffix('}').filter(|name| !name.contains(['$', '{', '}']))
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
    }
}

fn unknown(name: &str, known: &Known) -> (String, Option<String>) {
    if ALLOWED_ENVIRONMENT.contains(&name) {
        let hint = format!("set the environment variable {name}");
        return (format!("`{name}` is not set"), Some(hint));
    }
    let hint = match nearest(name, known.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `${{{near}}}`?"),
        None => format!(
            "define it under `vars`; of the environment, only {} may be named",
            listed(ALLOWED_ENVIRONMENT.iter().copied())
        ),
    };
    (format!("there is no variable `{name}`"), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::read::yaml;

    #[test]
    fn what_is_put_in_is_not_expanded_again() {
        let text = |text: &str| Value::Text(text.to_owned());
        let known = BTreeMap::from([("a".to_owned(), text("${b}")), ("b".to_owned(), text("x"))]);
        assert_eq!(expand("${a}/$${b}/${b}", &known).unwrap(), "${b}/${b}/x");
        assert!(expand("${c}", &known).is_err());
        assert!(expand("${a", &known).is_err());
    }

    #[test]
    fn a_variable_alone_keeps_its_type_and_one_in_a_text_becomes_text() {
        let mut root =
            yaml::parse("vars: { n: 5, share: 0.5 }\nsteps: ${n}\nname: run-${n}\nx: ${share}\ny: $${n}").unwrap();
        let mut reader = Reader::default();
        substitute(&mut reader, &mut root, &BTreeMap::new());
        let value = |key: &str| root.get(key).unwrap().value.clone();
        assert_eq!(reader.problems, []);
        assert_eq!((value("steps"), value("x")), (Value::Integer(5), Value::Number(0.5)));
        assert_eq!((value("name"), value("y")), (Value::Text("run-5".to_owned()), Value::Text("${n}".to_owned())));
    }
}
