//! The reference's tables and eigenvalues as they lie in `fixtures/golden`.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// One layer's row: the text of every column.
pub(crate) type Row = BTreeMap<String, String>;

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden").join(file)
}

/// The rows of `file`, by layer name. The tables hold no quoted fields.
pub(crate) fn rows(file: &str) -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(path(file)).unwrap();
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let row =
        |line: &str| -> Row { header.iter().cloned().zip(line.split(',').map(str::to_owned)).collect() };
    lines.map(row).map(|row| (row["name"].clone(), row)).collect()
}

/// The ascending eigenvalues of `layer`, or none where the folder has none: version 1 of the npy
/// format, little-endian f64, one dimension.
pub(crate) fn eigenvalues(layer: &str) -> Option<Vec<f64>> {
    let bytes = std::fs::read(path(&format!("evals_{layer}.npy"))).ok()?;
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (values, rest) = bytes[start..].as_chunks::<8>();
    assert!(rest.is_empty(), "{layer}");
    Some(values.iter().map(|value| f64::from_le_bytes(*value)).collect())
}

/// The number in `column` of `row`; NaN for the words that stand for none.
pub(crate) fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or(f64::NAN)
}

/// Asserts that `ours` is the number in `column` within a relative `tolerance`.
pub(crate) fn assert_close(row: &Row, column: &str, ours: f64, tolerance: f64) {
    let golden = number(row, column);
    assert!(
        (ours - golden).abs() <= tolerance * golden.abs().max(ours.abs()),
        "{}.{column}: reference {golden}, ours {ours}",
        row["name"]
    );
}

/// Asserts that the count `ours` is the one in `column`.
pub(crate) fn assert_count(row: &Row, column: &str, ours: usize) {
    assert_eq!(number(row, column) as i64, ours as i64, "{}.{column}", row["name"]);
}
