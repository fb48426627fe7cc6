//! A matrix in, the same matrix with only some of its singular triplets out.
//!
//! Exact, where the reference takes a randomised SVD: the right singular vectors are the eigenvectors of WᵀW, and
//! W·V·Vᵀ keeps their triplets whatever the left ones are (4·N·M·k flops beside those of the eigenvectors).

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::blocks::{for_each_block, rows_per_block};
use crate::gram::gram;
use crate::stop::checkpoint;
use crate::team::{both, hands};
use crate::top_vectors::{End, end_vectors};
use crate::{DenseMatrix, Error, Matrix, SpectrumOptions};

/// Which singular triplets stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The k largest; all of them if there are no more than k.
    Top(usize),
    /// All but the k largest.
    WithoutTop(usize),
}

/// The k largest singular triplets of an N×M matrix, largest first.
#[derive(Clone, Debug)]
pub struct Triplets {
    /// N×k, column-major: left singular vectors; zero where σ is.
    pub left: Vec<f64>,
    /// The k singular values, descending.
    pub singular: Vec<f64>,
    /// M×k, column-major: right singular vectors.
    pub right: Vec<f64>,
}

/// Takes from the matrix the triplets that don't stay.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()); the matrix is then what it was.
pub fn truncate(matrix: &mut DenseMatrix, keep: Keep, options: &SpectrumOptions) -> Result<(), Error> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let (Keep::Top(top) | Keep::WithoutTop(top)) = keep;
    let top = top.min(cols);
    // The fewer vectors span what stays or what goes: W·V·Vᵀ or W − W·V·Vᵀ.
    let (end, count) = if top <= cols / 2 { (End::Largest, top) } else { (End::Smallest, cols - top) };
    let basis = right_vectors(matrix, count, end, options)?;
    let step = rows_per_block(rows, cols, options.block_bytes) * cols;
    let projection = Projection {
        basis: MatRef::from_column_major_slice(&basis, cols, count),
        stays: (end == End::Largest) == matches!(keep, Keep::Top(_)),
        step,
    };
    let blocks = matrix.elements().len().div_ceil(step);
    projection.apply(matrix.elements_mut(), hands().clamp(1, blocks.max(1)));
    Ok(())
}

/// The span of a few right singular vectors, which is all that stays of rows, or what goes.
#[derive(Clone, Copy)]
struct Projection<'a> {
    basis: MatRef<'a, f64>,
    stays: bool,
    /// Elements of the rows that are taken together.
    step: usize,
}

impl Projection<'_> {
    /// Replaces rows by what stays of them, the same blocks of rows for any number of hands.
    fn apply(self, elements: &mut [f64], hands: usize) {
        let blocks = elements.len().div_ceil(self.step);
        let first_hands = hands / 2;
        let first = blocks * first_hands / hands;
        if first == 0 {
            elements.chunks_mut(self.step).for_each(|block| self.apply_to_block(block));
            return;
        }
        let (first, second) = elements.split_at_mut(first * self.step);
        both(|| self.apply(first, first_hands), || self.apply(second, hands - first_hands));
    }

    fn apply_to_block(self, block: &mut [f64]) {
        checkpoint();
        let (cols, count) = (self.basis.nrows(), self.basis.ncols());
        let rows = block.len() / cols;
        let mut block = MatMut::from_row_major_slice_mut(block, rows, cols);
        let mut coordinates = vec![0.0; rows * count];
        let mut coordinates = MatMut::from_column_major_slice_mut(&mut coordinates, rows, count);
        matmul(coordinates.as_mut(), Accum::Replace, block.as_ref(), self.basis, 1.0, Par::Seq);
        let (accumulate, sign) = if self.stays { (Accum::Replace, 1.0) } else { (Accum::Add, -1.0) };
        matmul(block.as_mut(), accumulate, coordinates.as_ref(), self.basis.transpose(), sign, Par::Seq);
    }
}

/// The k largest singular triplets, k at most M.
///
/// Singular values are the lengths of W·v, exact to some eps·σ_max; the left vectors of σ below 1e-8·σ_max lose digits
/// in proportion.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()).
pub fn top_triplets(matrix: &dyn Matrix, count: usize, options: &SpectrumOptions) -> Result<Triplets, Error> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let count = count.min(cols);
    let right = right_vectors(matrix, count, End::Largest, options)?;
    let basis = MatRef::from_column_major_slice(&right, cols, count);
    let mut left = vec![0.0; rows * count];
    let mut out = MatMut::from_column_major_slice_mut(&mut left, rows, count);
    let mut start = 0;
    for_each_block(matrix, options.block_bytes, 1.0, |block| {
        matmul(
            out.as_mut().subrows_mut(start, block.rows),
            Accum::Replace,
            block.as_matrix(),
            basis,
            1.0,
            Par::Seq,
        );
        start += block.rows;
    })?;
    let mut singular = Vec::with_capacity(count);
    for column in left.chunks_exact_mut(rows) {
        let length = MatRef::from_column_major_slice(column, rows, 1).norm_l2();
        if length > 0.0 {
            column.iter_mut().for_each(|x| *x /= length);
        }
        singular.push(length);
    }
    Ok(Triplets { left, singular, right })
}

/// The right singular vectors of the `count` singular values at one end, M×count, column-major, the outermost first.
fn right_vectors(
    matrix: &dyn Matrix,
    count: usize,
    end: End,
    options: &SpectrumOptions,
) -> Result<Vec<f64>, Error> {
    let mut gram = gram(matrix, options.block_bytes)?;
    end_vectors(&mut gram.lower, count.min(matrix.cols()), end)
}
