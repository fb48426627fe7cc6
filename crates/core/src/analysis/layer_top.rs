//! The matrices of a row in, the K largest eigenvalues of all of them together out.
//!
//! The K largest of a pool are among the K largest of its parts, so a convolution's slices are looked at one by one.

use heavytail_spectra::top::{TopEigenvalues, top_eigenvalues};
use heavytail_spectra::{Esd, MatrixSpectrum, SpectrumMethod};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::layer_spectrum::LayerSpectrum;
use crate::analysis::opened::Opened;

/// The K largest eigenvalues of the layer, ascending; nothing if it has no more than K, which is a whole spectrum.
pub(crate) fn layer_top(opened: &Opened, k: usize, seed: u64) -> Result<Option<LayerSpectrum>, LayerFailure> {
    let num_evals: usize = opened.matrices.iter().map(|matrix| matrix.cols()).sum();
    if num_evals <= k {
        return Ok(None);
    }
    let mut largest = Vec::with_capacity(k * opened.matrices.len());
    let mut method = SpectrumMethod::Lanczos;
    let mut singular_max = 0.0_f64;
    for matrix in &opened.matrices {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let TopEigenvalues { eigenvalues, blocks } = top_eigenvalues(matrix.as_ref(), k, seed)
            .map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?;
        let max = eigenvalues.last().map_or(0.0, |lambda| lambda.sqrt());
        if blocks == 0 {
            method = SpectrumMethod::Gram;
        }
        let adjusted = opened.adjusted(MatrixSpectrum {
            eigenvalues,
            singular_max: max,
            singular_min: 0.0,
            rank_loss: 0,
            method,
            rows,
            cols,
        });
        singular_max = singular_max.max(adjusted.singular_max);
        largest.extend(adjusted.eigenvalues);
    }
    largest.sort_by(f64::total_cmp);
    let esd = Esd::new(largest.split_off(largest.len() - k)).map_err(LayerFailure::Spectrum)?;
    Ok(Some(LayerSpectrum {
        esd,
        num_evals,
        singular_max,
        singular_min: 0.0,
        rank_loss: 0,
        method,
        shapes: None,
    }))
}
