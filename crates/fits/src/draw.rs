//! A seed and a place in, random numbers and random samples of a spectrum out.
//!
//! Every sample has a stream of its own, named by the seed and its number, so that it does not depend
//! on which samples were drawn before it, or by which thread.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::package_powerlaw::share_below;
use crate::power_law::PowerLaw;
use crate::power_law_options::Xmax;
use crate::tail::Tail;

/// A stream of random numbers: xoshiro256++ of Blackman and Vigna (2019).
#[derive(Debug)]
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// The stream of sample `number` under `seed`.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Uniform in (0, 1].
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// Below `bound`, which is at least 1; the bias is below bound/2⁶⁴.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// As many values as `tail` has, each drawn from it anew; ascending. None where all are equal.
    pub(crate) fn cases(&mut self, tail: &Tail) -> Option<Tail> {
        let n = tail.len();
        let mut counts = vec![0usize; n];
        for _ in 0..n {
            counts[self.below(n)] += 1;
        }
        let repeated =
            tail.values.iter().zip(counts).flat_map(|(&value, count)| std::iter::repeat_n(value, count));
        with_spread(repeated.collect())
    }

    /// As many values as `tail` has, each from the law of `fit` with the share of its tail, or else one of
    /// the values below xmin (Clauset, Shalizi and Newman 2009, section 4.1); ascending.
    pub(crate) fn under(&mut self, tail: &Tail, fit: &PowerLaw, xmax: Xmax) -> Option<Tail> {
        let n = tail.len();
        let body = n - fit.tail_len.min(n);
        let below_end = match xmax {
            Xmax::Force => share_below((fit.xmax / fit.xmin).ln(), fit.alpha),
            Xmax::None | Xmax::DropLargest(_) => 1.0,
        };
        let draw = |_| {
            let place = self.below(n);
            if place < body {
                tail.values[self.below(body)]
            } else {
                let above = 1.0 - below_end * (1.0 - self.uniform());
                fit.xmin * above.powf(-1.0 / (fit.alpha - 1.0))
            }
        };
        let mut values: Vec<f64> = (0..n).map(draw).filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        with_spread(values)
    }
}

/// A tail needs two different values.
fn with_spread(values: Vec<f64>) -> Option<Tail> {
    (values.first() < values.last()).then(|| Tail::from_values(values, 0))
}
