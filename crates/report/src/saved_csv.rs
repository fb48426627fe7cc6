//! The bytes of a CSV file in, the rows of its table out. An unnamed index column, as pandas writes it, is ignored
//! like every other column that no table of ours has.

use heavytail::{Column, ColumnType, Row, registry};

use crate::error::TableFault;
use crate::saved_rows::{Field, require, set};

/// Reads all rows. An empty field is a null, of a text column too: CSV has no other.
pub(crate) fn rows(bytes: &[u8]) -> Result<Vec<Row>, TableFault> {
    // The csv crate skips a byte order mark. Names are any bytes: what is no Unicode is shown as `�`.
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let header: Vec<String> = reader
        .byte_headers()
        .map_err(TableFault::Csv)?
        .iter()
        .map(|name| words(name).trim().to_owned())
        .collect();
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    require(&names)?;
    let mut columns: Vec<(usize, &'static Column)> = Vec::new();
    let registry = registry();
    let find = |name: &str| registry.iter().copied().find(|column| column.name == name);
    for (place, column) in names.iter().enumerate().filter_map(|(place, name)| Some((place, find(name)?))) {
        // Of two columns of one name the first counts.
        if !columns.iter().any(|(_, known)| *known == column) {
            columns.push((place, column));
        }
    }
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(TableFault::Csv)?;
        let mut row = Row::new();
        for (place, column) in &columns {
            let text = record.get(*place).map(words).unwrap_or_default();
            let null = text.is_empty() || (column.kind == ColumnType::Text && text == "nan");
            let field = if null { Field::Null } else { Field::Text(text) };
            set(&mut row, rows.len() + 1, column, &field)?;
        }
        rows.push(row);
    }
    Ok(rows)
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
