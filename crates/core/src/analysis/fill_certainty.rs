//! A layer's fitted eigenvalues and their power law in, the columns that say how far to trust alpha out.

use heavytail_fits::{
    BootstrapOptions, CheckedPowerLawOptions, IntervalMethod, Noise, PowerLaw, alpha_sensitivity,
    asymptotic_interval, bootstrap_interval, compare_alternatives, edge_test, goodness_of_fit, hill_alpha,
    optimal_threshold,
};
use heavytail_spectra::Esd;
use heavytail_spectra::seed::Stream;

use crate::analysis::unit::Unit;
use crate::columns_certainty::{
    ALPHA_CI_METHOD, ALPHA_SENSITIVITY, BEST_FIT, GOF_P, HILL_ALPHA, LR_EXPONENTIAL, LR_EXPONENTIAL_P,
    LR_LOGNORMAL, LR_LOGNORMAL_P, LR_TRUNCATED, LR_TRUNCATED_P, NUM_SPIKES_GD, TW_P,
};
use crate::columns_fit::{ALPHA_CI_HIGH, ALPHA_CI_LOW};
use crate::columns_spectrum::RANK_LOSS;
use crate::options::AnalyzeOptions;
use crate::row::Row;

/// Sets what follows from the power law: its interval, other tails, other laws. Beside the law stands what the choice of its
/// tail adds to the variance of ln(alpha − 1).
pub(crate) fn fill_certainty(
    row: &mut Row,
    eigenvalues: &[f64],
    (law, choice_variance): (&PowerLaw, f64),
    unit: &Unit,
    options: &AnalyzeOptions,
    fit_options: &CheckedPowerLawOptions,
) {
    if let Ok(alpha) = hill_alpha(eigenvalues, fit_options) {
        row.set(&HILL_ALPHA, alpha);
    }
    if let Ok(sensitivity) = alpha_sensitivity(eigenvalues, law, fit_options) {
        row.set(&ALPHA_SENSITIVITY, sensitivity.spread());
    }
    fill_interval(row, eigenvalues, (law, choice_variance), unit, options, fit_options);
    if options.alternatives {
        fill_alternatives(row, eigenvalues, law);
    }
}

/// The interval by resampling where it was asked for, else the asymptotic one.
fn fill_interval(
    row: &mut Row,
    eigenvalues: &[f64],
    (law, choice_variance): (&PowerLaw, f64),
    unit: &Unit,
    options: &AnalyzeOptions,
    fit_options: &CheckedPowerLawOptions,
) {
    let seed = Stream::new(options.seed, &unit.stream()).bits();
    let samples = BootstrapOptions { resamples: options.bootstrap, seed }.check().ok();
    let samples = samples.filter(|_| options.bootstrap > 0);
    let resampled =
        samples.and_then(|samples| bootstrap_interval(eigenvalues, law, fit_options, samples).ok());
    let interval = resampled.unwrap_or_else(|| asymptotic_interval(law, choice_variance));
    row.set(&ALPHA_CI_LOW, interval.low);
    row.set(&ALPHA_CI_HIGH, interval.high);
    let method = match interval.method {
        IntervalMethod::Asymptotic => "asymptotic",
        IntervalMethod::Bootstrap => "bootstrap",
    };
    row.set(&ALPHA_CI_METHOD, method);
    if let Some(p) = samples.and_then(|samples| goodness_of_fit(eigenvalues, law, fit_options, samples).ok())
    {
        row.set(&GOF_P, p);
    }
}

fn fill_alternatives(row: &mut Row, eigenvalues: &[f64], law: &PowerLaw) {
    let Ok(found) = compare_alternatives(eigenvalues, law) else { return };
    row.set(&LR_LOGNORMAL, found.lognormal.ratio);
    row.set(&LR_LOGNORMAL_P, found.lognormal.p);
    row.set(&LR_EXPONENTIAL, found.exponential.ratio);
    row.set(&LR_EXPONENTIAL_P, found.exponential.p);
    row.set(&LR_TRUNCATED, found.truncated.ratio);
    row.set(&LR_TRUNCATED_P, found.truncated.p);
    row.set(&BEST_FIT, found.best_fit.name());
}

/// Sets what random-matrix theory says of the largest eigenvalues, where there is a random matrix to hold them against:
/// all eigenvalues of matrices N×M, more than half of them above rounding.
///
/// The noise is taken from the median and not from the fitted bulk, whose edge the fit puts at λ_max.
pub(crate) fn fill_edges(row: &mut Row, esd: &Esd, unit: &Unit, options: &AnalyzeOptions) {
    let (n, m) = (unit.layer.n.max(unit.layer.m), unit.layer.n.min(unit.layer.m));
    let matrices = unit.layer.matrices.len().max(1);
    let whole = esd.count() == matrices * m && !unit.contents.is_product();
    let rank_loss = row.integer(&RANK_LOSS).and_then(|loss| usize::try_from(loss).ok()).unwrap_or(0);
    if options.inverse || !whole || 2 * rank_loss >= esd.count() {
        return;
    }
    let Ok(found) = optimal_threshold(esd.eigenvalues(), n, m, Noise::FromMedian) else { return };
    row.set(&NUM_SPIKES_GD, found.num_spikes);
    row.set(&TW_P, edge_test(esd.max(), n, m, found.noise_variance, matrices).p);
}
