//! A base model and a tuned one in, the rows to compute of both and of their difference out: no maths yet.
//!
//! A tuned model is either a checkpoint like the base, whose layers are paired by name, then by shape and position; or
//! an adapter, whose updates say themselves which layer of the base they are added to.

use std::collections::BTreeMap;

use heavytail_layers::{
    AdapterConfig, Adapters, Layer, LowRankUpdate, MatrixView, Merged, base_options, discover_with_hints,
    find_adapters,
};

use crate::analysis::fill_layer::fill_layer;
use crate::analysis::plan::{Plan, layer_options, plan_weights, uncovered};
use crate::analysis::plan_adapters::{factor_tensors, update_unit};
use crate::analysis::unit::{Contents, Unit};
use crate::details::Details;
use crate::error::Error;
use crate::model::Model;
use crate::options::AnalyzeOptions;
use crate::pairing::{bare_name, pair_layers};
use crate::row::Row;

/// Which rows of the three tables are about one layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Paired {
    /// Row of the base's table.
    pub(crate) base: usize,
    /// Row of the tuned model's.
    pub(crate) tuned: usize,
    /// Row of the changes'.
    pub(crate) change: usize,
    /// By which the spectra of the layer's matrices are scaled: √½ for a convolution.
    pub(crate) scale: f64,
}

/// What will be computed.
pub(crate) struct TuningPlan {
    pub(crate) base: Plan,
    /// Of an adapter only the layers that it adapts.
    pub(crate) tuned: Plan,
    pub(crate) change: Plan,
    pub(crate) pairs: Vec<Paired>,
    /// Layers without a partner, each with why where the name alone does not tell.
    pub(crate) only_base: Vec<String>,
    pub(crate) only_tuned: Vec<String>,
    /// For each row of the tuned model's whole table the planned row, or none where the base's stands; none for a
    /// checkpoint, whose planned rows are its table.
    pub(crate) adapted: Option<Vec<Option<usize>>>,
}

/// Finds out what changed where.
pub(crate) fn plan_tuning(
    base: &Model<'_>,
    tuned: &Model<'_>,
    options: &AnalyzeOptions,
) -> Result<TuningPlan, Error> {
    let base_plan = plan_weights(base, options)?;
    let layers = layer_options(options)?;
    let config = tuned.adapter_config.map(AdapterConfig::parse).transpose()?;
    let found = discover_with_hints(base.source, &base_options(&layers), base.hints)?;
    // An update of few directions has no tail to fit, and still a size and a rank.
    let adapters = find_adapters(tuned.source, &base_options(&layers), config.as_ref(), Some(&found))?;
    if adapters.updates.is_empty() {
        return Ok(of_checkpoint(base_plan, plan_weights(tuned, options)?));
    }
    of_adapter(base_plan, tuned, options, adapters)
}

fn of_checkpoint(base: Plan, tuned: Plan) -> TuningPlan {
    let pairing = pair_layers(&rows(&base), &rows(&tuned));
    let name = |plan: &Plan, row: usize| plan.units[row].layer.longname.clone();
    let mut only_base: Vec<String> = pairing.only_first.iter().map(|row| name(&base, *row)).collect();
    let mut only_tuned: Vec<String> = pairing.only_second.iter().map(|row| name(&tuned, *row)).collect();
    let (mut change, mut pairs) = (empty_plan(), Vec::new());
    for (i, j) in pairing.matched {
        let (own, other) = (&tuned.units[j], &base.units[i].layer);
        let (shape, base_shape) = (stored(&own.layer), stored(other));
        if shape != base_shape {
            let words = |(rows, cols, count): (usize, usize, usize)| format!("{count} of {rows}x{cols}");
            only_base.push(format!("{} ({})", other.longname, words(base_shape)));
            only_tuned.push(format!("{} ({})", own.layer.longname, words(shape)));
            continue;
        }
        pairs.push(Paired { base: i, tuned: j, change: change.units.len(), scale: own.layer.scale });
        change.units.push(Unit { contents: Contents::Delta(Box::new(other.clone())), ..own.clone() });
    }
    TuningPlan { base, tuned, change, pairs, only_base, only_tuned, adapted: None }
}

