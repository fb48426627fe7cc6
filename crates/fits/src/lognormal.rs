//! Logarithms of a tail in, the lognormal law of greatest likelihood on that tail out.
//!
//! With t = ln(λ/xmin) ≥ 0 the law is a normal one cut off below 0. Its first two moments determine it:
//! for a = −μ/σ and the hazard H(a) = φ(a)/(1 − Φ(a)), the mean of t is σ(H − a) and the mean of t² over
//! the square of the mean is r(a) = (1 − a(H − a))/(H − a)², which falls from 2 to 1 as a falls. Data whose r
//! is 2 or more have no lognormal law: the likelihood grows towards a → ∞, which is the power law.

use std::f64::consts::{PI, SQRT_2};

/// From here on the hazard comes from its continued fraction.
const FRACTION_FROM: f64 = 2.0;
/// Terms of the fraction; at 2 the last one changes nothing.
const TERMS: u32 = 120;
/// Beyond this the law can not be told from the power law.
const LARGEST: f64 = 1e4;
const SMALLEST: f64 = -1e4;

/// A lognormal law on λ ≥ xmin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lognormal {
    /// Mean of the logarithm of the whole law, relative to ln xmin; far below 0 where only the far tail is seen.
    pub mu: f64,
    /// Standard deviation of the logarithm of the whole law.
    pub sigma: f64,
}

impl Lognormal {
    /// The law of greatest likelihood for the `logs` t ≥ 0 of a tail, or none where that is the power law.
    pub(crate) fn most_likely(logs: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let count = logs.clone().count() as f64;
        let mean = logs.clone().sum::<f64>() / count;
        let ratio = logs.map(|t| t * t).sum::<f64>() / count / (mean * mean);
        if ratio.is_nan() || ratio >= moment_ratio(LARGEST) || ratio <= 1.0 {
            return None;
        }
        let (mut low, mut high) = (SMALLEST, LARGEST);
        // Halving in sinh keeps both small and large a precise.
        for _ in 0..80 {
            let middle = (0.5 * (low.asinh() + high.asinh())).sinh();
            if moment_ratio(middle) < ratio { low = middle } else { high = middle }
        }
        let a = 0.5 * (low + high);
        let sigma = mean / excess_of_hazard(a).0;
        Some(Self { mu: -a * sigma, sigma })
    }

    /// ln of the density in t.
    pub(crate) fn log_density(&self, t: f64) -> f64 {
        let z = (t - self.mu) / self.sigma;
        let a = -self.mu / self.sigma;
        -0.5 * z * z - 0.5 * (2.0 * PI).ln() - self.sigma.ln() - ln_survival(a)
    }
}

/// H(a) − a, and r(a)·(H(a) − a).
fn excess_of_hazard(a: f64) -> (f64, f64) {
    if a < FRACTION_FROM {
        let density = (-0.5 * a * a).exp() / (2.0 * PI).sqrt();
        let excess = density / (0.5 * libm::erfc(a / SQRT_2)) - a;
        return (excess, (1.0 - a * excess) / excess);
    }
    // H − a = 1/(a + E), E = 2/(a + 3/(a + …)), and 1 − a(H − a) = E(H − a): nothing cancels.
    let deep = (3..TERMS).rev().fold(0.0, |below, k| f64::from(k) / (a + below));
    let second = 2.0 / (a + deep);
    (1.0 / (a + second), second)
}

fn moment_ratio(a: f64) -> f64 {
    let (excess, scaled) = excess_of_hazard(a);
    scaled / excess
}

/// ln(1 − Φ(a)).
fn ln_survival(a: f64) -> f64 {
    if a < FRACTION_FROM {
        (0.5 * libm::erfc(a / SQRT_2)).ln()
    } else {
        let hazard = a + excess_of_hazard(a).0;
        -0.5 * a * a - 0.5 * (2.0 * PI).ln() - hazard.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_hazard_agree_where_they_meet() {
        let (below, above) = (FRACTION_FROM - 1e-9, FRACTION_FROM);
        assert!((excess_of_hazard(below).0 - excess_of_hazard(above).0).abs() < 1e-8);
        assert!((moment_ratio(below) - moment_ratio(above)).abs() < 1e-8);
        assert!((ln_survival(below) - ln_survival(above)).abs() < 1e-8);
        // 1 − Φ(2) and H(10) by mpmath.
        assert!((ln_survival(2.0).exp() - 0.022_750_131_948_179_21).abs() < 1e-15);
        assert!((excess_of_hazard(10.0).0 - 0.098_093_233_962_518_6).abs() < 1e-9);
    }

    #[test]
    fn the_quantiles_of_a_law_give_it_back() {
        for (mu, sigma) in [(1.0, 0.5), (0.0, 1.0), (-3.0, 1.5)] {
            let law = Lognormal { mu, sigma };
            // Quantiles by summing the density over a fine grid.
            let (n, step) = (4000, 2e-4);
            let (mut logs, mut mass, mut t) = (Vec::new(), 0.0, 0.0);
            while logs.len() < n && t < 20.0 {
                mass += step * law.log_density(t + 0.5 * step).exp();
                t += step;
                while logs.len() < n && (logs.len() as f64 + 0.5) / (n as f64) < mass {
                    logs.push(t - 0.5 * step);
                }
            }
            let found = Lognormal::most_likely(logs.iter().copied()).unwrap();
            assert!((found.sigma / sigma - 1.0).abs() < 0.03, "{found:?}");
            assert!((found.mu - mu).abs() < 0.03 * (1.0 + mu.abs()) * 3.0, "{found:?}");
        }
    }

    #[test]
    fn a_power_law_leaves_no_lognormal_or_a_far_one() {
        let logs: Vec<f64> = (0..1000).map(|i| -(1.0 - (f64::from(i) + 0.5) / 1000.0).ln()).collect();
        if let Some(found) = Lognormal::most_likely(logs.iter().copied()) {
            assert!(found.mu < -20.0, "{found:?}");
        }
        let heavier: Vec<f64> = logs.iter().map(|t| t.powf(1.3)).collect();
        assert!(Lognormal::most_likely(heavier.iter().copied()).is_none());
    }
}
