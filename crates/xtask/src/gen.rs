//! Writes what is made from the registry of columns, `docs/metrics.md`, or checks that it is current.

use std::fmt::Write as _;

use heavytail::column::{Column, Origin, Presence, registry};

use crate::Outcome;
use crate::command::{read, root};

const HEAD: &str = "\
# Every column

Made from the registry of columns by `cargo xtask gen`; `heavytail columns` prints the same.

Notation: a layer has weight matrices W_1..W_c of shape N×M with N ≥ M (transposed if needed), c = rf; σ are their singular values, λ = σ² the
eigenvalues of WᵀW (no 1/N factor). The ESD is the pooled, sorted λ of all the layer's matrices. All arithmetic is f64.
";

/// Writes or checks the generated files.
pub(crate) fn run(check: bool) -> Outcome {
    let path = root().join("docs/metrics.md");
    let text = metrics();
    if check {
        let known = read(&path)?;
        return if known == text {
            Ok(())
        } else {
            Err("docs/metrics.md is not what the registry of columns says; run `cargo xtask gen`".to_owned())
        };
    }
    std::fs::write(&path, text).map_err(|error| format!("write {}: {error}", path.display()))
}

fn metrics() -> String {
    let mut text = HEAD.to_owned();
    let columns = registry();
    section(&mut text, "The reference's columns", &columns, Origin::Reference);
    section(&mut text, "heavytail's own columns", &columns, Origin::Heavytail);
    text
}

fn section(text: &mut String, title: &str, columns: &[&Column], origin: Origin) {
    let _ = writeln!(
        text,
        "\n## {title}\n\n| column | type | meaning | definition | how to read it | when | source |"
    );
    text.push_str("|---|---|---|---|---|---|---|\n");
    for column in columns.iter().filter(|column| column.origin == origin) {
        let unit = if column.unit.is_empty() { String::new() } else { format!(", {}", column.unit) };
        let when = match column.presence {
            Presence::Always => "always".to_owned(),
            Presence::Option(option) => format!("`--{option}`"),
        };
        let _ = writeln!(
            text,
            "| `{}` | {}{unit} | {} | {} | {} | {when} | {} |",
            column.name,
            column.kind.name(),
            cell(column.meaning),
            cell(column.definition),
            cell(column.reading),
            cell(column.source)
        );
    }
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
