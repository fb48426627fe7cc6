//! A model and the one that it was trained from in, what the training changed in every layer out.

use heavytail::tuning::{Tuning, compare_tuned};
use heavytail::{AnalyzeOptions, Comparison, Details, Model, compare};
use heavytail_report::{tuning as tuning_text, write_tuning_json};

use crate::args::Format;
use crate::args_compare::CompareArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{adapter_config_beside, interrupted, labels, no_layer, open_model};
use crate::interrupt::cancel_on_interrupt;
use crate::output::Output;
use crate::page::Page;
use crate::plots::Plots;
use crate::progress::Progress;
use crate::terminal::Terminal;

pub(crate) fn run(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let [_, tuned_path] = args.models.as_slice() else {
        return Err(Failure::NotAPair { count: args.models.len() });
    };
    let output = Output::prepare(args.output.output.as_deref())?;
    let page = Page::prepare(args.page.html.as_deref(), &args.verdict)?;
    let plots = Plots::prepare(args.page.plots.as_deref())?;
    let mut names = labels(&args.models);
    let tuned_label = names.pop().unwrap_or_default();
    let base_label = names.pop().unwrap_or_default();
    let keep_curves = page.is_some() || plots.is_some();
    let tuning = held_against(args, (&base_label, &tuned_label), keep_curves, terminal)?;
    if tuning.tuned.rows.is_empty() {
        return Err(no_layer(tuned_path, &tuning.tuned));
    }
    let change_label = format!("{tuned_label} − {base_label}");
    let tables: [(String, &Details); 3] = [
        (base_label.clone(), &tuning.base),
        (tuned_label.clone(), &tuning.tuned),
        (change_label, &tuning.change),
    ];
    let comparison = compare(&tables[..2], &args.options());
    if let Some(page) = page {
        page.finish(&tables, Some(&comparison), Some(&tuning))?;
    }
    if let Some(plots) = plots {
        plots.finish_tuning(&tuning, (&base_label, &tuned_label), args.analysis.threads)?;
    }
    write(args, &tuning, &comparison, output, terminal)?;
    Ok(Exit::Success)
}

fn held_against(
    args: &CompareArgs,
    (base_label, tuned_label): (&str, &str),
    keep_curves: bool,
    terminal: &Terminal,
) -> Result<Tuning, Failure> {
    let options = AnalyzeOptions { keep_curves, ..args.analysis.options() }.check()?;
    let (base_path, tuned_path) = (&args.models[0], &args.models[1]);
    let (base, tuned) = (open_model(base_path)?, open_model(tuned_path)?);
    // A whole checkpoint that happens to lie beside an adapter's file has nothing to do with it.
    let adapter = tuned.tensors().iter().any(|tensor| tensor.name.contains("lora_"));
    let beside = if adapter { adapter_config_beside(tuned_path)? } else { None };
    // What lies beside a remote model only the source knows.
    let adapter_config = beside.or_else(|| tuned.info().adapter_config.clone()).filter(|_| adapter);
    let base_model = Model::new(base.as_ref());
    let tuned_model = Model { adapter_config: adapter_config.as_deref(), ..Model::new(tuned.as_ref()) };
    let cancel = cancel_on_interrupt()?;
    let progress = Progress::new(terminal);
    let tuning =
        compare_tuned((base_label, &base_model), (tuned_label, &tuned_model), &options, &progress, &cancel);
    progress.close();
    let tuning = tuning?;
    let warnings = tuning.base.warnings.iter().chain(&tuning.tuned.warnings).chain(&tuning.change.warnings);
    warnings.for_each(|warning| terminal.note(warning));
    if tuning.interrupted {
        return Err(interrupted(tuned_path, &progress));
    }
    if tuning.base.rows.is_empty() {
        return Err(no_layer(base_path, &tuning.base));
    }
    Ok(tuning)
}

fn write(
    args: &CompareArgs,
    tuning: &Tuning,
    comparison: &Comparison,
    output: Output,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if args.output.format == Format::Json {
        return output.finish(|out| write_tuning_json(tuning, comparison, out));
    }
    let text = tuning_text(tuning, comparison, &terminal.text_options(output.is_file()));
    output.finish(|out| out.write_all(text.as_bytes()).map_err(heavytail_report::Error::Write))
}
