//! The tests that documents name: each of them exists.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What stands in backticks in the last cell of every row of a document's tables, where that column is called a test.
fn named_tests(document: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let cell = |row: &str| row.trim_end_matches('|').rsplit('|').next().unwrap_or_default().trim().to_owned();
    let (mut in_table, mut of_tests, mut rows) = (false, false, Vec::new());
    for line in text.lines() {
        if !line.starts_with('|') {
            in_table = false;
        } else if !in_table {
            (in_table, of_tests) = (true, cell(line).starts_with("test"));
        } else if of_tests {
            rows.push(cell(line).split('`').skip(1).step_by(2).map(str::to_owned).collect());
        }
    }
    rows
}

/// Whether a Rust file has a function of this name, of which `…` stands for a part.
fn has_function(file: &Path, name: &str) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    let part = name.trim_matches('…');
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix("fn "))
        .any(|known| if name.starts_with('…') { known.contains(part) } else { known.starts_with(part) })
}

/// What of a row's tests is not there.
fn missing(row: &[String]) -> Vec<String> {
    let mut module = PathBuf::new();
    let mut missing = Vec::new();
    for name in row {
        let (file, function) = match name.split_once("::") {
            Some((file, function)) => (file, Some(function)),
            None if name.starts_with('…') => ("", Some(name.as_str())),
            None => (name.as_str(), None),
        };
        if file.starts_with("crates/") || file.starts_with("python/") {
            module = root().join(file);
        } else if !file.is_empty() && file != "crates/core/tests" {
            module = root().join("crates/core/tests").join(file).with_extension("rs");
        }
        let there = module.exists() && function.is_none_or(|function| has_function(&module, function));
        if !there {
            missing.push(name.clone());
        }
    }
    missing
}

#[test]
fn every_test_that_a_document_names_exists() {
    for (document, least) in [("docs/differences.md", 40), ("docs/options.md", 35)] {
        let rows = named_tests(document);
        let named: usize = rows.iter().map(Vec::len).sum();
        assert!(named >= least, "{document} names {named} tests");
        let absent: Vec<String> = rows.iter().flat_map(|row| missing(row)).collect();
        assert!(absent.is_empty(), "{document}: {absent:?}");
    }
}
