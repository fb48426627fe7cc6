//! One layer in, its row and (when asked for) its curves out.

use heavytail_fits::{CheckedPowerLawOptions, power_law_candidates};
use heavytail_spectra::Esd;

use crate::details::{LayerCurves, TailCandidate};
use crate::fill_fit::{fill_fit, fill_no_spectrum};
use crate::fill_layer::fill_layer;
use crate::fill_spectrum::fill_spectrum;
use crate::fill_stable::fill_stable;
use crate::layer_failure::LayerFailure;
use crate::layer_spectrum::layer_spectrum;
use crate::model::Model;
use crate::options::AnalyzeOptions;
use crate::plan::Unit;
use crate::row::Row;

/// A layer's line of the table.
pub(crate) struct Analyzed {
    pub(crate) row: Row,
    pub(crate) curves: Option<LayerCurves>,
}

/// Analyses a layer on the calling thread. What keeps it from being analysed becomes the row's reason.
pub(crate) fn analyze_layer(
    model: &Model<'_>,
    unit: &Unit,
    options: &AnalyzeOptions,
    fit_options: &CheckedPowerLawOptions,
) -> Analyzed {
    let mut row = Row::new();
    fill_layer(&mut row, unit);
    let spectrum = match layer_spectrum(model, &unit.layer) {
        Ok(spectrum) => spectrum,
        Err(failure) => return failed(unit, &failure),
    };
    fill_spectrum(&mut row, &spectrum, unit.layer.n, options.tolerance);
    if let Some(law) = fill_fit(&mut row, &spectrum.esd, options, fit_options) {
        fill_stable(&mut row, &spectrum.esd, &law, fit_options);
    }
    let curves = options.keep_curves.then(|| curves(spectrum.esd, fit_options));
    Analyzed { row, curves }
}

/// The row of a layer that could not be analysed.
pub(crate) fn failed(unit: &Unit, failure: &LayerFailure) -> Analyzed {
    let mut row = Row::new();
    fill_layer(&mut row, unit);
    fill_no_spectrum(&mut row, failure.to_string());
    Analyzed { row, curves: None }
}

fn curves(esd: Esd, fit_options: &CheckedPowerLawOptions) -> LayerCurves {
    let candidates = power_law_candidates(esd.eigenvalues(), fit_options).unwrap_or_default();
    let candidates = candidates
        .iter()
        .map(|c| TailCandidate { xmin: c.xmin, alpha: c.alpha, ks_distance: c.ks_distance })
        .collect();
    LayerCurves { eigenvalues: esd.into_eigenvalues(), candidates }
}
