//! A matrix in, its whole spectrum out: the one call that analyses a layer's matrix.
//!
//! The Gram matrix is the way, since multiplication is the fastest thing a machine does and f64 Gram is at least as
//! accurate as the f32 SVD that the reference takes; only where the smallest singular values drown in its rounding
//! are the singular values of W itself computed.

use crate::gram::gram;
use crate::svd::singular_values;
use crate::symmetric::symmetric_eigenvalues;
use crate::{Error, Matrix, SpectrumMethod, SpectrumOptions};

/// The spectrum of one N×M matrix W.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixSpectrum {
    /// The M eigenvalues of WᵀW, ascending, finite, none negative.
    pub eigenvalues: Vec<f64>,
    /// σ_max, the largest singular value of W.
    pub singular_max: f64,
    /// σ_min, the smallest singular value of W.
    pub singular_min: f64,
    /// Number of σ ≤ σ_max·N·eps: dimensions lost to rounding.
    pub rank_loss: usize,
    /// Which way the values came about.
    pub method: SpectrumMethod,
    /// N, the longer side of W.
    pub rows: usize,
    /// M, the shorter side of W.
    pub cols: usize,
}

/// The spectrum of a matrix, on the calling thread.
///
/// Eigenvalues are within some eps·λ_max·M of the exact ones; where σ_max/σ_min is above
/// [`SpectrumOptions::condition_limit`], singular values are within some eps·σ_max·M.
///
/// # Errors
/// [`Error::Shape`], [`Error::Read`] and [`Error::NotFinite`] for what is wrong with the matrix, [`Error::Overflow`]
/// if an eigenvalue is beyond f64, [`Error::NoConvergence`] if the iteration fails.
pub fn spectrum(matrix: &dyn Matrix, options: &SpectrumOptions) -> Result<MatrixSpectrum, Error> {
    let mut gram = gram(matrix, options.block_bytes)?;
    let eigenvalues = symmetric_eigenvalues(&mut gram.lower)?;
    let scale = gram.scale;
    drop(gram);
    of_gram(matrix, options, eigenvalues, scale)
}

/// The spectrum that the ascending eigenvalues of the Gram matrix of `scale`·W tell, or that of W itself where they
/// can't.
pub(crate) fn of_gram(
    matrix: &dyn Matrix,
    options: &SpectrumOptions,
    mut eigenvalues: Vec<f64>,
    scale: f64,
) -> Result<MatrixSpectrum, Error> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    // WᵀW has no negative eigenvalue; rounding makes some.
    eigenvalues.iter_mut().for_each(|lambda| *lambda = lambda.max(0.0));
    let (lambda_min, lambda_max) = (eigenvalues[0], eigenvalues[cols - 1]);
    let (singular, method): (Vec<f64>, _) = if options.gram_resolves(lambda_min, lambda_max, cols) {
        let singular = eigenvalues.iter().map(|lambda| lambda.sqrt() / scale).collect();
        eigenvalues.iter_mut().for_each(|lambda| *lambda = *lambda / scale / scale);
        (singular, SpectrumMethod::Gram)
    } else {
        let singular = singular_values(matrix, options.block_bytes)?;
        eigenvalues = singular.iter().map(|sigma| sigma * sigma).collect();
        (singular, SpectrumMethod::Svd)
    };
    let (singular_min, singular_max) = (singular[0], singular[cols - 1]);
    if !eigenvalues[cols - 1].is_finite() {
        return Err(Error::Overflow { singular_max });
    }
    let tolerance = singular_max * rows as f64 * f64::EPSILON;
    let rank_loss = singular.partition_point(|&sigma| sigma <= tolerance);
    Ok(MatrixSpectrum { eigenvalues, singular_max, singular_min, rank_loss, method, rows, cols })
}
