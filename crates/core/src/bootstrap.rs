//! Numbers and a seed in, a confidence interval of their mean out.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::density::{count, mean, quantile};

/// An interval with the statistic inside.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Interval {
    /// The statistic of the values as they are.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether zero lies outside.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Percentile bootstrap interval of the mean of `values` (Efron, Tibshirani, An Introduction to the Bootstrap, 1993,
/// chapter 13), the same for the same seed. None for fewer than three values: their resamples say nothing.
#[must_use]
pub fn mean_interval(values: &[f64], confidence: f64, resamples: usize, seed: u64) -> Option<Interval> {
    difference_interval(values, &[0.0], confidence, resamples, seed)
}

/// The same for the difference `mean(first) − mean(second)` of independent groups.
#[must_use]
pub fn difference_interval(
    first: &[f64],
    second: &[f64],
    confidence: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    if first.len() < 3 || second.is_empty() || resamples == 0 {
        return None;
    }
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut means: Vec<f64> = (0..resamples)
        .map(|_| resampled_mean(first, &mut random) - resampled_mean(second, &mut random))
        .collect();
    means.sort_by(f64::total_cmp);
    let outside = (1.0 - confidence) / 2.0;
    Some(Interval {
        estimate: mean(first) - mean(second),
        low: quantile(&means, outside),
        high: quantile(&means, 1.0 - outside),
    })
}

fn resampled_mean(values: &[f64], random: &mut Xoshiro256PlusPlus) -> f64 {
    if let [only] = values {
        return *only;
    }
    values.iter().map(|_| values[below(values.len(), random)]).sum::<f64>() / count(values.len())
}

/// A uniform index below `end`: the high half of a 64×64-bit product, whose bias at these sizes is below 2^−50.
fn below(end: usize, random: &mut Xoshiro256PlusPlus) -> usize {
    let product = u128::from(random.next_u64()) * end as u128;
    usize::try_from(product >> 64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let values = [0.2, 0.5, 0.1, 0.9, 0.4];
        assert_eq!(mean_interval(&values, 0.95, 500, 7), mean_interval(&values, 0.95, 500, 7));
        assert_ne!(mean_interval(&values, 0.95, 500, 7), mean_interval(&values, 0.95, 500, 8));
    }

    #[test]
    fn a_clear_difference_excludes_zero_and_noise_does_not() {
        let clear = mean_interval(&[0.4, 0.5, 0.6, 0.45, 0.55, 0.5], 0.95, 2000, 1).unwrap();
        assert!(clear.excludes_zero() && clear.low > 0.4 && clear.high < 0.6);
        let noise = mean_interval(&[1.0, -1.2, 0.8, -0.7, 0.3, -0.1], 0.95, 2000, 1).unwrap();
        assert!(!noise.excludes_zero());
    }

    #[test]
    fn the_interval_covers_a_planted_mean_about_as_often_as_it_says() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut covered = 0;
        for run in 0..400 {
            // The sum of 12 uniform numbers is close to normal; its mean is 6.
            let values: Vec<f64> = (0..40)
                .map(|_| (0..12).map(|_| random.next_u64() as f64 / 2.0_f64.powi(64)).sum::<f64>())
                .collect();
            let interval = mean_interval(&values, 0.95, 400, run).unwrap();
            covered += usize::from(interval.low <= 6.0 && 6.0 <= interval.high);
        }
        assert!((360..=396).contains(&covered), "{covered} of 400");
    }

    #[test]
    fn two_values_are_too_few() {
        assert_eq!(mean_interval(&[1.0, 2.0], 0.95, 100, 1), None);
    }
}
