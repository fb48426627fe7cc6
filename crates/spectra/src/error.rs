//! What can go wrong between a matrix and its spectrum.

use crate::ReadError;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The matrix could not hand over its rows.
    #[error("read the matrix: {0}")]
    Read(#[source] ReadError),
    /// An element is NaN or infinite; positions count the N×M matrix.
    #[error("{value} at row {row}, column {column}")]
    NotFinite {
        /// The first such element.
        value: f64,
        /// Its row in the N×M matrix.
        row: usize,
        /// Its column in the N×M matrix.
        column: usize,
    },
    /// The eigenvalue iteration did not converge.
    #[error("the eigenvalue iteration of a {size}×{size} matrix did not converge")]
    NoConvergence {
        /// Side of the matrix.
        size: usize,
    },
}
