//! The bytes of a Parquet file in, the rows of its table out. Only the columns of ours are read, so that others may be
//! nested or compressed in any way.

use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field as ParquetField;
use ::parquet::schema::types::{Type, TypePtr};
use bytes::Bytes;
use heavytail::column::find;
use heavytail::{Column, Row};

use crate::error::TableFault;
use crate::saved_rows::{Field, require, set};

/// Reads all rows.
pub(crate) fn rows(bytes: Vec<u8>) -> Result<Vec<Row>, TableFault> {
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(TableFault::Parquet)?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema();
    require(&schema.get_fields().iter().map(|field| field.name()).collect::<Vec<_>>())?;
    let (columns, fields) = wanted(schema);
    check_codecs(metadata, &columns)?;
    let projection =
        Type::group_type_builder(schema.name()).with_fields(fields).build().map_err(TableFault::Parquet)?;
    let mut rows = Vec::new();
    for record in reader.get_row_iter(Some(projection)).map_err(TableFault::Parquet)? {
        let record = record.map_err(TableFault::Parquet)?;
        let mut row = Row::new();
        for ((_, value), column) in record.get_column_iter().zip(&columns) {
            set(&mut row, rows.len() + 1, column, &field(value)?)?;
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The columns of ours that are plain, with their fields, in the file's order.
fn wanted(schema: &Type) -> (Vec<&'static Column>, Vec<TypePtr>) {
    let mut columns: Vec<&'static Column> = Vec::new();
    let mut fields = Vec::new();
    for field in schema.get_fields() {
        let Some(column) = find(field.name()) else { continue };
        if field.is_primitive() && !columns.contains(&column) {
            columns.push(column);
            fields.push(Arc::clone(field));
        }
    }
    (columns, fields)
}

fn check_codecs(metadata: &ParquetMetaData, columns: &[&'static Column]) -> Result<(), TableFault> {
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let path = chunk.column_path().string();
        let ours = columns.iter().any(|column| column.name == path);
        if ours && !matches!(chunk.compression(), Compression::UNCOMPRESSED | Compression::SNAPPY) {
            return Err(TableFault::Codec {
                column: path,
                codec: format!("{:?}", chunk.compression()).to_lowercase(),
            });
        }
    }
    Ok(())
}

fn field(value: &ParquetField) -> Result<Field, TableFault> {
    let large = || TableFault::Parquet(ParquetError::General("a count above 2^63".to_owned()));
    Ok(match value {
        ParquetField::Null => Field::Null,
        ParquetField::Bool(flag) => Field::Flag(*flag),
        ParquetField::Byte(value) => Field::Integer((*value).into()),
        ParquetField::Short(value) => Field::Integer((*value).into()),
        ParquetField::Int(value) => Field::Integer((*value).into()),
        ParquetField::Long(value) => Field::Integer(*value),
        ParquetField::UByte(value) => Field::Integer((*value).into()),
        ParquetField::UShort(value) => Field::Integer((*value).into()),
        ParquetField::UInt(value) => Field::Integer((*value).into()),
        ParquetField::ULong(value) => Field::Integer(i64::try_from(*value).map_err(|_| large())?),
        ParquetField::Float16(value) => Field::Float(value.to_f64()),
        ParquetField::Float(value) => Field::Float((*value).into()),
        ParquetField::Double(value) => Field::Float(*value),
        ParquetField::Str(text) => Field::Text(text.clone()),
        ParquetField::Bytes(bytes) => Field::Text(String::from_utf8_lossy(bytes.data()).into_owned()),
        _ => Field::Nested,
    })
}
