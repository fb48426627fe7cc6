//! One model or two in, a table of distances, traps, weights' laws or one layer's eigenvalues out.

use heavytail::columns_layer::{LAYER_TYPE, LONGNAME, M, N, REASON};
use heavytail::inspect::columns_distance::{DELTA_B, DELTA_W};
use heavytail::inspect::columns_traps::{EVAL_PERM, MP_BULK_MAX, TRAP_DELTA, TRAP_INDEX, TRAP_Q};
use heavytail::inspect::columns_weights::{DISTRIBUTION, IS_BEST_FIT, KS_STAT, PARAMS, SIDE};
use heavytail::inspect::{
    alpha_against_xmin, analyze_traps, analyze_weights, distances, esd, mean_distances,
};
use heavytail::{Column, Details, Model, TailCandidate, VerdictOptions};
use heavytail_report::table;

use crate::args::{Format, OutputArgs};
use crate::args_models::{DistancesArgs, EsdArgs, InspectArgs};
use crate::cmd_analyze::{prepare, write_table};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{no_layer, open_model};
use crate::interrupt::cancel_on_interrupt;
use crate::output::Output;
use crate::terminal::Terminal;

/// How far each layer is from that of another model.
pub(crate) fn run_distances(args: &DistancesArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let options = args.analysis.options().check()?;
    let output = prepare(args.output.format, args.output.output.as_deref())?;
    let (first, second) = (open_model(&args.model)?, open_model(&args.other)?);
    let (first, second) = (Model::new(first.as_ref()), Model::new(second.as_ref()));
    let details = distances(&first, &second, args.method, &options)?;
    if details.rows.is_empty() {
        return Err(no_layer(&args.model, &details));
    }
    let (weights, biases) = mean_distances(&details);
    let closing = format!("\nmean delta_W {weights}, mean delta_b {biases}\n");
    show(
        &details,
        &[&LONGNAME, &N, &M, &DELTA_W, &DELTA_B, &REASON],
        &closing,
        &args.output,
        output,
        terminal,
    )
}

/// The correlation traps, a row each. None is good news, not an error.
pub(crate) fn run_traps(args: &InspectArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let options = args.analysis.options().check()?;
    let output = prepare(args.output.format, args.output.output.as_deref())?;
    let source = open_model(&args.model)?;
    let cancel = cancel_on_interrupt()?;
    let details = analyze_traps(&Model::new(source.as_ref()), &options, &cancel)?;
    if details.interrupted {
        return Ok(Exit::Interrupted);
    }
    let count = details.rows.len();
    let closing = format!("\n{count} {}\n", if count == 1 { "trap" } else { "traps" });
    let columns: [&'static Column; 8] =
        [&LONGNAME, &LAYER_TYPE, &TRAP_INDEX, &EVAL_PERM, &MP_BULK_MAX, &TRAP_DELTA, &TRAP_Q, &REASON];
    show(&details, &columns, &closing, &args.output, output, terminal)
}

/// The laws of the weights, a row for each law of each side.
pub(crate) fn run_weights(args: &InspectArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let options = args.analysis.options().check()?;
    let output = prepare(args.output.format, args.output.output.as_deref())?;
    let source = open_model(&args.model)?;
    let cancel = cancel_on_interrupt()?;
    let details = analyze_weights(&Model::new(source.as_ref()), &options, &cancel)?;
    if details.interrupted {
        return Ok(Exit::Interrupted);
    }
    if details.rows.is_empty() {
        return Err(no_layer(&args.model, &details));
    }
    let columns: [&'static Column; 7] =
        [&LONGNAME, &SIDE, &DISTRIBUTION, &KS_STAT, &IS_BEST_FIT, &PARAMS, &REASON];
    show(&details, &columns, "", &args.output, output, terminal)
}

/// One layer's eigenvalues, ascending, one a line; or its curve of alpha against xmin.
pub(crate) fn run_esd(args: &EsdArgs) -> Result<Exit, Failure> {
    let options = args.analysis.options().check()?;
    let output = Output::prepare(args.output.as_deref())?;
    let source = open_model(&args.model)?;
    let model = Model::new(source.as_ref());
    let text: String = if args.alpha_vs_xmin {
        let curve = alpha_against_xmin(&model, &args.layer, &options)?;
        let line = |c: &TailCandidate| format!("{},{},{}\n", c.xmin, c.alpha, c.ks_distance);
        std::iter::once("xmin,alpha,D\n".to_owned()).chain(curve.iter().map(line)).collect()
    } else {
        esd(&model, &args.layer, &options)?.eigenvalues().iter().map(|lambda| format!("{lambda}\n")).collect()
    };
    output.finish(|out| out.write_all(text.as_bytes()).map_err(heavytail_report::Error::Write))?;
    Ok(Exit::Success)
}

/// Writes a table: for people the columns that have a value and what is to be said at the end.
pub(crate) fn show(
    details: &Details,
    columns: &[&'static Column],
    closing: &str,
    args: &OutputArgs,
    output: Output,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    details.warnings.iter().for_each(|warning| terminal.note(warning));
    if args.format != Format::Table {
        write_table(details, args.format, &VerdictOptions::default(), output)?;
        return Ok(Exit::Success);
    }
    let mut options = terminal.text_options(output.is_file());
    let present = |column: &&&'static Column| details.rows.iter().any(|row| row.has(column));
    options.columns = Some(columns.iter().filter(present).copied().collect());
    let mut text = if details.rows.is_empty() { String::new() } else { table(details, &options) };
    text += closing;
    output
        .finish(|out| out.write_all(text.trim_start().as_bytes()).map_err(heavytail_report::Error::Write))?;
    Ok(Exit::Success)
}
