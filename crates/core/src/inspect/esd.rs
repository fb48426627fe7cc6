//! A model and the name or id of a layer in, its eigenvalues out.

use heavytail_spectra::Esd;

use crate::analysis::layer_spectrum::layer_spectrum;
use crate::analysis::opened::Opened;
use crate::analysis::plan::plan;
use crate::checked::CheckedOptions;
use crate::error::Error;
use crate::model::Model;
use crate::options::AnalyzeOptions;

/// The pooled eigenvalues of one layer, ascending: λ in the units of the weights squared. `layer` is its full name, its
/// short name or its id, in this order.
///
/// # Errors
/// No layer is called so, or it has no spectrum.
pub fn esd(model: &Model<'_>, layer: &str, options: &CheckedOptions) -> Result<Esd, Error> {
    let options = AnalyzeOptions { layers: Vec::new(), ..options.get().clone() };
    let plan = plan(model, &options)?;
    let by_name = plan.units.iter().find(|unit| unit.layer.longname == layer);
    let unit = by_name
        .or_else(|| plan.units.iter().find(|unit| unit.layer.name == layer))
        .or_else(|| plan.units.iter().find(|unit| unit.layer.id.to_string() == layer));
    let unit = unit.ok_or_else(|| Error::NoSuchLayer { layer: layer.to_owned() })?;
    let failed = |failure: crate::analysis::layer_failure::LayerFailure| Error::Layer {
        layer: unit.layer.longname.clone(),
        reason: failure.to_string(),
    };
    let opened = Opened::new(model, unit, &options).map_err(failed)?;
    Ok(layer_spectrum(&opened, &options).map_err(failed)?.esd)
}
