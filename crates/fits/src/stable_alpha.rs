//! Eigenvalues and their power law in, an exponent out that does not hang on the choice of one xmin.
//!
//! # What it measures
//! The same tail exponent as `alpha`, averaged over all the xmin that the data do not refuse. On a
//! few hundred eigenvalues the least KS distance is often one of two near ties, a long tail and a
//! short one; which of them wins is noise, and `alpha` jumps with it from one training seed to the next.
//!
//! # Definition
//! Over the candidates i with tail length m_i ≥ min(10, n/2), maximum-likelihood exponent α_i and KS
//! distance D_i, with γ_i = 1/(α_i − 1) and w_i = exp(−2·m_i·D_i²):
//! alpha_stable = 1 + Σ w_i / Σ w_i·γ_i. The weight is the leading term of the Kolmogorov p-value of
//! "the tail from xmin_i on is a power law"; γ is what the Hill estimator averages well.
//!
//! `choice_variance` is what the choice of one tail adds to the variance of ln(alpha − 1) of the fit, as in the average of
//! models of Buckland, Burnham and Augustin (1997): with x = ln(α − 1), the weighted mean of (x_i − x)² less |1/m_i − 1/m|, the
//! variance by which exponents of nested tails differ where both are right, where that is above 0. Tails less than a twentieth
//! as long as the fit's are left out: there are many of them in a long spectrum, and they would widen it by their noise alone.
//!
//! # How to read it
//! As alpha, between models of one architecture. `ambiguous` rows are those where alpha itself had
//! a rival.
//!
//! # Edge cases
//! Where no tail is plausible, so that all weights vanish, they are taken relative to the largest.
//! All n follow the plain exponent, also below 20 values, so that the number does not jump there.

use crate::error::FitFailure;
use crate::ks::KsSearch;
use crate::power_law::{PowerLaw, SampleRule};
use crate::power_law_options::{CheckedPowerLawOptions, PowerLawOptions, Xmax};
use crate::power_law_small::SHORTEST_TAIL;
use crate::tail::Tail;

/// The shortest tail that is averaged, where there are 20 values or more.
const LEAST_TAIL: usize = 10;
/// A candidate with 2·m·D² above this has weight below 3e-20 and is not evaluated to the end.
const VANISHING: f64 = 45.0;
/// A tail this many times shorter than the fit's tells of its own noise only.
const SHARE_OF_CHOSEN: usize = 20;
/// A rival's distance is at most this much above the chosen one's.
const RIVAL_MARGIN: f64 = 0.02;

/// The average over all tails, and the one rival to the chosen tail.
#[derive(Clone, Debug, PartialEq)]
pub struct StableAlpha {
    /// Exponent of the density, averaged over the tails by their plausibility.
    pub alpha_stable: f64,
    /// Weighted standard deviation of 1/(α_i − 1), carried to alpha by the derivative.
    pub alpha_stable_spread: f64,
    /// Effective share of the candidates in the average: (Σw)²/Σw² over their number, in (0, 1].
    pub tail_effective: f64,
    /// By how much the choice of a tail adds to the variance of ln(alpha − 1) of the fit.
    pub choice_variance: f64,
    /// The best candidate at least twice or at most half as long as the chosen tail, with a KS
    /// distance within 0.02 of it.
    pub rival: Option<Rival>,
}

/// Another tail that explains the eigenvalues almost as well as the chosen one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rival {
    /// Its exponent: column `alpha_alt`.
    pub alpha: f64,
    /// Where it starts: column `xmin_alt`.
    pub xmin: f64,
    /// Its KS distance.
    pub ks_distance: f64,
    /// Its number of values.
    pub tail_len: usize,
}

impl StableAlpha {
    /// Whether the chosen tail has a rival, so that alpha is one of two answers.
    #[must_use]
    pub fn ambiguous(&self) -> bool {
        self.rival.is_some()
    }
}

/// Averages over the tails of `eigenvalues` (finite, ascending); `chosen` is what
/// [`fit_power_law`](crate::fit_power_law) found with the same `options`.
///
/// # Errors
/// As [`fit_power_law`](crate::fit_power_law).
pub fn stable_alpha(
    eigenvalues: &[f64],
    chosen: &PowerLaw,
    options: &CheckedPowerLawOptions,
) -> Result<StableAlpha, FitFailure> {
    let PowerLawOptions { cut, xmax, .. } = *options.get();
    let tail = Tail::select(eigenvalues, cut, xmax)?;
    let average = average(&tail, xmax, chosen);
    Ok(StableAlpha { rival: rival(&tail, xmax, chosen), ..average })
}

