//! A layer in, its pooled ESD and what its single matrices tell out.

use heavytail_layers::Layer;
use heavytail_spectra::{Esd, Matrix, MatrixSpectrum, SpectrumMethod, SpectrumOptions, spectrum};

use crate::layer_failure::LayerFailure;
use crate::layer_matrix::open_matrices;
use crate::model::Model;

/// The spectrum of a layer: of all its matrices, scaled as the layer says.
pub(crate) struct LayerSpectrum {
    /// The pooled eigenvalues.
    pub(crate) esd: Esd,
    /// Largest σ_max of a matrix: column `sv_max`.
    pub(crate) singular_max: f64,
    /// Largest σ_min of a matrix: column `sv_min`.
    pub(crate) singular_min: f64,
    /// Sum over the matrices: column `rank_loss`.
    pub(crate) rank_loss: usize,
    /// The way of the matrix that took the slower one.
    pub(crate) method: SpectrumMethod,
}

/// Computes the spectrum on the calling thread.
pub(crate) fn layer_spectrum(model: &Model<'_>, layer: &Layer) -> Result<LayerSpectrum, LayerFailure> {
    let options = SpectrumOptions::default();
    let mut spectra = Vec::with_capacity(layer.matrices.len());
    for matrix in open_matrices(model, layer)? {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let found =
            spectrum(&matrix, &options).map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?;
        spectra.push(scaled(found, layer.scale));
    }
    let esd = Esd::pool(&spectra).map_err(LayerFailure::Spectrum)?;
    let largest = |of: fn(&MatrixSpectrum) -> f64| spectra.iter().map(of).fold(0.0, f64::max);
    Ok(LayerSpectrum {
        esd,
        singular_max: largest(|spectrum| spectrum.singular_max),
        singular_min: largest(|spectrum| spectrum.singular_min),
        rank_loss: spectra.iter().map(|spectrum| spectrum.rank_loss).sum(),
        method: slower(&spectra),
    })
}

/// The spectrum of the matrix times `scale`.
fn scaled(mut spectrum: MatrixSpectrum, scale: f64) -> MatrixSpectrum {
    if scale.to_bits() != 1.0_f64.to_bits() {
        spectrum.eigenvalues.iter_mut().for_each(|lambda| *lambda *= scale * scale);
        spectrum.singular_max *= scale;
        spectrum.singular_min *= scale;
    }
    spectrum
}

fn slower(spectra: &[MatrixSpectrum]) -> SpectrumMethod {
    let by_svd = spectra.iter().any(|spectrum| spectrum.method == SpectrumMethod::Svd);
    if by_svd { SpectrumMethod::Svd } else { SpectrumMethod::Gram }
}
