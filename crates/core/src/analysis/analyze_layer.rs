//! One layer in, its row and (when asked for) its curves out.

use heavytail_fits::{CheckedPowerLawOptions, fit_power_law, mp_fit, power_law_candidates};
use heavytail_spectra::Esd;

use crate::analysis::fill_certainty::{fill_certainty, fill_edges};
use crate::analysis::fill_deltas::fill_deltas;
use crate::analysis::fill_erg::fill_erg;
use crate::analysis::fill_farms::fill_farms;
use crate::analysis::fill_fit::{fill_fit, fill_no_spectrum, set_verdict};
use crate::analysis::fill_layer::fill_layer;
use crate::analysis::fill_mp::{fill_mp, square_law};
use crate::analysis::fill_random::fill_random;
use crate::analysis::fill_reason::add_reason;
use crate::analysis::fill_spectrum::fill_spectrum;
use crate::analysis::fill_stable::fill_stable;
use crate::analysis::fill_top::leave_the_tail;
use crate::analysis::fill_vectors::fill_vectors;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::layer_spectrum::layer_spectrum;
use crate::analysis::opened::Opened;
use crate::analysis::tail_fit::{TailFit, TailFitter};
use crate::analysis::unit::Unit;
use crate::details::{LayerCurves, TailCandidate};
use crate::model::Model;
use crate::options::AnalyzeOptions;
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
    fitter: &TailFitter,
) -> Analyzed {
    let mut row = Row::new();
    fill_layer(&mut row, unit);
    let opened = Opened::new(model, unit, options);
    let spectrum = opened.and_then(|opened| Ok((layer_spectrum(&opened, options)?, opened)));
    let (mut spectrum, opened) = match spectrum {
        Ok(known) => known,
        Err(failure) => return failed(unit, &failure),
    };
    let shapes = spectrum.shapes.take();
    let (esd, size) = (&spectrum.esd, (unit.layer.n, unit.layer.m));
    fill_spectrum(&mut row, &spectrum, unit.layer.n, options.tolerance);
    if let Some(fit) = fill_fit(&mut row, esd, options, fitter) {
        fill_around(&mut row, esd, &fit, unit, options, fitter.power_law());
    }
    if options.mp_fit {
        fill_mp(&mut row, esd, size, options.compat);
        fill_edges(&mut row, esd, unit, options);
    }
    if options.det_x {
        fill_erg(&mut row, esd, options.compat);
    }
    if options.deltas && !options.compat {
        fill_deltas(&mut row, esd);
    }
    let mut shuffled = Vec::new();
    if options.randomize {
        let filled = fill_random(&mut row, esd, &opened, unit, options).map(|found| shuffled = found);
        note_failure(&mut row, filled);
    }
    let mut vectors = Vec::new();
    if options.vectors {
        let filled = fill_vectors(&mut row, &opened, shapes, options).map(|found| vectors = found);
        note_failure(&mut row, filled);
    }
    if options.farms {
        let filled = fill_farms(&mut row, &opened, unit, options, fitter);
        note_failure(&mut row, filled);
    }
    let whole = spectrum.is_whole();
    if !whole {
        leave_the_tail(&mut row, &spectrum);
    }
    let curves = (options.keep_curves && whole).then(|| {
        let edge = bulk_edge(&spectrum.esd, unit, options.compat);
        LayerCurves { vectors, ..curves(spectrum.esd, shuffled, edge, fitter.power_law()) }
    });
    Analyzed { row, curves }
}

/// What an optional family lacks is said in the row, whose other families are complete.
fn note_failure(row: &mut Row, filled: Result<(), LayerFailure>) {
    if let Err(failure) = filled {
        add_reason(row, &failure.to_string());
    }
}

/// What is told of the tail beside its exponent. A truncated law's surroundings are those of the plain power law, which
/// has no interval for its alpha.
fn fill_around(
    row: &mut Row,
    esd: &Esd,
    fit: &TailFit,
    unit: &Unit,
    options: &AnalyzeOptions,
    fit_options: &CheckedPowerLawOptions,
) {
    // What was taken for fingers is no part of the tail.
    let fitted = &esd.eigenvalues()[..esd.count() - fit.num_dropped()];
    match fit.power_law() {
        Some(law) => {
            let choice_variance = fill_stable(row, fitted, law, fit_options);
            fill_certainty(row, fitted, (law, choice_variance), unit, options, fit_options);
            set_verdict(row, options.compat);
        }
        None => {
            if let Ok(law) = fit_power_law(esd.eigenvalues(), fit_options) {
                fill_stable(row, fitted, &law, fit_options);
            }
        }
    }
}

/// The row of a layer that could not be analysed.
pub(crate) fn failed(unit: &Unit, failure: &LayerFailure) -> Analyzed {
    let mut row = Row::new();
    fill_layer(&mut row, unit);
    fill_no_spectrum(&mut row, &failure.to_string());
    Analyzed { row, curves: None }
}

/// What is kept beside the row for plots and pages.
pub(crate) fn curves(
    esd: Esd,
    shuffled: Vec<f64>,
    bulk_edge: Option<f64>,
    fit_options: &CheckedPowerLawOptions,
) -> LayerCurves {
    let candidates = tail_candidates(&esd, fit_options);
    LayerCurves { eigenvalues: esd.into_eigenvalues(), candidates, shuffled, bulk_edge, vectors: Vec::new() }
}

/// Where the Marchenko–Pastur bulk under the ESD ends.
fn bulk_edge(esd: &Esd, unit: &Unit, compat: bool) -> Option<f64> {
    let bulk = mp_fit(esd.eigenvalues(), unit.layer.n, unit.layer.m, square_law(compat));
    bulk.ok().filter(|bulk| bulk.feasible).map(|bulk| bulk.bulk_max)
}

/// Every xmin that a fit considers, ascending; none where there is no tail.
pub(crate) fn tail_candidates(esd: &Esd, fit_options: &CheckedPowerLawOptions) -> Vec<TailCandidate> {
    let candidates = power_law_candidates(esd.eigenvalues(), fit_options).unwrap_or_default();
    candidates
        .iter()
        .map(|c| TailCandidate { xmin: c.xmin, alpha: c.alpha, ks_distance: c.ks_distance })
        .collect()
}
