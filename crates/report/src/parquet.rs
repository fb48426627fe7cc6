//! A details table in, a Parquet file out: one row group, types from the column registry, nulls where there is no
//! value.

use std::io::Write;
use std::sync::Arc;

use ::parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};
use heavytail::{Column, ColumnType, Details, Value};

use crate::error::Error;
use crate::json::SCHEMA_VERSION;

/// Writes the table as a Parquet file, its pages compressed with snappy.
///
/// # Errors
/// [`Error::Write`] when `out` refuses, [`Error::ParquetWrite`] when the format can't hold the table.
pub fn write_parquet(details: &Details, out: &mut dyn Write) -> Result<(), Error> {
    let bytes = encode(details).map_err(Error::ParquetWrite)?;
    out.write_all(&bytes).map_err(Error::Write)?;
    out.flush().map_err(Error::Write)
}

fn encode(details: &Details) -> ParquetResult<Vec<u8>> {
    let columns = details.columns();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("heavytail {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "heavytail.schema_version".to_owned(),
            SCHEMA_VERSION.to_string(),
        )]))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema(&columns)?, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for column in &columns {
        let missing = || ParquetError::General(format!("no writer for column {}", column.name));
        let mut chunk = group.next_column()?.ok_or_else(missing)?;
        let values: Vec<Option<&Value>> = details.rows.iter().map(|row| row.get(column)).collect();
        write_column(&mut chunk, &values)?;
        chunk.close()?;
    }
    group.close()?;
    writer.into_inner()
}

fn schema(columns: &[&Column]) -> ParquetResult<TypePtr> {
    let mut fields = Vec::with_capacity(columns.len());
    for column in columns {
        let physical = match column.kind {
            ColumnType::Integer => Physical::INT64,
            ColumnType::Float => Physical::DOUBLE,
            ColumnType::Flag => Physical::BOOLEAN,
            _ => Physical::BYTE_ARRAY,
        };
        let mut field =
            Type::primitive_type_builder(column.name, physical).with_repetition(Repetition::OPTIONAL);
        if physical == Physical::BYTE_ARRAY {
            field =
                field.with_converted_type(ConvertedType::UTF8).with_logical_type(Some(LogicalType::String));
        }
        fields.push(Arc::new(field.build()?));
    }
    Ok(Arc::new(Type::group_type_builder("details").with_fields(fields).build()?))
}

/// A definition level of 1 for each value that is there, 0 for each null.
fn write_column(chunk: &mut SerializedColumnWriter<'_>, values: &[Option<&Value>]) -> ParquetResult<()> {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let there = values.iter().copied().flatten();
    match chunk.untyped() {
        ColumnWriter::Int64ColumnWriter(writer) => {
            let numbers: Vec<i64> = there.filter_map(integer).collect();
            writer.write_batch(&numbers, Some(&levels), None)?;
        }
        ColumnWriter::DoubleColumnWriter(writer) => {
            let numbers: Vec<f64> = there.filter_map(float).collect();
            writer.write_batch(&numbers, Some(&levels), None)?;
        }
        ColumnWriter::BoolColumnWriter(writer) => {
            let flags: Vec<bool> = there.filter_map(flag).collect();
            writer.write_batch(&flags, Some(&levels), None)?;
        }
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let texts: Vec<ByteArray> = there.filter_map(text).collect();
            writer.write_batch(&texts, Some(&levels), None)?;
        }
        _ => return Err(ParquetError::General("a column of a type that no table has".to_owned())),
    }
    Ok(())
}

fn integer(value: &Value) -> Option<i64> {
    if let Value::Integer(value) = value { Some(*value) } else { None }
}

fn float(value: &Value) -> Option<f64> {
    if let Value::Float(value) = value { Some(*value) } else { None }
}

fn flag(value: &Value) -> Option<bool> {
    if let Value::Flag(value) = value { Some(*value) } else { None }
}

fn text(value: &Value) -> Option<ByteArray> {
    if let Value::Text(value) = value { Some(value.as_str().into()) } else { None }
}
