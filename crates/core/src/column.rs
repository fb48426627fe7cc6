//! A column of the details table, defined once: its name, type, unit, meaning and source.
//!
//! The command line's help, the documentation, the page's tooltips, the Parquet schema and the Python stubs are
//! all made from these definitions, so that a column can't mean two things in two places.

use serde::Serialize;

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ColumnType {
    /// Whole numbers: counts, sizes, ids.
    Integer,
    /// f64.
    Float,
    /// Words.
    Text,
    /// True or false.
    Flag,
}

impl ColumnType {
    /// The word that tables of columns print.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Text => "text",
            Self::Flag => "flag",
        }
    }
}

/// Whose column it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Named and defined as by weightwatcher 0.7.7; existing notebooks rely on it.
    Reference,
    /// Added by heavytail.
    Heavytail,
}

/// When a column is in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// In every table.
    Always,
    /// Only when an option asks for it; the option's name as on the command line.
    Option(&'static str),
}

/// One column of the details table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The name, as in the header of a CSV file.
    pub name: &'static str,
    /// Type of the values.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Unit, or empty for a plain number. `λ` stands for the unit of eigenvalues (weight squared).
    pub unit: &'static str,
    /// What it measures, in one sentence.
    pub meaning: &'static str,
    /// The formula, with the meaning of its letters.
    pub definition: &'static str,
    /// How to read it: which values are good, which are not.
    pub reading: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// Whose column it is.
    pub origin: Origin,
    /// When it is in the table.
    pub presence: Presence,
}

/// Every column there is, in the order in which tables print them: the reference's (id and name first, then by
/// name, as its data frames have them), then ours by family.
#[must_use]
pub fn registry() -> Vec<&'static Column> {
    let families = [
        crate::columns_layer::ALL,
        crate::columns_spectrum::ALL,
        crate::columns_fit::ALL,
        crate::columns_fit_options::ALL,
        crate::columns_mp::ALL,
        crate::columns_random::ALL,
        crate::columns_erg::ALL,
        crate::columns_vectors::ALL,
        crate::columns_derived::ALL,
        crate::columns_stable::ALL,
        crate::columns_certainty::ALL,
        crate::transform::columns_change::ALL,
        crate::inspect::columns_distance::ALL,
        crate::inspect::columns_traps::ALL,
        crate::inspect::columns_trap_vectors::ALL,
        crate::inspect::columns_trap_burden::ALL,
        crate::inspect::columns_trap_shape::ALL,
        crate::inspect::columns_weights::ALL,
    ];
    let mut all: Vec<&'static Column> = families.concat();
    // Stable: ours keep the order of their families.
    all.sort_by_key(|column| match column.origin {
        Origin::Reference => (0, leading(column.name), column.name),
        Origin::Heavytail => (1, 0, ""),
    });
    all
}

/// The reference's frames open with the id and the name.
fn leading(name: &str) -> usize {
    match name {
        "layer_id" => 0,
        "name" => 1,
        _ => 2,
    }
}

/// The column of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Column> {
    registry().into_iter().find(|column| column.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = registry().iter().map(|column| column.name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    #[test]
    fn every_column_says_what_it_means_and_where_it_comes_from() {
        for column in registry() {
            assert!(!column.meaning.is_empty(), "{}", column.name);
            assert!(!column.definition.is_empty(), "{}", column.name);
            assert!(!column.source.is_empty(), "{}", column.name);
        }
    }

    #[test]
    fn the_references_columns_open_the_table_in_its_own_order() {
        let always = registry().into_iter().filter(|column| column.presence == Presence::Always);
        let names: Vec<_> = always.take(6).map(|column| column.name).collect();
        assert_eq!(names, ["layer_id", "name", "D", "M", "N", "Q"]);
    }
}
