//! A matrix that is stored as two factors: its singular values follow from the factors, which are all that is read.

use crate::MatrixView;

/// X = L · Rᵀ with L of p×k and R of q×k, so that X is p×q.
///
/// Unlike a layer's matrices the factors need not be tall; they have the same number of columns k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// L.
    pub left: MatrixView,
    /// R, as the transpose of the right factor.
    pub right: MatrixView,
}

impl Product {
    /// Rows and columns of X.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.left.rows, self.right.rows)
    }

    /// k, the inner dimension: X has no more than this many eigenvalues that are not zero.
    #[must_use]
    pub fn inner(&self) -> usize {
        self.left.cols
    }

    /// Xᵀ.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { left: self.right, right: self.left }
    }
}
