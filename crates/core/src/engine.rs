//! A model and options in, the details table out: layers side by side on all threads, rows in the model's order.

use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use heavytail_spectra::schedule::{Job, Outcome, run};
use heavytail_spectra::stop::is_stop;

use crate::analysis::analyze_layer::{Analyzed, analyze_layer, failed};
use crate::analysis::fill_layer::fill_layer;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::plan::{Plan, origin, plan};
use crate::analysis::tail_fit::TailFitter;
use crate::analysis::unit::Unit;
use crate::budget::memory_budget;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::error::Error;
use crate::model::Model;
use crate::observer::{Cancel, Observer};
use crate::options::AnalyzeOptions;
use crate::row::Row;

/// Lists a model's layers and what is none, without any maths: rows have the columns of the layer only.
///
/// # Errors
/// A filter can't be understood, or the layers can't be found.
pub fn describe(model: &Model<'_>, options: &CheckedOptions) -> Result<Details, Error> {
    let plan = plan(model, options.get())?;
    let row = |unit: &Unit| {
        let mut row = Row::new();
        fill_layer(&mut row, unit);
        row
    };
    let rows = plan.units.iter().map(row).collect();
    Ok(Details { rows, ..table(model, options.get(), plan) })
}

/// Analyses every layer of a model. A layer that can't be analysed is a row with its reason.
///
/// # Errors
/// As [`describe`]. Never for the sake of one layer.
pub fn analyze(
    model: &Model<'_>,
    options: &CheckedOptions,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Details, Error> {
    let options = options.get();
    analyze_planned(model, plan(model, options)?, options, observer, cancel)
}

/// Analyses what a plan lists.
pub(crate) fn analyze_planned(
    model: &Model<'_>,
    plan: Plan,
    options: &AnalyzeOptions,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Details, Error> {
    let fitter = &TailFitter::new(options)?;
    let units = &plan.units;
    observer.planned(&units.iter().map(|unit| unit.task(options)).collect::<Vec<_>>());
    let job = |index: usize| Job {
        cost: units[index].cost(options),
        memory: units[index].memory(options),
        // A hint: what is wrong with the tensor is found when the layer is read.
        soon: Some(Box::new(move || drop(catch_unwind(AssertUnwindSafe(|| units[index].expect(model)))))),
        work: Box::new(move || {
            let unit = &units[index];
            observer.started(index);
            let analyzed = catch_unwind(AssertUnwindSafe(|| analyze_layer(model, unit, options, fitter)));
            let analyzed = analyzed.unwrap_or_else(|fault| match fault {
                fault if is_stop(fault.as_ref()) => resume_unwind(fault),
                fault => failed(unit, &internal(fault.as_ref())),
            });
            observer.finished(index, &analyzed.row);
            analyzed
        }),
    };
    let jobs: Vec<Job<'_, Analyzed>> = (0..units.len()).map(job).collect();
    let budget = memory_budget(options.memory);
    let outcomes = run(jobs, threads(options.threads), budget, cancel.flag(), |_, _| ());
    let mut details = Details { interrupted: false, ..Details::default() };
    for (unit, outcome) in units.iter().zip(outcomes) {
        let analyzed = match outcome {
            Outcome::Done(analyzed) => analyzed,
            Outcome::OverBudget { needed, budget } => {
                failed(unit, &LayerFailure::OverBudget { needed, budget })
            }
            Outcome::Cancelled => {
                details.interrupted = true;
                continue;
            }
        };
        details.rows.push(analyzed.row);
        if options.keep_curves {
            details.curves.push(analyzed.curves);
        }
    }
    let Details { rows, curves, interrupted, .. } = details;
    Ok(Details { rows, curves, interrupted, ..table(model, options, plan) })
}

/// The table without its rows.
fn table(model: &Model<'_>, options: &AnalyzeOptions, plan: Plan) -> Details {
    Details {
        origin: origin(model.source),
        coverage: plan.coverage,
        warnings: plan.warnings,
        options: options.spelled(),
        ..Details::default()
    }
}

/// As many threads as asked for; 0 for one a core.
#[must_use]
pub fn threads(asked: usize) -> NonZeroUsize {
    NonZeroUsize::new(asked)
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN)
}

/// A panic of ours must not cost the other layers their rows.
fn internal(fault: &(dyn Any + Send)) -> LayerFailure {
    LayerFailure::Internal { message: fault_message(fault).to_owned() }
}

/// What a caught panic says.
#[must_use]
pub fn fault_message(fault: &(dyn Any + Send)) -> &str {
    fault
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| fault.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
