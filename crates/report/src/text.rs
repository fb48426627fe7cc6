//! A details table in, an aligned table for a terminal out: as wide as the terminal, coloured by verdict.

use std::cmp::Ordering;
use std::fmt::Write as _;

use heavytail::columns_fit::{ALPHA, KS_DISTANCE, NUM_PL_SPIKES, XMIN};
use heavytail::columns_layer::{DTYPE, LAYER_ID, LAYER_TYPE, LONGNAME, M, N, NAME, RF, VERDICT};
use heavytail::columns_spectrum::{LOG_SPECTRAL_NORM, NUM_EVALS, STABLE_RANK};
use heavytail::columns_stable::ALPHA_STABLE;
use heavytail::verdict::layer_name;
use heavytail::{Column, ColumnType, Details, LayerVerdict, Row};

use crate::escape::escaped;
use crate::grid::{Cell, GridColumn, rendered, total_width};
use crate::number::{Notation, whole};
use crate::style::{Ink, Sort, TextOptions, painted};
use crate::wrap::{elided, wrapped};

/// The columns that a table has unless others are asked for. Those without any value are left out.
static DEFAULT: &[&Column] = &[
    &LAYER_ID,
    &LONGNAME,
    &LAYER_TYPE,
    &N,
    &M,
    &ALPHA,
    &ALPHA_STABLE,
    &KS_DISTANCE,
    &XMIN,
    &NUM_PL_SPIKES,
    &LOG_SPECTRAL_NORM,
    &STABLE_RANK,
    &VERDICT,
];

/// What goes first where the terminal is narrow.
static DISPENSABLE: &[&Column] =
    &[&XMIN, &LAYER_TYPE, &STABLE_RANK, &NUM_PL_SPIKES, &LOG_SPECTRAL_NORM, &KS_DISTANCE, &M, &N];

/// Names get so much width before any column goes.
const COMFORTABLE_NAME: usize = 28;

/// Below this width a name tells nothing.
const NARROWEST_NAME: usize = 12;

/// The columns of a list of layers that were not analysed.
#[must_use]
pub fn layer_columns() -> Vec<&'static Column> {
    vec![&LAYER_ID, &LONGNAME, &LAYER_TYPE, &DTYPE, &N, &M, &RF, &NUM_EVALS]
}

/// The table as text. The name column shows the full name, or the short one where a saved table has nothing else.
#[must_use]
pub fn table(details: &Details, options: &TextOptions) -> String {
    let rows = chosen(details, options);
    let asked = options.columns.as_deref();
    let mut columns: Vec<&'static Column> = match asked {
        Some(asked) => asked.to_vec(),
        None => DEFAULT.iter().copied().filter(|column| has_any(details, column)).collect(),
    };
    let mut grid: Vec<GridColumn> = columns.iter().map(|column| grid_column(column, &rows)).collect();
    let mut dropped = Vec::new();
    if let Some(width) = options.width {
        if asked.is_none() {
            dropped = drop_columns(&mut columns, &mut grid, width);
        }
        elide_names(&columns, &mut grid, width);
    }
    let mut text = rendered(&grid, options.color);
    let note = note(details.rows.len(), rows.len(), &dropped);
    if !note.is_empty() {
        text.push_str(&painted(&wrapped(&note, options.width), Ink::Dim, options.color));
        text.push('\n');
    }
    text
}

/// The rows to print, in their order.
fn chosen<'a>(details: &'a Details, options: &TextOptions) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = details.rows.iter().collect();
    if let Some(sort) = options.sort {
        rows.sort_by(|a, b| order(a, b, sort));
    }
    rows.truncate(options.top.unwrap_or(usize::MAX));
    rows
}

