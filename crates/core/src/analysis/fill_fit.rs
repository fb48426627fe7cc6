//! A layer's ESD in, the columns of its power law out.

use heavytail_fits::{PowerLaw, SampleRule, TruncatedPowerLaw};
use heavytail_spectra::{Esd, norms};

use crate::analysis::fill_reason::add_reason;
use crate::analysis::tail_fit::{CUT, NoFit, TailFit, TailFitter};
use crate::columns_fit::{
    ALPHA, ALPHA_WEIGHTED, KS_DISTANCE, LOG_ALPHA_NORM, NUM_BELOW_CUT, NUM_PL_SPIKES, SIGMA, STATUS, WARNING,
    XMAX, XMIN,
};
use crate::columns_fit_options::{LAMBDA, NUM_FINGERS, RAW_ALPHA};
use crate::columns_layer::VERDICT;
use crate::layer_verdict::LayerVerdict;
use crate::options::AnalyzeOptions;
use crate::options_fit::{FixFingers, PlPackage};
use crate::row::Row;

/// What the reference reports for every number of a fit that failed.
const FAILED: i64 = -1;

/// Fits the tail and sets its columns; the fit, or nothing where there is none.
pub(crate) fn fill_fit(
    row: &mut Row,
    esd: &Esd,
    options: &AnalyzeOptions,
    fitter: &TailFitter,
) -> Option<TailFit> {
    let fit = fitter.fit(esd.eigenvalues());
    match &fit {
        Ok(TailFit::PowerLaw(law)) => set_law(row, law, options),
        Ok(TailFit::Clipped(clipped)) => {
            set_law(row, &clipped.fit, options);
            row.set(&NUM_FINGERS, clipped.num_fingers);
            row.set(&RAW_ALPHA, clipped.raw_alpha);
        }
        Ok(TailFit::Truncated(law)) => set_truncated(row, law, options),
        Err(failure) => set_failure(row, failure, options),
    }
    let cut = fitter.cut(esd.max());
    let below = esd.eigenvalues().partition_point(|&lambda| lambda <= cut);
    row.set(&NUM_BELOW_CUT, below);
    let alpha = row.number(&ALPHA).unwrap_or(f64::NAN);
    row.set(&ALPHA_WEIGHTED, alpha * norms::log_spectral_norm(esd));
    let log_alpha_norm = norms::log_alpha_norm(esd, alpha);
    // The reference sums before it takes the logarithm.
    let overflows = options.compat && log_alpha_norm > f64::MAX.log10();
    row.set(&LOG_ALPHA_NORM, if overflows { f64::INFINITY } else { log_alpha_norm });
    set_verdict(row, options.compat);
    if fit.is_ok() && below * 10 > esd.count() && !options.scale_free {
        add_reason(row, &lost_to_the_cut(below, esd.count()));
    }
    fit.ok()
}

fn set_law(row: &mut Row, law: &PowerLaw, options: &AnalyzeOptions) {
    row.set(&ALPHA, law.alpha);
    row.set(&XMIN, law.xmin);
    // The reference leaves it out where the other package fits, unless it ends the law there.
    if !options.compat || options.pl_package == PlPackage::Ww || options.xmax_force {
        row.set(&XMAX, law.xmax);
    }
    row.set(&KS_DISTANCE, law.ks_distance);
    // Below 8 values the reference reports −1/√n.
    let negative = options.compat && law.rule == SampleRule::Tiny;
    row.set(&SIGMA, if negative { -1.0 / sqrt(law.num_fitted) } else { law.sigma });
    row.set(&NUM_PL_SPIKES, law.num_pl_spikes);
    row.set(&STATUS, "success");
}

/// A truncated law has no standard error in the reference, nor an asymptotic interval here.
fn set_truncated(row: &mut Row, law: &TruncatedPowerLaw, options: &AnalyzeOptions) {
    row.set(&ALPHA, law.alpha);
    row.set(&LAMBDA, law.lambda);
    row.set(&XMIN, law.xmin);
    if !options.compat || options.xmax_force {
        row.set(&XMAX, law.xmax);
    }
    row.set(&KS_DISTANCE, law.ks_distance);
    row.set(&NUM_PL_SPIKES, law.num_pl_spikes);
    row.set(&STATUS, "success");
}

fn set_failure(row: &mut Row, failure: &NoFit, options: &AnalyzeOptions) {
    for column in [&ALPHA, &XMIN, &KS_DISTANCE, &SIGMA] {
        #[expect(clippy::cast_precision_loss, reason = "−1 is exact")]
        row.set(column, FAILED as f64);
    }
    row.set(&NUM_PL_SPIKES, FAILED);
    row.set(&STATUS, "failed");
    if let NoFit::BelowXmax { xmax, .. } = failure {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the option's number, as the reference leaves it there"
        )]
        row.set(&XMAX, *xmax as f64);
    }
    if options.compat && options.fix_fingers == FixFingers::ClipXmax {
        row.set(&NUM_FINGERS, 0_usize);
        #[expect(clippy::cast_precision_loss, reason = "−1 is exact")]
        row.set(&RAW_ALPHA, FAILED as f64);
    }
    add_reason(row, &failure.to_string());
}

/// Sets the verdict by alpha, and by its interval where that is known; the reference calls every failed fit over-trained, since its alpha is −1.
pub(crate) fn set_verdict(row: &mut Row, compat: bool) {
    let warning = match LayerVerdict::of_row(row) {
        LayerVerdict::OverTrained => LayerVerdict::OverTrained.name(),
        LayerVerdict::UnderTrained => LayerVerdict::UnderTrained.name(),
        LayerVerdict::NoFit if compat => LayerVerdict::OverTrained.name(),
        _ => "",
    };
    row.set(&WARNING, warning);
    row.set(&VERDICT, LayerVerdict::of_row_with_interval(row).name());
}

/// Sets what a row without a spectrum says.
pub(crate) fn fill_no_spectrum(row: &mut Row, reason: &str) {
    row.set(&STATUS, "failed");
    row.set(&WARNING, "");
    row.set(&VERDICT, LayerVerdict::NoFit.name());
    add_reason(row, reason);
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
