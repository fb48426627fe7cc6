//! A value of a details table in, its JSON form out: numbers that JSON lacks are the strings `NaN`, `Infinity` and
//! `-Infinity`, a missing value is null.

use heavytail::{Column, Row, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A float, the three that JSON lacks as strings.
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else if self.0.is_nan() {
            serializer.serialize_str("NaN")
        } else if self.0 > 0.0 {
            serializer.serialize_str("Infinity")
        } else {
            serializer.serialize_str("-Infinity")
        }
    }
}

struct Cell<'a>(Option<&'a Value>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_none(),
            Some(Value::Integer(value)) => serializer.serialize_i64(*value),
            Some(Value::Float(value)) => Number(*value).serialize(serializer),
            Some(Value::Text(text)) => serializer.serialize_str(text),
            Some(Value::Flag(flag)) => serializer.serialize_bool(*flag),
        }
    }
}

/// A row as an object with all of these columns, in their order.
pub(crate) struct RowObject<'a> {
    /// The row.
    pub(crate) row: &'a Row,
    /// The table's columns.
    pub(crate) columns: &'a [&'static Column],
}

impl Serialize for RowObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            object.serialize_entry(column.name, &Cell(self.row.get(column)))?;
        }
        object.end()
    }
}
