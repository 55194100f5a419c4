//! What a card says of a source: the recipe's own words, without what is true on one machine only, and without secrets.

use serde_json::Value;

/// Keys that say where something lies on the machine it was prepared on.
const OF_THE_MACHINE: [&str; 2] = ["root", "path"];

/// Returns what the recipe says of a source, each with its name, in the order of the names.
pub(super) fn words(source: &Value) -> Vec<(String, String)> {
    let fields = source.as_object().into_iter().flatten();
    let known = fields.filter(|(name, _)| *name != "type" && !OF_THE_MACHINE.contains(&name.as_str()));
    known.filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

/// Returns a value in words; `None` where there is nothing to say.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() || text.starts_with('/') => None,
        Value::String(text) => Some(without_secrets(text)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(text).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !OF_THE_MACHINE.contains(&name.as_str()));
            let fields: Vec<String> =
                fields.filter_map(|(name, value)| Some(format!("{name}: {}", text(value)?))).collect();
            (!fields.is_empty()).then(|| fields.join("; "))
        }
    }
}

/// Returns an address without the name and password, the query and the fragment: a signature may stand in any of them.
fn without_secrets(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else { return text.to_owned() };
    if !url.has_host() {
        return text.to_owned();
    }
    let is_bare = url.set_username("").is_ok() && url.set_password(None).is_ok();
    url.set_query(None);
    url.set_fragment(None);
    if is_bare { url.to_string() } else { format!("{}://…", url.scheme()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn neither_paths_nor_secrets_are_told() {
        let source = json!({
            "type": "http", "root": "/home/me/data", "include": ["*.md", "/home/me/x"], "strip-components": 1, "exclude": [],
            "files": [{ "url": "https://me:secret@example.org/a.csv?signature=secret#secret", "sha256": "ab" }],
        });
        let told = words(&source);
        let expected =
            [("files", "sha256: ab; url: https://example.org/a.csv"), ("include", "*.md"), ("strip-components", "1")];
        assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
