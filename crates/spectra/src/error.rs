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
    /// An eigenvalue is NaN or infinite, so that no spectrum can hold it.
    #[error("eigenvalue {value} at index {index}")]
    EigenvalueNotFinite {
        /// The first such value.
        value: f64,
        /// Where it stands among the values given.
        index: usize,
    },
    /// The squares of the singular values are beyond the range of f64.
    #[error("the largest singular value {singular_max:e} has no square in f64; scale the weights down")]
    Overflow {
        /// σ_max.
        singular_max: f64,
    },
    /// The matrix has no element, fewer rows than columns, or more elements than an address can count.
    #[error("a matrix of {rows} rows and {cols} columns; expected rows ≥ columns ≥ 1")]
    Shape {
        /// Rows given.
        rows: usize,
        /// Columns given.
        cols: usize,
    },
    /// Two matrices have no common side to multiply over.
    #[error("a {}×{} and a {}×{} matrix share no side to multiply over", left.0, left.1, right.0, right.1)]
    NoCommonSide {
        /// Rows and columns of the first matrix.
        left: (usize, usize),
        /// Rows and columns of the second matrix.
        right: (usize, usize),
    },
    /// A buffer does not hold what its shape says.
    #[error("a buffer of {len} elements; expected {expected}")]
    Length {
        /// Elements given.
        len: usize,
        /// Elements the shape asks for.
        expected: usize,
    },
    /// The eigenvalue iteration did not converge.
    #[error("the eigenvalue iteration of a {size}×{size} matrix did not converge")]
    NoConvergence {
        /// Side of the matrix.
        size: usize,
    },
}
