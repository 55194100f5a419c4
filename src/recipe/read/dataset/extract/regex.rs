//! Reads `extract: { type: regex }`.

use regex::Regex;

use crate::recipe::code::Code;
use crate::recipe::dataset::{Extract, Within};
use crate::recipe::placeholder::{self, Part};
use crate::recipe::problem::listed;
use crate::recipe::read::dataset::extract::says::{Says, says};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::letters;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};

const EXAMPLE: &str = "`prompt: \"{question}\", response: \"{answer}\"` for groups `(?<question>…)` and `(?<answer>…)`";

/// Reads an extraction by a pattern.
pub(super) fn regex(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let pattern = fields.need(reader, "pattern").and_then(|at| pattern(reader, &at));
    let within = fields.or(reader, "within", Within::default(), |reader, at| {
        reader.word(at, "place to look in", &[("document", Within::Document), ("line", Within::Line)])
    });
    let groups = pattern.as_ref().map(|(_, groups)| groups.as_slice());
    let says = says(reader, fields, EXAMPLE, |reader, at| composed(reader, at, groups));
    let ((pattern, _), within) = (pattern?, within?);
    let Says { text, prompt, response, label, group } = says?;
    Some(Extract::Regex { pattern, within, text, prompt, response, label, group })
}

/// Reads a pattern, and returns it with the names of its groups.
fn pattern(reader: &mut Reader, at: &At<'_>) -> Option<(String, Vec<String>)> {
    let text = reader.some_text(at)?;
    let pattern = match Regex::new(&text) {
        Ok(pattern) => pattern,
        Err(error) => {
            let hint = "patterns are those of the `regex` crate: no look-around, no back-references".to_owned();
            return reader.wrong(at, format!("{} is no pattern: {}", shown(&text), reason(&error)), Some(hint));
        }
    };
    let groups: Vec<String> = pattern.capture_names().flatten().map(str::to_owned).collect();
    if groups.is_empty() {
        let hint = Some("name what is to be taken: `(?<name>…)`".to_owned());
        return reader.wrong(at, "expected a pattern with a named group, found none", hint);
    }
    if pattern.is_match("") {
        let hint = Some("let it begin with something that has to be there; `+` in place of `*` may do".to_owned());
        return reader.wrong(at, "the pattern matches where nothing stands", hint);
    }
    Some((text, groups))
}

/// Returns what is wrong with a pattern, in a line.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => format!("it is larger than {limit} bytes when compiled"),
        // The parser shows the pattern with a mark below it; the reason stands last.
        _ => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

/// Reads the name of a group, or text with groups filled in; returns the latter. Where the pattern is wrong the groups are not known.
fn composed(reader: &mut Reader, at: &At<'_>, groups: Option<&[String]>) -> Option<String> {
    let text = reader.some_text(at)?;
    let text = if placeholder::is_name(&text) { format!("{{{text}}}") } else { text };
    let Some(groups) = groups else { return Some(text) };
    let parts = placeholder::parts(&text);
    let mut names = parts.iter().filter_map(|part| match part {
        Part::Name(name) => Some(name),
        Part::Literal(_) => None,
    });
    let all = || listed(groups.iter().map(String::as_str));
    if names.clone().next().is_none() {
        let hint = format!("the groups of the pattern are {}; within text they stand in braces", all());
        return reader.wrong(at, "expected a group of the pattern, found none", Some(hint));
    }
    match names.find(|name| !groups.contains(name)) {
        None => Some(text),
        Some(name) => {
            let hint = letters::nearest(name, groups.iter().map(String::as_str))
                .unwrap_or_else(|| format!("its groups are {}", all()));
            reader.wrong_of(Code::NoSuchName, at, format!("the pattern has no group {}", shown(name)), Some(hint))
        }
    }
}
