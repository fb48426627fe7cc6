//! Why one layer has no spectrum: its row carries the reason, the other layers are complete.

use crate::analysis::tail_fit::NoFit;

/// What kept a layer from being analysed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LayerFailure {
    /// Its elements can't be had.
    #[error("{prefix}{0}", prefix = unless_said(.0))]
    Formats(#[from] heavytail_formats::Error),
    /// Its matrices don't fit its tensor.
    #[error("can't be read: {0}")]
    Layers(#[from] heavytail_layers::Error),
    /// An element is NaN or infinite.
    #[error("the weights are not finite: {value} at row {row}, column {column} of the {rows}x{cols} matrix")]
    NotFinite {
        /// The first such element.
        value: f64,
        /// Its row in the tall matrix.
        row: usize,
        /// Its column in the tall matrix.
        column: usize,
        /// N.
        rows: usize,
        /// M.
        cols: usize,
    },
    /// The spectrum could not be computed.
    #[error("has no spectrum: {0}")]
    Spectrum(heavytail_spectra::Error),
    /// Its inverse was asked for and does not exist.
    #[error("has no inverse: {zeros} of its {count} eigenvalues are 0")]
    NoInverse {
        /// Eigenvalues that are 0, or too small for their inverse to be a number.
        zeros: usize,
        /// All its eigenvalues.
        count: usize,
    },
    /// DoRA's lengths fit neither side of the weight.
    #[error("has {lengths} lengths of outputs for a {rows}x{cols} matrix")]
    Magnitude {
        /// Lengths in the adapter.
        lengths: usize,
        /// N.
        rows: usize,
        /// M.
        cols: usize,
    },
    /// It has several matrices where one is needed.
    #[error("has {matrices} matrices: traps are sought in layers of one")]
    SeveralMatrices {
        /// How many.
        matrices: usize,
    },
    /// Its spectrum has no such fit.
    #[error("no fit: {0}")]
    Fit(heavytail_fits::FitFailure),
    /// Its tail has no fit.
    #[error(transparent)]
    NoFit(NoFit),
    /// The row's note says why.
    #[error("so there is nothing to analyse")]
    Refused,
    /// It needs more memory than the whole run may hold.
    #[error("needs {needed} of memory, more than --memory {budget} allows", needed = mebibytes(*needed), budget = mebibytes(*budget))]
    OverBudget {
        /// Bytes it needs.
        needed: u64,
        /// Bytes that are allowed.
        budget: u64,
    },
    /// A fault of ours.
    #[error("heavytail failed on this layer; please report it with the layer's shape: {message}")]
    Internal {
        /// What the fault said.
        message: String,
    },
}

impl LayerFailure {
    /// What went wrong with the spectrum of an N×M matrix.
    pub(crate) fn of_spectrum(error: heavytail_spectra::Error, rows: usize, cols: usize) -> Self {
        match error {
            heavytail_spectra::Error::NotFinite { value, row, column } => {
                Self::NotFinite { value, row, column, rows, cols }
            }
            other => Self::Spectrum(other),
        }
    }
}

/// The words before an error of the reader, unless it begins with them itself.
fn unless_said(error: &heavytail_formats::Error) -> &'static str {
    if matches!(error.kind(), heavytail_formats::ErrorKind::Io(_)) { "" } else { "can't be read: " }
}

fn mebibytes(bytes: u64) -> String {
    format!("{}M", bytes.div_ceil(1 << 20))
}
