//! A layer's ESD in, the columns of its power law out.

use heavytail_fits::{
    CheckedPowerLawOptions, Cut, FitFailure, PowerLaw, PowerLawOptions, SampleRule, Xmax, fit_power_law,
};
use heavytail_spectra::{Esd, norms};

use crate::columns_fit::{
    ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW, ALPHA_WEIGHTED, KS_DISTANCE, LOG_ALPHA_NORM, NUM_BELOW_CUT,
    NUM_PL_SPIKES, SIGMA, STATUS, WARNING, XMAX, XMIN,
};
use crate::columns_layer::{REASON, VERDICT};
use crate::error::Error;
use crate::layer_verdict::LayerVerdict;
use crate::options::AnalyzeOptions;
use crate::row::Row;

/// Eigenvalues up to this are no data, in the units of the weights squared (weightwatcher 0.7.7).
const CUT: f64 = 1e-5;

/// The standard normal quantile of a two-sided 95 % interval.
const TWO_SIDED_95: f64 = 1.959_963_984_540_054;

/// What the reference reports for every number of a fit that failed.
const FAILED: i64 = -1;

/// The options of the fit that an analysis' options ask for.
pub(crate) fn fit_options(options: &AnalyzeOptions) -> Result<CheckedPowerLawOptions, Error> {
    let cut = if options.scale_free { Cut::RelativeToMax(CUT) } else { Cut::Absolute(CUT) };
    let dropped = usize::try_from(options.xmax.unsigned_abs()).unwrap_or(usize::MAX);
    let xmax = if dropped == 0 { Xmax::None } else { Xmax::DropLargest(dropped) };
    Ok(PowerLawOptions { cut, xmax, ..PowerLawOptions::default() }.check()?)
}

/// Fits the tail and sets its columns; the law, or nothing where there is none.
pub(crate) fn fill_fit(
    row: &mut Row,
    esd: &Esd,
    options: &AnalyzeOptions,
    fit_options: &CheckedPowerLawOptions,
) -> Option<PowerLaw> {
    let fit = fit_power_law(esd.eigenvalues(), fit_options);
    match &fit {
        Ok(law) => set_law(row, law, options.compat),
        Err(failure) => set_failure(row, failure),
    }
    let below = below_cut(esd, fit_options.get().cut);
    row.set(&NUM_BELOW_CUT, below);
    let alpha = row.number(&ALPHA).unwrap_or(f64::NAN);
    row.set(&ALPHA_WEIGHTED, alpha * norms::log_spectral_norm(esd));
    row.set(&LOG_ALPHA_NORM, norms::log_alpha_norm(esd, alpha));
    set_verdict(row, options.compat);
    if fit.is_ok() && below * 10 > esd.count() && !options.scale_free {
        row.set(&REASON, lost_to_the_cut(below, esd.count()));
    }
    fit.ok()
}

fn set_law(row: &mut Row, law: &PowerLaw, compat: bool) {
    row.set(&ALPHA, law.alpha);
    row.set(&XMIN, law.xmin);
    row.set(&XMAX, law.xmax);
    row.set(&KS_DISTANCE, law.ks_distance);
    // Below 8 values the reference reports −1/√n.
    let negative = compat && law.rule == SampleRule::Tiny;
    row.set(&SIGMA, if negative { -1.0 / sqrt(law.num_fitted) } else { law.sigma });
    row.set(&NUM_PL_SPIKES, law.num_pl_spikes);
    row.set(&STATUS, "success");
    row.set(&ALPHA_CI_LOW, law.alpha - TWO_SIDED_95 * law.sigma);
    row.set(&ALPHA_CI_HIGH, law.alpha + TWO_SIDED_95 * law.sigma);
}

fn set_failure(row: &mut Row, failure: &FitFailure) {
    for column in [&ALPHA, &XMIN, &KS_DISTANCE, &SIGMA] {
        #[expect(clippy::cast_precision_loss, reason = "−1 is exact")]
        row.set(column, FAILED as f64);
    }
    row.set(&NUM_PL_SPIKES, FAILED);
    row.set(&STATUS, "failed");
    row.set(&REASON, format!("no fit: {failure}"));
}

/// The reference calls every failed fit over-trained, since its alpha is −1.
fn set_verdict(row: &mut Row, compat: bool) {
    let verdict = LayerVerdict::of_row(row);
    let warning = match verdict {
        LayerVerdict::OverTrained | LayerVerdict::UnderTrained => verdict.name(),
        LayerVerdict::NoFit if compat => LayerVerdict::OverTrained.name(),
        LayerVerdict::NoFit | LayerVerdict::WellTrained => "",
    };
    row.set(&WARNING, warning);
    row.set(&VERDICT, verdict.name());
}

/// Sets what a row without a spectrum says.
pub(crate) fn fill_no_spectrum(row: &mut Row, reason: String) {
    row.set(&STATUS, "failed");
    row.set(&WARNING, "");
    row.set(&VERDICT, LayerVerdict::NoFit.name());
    row.set(&REASON, reason);
}

fn below_cut(esd: &Esd, cut: Cut) -> usize {
    let cut = match cut {
        Cut::Absolute(cut) => cut,
        Cut::RelativeToMax(share) => share * esd.max(),
    };
    esd.eigenvalues().partition_point(|&lambda| lambda <= cut)
}

fn lost_to_the_cut(below: usize, all: usize) -> String {
    format!(
        "{below} of {all} eigenvalues are at or below the cut {CUT:e} and no part of the fit; --scale-free cuts relative to the largest"
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts of eigenvalues are far below 2^53")]
fn sqrt(count: usize) -> f64 {
    (count as f64).sqrt()
}
