//! A table written and read back is the same table, whatever its numbers and names.

use heavytail::column::registry;
use heavytail::columns_fit::ALPHA;
use heavytail::columns_layer::NAME;
use heavytail::{ColumnType, Details, Row, Value};
use heavytail_report::{Error, read_table, write_csv, write_json, write_jsonl, write_parquet};
use proptest::prelude::*;

use crate::tables::model;

type Writer = fn(&Details, &mut dyn std::io::Write) -> Result<(), Error>;

const WRITERS: [(&str, Writer); 4] =
    [("csv", write_csv), ("json", write_json), ("jsonl", write_jsonl), ("parquet", write_parquet)];

fn back(details: &Details, writer: Writer) -> Details {
    let mut bytes = Vec::new();
    writer(details, &mut bytes).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    read_table(file.path()).unwrap()
}

fn same(a: &Row, b: &Row) -> bool {
    registry().into_iter().all(|column| match (a.get(column), b.get(column)) {
        (Some(Value::Float(x)), Some(Value::Float(y))) => {
            x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
        }
        (x, y) => x == y,
    })
}

fn value(kind: ColumnType) -> BoxedStrategy<Option<Value>> {
    let there = match kind {
        ColumnType::Integer => any::<i64>().prop_map(Value::Integer).boxed(),
        ColumnType::Float => any::<f64>().prop_map(Value::Float).boxed(),
        ColumnType::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        // CSV has no empty text and takes pandas' word for a null.
        _ => {
            "[^\r]{1,12}".prop_filter("is a null in CSV", |text| text != "nan").prop_map(Value::Text).boxed()
        }
    };
    proptest::option::of(there).boxed()
}

fn any_row() -> impl Strategy<Value = Row> {
    let values: Vec<_> = registry().iter().map(|column| value(column.kind)).collect();
    values.prop_map(|values| {
        let mut row = Row::new();
        for (column, value) in registry().into_iter().zip(values) {
            if let Some(value) = value {
                row.set(column, value);
            }
        }
        row.set(&NAME, "layer");
        row.set(&ALPHA, 2.5);
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_table_comes_back_bit_for_bit(rows in proptest::collection::vec(any_row(), 1..4)) {
        let details = Details { rows, ..Details::default() };
        for (format, writer) in WRITERS {
            let read = back(&details, writer);
            prop_assert_eq!(read.rows.len(), details.rows.len());
            for (a, b) in details.rows.iter().zip(&read.rows) {
                prop_assert!(same(a, b), "{}: {:?} became {:?}", format, a, b);
            }
        }
    }
}

#[test]
fn a_table_of_strange_names_comes_back_in_every_format() {
    let details = model();
    for (format, writer) in WRITERS {
        let read = back(&details, writer);
        assert_eq!(read.rows.len(), details.rows.len(), "{format}");
        assert!(details.rows.iter().zip(&read.rows).all(|(a, b)| same(a, b)), "{format}");
    }
}

#[test]
fn json_keeps_coverage_and_options() {
    let details = Details { interrupted: true, ..model() };
    let read = back(&details, write_json);
    assert_eq!(read.coverage, details.coverage);
    assert_eq!(read.options, details.options);
    assert!(read.interrupted);
}

#[test]
fn a_stream_that_refuses_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no space left"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for (format, writer) in WRITERS {
        let message = writer(&model(), &mut Full).unwrap_err().to_string();
        assert_eq!(message, "can't be written: no space left", "{format}");
    }
}
