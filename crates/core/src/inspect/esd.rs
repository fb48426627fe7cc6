//! A model and the name or id of a layer in, its eigenvalues or its curve of alpha against xmin out.

use heavytail_spectra::Esd;
use heavytail_spectra::schedule::run_alone;

use crate::analysis::analyze_layer::tail_candidates;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::layer_spectrum::layer_spectrum;
use crate::analysis::opened::Opened;
use crate::analysis::plan::plan;
use crate::analysis::tail_fit::TailFitter;
use crate::checked::CheckedOptions;
use crate::details::TailCandidate;
use crate::engine::threads;
use crate::error::Error;
use crate::model::Model;
use crate::options::AnalyzeOptions;

/// The pooled eigenvalues of one layer, ascending: λ in the units of the weights squared. `layer` is its full name, its
/// short name or its id, in this order.
///
/// # Errors
/// No layer is called so, or it has no spectrum.
pub fn esd(model: &Model<'_>, layer: &str, options: &CheckedOptions) -> Result<Esd, Error> {
    let options = options.get();
    spectrum_of(model, layer, options)
}

/// Every xmin that the fit of one layer considers, ascending, with the exponent and the KS distance from there on: the
/// curve of alpha against xmin. Empty where the layer's tail can't be fitted.
///
/// # Errors
/// As [`esd`].
pub fn alpha_against_xmin(
    model: &Model<'_>,
    layer: &str,
    options: &CheckedOptions,
) -> Result<Vec<TailCandidate>, Error> {
    let options = options.get();
    let fitter = TailFitter::new(options)?;
    Ok(tail_candidates(&spectrum_of(model, layer, options)?, fitter.power_law()))
}

fn spectrum_of(model: &Model<'_>, layer: &str, options: &AnalyzeOptions) -> Result<Esd, Error> {
    let options = AnalyzeOptions { layers: Vec::new(), ..options.clone() };
    let plan = plan(model, &options)?;
    let by_name = plan.units.iter().find(|unit| unit.layer.longname == layer);
    let unit = by_name
        .or_else(|| plan.units.iter().find(|unit| unit.layer.name == layer))
        .or_else(|| plan.units.iter().find(|unit| unit.layer.id.to_string() == layer));
    let unit = unit.ok_or_else(|| Error::NoSuchLayer { layer: layer.to_owned() })?;
    let failed = |failure: LayerFailure| Error::Layer {
        layer: unit.layer.longname.clone(),
        reason: failure.to_string(),
    };
    let spectrum = run_alone(threads(options.threads), || {
        let opened = Opened::new(model, unit, &options)?;
        layer_spectrum(&opened, &options)
    });
    Ok(spectrum.map_err(failed)?.esd)
}
