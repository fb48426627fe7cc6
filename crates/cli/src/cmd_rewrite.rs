//! A model and the place of a new one in, the new model and a table of what was changed out.

use heavytail::columns_layer::{LONGNAME, M, N, REASON};
use heavytail::transform::columns_change::{
    CHANGED, NORM_AFTER, NORM_BEFORE, NUM_SMOOTH, RANK_KEPT, TRAPS_AFTER, TRAPS_BEFORE,
};
use heavytail::transform::{Smoothing, Target, randomize_model, remove_traps, sharpen, smooth};
use heavytail::{CheckedOptions, Column, Details, Error, Model};

use crate::args_models::{RemoveTrapsArgs, RewriteArgs, SmoothArgs};
use crate::cmd_analyze::prepare;
use crate::cmd_inspect::show;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{no_layer, open_model};
use crate::interrupt::cancel_on_interrupt;
use crate::terminal::Terminal;

static SHOWN: [&Column; 10] = [
    &LONGNAME,
    &N,
    &M,
    &CHANGED,
    &NUM_SMOOTH,
    &RANK_KEPT,
    &TRAPS_BEFORE,
    &TRAPS_AFTER,
    &NORM_BEFORE,
    &NORM_AFTER,
];

pub(crate) fn run_smooth(args: &SmoothArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let method =
        Smoothing::parse(&args.method, args.percent).unwrap_or(Smoothing::Svd { percent: args.percent });
    rewrite(&args.rewrite, terminal, |model, options, to| smooth(model, options, method, to))
}

pub(crate) fn run_sharpen(args: &RewriteArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    rewrite(args, terminal, sharpen)
}

pub(crate) fn run_remove_traps(args: &RemoveTrapsArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    rewrite(&args.rewrite, terminal, |model, options, to| remove_traps(model, options, &args.traps, to))
}

pub(crate) fn run_randomize(args: &RewriteArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    rewrite(args, terminal, randomize_model)
}

fn rewrite(
    args: &RewriteArgs,
    terminal: &Terminal,
    change: impl FnOnce(&Model<'_>, &CheckedOptions, &Target<'_>) -> Result<Details, Error>,
) -> Result<Exit, Failure> {
    let options = args.analysis.options().check()?;
    let output = prepare(args.output.format, args.output.output.as_deref())?;
    let source = open_model(&args.model)?;
    let cancel = cancel_on_interrupt()?;
    let details = change(&Model::new(source.as_ref()), &options, &Target::new(&args.new_model, &cancel))?;
    if details.rows.is_empty() {
        return Err(no_layer(&args.model, &details));
    }
    let changed = details.rows.iter().filter(|row| row.get(&CHANGED) == Some(&true.into())).count();
    let closing = format!(
        "\n{changed} of {} layers changed; new model in {}\n",
        details.rows.len(),
        args.new_model.display()
    );
    let columns: Vec<&'static Column> = SHOWN.iter().copied().chain([&REASON]).collect();
    show(&details, &columns, &closing, &args.output, output, terminal)
}
