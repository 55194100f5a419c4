//! The schema with text as bytes: a batch with one wrong byte is read all the same, and the row with that byte is told.

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::errors::ParquetError;
use parquet::schema::types::{SchemaDescriptor, Type};

/// Returns the schema without what says that bytes are UTF-8.
///
/// # Errors
/// When a type of the schema cannot be.
pub(super) fn of(schema: &SchemaDescriptor) -> Result<SchemaDescriptor, ParquetError> {
    let root = schema.root_schema();
    let fields = root.get_fields().iter().map(|field| undecoded(field)).collect::<Result<Vec<_>, _>>()?;
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

fn undecoded(field: &Type) -> Result<Arc<Type>, ParquetError> {
    let info = field.get_basic_info();
    let id = info.has_id().then(|| info.id());
    if field.is_group() {
        let fields = field.get_fields().iter().map(|field| undecoded(field)).collect::<Result<Vec<_>, _>>()?;
        let group = Type::group_type_builder(info.name())
            .with_repetition(info.repetition())
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_fields(fields)
            .with_id(id);
        return Ok(Arc::new(group.build()?));
    }
    let is_text = matches!(info.converted_type(), ConvertedType::UTF8 | ConvertedType::JSON | ConvertedType::ENUM)
        || matches!(info.logical_type_ref(), Some(LogicalType::String | LogicalType::Json | LogicalType::Enum));
    if field.get_physical_type() != Physical::BYTE_ARRAY || !is_text {
        return Ok(Arc::new(field.clone()));
    }
    let bytes = Type::primitive_type_builder(info.name(), Physical::BYTE_ARRAY);
    Ok(Arc::new(bytes.with_repetition(info.repetition()).with_id(id).build()?))
}
