//! Limits of verdicts and comparisons from Python in, the engine's options out; what is not given has its default.

use heavytail::{CompareOptions, VerdictOptions};
use pyo3::prelude::*;

/// A dictionary of all of them, `None` for a default; the package around this module has checked the values.
#[derive(FromPyObject, Clone, Copy, Debug)]
#[pyo3(from_item_all)]
pub(crate) struct Limits {
    resamples: Option<usize>,
    confidence: Option<f64>,
    seed: Option<u64>,
    tolerated_share: Option<f64>,
    significance: Option<f64>,
    min_layers: Option<usize>,
}

impl Limits {
    /// Those of one model's verdict.
    pub(crate) fn of_verdict(self) -> VerdictOptions {
        let default = VerdictOptions::default();
        VerdictOptions {
            tolerated_share: self.tolerated_share.unwrap_or(default.tolerated_share),
            significance: self.significance.unwrap_or(default.significance),
            min_layers: self.min_layers.unwrap_or(default.min_layers),
        }
    }

    /// Those of a comparison of models.
    pub(crate) fn of_comparison(self) -> CompareOptions {
        let default = CompareOptions::default();
        CompareOptions {
            verdict: self.of_verdict(),
            resamples: self.resamples.unwrap_or(default.resamples),
            confidence: self.confidence.unwrap_or(default.confidence),
            seed: self.seed.unwrap_or(default.seed),
        }
    }
}
