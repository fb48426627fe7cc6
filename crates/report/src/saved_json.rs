//! The bytes of a JSON document or of JSON lines in, its details table out: ours, or what `to_json` of pandas makes
//! in any orientation.

use heavytail::{Column, Details, Row, Uncovered, registry};
use serde_json::{Map, Value};

use crate::error::TableFault;
use crate::json::SCHEMA_VERSION;
use crate::saved_rows::{Field, require, set};

type Object = Map<String, Value>;

/// Reads the document.
pub(crate) fn details(bytes: &[u8]) -> Result<Details, TableFault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let documents: Vec<Value> = serde_json::Deserializer::from_slice(bytes)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(TableFault::Json)?;
    let rows = |records: Vec<Object>| Ok(Details { rows: records_rows(&records)?, ..Details::default() });
    match <[Value; 1]>::try_from(documents) {
        Ok([Value::Object(document)]) if document.contains_key("schema_version") => ours(document),
        Ok([Value::Object(document)]) => rows(pandas(document)?),
        Ok([Value::Array(records)]) => rows(objects(records)?),
        Ok(_) => Err(shape("a single value", "rows should be")),
        Err(lines) => rows(objects(lines)?),
    }
}

fn shape(found: &'static str, wanted: &'static str) -> TableFault {
    TableFault::Shape { found, wanted }
}

fn objects(values: Vec<Value>) -> Result<Vec<Object>, TableFault> {
    values
        .into_iter()
        .map(|value| match value {
            Value::Object(object) => Ok(object),
            _ => Err(shape("a row that is no object", "each row should be one")),
        })
        .collect()
}

/// A document that heavytail wrote, with coverage and options.
fn ours(mut document: Object) -> Result<Details, TableFault> {
    let found = document.get("schema_version").and_then(Value::as_u64).unwrap_or(0);
    if found > SCHEMA_VERSION {
        return Err(TableFault::LaterVersion { found, known: SCHEMA_VERSION });
    }
    let Some(Value::Array(rows)) = document.remove("rows") else {
        return Err(shape("a document without `rows`", "the layers should be"));
    };
    let coverage = match document.remove("coverage") {
        Some(Value::Array(entries)) => entries.iter().map(uncovered).collect(),
        _ => Vec::new(),
    };
    let options = match document.remove("options") {
        Some(Value::Object(options)) => options
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect(),
        _ => Vec::new(),
    };
    let interrupted = document.get("interrupted").and_then(Value::as_bool).unwrap_or(false);
    let rows = records_rows(&objects(rows)?)?;
    Ok(Details { rows, coverage, options, interrupted, ..Details::default() })
}

fn uncovered(entry: &Value) -> Uncovered {
    let words = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let extents = entry.get("shape").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Uncovered {
        name: words("name"),
        dtype: words("dtype"),
        shape: extents.iter().filter_map(|extent| usize::try_from(extent.as_u64()?).ok()).collect(),
        reason: words("reason"),
        message: words("message"),
    }
}

/// `to_json` by columns (the default), index, split or table, and `to_dict("list")`, as rows.
fn pandas(mut document: Object) -> Result<Vec<Object>, TableFault> {
    match (document.remove("columns"), document.remove("data")) {
        (Some(Value::Array(names)), Some(Value::Array(lines))) => return split(&names, lines),
        (None, Some(Value::Array(records))) => return objects(records),
        _ => {}
    }
    if !document.contains_key("alpha") && document.values().all(Value::is_object) {
        return objects(document.into_iter().map(|(_, value)| value).collect());
    }
    by_columns(document)
}

fn split(names: &[Value], lines: Vec<Value>) -> Result<Vec<Object>, TableFault> {
    lines
        .into_iter()
        .map(|line| match line {
            Value::Array(fields) => Ok(names
                .iter()
                .zip(fields)
                .filter_map(|(name, field)| Some((name.as_str()?.to_owned(), field)))
                .collect()),
            _ => Err(shape("a row that is no list", "`data` should have one a layer")),
        })
        .collect()
}

/// The rows are those of the column `alpha`; a column may lack some.
fn by_columns(mut document: Object) -> Result<Vec<Object>, TableFault> {
    require(&document.keys().map(String::as_str).collect::<Vec<_>>())?;
    let keys: Option<Vec<String>> =
        document.get("alpha").and_then(Value::as_object).map(|alphas| alphas.keys().cloned().collect());
    let number = match (&keys, document.get("alpha")) {
        (Some(keys), _) => keys.len(),
        (None, Some(Value::Array(alphas))) => alphas.len(),
        // JSON lines of a single layer.
        _ => return Ok(vec![document]),
    };
    let mut rows = vec![Object::new(); number];
    for column in registry() {
        let fields: Vec<Value> = match (document.remove(column.name), &keys) {
            (Some(Value::Array(fields)), None) => fields,
            (Some(Value::Object(mut fields)), Some(keys)) => {
                keys.iter().map(|key| fields.remove(key).unwrap_or(Value::Null)).collect()
            }
            (None, _) => continue,
            _ => return Err(shape("columns of different shapes", "all should be objects or all lists")),
        };
        for (row, field) in rows.iter_mut().zip(fields) {
            row.insert(column.name.to_owned(), field);
        }
    }
    Ok(rows)
}

fn records_rows(records: &[Object]) -> Result<Vec<Row>, TableFault> {
    let has = |column: &Column| records.iter().any(|record| record.contains_key(column.name));
    let columns: Vec<&'static Column> = registry().into_iter().filter(|column| has(column)).collect();
    let known: Vec<&str> = columns.iter().map(|column| column.name).collect();
    // A table without layers has no columns to miss.
    if let (Err(_), Some(first)) = (require(&known), records.first()) {
        require(&first.keys().map(String::as_str).collect::<Vec<_>>())?;
    }
    let mut rows = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let mut row = Row::new();
        for column in &columns {
            set(&mut row, index + 1, column, &record.get(column.name).map_or(Field::Null, field))?;
        }
        rows.push(row);
    }
    Ok(rows)
}

fn field(value: &Value) -> Field {
    match value {
        Value::Null => Field::Null,
        Value::Bool(flag) => Field::Flag(*flag),
        Value::Number(number) => number
            .as_i64()
            .map(Field::Integer)
            .or_else(|| number.as_f64().map(Field::Float))
            .unwrap_or(Field::Null),
        Value::String(text) => Field::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Field::Nested,
    }
}
