//! A symmetric tridiagonal matrix and some of its eigenvalues in, their eigenvectors out.
//!
//! Inverse iteration: (T − λ)·x = v makes of almost any v the eigenvector, in one or two rounds of 20·n flops. Vectors
//! of eigenvalues near each other come out alike and are made orthogonal on the way (Peters and Wilkinson 1979; the
//! rules are those of Dhillon's account of LAPACK's `dstein`, 1998). There are matrices that it fails on, so every vector
//! is checked and nothing is returned unless all of them hold.

use pulp::{Arch, Simd, WithSimd};

use crate::columns::{add, dot};
use crate::seed::Stream;
use crate::stop::checkpoint;
use crate::tridiagonal_eigenvalues::gershgorin;

/// Eigenvalues nearer than this share of the largest have their vectors made orthogonal.
const NEAR: f64 = 1e-3;

/// Rounds before it is given up.
const ROUNDS: usize = 6;

/// Unit eigenvectors of the matrix with this diagonal and these elements beside it, n×k, column-major; nothing if one of
/// them can't be had to within some n·eps·|λ|_max.
///
/// `values` are k of its eigenvalues, descending.
pub(crate) fn eigenvectors(diagonal: &[f64], beside: &[f64], values: &[f64]) -> Option<Vec<f64>> {
    Arch::new().dispatch(Iteration { diagonal, beside, values })
}

struct Iteration<'a> {
    diagonal: &'a [f64],
    beside: &'a [f64],
    values: &'a [f64],
}

impl WithSimd for Iteration<'_> {
    type Output = Option<Vec<f64>>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Option<Vec<f64>> {
        let Self { diagonal, beside, values } = self;
        let n = diagonal.len();
        let (low, high) = gershgorin(diagonal, beside);
        let norm = high.max(-low);
        let rounding = f64::EPSILON * norm;
        if rounding == 0.0 {
            return None;
        }
        let mut vectors = vec![0.0; n * values.len()];
        let mut factors = Factors::default();
        let (mut above, mut near) = (f64::INFINITY, 0);
        for (k, &value) in values.iter().enumerate() {
            checkpoint();
            // Equal eigenvalues would send the same start to the same vector.
            let shift = value.min(above - 10.0 * rounding);
            above = shift;
            while values[near] - value > NEAR * norm {
                near += 1;
            }
            factors.factor(diagonal, beside, shift, rounding);
            let (found, rest) = vectors.split_at_mut(k * n);
            let (x, found) = (&mut rest[..n], &found[near * n..]);
            start(x, k);
            let mut rounds = 0;
            loop {
                factors.solve(x);
                orthogonalise(simd, x, found)?;
                rounds += 1;
                let close = residual(diagonal, beside, value, x) <= 16.0 * n as f64 * rounding;
                if close && rounds >= 2 {
                    break;
                }
                if rounds == ROUNDS {
                    return None;
                }
            }
        }
        Some(vectors)
    }
}

/// Numbers between −1 and 1, the same for the same vector.
fn start(x: &mut [f64], vector: usize) {
    let mut stream = Stream::new(0, &[vector as u64]);
    x.iter_mut().for_each(|x| *x = stream.bits() as i64 as f64 * 0.5_f64.powi(63));
}

/// x less its part in the span of unit vectors, one unit long; nothing if no part of it is left.
#[inline(always)]
fn orthogonalise<S: Simd>(simd: S, x: &mut [f64], found: &[f64]) -> Option<()> {
    normalise(simd, x)?;
    for unit in found.chunks_exact(x.len()) {
        let [part] = dot(simd, [unit], x);
        add(simd, x, [unit], [-part]);
    }
    normalise(simd, x)
}

#[inline(always)]
fn normalise<S: Simd>(simd: S, x: &mut [f64]) -> Option<()> {
    // A solution may be as large as 1/eps of a large start: the largest element first, so that no square overflows.
    let largest = x.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
    if !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    x.iter_mut().for_each(|x| *x /= largest);
    let [square] = dot(simd, [&*x], x);
    let length = square.sqrt();
    x.iter_mut().for_each(|x| *x /= length);
    Some(())
}

/// ‖T·x − λ·x‖ for a unit vector.
fn residual(diagonal: &[f64], beside: &[f64], value: f64, x: &[f64]) -> f64 {
    let n = x.len();
    let mut sum = 0.0;
    for i in 0..n {
        let before = if i > 0 { beside[i - 1] * x[i - 1] } else { 0.0 };
        let after = if i + 1 < n { beside[i] * x[i + 1] } else { 0.0 };
        sum += (before + (diagonal[i] - value) * x[i] + after).powi(2);
    }
    sum.sqrt()
}

