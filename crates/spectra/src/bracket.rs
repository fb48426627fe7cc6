//! An interval that holds eigenvalues and a look at a point inside in, narrower intervals out.

use std::ops::Range;

use crate::sturm::Sturm;

/// Width at which an interval counts as a number, for eigenvalues below 2 in size: two of their last places.
const CLOSED: f64 = 2.0 * f64::EPSILON;

/// An end of an interval and the determinant there: positive at the lower end, negative at the upper one, since one
/// eigenvalue lies between them wherever the sign matters.
#[derive(Clone, Copy, Debug)]
struct End {
    at: f64,
    fraction: f64,
    exponent: i64,
    below: usize,
}

impl End {
    fn new(at: f64, seen: &Sturm, below: usize) -> Self {
        Self { at, fraction: seen.fraction, exponent: seen.exponent, below }
    }

    /// det/2^exponent for an exponent that is not smaller; what is too small to matter ends in some tiny number.
    fn scaled(&self, exponent: i64) -> f64 {
        let biased = (self.exponent - exponent).clamp(-900, 0) + 1023;
        self.fraction * f64::from_bits((biased as u64) << 52)
    }
}

/// An interval with one eigenvalue or more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bracket {
    low: End,
    high: End,
    /// The end that was given up last, once one eigenvalue is left; nothing before the first such step.
    given_up: Option<End>,
    /// Whether the newest end is the lower one.
    low_is_new: bool,
}

impl Bracket {
    /// The interval between two points that hold all `count` eigenvalues between them; nothing if there are none.
    pub(crate) fn new(at: [f64; 2], seen: [&Sturm; 2], count: usize) -> Option<Self> {
        let (low, high) = (End::new(at[0], seen[0], 0), End::new(at[1], seen[1], count));
        (count > 0).then_some(Self { low, high, given_up: None, low_is_new: true })
    }

    /// The indices of its eigenvalues among all.
    pub(crate) const fn eigenvalues(&self) -> Range<usize> {
        self.low.below..self.high.below
    }

    /// The value of its eigenvalues if it is narrow enough.
    pub(crate) fn closed(&self) -> Option<f64> {
        let middle = f64::midpoint(self.low.at, self.high.at);
        (self.high.at - self.low.at <= CLOSED).then_some(middle)
    }

    /// The point inside at which to look next.
    pub(crate) fn point(&self) -> f64 {
        let (new, old) = if self.low_is_new { (self.low, self.high) } else { (self.high, self.low) };
        let step = self.given_up.and_then(|third| interpolate(new, old, third)).unwrap_or(0.5);
        // Nearly the final width away from the nearer end: wherever the root is closer to it, that closes the interval.
        let least = (0.9 * CLOSED / (self.high.at - self.low.at)).min(0.5);
        new.at + step.clamp(least, 1.0 - least) * (old.at - new.at)
    }

    /// The parts below and above a point that hold eigenvalues.
    pub(crate) fn split(self, at: f64, seen: &Sturm) -> [Option<Self>; 2] {
        // Rounding may make counts differ by some near an eigenvalue; the ends of the interval are believed.
        let below = seen.below.clamp(self.low.below, self.high.below);
        let middle = End::new(at, seen, below);
        let part = |low: End, high: End, low_is_new, given_up: End| {
            let (before, now) = (self.high.below - self.low.below, high.below - low.below);
            let given_up = (before == 1).then_some(given_up);
            (now > 0).then_some(Self { low, high, given_up, low_is_new })
        };
        [part(self.low, middle, false, self.high), part(middle, self.high, true, self.low)]
    }
}

/// How far from the newest end towards the other one the inverse parabola through three points has its root; nothing
/// where it can't be trusted (Chandrupatla's criterion).
fn interpolate(new: End, old: End, third: End) -> Option<f64> {
    let exponent = new.exponent.max(old.exponent).max(third.exponent);
    // A new end takes the place of the one on its own side, so the third is beyond it and has its sign.
    let (a, b, c) = (new.scaled(exponent), -old.scaled(exponent), third.scaled(exponent));
    let xi = (new.at - old.at) / (third.at - old.at);
    let phi = (a - b) / (c - b);
    if !(phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi) {
        return None;
    }
    let stretch = (third.at - new.at) / (old.at - new.at);
    let step = a / (b - a) * c / (b - c) + stretch * a / (c - a) * b / (c - b);
    step.is_finite().then_some(step)
}
