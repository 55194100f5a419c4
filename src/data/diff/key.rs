//! What is remembered of a row: 24 bytes.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::data::diff::Tables;
use crate::data::error::DataError;
use crate::data::record::{Content, MediaKind, Record, Turn};
use crate::data::table;
use crate::recipe::dataset::SplitName;

/// The most labels whose names are remembered: there are hardly more classes.
const MOST_LABELS: usize = 10_000;

/// What is remembered of a row: digests of its name and of what it says, and its split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The digest of its name.
    pub(super) id: u64,
    /// The digest of what it says.
    pub(super) text: u64,
    /// The digest of its label; 0 where it has none.
    pub(super) label: u32,
    /// The digest of its further fields, and in the last two bits its split.
    rest: u32,
}

const _: () = assert!(size_of::<Key>() == 24, "the documentation says how much memory a row takes");

impl Key {
    /// Returns what is remembered of a row.
    pub(super) fn of(record: &Record, split: SplitName) -> Self {
        let mut fields = blake3::Hasher::new();
        for (name, value) in &record.fields {
            part(part(&mut fields, name), value);
        }
        let number = SplitName::ALL.iter().position(|name| *name == split).expect("every split is among all") as u32;
        Self {
            id: short(blake3::Hasher::new().update(record.id.as_bytes())),
            text: text(&record.content),
            label: record.label.as_deref().map_or(0, label),
            rest: (short(&fields) as u32) & !3 | number,
        }
    }

    /// Returns the split of the row.
    pub(super) fn split(self) -> SplitName {
        SplitName::ALL[(self.rest & 3) as usize % SplitName::ALL.len()]
    }

    /// Returns the digest of the further fields.
    pub(super) fn fields(self) -> u32 {
        self.rest >> 2
    }
}

/// Returns the digest of a label, which is never 0.
fn label(name: &str) -> u32 {
    (short(blake3::Hasher::new().update(name.as_bytes())) as u32).max(1)
}

fn text(content: &Content) -> u64 {
    let mut hasher = blake3::Hasher::new();
    match content {
        Content::Text(text) => part(part(&mut hasher, "text"), text),
        Content::Pair { prompt, response } => part(part(part(&mut hasher, "pair"), prompt), response),
        Content::Chat(turns) => {
            part(&mut hasher, "chat");
            turns.iter().fold(&mut hasher, |hasher, turn| part(part(hasher, &turn.role), &turn.content))
        }
        Content::Preference(both) => {
            let turns = |hasher, turns: &[Turn]| {
                turns.iter().fold(hasher, |hasher, turn| part(part(hasher, &turn.role), &turn.content))
            };
            let hasher = turns(part(&mut hasher, "chosen"), &both.chosen);
            turns(part(hasher, "rejected"), &both.rejected)
        }
        Content::Media(media) => {
            let kind = match media.kind {
                MediaKind::Image => "image",
                MediaKind::Audio => "audio",
            };
            part(part(&mut hasher, kind), &media.caption).update(&media.bytes)
        }
    };
    short(&hasher)
}

/// Adds a text with its length, so that no two lists of texts are the same bytes.
fn part<'h>(hasher: &'h mut blake3::Hasher, text: &str) -> &'h mut blake3::Hasher {
    hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes())
}

fn short(hasher: &blake3::Hasher) -> u64 {
    let digest = hasher.finalize();
    u64::from_le_bytes(digest.as_bytes()[..8].try_into().expect("8 of 32 bytes"))
}

/// What is remembered of a dataset.
pub(super) struct Side {
    /// Its rows, in the order of their keys.
    pub(super) keys: Vec<Key>,
    /// The names of its labels by their digests.
    pub(super) labels: BTreeMap<u32, String>,
}

/// Reads the tables of a dataset.
pub(super) fn read(tables: &Tables) -> Result<Side, DataError> {
    let (mut keys, mut labels) = (Vec::new(), BTreeMap::new());
    for (split, path) in tables {
        let batches = table::read(path)?;
        keys.reserve(usize::try_from(batches.n_records()).unwrap_or(0));
        for batch in batches {
            let batch = batch?;
            for name in batch.iter().filter_map(|record| record.label.as_ref()) {
                if labels.len() < MOST_LABELS {
                    labels.entry(label(name)).or_insert_with(|| name.clone());
                }
            }
            keys.par_extend(batch.par_iter().map(|record| Key::of(record, *split)));
        }
    }
    keys.par_sort_unstable();
    Ok(Side { keys, labels })
}
