//! The options of a comparison.

use std::path::PathBuf;

use clap::Args;
use heavytail::CompareOptions;

use crate::args::{OutputArgs, PageArgs};
use crate::args_analyze::AnalysisArgs;
use crate::args_verdict::VerdictArgs;

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Models, or details tables that heavytail or weightwatcher saved as CSV, JSON or Parquet; at least two.
    #[arg(num_args = 2.., required = true, value_name = "MODEL")]
    pub(crate) models: Vec<PathBuf>,
    /// The first of two models is the one that the second was trained from, or to which the second is an adapter: tell
    /// what the training changed in every layer.
    #[arg(long, conflicts_with = "base_model")]
    pub(crate) base: bool,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) verdict: VerdictArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}

impl CompareArgs {
    /// How tables are held against each other.
    pub(crate) fn options(&self) -> CompareOptions {
        CompareOptions {
            seed: self.analysis.seed,
            verdict: self.verdict.options(),
            ..CompareOptions::default()
        }
    }
}
