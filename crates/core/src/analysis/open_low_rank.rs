//! A low-rank update in, the spectrum of s·B·A out: by the thin factors, B·A itself only where its elements are needed.

use heavytail_layers::LowRankUpdate;
use heavytail_spectra::Matrix;

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::opened::Opened;
use crate::analysis::read_factor::Factors;
use crate::model::Model;
use crate::options::AnalyzeOptions;

/// Opens s·B·A, one product for each position of the adapted kernel.
pub(crate) fn open_low_rank(
    model: &Model<'_>,
    update: &LowRankUpdate,
    options: &AnalyzeOptions,
) -> Result<Opened, LayerFailure> {
    let kernel = update.merged.as_ref().map_or(1.0, |merged| merged.base.scale);
    let mut opened = Opened::of_matrices(Vec::new(), update.scale.abs() * kernel);
    opened.kept = Some(update.rank);
    for product in &update.products {
        let factors = Factors::read(model.source, *product)?;
        opened.known.push(factors.spectrum()?);
        if options.needs_elements() {
            opened.matrices.push(Box::new(factors.formed()?) as Box<dyn Matrix>);
        }
    }
    Ok(opened)
}
