//! A base model and one trained from it in; the tables of both, of ΔW, and what changed in every layer out.

use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::engine::analyze_planned;
use crate::error::Error;
use crate::model::Model;
use crate::observer::{Cancel, Observer};
use crate::options::AnalyzeOptions;
use crate::tuning::change::{LayerChange, Tables, layer_change};
use crate::tuning::plan_tuning::plan_tuning;
use crate::tuning::tuning_words;

/// A model held against the one that it was trained from.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// The base model's table.
    pub base: Details,
    /// The tuned model's table; of an adapter that of the base with the adapter's updates added.
    pub tuned: Details,
    /// A row for each ΔW, with its spectrum as curves.
    pub change: Details,
    /// The layers that both models have, in the base's order; of an adapter those that it adapts.
    pub layers: Vec<LayerChange>,
    /// Layers of the base model without a partner of their shape.
    pub only_base: Vec<String>,
    /// Layers of the tuned model without a partner of their shape.
    pub only_tuned: Vec<String>,
    /// Whether the tuned model is an adapter: what it does not name is as in the base.
    pub is_adapter: bool,
    /// What changed, in the sentences that a person needs.
    pub sentence: String,
    /// True where the run was interrupted: then no layer is told of.
    pub interrupted: bool,
}

/// Holds a tuned model (a whole checkpoint, or a low-rank adapter) against its base; each model with the label by
/// which to speak of it.
///
/// Layers are matched by name, then by shape and position; an adapter names its layers itself. A convolution's ΔW counts
/// unscaled. The tables of both models keep their curves where the options say so, that of the changes always.
///
/// # Errors
/// As [`describe`](crate::describe), of either model.
pub fn compare_tuned(
    (base_label, base): (&str, &Model<'_>),
    (tuned_label, tuned): (&str, &Model<'_>),
    options: &CheckedOptions,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Tuning, Error> {
    let (base, tuned) = (Model { base: None, ..*base }, Model { base: Some(base.source), ..*tuned });
    let asked = options.get();
    let plan = plan_tuning(&base, &tuned, asked)?;
    // Spikes are counted in the eigenvalues.
    let options = AnalyzeOptions { keep_curves: true, ..asked.clone() };
    let mut tables = Vec::with_capacity(3);
    for (model, plan) in [(&base, plan.base), (&tuned, plan.tuned), (&tuned, plan.change)] {
        tables.push(analyze_planned(model, plan, &options, observer, cancel)?);
    }
    let (change, own, base) = (tables.pop(), tables.pop(), tables.pop());
    let (change, own, base) = (change.unwrap_or_default(), own.unwrap_or_default(), base.unwrap_or_default());
    let interrupted = [&base, &own, &change].iter().any(|details| details.interrupted);
    let is_adapter = plan.adapted.is_some();
    let own = match plan.adapted {
        Some(adapted) if !interrupted => with_updates(&base, own, &adapted),
        _ => own,
    };
    let mut tuning = Tuning {
        base,
        tuned: own,
        change,
        layers: Vec::new(),
        only_base: plan.only_base,
        only_tuned: plan.only_tuned,
        is_adapter,
        sentence: String::new(),
        interrupted,
    };
    if !interrupted {
        let tables = Tables { base: &tuning.base, tuned: &tuning.tuned, change: &tuning.change };
        let layer = |pair| layer_change(&tables, pair, asked.compat);
        tuning.layers = plan.pairs.iter().map(layer).collect();
        tuning.sentence = tuning_words::sentence(&tuning, base_label, tuned_label);
    }
    if !asked.keep_curves {
        (tuning.base.curves, tuning.tuned.curves) = (Vec::new(), Vec::new());
    }
    Ok(tuning)
}

/// The base's table with the adapted layers' rows in it.
fn with_updates(base: &Details, own: Details, adapted: &[Option<usize>]) -> Details {
    let (mut rows, mut curves) = (base.rows.clone(), base.curves.clone());
    for (row, planned) in adapted.iter().enumerate() {
        if let Some(planned) = planned {
            rows[row].clone_from(&own.rows[*planned]);
            curves[row].clone_from(&own.curves[*planned]);
        }
    }
    Details { rows, curves, ..own }
}
