//! Records become columns.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Schema};

use crate::data::record::{Content, Media, MediaKind, Preference, Record, Turn};
use crate::data::table::shape::{field_of, media, turn};

/// Returns records as a batch of columns of this schema.
pub(super) fn batch(schema: &Arc<Schema>, records: &[Record]) -> RecordBatch {
    let columns = schema.fields().iter().map(|field| column(field, records)).collect();
    RecordBatch::try_new(Arc::clone(schema), columns).expect("every column has a value or none for each record")
}

fn column(field: &Field, records: &[Record]) -> ArrayRef {
    match field.name().as_str() {
        "id" => text(records, |record| Some(&record.id)),
        "document" => text(records, |record| Some(&record.document)),
        "text" => text(records, |record| if let Content::Text(text) = &record.content { Some(text) } else { None }),
        "prompt" => text(records, |record| pair_of(record).map(|(prompt, _)| prompt)),
        "response" => text(records, |record| pair_of(record).map(|(_, response)| response)),
        "caption" => text(records, |record| media_of(record).map(|media| media.caption.as_str())),
        "label" => text(records, |record| record.label.as_deref()),
        "messages" => {
            turns(records, |record| if let Content::Chat(turns) = &record.content { Some(turns) } else { None })
        }
        "chosen" => turns(records, |record| preference_of(record).map(|both| both.chosen.as_slice())),
        "rejected" => turns(records, |record| preference_of(record).map(|both| both.rejected.as_slice())),
        "image" => files(records, MediaKind::Image),
        "audio" => files(records, MediaKind::Audio),
        name => text(records, |record| record.fields.get(field_of(name)).map(String::as_str)),
    }
}

fn pair_of(record: &Record) -> Option<(&str, &str)> {
    if let Content::Pair { prompt, response } = &record.content { Some((prompt, response)) } else { None }
}

fn preference_of(record: &Record) -> Option<&Preference> {
    if let Content::Preference(both) = &record.content { Some(both) } else { None }
}

fn media_of(record: &Record) -> Option<&Media> {
    if let Content::Media(media) = &record.content { Some(media) } else { None }
}

fn text<'r>(records: &'r [Record], value: impl Fn(&'r Record) -> Option<&'r str>) -> ArrayRef {
    let mut column = StringBuilder::new();
    records.iter().for_each(|record| column.append_option(value(record)));
    Arc::new(column.finish())
}

fn turns<'r>(records: &'r [Record], value: impl Fn(&'r Record) -> Option<&'r [Turn]>) -> ArrayRef {
    let item = Arc::new(Field::new("item", DataType::Struct(turn()), false));
    let turns = StructBuilder::from_fields(turn(), 0);
    let mut column = ListBuilder::new(turns).with_field(item);
    for record in records {
        let Some(turns) = value(record) else {
            column.append(false);
            continue;
        };
        for Turn { role, content } in turns {
            let builder = column.values();
            for (i, value) in [role, content].into_iter().enumerate() {
                let field: &mut StringBuilder = builder.field_builder(i).expect("a turn has two texts");
                field.append_value(value);
            }
            builder.append(true);
        }
        column.append(true);
    }
    Arc::new(column.finish())
}

fn files(records: &[Record], kind: MediaKind) -> ArrayRef {
    let (mut bytes, mut paths, mut there) = (BinaryBuilder::new(), StringBuilder::new(), Vec::new());
    for record in records {
        let found = media_of(record).filter(|media| media.kind == kind);
        bytes.append_option(found.map(|media| &media.bytes));
        paths.append_option(found.map(|_| &record.document));
        there.push(found.is_some());
    }
    let columns: Vec<ArrayRef> = vec![Arc::new(bytes.finish()), Arc::new(paths.finish())];
    Arc::new(StructArray::new(media(), columns, Some(there.into())))
}