/// Rows without a value, or with NaN, come last whichever the direction.
fn order(a: &Row, b: &Row, sort: Sort) -> Ordering {
    let directed = |order: Ordering| if sort.descending { order.reverse() } else { order };
    if matches!(sort.column.kind, ColumnType::Integer | ColumnType::Float) {
        let number = |row: &Row| row.number(sort.column).filter(|value| !value.is_nan());
        return match (number(a), number(b)) {
            (Some(a), Some(b)) => directed(a.total_cmp(&b)),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
    }
    let words = |row: &Row| shown(row, sort.column, None).text;
    match (words(a), words(b)) {
        (a, b) if a.is_empty() || b.is_empty() => a.is_empty().cmp(&b.is_empty()),
        (a, b) => directed(a.cmp(&b)),
    }
}

fn has_any(details: &Details, column: &Column) -> bool {
    let derived = column == &LONGNAME || (column == &VERDICT && has_any(details, &ALPHA));
    derived || details.rows.iter().any(|row| row.has(column))
}

fn grid_column(column: &'static Column, rows: &[&Row]) -> GridColumn {
    let notation = (column.kind == ColumnType::Float)
        .then(|| Notation::for_column(column, rows.iter().filter_map(|row| row.number(column))));
    GridColumn {
        head: if column == &LONGNAME { NAME.name.to_owned() } else { column.name.to_owned() },
        right: matches!(column.kind, ColumnType::Integer | ColumnType::Float),
        cells: rows.iter().map(|row| shown(row, column, notation)).collect(),
    }
}

fn shown(row: &Row, column: &Column, notation: Option<Notation>) -> Cell {
    let verdict = LayerVerdict::of_row(row);
    let state = || if row.has(&ALPHA) { Ink::of(verdict) } else { Ink::Plain };
    match column.kind {
        _ if column == &LONGNAME => Cell::plain(escaped(layer_name(row).trim())),
        _ if column == &VERDICT && row.has(&ALPHA) => Cell { text: verdict.name().to_owned(), ink: state() },
        ColumnType::Integer => Cell::plain(row.integer(column).map(whole).unwrap_or_default()),
        ColumnType::Float => {
            let text =
                row.number(column).map(|value| notation.unwrap_or_default().print(value)).unwrap_or_default();
            Cell { text, ink: if column == &ALPHA { state() } else { Ink::Plain } }
        }
        ColumnType::Flag => Cell::plain(match row.get(column) {
            Some(heavytail::Value::Flag(true)) => "yes",
            Some(heavytail::Value::Flag(false)) => "no",
            _ => "",
        }),
        _ => Cell::plain(escaped(row.text(column))),
    }
}

/// Takes columns out, the least needed first, until names of a comfortable width fit; returns what went.
fn drop_columns(
    columns: &mut Vec<&'static Column>,
    grid: &mut Vec<GridColumn>,
    width: usize,
) -> Vec<&'static str> {
    let mut dropped = Vec::new();
    let needed = |columns: &[&Column], grid: &[GridColumn]| {
        let name = columns.iter().position(|column| *column == &LONGNAME).map_or(0, |at| grid[at].width());
        total_width(grid) - name.saturating_sub(COMFORTABLE_NAME)
    };
    for column in DISPENSABLE {
        if needed(columns, grid) <= width {
            break;
        }
        if let Some(at) = columns.iter().position(|present| present == column) {
            columns.remove(at);
            grid.remove(at);
            dropped.push(column.name);
        }
    }
    dropped
}

fn elide_names(columns: &[&'static Column], grid: &mut [GridColumn], width: usize) {
    let over = total_width(grid).saturating_sub(width);
    for (column, cells) in columns.iter().zip(grid) {
        if over > 0 && (*column == &LONGNAME || *column == &NAME) {
            let room = cells.width().saturating_sub(over).max(NARROWEST_NAME);
            for cell in &mut cells.cells {
                cell.text = elided(&cell.text, room);
            }
            return;
        }
    }
}

fn note(all: usize, printed: usize, dropped: &[&str]) -> String {
    let mut note = String::new();
    if printed < all {
        let _ = write!(note, "{printed} of {all} layers.");
    }
    if !dropped.is_empty() {
        let space = if note.is_empty() { "" } else { " " };
        let _ = write!(note, "{space}Not shown for want of width: {}.", dropped.join(", "));
    }
    note
}
