//! A tail and its exponent in, the Kolmogorov–Smirnov distance between them out.
//!
//! The distance is the reference's: D = max_j |1 − (λ_j/λ_i)^(1−α) − (j−i)/m|, which compares the
//! law with the empirical distribution just below each value. A search over many tails needs D only
//! where it is small, so the evaluation stops at the first block that exceeds a limit.

use crate::exponential_kernel::exp_nonpositive;
use crate::package_powerlaw::share_below;
use crate::power_law_options::Xmax;
use crate::tail::logs_relative_to_last;

/// Values evaluated between two looks at the limit.
const BLOCK: usize = 128;

/// Distance between each value of `tail` (positive, ascending) and the power law that starts at its
/// first value with density exponent `alpha` > 1. An empty tail has distance 0.
#[must_use]
pub fn ks_distance(tail: &[f64], alpha: f64) -> f64 {
    let logs = logs_relative_to_last(tail);
    KsSearch::new(Xmax::None).distance(&logs, alpha, f64::INFINITY)
}

/// Evaluates many distances; remembers where the last one was large, because the next candidate's
/// tail differs by one value and is almost always refused at the same place.
#[derive(Debug)]
pub(crate) struct KsSearch {
    arch: pulp::Arch,
    /// Whether the law ends at the last value of the tail.
    forced: bool,
    /// Distance from the *end* of the tail to the block that last exceeded the limit.
    hint: usize,
}

impl KsSearch {
    /// A search under the law that `xmax` asks for.
    pub(crate) fn new(xmax: Xmax) -> Self {
        Self { arch: pulp::Arch::new(), forced: xmax == Xmax::Force, hint: 0 }
    }

    /// D of the tail whose logarithms (up to a constant) are `logs`. If D exceeds `limit`, the answer
    /// is some lower bound of D that exceeds it too.
    pub(crate) fn distance(&mut self, logs: &[f64], alpha: f64, limit: f64) -> f64 {
        let first = logs.first().copied().unwrap_or(0.0);
        let last = logs.last().copied().unwrap_or(0.0);
        let scale = if self.forced { 1.0 / share_below(last - first, alpha) } else { 1.0 };
        let law = Law { first, exponent: 1.0 - alpha, scale, length: logs.len() };
        let hint = logs.len().saturating_sub(self.hint) / BLOCK * BLOCK;
        let at_hint = self.block(&law, logs, hint);
        if at_hint > limit {
            return at_hint;
        }
        let mut largest = 0.0f64;
        for start in (0..logs.len()).step_by(BLOCK) {
            largest = largest.max(self.block(&law, logs, start));
            if largest > limit {
                self.hint = logs.len() - start;
                break;
            }
        }
        largest
    }

    /// The largest deviation among the values `start .. start + BLOCK`.
    fn block(&self, law: &Law, logs: &[f64], start: usize) -> f64 {
        let end = logs.len().min(start + BLOCK);
        let block = logs.get(start..end).unwrap_or_default();
        self.arch.dispatch(Deviation { law, block, start: start as f64 })
    }
}

/// The power law of one candidate.
struct Law {
    first: f64,
    exponent: f64,
    /// What the distribution function is multiplied with.
    scale: f64,
    length: usize,
}

/// One block of deviations, compiled once for every vector width.
struct Deviation<'a> {
    law: &'a Law,
    block: &'a [f64],
    start: f64,
}

impl pulp::NullaryFnOnce for Deviation<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Law { first, exponent, scale, length } = *self.law;
        let step = 1.0 / length as f64;
        let mut largest = 0i64;
        for (&log, &rank) in self.block.iter().zip(&RANKS) {
            let above = exp_nonpositive(exponent * (log - first));
            let deviation = scale * (1.0 - above) - (self.start + rank) * step;
            // Floats without sign order like their bits, and an integer maximum is vector code.
            largest = largest.max(deviation.abs().to_bits() as i64);
        }
        f64::from_bits(largest as u64)
    }
}

/// 0, 1, 2, … as floats: cheaper to load than to convert.
const RANKS: [f64; BLOCK] = {
    let mut ranks = [0.0; BLOCK];
    let mut i = 0;
    while i < BLOCK {
        ranks[i] = i as f64;
        i += 1;
    }
    ranks
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_textbook_formula() {
        for n in [1, 2, 127, 128, 129, 500] {
            let tail: Vec<f64> = (0..n).map(|i| 3e-4 * (1.0 + f64::from(i * i) / 7.0)).collect();
            for alpha in [1.01, 2.0, 5.5, 40.0] {
                let literal = tail
                    .iter()
                    .enumerate()
                    .map(|(j, value)| {
                        (1.0 - (value / tail[0]).powf(1.0 - alpha) - j as f64 / f64::from(n)).abs()
                    })
                    .fold(0.0, f64::max);
                assert!((ks_distance(&tail, alpha) - literal).abs() < 1e-13, "n {n}, alpha {alpha}");
            }
        }
    }
}
