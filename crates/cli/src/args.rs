//! What can be typed after `heavytail`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::args_analyze::AnalysisArgs;
use crate::args_check::CheckArgs;
use crate::args_compare::CompareArgs;
use crate::args_models::{DistancesArgs, EsdArgs, InspectArgs, RemoveTrapsArgs, RewriteArgs, SmoothArgs};
use crate::args_verdict::VerdictArgs;

/// Says, from a trained network's weights alone, whether it was trained with enough data, layer by layer.
#[derive(Debug, Parser)]
#[command(name = "heavytail", version, max_term_width = 110, arg_required_else_help = true)]
#[command(after_help = "\
Exit codes: 0 done, or the gate passed; 1 the gate of `check` failed; 2 an error; 130 interrupted.

A MODEL is a file (safetensors, PyTorch, GGUF, NumPy and others, told by content), an index of shards, or a folder.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List a model's layers, and everything in it that is none, without any maths.
    Describe(DescribeArgs),
    /// Analyse a model: a row a layer, the shape of the alphas, and a verdict.
    Analyze(AnalyzeArgs),
    /// Compare models, or tables saved earlier: which one was trained with too little data?
    Compare(CompareArgs),
    /// Fail a pipeline when a model's alphas exceed limits.
    Check(CheckArgs),
    /// How far each layer of a model is from that of another.
    Distances(DistancesArgs),
    /// Find correlation traps: what stands out of a layer even with its elements shuffled.
    Traps(InspectArgs),
    /// Fit laws to each layer's weights, each side by itself.
    Weights(InspectArgs),
    /// Print one layer's eigenvalues.
    Esd(EsdArgs),
    /// Write a new model with only some of each layer's singular triplets (SVDSmoothing).
    Smooth(SmoothArgs),
    /// Write a new model without its correlation traps (SVDSharpness).
    Sharpen(RewriteArgs),
    /// Write a new model without some of its correlation traps.
    RemoveTraps(RemoveTrapsArgs),
    /// Write a new model with each layer's elements shuffled.
    Randomize(RewriteArgs),
    /// Print every column of the table with its meaning.
    Columns(ColumnsArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct GlobalArgs {
    /// When to colour text; NO_COLOR in the environment switches it off.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN",
        help_heading = "Terminal"
    )]
    pub(crate) color: ColorWhen,
    /// No progress bar and no notes on standard error; errors are told.
    #[arg(short, long, global = true, help_heading = "Terminal")]
    pub(crate) quiet: bool,
    /// Tell each layer on standard error as it is done, with its time.
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Terminal")]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal only.
    Auto,
    /// Even into a pipe.
    Always,
    /// Never.
    Never,
}

/// Where a result goes, and in which form.
#[derive(Clone, Debug, Args)]
pub(crate) struct OutputArgs {
    /// The form of the result.
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    pub(crate) format: Format,
    /// Write the result to this file, whole or not at all, instead of to standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One document with the rows, the verdict and what was not analysed.
    Json,
    /// A JSON object a row.
    Jsonl,
    /// A line a layer, with weightwatcher's column names; floats round-trip.
    Csv,
    /// A column file; needs --output.
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct DescribeArgs {
    /// The model: a file, a folder, `-` for standard input, or an address: hf://org/name[@revision] or https://….
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AnalyzeArgs {
    /// The model: a file, a folder, `-` for standard input, or an address: hf://org/name[@revision] or https://….
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) verdict: VerdictArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) table: TableArgs,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// The page and the figures to write beside the result.
#[derive(Clone, Debug, Args)]
pub(crate) struct PageArgs {
    /// Write one HTML page with everything in it to this file, too.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) html: Option<PathBuf>,
    /// Write figures of the alphas, and two of every layer, to this folder as SVG and PNG, too.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) plots: Option<PathBuf>,
}

/// How the table for people looks.
#[derive(Clone, Debug, Args)]
pub(crate) struct TableArgs {
    /// Show these columns, parted by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES", help_heading = "Output")]
    pub(crate) columns: Vec<String>,
    /// Sort by this column; a leading `-` sorts downwards.
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true, help_heading = "Output")]
    pub(crate) sort: Option<String>,
    /// Show no more than this many rows.
    #[arg(long, value_name = "ROWS", help_heading = "Output")]
    pub(crate) top: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct ColumnsArgs {
    /// Only these columns.
    pub(crate) names: Vec<String>,
    /// The form of the list.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: ColumnsFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColumnsFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}
