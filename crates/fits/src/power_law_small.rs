//! The power law of fewer than 20 values: a bias-corrected exponent and no very short tails.
//!
//! The maximum-likelihood exponent of m values is too large by about m/(m − 1); for a tail of three
//! that is half as much again, and the KS distance of such a tail is small by chance.

use crate::ks::KsSearch;
use crate::power_law::{PowerLaw, SampleRule};
use crate::power_law_options::Xmax;
use crate::tail::Tail;

/// Fewer values than this follow the rule of this file.
pub(crate) const SMALL_SAMPLE: usize = 20;
/// The shortest tail that may be chosen.
pub(crate) const SHORTEST_TAIL: usize = 8;

/// The candidate of least distance with a tail of at least 8; below 8 values the tail is all of them.
pub(crate) fn fit_small(tail: &Tail) -> PowerLaw {
    let mut search = KsSearch::new(Xmax::None);
    let rule = if tail.len() < SHORTEST_TAIL { SampleRule::Tiny } else { SampleRule::Small };
    let mut best = (0, f64::INFINITY);
    for i in 0..=tail.len().saturating_sub(SHORTEST_TAIL) {
        let alpha = tail.alpha_small(i);
        if alpha.is_finite() {
            let distance = search.distance(&tail.logs[i..], alpha, best.1);
            if distance < best.1 {
                best = (i, distance);
            }
        }
    }
    PowerLaw::at(tail, best.0, tail.alpha_small(best.0), best.1, rule)
}
