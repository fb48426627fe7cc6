//! Cells in, aligned lines out: columns as wide as their widest cell, two blanks between them.

use crate::style::{Ink, painted};
use crate::wrap::width;

/// Blanks between two columns.
pub(crate) const GAP: usize = 2;

/// One cell: its words and what their colour says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// The words, escaped.
    pub(crate) text: String,
    /// Their ink.
    pub(crate) ink: Ink,
}

impl Cell {
    /// A cell without colour.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ink: Ink::Plain }
    }
}

/// One column of a grid.
#[derive(Clone, Debug)]
pub(crate) struct GridColumn {
    /// Its heading.
    pub(crate) head: String,
    /// Numbers stand to the right.
    pub(crate) right: bool,
    /// Its cells, one a row.
    pub(crate) cells: Vec<Cell>,
}

impl GridColumn {
    /// Cells that the column takes.
    pub(crate) fn width(&self) -> usize {
        self.cells.iter().map(|cell| width(&cell.text)).fold(width(&self.head), usize::max)
    }
}

/// The width of columns side by side.
pub(crate) fn total_width(columns: &[GridColumn]) -> usize {
    columns.iter().map(GridColumn::width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
}

/// The lines of the grid, each ended by a line feed and none by a blank.
pub(crate) fn rendered(columns: &[GridColumn], color: bool) -> String {
    let widths: Vec<usize> = columns.iter().map(GridColumn::width).collect();
    let heads: Vec<Cell> =
        columns.iter().map(|column| Cell { text: column.head.clone(), ink: Ink::Strong }).collect();
    let mut lines = line(columns, &heads.iter().collect::<Vec<_>>(), &widths, color);
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let blank = Cell::default();
    for row in 0..rows {
        let cells: Vec<&Cell> =
            columns.iter().map(|column| column.cells.get(row).unwrap_or(&blank)).collect();
        lines.push_str(&line(columns, &cells, &widths, color));
    }
    lines
}

fn line(columns: &[GridColumn], cells: &[&Cell], widths: &[usize], color: bool) -> String {
    let mut line = String::new();
    // Blanks wait until something follows them, so that no line ends in blanks.
    let mut waiting = 0;
    for ((column, cell), wide) in columns.iter().zip(cells).zip(widths) {
        let blanks = wide.saturating_sub(width(&cell.text));
        if column.right {
            waiting += blanks;
        }
        if !cell.text.is_empty() {
            line.extend(std::iter::repeat_n(' ', waiting));
            line.push_str(&painted(&cell.text, cell.ink, color));
            waiting = 0;
        }
        if !column.right {
            waiting += blanks;
        }
        waiting += GAP;
    }
    line.push('\n');
    line
}
