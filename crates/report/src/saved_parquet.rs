//! The bytes of a Parquet file in, the rows of its table out. Only the columns of ours are read, so that others may be
//! nested or compressed in any way.

use heavytail::{Column, Row, registry};

use crate::error::TableFault;
use crate::parquet_footer::{Chunk, Leaf, footer};
use crate::parquet_pages::{MOST_TEXT, Unread, fields};
use crate::parquet_thrift::Damaged;
use crate::saved_rows::{require, set};

/// Rows of a small file. Runs let a few bytes stand for any number of rows, so a claim must not be trusted; a file
/// with more rows has at least a byte for each.
const MOST_ROWS: usize = 1 << 16;

/// Reads all rows.
pub(crate) fn rows(file: &[u8]) -> Result<Vec<Row>, TableFault> {
    let footer = footer(file).map_err(damaged)?;
    require(&footer.columns.iter().map(|leaf| leaf.name.as_str()).collect::<Vec<_>>())?;
    let mut known: Vec<(&'static Column, &Leaf)> = Vec::new();
    let registry = registry();
    for leaf in &footer.columns {
        if let Some(column) = registry.iter().copied().find(|column| column.name == leaf.name)
            && !known.iter().any(|(present, _)| *present == column)
        {
            known.push((column, leaf));
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut text = MOST_TEXT;
    let most = file.len().max(MOST_ROWS);
    for group in &footer.groups {
        let first = rows.len();
        let count = usize::try_from(group.rows).ok().filter(|count| *count <= most - first);
        let count = count.ok_or_else(|| damaged(Damaged("it has more rows than any model layers")))?;
        rows.resize(first + count, Row::new());
        for (column, leaf) in &known {
            let chunk = group.chunks.iter().find(|chunk| chunk.name == leaf.name);
            let chunk = chunk.ok_or_else(|| damaged(Damaged("a row group lacks a column")))?;
            let values = values(file, chunk, leaf, column, count, &mut text)?;
            for (place, field) in values.iter().enumerate() {
                if let Some(row) = rows.get_mut(first + place) {
                    set(row, first + place + 1, column, field)?;
                }
            }
        }
    }
    Ok(rows)
}

fn values(
    file: &[u8],
    chunk: &Chunk,
    leaf: &Leaf,
    column: &'static Column,
    rows: usize,
    text: &mut usize,
) -> Result<Vec<crate::saved_rows::Field>, TableFault> {
    let physical = leaf.physical.ok_or(TableFault::ColumnType { column: column.name })?;
    if let Some(codec) = foreign_codec(chunk.codec) {
        return Err(TableFault::Codec { column: column.name, codec });
    }
    if usize::try_from(chunk.values).ok() != Some(rows) {
        return Err(damaged(Damaged("a column has another length than its row group")));
    }
    fields(file, chunk, leaf, physical, text).map_err(|unread| match unread {
        Unread::Damaged(what) => damaged(what),
        Unread::Encoding(number) => TableFault::Encoding { column: column.name, encoding: encoding(number) },
    })
}

fn damaged(what: Damaged) -> TableFault {
    TableFault::Parquet { what: what.0 }
}

/// The name of a codec that is not unpacked.
fn foreign_codec(number: i64) -> Option<&'static str> {
    match number {
        0 | 1 => None,
        2 => Some("gzip"),
        3 => Some("lzo"),
        4 => Some("brotli"),
        5 | 7 => Some("lz4"),
        6 => Some("zstd"),
        _ => Some("an unknown codec"),
    }
}

fn encoding(number: i64) -> &'static str {
    match number {
        4 => "BIT_PACKED",
        5 => "DELTA_BINARY_PACKED",
        6 => "DELTA_LENGTH_BYTE_ARRAY",
        7 => "DELTA_BYTE_ARRAY",
        9 => "BYTE_STREAM_SPLIT",
        _ => "an unknown encoding",
    }
}
