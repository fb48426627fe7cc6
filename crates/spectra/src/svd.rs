//! A matrix as row blocks in, its singular values out, each within some eps·σ_max.
//!
//! The way to the small end of the spectrum, which the Gram matrix squares away. The rows are folded block by block
//! into one M×M triangular factor (2·N·M² flops, a third more than one QR of the whole), so that memory stays O(M²);
//! its singular values are those of W (8/3·M³ flops).
//!
//! faer divides and conquers the bidiagonal matrix B that it reduces the factor to, which fails now and then where most
//! values lie close together within the rounding of f32: what smoothing leaves of a layer. Then B's singular values are
//! taken as the upper half of the eigenvalues of the tridiagonal matrix with a zero diagonal and the elements of B
//! beside it (Golub and Kahan 1965), which bisection finds whatever B is.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::qr::no_pivoting::factor;
use faer::linalg::svd::bidiag::{bidiag_in_place, bidiag_in_place_scratch};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Col, Mat, MatRef, Par, Spec};

use crate::blocks::{Block, for_each_block, safe_scale};
use crate::tridiagonal_eigenvalues::eigenvalues;
use crate::{Error, Matrix};

/// The M singular values of an N×M matrix, ascending.
///
/// # Errors
/// [`Error::Shape`], [`Error::Read`] and [`Error::NotFinite`] for what is wrong with the matrix;
/// [`Error::NoConvergence`] if the reduction leaves the range of f64.
pub fn singular_values(matrix: &dyn Matrix, block_bytes: usize) -> Result<Vec<f64>, Error> {
    let cols = matrix.cols();
    let mut fold = Fold::new(cols, block_bytes);
    let largest = for_each_block(matrix, block_bytes, 1.0, |block| fold.add(block))?;
    let scale = safe_scale(largest);
    if scale.to_bits() != 1.0_f64.to_bits() {
        fold = Fold::new(cols, block_bytes);
        for_each_block(matrix, block_bytes, scale, |block| fold.add(block))?;
    }
    let mut values = singular_values_dense(fold.triangle().as_ref())?;
    values.iter_mut().for_each(|sigma| *sigma /= scale);
    Ok(values)
}

/// The singular values of a dense matrix of any shape, ascending.
pub(crate) fn singular_values_dense(w: MatRef<'_, f64>) -> Result<Vec<f64>, Error> {
    let size = w.nrows().min(w.ncols());
    let mut values = Col::<f64>::zeros(size);
    let params = Spec::default();
    let none = ComputeSvdVectors::No;
    let scratch = svd_scratch::<f64>(w.nrows(), w.ncols(), none, none, Par::Seq, params);
    let mut buffer = MemBuffer::new(scratch);
    let diagonal = values.as_mut().as_diagonal_mut();
    let found = svd(w, diagonal, None, None, Par::Seq, MemStack::new(&mut buffer), params);
    let mut values: Vec<f64> = values.iter().map(|x| x.abs()).collect();
    if found.is_err() || values.iter().any(|x| !x.is_finite()) {
        return bisected(w);
    }
    values.sort_by(f64::total_cmp);
    Ok(values)
}

/// The same, by bisection.
fn bisected(w: MatRef<'_, f64>) -> Result<Vec<f64>, Error> {
    let size = w.nrows().min(w.ncols());
    let beside = bidiagonal(w);
    if !beside.iter().all(|x| x.is_finite()) {
        return Err(Error::NoConvergence { size });
    }
    let mut values = eigenvalues(vec![0.0; 2 * size], beside).split_off(size);
    // Each has its opposite below; rounding may leave both of a pair near 0 on one side.
    values.iter_mut().for_each(|sigma| *sigma = sigma.max(0.0));
    Ok(values)
}

