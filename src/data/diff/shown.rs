//! Examples of what differs, read again, with private data masked.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::data::diff::Tables;
use crate::data::diff::key::Key;
use crate::data::error::DataError;
use crate::data::look::{excerpts, masked};
use crate::data::record::Record;
use crate::data::table;
use crate::recipe::dataset::SplitName;

/// The most examples of each kind of difference.
pub const MOST_EXAMPLES: usize = 5;
/// The most changes of labels that are told.
const MOST_LABELS: usize = 20;
/// The most characters of a text that is shown.
const MOST_CHARS: usize = 160;

/// How a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Only the first dataset has it.
    OnlyA,
    /// Only the second dataset has it.
    OnlyB,
    /// It says something else.
    Changed,
    /// It says the same under another name.
    Renamed,
    /// It has another label.
    Relabelled,
    /// It has other further fields.
    OtherFields,
    /// It stands in another split.
    Moved,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Example {
    /// How it differs.
    pub found: Found,
    /// As the first dataset has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a: Option<Shown>,
    /// As the second dataset has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b: Option<Shown>,
}

/// A row as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Shown {
    /// Its name.
    pub record: String,
    /// Its split.
    pub split: SplitName,
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its further fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// How it begins, or where it begins to differ, with private data masked.
    pub text: String,
}

/// How often a label became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabelChange {
    /// The label in the first dataset; `None` where there was none.
    pub from: Option<String>,
    /// The label in the second dataset; `None` where there is none.
    pub to: Option<String>,
    /// How many rows.
    pub rows: u64,
}

/// Returns changes of labels by name, the most frequent first.
pub(super) fn label_changes(changes: &BTreeMap<(u32, u32), u64>, names: &BTreeMap<u32, String>) -> Vec<LabelChange> {
    let name = |digest: u32| (digest != 0).then(|| names.get(&digest).cloned().unwrap_or_else(|| "…".to_owned()));
    let mut all: Vec<_> = changes
        .iter()
        .map(|((from, to), rows)| LabelChange { from: name(*from), to: name(*to), rows: *rows })
        .collect();
    all.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    all.truncate(MOST_LABELS);
    all
}

/// Reads the rows that are shown.
pub(super) fn examples(
    a: &Tables,
    b: &Tables,
    found: &[(Found, Option<Key>, Option<Key>)],
) -> Result<Vec<Example>, DataError> {
    let ours = read(a, found.iter().filter_map(|(_, a, _)| *a).collect())?;
    let theirs = read(b, found.iter().filter_map(|(_, _, b)| *b).collect())?;
    let example = |(found, a, b): &(Found, Option<Key>, Option<Key>)| {
        let (ours, theirs) = (a.and_then(|key| ours.get(&key)), b.and_then(|key| theirs.get(&key)));
        let texts = match (ours, theirs) {
            (Some(a), Some(b)) => excerpts(a, b, MOST_CHARS),
            (one, other) => (beginning(one), beginning(other)),
        };
        let a = ours.zip(*a).map(|(record, key)| shown(record, key, texts.0));
        let b = theirs.zip(*b).map(|(record, key)| shown(record, key, texts.1));
        Example { found: *found, a, b }
    };
    let mut all: Vec<Example> = found.iter().map(example).collect();
    all.sort_by_key(|example| example.found);
    Ok(all)
}

fn beginning(record: Option<&Record>) -> String {
    record.map(|record| masked(&record.texts().collect::<Vec<_>>().join(" "), MOST_CHARS)).unwrap_or_default()
}

fn shown(record: &Record, key: Key, text: String) -> Shown {
    let Record { id, document: _, content: _, label, fields } = record;
    let fields = fields.iter().map(|(name, value)| (name.clone(), masked(value, MOST_CHARS))).collect();
    Shown { record: id.clone(), split: key.split(), label: label.clone(), fields, text }
}

/// Reads the rows with these keys.
fn read(tables: &Tables, mut wanted: Vec<Key>) -> Result<BTreeMap<Key, Record>, DataError> {
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = BTreeMap::new();
    for (split, path) in tables {
        if !wanted.iter().any(|key| key.split() == *split) {
            continue;
        }
        for batch in table::read(path)? {
            for record in batch? {
                let key = Key::of(&record, *split);
                if wanted.binary_search(&key).is_ok() {
                    found.entry(key).or_insert(record);
                }
            }
            if found.len() == wanted.len() {
                return Ok(found);
            }
        }
    }
    Ok(found)
}
