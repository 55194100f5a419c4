//! Problems as SARIF 2.1.0, the format in which code scanners and editors take them.

use serde_json::{Value, json};

use crate::recipe::code::Code;
use crate::recipe::docs;
use crate::recipe::problem::{Place, Problem, Problems, Severity, SourceText};

/// The schema of the format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Returns the problems of all recipes as one run; columns count characters.
pub fn log(all: &[Problems]) -> Value {
    let results: Vec<Value> =
        all.iter().flat_map(|problems| problems.problems.iter().map(|it| result(problems, it))).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "pedigree",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.word(),
        "shortDescription": { "text": code.meaning() },
        "helpUri": docs::page_of(code),
    })
}

fn result(problems: &Problems, problem: &Problem) -> Value {
    let Problem { severity, code, file, place, path, message, hint, docs } = problem;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let subject = if path.is_empty() { String::new() } else { format!("{path}: ") };
    let advice = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let mut location = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } });
    if let Some(region) = problems.sources.get(place.source as usize).and_then(|source| region(source, *place)) {
        location["physicalLocation"]["region"] = region;
    }
    if !path.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": path, "kind": "member" }]);
    }
    json!({
        "ruleId": code.word(),
        "ruleIndex": Code::ALL.iter().position(|known| known == code),
        "level": level,
        "message": { "text": format!("{subject}{message}{advice}") },
        "locations": [location],
        "properties": { "path": path, "hint": hint, "docs": docs },
    })
}

/// Returns the lines and columns of a place, from 1, the end behind the last character; nothing for a whole file.
fn region(source: &SourceText, place: Place) -> Option<Value> {
    if place.line == 0 {
        return None;
    }
    let marked = source.text.get(place.start..place.end.max(place.start)).unwrap_or("");
    let n_lines = marked.matches('\n').count() as u32;
    let after_last = marked.rsplit('\n').next().map_or(0, |line| line.chars().count() as u32);
    let end_column = if n_lines == 0 { place.column + after_last } else { 1 + after_last };
    Some(json!({
        "startLine": place.line,
        "startColumn": place.column.max(1),
        "endLine": place.line + n_lines,
        "endColumn": end_column.max(1),
    }))
}

/// Returns the name of a file as a URI reference.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if file.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_ends_behind_its_last_character() {
        let source = SourceText { text: "é: [数,\n b]\n".to_owned(), ..SourceText::default() };
        let place = |line, column, start, end| Place { source: 0, line, column, start, end };
        let region = |place| region(&source, place).unwrap();
        assert_eq!(
            region(place(1, 5, 5, 8)),
            json!({ "startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 6 })
        );
        assert_eq!(
            region(place(1, 4, 4, 13)),
            json!({ "startLine": 1, "startColumn": 4, "endLine": 2, "endColumn": 4 })
        );
        assert_eq!(super::region(&source, Place::default()), None);
    }

    #[test]
    fn a_file_is_named_by_a_uri() {
        assert_eq!(uri("recipes/a b.yaml"), "recipes/a%20b.yaml");
        assert_eq!(uri("/tmp/数.yaml"), "file:///tmp/%E6%95%B0.yaml");
    }
}
