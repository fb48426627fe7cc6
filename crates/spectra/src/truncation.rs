//! A matrix in, the same matrix with only some of its singular triplets out.
//!
//! Exact, where the reference takes a randomised SVD: the right singular vectors are the eigenvectors of WᵀW, and
//! W·V·Vᵀ keeps their triplets whatever the left ones are (4·N·M·k flops beside those of the eigenvectors).

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::blocks::for_each_block;
use crate::gram::gram;
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

/// The matrix with only the triplets that stay.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()).
pub fn truncated(matrix: &dyn Matrix, keep: Keep, options: &SpectrumOptions) -> Result<DenseMatrix, Error> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let (Keep::Top(top) | Keep::WithoutTop(top)) = keep;
    let top = top.min(cols);
    // The fewer vectors span what stays or what goes: W·V·Vᵀ or W − W·V·Vᵀ.
    let (end, count) = if top <= cols / 2 { (End::Largest, top) } else { (End::Smallest, cols - top) };
    let stays = (end == End::Largest) == matches!(keep, Keep::Top(_));
    let basis = right_vectors(matrix, count, end, options)?;
    let basis = MatRef::from_column_major_slice(&basis, cols, count);
    let mut elements = Vec::with_capacity(rows * cols);
    for_each_block(matrix, options.block_bytes, 1.0, |block| {
        let w = block.as_matrix();
        let mut coordinates = vec![0.0; block.rows * basis.ncols()];
        let mut coordinates =
            MatMut::from_column_major_slice_mut(&mut coordinates, block.rows, basis.ncols());
        matmul(coordinates.as_mut(), Accum::Replace, w, basis, 1.0, Par::Seq);
        let start = elements.len();
        elements.resize(start + block.rows * cols, 0.0);
        let mut out = MatMut::from_row_major_slice_mut(&mut elements[start..], block.rows, cols);
        let (accumulate, sign) = if stays { (Accum::Replace, 1.0) } else { (Accum::Add, -1.0) };
        if !stays {
            out.copy_from(w);
        }
        matmul(out, accumulate, coordinates.as_ref(), basis.transpose(), sign, Par::Seq);
    })?;
    DenseMatrix::new(rows, cols, elements)
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
    end_vectors(&mut gram.lower, gram.cols, count.min(gram.cols), end)
}
