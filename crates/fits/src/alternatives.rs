//! Eigenvalues and their power law in, likelihood-ratio tests against other laws of the same tail out.
//!
//! # What it measures
//! A small KS distance says that a power law is possible, not that nothing else is. Here the same tail is
//! fitted by a lognormal, an exponential and a truncated power law, and each is held against the power law.
//!
//! # Definition
//! R = Σ (ln p_power(λ) − ln p_other(λ)) over λ ≥ xmin, all laws normalised there and fitted by maximum likelihood:
//! above 0 the power law is the more likely. Its p-value is Vuong's (1989) for laws that are not nested,
//! erfc(|R|/(√(2m)·s)) with s the standard deviation of the terms, and Wilks' for the truncated power law,
//! which contains the power law: erfc(√|R|), the tail of χ² with one degree of freedom (Clauset, Shalizi and
//! Newman 2009, appendix C). Since Lambda ≥ 0 bounds that law, its p is too large by up to a factor of two.
//!
//! # How to read it
//! A large p says that the tail can not tell the laws apart, whatever the sign of R. `best_fit` stays the power
//! law unless another law is better with p < 0.1; among several such the one of least AIC is named.
//!
//! # Edge cases
//! A lognormal whose likelihood grows towards the power law itself has R = 0, p = 1.

use crate::error::FitFailure;
use crate::lognormal::Lognormal;
use crate::power_law::PowerLaw;
use crate::tail::{Tail, check_ascending};
use crate::truncated::fit_truncated_to;

/// Below this p the sign of R counts (Clauset, Shalizi and Newman 2009, section 5.1).
const SIGNIFICANT: f64 = 0.1;

/// The laws that a tail may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TailLaw {
    /// λ^−alpha.
    PowerLaw,
    /// Normal in ln λ, above xmin.
    Lognormal,
    /// e^(−Lambda·λ), above xmin.
    Exponential,
    /// λ^−alpha·e^(−Lambda·λ).
    TruncatedPowerLaw,
}

impl TailLaw {
    /// The name in column `best_fit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PowerLaw => "power_law",
            Self::Lognormal => "lognormal",
            Self::Exponential => "exponential",
            Self::TruncatedPowerLaw => "truncated_power_law",
        }
    }
}

/// A test of the power law against one other law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// R, above 0 where the power law is the more likely: columns `lr_*`.
    pub ratio: f64,
    /// Probability of an |R| as large if both laws were equally good: columns `lr_*_p`.
    pub p: f64,
}

/// The power law's rivals on its own tail.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternatives {
    /// Against the lognormal.
    pub lognormal: LikelihoodRatio,
    /// Against the exponential.
    pub exponential: LikelihoodRatio,
    /// Against the truncated power law.
    pub truncated: LikelihoodRatio,
    /// The lognormal law, where there is one.
    pub lognormal_law: Option<Lognormal>,
    /// Rate of the exponential, in one over the units of the eigenvalues.
    pub exponential_rate: f64,
    /// The truncated power law's exponent and rate.
    pub truncated_law: (f64, f64),
    /// The law that the tests leave.
    pub best_fit: TailLaw,
}

/// Tests `fit`, which [`fit_power_law`](crate::fit_power_law) found in `eigenvalues` (finite, ascending).
/// The power law's exponent is that of greatest likelihood, also where `fit` corrects it for its bias.
///
/// # Errors
/// Not ascending or not finite; a tail of fewer than two values, or of one value only; values so small or so
/// far apart that a rate of one over them overflows.
pub fn compare_alternatives(eigenvalues: &[f64], fit: &PowerLaw) -> Result<Alternatives, FitFailure> {
    check_ascending(eigenvalues)?;
    let end = fit.xmin_index.saturating_add(fit.tail_len);
    let values = eigenvalues.get(fit.xmin_index..end).unwrap_or_default();
    let all_equal = |value| FitFailure::AllEqual { value, count: values.len() };
    let (Some(&smallest), Some(&largest), true) = (values.first(), values.last(), values.len() > 1) else {
        let (num_values, above_cut) = (eigenvalues.len(), values.len());
        return Err(FitFailure::TooFewValues { num_values, above_cut, needed: 2, cut: 0.0 });
    };
    if smallest >= largest || smallest <= 0.0 {
        return Err(all_equal(largest));
    }
    let tail = Tail::from_values(values.to_vec(), fit.xmin_index);
    let overflow = FitFailure::Overflow { low: smallest, high: largest };
    Ok(Terms::new(&tail).ok_or(overflow)?.alternatives())
}

