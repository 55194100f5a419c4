//! Which columns records need.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use serde::{Deserialize, Serialize};

use crate::data::record::{Content, MediaKind, Record};

/// Columns that mean something of their own; a further field of that name gets `_` behind it.
pub(super) const RESERVED: [&str; 12] = [
    "id", "document", "text", "prompt", "response", "messages", "chosen", "rejected", "image", "audio", "caption",
    "label",
];

/// Which columns records need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shape {
    /// Some are text.
    pub text: bool,
    /// Some are pairs.
    pub pair: bool,
    /// Some are conversations.
    pub chat: bool,
    /// Some are two answers, of which one is preferred.
    #[serde(default)]
    pub preference: bool,
    /// Some are pictures.
    pub image: bool,
    /// Some are sounds.
    pub audio: bool,
    /// Some have a label.
    pub label: bool,
    /// The names of their further fields.
    pub fields: BTreeSet<String>,
}

impl Shape {
    /// Adds what a record needs.
    pub fn add(&mut self, record: &Record) {
        match &record.content {
            Content::Text(_) => self.text = true,
            Content::Pair { .. } => self.pair = true,
            Content::Chat(_) => self.chat = true,
            Content::Preference(_) => self.preference = true,
            Content::Media(media) => match media.kind {
                MediaKind::Image => self.image = true,
                MediaKind::Audio => self.audio = true,
            },
        }
        self.label |= record.label.is_some();
        for name in record.fields.keys() {
            if !self.fields.contains(name) {
                self.fields.insert(name.clone());
            }
        }
    }

    /// Adds what other records need.
    pub fn join(&mut self, other: &Self) {
        let Self { text, pair, chat, preference, image, audio, label, fields } = other;
        self.text |= text;
        self.pair |= pair;
        self.chat |= chat;
        self.preference |= preference;
        self.image |= image;
        self.audio |= audio;
        self.label |= label;
        self.fields.extend(fields.iter().cloned());
    }

    /// Returns the columns of a table.
    pub(super) fn schema(&self) -> Schema {
        let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
        let mut columns = vec![text("id", false), text("document", false)];
        let mut add = |is_there: bool, field: Field| is_there.then(|| columns.push(field));
        add(self.text, text("text", true));
        add(self.pair, text("prompt", true));
        add(self.pair, text("response", true));
        add(self.chat, turns("messages"));
        add(self.preference, turns("chosen"));
        add(self.preference, turns("rejected"));
        add(self.image, Field::new("image", DataType::Struct(media()), true));
        add(self.audio, Field::new("audio", DataType::Struct(media()), true));
        add(self.image || self.audio, text("caption", true));
        add(self.label, text("label", true));
        self.fields.iter().for_each(|name| columns.push(text(&column_of(name), true)));
        Schema::new(columns)
    }
}

/// Returns the column a further field stands in.
pub fn column_of(field: &str) -> String {
    let is_taken = RESERVED.contains(&field.trim_end_matches('_'));
    if is_taken { format!("{field}_") } else { field.to_owned() }
}

/// Returns the further field that stands in a column.
pub(super) fn field_of(column: &str) -> &str {
    let is_moved = column.ends_with('_') && RESERVED.contains(&column.trim_end_matches('_'));
    if is_moved { &column[..column.len() - 1] } else { column }
}

/// The fields of a turn.
pub(super) fn turn() -> Fields {
    ["role", "content"].into_iter().map(|name| Field::new(name, DataType::Utf8, false)).collect()
}

/// The fields of a picture or a sound.
pub(super) fn media() -> Fields {
    Fields::from(vec![Field::new("bytes", DataType::Binary, true), Field::new("path", DataType::Utf8, true)])
}

fn turns(name: &str) -> Field {
    let item = Arc::new(Field::new("item", DataType::Struct(turn()), false));
    Field::new(name, DataType::List(item), true)
}
