//! Tables that weightwatcher and pandas saved, read back.

use std::path::{Path, PathBuf};

use heavytail::columns_fit::{ALPHA, NUM_PL_SPIKES, STATUS, WARNING, XMAX};
use heavytail::columns_layer::{LAYER_ID, NAME};
use heavytail::columns_spectrum::{HAS_ESD, LOG_NORM};
use heavytail::{Details, Value};
use heavytail_report::{is_saved_table, read_table};

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

fn read(name: &str) -> Details {
    let path = fixture(name);
    assert!(is_saved_table(&path), "{name}");
    read_table(&path).unwrap()
}

/// What every format can hold.
fn check(details: &Details, name: &str) {
    assert_eq!(details.rows.len(), 6, "{name}");
    let names: Vec<&str> = details.rows.iter().map(|row| row.text(&NAME)).collect();
    assert_eq!(names, ["dense_tall", "dense_wide", "student", "gauss", "zero", "identity"], "{name}");
    let first = &details.rows[0];
    assert!((first.number(&ALPHA).unwrap() - 3.192_802_145_601_549).abs() < 1e-12, "{name}");
    assert_eq!(first.integer(&LAYER_ID), Some(1), "{name}");
    assert_eq!(first.integer(&NUM_PL_SPIKES), Some(65), "{name}");
    assert_eq!(first.get(&HAS_ESD), Some(&Value::Flag(true)), "{name}");
    assert_eq!(details.rows[3].text(&WARNING), "under-trained", "{name}");
    assert_eq!(details.rows[4].text(&STATUS), "failed", "{name}");
    assert_eq!(details.rows[4].integer(&NUM_PL_SPIKES), Some(-1), "{name}");
    assert_eq!(details.fitted(&LOG_NORM).len(), if name.contains("json") { 4 } else { 5 }, "{name}");
}

#[test]
fn pandas_tables_read_the_same_in_every_format() {
    for name in [
        "index.csv",
        "plain.csv",
        "columns.json",
        "records.json",
        "index.json",
        "split.json",
        "table.json",
        "lines.jsonl",
        "snappy.parquet",
        "none.parquet",
        "pages_2.parquet",
    ] {
        check(&read(&format!("tables/{name}")), name);
    }
}

#[test]
fn infinities_and_nulls_survive_where_the_format_has_them() {
    for name in ["plain.csv", "snappy.parquet"] {
        let details = read(&format!("tables/{name}"));
        assert_eq!(details.rows[4].number(&LOG_NORM), Some(f64::NEG_INFINITY), "{name}");
        assert_eq!(details.rows[5].number(&ALPHA), Some(f64::INFINITY), "{name}");
        assert!(details.rows[4].number(&XMAX).is_none_or(f64::is_nan), "{name}");
    }
}

#[test]
fn the_origin_is_the_file_and_its_format() {
    let details = read("tables/snappy.parquet");
    assert_eq!((details.origin.format.as_str(), details.origin.tensors), ("parquet", 0));
    assert_eq!(details.origin.files, [fixture("tables/snappy.parquet")]);
}

#[test]
fn every_golden_table_of_the_reference_is_read() {
    let mut read = 0;
    for entry in std::fs::read_dir(fixture("golden")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if (name.starts_with("details_") || name.starts_with("tiny-gpt")) && name.ends_with(".csv") {
            assert!(is_saved_table(&path), "{name}");
            let text = std::fs::read_to_string(&path).unwrap();
            let details = read_table(&path).unwrap();
            assert_eq!(details.rows.len(), text.lines().count() - 1, "{name}");
            read += 1;
        }
    }
    assert!(read > 50, "{read} tables");
}

#[test]
fn a_model_is_no_saved_table() {
    for name in
        ["tiny/weights.safetensors", "tiny/torch_zip.pt", "golden/order.json", "no/such/file", "golden"]
    {
        assert!(!is_saved_table(&fixture(name)), "{name}");
    }
}

#[test]
fn a_codec_that_is_not_unpacked_is_named() {
    let message = read_table(&fixture("tables/zstd.parquet")).unwrap_err().to_string();
    let told = "zstd.parquet: column `layer_id` is compressed with zstd";
    assert!(message.contains(told), "{message}");
}
