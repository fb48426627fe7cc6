//! A model and options in, the rows to compute and everything that gets none out: no maths yet.

use heavytail_formats::TensorSource;
use heavytail_layers::{Discovery, LayerOptions, Selector, discover_with_hints};

use crate::analysis::unit::{Contents, Unit};
use crate::details::{ModelOrigin, Uncovered};
use crate::error::Error;
use crate::model::Model;
use crate::options::AnalyzeOptions;

/// What will become rows, and what will not.
pub(crate) struct Plan {
    pub(crate) units: Vec<Unit>,
    pub(crate) coverage: Vec<Uncovered>,
    /// What the caller should hear, though nothing stops for it.
    pub(crate) warnings: Vec<String>,
}

/// Finds the layers.
pub(crate) fn plan(model: &Model<'_>, options: &AnalyzeOptions) -> Result<Plan, Error> {
    let found = discover_with_hints(model.source, &layer_options(options)?, model.hints)?;
    let Discovery { layers, coverage, unmatched } = found;
    let tensors = model.source.tensors();
    let dtype = |tensor: usize| {
        tensors.get(tensor).map_or_else(String::new, |info| match &info.quantisation {
            Some(packing) => packing.clone(),
            None => info.dtype.name().to_owned(),
        })
    };
    Ok(Plan {
        units: layers
            .into_iter()
            .map(|layer| Unit { dtype: dtype(layer.tensor), contents: Contents::Weights, note: None, layer })
            .collect(),
        coverage: coverage.into_iter().map(uncovered).collect(),
        warnings: unmatched.iter().map(unmatched_words).collect(),
    })
}

/// Where the model came from.
pub(crate) fn origin(source: &dyn TensorSource) -> ModelOrigin {
    let info = source.info();
    ModelOrigin {
        path: info.path.clone(),
        format: info.format.name().to_owned(),
        files: info.files.clone(),
        tensors: source.tensors().len(),
    }
}

fn layer_options(options: &AnalyzeOptions) -> Result<LayerOptions, Error> {
    Ok(LayerOptions {
        min_evals: options.min_evals,
        max_evals: options.max_evals,
        max_n: options.max_n,
        pool: options.pool,
        conv2d_norm: options.conv2d_norm,
        start_ids: options.start_ids,
        select: Selector::parse_list(&options.layers)?,
        compat: options.compat,
    })
}

fn uncovered(left_out: heavytail_layers::Uncovered) -> Uncovered {
    Uncovered {
        name: left_out.name,
        dtype: left_out.dtype.name().to_owned(),
        shape: left_out.shape,
        reason: left_out.reason.code().to_owned(),
        message: left_out.reason.message(),
    }
}

fn unmatched_words(selector: &Selector) -> String {
    format!("--layers: `{}` is no layer of this model", selector.word())
}
