//! Models or saved tables in, their alphas and summaries side by side and which one had less data out.

use heavytail::{Details, compare};
use heavytail_report::{comparison, write_comparison_json};

use crate::args::Format;
use crate::args_compare::CompareArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{labels, table_of};
use crate::output::Output;
use crate::page::Page;
use crate::plots::Plots;
use crate::terminal::Terminal;

pub(crate) fn run(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if !matches!(args.output.format, Format::Table | Format::Json) {
        let format = match args.output.format {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            _ => "parquet",
        };
        return Err(Failure::Format { format, why: "holds one model's table; compare writes table or json" });
    }
    // A wrong option is told once, and before the first model is read.
    args.analysis.options().check()?;
    if args.base {
        return crate::cmd_tuning::run(args, terminal);
    }
    let output = Output::prepare(args.output.output.as_deref())?;
    let page = Page::prepare(args.page.html.as_deref(), &args.verdict)?;
    let plots = Plots::prepare(args.page.plots.as_deref())?;
    let (tables, failed) = tables(args, page.is_some() || plots.is_some(), terminal)?;
    let pairs: Vec<(String, &Details)> =
        tables.iter().map(|(label, details)| (label.clone(), details)).collect();
    let compared = compare(&pairs, &args.options());
    if tables.is_empty() {
        return Err(Failure::SomeModels { count: failed, all: args.models.len() });
    }
    if let Some(page) = page {
        page.finish(&pairs, Some(&compared), None)?;
    }
    if let Some(plots) = plots {
        plots.finish(&pairs, args.analysis.threads)?;
    }
    if args.output.format == Format::Json {
        output.finish(|out| write_comparison_json(&compared, out))?;
    } else {
        let text = comparison(&compared, &terminal.text_options(output.is_file()));
        output.finish(|out| out.write_all(text.as_bytes()).map_err(heavytail_report::Error::Write))?;
    }
    if failed > 0 {
        return Err(Failure::SomeModels { count: failed, all: args.models.len() });
    }
    Ok(Exit::Success)
}

/// The tables that can be had, with their labels, and how many can't; each failure is told as it comes.
fn tables(
    args: &CompareArgs,
    keep_curves: bool,
    terminal: &Terminal,
) -> Result<(Vec<(String, Details)>, usize), Failure> {
    let mut tables = Vec::new();
    let mut failed = 0;
    for (path, label) in args.models.iter().zip(labels(&args.models)) {
        match table_of(path, &args.analysis, keep_curves, terminal) {
            Ok(details) => tables.push((label, details)),
            Err(failure @ Failure::Interrupted { .. }) => return Err(failure),
            Err(failure) => {
                failed += 1;
                eprintln!("heavytail: {failure}");
            }
        }
    }
    Ok((tables, failed))
}
