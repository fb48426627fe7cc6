//! Two details tables as CSV in, every place where they disagree out.
//!
//! Rows are joined on name, slice and cross flag, since ids differ between a dict in memory and the same dict in a
//! file. Every golden row and column must be there; more is welcome.

use std::collections::BTreeMap;

/// Columns whose values must be equal, not close.
const EXACT: &[&str] = &[
    "N",
    "M",
    "rf",
    "num_evals",
    "rank_loss",
    "weak_rank_loss",
    "matrix_rank",
    "num_pl_spikes",
    "num_spikes",
    "detX_num",
    "num_ERG_spikes",
    "ERG_gap",
    "num_fingers",
    "rand_num_spikes",
    "num_traps",
];

/// Columns that depend on where the weights came from and not on the weights.
const IGNORED: &[&str] = &["name", "layer_id", "longname", "layer_type", "has_esd"];

/// How two tables are held against each other.
#[derive(Clone, Debug, Default)]
pub struct Rules<'a> {
    /// Relative tolerance of floats.
    pub relative: f64,
    /// Columns that are not compared.
    pub skip_columns: &'a [&'a str],
    /// Rows, by name, that are not compared.
    pub skip_rows: &'a [&'a str],
    /// Looser relative tolerances of (row, column).
    pub looser: &'a [(&'a str, &'a str, f64)],
}

/// A table: its rows by key, each its values by column.
type Table = BTreeMap<String, BTreeMap<String, String>>;

fn table(text: &str) -> Table {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a golden table has a header").clone();
    let mut rows = Table::new();
    for record in reader.records() {
        let record = record.expect("a golden table is well-formed");
        let row: BTreeMap<String, String> = header
            .iter()
            .zip(record.iter())
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let part = |column: &str| row.get(column).map_or("", String::as_str);
        rows.insert(format!("{} {}", part("name"), part("slice_id")).trim().to_owned(), row);
    }
    rows
}

/// Compares `ours` with `golden`: the number of values that agree, or a line for each that does not.
///
/// # Errors
/// The differences, at least one.
///
/// # Panics
/// When a table is no CSV: a fault of the test.
pub fn compare(golden: &str, ours: &str, rules: &Rules<'_>) -> Result<usize, Vec<String>> {
    let (want, have) = (table(golden), table(ours));
    let mut agreed = 0;
    let mut differences = Vec::new();
    for (key, row) in &want {
        let name = row.get("name").map_or("", String::as_str);
        if rules.skip_rows.contains(&name) {
            continue;
        }
        let Some(mine) = have.get(key) else {
            differences.push(format!("{key}: row missing"));
            continue;
        };
        for (column, value) in row {
            if IGNORED.contains(&column.as_str()) || rules.skip_columns.contains(&column.as_str()) {
                continue;
            }
            let tolerance = rules
                .looser
                .iter()
                .find(|(row, of, _)| *row == name && of == column)
                .map_or(rules.relative, |(_, _, tolerance)| *tolerance);
            match mine.get(column) {
                None => differences.push(format!("{key}: column {column} missing")),
                Some(other) if same(column, value, other, tolerance) => agreed += 1,
                Some(other) => differences.push(format!("{key}: {column} is {other}, golden {value}")),
            }
        }
    }
    if agreed == 0 && differences.is_empty() {
        differences.push("nothing was compared".to_owned());
    }
    if differences.is_empty() { Ok(agreed) } else { Err(differences) }
}

fn same(column: &str, golden: &str, ours: &str, tolerance: f64) -> bool {
    match (number(golden), number(ours)) {
        (Some(a), Some(b)) if a.is_nan() || b.is_nan() => a.is_nan() && b.is_nan(),
        (Some(a), Some(b)) if EXACT.contains(&column) || a.is_infinite() || b.is_infinite() => {
            a.total_cmp(&b).is_eq()
        }
        (Some(a), Some(b)) => (a - b).abs() <= (tolerance * a.abs().max(b.abs())).max(1e-12),
        _ => golden == ours,
    }
}

/// A number; NaN for the words that stand for none; nothing for other words.
fn number(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "" | "nan" | "none" | "null" => Some(f64::NAN),
        "true" => Some(1.0),
        "false" => Some(0.0),
        other => other.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules<'static> = Rules { relative: 1e-8, skip_columns: &[], skip_rows: &[], looser: &[] };

    #[test]
    fn equal_tables_agree_and_every_difference_is_told() {
        let golden = "name,N,alpha\nx,4,2.5\ny,8,nan\n";
        assert_eq!(compare(golden, "name,alpha,N\ny,,8\nx,2.5000000001,4\n", &RULES), Ok(4));
        let differences = compare(golden, "name,alpha,N\nx,2.6,5\n", &RULES).unwrap_err();
        assert_eq!(differences, ["x: N is 5, golden 4", "x: alpha is 2.6, golden 2.5", "y: row missing"]);
    }

    #[test]
    fn tables_without_anything_in_common_do_not_agree() {
        let rules = Rules { skip_rows: &["x"], ..RULES };
        assert_eq!(compare("name,N\nx,4\n", "name,N\n", &rules).unwrap_err(), ["nothing was compared"]);
    }
}
