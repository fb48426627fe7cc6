//! What of a checkpoint has no row in, one line of counts or a line for each out: nothing is left out silently.

use std::collections::BTreeMap;

use heavytail::Details;

use crate::escape::escaped;
use crate::grid::{Cell, GridColumn, rendered};
use crate::style::{Ink, TextOptions};
use crate::wrap::wrapped;

/// How many tensors have no row and for which reasons, in one sentence; empty where every tensor has a row.
#[must_use]
pub fn coverage_summary(details: &Details, options: &TextOptions) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for uncovered in &details.coverage {
        *counts.entry(&uncovered.reason).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let mut reasons: Vec<(&str, usize)> = counts.into_iter().collect();
    // Stable: reasons of equal count stay by name.
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<String> =
        reasons.iter().map(|(reason, count)| format!("{count} {}", reason.replace('_', " "))).collect();
    let tensors = match details.coverage.len() {
        1 => "1 tensor has no row".to_owned(),
        number => format!("{number} tensors have no row"),
    };
    format!("{}\n", wrapped(&escaped(&format!("{tensors}: {}.", words.join(", "))), options.width))
}

/// Every tensor without a row, with its type, its shape and the reason in a sentence.
#[must_use]
pub fn coverage(details: &Details, options: &TextOptions) -> String {
    if details.coverage.is_empty() {
        return String::new();
    }
    let column = |head: &str, cell: &dyn Fn(&heavytail::Uncovered) -> String| GridColumn {
        head: head.to_owned(),
        right: false,
        cells: details.coverage.iter().map(|uncovered| Cell::plain(cell(uncovered))).collect(),
    };
    let mut reasons = column("why it has no row", &|uncovered| escaped(&uncovered.message).into_owned());
    for cell in &mut reasons.cells {
        cell.ink = Ink::Dim;
    }
    let grid = [
        column("tensor", &|uncovered| escaped(&uncovered.name).into_owned()),
        column("dtype", &|uncovered| escaped(&uncovered.dtype).into_owned()),
        column("shape", &|uncovered| shape(&uncovered.shape)),
        reasons,
    ];
    rendered(&grid, options.color)
}

fn shape(extents: &[usize]) -> String {
    match extents {
        [] => "scalar".to_owned(),
        _ => extents.iter().map(usize::to_string).collect::<Vec<_>>().join("×"),
    }
}
