//! YAML text to [`Node`]s, within a budget: the only file that names the YAML crate.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, NonFiniteFloatPolicy, Spanned};

use crate::recipe::code::Code;
use crate::recipe::problem::{Place, Problem};
use crate::recipe::read::letters;
use crate::recipe::read::node::{Key, Node, Value};

/// The largest recipe, in bytes.
pub const MOST_BYTES: usize = 1 << 20;
/// What some editors write in front of a text.
const MARK: &str = "\u{feff}";

/// Returns a text without a byte order mark in front of it: nobody sees it, and no column counts it.
pub fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes)
}

/// Parses one YAML document.
///
/// # Errors
/// When the text is too large, is not one YAML document, or spends more anchors, aliases or nesting than a recipe needs.
pub fn parse(text: &str) -> Result<Node, Box<Problem>> {
    parse_source(text, 0)
}

/// Parses one YAML document that is the text `source` of several.
///
/// # Errors
/// Like [`parse`].
pub fn parse_source(text: &str, source: u32) -> Result<Node, Box<Problem>> {
    if text.len() > MOST_BYTES {
        let message = format!("the recipe is {} bytes long; at most {MOST_BYTES} are read", text.len());
        let hint = Some("long lists belong into files that a recipe names".to_owned());
        let problem = Problem::error(Place { source, ..Place::default() }, "", message, hint);
        return Err(Box::new(problem.coded(Code::TooMuch)));
    }
    if let Some(byte) = lone_carriage_return(text) {
        let hint = Some("save the file with line ends of `\\n` or `\\r\\n`".to_owned());
        let message = "a carriage return stands alone: expected a line feed after it";
        return Err(Box::new(Problem::error(place_of(text, byte, source), "", message, hint).coded(Code::NotYaml)));
    }
    if let Some((byte, _)) = text.match_indices(MARK).next() {
        let hint = Some("take it out, or write `\\uFEFF` between double quotes".to_owned());
        let message = "a character nobody sees stands here, U+FEFF: expected it nowhere but at the beginning";
        return Err(Box::new(Problem::error(place_of(text, byte, source), "", message, hint).coded(Code::NotYaml)));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_nodes: 20_000,
            max_events: 100_000,
            max_aliases: 100,
            max_anchors: 100,
            max_documents: 1,
            flow_nesting_limit: 32,
            max_recorded_anchor_bytes: 1 << 20,
            max_total_scalar_bytes: 2 << 20,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(spanned) => {
            let root = node(spanned, source);
            Ok(Node { place: found(text, root.place), ..root })
        }
        Err(error) => {
            let place = error.location().map(|location| found(text, place(&location, source)));
            let full = error.without_snippet().to_string();
            let (code, message, hint) = told(&full);
            let line = place.and_then(|place| text.lines().nth((place.line as usize).saturating_sub(1)));
            let hint = line.and_then(letters::hint).filter(|_| code == Code::NotYaml).or(hint);
            let place = place.unwrap_or(Place { source, ..Place::default() });
            Err(Box::new(Problem::error(place, "", message, hint).coded(code)))
        }
    }
}

/// Returns where a carriage return stands alone: for YAML a line ends there, for people and their editors it does not.
fn lone_carriage_return(text: &str) -> Option<usize> {
    text.match_indices('\r').map(|(byte, _)| byte).find(|byte| !text[byte + 1..].starts_with('\n'))
}

/// Returns what is wrong and how to mend it, from what the parser says; where it stands is told by the place.
fn told(full: &str) -> (Code, String, Option<String>) {
    let first = full.lines().next().unwrap_or("this is not YAML").trim();
    let message = first.rsplit_once(" at line ").map_or(first, |(message, _)| message).to_owned();
    let lower = message.to_lowercase();
    if lower.contains("tab") {
        return (Code::NotYaml, message, Some("indent with spaces".to_owned()));
    }
    if lower.contains("unknown anchor") {
        return (Code::NotYaml, message, Some("an anchor is given with `&name`, before `*name` uses it".to_owned()));
    }
    if lower.contains("documents") {
        let message = "a second document begins here".to_owned();
        return (Code::NotYaml, message, Some("a recipe is one document: take out the `---`".to_owned()));
    }
    if lower.contains("budget") || lower.contains("limit") || lower.contains("alias") {
        let message = "this is more than a recipe may hold".to_owned();
        let hint = "a recipe holds at most 20000 values, 100 anchors, 100 aliases and 32 levels";
        return (Code::TooMuch, message, Some(hint.to_owned()));
    }
    let hint = match lower {
        _ if lower.contains("tag") => "recipes have no tags: leave out what begins with `!`",
        _ if lower.contains("unclosed") || lower.contains("bracket") || lower.contains("flow") => {
            "every `[` and `{` needs its `]` and `}`, with commas between the items"
        }
        _ if lower.contains("quote") => "every quote needs its other half; a quote inside text is doubled or escaped",
        _ if lower.contains("indent") => "what belongs together begins in one column",
        _ if lower.contains("mapping values") || lower.contains("':'") => {
            "what belongs together begins in one column, and text that holds `: ` is put in quotes"
        }
        _ => "the lines above tell where the YAML began to mean something else: a colon, a quote, an indent",
    };
    (Code::NotYaml, message, Some(hint.to_owned()))
}

/// Returns the place of the character that begins at a byte of a text; behind the last line it is the end of that line.
pub fn place_of(text: &str, byte: usize, source: u32) -> Place {
    let last = text.trim_end_matches(['\n', '\r']).len();
    let start = if byte >= text.len() { last } else { byte };
    let before = text.get(..start).unwrap_or("");
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    let marked = text.get(start..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\n' | '\r'));
    Place { source, line, column, start, end: start + marked.map_or(0, char::len_utf8) }
}

/// Returns a place with its bytes, which the parser leaves out of places that it knows by line and column alone.
fn found(text: &str, place: Place) -> Place {
    if place.start >= text.len() && !text.is_empty() {
        return place_of(text, text.len(), place.source);
    }
    if place.start > 0 || place.line == 0 || (place.line, place.column) == (1, 1) {
        return place;
    }
    let line_start: usize = text.split_inclusive('\n').take(place.line as usize - 1).map(str::len).sum();
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let column = line.char_indices().nth((place.column as usize).saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let start = (line_start + column).min(text.len());
    if start == text.len() { place_of(text, start, place.source) } else { Place { start, end: start, ..place } }
}

fn place(location: &Location, source: u32) -> Place {
    let start = location.span().byte_offset().unwrap_or(0) as usize;
    let length = location.span().byte_len().unwrap_or(0) as usize;
    Place { source, line: location.line() as u32, column: location.column() as u32, start, end: start + length }
}

fn node(spanned: Spanned<Raw>, source: u32) -> Node {
    let place = place(&spanned.referenced, source);
    let value = match spanned.value {
        Raw::Null => Value::Null,
        Raw::Bool(value) => Value::Bool(value),
        Raw::Integer(value) => Value::Integer(value),
        Raw::Number(value) => Value::Number(value),
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(item, source)).collect()),
        Raw::Map(entries) => {
            Value::Map(entries.into_iter().map(|(name, value)| (key(name, source), node(value, source))).collect())
        }
    };
    Node { value, place, is_filled: false }
}

fn key(spanned: Spanned<Raw>, source: u32) -> Key {
    let node = node(spanned, source);
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {
            node.shown().trim_matches('`').to_owned()
        }
    };
    Key { text, place: node.place }
}

/// What serde sees, before places are made plain.
enum Raw {
    Null,
    Bool(bool),
    Integer(i128),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}
