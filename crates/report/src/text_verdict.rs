//! A verdict in, its word, its sentences wrapped to the terminal and the alphas by role out.

use heavytail::verdict::RoleSummary;
use heavytail::{ModelWord, Verdict};

use crate::escape::escaped;
use crate::grid::{Cell, GridColumn, rendered, total_width};
use crate::style::{Ink, TextOptions, painted};
use crate::wrap::{elided, wrapped};

/// The verdict in words, ended by a line feed.
#[must_use]
pub fn verdict_text(verdict: &Verdict, options: &TextOptions) -> String {
    let word = painted(verdict.word.name(), ink(verdict.word), options.color);
    format!("Verdict: {word}\n{}\n", wrapped(&escaped(&verdict.sentence), options.width))
}

/// The ink of a model's verdict.
pub(crate) fn ink(word: ModelWord) -> Ink {
    match word {
        ModelWord::EnoughData => Ink::Good,
        ModelWord::NotEnoughData => Ink::High,
        ModelWord::Uncertain => Ink::Low,
        _ => Ink::Dim,
    }
}

/// The alphas by role (layer names without their indices), a line a role; empty where no layer has a fit.
#[must_use]
pub fn roles(verdict: &Verdict, options: &TextOptions) -> String {
    if verdict.roles.is_empty() {
        return String::new();
    }
    let column = |head: &str, cell: &dyn Fn(&RoleSummary) -> Cell| GridColumn {
        head: head.to_owned(),
        right: head != "role",
        cells: verdict.roles.iter().map(cell).collect(),
    };
    let counted = |count: usize, ink: Ink| Cell {
        text: if count == 0 { String::new() } else { count.to_string() },
        ink: if count == 0 { Ink::Plain } else { ink },
    };
    let mut grid = vec![
        column("role", &|role| Cell::plain(escaped(&role.role))),
        column("layers", &|role| Cell::plain(role.layers.to_string())),
        column("mean alpha", &|role| Cell::plain(format!("{:.2}", role.mean))),
        column("median", &|role| Cell::plain(format!("{:.2}", role.median))),
        column("above 6", &|role| counted(role.above, Ink::High)),
        column("below 2", &|role| counted(role.below, Ink::Low)),
    ];
    if let (Some(width), Some(names)) = (options.width, grid.first().map(GridColumn::width)) {
        let over = total_width(&grid).saturating_sub(width);
        for cell in grid.iter_mut().take(1).flat_map(|column| &mut column.cells) {
            cell.text = elided(&cell.text, names.saturating_sub(over).max(8));
        }
    }
    rendered(&grid, options.color)
}
