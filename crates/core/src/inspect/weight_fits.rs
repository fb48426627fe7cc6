//! A model in, the laws that fit the weights of each layer out: a row for each law of each side.

use heavytail_fits::{Side, SideFits, WeightLaw, fit_weights};
use heavytail_spectra::schedule::{Job, Outcome, run};

use crate::analysis::fill_layer::fill_layer;
use crate::analysis::fill_reason::add_reason;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::plan::{origin, plan_weights};
use crate::analysis::unit::Unit;
use crate::budget::memory_budget;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::engine::threads;
use crate::error::Error;
use crate::inspect::columns_weights::{
    DISTRIBUTION, IS_BEST_FIT, KS_PVALUE, KS_STAT, LOG_LIKELIHOOD, NUM_WEIGHTS, PARAMS, SIDE,
};
use crate::model::Model;
use crate::observer::Cancel;
use crate::row::Row;
use crate::transform::rewrite::read_matrices;

/// Fits power law, exponential, lognormal and Laplace to each side of every layer's weights. A side of fewer than 32
/// weights is one row with its reason.
///
/// # Errors
/// As [`describe`](crate::describe).
pub fn analyze_weights(
    model: &Model<'_>,
    options: &CheckedOptions,
    cancel: &Cancel,
) -> Result<Details, Error> {
    let options = options.get();
    let plan = plan_weights(model, options)?;
    let job = |unit: &'_ Unit| {
        let elements: u64 = unit.layer.matrices.iter().map(|view| (view.rows * view.cols) as u64).sum();
        #[expect(clippy::cast_precision_loss, reason = "only the order of costs matters")]
        let cost = elements as f64;
        // The elements, those of one side, and their sorted copy.
        (cost, elements.saturating_mul(24))
    };
    let mut jobs = Vec::with_capacity(plan.units.len());
    for unit in &plan.units {
        let (cost, memory) = job(unit);
        jobs.push(Job { cost, memory, soon: None, work: Box::new(move || layer_rows(model, unit)) });
    }
    let budget = memory_budget(options.memory);
    let outcomes = run(jobs, threads(options.threads), budget, cancel.flag(), |_, _| ());
    let mut details = Details {
        origin: origin(model.source),
        coverage: plan.coverage,
        warnings: plan.warnings,
        options: options.spelled(),
        sparse: true,
        ..Details::default()
    };
    for (unit, outcome) in plan.units.iter().zip(outcomes) {
        match outcome {
            Outcome::Done(rows) => details.rows.extend(rows),
            Outcome::OverBudget { needed, budget } => {
                details.rows.push(failed(unit, &LayerFailure::OverBudget { needed, budget }));
            }
            Outcome::Cancelled => details.interrupted = true,
        }
    }
    Ok(details)
}

fn layer_rows(model: &Model<'_>, unit: &Unit) -> Vec<Row> {
    let matrices = match read_matrices(model.source, &unit.layer) {
        Ok(matrices) => matrices,
        Err(failure) => return vec![failed(unit, &failure)],
    };
    let weights: Vec<f64> = matrices.iter().flat_map(|matrix| matrix.elements()).copied().collect();
    drop(matrices);
    [Side::Left, Side::Right].into_iter().flat_map(|side| side_rows(unit, &weights, side)).collect()
}

fn side_rows(unit: &Unit, weights: &[f64], side: Side) -> Vec<Row> {
    match fit_weights(weights, side) {
        Ok(fits) => (0..fits.fits.len()).map(|law| law_row(unit, &fits, law)).collect(),
        Err(failure) => {
            let mut row = failed(unit, &LayerFailure::Fit(failure));
            row.set(&SIDE, side.name());
            vec![row]
        }
    }
}

fn law_row(unit: &Unit, side: &SideFits, law: usize) -> Row {
    let fit = &side.fits[law];
    let mut row = Row::new();
    fill_layer(&mut row, unit);
    row.set(&SIDE, side.side.name());
    row.set(&NUM_WEIGHTS, side.count);
    row.set(&DISTRIBUTION, fit.law.name());
    row.set(&PARAMS, parameters(fit.law));
    row.set(&KS_STAT, fit.ks_distance);
    row.set(&KS_PVALUE, fit.ks_p);
    row.set(&LOG_LIKELIHOOD, fit.log_likelihood);
    row.set(&IS_BEST_FIT, law == side.best);
    row
}

fn parameters(law: WeightLaw) -> String {
    match law {
        WeightLaw::PowerLaw { shape, scale } => format!("shape={shape} scale={scale}"),
        WeightLaw::Exponential { scale } => format!("scale={scale}"),
        WeightLaw::Lognormal { sigma, scale } => format!("sigma={sigma} scale={scale}"),
        WeightLaw::Laplace { loc, scale } => format!("loc={loc} scale={scale}"),
    }
}

fn failed(unit: &Unit, failure: &LayerFailure) -> Row {
    let mut row = Row::new();
    fill_layer(&mut row, unit);
    add_reason(&mut row, &failure.to_string());
    row
}
