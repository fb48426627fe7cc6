//! A details table in, CSV out: a header of column names, one line a layer, as pandas would read and write it.
//!
//! A null is an empty field, a float has the fewest digits that read back as the same float, flags are `True` and
//! `False`. What CSV can't hold (coverage, options, the verdict) is in the JSON document.

use std::io::Write;

use heavytail::{Details, Value};

use crate::error::Error;

/// Writes the table as CSV.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_csv(details: &Details, out: &mut dyn Write) -> Result<(), Error> {
    let columns = details.columns();
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|column| column.name)).map_err(refused)?;
    for row in &details.rows {
        writer.write_record(columns.iter().map(|column| field(row.get(column)))).map_err(refused)?;
    }
    writer.flush().map_err(Error::Write)
}

/// The only faults of writing whole records are those of the stream below.
fn refused(error: ::csv::Error) -> Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => Error::Write(error),
        other => Error::Write(std::io::Error::other(format!("{other:?}"))),
    }
}

fn field(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::Integer(value)) => value.to_string(),
        Some(Value::Float(value)) => float(*value),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Flag(true)) => "True".to_owned(),
        Some(Value::Flag(false)) => "False".to_owned(),
    }
}

/// Rust's debug form is the shortest that reads back as the same float, with an exponent where it is long.
fn float(value: f64) -> String {
    if value.is_nan() { "nan".to_owned() } else { format!("{value:?}") }
}

#[cfg(test)]
mod tests {
    use heavytail::Row;
    use heavytail::columns_fit::{ALPHA, STATUS, XMIN};
    use heavytail::columns_layer::{LAYER_ID, NAME};
    use heavytail::columns_spectrum::HAS_ESD;

    use super::*;

    fn written(details: &Details) -> String {
        let mut bytes = Vec::new();
        write_csv(details, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_row_has_a_field_for_every_column_and_nulls_are_empty() {
        let mut row = Row::new();
        row.set(&LAYER_ID, 3_i64);
        row.set(&NAME, "a, \"b\"");
        row.set(&ALPHA, 0.1 + 0.2);
        row.set(&XMIN, f64::NAN);
        row.set(&HAS_ESD, true);
        row.set(&STATUS, "success");
        let text = written(&Details { rows: vec![row], ..Details::default() });
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        assert_eq!(header.iter().take(4).collect::<Vec<_>>(), ["layer_id", "name", "D", "M"]);
        let record = reader.records().next().unwrap().unwrap();
        let of = |name: &str| &record[header.iter().position(|column| column == name).unwrap()];
        assert_eq!((of("layer_id"), of("name"), of("has_esd")), ("3", "a, \"b\"", "True"));
        assert_eq!((of("alpha"), of("xmin"), of("D")), ("0.30000000000000004", "nan", ""));
    }

    #[test]
    fn floats_read_back_as_the_same_float() {
        for value in [1.0, -0.0, 1e300, 5e-324, 1.0 / 3.0, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(float(value).parse::<f64>().unwrap().to_bits(), value.to_bits(), "{value}");
        }
        assert_eq!((float(1e-7), float(f64::INFINITY)), ("1e-7".to_owned(), "inf".to_owned()));
    }

    #[test]
    fn a_table_without_rows_is_its_header() {
        assert_eq!(written(&Details::default()).lines().count(), 1);
    }
}
