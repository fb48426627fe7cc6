//! The limits of a model's verdict.

use clap::Args;
use heavytail::VerdictOptions;

/// When a model is told that it had enough data, or too little.
#[derive(Clone, Debug, Args)]
pub(crate) struct VerdictArgs {
    /// Share of layers above 6 that a model with enough data may have: published ones have 0 to 0.034, one without 0.12.
    #[arg(long, default_value_t = 0.05, value_parser = share, value_name = "SHARE", help_heading = "Verdict")]
    pub(crate) tolerated_share: f64,
    /// How improbable so many layers above 6 must be by chance before they count.
    #[arg(long, default_value_t = 0.05, value_parser = share, value_name = "P", help_heading = "Verdict")]
    pub(crate) significance: f64,
    /// Fewer fitted layers than this decide nothing.
    #[arg(long, default_value_t = 5, value_name = "LAYERS", help_heading = "Verdict")]
    pub(crate) min_layers: usize,
}

impl VerdictArgs {
    pub(crate) fn options(&self) -> VerdictOptions {
        VerdictOptions {
            tolerated_share: self.tolerated_share,
            significance: self.significance,
            min_layers: self.min_layers,
        }
    }
}

fn share(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("takes a share between 0 and 1".to_owned()),
    }
}