/// The average, and where all weights vanish, since no tail is plausible, that with weights relative to the largest.
pub(crate) fn average(tail: &Tail, xmax: Xmax, chosen: &PowerLaw) -> StableAlpha {
    let average = weighted(tail, xmax, chosen, 0.0);
    if average.tail_effective.is_nan() {
        weighted(tail, xmax, chosen, least_exponent(tail, xmax))
    } else {
        average
    }
}

/// The smallest 2·m·D² of all candidates.
fn least_exponent(tail: &Tail, xmax: Xmax) -> f64 {
    let mut search = KsSearch::new(xmax);
    let exponent = |i: usize| {
        let distance = search.distance(&tail.logs[i..], tail.alpha(i), f64::INFINITY);
        2.0 * (tail.len() - i) as f64 * distance * distance
    };
    candidates(tail).map(exponent).fold(f64::INFINITY, f64::min)
}

/// Indices of the tails that are averaged, longest first: long enough, and not all one value.
fn candidates(tail: &Tail) -> impl Iterator<Item = usize> {
    let n = tail.len();
    let long_enough = move |i: &usize| 2 * (n - i) >= n.min(2 * LEAST_TAIL);
    (0..n - 1).take_while(move |i| long_enough(i) && tail.alpha(*i).is_finite())
}

/// The average with weights exp(`least` − 2·m·D²).
fn weighted(tail: &Tail, xmax: Xmax, chosen: &PowerLaw, least: f64) -> StableAlpha {
    let n = tail.len();
    let mut search = KsSearch::new(xmax);
    let limit = VANISHING + least;
    let (mut count, mut weights, mut squared_weights) = (0usize, 0.0, 0.0);
    // Mean and spread are accumulated together (West 1979), so no second pass is needed.
    let (mut mean, mut scatter) = (0.0, 0.0);
    let (mut beyond, mut comparable) = (0.0, 0.0);
    let (chosen_log, chosen_variance) = ((chosen.alpha - 1.0).ln(), 1.0 / chosen.tail_len as f64);
    for i in candidates(tail) {
        let m = n - i;
        count += 1;
        let twice = 2.0 * m as f64;
        let distance = search.distance(&tail.logs[i..], tail.alpha(i), (limit / twice).sqrt());
        if twice * distance * distance > limit {
            continue;
        }
        let weight = (least - twice * distance * distance).exp();
        let gamma = tail.log_sums[i] / m as f64;
        weights += weight;
        squared_weights += weight * weight;
        let step = gamma - mean;
        mean += step * weight / weights;
        scatter += weight * step * (gamma - mean);
        let apart = -gamma.ln() - chosen_log;
        let expected = (1.0 / m as f64 - chosen_variance).abs();
        if SHARE_OF_CHOSEN * m >= chosen.tail_len {
            beyond += weight * (apart * apart - expected).max(0.0);
            comparable += weight;
        }
    }
    StableAlpha {
        alpha_stable: 1.0 + 1.0 / mean,
        alpha_stable_spread: (scatter / weights).max(0.0).sqrt() / (mean * mean),
        tail_effective: weights * weights / squared_weights / count as f64,
        choice_variance: if comparable > 0.0 { beyond / comparable } else { 0.0 },
        rival: None,
    }
}

fn rival(tail: &Tail, xmax: Xmax, chosen: &PowerLaw) -> Option<Rival> {
    let n = tail.len();
    let (least_tail, alpha_at): (usize, fn(&Tail, usize) -> f64) = match chosen.rule {
        SampleRule::Plain => (2, Tail::alpha),
        SampleRule::Small | SampleRule::Tiny => (SHORTEST_TAIL, Tail::alpha_small),
    };
    let mut search = KsSearch::new(xmax);
    let mut limit = chosen.ks_distance + RIVAL_MARGIN;
    let mut best: Option<Rival> = None;
    for i in 0..(n + 1).saturating_sub(least_tail) {
        let m = n - i;
        let alpha = alpha_at(tail, i);
        if !(m >= 2 * chosen.tail_len || 2 * m <= chosen.tail_len) || !alpha.is_finite() {
            continue;
        }
        let distance = search.distance(&tail.logs[i..], alpha, limit);
        if distance < limit || (distance <= limit && best.is_none()) {
            limit = distance;
            best = Some(Rival { alpha, xmin: tail.values[i], ks_distance: distance, tail_len: m });
        }
    }
    best
}
