//! Eigenvalues in, the power law p(λ) ∝ λ^−alpha of their tail out, with the xmin of least KS distance.
//!
//! For every value but the largest as xmin, the exponent has a closed form (Clauset, Shalizi and
//! Newman 2009, equation 3.1) and the KS distance says how well the tail follows it; the first xmin
//! of least distance wins. A naive search costs n²/2 powers. Here a coarse pass finds a good
//! distance, and almost every other candidate is then refused by its first block.

use std::ops::Range;

use crate::error::FitFailure;
use crate::ks::KsSearch;
use crate::power_law_options::{CheckedPowerLawOptions, PowerLawOptions, Xmax, XminMethod};
use crate::power_law_small::{SMALL_SAMPLE, fit_small};
use crate::tail::Tail;
use crate::xmin_method::xmin_candidates;

/// Candidates that the coarse pass looks at.
const COARSE: usize = 64;

/// A fitted power law; every number is finite and alpha is above 1.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerLaw {
    /// Exponent of the density.
    pub alpha: f64,
    /// Smallest eigenvalue of the tail.
    pub xmin: f64,
    /// Largest eigenvalue of the tail.
    pub xmax: f64,
    /// KS distance D between tail and law.
    pub ks_distance: f64,
    /// Asymptotic standard error of alpha: (alpha − 1)/√m.
    pub sigma: f64,
    /// Number m of values from xmin's index on.
    pub tail_len: usize,
    /// Number of fitted values ≥ xmin: more than `tail_len` where values equal to xmin stand before it.
    pub num_pl_spikes: usize,
    /// Index of xmin in the eigenvalues that were given.
    pub xmin_index: usize,
    /// Number n of values that were candidates: above the cut, not dropped.
    pub num_fitted: usize,
    /// Eigenvalues at or below the cut.
    pub num_below_cut: usize,
    /// Which rule chose xmin and alpha.
    pub rule: SampleRule,
}

/// Which of the three rules for the number n of values was in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleRule {
    /// n ≥ 20, or the rule for small samples is off: every candidate, maximum likelihood.
    Plain,
    /// 8 ≤ n < 20: bias-corrected, tails of at least 8.
    Small,
    /// n < 8: bias-corrected, all values.
    Tiny,
}

/// One xmin and the power law from there on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Index of xmin in the eigenvalues that were given.
    pub xmin_index: usize,
    /// The eigenvalue there.
    pub xmin: f64,
    /// Number of values from there on.
    pub tail_len: usize,
    /// Maximum-likelihood exponent of the density.
    pub alpha: f64,
    /// KS distance D between tail and law.
    pub ks_distance: f64,
}

/// Fits the power law of METRICS: `eigenvalues` finite and ascending, in any unit.
///
/// # Errors
/// A [`FitFailure`] where no tail can be fitted; none of them is a fault of the caller's run.
pub fn fit_power_law(eigenvalues: &[f64], options: &CheckedPowerLawOptions) -> Result<PowerLaw, FitFailure> {
    let PowerLawOptions { cut, xmax, .. } = *options.get();
    fit_tail(&Tail::select(eigenvalues, cut, xmax)?, options.get())
}

/// Fits data that were selected before.
pub(crate) fn fit_tail(tail: &Tail, options: &PowerLawOptions) -> Result<PowerLaw, FitFailure> {
    let PowerLawOptions { xmax, xmin_method, small_sample_rule, .. } = *options;
    if small_sample_rule && xmin_method == XminMethod::Ks && tail.len() < SMALL_SAMPLE {
        return Ok(fit_small(tail));
    }
    let candidates = xmin_candidates(tail, xmin_method)?;
    let (index, distance) = least_distance(tail, xmax, candidates.clone());
    if distance.is_infinite() {
        let (low, high) = (tail.values[candidates.start], tail.values[candidates.end - 1]);
        return Err(FitFailure::NoXminInRange { low, high });
    }
    Ok(PowerLaw::at(tail, index, tail.alpha(index), distance, SampleRule::Plain))
}

/// All candidates with their exponents and distances, in the order of the eigenvalues: the curve of
/// alpha against xmin. Candidates whose tail is all one value have no exponent and are left out.
///
/// # Errors
/// As [`fit_power_law`].
pub fn power_law_candidates(
    eigenvalues: &[f64],
    options: &CheckedPowerLawOptions,
) -> Result<Vec<Candidate>, FitFailure> {
    let PowerLawOptions { cut, xmax, .. } = *options.get();
    let tail = Tail::select(eigenvalues, cut, xmax)?;
    let mut search = KsSearch::new(xmax);
    let candidate = |i: usize| {
        let alpha = tail.alpha(i);
        alpha.is_finite().then(|| Candidate {
            xmin_index: tail.num_below_cut + i,
            xmin: tail.values[i],
            tail_len: tail.len() - i,
            alpha,
            ks_distance: search.distance(&tail.logs[i..], alpha, f64::INFINITY),
        })
    };
    Ok((0..tail.len() - 1).filter_map(candidate).collect())
}

/// The first index of least distance among the candidates in `range`, and that distance: infinite
/// where none has a finite exponent. Index 0 always has one, since not all values of a [`Tail`] are equal.
pub(crate) fn least_distance(tail: &Tail, xmax: Xmax, range: Range<usize>) -> (usize, f64) {
    let mut search = KsSearch::new(xmax);
    let mut best = (range.start, f64::INFINITY);
    let mut look_at = |i: usize| {
        let alpha = tail.alpha(i);
        if alpha.is_finite() {
            let distance = search.distance(&tail.logs[i..], alpha, best.1);
            if distance < best.1 || (distance <= best.1 && i < best.0) {
                best = (i, distance);
            }
        }
    };
    let stride = range.len() / COARSE;
    if stride > 1 {
        range.clone().step_by(stride).for_each(&mut look_at);
    }
    range.for_each(&mut look_at);
    best
}

impl PowerLaw {
    /// The law from index `index` of `tail` on.
    pub(crate) fn at(tail: &Tail, index: usize, alpha: f64, ks_distance: f64, rule: SampleRule) -> Self {
        let n = tail.len();
        let xmin = tail.values[index];
        let tail_len = n - index;
        Self {
            alpha,
            xmin,
            xmax: tail.values[n - 1],
            ks_distance,
            sigma: (alpha - 1.0) / (tail_len as f64).sqrt(),
            tail_len,
            num_pl_spikes: n - tail.values.partition_point(|&value| value < xmin),
            xmin_index: tail.num_below_cut + index,
            num_fitted: n,
            num_below_cut: tail.num_below_cut,
            rule,
        }
    }
}
