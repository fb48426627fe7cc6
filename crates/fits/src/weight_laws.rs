//! The weights of a layer in, the laws that their positive and negative halves follow out.
//!
//! # What it measures
//! The shape of the weights themselves, not of their spectrum: how heavy each side of their histogram is.
//!
//! # Definition
//! For the values below 0 and those above 0 separately, by maximum likelihood: a power law (Pareto from the smallest
//! magnitude on), an exponential from 0 on, a lognormal, and, on the signed values, a Laplace law about their median
//! with their mean absolute deviation. Each has its two-sided KS distance, the p-value of that (the Kolmogorov law
//! with the correction of Vrbik 2018), and its log-likelihood. The best has the least distance, then the greatest
//! likelihood (as in `analyze_weights` of weightwatcher's development version, pull request 357).
//!
//! # How to read it
//! By the distances: with thousands of weights each p is next to 0, since no law is exactly true.
//!
//! # Edge cases
//! Zeros and values that are not finite are left out. Fewer than 32 values on a side: no fits. Where all magnitudes
//! of a side are equal only the exponential and the Laplace law are left.

use std::f64::consts::{PI, SQRT_2};

use crate::error::FitFailure;

/// Sides with fewer values are not fitted.
const FEWEST: usize = 32;
/// The least scale of a Laplace law.
const LEAST_SCALE: f64 = 1e-12;

/// One half of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Values below 0, by their magnitudes.
    Left,
    /// Values above 0.
    Right,
}

impl Side {
    /// The name in column `side`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// A law with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeightLaw {
    /// Density shape·scale^shape/x^(shape+1) from `scale` on.
    PowerLaw {
        /// One less than the exponent of the density.
        shape: f64,
        /// Smallest magnitude.
        scale: f64,
    },
    /// Density e^(−x/scale)/scale.
    Exponential {
        /// Mean.
        scale: f64,
    },
    /// Normal in ln x.
    Lognormal {
        /// Standard deviation of ln x.
        sigma: f64,
        /// Median of x.
        scale: f64,
    },
    /// Density e^(−|x−loc|/scale)/(2·scale), of the signed values.
    Laplace {
        /// Median.
        loc: f64,
        /// Mean absolute deviation from it.
        scale: f64,
    },
}

impl WeightLaw {
    /// The name in column `distribution`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PowerLaw { .. } => "power_law",
            Self::Exponential { .. } => "exponential",
            Self::Lognormal { .. } => "lognormal",
            Self::Laplace { .. } => "laplace",
        }
    }

    /// Share of the law below `x`, the signed value for Laplace and the magnitude otherwise.
    fn cumulative(self, x: f64) -> f64 {
        match self {
            Self::PowerLaw { shape, scale } => -(-shape * (x / scale).ln()).exp_m1(),
            Self::Exponential { scale } => -(-x / scale).exp_m1(),
            Self::Lognormal { sigma, scale } => 0.5 * libm::erfc(-(x / scale).ln() / (sigma * SQRT_2)),
            Self::Laplace { loc, scale } => {
                let tail = 0.5 * (-(x - loc).abs() / scale).exp();
                if x < loc { tail } else { 1.0 - tail }
            }
        }
    }

    fn log_density(self, x: f64) -> f64 {
        match self {
            Self::PowerLaw { shape, scale } => shape.ln() - scale.ln() - (shape + 1.0) * (x / scale).ln(),
            Self::Exponential { scale } => -scale.ln() - x / scale,
            Self::Lognormal { sigma, scale } => {
                let z = (x / scale).ln() / sigma;
                -0.5 * z * z - 0.5 * (2.0 * PI).ln() - sigma.ln() - x.ln()
            }
            Self::Laplace { loc, scale } => -(2.0 * scale).ln() - (x - loc).abs() / scale,
        }
    }
}

/// One law fitted to one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightFit {
    /// The law.
    pub law: WeightLaw,
    /// Two-sided KS distance: column `ks_stat`.
    pub ks_distance: f64,
    /// Its p-value: column `ks_pvalue`.
    pub ks_p: f64,
    /// Sum of the log-densities.
    pub log_likelihood: f64,
}

/// All laws of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct SideFits {
    /// Which side.
    pub side: Side,
    /// Number of values on it.
    pub count: usize,
    /// The fits, in the order of [`WeightLaw`].
    pub fits: Vec<WeightFit>,
    /// The place of the best among them: column `is_best_fit`.
    pub best: usize,
}

