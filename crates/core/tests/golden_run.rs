//! A golden file and options in, what heavytail makes of the same weights out: a table as CSV, and where they differ.

use std::path::PathBuf;

use heavytail::{AnalyzeOptions, Cancel, Details, Model, Row, Silent, Value, analyze, open};
use heavytail_formats::TensorSource;
use heavytail_testkit::golden::{Rules, compare};
use heavytail_testkit::variants::LOOSER;

/// A file of the golden folder.
pub(crate) fn golden(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fixtures/golden", name].iter().collect()
}

/// The weights that most golden tables are about.
pub(crate) fn matrices() -> Box<dyn TensorSource> {
    weights("matrices.safetensors")
}

/// The weights in a file of the golden folder.
pub(crate) fn weights(name: &str) -> Box<dyn TensorSource> {
    open(&golden(name)).unwrap()
}

/// What the reference does, faults included.
pub(crate) fn compat() -> AnalyzeOptions {
    AnalyzeOptions { compat: true, ..AnalyzeOptions::default() }
}

/// The table of a model.
pub(crate) fn run(model: &Model<'_>, options: AnalyzeOptions) -> Details {
    analyze(model, &options.check().unwrap(), &Silent, &Cancel::new()).unwrap()
}

/// The row of that name.
pub(crate) fn row<'a>(details: &'a Details, name: &str) -> &'a Row {
    let found = details.rows.iter().find(|row| row.text(&heavytail::columns_layer::NAME) == name);
    found.unwrap_or_else(|| panic!("no row {name}"))
}

/// The table as CSV, a column for each that any table may have.
fn csv(details: &Details) -> String {
    let columns = heavytail::registry();
    let mut text = columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",") + "\n";
    for row in &details.rows {
        let value = |value: &Value| match value {
            Value::Integer(value) => value.to_string(),
            Value::Float(value) => value.to_string(),
            Value::Text(value) => format!("\"{}\"", value.replace('"', "'")),
            Value::Flag(value) => value.to_string(),
        };
        let values: Vec<String> =
            columns.iter().map(|column| row.get(column).map_or_else(String::new, value)).collect();
        text += &(values.join(",") + "\n");
    }
    text
}

/// Holds a table against a golden file. Weights that are not in the repository (`mid`) have no row.
pub(crate) fn assert_golden(file: &str, details: &Details, rules: &Rules<'_>) {
    let want = std::fs::read_to_string(golden(file)).unwrap();
    let mut skip_rows = rules.skip_rows.to_vec();
    skip_rows.push("mid");
    let looser = [LOOSER, rules.looser].concat();
    let rules = Rules { skip_rows: &skip_rows, looser: &looser, ..rules.clone() };
    if let Err(differences) = compare(&want, &csv(details), &rules) {
        panic!("{file}: {} differences\n{}", differences.len(), differences.join("\n"));
    }
}

/// Tolerances of the golden folder: counts exact, floats 1e-8.
pub(crate) fn strict() -> Rules<'static> {
    Rules { relative: 1e-8, ..Rules::default() }
}
