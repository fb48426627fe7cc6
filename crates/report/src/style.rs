//! How text is laid out and coloured: the options of every text output, and the few inks they use.

use heavytail::{Column, LayerVerdict};

/// Options of text for people. The default is for a pipe: no colour, no limit of width, the default columns.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// Cells of a line; none for no limit.
    pub width: Option<usize>,
    /// Whether to colour.
    pub color: bool,
    /// The columns of the table, none for the default ones. A column that is asked for is never left out.
    pub columns: Option<Vec<&'static Column>>,
    /// Sort by this column; nulls and NaN come last in both directions. None: the model's order.
    pub sort: Option<Sort>,
    /// Print this many rows, the first after sorting.
    pub top: Option<usize>,
}

/// What a table is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: &'static Column,
    /// Largest first.
    pub descending: bool,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Nothing.
    #[default]
    Plain,
    /// Well trained.
    Good,
    /// Under-trained.
    High,
    /// Over-trained.
    Low,
    /// Of less importance.
    Dim,
    /// A heading.
    Strong,
    /// The first of two models.
    First,
    /// The second of two models.
    Second,
}

impl Ink {
    /// The ink of a layer's state.
    pub(crate) fn of(verdict: LayerVerdict) -> Self {
        match verdict {
            LayerVerdict::WellTrained => Self::Good,
            LayerVerdict::UnderTrained => Self::High,
            LayerVerdict::OverTrained => Self::Low,
            _ => Self::Dim,
        }
    }

    /// The parameters of the SGR sequence (ECMA-48, 8.3.117); the 16 colours follow the terminal's theme.
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "32",
            Self::High => "31",
            Self::Low => "33",
            Self::Dim => "2",
            Self::Strong => "1",
            Self::First => "35",
            Self::Second => "36",
        }
    }
}

/// The text in that ink, or as it is without colour.
pub(crate) fn painted(text: &str, ink: Ink, color: bool) -> String {
    if !color || ink == Ink::Plain || text.is_empty() {
        return text.to_owned();
    }
    format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
}
