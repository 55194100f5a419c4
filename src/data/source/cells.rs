//! Arrow columns as JSON: what a cell of a Parquet or Arrow file says.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, Schema};
use serde_json::{Map, Number, Value};

use crate::data::source::fault::{Fault, MOST_ROW_BYTES};
use crate::data::source::table::missing_column;
use crate::recipe::dataset::Columns;

/// Returns whether the columns that the recipe names are there, and can be read.
///
/// # Errors
/// When a column is missing, or holds what cannot be read as text, numbers, lists or objects.
pub(super) fn check(schema: &Schema, columns: &Columns) -> Result<(), Fault> {
    let mut seen = std::collections::HashSet::new();
    for (i, field) in schema.fields().iter().enumerate() {
        if !seen.insert(field.name().as_str()) {
            return Err(Fault::new(format!("column {} has the name of an earlier column", i + 1)));
        }
    }
    for name in columns.named() {
        let Ok(field) = schema.field_with_name(name) else {
            return Err(Fault::new(format!("{}: {}", missing_column(name, schema.fields().len()), names(schema))));
        };
        if !is_readable(field.data_type()) {
            return Err(Fault::new(format!("expected text or numbers in column `{name}`, found bytes")));
        }
    }
    Ok(())
}

/// Returns the names of the first columns: a schema is no data.
fn names(schema: &Schema) -> String {
    const MOST: usize = 8;
    const LONGEST: usize = 40;
    let name = |name: &str| name.chars().take(LONGEST).flat_map(char::escape_debug).collect::<String>();
    let mut names: Vec<String> =
        schema.fields().iter().take(MOST).map(|field| format!("`{}`", name(field.name()))).collect();
    names.extend((schema.fields().len() > MOST).then(|| "…".to_owned()));
    names.join(", ")
}

/// Returns whether cells of a type have a value here.
fn is_readable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::Union(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::RunEndEncoded(..) => false,
        DataType::Dictionary(_, values) => is_readable(values),
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            is_readable(field.data_type())
        }
        _ => true,
    }
}

/// The columns of a batch that can be read.
pub(super) struct Cells {
    columns: Vec<(String, DataType, ArrayRef)>,
}

impl Cells {
    /// Returns the columns of a batch as a schema says they are meant; those of bytes are left out.
    ///
    /// A column that is meant as text may hold bytes: whether they are UTF-8 is seen cell by cell.
    pub(super) fn of(batch: &RecordBatch, meant: &Schema) -> Self {
        let columns = meant.fields().iter().zip(batch.columns());
        let readable = columns.filter(|(field, _)| is_readable(field.data_type()));
        let columns = readable.map(|(field, array)| (field.name().clone(), field.data_type().clone(), array.clone()));
        Self { columns: columns.collect() }
    }

    /// Returns a row of the batch, from 0.
    ///
    /// # Errors
    /// When a cell cannot be read, or the row is too large.
    pub(super) fn row(&self, index: usize) -> Result<Map<String, Value>, Fault> {
        let mut room = MOST_ROW_BYTES;
        let cell = |(name, meant, array): &(String, DataType, ArrayRef)| match value(array, meant, index, &mut room) {
            Ok(value) => Ok((name.clone(), value)),
            Err(Unreadable::TooLarge) => Err(Fault::too_long()),
            Err(Unreadable::NotUtf8 { byte }) => {
                Err(Fault::new(format!("not UTF-8 at byte {byte} of column `{name}`")))
            }
            Err(Unreadable::Other) => {
                Err(Fault::new(format!("expected text or numbers in column `{name}`, found what cannot be read")))
            }
        };
        self.columns.iter().map(cell).collect()
    }
}

/// Why a cell has no value.
enum Unreadable {
    TooLarge,
    NotUtf8 { byte: usize },
    Other,
}

