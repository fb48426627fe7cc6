//! Eigenvalues and their power law in, how much alpha hangs on xmin out.
//!
//! # Definition
//! `alpha_sensitivity` is the largest less the smallest exponent of the candidates whose KS distance is at most
//! 1.1 times that of the fit, with tails of at least 8 values. `hill_alpha` is the exponent of the upper half of
//! the spectrum, 1 + m/Σ ln(λ_j/λ_i) with i = n/2: the estimator of TempBalance and AlphaPruning (Hill 1975).
//!
//! # How to read it
//! A sensitivity above about 1 says that the data do not fix xmin, and alpha with it. `hill_alpha` never jumps, but
//! averages the tail with part of the bulk: compare it between layers, not with 2 or 6.
//!
//! # Edge cases
//! The fit's own tail is always counted, however short. A spectrum whose upper half is one value has no `hill_alpha`.

use crate::error::FitFailure;
use crate::ks::KsSearch;
use crate::power_law::{PowerLaw, SampleRule};
use crate::power_law_options::{CheckedPowerLawOptions, PowerLawOptions};
use crate::power_law_small::SHORTEST_TAIL;
use crate::tail::Tail;

/// How far above the least distance a candidate may lie.
const NEARLY: f64 = 1.1;

/// The exponents that are almost as good as the chosen one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlphaSensitivity {
    /// Smallest exponent.
    pub low: f64,
    /// Largest exponent.
    pub high: f64,
    /// Number of candidates, the fit's own included.
    pub candidates: usize,
}

impl AlphaSensitivity {
    /// Column `alpha_sensitivity`.
    #[must_use]
    pub fn spread(&self) -> f64 {
        self.high - self.low
    }
}

/// The exponents within 10 % of the distance of `chosen`, which
/// [`fit_power_law`](crate::fit_power_law) found in `eigenvalues` with the same `options`.
///
/// # Errors
/// As [`fit_power_law`](crate::fit_power_law).
pub fn alpha_sensitivity(
    eigenvalues: &[f64],
    chosen: &PowerLaw,
    options: &CheckedPowerLawOptions,
) -> Result<AlphaSensitivity, FitFailure> {
    let PowerLawOptions { cut, xmax, .. } = *options.get();
    let tail = Tail::select(eigenvalues, cut, xmax)?;
    let alpha_at: fn(&Tail, usize) -> f64 = match chosen.rule {
        SampleRule::Plain => Tail::alpha,
        SampleRule::Small | SampleRule::Tiny => Tail::alpha_small,
    };
    let mut search = KsSearch::new(xmax);
    let limit = NEARLY * chosen.ks_distance;
    let mut found = AlphaSensitivity { low: chosen.alpha, high: chosen.alpha, candidates: 1 };
    for i in 0..=tail.len().saturating_sub(SHORTEST_TAIL) {
        let alpha = alpha_at(&tail, i);
        let own = tail.num_below_cut + i == chosen.xmin_index;
        if own || !alpha.is_finite() || search.distance(&tail.logs[i..], alpha, limit) > limit {
            continue;
        }
        found = AlphaSensitivity {
            low: found.low.min(alpha),
            high: found.high.max(alpha),
            candidates: found.candidates + 1,
        };
    }
    Ok(found)
}

/// Column `hill_alpha`: the exponent of the upper half of `eigenvalues` (finite, ascending).
///
/// # Errors
/// As [`fit_power_law`](crate::fit_power_law); all values of the upper half equal.
pub fn hill_alpha(eigenvalues: &[f64], options: &CheckedPowerLawOptions) -> Result<f64, FitFailure> {
    let PowerLawOptions { cut, xmax, .. } = *options.get();
    let tail = Tail::select(eigenvalues, cut, xmax)?;
    let middle = (tail.len() / 2).min(tail.len() - 2);
    let alpha = tail.alpha(middle);
    let (value, count) = (tail.values[middle], tail.len() - middle);
    if alpha.is_finite() { Ok(alpha) } else { Err(FitFailure::AllEqual { value, count }) }
}
