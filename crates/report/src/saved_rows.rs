//! Fields as a file has them in, typed values of a row out; and the refusal of tables that lack what a table needs.

use heavytail::columns_fit::ALPHA;
use heavytail::columns_layer::{LONGNAME, NAME};
use heavytail::{Column, ColumnType, Row, Value};

use crate::error::TableFault;
use crate::escape::escaped;

/// A field as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// Words, or a number or flag in words.
    Text(String),
    /// True or false.
    Flag(bool),
    /// A list or an object, which no column has.
    Nested,
}

/// Refuses a table without names or alphas.
pub(crate) fn require(names: &[&str]) -> Result<(), TableFault> {
    let has = |column: &Column| names.contains(&column.name);
    let missing = if !has(&ALPHA) {
        ALPHA.name
    } else if !has(&LONGNAME) && !has(&NAME) {
        "name` or `longname"
    } else {
        return Ok(());
    };
    Err(TableFault::MissingColumn { missing, found: listed(names) })
}

/// How many columns an error names.
const NAMED: usize = 8;

fn listed(names: &[&str]) -> String {
    let mut shown: Vec<String> =
        names.iter().filter(|name| !name.is_empty()).take(NAMED).map(|name| shortened(name)).collect();
    match names.len().saturating_sub(NAMED) {
        0 if shown.is_empty() => shown.push("none".to_owned()),
        0 => {}
        more => shown.push(format!("and {more} more")),
    }
    shown.join(", ")
}

/// The first letters of a field, fit for an error.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    escaped(&short).into_owned()
}

/// Sets the column's value in the row, `number` counted from 1; a null sets nothing.
pub(crate) fn set(
    row: &mut Row,
    number: usize,
    column: &'static Column,
    field: &Field,
) -> Result<(), TableFault> {
    match typed(column.kind, field) {
        Ok(Some(value)) => row.set(column, value),
        Ok(None) => {}
        Err(NoValue) => {
            return Err(TableFault::Value {
                row: number,
                column: column.name,
                text: match field {
                    Field::Text(text) => format!("`{}`", shortened(text)),
                    Field::Flag(flag) => flag.to_string(),
                    Field::Integer(value) => value.to_string(),
                    Field::Float(value) => value.to_string(),
                    Field::Nested => "a list or an object".to_owned(),
                    Field::Null => "null".to_owned(),
                },
                wanted: match column.kind {
                    ColumnType::Integer => "whole number",
                    ColumnType::Float => "number",
                    ColumnType::Flag => "flag (True or False)",
                    _ => "text",
                },
            });
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq)]
struct NoValue;

/// pandas turns whole numbers and flags into floats where a column has nulls, so those come back here.
fn typed(kind: ColumnType, field: &Field) -> Result<Option<Value>, NoValue> {
    let text = match field {
        Field::Null => return Ok(None),
        Field::Text(text) if kind != ColumnType::Text => text.trim(),
        Field::Text(text) => return Ok(Some(Value::Text(text.clone()))),
        _ => "",
    };
    if matches!(field, Field::Text(_)) && matches!(text, "" | "None" | "null" | "NULL" | "<NA>" | "NaT") {
        return Ok(None);
    }
    match kind {
        ColumnType::Integer => integer(field, text),
        ColumnType::Float => float(field, text).map(|value| Some(Value::Float(value))),
        ColumnType::Flag => flag(field, text),
        _ => words(field),
    }
}

fn integer(field: &Field, text: &str) -> Result<Option<Value>, NoValue> {
    let exact = match field {
        Field::Integer(value) => Some(*value),
        Field::Text(_) => text.parse().ok(),
        _ => None,
    };
    if exact.is_some() {
        return Ok(exact.map(Value::Integer));
    }
    let value = float(field, text)?;
    if value.is_nan() {
        return Ok(None);
    }
    // Beyond 2^53 a float is no count any more.
    if value.fract().abs() > 0.0 || value.abs() > 9_007_199_254_740_992.0 {
        return Err(NoValue);
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    let whole = value as i64;
    Ok(Some(Value::Integer(whole)))
}

fn float(field: &Field, text: &str) -> Result<f64, NoValue> {
    match field {
        Field::Float(value) => Ok(*value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a float column; what a file has beyond 2^53 is rounded"
        )]
        Field::Integer(value) => Ok(*value as f64),
        Field::Text(_) => text.parse().map_err(|_| NoValue),
        Field::Flag(_) | Field::Nested | Field::Null => Err(NoValue),
    }
}

fn flag(field: &Field, text: &str) -> Result<Option<Value>, NoValue> {
    if let Field::Flag(flag) = field {
        return Ok(Some(Value::Flag(*flag)));
    }
    match text {
        "True" | "true" | "TRUE" => return Ok(Some(Value::Flag(true))),
        "False" | "false" | "FALSE" => return Ok(Some(Value::Flag(false))),
        _ => {}
    }
    match integer(field, text)? {
        Some(Value::Integer(number @ (0 | 1))) => Ok(Some(Value::Flag(number == 1))),
        None => Ok(None),
        Some(_) => Err(NoValue),
    }
}

/// Names that are numbers become words; NaN is pandas' null among words.
fn words(field: &Field) -> Result<Option<Value>, NoValue> {
    match field {
        Field::Integer(value) => Ok(Some(Value::Text(value.to_string()))),
        Field::Float(value) if value.is_nan() => Ok(None),
        Field::Float(value) => Ok(Some(Value::Text(value.to_string()))),
        _ => Err(NoValue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pandas_floats_become_the_counts_and_flags_that_they_were() {
        assert_eq!(typed(ColumnType::Integer, &Field::Text("65.0".into())), Ok(Some(Value::Integer(65))));
        assert_eq!(typed(ColumnType::Integer, &Field::Float(f64::NAN)), Ok(None));
        assert_eq!(typed(ColumnType::Integer, &Field::Float(0.5)), Err(NoValue));
        assert_eq!(typed(ColumnType::Flag, &Field::Float(1.0)), Ok(Some(Value::Flag(true))));
        assert_eq!(typed(ColumnType::Flag, &Field::Text("False".into())), Ok(Some(Value::Flag(false))));
        assert_eq!(typed(ColumnType::Float, &Field::Integer(3)), Ok(Some(Value::Float(3.0))));
        assert_eq!(
            typed(ColumnType::Float, &Field::Text("-inf".into())),
            Ok(Some(Value::Float(f64::NEG_INFINITY)))
        );
        assert_eq!(typed(ColumnType::Float, &Field::Text(" ".into())), Ok(None));
        assert_eq!(typed(ColumnType::Text, &Field::Integer(7)), Ok(Some(Value::Text("7".into()))));
    }

    #[test]
    fn what_is_missing_is_named_with_what_there_is() {
        let message = require(&["name", "D\u{1b}"]).unwrap_err().to_string();
        assert_eq!(message, "no details table: it has no column `alpha`; its columns are name, D\\u{1b}");
        let message = require(&["alpha"]).unwrap_err().to_string();
        assert_eq!(message, "no details table: it has no column `name` or `longname`; its columns are alpha");
    }
}
