//! The options of a gate.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use heavytail::GateOptions;

use crate::args_analyze::AnalysisArgs;

#[derive(Debug, Args)]
#[command(after_help = "\
Without any limit and without a policy, --max-alpha 6 holds.
Exit codes: 0 the gate is open, 1 it is shut, 2 an error.")]
pub(crate) struct CheckArgs {
    /// The model, or a details table saved before.
    pub(crate) model: PathBuf,
    /// The largest alpha that a layer may have.
    #[arg(long, value_name = "ALPHA", allow_hyphen_values = true, help_heading = "Gate")]
    pub(crate) max_alpha: Option<f64>,
    /// The smallest alpha that a layer may have.
    #[arg(long, value_name = "ALPHA", allow_hyphen_values = true, help_heading = "Gate")]
    pub(crate) min_alpha: Option<f64>,
    /// The largest share of fitted layers, 0 to 1, that may have an alpha above 6.
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, help_heading = "Gate")]
    pub(crate) max_undertrained_share: Option<f64>,
    /// The largest mean alpha over fitted layers.
    #[arg(long, value_name = "ALPHA", allow_hyphen_values = true, help_heading = "Gate")]
    pub(crate) max_mean_alpha: Option<f64>,
    /// A policy file: limits by glob of layer names, and known offenders [default: heavytail.toml where there is one].
    #[arg(long, value_name = "FILE", help_heading = "Gate")]
    pub(crate) policy: Option<PathBuf>,
    /// Write today's offenders to this file, as the baseline of a policy.
    #[arg(long, value_name = "FILE", help_heading = "Gate")]
    pub(crate) write_baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    /// The form of the findings.
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    pub(crate) format: CheckFormat,
    /// Write the findings to this file, whole or not at all, instead of to standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// A line a finding.
    Table,
    /// The findings as JSON.
    Json,
    /// SARIF 2.1.0, for code-scanning pages.
    Sarif,
    /// JUnit XML, a test case a layer.
    Junit,
}

impl CheckArgs {
    /// The limits that were typed.
    pub(crate) fn limits(&self) -> GateOptions {
        GateOptions {
            max_alpha: self.max_alpha,
            min_alpha: self.min_alpha,
            max_undertrained_share: self.max_undertrained_share,
            max_mean_alpha: self.max_mean_alpha,
        }
    }
}
