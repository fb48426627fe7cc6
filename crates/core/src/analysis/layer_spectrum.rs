//! The matrices of a row in, their pooled ESD and what single ones of them tell out.

use heavytail_spectra::vectors::VectorShape;
use heavytail_spectra::{Esd, MatrixSpectrum, SpectrumMethod, SpectrumOptions};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::layer_top::layer_top;
use crate::analysis::opened::Opened;
use crate::options::AnalyzeOptions;
use crate::options_fit::SvdMethod;
use crate::options_spectrum::Eigs;

/// The spectrum of a layer: of all its matrices, scaled as the layer says.
pub(crate) struct LayerSpectrum {
    /// The pooled eigenvalues; the largest of them where no more were asked for.
    pub(crate) esd: Esd,
    /// How many there are.
    pub(crate) num_evals: usize,
    /// Largest σ_max of a matrix: column `sv_max`.
    pub(crate) singular_max: f64,
    /// Largest σ_min of a matrix: column `sv_min`.
    pub(crate) singular_min: f64,
    /// Sum over the matrices: column `rank_loss`.
    pub(crate) rank_loss: usize,
    /// The way of the matrix that took the slower one.
    pub(crate) method: SpectrumMethod,
    /// What the eigenvectors of all matrices look like, unscaled, where they are asked for and came with the spectrum.
    pub(crate) shapes: Option<Vec<VectorShape>>,
}

impl LayerSpectrum {
    /// Whether all eigenvalues are known.
    pub(crate) fn is_whole(&self) -> bool {
        self.esd.count() == self.num_evals
    }
}

/// Computes the spectrum on the calling thread.
pub(crate) fn layer_spectrum(
    opened: &Opened,
    options: &AnalyzeOptions,
) -> Result<LayerSpectrum, LayerFailure> {
    if let Eigs::Top(k) = options.eigs
        && let Some(top) = layer_top(opened, k, options.seed)?
    {
        return Ok(top);
    }
    let with_shapes = options.vectors && !takes_left_vectors(opened, options);
    let (spectra, shapes) = opened.spectra(&spectrum_options(options), with_shapes)?;
    let esd = pool(&spectra, options)?;
    let largest = |of: fn(&MatrixSpectrum) -> f64| spectra.iter().map(of).fold(0.0, f64::max);
    Ok(LayerSpectrum {
        num_evals: esd.count(),
        esd,
        singular_max: largest(|spectrum| spectrum.singular_max),
        singular_min: largest(|spectrum| spectrum.singular_min),
        rank_loss: spectra.iter().map(|spectrum| spectrum.rank_loss).sum(),
        method: slower(&spectra),
        shapes,
    })
}

/// Whether the eigenvectors of WWᵀ are wanted: the reference takes them of a square matrix, those of WᵀW of every other.
pub(crate) fn takes_left_vectors(opened: &Opened, options: &AnalyzeOptions) -> bool {
    options.compat && opened.matrices.iter().any(|matrix| matrix.rows() == matrix.cols())
}

fn spectrum_options(options: &AnalyzeOptions) -> SpectrumOptions {
    let mut accurate = SpectrumOptions::default();
    if options.svd_method == SvdMethod::Accurate {
        // No condition is small enough for the Gram matrix.
        (accurate.condition_limit, accurate.small_condition_limit) = (0.0, 0.0);
    }
    accurate
}

/// Pools the spectra of a row's matrices, inverted where the options say so.
///
/// The reference inverts all that it has collected after every slice, so that a slice is inverted as often as slices
/// follow, itself included.
pub(crate) fn pool(spectra: &[MatrixSpectrum], options: &AnalyzeOptions) -> Result<Esd, LayerFailure> {
    let inverted =
        |index: usize| options.inverse && (!options.compat || !(spectra.len() - index).is_multiple_of(2));
    let mut pooled = Vec::with_capacity(spectra.iter().map(|spectrum| spectrum.eigenvalues.len()).sum());
    let mut zeros = 0;
    for (index, spectrum) in spectra.iter().enumerate() {
        if inverted(index) {
            zeros += spectrum.eigenvalues.iter().filter(|lambda| !lambda.recip().is_finite()).count();
            pooled.extend(spectrum.eigenvalues.iter().map(|lambda| lambda.recip()));
        } else {
            pooled.extend(&spectrum.eigenvalues);
        }
    }
    if zeros > 0 {
        return Err(LayerFailure::NoInverse { zeros, count: pooled.len() });
    }
    Esd::new(pooled).map_err(LayerFailure::Spectrum)
}

fn slower(spectra: &[MatrixSpectrum]) -> SpectrumMethod {
    let by_svd = spectra.iter().any(|spectrum| spectrum.method == SpectrumMethod::Svd);
    if by_svd { SpectrumMethod::Svd } else { SpectrumMethod::Gram }
}