/// The elements of the bidiagonal matrix that a matrix is reduced to, down the diagonal: d₀, e₀, d₁, e₁, …
fn bidiagonal(w: MatRef<'_, f64>) -> Vec<f64> {
    let mut b = if w.nrows() >= w.ncols() { w.to_owned() } else { w.transpose().to_owned() };
    let (rows, size) = (b.nrows(), b.ncols());
    if size == 0 {
        return Vec::new();
    }
    let block = factor::recommended_block_size::<f64>(rows, size);
    let (mut left, mut right) = (Mat::zeros(block, size), Mat::zeros(block, size - 1));
    let params = Spec::default();
    let scratch = bidiag_in_place_scratch::<f64>(rows, size, Par::Seq, params);
    let mut buffer = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut buffer);
    bidiag_in_place(b.as_mut(), left.as_mut(), right.as_mut(), Par::Seq, stack, params);
    (0..2 * size - 1).map(|at| b[(at / 2, at.div_ceil(2))]).collect()
}

/// The triangular factor of a dense matrix with at least as many rows as columns.
pub(crate) fn triangle(w: MatRef<'_, f64>) -> Mat<f64> {
    let (rows, cols) = (w.nrows(), w.ncols());
    let mut fold = Fold { stack: Mat::zeros(rows, cols), cols, filled: rows };
    fold.stack.copy_from(w);
    fold.triangle()
}

/// The triangular factor of the rows seen so far.
struct Fold {
    /// Above: the factor, M×M; below: room for new rows.
    stack: Mat<f64>,
    cols: usize,
    filled: usize,
}

impl Fold {
    fn new(cols: usize, block_bytes: usize) -> Self {
        let room = (block_bytes / (8 * cols.max(1))).max(cols / 4).max(32);
        Self { stack: Mat::zeros(cols + room, cols), cols, filled: cols }
    }

    fn add(&mut self, block: &Block<'_>) {
        let rows = block.as_matrix();
        let mut next = 0;
        while next < block.rows {
            if self.filled == self.stack.nrows() {
                self.reduce();
            }
            let count = (self.stack.nrows() - self.filled).min(block.rows - next);
            self.stack.subrows_mut(self.filled, count).copy_from(rows.subrows(next, count));
            self.filled += count;
            next += count;
        }
    }

    /// Folds the rows below the factor into it.
    fn reduce(&mut self) {
        let (rows, cols) = (self.filled, self.cols);
        let block = factor::recommended_block_size::<f64>(rows, cols);
        let mut coefficients = Mat::zeros(block, cols);
        let params = Spec::default();
        let scratch = factor::qr_in_place_scratch::<f64>(rows, cols, block, Par::Seq, params);
        factor::qr_in_place(
            self.stack.subrows_mut(0, rows),
            coefficients.as_mut(),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            params,
        );
        for j in 0..cols {
            for i in j + 1..rows {
                self.stack[(i, j)] = 0.0;
            }
        }
        self.filled = cols;
    }

    fn triangle(mut self) -> Mat<f64> {
        self.reduce();
        self.stack.subrows(0, self.cols).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bisection_finds_what_dividing_and_conquering_finds() {
        for (rows, cols) in [(1, 1), (5, 1), (1, 4), (9, 9), (200, 150), (150, 200)] {
            // Graded by columns, one of them nothing.
            let w = Mat::from_fn(rows, cols, |i, j| {
                let element = ((i * i * 31 + i * j * 17 + j * 5) % 17) as f64 - 8.0;
                if j == 3 { 0.0 } else { element / (1 + j * j) as f64 }
            });
            let (plain, found) = (singular_values_dense(w.as_ref()).unwrap(), bisected(w.as_ref()).unwrap());
            let largest = plain[plain.len() - 1];
            assert_eq!(plain.len(), found.len());
            for (a, b) in plain.iter().zip(&found) {
                assert!((a - b).abs() <= 1e-13 * largest, "{rows}×{cols}: {a:e} for {b:e}");
            }
        }
        assert!(bisected(Mat::<f64>::zeros(3, 0).as_ref()).unwrap().is_empty());
        assert!(bisected(Mat::from_fn(2, 2, |_, _| f64::NAN).as_ref()).is_err());
    }
}