/// Fits one side of `weights`, in any order.
///
/// # Errors
/// Fewer than 32 finite values on that side.
pub fn fit_weights(weights: &[f64], side: Side) -> Result<SideFits, FitFailure> {
    let magnitude = |&weight: &f64| match side {
        Side::Left => -weight,
        Side::Right => weight,
    };
    let on_side = weights.iter().filter(|weight| weight.is_finite()).map(magnitude);
    let mut values: Vec<f64> = on_side.filter(|&value| value > 0.0).collect();
    let count = values.len();
    if count < FEWEST {
        let num_values = weights.len();
        return Err(FitFailure::TooFewValues { num_values, above_cut: count, needed: FEWEST, cut: 0.0 });
    }
    values.sort_unstable_by(f64::total_cmp);
    let mut laws = laws_of_magnitudes(&values);
    let mut fits: Vec<WeightFit> = laws.drain(..).map(|law| WeightFit::new(law, &values)).collect();
    if side == Side::Left {
        values.iter_mut().for_each(|value| *value = -*value);
        values.reverse();
    }
    let loc = 0.5 * (values[(count - 1) / 2] + values[count / 2]);
    let deviation = values.iter().map(|value| (value - loc).abs()).sum::<f64>() / count as f64;
    fits.push(WeightFit::new(WeightLaw::Laplace { loc, scale: deviation.max(LEAST_SCALE) }, &values));
    let better = |one: &WeightFit, other: &WeightFit| {
        let by_distance = one.ks_distance.total_cmp(&other.ks_distance);
        by_distance.then(other.log_likelihood.total_cmp(&one.log_likelihood)).is_lt()
    };
    let best = (1..fits.len()).fold(0, |best, k| if better(&fits[k], &fits[best]) { k } else { best });
    Ok(SideFits { side, count, fits, best })
}

/// The laws of `values` (positive, ascending) that exist.
fn laws_of_magnitudes(values: &[f64]) -> Vec<WeightLaw> {
    let count = values.len() as f64;
    let smallest = values[0];
    let mean_log = values.iter().map(|value| (value / smallest).ln()).sum::<f64>() / count;
    let square = |value: &f64| ((value / smallest).ln() - mean_log).powi(2);
    let sigma = (values.iter().map(square).sum::<f64>() / count).sqrt();
    let exponential = WeightLaw::Exponential { scale: values.iter().sum::<f64>() / count };
    if mean_log > 0.0 && sigma > 0.0 {
        let power_law = WeightLaw::PowerLaw { shape: 1.0 / mean_log, scale: smallest };
        let lognormal = WeightLaw::Lognormal { sigma, scale: smallest * mean_log.exp() };
        vec![power_law, exponential, lognormal]
    } else {
        vec![exponential]
    }
}

impl WeightFit {
    /// Judges `law` on ascending `values`.
    fn new(law: WeightLaw, values: &[f64]) -> Self {
        let count = values.len() as f64;
        let (mut ks_distance, mut log_likelihood) = (0.0f64, 0.0);
        for (rank, &value) in values.iter().enumerate() {
            let below = law.cumulative(value);
            let rank = rank as f64;
            ks_distance = ks_distance.max(below - rank / count).max((rank + 1.0) / count - below);
            log_likelihood += law.log_density(value);
        }
        Self { law, ks_distance, ks_p: kolmogorov_p(ks_distance, count), log_likelihood }
    }
}

/// Probability of a two-sided KS distance above `distance` from `count` values.
fn kolmogorov_p(distance: f64, count: f64) -> f64 {
    let root = count.sqrt();
    let x = root * distance + 1.0 / (6.0 * root) + (root * distance - 1.0) / (4.0 * count);
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let term = |k: i32| (-(f64::from(2 * k - 1) * PI / x).powi(2) / 8.0).exp();
        return 1.0 - (2.0 * PI).sqrt() / x * (1..20).map(term).sum::<f64>();
    }
    let term = |k: i32| (if k % 2 == 1 { 2.0 } else { -2.0 }) * (-2.0 * (f64::from(k) * x).powi(2)).exp();
    (1..20).map(term).sum::<f64>().clamp(0.0, 1.0)
}