fn of_adapter(
    base: Plan,
    tuned: &Model<'_>,
    options: &AnalyzeOptions,
    adapters: Adapters,
) -> Result<TuningPlan, Error> {
    let factors: Vec<usize> = adapters.updates.iter().flat_map(factor_tensors).collect();
    // Whole layers beside the factors have no partner that the adapter names.
    let beside = plan_weights(tuned, options)?;
    let is_base = |name: &str| name.ends_with(".base_layer");
    let mut only_tuned: Vec<String> = beside
        .units
        .iter()
        .filter(|unit| !factors.contains(&unit.layer.tensor) && !is_base(&unit.layer.longname))
        .map(|unit| unit.layer.longname.clone())
        .collect();
    let by_name: BTreeMap<&str, usize> =
        base.units.iter().enumerate().map(|(row, unit)| (bare_name(&unit.layer.longname), row)).collect();
    let (mut own, mut change, mut pairs) = (empty_plan(), empty_plan(), Vec::new());
    own.coverage = adapters.coverage.iter().map(uncovered).collect();
    let mut adapted = vec![None; base.units.len()];
    for update in adapters.updates {
        let Some(merged) = update.merged.clone() else {
            only_tuned.push(update.name.clone());
            continue;
        };
        // What the options leave out of the base is in its coverage.
        let Some(row) = by_name.get(adapted_name(&merged)).copied() else { continue };
        adapted[row] = Some(own.units.len());
        pairs.push(Paired { base: row, tuned: row, change: change.units.len(), scale: merged.base.scale });
        let unit = &base.units[row];
        change.units.push(change_unit(tuned, unit, update.clone(), &merged));
        let contents = Contents::Merged(Box::new(update), Box::new(merged));
        own.units.push(Unit { contents, ..unit.clone() });
    }
    pairs.sort_by_key(|pair| pair.base);
    Ok(TuningPlan {
        base,
        tuned: own,
        change,
        pairs,
        only_base: Vec::new(),
        only_tuned,
        adapted: Some(adapted),
    })
}

/// s·B·A, or with DoRA's lengths all that changes, under the name of the layer that it is added to.
fn change_unit(tuned: &Model<'_>, base: &Unit, update: LowRankUpdate, merged: &Merged) -> Unit {
    let unit = update_unit(tuned, update.clone());
    if merged.magnitude.is_some() {
        let contents = Contents::Rescaled(Box::new(update), Box::new(merged.clone()));
        return Unit { layer: base.layer.clone(), contents, peft: None, ..unit };
    }
    let layer = Layer { name: base.layer.name.clone(), longname: base.layer.longname.clone(), ..unit.layer };
    Unit { layer, peft: None, ..unit }
}

/// The name of an adapted layer, as the base model may have it.
fn adapted_name(merged: &Merged) -> &str {
    let name = bare_name(&merged.base.longname);
    name.strip_suffix(".base_layer").unwrap_or(name)
}

/// Rows and columns of a layer's matrices as stored, and how many there are.
fn stored(layer: &Layer) -> (usize, usize, usize) {
    let view = layer.matrices.first().copied().map(MatrixView::as_stored);
    view.map_or((0, 0, 0), |view| (view.rows, view.cols, layer.matrices.len()))
}

fn empty_plan() -> Plan {
    Plan { units: Vec::new(), coverage: Vec::new(), warnings: Vec::new() }
}

fn rows(plan: &Plan) -> Details {
    let row = |unit: &Unit| {
        let mut row = Row::new();
        fill_layer(&mut row, unit);
        row
    };
    Details { rows: plan.units.iter().map(row).collect(), ..Details::default() }
}
