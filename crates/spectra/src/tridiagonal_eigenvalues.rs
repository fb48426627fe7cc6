//! A symmetric tridiagonal matrix in, its eigenvalues out, ascending.
//!
//! Intervals are halved, many at a time, until each holds one eigenvalue, and then closed by inverse quadratic
//! interpolation of the determinant, safeguarded by bisection (Chandrupatla 1997): some nine looks at the n minors for
//! an eigenvalue, 60·n² flops, all of them in vectors over the points. The QL iteration needs 15·n² flops, each of
//! which waits for the one before, and takes eight times as long. An eigenvalue is found to some eps of the largest, and
//! bisection never fails to converge.

use pulp::{Arch, Simd, WithSimd};

use crate::bracket::Bracket;
use crate::stop::checkpoint;
use crate::sturm::{Unreduced, look};

/// The eigenvalues of the matrix with this diagonal and these elements beside it, ascending, each within a few
/// eps·|λ|_max.
///
/// The elements are finite and small enough for the sum of three of them.
#[must_use]
pub fn eigenvalues(mut diagonal: Vec<f64>, mut beside: Vec<f64>) -> Vec<f64> {
    let size = diagonal.len();
    let (low, high) = gershgorin(&diagonal, &beside);
    let largest = high.max(-low);
    if largest == 0.0 {
        return diagonal;
    }
    // A power of two that brings the largest bound to 1 or above, below 2; in two steps, since it may be out of range.
    let exponent = largest.log2().floor() as i32;
    let halves = [exponent / 2, exponent - exponent / 2];
    for x in diagonal.iter_mut().chain(&mut beside) {
        *x = *x * power(-halves[0]) * power(-halves[1]);
    }
    let mut values = Vec::with_capacity(size);
    let mut start = 0;
    while start < size {
        let negligible = |e: &f64| e.abs() <= f64::EPSILON / 2.0;
        let end = beside[start.min(size - 1)..].iter().position(negligible).map_or(size, |at| start + at + 1);
        block(&diagonal[start..end], &beside[start..end - 1], &mut values);
        start = end;
    }
    values.iter_mut().for_each(|x| *x = *x * power(halves[0]) * power(halves[1]));
    values.sort_by(f64::total_cmp);
    values
}

fn power(exponent: i32) -> f64 {
    f64::from(exponent).exp2()
}

/// Bounds of all eigenvalues.
pub(crate) fn gershgorin(diagonal: &[f64], beside: &[f64]) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (i, &a) in diagonal.iter().enumerate() {
        let before = if i == 0 { 0.0 } else { beside[i - 1].abs() };
        let radius = before + beside.get(i).map_or(0.0, |e| e.abs());
        (low, high) = (low.min(a - radius), high.max(a + radius));
    }
    (low, high)
}

/// Appends the eigenvalues of a block that does not fall apart.
fn block(diagonal: &[f64], beside: &[f64], values: &mut Vec<f64>) {
    match (diagonal, beside) {
        (&[a], _) => values.push(a),
        (&[a, c], &[b]) => {
            let (middle, half) = (f64::midpoint(a, c), (a - c) / 2.0);
            let radius = half.hypot(b);
            values.extend([middle - radius, middle + radius]);
        }
        _ => Arch::new().dispatch(Search { diagonal, beside, values }),
    }
}

/// The search for the eigenvalues of one block, for one kind of vectors.
struct Search<'a> {
    diagonal: &'a [f64],
    beside: &'a [f64],
    values: &'a mut Vec<f64>,
}

impl WithSimd for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { diagonal, beside, values } = self;
        let squares: Vec<f64> = std::iter::once(0.0).chain(beside.iter().map(|e| e * e)).collect();
        let matrix = Unreduced { diagonal, squares: &squares };
        let start = values.len();
        values.resize(start + diagonal.len(), 0.0);
        let values = &mut values[start..];
        let (mut points, mut seen) = (Vec::new(), Vec::new());
        let (low, high) = gershgorin(diagonal, beside);
        points.extend([low - 4.0 * f64::EPSILON, high + 4.0 * f64::EPSILON]);
        look(simd, &matrix, &mut points, &mut seen);
        let mut open =
            Vec::from_iter(Bracket::new([points[0], points[1]], [&seen[0], &seen[1]], diagonal.len()));
        let mut next = Vec::with_capacity(diagonal.len());
        while !open.is_empty() {
            checkpoint();
            points.clear();
            points.extend(open.iter().map(Bracket::point));
            look(simd, &matrix, &mut points, &mut seen);
            for ((bracket, &point), seen) in open.drain(..).zip(&points).zip(&seen) {
                for part in bracket.split(point, seen).into_iter().flatten() {
                    match part.closed() {
                        Some(value) => values[part.eigenvalues()].fill(value),
                        None => next.push(part),
                    }
                }
            }
            std::mem::swap(&mut open, &mut next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_difference_has_its_cosines() {
        for n in [1, 2, 3, 10, 65, 400] {
            let values = eigenvalues(vec![2.0; n], vec![-1.0; n - 1]);
            for (k, value) in values.iter().enumerate() {
                let angle = std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64;
                assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 16.0 * f64::EPSILON, "{n} {k}");
            }
        }
    }

    #[test]
    fn a_diagonal_matrix_and_no_matrix_are_left_alone() {
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(eigenvalues(vec![3.0, -1.0, 2.0], vec![0.0; 2])), bits(vec![-1.0, 2.0, 3.0]));
        assert!(eigenvalues(Vec::new(), Vec::new()).is_empty());
    }

    #[test]
    fn a_zero_diagonal_has_pairs_of_opposite_values() {
        let values = eigenvalues(vec![0.0; 8], vec![1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]);
        for (a, b) in values.iter().zip(values.iter().rev()) {
            assert!((a + b).abs() < 1e-14);
        }
    }
}
