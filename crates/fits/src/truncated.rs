//! Eigenvalues in, the truncated power law p(λ) ∝ λ^−alpha·e^(−Lambda·λ) of their tail out: `fit="TPL"`.
//!
//! # What it measures
//! A heavy tail that ends: a power law up to about 1/Lambda, an exponential beyond.
//!
//! # Definition
//! For every candidate xmin, alpha ≥ 1 and Lambda ≥ 0 of greatest likelihood on λ ≥ xmin (Clauset,
//! Shalizi and Newman 2009, table 2); the first xmin of least KS distance wins. `fit="E_TPL"` is the
//! same with xmin near the peak, [`XminMethod::Peak`](crate::XminMethod).
//!
//! # How to read it
//! Beside the power law's alpha, which is steeper where the tail bends. 1/Lambda much above the
//! largest eigenvalue means that nothing is cut off.
//!
//! # Edge cases
//! Lambda is 0 where the likelihood is greatest for the pure power law, alpha is 1 where the tail is
//! no heavier than an exponential. There is no rule for small samples.

use crate::error::FitFailure;
use crate::ks::KsSearch;
use crate::power_law_options::{CheckedPowerLawOptions, PowerLawOptions, Xmax};
use crate::tail::Tail;
use crate::truncated_ks::TruncatedKs;
use crate::truncated_law::Quadrature;
use crate::truncated_mle::{Means, Shape, climb, most_likely};
use crate::xmin_method::xmin_candidates;

/// A tail whose mean is further above its start than this is not fitted, nor one whose Lambda overflows.
const WIDEST: f64 = 1e150;

/// One candidate of so many is fitted before the others.
const STRIDE: usize = 32;

/// A fitted truncated power law; every number is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct TruncatedPowerLaw {
    /// Exponent of the density, at least 1.
    pub alpha: f64,
    /// Rate of the cut-off, in one over the units of the eigenvalues, at least 0: column `Lambda`.
    pub lambda: f64,
    /// Smallest eigenvalue of the tail.
    pub xmin: f64,
    /// Largest eigenvalue of the tail.
    pub xmax: f64,
    /// KS distance D between tail and law.
    pub ks_distance: f64,
    /// Asymptotic standard errors of alpha and Lambda for this xmin, none where one of them is at its edge.
    pub sigmas: Option<(f64, f64)>,
    /// Log-likelihood of the tail, of the density in the eigenvalues.
    pub log_likelihood: f64,
    /// Number m of values from xmin's index on.
    pub tail_len: usize,
    /// Number of fitted values ≥ xmin.
    pub num_pl_spikes: usize,
    /// Index of xmin in the eigenvalues that were given.
    pub xmin_index: usize,
    /// Number n of values that were candidates: above the cut, not dropped.
    pub num_fitted: usize,
    /// Eigenvalues at or below the cut.
    pub num_below_cut: usize,
}

/// Fits `eigenvalues` (finite, ascending); `small_sample_rule` has no say here.
///
/// # Errors
/// As [`fit_power_law`](crate::fit_power_law).
pub fn fit_truncated(
    eigenvalues: &[f64],
    options: &CheckedPowerLawOptions,
) -> Result<TruncatedPowerLaw, FitFailure> {
    let PowerLawOptions { cut, xmax, xmin_method, .. } = *options.get();
    let tail = Tail::select(eigenvalues, cut, xmax)?;
    let candidates = xmin_candidates(&tail, xmin_method)?;
    let mut search = Search::new(&tail, xmax);
    // A few of them first: with a small distance known early, most of the others are refused before they are fitted.
    let mut known = vec![None; candidates.len().div_ceil(STRIDE)];
    for (near, i) in known.iter_mut().zip(candidates.clone().step_by(STRIDE)) {
        search.try_at(i);
        *near = search.near;
    }
    for i in candidates.clone() {
        let step = i - candidates.start;
        if step.is_multiple_of(STRIDE) {
            search.near = known[step / STRIDE];
        } else {
            search.try_at(i);
        }
    }
    let (low, high) = (tail.values[candidates.start], tail.values[candidates.end - 1]);
    let none = search.overflow.unwrap_or(FitFailure::NoXminInRange { low, high });
    let (index, shape, distance) = search.best.ok_or(none)?;
    Ok(TruncatedPowerLaw::at(&tail, &search.excess_sums, index, shape, distance, &mut search.quadrature))
}

/// The search for the xmin of least distance.
struct Search<'a> {
    tail: &'a Tail,
    xmax: Xmax,
    excess_sums: Vec<f64>,
    quadrature: Quadrature,
    distances: TruncatedKs,
    power_law_distances: KsSearch,
    /// β and Lambda of the last candidate, where there was a cut-off.
    near: Option<(f64, f64)>,
    best: Option<(usize, Shape, f64)>,
    /// Why some candidate has no law.
    overflow: Option<FitFailure>,
}

impl<'a> Search<'a> {
    fn new(tail: &'a Tail, xmax: Xmax) -> Self {
        Self {
            tail,
            xmax,
            excess_sums: excess_sums(tail),
            quadrature: Quadrature::default(),
            distances: TruncatedKs::new(tail),
            power_law_distances: KsSearch::new(xmax),
            near: None,
            best: None,
            overflow: None,
        }
    }

