//! A matrix in, what its eigenvectors look like out: entropy, localization, participation.

use crate::gram::{Gram, gram};
use crate::spectrum::of_gram;
use crate::symmetric::{Eigen, symmetric_eigen, symmetric_eigenvalues};
use crate::{Error, Matrix, MatrixSpectrum, SpectrumOptions};

/// What one eigenvector of WᵀW looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorShape {
    /// The eigenvalue it belongs to.
    pub eigenvalue: f64,
    /// [`vector_entropy`] of it.
    pub entropy: f64,
    /// [`localization_ratio`] of it.
    pub localization: f64,
    /// [`participation_ratio`] of it.
    pub participation: f64,
}

/// Mean and population variance of the shapes of several eigenvectors; all NaN if there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShapeSummary {
    /// Mean and variance of the entropies.
    pub entropy: (f64, f64),
    /// Mean and variance of the localization ratios.
    pub localization: (f64, f64),
    /// Mean and variance of the participation ratios.
    pub participation: (f64, f64),
}

/// The shapes of all M eigenvectors of WᵀW, by ascending eigenvalue.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()).
pub fn vector_shapes(matrix: &dyn Matrix, options: &SpectrumOptions) -> Result<Vec<VectorShape>, Error> {
    let gram = gram(matrix, options.block_bytes)?;
    Ok(shapes(&symmetric_eigen(&gram.lower)?, &gram))
}

/// The spectrum of a matrix and the shapes of its eigenvectors, from one Gram matrix and one eigensolver; no shapes where
/// that one fails and only the eigenvalues can be had.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()).
pub fn spectrum_and_shapes(
    matrix: &dyn Matrix,
    options: &SpectrumOptions,
) -> Result<(MatrixSpectrum, Option<Vec<VectorShape>>), Error> {
    let mut gram = gram(matrix, options.block_bytes)?;
    let (eigenvalues, shapes) = match symmetric_eigen(&gram.lower) {
        Ok(eigen) => (eigen.values.clone(), Some(shapes(&eigen, &gram))),
        Err(_) => (symmetric_eigenvalues(&mut gram.lower)?, None),
    };
    let scale = gram.scale;
    drop(gram);
    Ok((of_gram(matrix, options, eigenvalues, scale)?, shapes))
}

fn shapes(eigen: &Eigen, gram: &Gram) -> Vec<VectorShape> {
    let shape = |(&value, vector): (&f64, &[f64])| VectorShape {
        eigenvalue: value.max(0.0) / gram.scale / gram.scale,
        entropy: vector_entropy(vector),
        localization: localization_ratio(vector),
        participation: participation_ratio(vector),
    };
    eigen.values.iter().zip(eigen.vectors.chunks_exact(gram.lower.side())).map(shape).collect()
}

/// How many of the shapes, by ascending eigenvalue, lie below xmin by more than the rounding of two ways to one eigenvalue.
#[must_use]
pub fn bulk_len(shapes: &[VectorShape], xmin: f64) -> usize {
    const ROUNDING: f64 = 1e-9;
    let start = xmin - ROUNDING * xmin.abs();
    shapes.partition_point(|shape| shape.eigenvalue < start)
}

/// Means and variances over some of the shapes, those of the tail for instance.
#[must_use]
pub fn summarize(shapes: &[VectorShape]) -> ShapeSummary {
    let moments = |of: fn(&VectorShape) -> f64| {
        let count = shapes.len() as f64;
        let mean = shapes.iter().map(of).sum::<f64>() / count;
        (mean, shapes.iter().map(|shape| (of(shape) - mean).powi(2)).sum::<f64>() / count)
    };
    ShapeSummary {
        entropy: moments(|shape| shape.entropy),
        localization: moments(|shape| shape.localization),
        participation: moments(|shape| shape.participation),
    }
}

/// The entropy of the sizes of a vector's elements.
///
/// # What it measures
/// How varied the sizes of the elements are.
/// # Definition
/// −Σ p ln p, p the normalised (density + 1e-10) of a histogram of |v| − mean|v| over 100 equal bins between its extremes.
/// # How to read it
/// Low: most elements are alike and few stand out. At most ln 100 ≈ 4.6.
/// # Edge cases
/// Equal elements fall into one bin of a histogram one wide; NaN for an empty vector or one with a NaN.
#[must_use]
pub fn vector_entropy(vector: &[f64]) -> f64 {
    const BINS: usize = 100;
    const SHIFT: f64 = 1e-10;
    let mean = vector.iter().map(|x| x.abs()).sum::<f64>() / vector.len() as f64;
    if !mean.is_finite() {
        return f64::NAN;
    }
    let sizes = || vector.iter().map(|x| x.abs() - mean);
    let (mut low, mut high) =
        sizes().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    if high <= low {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let width = (high - low) / BINS as f64;
    let edge = |bin: usize| low + bin as f64 * width;
    let mut counts = [0_u32; BINS];
    for x in sizes() {
        let mut bin = (((x - low) / width) as usize).min(BINS - 1);
        // The quotient rounds; the edges decide, as in every histogram that counts half-open bins.
        if x < edge(bin) {
            bin -= 1;
        } else if bin + 1 < BINS && x >= edge(bin + 1) {
            bin += 1;
        }
        counts[bin] += 1;
    }
    let density = counts.map(|count| f64::from(count) / (vector.len() as f64 * width) + SHIFT);
    let total: f64 = density.iter().sum();
    density.iter().map(|d| -(d / total) * (d / total).ln()).sum()
}

/// The localization ratio of a vector.
///
/// # What it measures
/// Over how many elements the vector is spread, the largest as the unit.
/// # Definition
/// ‖v‖₁/‖v‖_∞.
/// # How to read it
/// 1: one element holds everything. Its length: all elements are equally large.
/// # Edge cases
/// NaN for a zero vector.
#[must_use]
pub fn localization_ratio(vector: &[f64]) -> f64 {
    let sum: f64 = vector.iter().map(|x| x.abs()).sum();
    sum / vector.iter().fold(0.0, |max: f64, x| max.max(x.abs()))
}

/// The participation ratio of a vector.
///
/// # What it measures
/// Over how many elements the vector is spread, by its fourth moment.
/// # Definition
/// ‖v‖₂/‖v‖₄.
/// # How to read it
/// 1: one element holds everything. The fourth root of its length: all elements are equally large.
/// # Edge cases
/// NaN for a zero vector.
#[must_use]
pub fn participation_ratio(vector: &[f64]) -> f64 {
    let (squares, fourths) = vector.iter().fold((0.0, 0.0), |(s, f), x| (s + x * x, f + x.powi(4)));
    squares.sqrt() / fourths.sqrt().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_of_one_element_is_localized() {
        let vector = [0.0, -1.0, 0.0, 0.0];
        assert!((localization_ratio(&vector) - 1.0).abs() < 1e-15);
        assert!((participation_ratio(&vector) - 1.0).abs() < 1e-15);
        let two_bins = -(0.75 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln());
        assert!((vector_entropy(&vector) - two_bins).abs() < 1e-7);
    }

    #[test]
    fn equal_elements_are_spread_evenly() {
        let vector = [0.5, -0.5, 0.5, 0.5];
        assert!((localization_ratio(&vector) - 4.0).abs() < 1e-15);
        assert!((participation_ratio(&vector) - 4.0_f64.powf(0.25)).abs() < 1e-15);
        assert!(vector_entropy(&vector) < 1e-6);
    }

    #[test]
    fn nothing_is_summarized_to_nan() {
        assert!(summarize(&[]).entropy.0.is_nan());
    }
}
