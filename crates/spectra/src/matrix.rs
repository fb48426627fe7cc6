//! The trait by which a matrix hands over its rows, block by block, as f64.

use std::ops::Range;

/// Why a matrix could not hand over its rows; the owner of the matrix knows what happened.
pub type ReadError = Box<dyn std::error::Error + Send + Sync>;

/// How the elements of a block lie in the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockLayout {
    /// Element (i, j) of the block is at `i * cols + j`.
    RowMajor,
    /// Element (i, j) of the block is at `j * rows_in_block + i`.
    ColumnMajor,
}

/// A tall matrix, N rows by M columns with N ≥ M, read in blocks of whole rows.
///
/// Rows may be read in any blocks and any number of times.
pub trait Matrix: Sync {
    /// N, the longer side.
    fn rows(&self) -> usize;

    /// M, the shorter side: the number of eigenvalues.
    fn cols(&self) -> usize;

    /// How [`read`](Self::read) lays out a block; row-major for tall storage, column-major for wide.
    fn layout(&self) -> BlockLayout;

    /// Writes rows `rows` to `out`, which holds exactly `rows.len() * self.cols()` elements.
    ///
    /// # Errors
    /// Whatever keeps the owner from decoding them.
    fn read(&self, rows: Range<usize>, out: &mut [f64]) -> Result<(), ReadError>;
}
