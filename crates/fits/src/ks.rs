//! A tail and its exponent in, the Kolmogorov–Smirnov distance between them out.
//!
//! The distance is the reference's: D = max_j |1 − (λ_j/λ_i)^(1−α) − (j−i)/m|, which compares the
//! law with the empirical distribution just below each value. A search over many tails needs D only
//! where it is small, so the evaluation stops at the first block that exceeds a limit. Both distributions only rise, so
//! that their values at the two ends of a block bound the deviations inside: most blocks need no look at all.

use crate::exponential_kernel::exp_nonpositive;
use crate::package_powerlaw::share_below;
use crate::power_law_options::Xmax;
use crate::tail::logs_relative_to_last;

/// Values evaluated between two looks at the limit.
const BLOCK: usize = 128;

/// Values between two that bound those between them.
const SPAN: usize = 16;

/// Far above what rounding can put a value beyond its bound, far below every distance.
const ROUNDING: f64 = 1e-12;

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
    /// The law's distribution function at the start of every span, and at the last value.
    edges: Vec<f64>,
}

impl KsSearch {
    /// A search under the law that `xmax` asks for.
    pub(crate) fn new(xmax: Xmax) -> Self {
        Self { arch: pulp::Arch::new(), forced: xmax == Xmax::Force, hint: 0, edges: Vec::new() }
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
        let (largest, at) = self.arch.dispatch(Bounded { law: &law, logs, limit, edges: &mut self.edges });
        if largest > limit {
            self.hint = logs.len() - at;
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

impl Law {
    /// The distribution function at the value of this logarithm.
    #[inline(always)]
    fn share_below(&self, log: f64) -> f64 {
        self.scale * (1.0 - exp_nonpositive(self.exponent * (log - self.first)))
    }
}

/// All deviations that may be the largest, span by span, until one exceeds the limit; and where that was.
struct Bounded<'a> {
    law: &'a Law,
    logs: &'a [f64],
    limit: f64,
    edges: &'a mut Vec<f64>,
}

impl pulp::NullaryFnOnce for Bounded<'_> {
    type Output = (f64, usize);

    #[inline(always)]
    fn call(self) -> (f64, usize) {
        let Self { law, logs, limit, edges } = self;
        let Some(&last) = logs.last() else { return (0.0, 0) };
        edges.clear();
        edges.extend(logs.iter().step_by(SPAN));
        edges.push(last);
        edges.iter_mut().for_each(|edge| *edge = law.share_below(*edge));
        let step = 1.0 / logs.len() as f64;
        let mut largest = 0.0f64;
        for (span, edge) in edges[..edges.len() - 1].iter().enumerate() {
            largest = largest.max((edge - (span * SPAN) as f64 * step).abs());
        }
        if largest > limit {
            let above = |(span, edge): (usize, &f64)| (edge - (span * SPAN) as f64 * step).abs() > limit;
            return (largest, edges.iter().enumerate().position(above).unwrap_or(0) * SPAN);
        }
        for (span, ends) in edges.windows(2).enumerate() {
            let start = span * SPAN;
            let end = logs.len().min(start + SPAN);
            let (below, above) = (ends[1] - start as f64 * step, (end - 1) as f64 * step - ends[0]);
            if below.max(above) + ROUNDING > largest {
                let block = logs.get(start..end).unwrap_or_default();
                largest = largest.max(Deviation { law, block, start: start as f64 }.call());
                if largest > limit {
                    return (largest, start);
                }
            }
        }
        (largest, 0)
    }
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
        let step = 1.0 / self.law.length as f64;
        let mut largest = 0i64;
        for (&log, &rank) in self.block.iter().zip(&RANKS) {
            let deviation = self.law.share_below(log) - (self.start + rank) * step;
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
        for n in [1, 2, 16, 17, 127, 128, 129, 500, 3001] {
            let tail: Vec<f64> = (0..n).map(|i| 3e-4 * (1.0 + f64::from(i * i) / 7.0)).collect();
            for alpha in [1.01, 1.5, 2.0, 5.5, 40.0] {
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
