//! Numbers and a seed in, a confidence interval of their mean out.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::density::{count, mean, quantile};
use crate::student::{expanded, student_quantile};

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

/// With fewer resampled means than this outside, where an interval ends is known no more.
const RESOLVED: f64 = 5.0;

/// Bootstrap interval of the mean of `values`, the same for the same seed: percentiles, taken further out the fewer the values
/// are (Hesterberg 2015). None for fewer than three values: their resamples say nothing.
///
/// Plain percentiles (Efron, Tibshirani 1993, chapter 13) are too narrow for a few layers: over 10 without any difference they
/// find one in 10 % of the pairs. Where the confidence is so high, or the values are so few, that the resamples can't tell
/// the ends, the interval is at least Student's: no resample of six values lies outside of them.
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
    let fewest = if second.len() > 1 { first.len().min(second.len()) } else { first.len() };
    let outside = expanded((1.0 - confidence) / 2.0, fewest);
    let estimate = mean(first) - mean(second);
    let (mut low, mut high) = (quantile(&means, outside), quantile(&means, 1.0 - outside));
    if outside * count(resamples) < RESOLVED {
        let error = (variance_of_mean(first) + variance_of_mean(second)).sqrt();
        let half = error * student_quantile((1.0 - confidence) / 2.0, fewest - 1);
        (low, high) = (low.min(estimate - half), high.max(estimate + half));
    }
    Some(Interval { estimate, low, high })
}

/// The variance of the mean of `values`, estimated; none of a number that is given.
fn variance_of_mean(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle) * (value - middle)).sum();
    squares / count(values.len() - 1) / count(values.len())
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
        let values = [0.2, 0.5, 0.1, 0.9, 0.4, 0.6, 0.3, 0.7];
        assert_eq!(mean_interval(&values, 0.95, 2000, 7), mean_interval(&values, 0.95, 2000, 7));
        assert_ne!(mean_interval(&values, 0.95, 2000, 7), mean_interval(&values, 0.95, 2000, 8));
    }

    #[test]
    fn a_clear_difference_excludes_zero_and_noise_does_not() {
        let clear = mean_interval(&[0.4, 0.5, 0.6, 0.45, 0.55, 0.5], 0.95, 2000, 1).unwrap();
        assert!(clear.excludes_zero() && clear.low > 0.35 && clear.high < 0.65);
        let noise = mean_interval(&[1.0, -1.2, 0.8, -0.7, 0.3, -0.1], 0.95, 2000, 1).unwrap();
        assert!(!noise.excludes_zero());
    }

    /// How many of 400 intervals over `layers` values miss the mean of `draw`.
    fn missed(layers: usize, mean: f64, draw: fn(&mut Xoshiro256PlusPlus) -> f64) -> usize {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let misses = |run: &u64| {
            let values: Vec<f64> = (0..layers).map(|_| draw(&mut random)).collect();
            let interval = mean_interval(&values, 0.95, 400, *run).unwrap();
            interval.low > mean || interval.high < mean
        };
        (0..400).filter(misses).count()
    }

    fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
        random.next_u64() as f64 / 2.0_f64.powi(64)
    }

    #[test]
    fn the_interval_covers_a_planted_mean_about_as_often_as_it_says() {
        // The sum of 12 uniform numbers is close to normal.
        let normal = |random: &mut Xoshiro256PlusPlus| (0..12).map(|_| uniform(random)).sum::<f64>();
        let skewed = |random: &mut Xoshiro256PlusPlus| -(1.0 - uniform(random)).ln();
        for (layers, most) in [(6, 32), (8, 32), (18, 32), (40, 32)] {
            let found = missed(layers, 6.0, normal);
            assert!(found <= most, "{found} of 400 over {layers} normal values");
        }
        for (layers, most) in [(8, 56), (18, 48)] {
            let found = missed(layers, 1.0, skewed);
            assert!(found <= most, "{found} of 400 over {layers} skewed values");
        }
    }

    #[test]
    fn where_resamples_can_not_tell_the_ends_the_interval_is_students() {
        let values = [0.8, 1.0, 1.2, 0.9, 1.1];
        // The mean of 1, its error of √(0.025/5), and 8.610, which Student's law with 4 degrees exceeds in 0.05 %.
        let wide = mean_interval(&values, 0.999, 1000, 1).unwrap();
        let half = 8.610 * 0.005_f64.sqrt();
        assert!(
            (wide.low - (1.0 - half)).abs() < 1e-3 && (wide.high - (1.0 + half)).abs() < 1e-3,
            "{wide:?}"
        );
    }

    #[test]
    fn two_values_are_too_few() {
        assert_eq!(mean_interval(&[1.0, 2.0], 0.95, 100, 1), None);
    }
}
