//! A model and options in, the rows to compute and everything that gets none out: no maths yet.

use heavytail_formats::TensorSource;
use heavytail_layers::{Discovery, Layer, LayerOptions, Selector, discover_with_hints};
use heavytail_spectra::schedule::{cost_estimate, memory_estimate};

use crate::details::{ModelOrigin, Uncovered};
use crate::error::Error;
use crate::model::Model;
use crate::observer::LayerTask;
use crate::options::AnalyzeOptions;

/// One row of the table before any maths.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The layer's identity and where its elements lie.
    pub(crate) layer: Layer,
    /// Element type as stored, or what packed weights were unpacked from.
    pub(crate) dtype: String,
}

impl Unit {
    /// Flops of its spectrum.
    pub(crate) fn cost(&self) -> f64 {
        self.layer.matrices.iter().map(|view| cost_estimate(view.rows, view.cols)).sum()
    }

    /// Bytes that its spectrum holds at most: one matrix at a time.
    pub(crate) fn memory(&self) -> u64 {
        self.layer.matrices.iter().map(|view| memory_estimate(view.rows, view.cols)).max().unwrap_or(0)
    }

    pub(crate) fn task(&self) -> LayerTask {
        let Layer { longname, n, m, .. } = &self.layer;
        LayerTask { name: longname.clone(), n: *n, m: *m, cost: self.cost() }
    }
}

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
        units: layers.into_iter().map(|layer| Unit { dtype: dtype(layer.tensor), layer }).collect(),
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
