//! A row filled from a layer's largest eigenvalues in, the same row without what needs the others out.

use crate::analysis::fill_reason::add_reason;
use crate::analysis::layer_spectrum::LayerSpectrum;
use crate::column::Column;
use crate::columns_certainty::{
    ALPHA_CI_METHOD, BEST_FIT, LR_EXPONENTIAL, LR_EXPONENTIAL_P, LR_LOGNORMAL, LR_LOGNORMAL_P, LR_TRUNCATED,
    LR_TRUNCATED_P,
};
use crate::columns_fit::{
    ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW, ALPHA_WEIGHTED, KS_DISTANCE, NUM_PL_SPIKES, SIGMA, STATUS, WARNING,
    XMAX, XMIN,
};
use crate::columns_layer;
use crate::columns_spectrum::{
    HAS_ESD, LAMBDA_MAX, LOG_SPECTRAL_NORM, NUM_EVALS, SPECTRAL_NORM, SPECTRUM_METHOD, SV_MAX,
};
use crate::row::Row;

/// What the largest eigenvalues tell. A list of what stays, so that a new column is null until it is known to be true.
static OF_THE_TAIL: &[&Column] = &[
    &HAS_ESD,
    &NUM_EVALS,
    &SV_MAX,
    &LAMBDA_MAX,
    &SPECTRAL_NORM,
    &LOG_SPECTRAL_NORM,
    &SPECTRUM_METHOD,
    &ALPHA,
    &XMIN,
    &XMAX,
    &KS_DISTANCE,
    &SIGMA,
    &NUM_PL_SPIKES,
    &ALPHA_WEIGHTED,
    &STATUS,
    &WARNING,
    &ALPHA_CI_LOW,
    &ALPHA_CI_HIGH,
    &ALPHA_CI_METHOD,
    &LR_LOGNORMAL,
    &LR_LOGNORMAL_P,
    &LR_EXPONENTIAL,
    &LR_EXPONENTIAL_P,
    &LR_TRUNCATED,
    &LR_TRUNCATED_P,
    &BEST_FIT,
];

/// Leaves the columns of the tail, and says why the others are null.
pub(crate) fn leave_the_tail(row: &mut Row, spectrum: &LayerSpectrum) {
    let (known, all) = (spectrum.esd.count(), spectrum.num_evals);
    row.retain(&[columns_layer::ALL, OF_THE_TAIL].concat());
    row.set(&HAS_ESD, false);
    row.set(&NUM_EVALS, all);
    add_reason(
        row,
        &format!(
            "only the {known} largest of {all} eigenvalues were computed: the tail is sought among them, and columns that need the others are null"
        ),
    );
}