    /// Fits the law to the tail from index `i` on, and keeps it if none is closer to its tail.
    fn try_at(&mut self, i: usize) {
        let tail = self.tail;
        let Some(means) = means_of(tail, &self.excess_sums, i) else { return };
        let forced = self.xmax == Xmax::Force;
        let limit = self.best.map_or(f64::INFINITY, |(_, _, distance)| distance);
        // The neighbour's cut-off, in units of this xmin.
        let near = self.near.map(|(beta, lambda)| (beta, lambda * tail.values[i]));
        let distances = &self.distances;
        let climbed = climb(&mut self.quadrature, means, near, |quadrature, shape, gain| {
            !forced && refutes(gain, limit, || distances.at_hint(quadrature, tail, i, shape))
        });
        let (Ok(shape) | Err(shape)) = climbed;
        let lambda = shape.u / tail.values[i];
        self.near = (shape.u > 0.0 && lambda.is_finite()).then_some((shape.beta, lambda));
        if !lambda.is_finite() {
            let (low, high) = (tail.values[i], tail.values[tail.len() - 1]);
            self.overflow = Some(FitFailure::Overflow { low, high });
            return;
        }
        let Some(shape) = climbed.ok().filter(|shape| shape.ln_z.is_finite()) else { return };
        let distance = if shape.u > 0.0 {
            self.distances.distance(tail, i, shape, forced, limit)
        } else {
            self.power_law_distances.distance(&tail.logs[i..], 1.0 + shape.beta, limit)
        };
        if self.best.is_none_or(|(at, _, least)| (distance, i) < (least, at)) {
            self.best = Some((i, shape, distance));
        }
    }
}

/// Whether one deviation from a law, whose likelihood has `gain` to gain per value, shows that D of the most likely law is
/// above `limit`.
///
/// In an exponential family the gain is the Kullback–Leibler divergence from the most likely law, and by Pinsker's
/// inequality no probability under the two differs by more than √(gain/2). Four times the gain allows for what its
/// quadratic estimate leaves out.
fn refutes(gain: f64, limit: f64, deviation: impl FnOnce() -> f64) -> bool {
    let slack = (2.0 * gain).sqrt() + 1e-9;
    limit + slack < 1.0 && deviation() > limit + slack
}

/// The law of greatest likelihood on all the values of `tail`, without a choice of xmin, where its
/// numbers do not overflow.
pub(crate) fn fit_truncated_to(tail: &Tail) -> Option<(TruncatedPowerLaw, Shape)> {
    let excess_sums = excess_sums(tail);
    let mut quadrature = Quadrature::default();
    let shape = most_likely(&mut quadrature, means_of(tail, &excess_sums, 0)?, None);
    if !(shape.u / tail.values[0]).is_finite() {
        return None;
    }
    let distance = if shape.u > 0.0 {
        TruncatedKs::new(tail).distance(tail, 0, shape, false, f64::INFINITY)
    } else {
        KsSearch::new(Xmax::None).distance(&tail.logs, 1.0 + shape.beta, f64::INFINITY)
    };
    Some((TruncatedPowerLaw::at(tail, &excess_sums, 0, shape, distance, &mut quadrature), shape))
}

/// Σ_{j ≥ i} (λ_j − λ_i)/λ_max for every i, as steps that are never negative: nothing cancels.
fn excess_sums(tail: &Tail) -> Vec<f64> {
    let n = tail.len();
    let largest = tail.values[n - 1];
    let mut sums = vec![0.0; n];
    for i in (0..n - 1).rev() {
        let step = (tail.values[i + 1] - tail.values[i]) / largest;
        sums[i] = sums[i + 1] + (n - 1 - i) as f64 * step;
    }
    sums
}

/// The means of the tail from `i` on, where the tail is no single value and e^t over its length is
/// far from overflow.
fn means_of(tail: &Tail, excess_sums: &[f64], i: usize) -> Option<Means> {
    let m = (tail.len() - i) as f64;
    let t = tail.log_sums[i] / m;
    let excess = excess_sums[i] / m * (tail.values[tail.len() - 1] / tail.values[i]);
    (t > 0.0 && excess > 0.0 && excess < WIDEST).then_some(Means { t, excess })
}

impl TruncatedPowerLaw {
    fn at(
        tail: &Tail,
        excess_sums: &[f64],
        index: usize,
        shape: Shape,
        ks_distance: f64,
        quadrature: &mut Quadrature,
    ) -> Self {
        let n = tail.len();
        let (xmin, tail_len) = (tail.values[index], n - index);
        // From the density in t = ln(λ/xmin) to that in λ: dt = dλ/λ.
        let mean = means_of(tail, excess_sums, index)
            .map_or(f64::NEG_INFINITY, |means| shape.mean_log_likelihood(means) - means.t - xmin.ln());
        Self {
            alpha: 1.0 + shape.beta,
            lambda: shape.u / xmin,
            xmin,
            xmax: tail.values[n - 1],
            ks_distance,
            sigmas: standard_errors(quadrature, shape, tail_len, xmin),
            log_likelihood: tail_len as f64 * mean,
            tail_len,
            num_pl_spikes: n - tail.values.partition_point(|&value| value < xmin),
            xmin_index: tail.num_below_cut + index,
            num_fitted: n,
            num_below_cut: tail.num_below_cut,
        }
    }
}

/// Square roots of the diagonal of the inverse Fisher information.
fn standard_errors(quadrature: &mut Quadrature, shape: Shape, m: usize, xmin: f64) -> Option<(f64, f64)> {
    if shape.beta <= 0.0 || shape.u <= 0.0 {
        return None;
    }
    let moments = quadrature.moments(shape.beta, shape.u);
    let determinant = moments.var_t * moments.var_s - moments.cov_ts * moments.cov_ts;
    let of = |variance: f64| (variance / (determinant * m as f64)).sqrt();
    let sigmas = (of(moments.var_s), of(moments.var_t) * shape.u / xmin);
    (sigmas.0.is_finite() && sigmas.1.is_finite()).then_some(sigmas)
}
