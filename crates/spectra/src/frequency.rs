//! A convolution's kernel in, the singular values of the whole convolution out, frequency by frequency.
//!
//! On a periodic image a convolution is block diagonal in the Fourier basis: at frequency (u, v) it multiplies the channels
//! by T(u, v) = Σ W_ab·exp(−2πi(u·a + v·b)/side), W_ab the matrix at position (a, b) of the kernel, and the singular
//! values of all T(u, v) are those of the convolution (Sedghi, Gupta, Long, The Singular Values of Convolutional Layers,
//! ICLR 2019). T(−u, −v) is the conjugate of T(u, v) and has the same singular values, so that one of the two tells all.

use std::f64::consts::TAU;

use crate::{DenseMatrix, Error, Matrix, MatrixSpectrum, SpectrumOptions, spectrum};

/// The spectra of T(u, v) on a periodic `side`×`side` image, one of each pair of conjugate frequencies.
///
/// `positions` are the kernel's matrices, row by row of a kernel of `kernel.1` columns, all of one shape and tall.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()); [`Error::Shape`] if there is no position.
pub fn frequency_spectra(
    positions: &[DenseMatrix],
    kernel: (usize, usize),
    side: usize,
    options: &SpectrumOptions,
) -> Result<Vec<MatrixSpectrum>, Error> {
    let first = positions.first().ok_or(Error::Shape { rows: 0, cols: 0 })?;
    let (rows, cols) = (first.rows(), first.cols());
    let mut spectra = Vec::with_capacity(side * side / 2 + 2);
    for (u, v) in half_of(side) {
        let phase = |position: usize| {
            let (a, b) = (position / kernel.1.max(1), position % kernel.1.max(1));
            // Reduced first, so that a whole turn is exactly none.
            TAU * ((u * a + v * b) % side) as f64 / side as f64
        };
        let real = combined(positions, |position| phase(position).cos());
        if is_own_conjugate(u, side) && is_own_conjugate(v, side) {
            spectra.push(spectrum(&DenseMatrix::new(rows, cols, real)?, options)?);
        } else {
            let imaginary = combined(positions, |position| -phase(position).sin());
            spectra.push(of_complex(&real, &imaginary, (rows, cols), options)?);
        }
    }
    Ok(spectra)
}

/// How many eigenvalues [`frequency_spectra`] finds for each column of a matrix: the number of frequencies.
#[must_use]
pub fn frequency_count(side: usize) -> usize {
    half_of(side).count()
}

fn is_own_conjugate(u: usize, side: usize) -> bool {
    (2 * u).is_multiple_of(side)
}

/// One of each pair (u, v), (−u, −v) modulo `side`: the one that comes first.
fn half_of(side: usize) -> impl Iterator<Item = (usize, usize)> {
    let negative = move |u: usize| (side - u) % side;
    let all = (0..side).flat_map(move |u| (0..side).map(move |v| (u, v)));
    all.filter(move |(u, v)| (*u, *v) <= (negative(*u), negative(*v)))
}

/// Σ weight(position)·W_position.
fn combined(positions: &[DenseMatrix], weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut sum = vec![0.0; positions[0].elements().len()];
    for (position, matrix) in positions.iter().enumerate() {
        let weight = weight(position);
        sum.iter_mut().zip(matrix.elements()).for_each(|(sum, element)| *sum += weight * element);
    }
    sum
}

/// The spectrum of R + iI by that of the real matrix [R −I; I R], which has every singular value twice.
fn of_complex(
    real: &[f64],
    imaginary: &[f64],
    (rows, cols): (usize, usize),
    options: &SpectrumOptions,
) -> Result<MatrixSpectrum, Error> {
    let mut elements = Vec::with_capacity(4 * real.len());
    for (real, imaginary) in real.chunks_exact(cols).zip(imaginary.chunks_exact(cols)) {
        elements.extend(real);
        elements.extend(imaginary.iter().map(|x| -x));
    }
    for (real, imaginary) in real.chunks_exact(cols).zip(imaginary.chunks_exact(cols)) {
        elements.extend(imaginary);
        elements.extend(real);
    }
    let doubled = spectrum(&DenseMatrix::new(2 * rows, 2 * cols, elements)?, options)?;
    Ok(MatrixSpectrum {
        eigenvalues: doubled
            .eigenvalues
            .chunks_exact(2)
            .map(|pair| f64::midpoint(pair[0], pair[1]))
            .collect(),
        rank_loss: doubled.rank_loss / 2,
        rows,
        cols,
        ..doubled
    })
}
