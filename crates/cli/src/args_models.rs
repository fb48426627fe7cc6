//! The options of the commands that make other tables than `analyze`, or write new models.

use std::path::PathBuf;

use clap::Args;
use heavytail::inspect::DistanceMethod;

use crate::args::OutputArgs;
use crate::args_analyze::AnalysisArgs;

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The model.
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DistancesArgs {
    /// The model whose layers have a row each.
    pub(crate) model: PathBuf,
    /// The model to which they are held.
    pub(crate) other: PathBuf,
    /// How a distance is taken; cka is a likeness, 1 for equal weights.
    #[arg(long, default_value = "raw", value_parser = distance_method, value_name = "raw|euclidean|cka")]
    pub(crate) method: DistanceMethod,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EsdArgs {
    /// The model.
    pub(crate) model: PathBuf,
    /// The layer's full name, short name or id.
    pub(crate) layer: String,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// Print the curve of alpha against xmin instead: a line of CSV for every xmin that the fit considers.
    #[arg(long)]
    pub(crate) alpha_vs_xmin: bool,
    /// Write the eigenvalues to this file, whole or not at all, instead of to standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

/// A model in, a new one out.
#[derive(Debug, Args)]
pub(crate) struct RewriteArgs {
    /// The model; it is never changed.
    pub(crate) model: PathBuf,
    /// The new model: a safetensors file, or a folder where the model has several files.
    pub(crate) new_model: PathBuf,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SmoothArgs {
    /// Which singular triplets stay: a share of them, those beyond the random bulk, those of the tail whose product is
    /// one, those of the power law's tail, or rmt where alpha is above 6 and detX elsewhere.
    #[arg(long, default_value = "svd", value_name = "svd|rmt|detX|lambda_min|auto")]
    #[arg(value_parser = ["svd", "rmt", "detX", "lambda_min", "alpha_min", "auto"], ignore_case = true)]
    pub(crate) method: String,
    /// With svd: the share of triplets that stay; below 0 the share of the largest that go.
    #[arg(long, default_value_t = 0.2, allow_hyphen_values = true, value_name = "SHARE")]
    pub(crate) percent: f64,
    #[command(flatten)]
    pub(crate) rewrite: RewriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveTrapsArgs {
    /// Only the traps of these numbers in each layer, from 1 by falling size [default: all].
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS")]
    pub(crate) traps: Vec<usize>,
    #[command(flatten)]
    pub(crate) rewrite: RewriteArgs,
}

fn distance_method(word: &str) -> Result<DistanceMethod, String> {
    DistanceMethod::parse(word).ok_or_else(|| format!("`{word}` is not known; write raw, euclidean or cka"))
}
