//! The options of an analysis as typed in, the engine's options out.

use clap::{Args, ValueEnum};
use heavytail::AnalyzeOptions;

use crate::args_statistics::StatisticsArgs;
use crate::memory_size::memory_size;

/// Options of an analysis; the keywords of weightwatcher's `analyze` with hyphens, and ours.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Analysis")]
pub(crate) struct AnalysisArgs {
    /// Only these layers: ids, names, globs or types, parted by commas; a leading `-` drops (--layers=-mid).
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true, value_name = "LAYERS")]
    pub(crate) layers: Vec<String>,
    /// Leave out layers with fewer eigenvalues.
    #[arg(long, default_value_t = 8, value_name = "COUNT")]
    pub(crate) min_evals: usize,
    /// Leave out layers with more eigenvalues.
    #[arg(long, default_value_t = 15_000, value_name = "COUNT")]
    pub(crate) max_evals: usize,
    /// Leave out layers with a longer side N [default: no limit; 50000 with --compat ww].
    #[arg(long, value_name = "N")]
    pub(crate) max_n: Option<usize>,
    /// The first layer's id.
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_name = "ID")]
    pub(crate) start_ids: i64,
    /// A row for each slice of a convolution, instead of one for all.
    #[arg(long)]
    pub(crate) no_pool: bool,
    /// Don't scale the slices of a convolution by √(1/2).
    #[arg(long)]
    pub(crate) no_conv2d_norm: bool,
    /// Eigenvalues below this count as weak rank loss.
    #[arg(long, default_value_t = 1e-6, allow_hyphen_values = true, value_name = "LAMBDA")]
    pub(crate) tolerance: f64,
    /// Fit eigenvalues above 1e-5 times the largest, instead of above 1e-5: alpha then ignores the weights' scale.
    #[arg(long)]
    pub(crate) scale_free: bool,
    /// Give the numbers of another tool where it is wrong, too.
    #[arg(long, value_enum, value_name = "TOOL")]
    pub(crate) compat: Option<Compat>,
    /// Threads; 0 for one a core.
    #[arg(long, default_value_t = 0, value_name = "COUNT", help_heading = "Machine")]
    pub(crate) threads: usize,
    /// Hold no more than this at once: 1.5G [default: half of the machine's].
    #[arg(long, value_parser = memory_size, value_name = "SIZE", help_heading = "Machine")]
    pub(crate) memory: Option<u64>,
    /// Seed of every random draw; the same seed gives the same bytes.
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) statistics: StatisticsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compat {
    /// weightwatcher 0.7.7; docs/differences.md lists what changes.
    Ww,
}

impl AnalysisArgs {
    /// The engine's options.
    pub(crate) fn options(&self) -> AnalyzeOptions {
        let options = AnalyzeOptions {
            compat: self.compat.is_some(),
            min_evals: self.min_evals,
            max_evals: self.max_evals,
            max_n: self.max_n,
            layers: self.layers.clone(),
            start_ids: self.start_ids,
            pool: !self.no_pool,
            conv2d_norm: !self.no_conv2d_norm,
            tolerance: self.tolerance,
            scale_free: self.scale_free,
            threads: self.threads,
            memory: self.memory,
            seed: self.seed,
            ..AnalyzeOptions::default()
        };
        self.statistics.on(options)
    }
}
