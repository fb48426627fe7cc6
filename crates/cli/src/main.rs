//! The command `heavytail`: its arguments in, a table, a verdict and an exit code out.
#![forbid(unsafe_code)]
#![expect(clippy::print_stderr, reason = "a program for the terminal")]

mod args;
mod args_analyze;
mod args_check;
mod args_compare;
mod args_models;
mod args_statistics;
mod args_verdict;
mod exit;
mod failure;
mod memory_size;

mod digest;
mod input;
mod interrupt;
mod output;
mod page;
mod plots;
mod progress;
mod terminal;

mod cmd_analyze;
mod cmd_check;
mod cmd_columns;
mod cmd_compare;
mod cmd_describe;
mod cmd_inspect;
mod cmd_rewrite;
mod cmd_shell;
mod cmd_tuning;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(&cli.global);
    match run(&cli, &terminal) {
        Ok(exit) => exit.into(),
        // Whoever reads our output has read enough: `heavytail columns | head`.
        Err(failure) if failure.is_closed_pipe() => Exit::Success.into(),
        Err(failure) => {
            eprintln!("heavytail: {failure}");
            failure.exit().into()
        }
    }
}

fn run(cli: &Cli, terminal: &Terminal) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Describe(args) => cmd_describe::run(args, terminal),
        Command::Analyze(args) => cmd_analyze::run(args, terminal),
        Command::Compare(args) => cmd_compare::run(args, terminal),
        Command::Check(args) => cmd_check::run(args, terminal),
        Command::Distances(args) => cmd_inspect::run_distances(args, terminal),
        Command::Traps(args) => cmd_inspect::run_traps(args, terminal),
        Command::Weights(args) => cmd_inspect::run_weights(args, terminal),
        Command::Esd(args) => cmd_inspect::run_esd(args),
        Command::Smooth(args) => cmd_rewrite::run_smooth(args, terminal),
        Command::Sharpen(args) => cmd_rewrite::run_sharpen(args, terminal),
        Command::RemoveTraps(args) => cmd_rewrite::run_remove_traps(args, terminal),
        Command::Randomize(args) => cmd_rewrite::run_randomize(args, terminal),
        Command::Columns(args) => cmd_columns::run(args, terminal),
        Command::Completions(args) => cmd_shell::completions(args),
        Command::Man => cmd_shell::man(),
    }
}
