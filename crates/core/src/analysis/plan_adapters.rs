//! A checkpoint with low-rank factors in, the rows of its updates out, and of what they adapt where that is asked for.

use std::collections::BTreeSet;

use heavytail_layers::{
    AdapterConfig, Discovery, Layer, LayerOptions, LowRankUpdate, Merged, ScaleSource, find_adapters,
};

use crate::analysis::plan::{Plan, dtype, of_weights, uncovered};
use crate::analysis::unit::{Contents, Unit};
use crate::details::Uncovered;
use crate::error::Error;
use crate::model::Model;
use crate::options_fit::Peft;

/// Adds the rows: for each update W + s·B·A (with base), then s·B·A; the other layers first (with base).
pub(crate) fn plan_adapters(
    model: &Model<'_>,
    peft: Peft,
    layer_options: &LayerOptions,
    found: Discovery,
    base: Option<&Discovery>,
    plan: &mut Plan,
) -> Result<(), Error> {
    let config = model.adapter_config.map(AdapterConfig::parse).transpose()?;
    let adapters = find_adapters(model.source, layer_options, config.as_ref(), base)?;
    let factors: BTreeSet<usize> = adapters.updates.iter().flat_map(factor_tensors).collect();
    // What limits say of a lone factor is beside the point: its update has a row.
    plan.coverage =
        found.coverage.iter().filter(|left| !factors.contains(&left.tensor)).map(uncovered).collect();
    plan.coverage.extend(adapters.coverage.iter().map(uncovered));
    if adapters.updates.is_empty() {
        plan.warnings.push("--peft: no pair of low-rank factors in this model".to_owned());
    }
    for layer in found.layers.into_iter().filter(|layer| !factors.contains(&layer.tensor)) {
        if peft == Peft::WithBase {
            plan.units.push(Unit { peft: Some(false), ..of_weights(model, layer) });
        } else {
            plan.coverage.push(beside_the_adapter(model, &layer));
        }
    }
    for update in adapters.updates {
        if let (Peft::WithBase, Some(merged)) = (peft, update.merged.clone()) {
            plan.units.push(merged_unit(model, update.clone(), merged));
        }
        plan.units.push(update_unit(model, update));
    }
    Ok(())
}

pub(crate) fn factor_tensors(update: &LowRankUpdate) -> Vec<usize> {
    update.products.iter().flat_map(|product| [product.left.tensor, product.right.tensor]).collect()
}

pub(crate) fn update_unit(model: &Model<'_>, update: LowRankUpdate) -> Unit {
    let tensor = update.products.first().map_or(0, |product| product.right.tensor);
    let layer = Layer {
        id: update.id,
        name: update.name.clone(),
        longname: update.name.clone(),
        kind: update.kind,
        n: update.n,
        m: update.m,
        rf: update.products.len(),
        slice_id: None,
        matrices: Vec::new(),
        scale: 1.0,
        tensor,
    };
    let note = match update.scale_source {
        ScaleSource::Missing => Some("no adapter_config.json tells the scale of B·A: taken as 1".to_owned()),
        _ => None,
    };
    let contents = Contents::LowRank(Box::new(update));
    Unit { dtype: dtype(model, tensor), layer, contents, note, peft: Some(true) }
}

fn merged_unit(model: &Model<'_>, update: LowRankUpdate, merged: Merged) -> Unit {
    let base = &merged.base;
    let layer = Layer {
        id: merged.id,
        name: merged.name.clone(),
        longname: merged.name.clone(),
        kind: update.kind,
        ..base.clone()
    };
    let tensor = update.products.first().map_or(0, |product| product.left.tensor);
    let contents = Contents::Merged(Box::new(update), Box::new(merged));
    Unit { dtype: dtype(model, tensor), layer, contents, note: None, peft: Some(true) }
}

fn beside_the_adapter(model: &Model<'_>, layer: &Layer) -> Uncovered {
    let info = &model.source.tensors()[layer.tensor];
    Uncovered {
        name: layer.longname.clone(),
        dtype: info.dtype.name().to_owned(),
        shape: info.shape.clone(),
        reason: "no_adapter".to_owned(),
        message: "is no low-rank update; --peft with_base analyses it too".to_owned(),
    }
}
