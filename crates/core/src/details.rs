//! The details table of one model: a row a layer, what is in no row and why, and how it was made.

use std::path::PathBuf;

use heavytail_spectra::vectors::VectorShape;

use crate::column::{Column, Presence, registry};
use crate::layer_verdict::LayerVerdict;
use crate::row::Row;

/// A tensor, or a layer out of limits, that has no row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Uncovered {
    /// Its full name in the checkpoint.
    pub name: String,
    /// Element type as stored.
    pub dtype: String,
    /// Extent of each axis.
    pub shape: Vec<usize>,
    /// A short word for the reason, the same in every version (`norm`, `bias`, `too_few_eigenvalues`).
    pub reason: String,
    /// The reason in a sentence, with the numbers that decided.
    pub message: String,
}

/// Where a model came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ModelOrigin {
    /// The path or address as the caller gave it.
    pub path: PathBuf,
    /// The format that was recognised, `safetensors` or `torch`; the table's own format for a saved table.
    pub format: String,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// Number of tensors in the checkpoint; 0 for a saved table.
    pub tensors: usize,
}

/// A layer's curves, kept beside its row for plots and pages when asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerCurves {
    /// The ESD: eigenvalues, ascending.
    pub eigenvalues: Vec<f64>,
    /// Every xmin that the fit considered, ascending: the KS distance and alpha against xmin. Empty where the layer
    /// has no fit.
    pub candidates: Vec<TailCandidate>,
    /// The eigenvalues of the layer with its elements shuffled, ascending; empty unless `randomize` was asked for.
    pub shuffled: Vec<f64>,
    /// The upper edge of the Marchenko–Pastur bulk under the ESD; none where no bulk lies there.
    pub bulk_edge: Option<f64>,
    /// What the eigenvectors look like, by ascending eigenvalue; empty unless `vectors` was asked for.
    pub vectors: Vec<VectorShape>,
}

/// One xmin that a power-law fit considered, and the law from there on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TailCandidate {
    /// The eigenvalue at which the tail would start.
    pub xmin: f64,
    /// Exponent of the law from there on.
    pub alpha: f64,
    /// Kolmogorov–Smirnov distance between that tail and its law.
    pub ks_distance: f64,
}

/// The table of one model.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Where the model came from.
    pub origin: ModelOrigin,
    /// One row a layer, in the model's order.
    pub rows: Vec<Row>,
    /// One entry a row when curves were asked for, else empty.
    pub curves: Vec<Option<LayerCurves>>,
    /// Every tensor and layer without a row, with its reason.
    pub coverage: Vec<Uncovered>,
    /// The options that shaped the table, as (name, value), the names as on the command line.
    pub options: Vec<(String, String)>,
    /// What the caller should hear although nothing stopped for it: a filter's word that names no layer.
    pub warnings: Vec<String>,
    /// True where the table is not of [`analyze`](crate::analyze): it has no column but those with a value.
    pub sparse: bool,
    /// True where the run was interrupted: rows are complete but not all are there.
    pub interrupted: bool,
}

impl Details {
    /// The columns of this table, in print order: those that every table has (unless it is
    /// sparse), and those that any row has a value for.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static Column> {
        registry()
            .into_iter()
            .filter(|column| {
                (column.presence == Presence::Always && !self.sparse)
                    || self.rows.iter().any(|row| row.has(column))
            })
            .collect()
    }

    /// The finite numbers of one column over the layers whose fit succeeded; saved tables may lack a status, then
    /// the exponent tells.
    #[must_use]
    pub fn fitted(&self, column: &Column) -> Vec<f64> {
        self.rows
            .iter()
            .filter(|row| LayerVerdict::of_row(row) != LayerVerdict::NoFit)
            .filter_map(|row| row.number(column))
            .filter(|value| value.is_finite())
            .collect()
    }
}