/// T − λ as a lower and an upper triangle, rows exchanged where the pivot below is larger.
#[derive(Default)]
struct Factors {
    /// The upper triangle's three diagonals, the main one first.
    upper: [Vec<f64>; 3],
    /// What of each row is taken off the next, and whether the two were exchanged.
    lower: Vec<(f64, bool)>,
}

impl Factors {
    fn factor(&mut self, diagonal: &[f64], beside: &[f64], shift: f64, rounding: f64) {
        let n = diagonal.len();
        let [main, second, third] = &mut self.upper;
        main.clear();
        main.extend(diagonal.iter().map(|a| a - shift));
        second.clear();
        second.extend(beside);
        second.push(0.0);
        third.clear();
        third.resize(n, 0.0);
        self.lower.clear();
        for i in 0..n.saturating_sub(1) {
            let below = beside[i];
            let exchanged = below.abs() > main[i].abs();
            if exchanged {
                let (pivot, next) = (main[i], second[i]);
                (main[i], second[i], third[i]) = (below, main[i + 1], second[i + 1]);
                let times = pivot / below;
                (main[i + 1], second[i + 1]) = (next - times * second[i], -times * third[i]);
                self.lower.push((times, true));
            } else {
                // A pivot of zero stands for one that rounding could have left.
                if main[i].abs() < rounding {
                    main[i] = rounding.copysign(main[i]);
                }
                let times = below / main[i];
                main[i + 1] -= times * second[i];
                self.lower.push((times, false));
            }
        }
        if let Some(last) = main.last_mut().filter(|last| last.abs() < rounding) {
            *last = rounding.copysign(*last);
        }
    }

    fn solve(&self, x: &mut [f64]) {
        for (i, &(times, exchanged)) in self.lower.iter().enumerate() {
            if exchanged {
                x.swap(i, i + 1);
            }
            x[i + 1] -= times * x[i];
        }
        let [main, second, third] = &self.upper;
        let n = x.len();
        for i in (0..n).rev() {
            let after = if i + 1 < n { second[i] * x[i + 1] } else { 0.0 };
            let last = if i + 2 < n { third[i] * x[i + 2] } else { 0.0 };
            x[i] = (x[i] - after - last) / main[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tridiagonal_eigenvalues::eigenvalues;

    /// The largest inner product of two vectors, and of a vector with itself less one.
    fn worst_angle(vectors: &[f64], n: usize) -> f64 {
        let mut worst = 0.0_f64;
        for (i, a) in vectors.chunks_exact(n).enumerate() {
            for (j, b) in vectors.chunks_exact(n).enumerate() {
                let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                worst = worst.max((product - f64::from(u8::from(i == j))).abs());
            }
        }
        worst
    }

    fn top(diagonal: &[f64], beside: &[f64], count: usize) -> (Vec<f64>, Vec<f64>) {
        let mut values = eigenvalues(diagonal.to_vec(), beside.to_vec());
        values.reverse();
        values.truncate(count);
        let vectors = eigenvectors(diagonal, beside, &values).expect("no vector was missed");
        (values, vectors)
    }

    #[test]
    fn vectors_are_orthogonal_and_belong_to_their_values() {
        let wilkinson = |n: usize| {
            let diagonal: Vec<f64> = (0..n).map(|i| (i as f64 - (n - 1) as f64 / 2.0).abs()).collect();
            (diagonal, vec![1.0; n - 1])
        };
        let difference = |n: usize| (vec![2.0; n], vec![-1.0; n - 1]);
        let equal = |n: usize| (vec![3.0; n], vec![0.0; n - 1]);
        for (diagonal, beside) in [wilkinson(21), wilkinson(201), difference(300), equal(90)] {
            let n = diagonal.len();
            let (values, vectors) = top(&diagonal, &beside, n / 3);
            assert!(worst_angle(&vectors, n) < 1e-13, "{n}: {}", worst_angle(&vectors, n));
            for (value, x) in values.iter().zip(vectors.chunks_exact(n)) {
                let off = residual(&diagonal, &beside, *value, x);
                assert!(off < 16.0 * n as f64 * f64::EPSILON * values[0], "{n}: {value} is off by {off}");
            }
        }
    }

    #[test]
    fn a_zero_matrix_has_no_direction_of_its_own() {
        assert!(eigenvectors(&[0.0; 5], &[0.0; 4], &[0.0]).is_none());
    }
}
