//! A layer's spectrum in, the columns that are read off it out.

use heavytail_spectra::{entropy, norms, rank};

use crate::analysis::layer_spectrum::LayerSpectrum;
use crate::columns_spectrum::{
    ENTROPY, HAS_ESD, LAMBDA_MAX, LOG_NORM, LOG_SPECTRAL_NORM, MATRIX_RANK, NORM, NUM_EVALS, RANK_LOSS,
    SPECTRAL_NORM, SPECTRUM_METHOD, STABLE_RANK, SV_MAX, SV_MIN, WEAK_RANK_LOSS,
};
use crate::row::Row;

/// Sets the columns of the spectrum; `n` is N as the row reports it, `tolerance` that of `weak_rank_loss`.
pub(crate) fn fill_spectrum(row: &mut Row, spectrum: &LayerSpectrum, n: usize, tolerance: f64) {
    let esd = &spectrum.esd;
    let matrix_rank = rank::matrix_rank(esd, n);
    row.set(&HAS_ESD, true);
    row.set(&NUM_EVALS, esd.count());
    row.set(&SV_MAX, spectrum.singular_max);
    row.set(&SV_MIN, spectrum.singular_min);
    row.set(&RANK_LOSS, spectrum.rank_loss);
    row.set(&WEAK_RANK_LOSS, rank::weak_rank_loss(esd, tolerance));
    row.set(&LAMBDA_MAX, norms::spectral_norm(esd));
    row.set(&SPECTRAL_NORM, norms::spectral_norm(esd));
    row.set(&LOG_SPECTRAL_NORM, norms::log_spectral_norm(esd));
    row.set(&NORM, norms::norm(esd));
    row.set(&LOG_NORM, norms::log_norm(esd));
    row.set(&STABLE_RANK, rank::stable_rank(esd));
    row.set(&MATRIX_RANK, matrix_rank);
    row.set(&ENTROPY, entropy::matrix_entropy(esd, matrix_rank));
    row.set(&SPECTRUM_METHOD, spectrum.method.name());
}
