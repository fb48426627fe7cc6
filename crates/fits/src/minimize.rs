//! A function of one number in, the place of a minimum out.
//!
//! A grid finds the right valley and Nelder and Mead's simplex (1965), with its textbook
//! coefficients, walks down it. Both are spelt out because the Marchenko–Pastur fit is defined by
//! this very procedure: its objective jumps, so another minimiser would end elsewhere.

use std::cell::Cell;

/// Where the simplex stops: both its width and its height are at most this.
const TOLERANCE: f64 = 1e-4;
/// Most evaluations, and most steps.
const PATIENCE: usize = 200;

/// A place and the value there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Minimum {
    pub(crate) at: f64,
    pub(crate) value: f64,
}

/// The first least value on `start`, `start + step`, … below `stop`.
pub(crate) fn least_on_grid(mut f: impl FnMut(f64) -> f64, start: f64, stop: f64, step: f64) -> Minimum {
    let points = ((stop - start) / step).ceil().clamp(1.0, 1e6) as usize;
    let mut best = Minimum { at: start, value: f64::INFINITY };
    for k in 0..points {
        let at = k as f64 * step + start;
        let value = f(at);
        if value < best.value {
            best = Minimum { at, value };
        }
    }
    best
}

/// The simplex of two points, from `start` and 5 % beyond it.
pub(crate) fn nelder_mead(mut f: impl FnMut(f64) -> f64, start: f64) -> Minimum {
    let calls = Cell::new(0);
    let mut probe = |at: f64| {
        calls.set(calls.get() + 1);
        Minimum { at, value: f(at) }
    };
    let (mut best, mut worst) = (probe(start), probe(1.05 * start));
    order(&mut best, &mut worst);
    let mut steps = 1;
    while calls.get() < PATIENCE && steps < PATIENCE {
        if (worst.at - best.at).abs() <= TOLERANCE && (worst.value - best.value).abs() <= TOLERANCE {
            break;
        }
        let reflected = probe(2.0 * best.at - worst.at);
        if reflected.value < best.value {
            let expanded = probe(3.0 * best.at - 2.0 * worst.at);
            worst = if expanded.value < reflected.value { expanded } else { reflected };
        } else {
            let outside = reflected.value < worst.value;
            let share = if outside { 1.5 } else { 0.5 };
            let contracted = probe(share * best.at + (1.0 - share) * worst.at);
            let accepted =
                if outside { contracted.value <= reflected.value } else { contracted.value < worst.value };
            worst = if accepted { contracted } else { probe(best.at + 0.5 * (worst.at - best.at)) };
        }
        order(&mut best, &mut worst);
        steps += 1;
    }
    best
}

fn order(best: &mut Minimum, worst: &mut Minimum) {
    if worst.value < best.value {
        std::mem::swap(best, worst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simplex_finds_the_bottom_of_a_valley() {
        let found = nelder_mead(|x| (x - 1.7).powi(2) + 3.0, 1.0);
        assert!((found.at - 1.7).abs() < 1e-3 && (found.value - 3.0).abs() < 1e-6);
    }

    #[test]
    fn a_flat_function_ends_where_it_began() {
        assert_eq!(nelder_mead(|_| 1.0, 0.5), Minimum { at: 0.5, value: 1.0 });
        assert_eq!(least_on_grid(|_| 1.0, 0.1, 1.0, 0.1).at.to_bits(), 0.1f64.to_bits());
    }
}
