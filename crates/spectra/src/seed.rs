//! A seed and the place of a draw in, a stream of random numbers out.
//!
//! Every draw of a run has its own stream, named by the seed and a path such as (layer, slice, replica), so that no draw
//! depends on the number of threads or on which other draws were made.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A stream of random numbers: xoshiro256++ of Blackman and Vigna (2019).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of `seed` at `path`; different paths give unrelated streams.
    #[must_use]
    pub fn new(seed: u64, path: &[u64]) -> Self {
        let start = mix(seed ^ mix(path.len() as u64));
        Self(Xoshiro256PlusPlus::seed_from_u64(
            path.iter().fold(start, |state, &step| mix(state ^ mix(step))),
        ))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, all equally likely; 0 if `bound` is 0.
    ///
    /// Lemire, "Fast random integer generation in an interval" (2019): a multiplication, and rarely a second draw.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = |bits: u64| u128::from(bits) * u128::from(bound);
        let mut product = wide(self.bits());
        if (product as u64) < bound {
            let reject = bound.wrapping_neg() % bound;
            while (product as u64) < reject {
                product = wide(self.bits());
            }
        }
        (product >> 64) as u64
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every bit over the word.
const fn mix(word: u64) -> u64 {
    let z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_stream() {
        let first = |seed, path: &[u64]| Stream::new(seed, path).bits();
        assert_eq!(first(1, &[2, 3]), first(1, &[2, 3]));
        let all = [first(1, &[2, 3]), first(1, &[3, 2]), first(2, &[2, 3]), first(1, &[2]), first(1, &[])];
        for i in 1..all.len() {
            assert!(!all[..i].contains(&all[i]));
        }
    }

    #[test]
    fn numbers_below_a_bound_are_spread_evenly() {
        let mut stream = Stream::new(7, &[]);
        let mut counts = [0_i32; 6];
        for _ in 0..60_000 {
            counts[stream.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (count - 10_000).abs() < 500), "{counts:?}");
        assert_eq!(stream.below(0), 0);
    }
}