/// Returns a cell as JSON, and takes its size from `room`.
fn value(array: &dyn Array, meant: &DataType, index: usize, room: &mut usize) -> Result<Value, Unreadable> {
    take(CELL_BYTES, room)?;
    if array.is_null(index) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => Value::Bool(array.as_boolean().value(index)),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(index).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(index).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(index).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(index).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(index).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(index).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(index).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(index).into(),
        DataType::Float16 => short(&array.as_primitive::<Float16Type>().value(index).to_string()),
        DataType::Float32 => short(&array.as_primitive::<Float32Type>().value(index).to_string()),
        DataType::Float64 => {
            Number::from_f64(array.as_primitive::<Float64Type>().value(index)).map_or(Value::Null, Value::Number)
        }
        DataType::Utf8 => text(array.as_string::<i32>().value(index), room)?,
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(index), room)?,
        DataType::Utf8View => text(array.as_string_view().value(index), room)?,
        DataType::Binary if *meant == DataType::Utf8 => {
            let bytes = array.as_binary::<i32>().value(index);
            let decoded = std::str::from_utf8(bytes);
            text(decoded.map_err(|error| Unreadable::NotUtf8 { byte: error.valid_up_to() })?, room)?
        }
        DataType::List(_) => list(&array.as_list::<i32>().value(index), meant, room)?,
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(index), meant, room)?,
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(index), meant, room)?,
        DataType::Struct(_) => {
            let DataType::Struct(fields) = meant else { return Err(Unreadable::Other) };
            let columns = fields.iter().zip(array.as_struct().columns());
            let readable = columns.filter(|(field, _)| is_readable(field.data_type()));
            let cell = readable
                .map(|(field, array)| Ok((field.name().clone(), value(array, field.data_type(), index, room)?)));
            Value::Object(cell.collect::<Result<_, Unreadable>>()?)
        }
        DataType::Map(..) => map(&array.as_map().value(index), meant, room)?,
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let key = arrow_cast::cast(&dictionary.keys().slice(index, 1), &DataType::Int64).ok();
            let key = key.and_then(|key| usize::try_from(key.as_primitive::<Int64Type>().value(0)).ok());
            let key = key.filter(|key| *key < dictionary.values().len()).ok_or(Unreadable::Other)?;
            value(dictionary.values(), dictionary.values().data_type(), key, room)?
        }
        // Dates, times and decimal numbers, as they are usually written.
        DataType::Timestamp(..)
        | DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Interval(_)
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => text(&array_value_to_string(array, index).map_err(|_| Unreadable::Other)?, room)?,
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::Union(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::RunEndEncoded(..) => return Err(Unreadable::Other),
    })
}

/// What a cell takes apart from its text, in bytes, about.
const CELL_BYTES: usize = 16;

fn take(bytes: usize, room: &mut usize) -> Result<(), Unreadable> {
    *room = room.checked_sub(bytes).ok_or(Unreadable::TooLarge)?;
    Ok(())
}

fn text(text: &str, room: &mut usize) -> Result<Value, Unreadable> {
    take(text.len(), room)?;
    Ok(Value::String(text.to_owned()))
}

fn list(items: &ArrayRef, meant: &DataType, room: &mut usize) -> Result<Value, Unreadable> {
    let (DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _)) = meant else {
        return Err(Unreadable::Other);
    };
    let items = (0..items.len()).map(|i| value(items, field.data_type(), i, room));
    items.collect::<Result<_, _>>().map(Value::Array)
}

/// A map is an object where its keys are text.
fn map(entries: &StructArray, meant: &DataType, room: &mut usize) -> Result<Value, Unreadable> {
    let DataType::Map(field, _) = meant else { return Err(Unreadable::Other) };
    let DataType::Struct(fields) = field.data_type() else { return Err(Unreadable::Other) };
    let [key, item] = &fields[..] else { return Err(Unreadable::Other) };
    let mut pair = |i| match value(entries.column(0), key.data_type(), i, room)? {
        Value::String(name) => Ok((name, value(entries.column(1), item.data_type(), i, room)?)),
        _ => Err(Unreadable::Other),
    };
    (0..entries.len()).map(&mut pair).collect::<Result<_, _>>().map(Value::Object)
}

/// Returns a number as it is written in its own precision: 0.1, not 0.10000000149.
fn short(written: &str) -> Value {
    written.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}