/// Log-densities in t = ln(λ/xmin) of every value under every law.
struct Terms {
    power: Vec<f64>,
    lognormal: Vec<f64>,
    exponential: Vec<f64>,
    truncated: Vec<f64>,
    lognormal_law: Option<Lognormal>,
    exponential_rate: f64,
    truncated_law: (f64, f64),
}

impl Terms {
    fn new(tail: &Tail) -> Option<Self> {
        let xmin = tail.values[0];
        let logs: Vec<f64> = tail.logs.iter().map(|log| log - tail.logs[0]).collect();
        let excess: Vec<f64> = tail.values.iter().map(|value| (value - xmin) / xmin).collect();
        let beta = tail.alpha(0) - 1.0;
        let power: Vec<f64> = logs.iter().map(|t| beta.ln() - beta * t).collect();
        let lognormal_law = Lognormal::most_likely(logs.iter().copied());
        let lognormal = match lognormal_law {
            Some(law) => logs.iter().map(|&t| law.log_density(t)).collect(),
            None => power.clone(),
        };
        let u = excess.len() as f64 / excess.iter().sum::<f64>();
        let exponential = logs.iter().zip(&excess).map(|(t, excess)| u.ln() + t - u * excess).collect();
        let (law, shape) = fit_truncated_to(tail)?;
        let exponential_rate = u / xmin;
        if !exponential_rate.is_finite() {
            return None;
        }
        let density = |(t, excess): (&f64, &f64)| -shape.beta * t - shape.u * excess - shape.ln_z;
        let truncated = logs.iter().zip(&excess).map(density).collect();
        Some(Self {
            power,
            lognormal,
            exponential,
            truncated,
            lognormal_law,
            exponential_rate,
            truncated_law: (law.alpha, law.lambda),
        })
    }

    fn alternatives(self) -> Alternatives {
        let lognormal = vuong(&self.power, &self.lognormal);
        let exponential = vuong(&self.power, &self.exponential);
        let ratio = -sum_of_differences(&self.truncated, &self.power).max(0.0);
        let truncated = LikelihoodRatio { ratio, p: libm::erfc((-ratio).sqrt()) };
        // AIC relative to the power law's: twice the further parameters, and 2R.
        let rivals = [
            (TailLaw::Lognormal, lognormal, 2.0 + 2.0 * lognormal.ratio),
            (TailLaw::Exponential, exponential, 2.0 * exponential.ratio),
            (TailLaw::TruncatedPowerLaw, truncated, 2.0 + 2.0 * truncated.ratio),
        ];
        let mut best = (TailLaw::PowerLaw, f64::INFINITY);
        for (law, test, criterion) in rivals {
            if test.ratio < 0.0 && test.p < SIGNIFICANT && criterion < best.1 {
                best = (law, criterion);
            }
        }
        Alternatives {
            lognormal,
            exponential,
            truncated,
            lognormal_law: self.lognormal_law,
            exponential_rate: self.exponential_rate,
            truncated_law: self.truncated_law,
            best_fit: best.0,
        }
    }
}

fn sum_of_differences(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one - other).sum()
}

/// Vuong's test of two laws that are not nested.
fn vuong(one: &[f64], other: &[f64]) -> LikelihoodRatio {
    let count = one.len() as f64;
    let ratio = sum_of_differences(one, other);
    let mean = ratio / count;
    let scatter: f64 = one.iter().zip(other).map(|(one, other)| (one - other - mean).powi(2)).sum();
    let spread = (2.0 * scatter).sqrt();
    // Two names of one law differ by rounding alone.
    let p = if spread > 1e-9 { libm::erfc(ratio.abs() / spread) } else { 1.0 };
    LikelihoodRatio { ratio, p }
}
