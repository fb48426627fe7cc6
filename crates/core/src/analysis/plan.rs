//! A model and options in, the rows to compute and everything that gets none out: no maths yet.

use heavytail_formats::TensorSource;
use heavytail_layers::{
    AxisOrder, BaseMatch, IntraPair, Layer, LayerOptions, Selector, Stack, base_options, discover_with_hints,
    find_adapters, intra_pairs, match_base,
};

use crate::analysis::plan_adapters::plan_adapters;
use crate::analysis::unit::{Contents, Unit};
use crate::details::{ModelOrigin, Uncovered};
use crate::error::Error;
use crate::model::Model;
use crate::options::AnalyzeOptions;
use crate::options_fit::{Channels, Peft};

/// What will become rows, and what will not.
pub(crate) struct Plan {
    pub(crate) units: Vec<Unit>,
    pub(crate) coverage: Vec<Uncovered>,
    /// What the caller should hear, though nothing stops for it.
    pub(crate) warnings: Vec<String>,
}

/// Finds the layers, and what is to be made of them.
pub(crate) fn plan(model: &Model<'_>, options: &AnalyzeOptions) -> Result<Plan, Error> {
    let layer_options = layer_options(options)?;
    let found = discover_with_hints(model.source, &layer_options, model.hints)?;
    let base = match model.base {
        Some(base) => Some(discover_with_hints(base, &base_options(&layer_options), model.base_hints)?),
        None => None,
    };
    let mut plan = Plan {
        units: Vec::new(),
        coverage: found.coverage.iter().map(uncovered).collect(),
        warnings: found.unmatched.iter().map(unmatched_words).collect(),
    };
    if options.fft {
        plan.warnings.push(UNITARY.to_owned());
    }
    if options.peft == Peft::No && !options.compat {
        plan.warnings.extend(lone_factors(model, &layer_options));
    }
    if options.peft != Peft::No {
        plan_adapters(model, options.peft, &layer_options, found, base.as_ref(), &mut plan)?;
    } else if options.stacked {
        plan.units.extend(Stack::new(&found.layers, options.compat).map(|stack| stacked(model, stack)));
    } else if options.intra {
        plan.units.extend(intra_pairs(&found.layers).into_iter().map(|pair| intra(model, pair)));
    } else if let Some(base) = base {
        let matches = match_base(&found.layers, &base.layers, options.compat);
        plan.units
            .extend(found.layers.into_iter().zip(matches).map(|(layer, base)| delta(model, layer, base)));
    } else {
        plan.units.extend(found.layers.into_iter().map(|layer| of_weights(model, layer)));
    }
    Ok(plan)
}

/// What `fft` comes to.
const UNITARY: &str =
    "--fft: a Fourier transform is orthonormal and changes no singular value: the rows are those without it";

/// What a person should hear whose checkpoint is an adapter, but who did not say so.
fn lone_factors(model: &Model<'_>, options: &LayerOptions) -> Option<String> {
    let found = find_adapters(model.source, options, None, None).ok()?;
    let pairs = found.updates.len();
    match pairs {
        0 => None,
        1 => Some(
            "1 pair of low-rank factors is analysed as layers of its own; --peft analyses what it adds"
                .to_owned(),
        ),
        _ => Some(format!(
            "{pairs} pairs of low-rank factors are analysed as layers of their own; --peft analyses what they add"
        )),
    }
}

/// Finds the layers' own weights, whatever base model there is, for what is no analysis.
///
/// # Errors
/// As [`plan`], or an option that makes rows of something else.
pub(crate) fn plan_weights(model: &Model<'_>, options: &AnalyzeOptions) -> Result<Plan, Error> {
    let derived =
        [("peft", options.peft != Peft::No), ("intra", options.intra), ("stacked", options.stacked)];
    if let Some((option, _)) = derived.iter().find(|(_, asked)| *asked) {
        let allowed = "only for analyze: this call is about the layers' own weights".to_owned();
        return Err(Error::Option { option, value: "true".to_owned(), allowed });
    }
    plan(&Model { base: None, ..*model }, options)
}

/// A row of a layer's own weights.
pub(crate) fn of_weights(model: &Model<'_>, layer: Layer) -> Unit {
    Unit::of_weights(layer.clone(), dtype(model, layer.tensor))
}

/// Element type as stored, or what packed weights were unpacked from.
pub(crate) fn dtype(model: &Model<'_>, tensor: usize) -> String {
    model.source.tensors().get(tensor).map_or_else(String::new, |info| match &info.quantisation {
        Some(packing) => packing.clone(),
        None => info.dtype.name().to_owned(),
    })
}

fn delta(model: &Model<'_>, layer: Layer, base: BaseMatch) -> Unit {
    let note = base.message();
    let contents = match base {
        BaseMatch::Layer(base) => Contents::Delta(Box::new(base)),
        BaseMatch::Missing => Contents::Weights,
        BaseMatch::Mismatch { .. } => Contents::Refused,
    };
    Unit { contents, note, ..of_weights(model, layer) }
}

fn intra(model: &Model<'_>, pair: IntraPair) -> Unit {
    let layer = Layer { name: pair.name.clone(), n: pair.n, m: pair.m, rf: 1, ..pair.second.clone() };
    Unit { contents: Contents::Intra(Box::new(pair)), ..of_weights(model, layer) }
}

/// The reference gives the one row the id 0 and the full name of the first layer.
fn stacked(model: &Model<'_>, stack: Stack) -> Unit {
    let (n, m) = stack.size();
    let first = stack.blocks[0].layer.clone();
    let layer = Layer { id: 0, name: STACKED.to_owned(), n, m, rf: 1, slice_id: None, ..first };
    Unit { contents: Contents::Stack(Box::new(stack)), ..of_weights(model, layer) }
}

/// What the reference calls its stacked layer.
const STACKED: &str = "Stacked Layer";

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

pub(crate) fn layer_options(options: &AnalyzeOptions) -> Result<LayerOptions, Error> {
    Ok(LayerOptions {
        min_evals: options.min_evals,
        max_evals: options.max_evals,
        max_n: options.max_n,
        pool: options.pool,
        conv2d_norm: options.conv2d_norm,
        // Misspelt in the reference, where it does nothing.
        glorot_fix: options.glorot_fix && !options.compat,
        channels: match options.channels {
            Channels::First => Some(AxisOrder::OutputsFirst),
            Channels::Last => Some(AxisOrder::OutputsLast),
            _ => None,
        },
        start_ids: options.start_ids,
        select: Selector::parse_list(&options.layers)?,
        compat: options.compat,
    })
}

pub(crate) fn uncovered(left_out: &heavytail_layers::Uncovered) -> Uncovered {
    Uncovered {
        name: left_out.name.clone(),
        dtype: left_out.dtype.name().to_owned(),
        shape: left_out.shape.clone(),
        reason: left_out.reason.code().to_owned(),
        message: left_out.reason.message(),
    }
}

fn unmatched_words(selector: &Selector) -> String {
    format!("--layers: `{}` is no layer of this model", selector.word())
}
