//! One layer's line of the details table: values by column.

use std::collections::BTreeMap;

use crate::column::{Column, ColumnType};

/// A value of one column; a column without a value is null.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A count, size or id.
    Integer(i64),
    /// A number; may be NaN or infinite where the definition says so.
    Float(f64),
    /// Words.
    Text(String),
    /// True or false.
    Flag(bool),
}

impl Value {
    fn fits(&self, kind: ColumnType) -> bool {
        matches!(
            (self, kind),
            (Self::Integer(_), ColumnType::Integer)
                | (Self::Float(_), ColumnType::Float)
                | (Self::Text(_), ColumnType::Text)
                | (Self::Flag(_), ColumnType::Flag)
        )
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        // A count of things in memory; on every platform Rust has, it fits.
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// One layer's values. Every value has the type of its column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    values: BTreeMap<&'static str, Value>,
}

impl Row {
    /// A row without any value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a column's value.
    ///
    /// # Panics
    /// In debug builds, when the value is not of the column's type: a fault in the code that calls.
    pub fn set(&mut self, column: &'static Column, value: impl Into<Value>) {
        let value = value.into();
        debug_assert!(value.fits(column.kind), "{} is {:?}, not {value:?}", column.name, column.kind);
        self.values.insert(column.name, value);
    }

    /// Makes every column null that is not among these.
    pub(crate) fn retain(&mut self, columns: &[&Column]) {
        self.values.retain(|name, _| columns.iter().any(|column| column.name == *name));
    }

    /// The value of a column, or none where it is null.
    #[must_use]
    pub fn get(&self, column: &Column) -> Option<&Value> {
        self.values.get(column.name)
    }

    /// The number in a float or integer column.
    #[must_use]
    pub fn number(&self, column: &Column) -> Option<f64> {
        match self.get(column)? {
            Value::Float(value) => Some(*value),
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of layers and eigenvalues are far below 2^53"
            )]
            Value::Integer(value) => Some(*value as f64),
            Value::Text(_) | Value::Flag(_) => None,
        }
    }

    /// The count in an integer column.
    #[must_use]
    pub fn integer(&self, column: &Column) -> Option<i64> {
        match self.get(column)? {
            Value::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The words in a text column; empty where null.
    #[must_use]
    pub fn text(&self, column: &Column) -> &str {
        match self.get(column) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// Whether the column has a value.
    #[must_use]
    pub fn has(&self, column: &Column) -> bool {
        self.values.contains_key(column.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns_fit::ALPHA;
    use crate::columns_layer::{N, NAME};

    #[test]
    fn a_value_comes_back_as_it_was_set() {
        let mut row = Row::new();
        row.set(&ALPHA, 3.5);
        row.set(&N, 768_usize);
        row.set(&NAME, "wte");
        assert_eq!(row.number(&ALPHA), Some(3.5));
        assert_eq!(row.integer(&N), Some(768));
        assert_eq!(row.number(&N), Some(768.0));
        assert_eq!(row.text(&NAME), "wte");
    }

    #[test]
    fn a_column_without_a_value_is_null() {
        assert_eq!(Row::new().number(&ALPHA), None);
        assert_eq!(Row::new().text(&NAME), "");
    }
}
