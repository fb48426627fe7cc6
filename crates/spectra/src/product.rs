//! Two factors in, the singular values of their product out.
//!
//! Neighbouring layers multiplied, or the low-rank update B·A of an adapter. Where the inner side is the shortest, the
//! product is never formed: L·Rᵀ = Q_L·(R_L·R_Rᵀ)·Q_Rᵀ by one QR of each factor, and the k×k matrix in the middle has all
//! the singular values that are not zero, exact to some eps·σ_max.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::stop::checkpoint;
use crate::svd::{singular_values_dense, triangle};
use crate::{DenseMatrix, Error};

/// One factor: rows×cols elements, row-major, of any shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor<'a> {
    rows: usize,
    cols: usize,
    elements: &'a [f64],
}

impl<'a> Factor<'a> {
    /// Takes the elements, row-major, all finite.
    ///
    /// # Errors
    /// [`Error::Shape`] if a side is 0, [`Error::Length`] if the buffer holds another number of elements,
    /// [`Error::NotFinite`] for a NaN or an infinity.
    pub fn new(rows: usize, cols: usize, elements: &'a [f64]) -> Result<Self, Error> {
        let expected = rows.checked_mul(cols).filter(|&len| len > 0).ok_or(Error::Shape { rows, cols })?;
        if elements.len() != expected {
            return Err(Error::Length { len: elements.len(), expected });
        }
        if let Some(at) = elements.iter().position(|x| !x.is_finite()) {
            return Err(Error::NotFinite { value: elements[at], row: at / cols, column: at % cols });
        }
        Ok(Self { rows, cols, elements })
    }

    fn as_matrix(&self) -> MatRef<'a, f64> {
        MatRef::from_row_major_slice(self.elements, self.rows, self.cols)
    }
}

/// The singular values of L·Rᵀ, ascending: min(p, q, k) of them, L being p×k and R q×k.
///
/// # Errors
/// [`Error::NoCommonSide`] unless both have k columns, [`Error::NoConvergence`] if the iteration fails.
pub fn product_singular_values(left: Factor<'_>, right: Factor<'_>) -> Result<Vec<f64>, Error> {
    if left.cols != right.cols {
        return Err(Error::NoCommonSide { left: (left.rows, left.cols), right: (right.rows, right.cols) });
    }
    if left.cols > left.rows.min(right.rows) {
        return singular_values_dense(multiply(left.as_matrix(), right.as_matrix()).as_ref());
    }
    let middle = multiply(triangle(left.as_matrix()).as_ref(), triangle(right.as_matrix()).as_ref());
    singular_values_dense(middle.as_ref())
}

/// L·Rᵀ itself, turned so that it is tall: for what needs its elements and not only its spectrum.
///
/// # Errors
/// [`Error::NoCommonSide`] unless both have the same number of columns.
pub fn product_matrix(left: Factor<'_>, right: Factor<'_>) -> Result<DenseMatrix, Error> {
    if left.cols != right.cols {
        return Err(Error::NoCommonSide { left: (left.rows, left.cols), right: (right.rows, right.cols) });
    }
    let (tall, wide) = if left.rows >= right.rows { (left, right) } else { (right, left) };
    let mut elements = vec![0.0; tall.rows * wide.rows];
    let product = MatMut::from_row_major_slice_mut(&mut elements, tall.rows, wide.rows);
    fill(product, tall.as_matrix(), wide.as_matrix());
    DenseMatrix::new(tall.rows, wide.rows, elements)
}

/// L·Rᵀ.
fn multiply(left: MatRef<'_, f64>, right: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(left.nrows(), right.nrows());
    fill(product.as_mut(), left, right);
    product
}

/// product ← L·Rᵀ, some rows after the other, so that it can be given up between them.
fn fill(mut product: MatMut<'_, f64>, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    const ROWS: usize = 256;
    for start in (0..left.nrows()).step_by(ROWS) {
        checkpoint();
        let count = ROWS.min(left.nrows() - start);
        let rows = product.as_mut().subrows_mut(start, count);
        matmul(rows, Accum::Replace, left.subrows(start, count), right.transpose(), 1.0, Par::Seq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_formed_tall_whichever_factor_is_longer() {
        let (left, right) = ([1.0, 2.0], [3.0, 4.0, 5.0]);
        let (left, right) = (Factor::new(2, 1, &left).unwrap(), Factor::new(3, 1, &right).unwrap());
        let product = product_matrix(left, right).unwrap();
        assert_eq!(product.elements(), [3.0, 6.0, 4.0, 8.0, 5.0, 10.0]);
        assert_eq!(product_matrix(right, left).unwrap(), product);
    }
}
