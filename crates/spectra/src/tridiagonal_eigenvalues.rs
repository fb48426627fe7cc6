//! A symmetric tridiagonal matrix in, its eigenvalues out, ascending.
//!
//! The QL iteration without square roots of Pal, Walker and Kahan (Parlett, "The Symmetric Eigenvalue Problem", 8.15):
//! some 15·n² flops, of which two divisions a step decide. It works on the squares of the elements beside the diagonal,
//! so whoever calls keeps them within the range of f64.

use crate::Error;

/// Sweeps that one eigenvalue may take on average; two are usual.
const SWEEPS: usize = 30;

/// The eigenvalues of the matrix with this diagonal and these elements beside it, ascending.
///
/// # Errors
/// [`Error::NoConvergence`] if an eigenvalue takes too many sweeps, which no finite matrix is known to do.
pub(crate) fn eigenvalues(mut diagonal: Vec<f64>, mut beside: Vec<f64>) -> Result<Vec<f64>, Error> {
    let size = diagonal.len();
    let mut left = SWEEPS * size;
    beside.iter_mut().for_each(|e| *e *= *e);
    let mut start = 0;
    while start < size {
        let end = block_end(&diagonal, &mut beside, start);
        if end > start {
            let (d, e) = (&mut diagonal[start..=end], &mut beside[start..end]);
            // QL finds the small end of a graded matrix to more digits if that end comes first.
            if d[d.len() - 1].abs() < d[0].abs() {
                d.reverse();
                e.reverse();
            }
            block(d, e, &mut left).ok_or(Error::NoConvergence { size })?;
        }
        start = end + 1;
    }
    diagonal.sort_by(f64::total_cmp);
    Ok(diagonal)
}

/// Last index of the block that begins at `start`: where the next element beside the diagonal counts as zero.
fn block_end(diagonal: &[f64], squares: &mut [f64], start: usize) -> usize {
    const NEGLIGIBLE: f64 = f64::EPSILON * f64::EPSILON / 4.0;
    for i in start..squares.len() {
        if squares[i] <= NEGLIGIBLE * (diagonal[i] * diagonal[i + 1]).abs() {
            squares[i] = 0.0;
            return i;
        }
    }
    diagonal.len() - 1
}

/// Turns the diagonal of one block into its eigenvalues; nothing if `left` sweeps are not enough.
fn block(d: &mut [f64], squares: &mut [f64], left: &mut usize) -> Option<()> {
    let mut first = 0;
    while first < d.len() {
        let last = block_end(d, squares, first);
        match last - first {
            0 => first += 1,
            1 => {
                let pair = two_by_two(d[first], squares[first], d[last]);
                (d[first], d[last]) = pair;
                squares[first] = 0.0;
                first += 2;
            }
            _ => {
                *left = left.checked_sub(1)?;
                let shift = wilkinson(d[first], squares[first], d[first + 1]);
                sweep(&mut d[first..=last], &mut squares[first..last], shift);
            }
        }
    }
    Some(())
}

/// One QL sweep with a shift, from the end to the beginning of a block.
fn sweep(d: &mut [f64], squares: &mut [f64], shift: f64) {
    let last = d.len() - 1;
    let (mut cosine, mut sine) = (1.0, 0.0);
    let mut gamma = d[last] - shift;
    let mut p = gamma * gamma;
    for i in (0..last).rev() {
        let square = squares[i];
        let r = p + square;
        if i + 1 < last {
            squares[i + 1] = sine * r;
        }
        let (old_cosine, old_gamma) = (cosine, gamma);
        cosine = p / r;
        sine = square / r;
        gamma = cosine * (d[i] - shift) - sine * old_gamma;
        d[i + 1] = old_gamma + (d[i] - gamma);
        p = if cosine == 0.0 { old_cosine * square } else { gamma * gamma / cosine };
    }
    squares[0] = sine * p;
    d[0] = shift + gamma;
}

/// The eigenvalue of the leading 2×2 block that is nearer to its first diagonal element (Wilkinson's shift).
fn wilkinson(first: f64, square: f64, second: f64) -> f64 {
    let beside = square.sqrt();
    let g = (second - first) / (2.0 * beside);
    first - beside / (g + g.hypot(1.0).copysign(g))
}

/// Both eigenvalues of a symmetric 2×2 matrix.
fn two_by_two(a: f64, square: f64, c: f64) -> (f64, f64) {
    let (middle, half) = (f64::midpoint(a, c), (a - c) / 2.0);
    let radius = half.hypot(square.sqrt());
    (middle - radius, middle + radius)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_difference_has_its_cosines() {
        for n in [1, 2, 3, 10, 65, 400] {
            let values = eigenvalues(vec![2.0; n], vec![-1.0; n - 1]).unwrap();
            for (k, value) in values.iter().enumerate() {
                let angle = std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64;
                assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 4.0 * n as f64 * f64::EPSILON * 4.0);
            }
        }
    }

    #[test]
    fn a_diagonal_matrix_and_no_matrix_are_left_alone() {
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(
            bits(eigenvalues(vec![3.0, -1.0, 2.0], vec![0.0; 2]).unwrap()),
            bits(vec![-1.0, 2.0, 3.0])
        );
        assert!(eigenvalues(Vec::new(), Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn a_zero_diagonal_has_pairs_of_opposite_values() {
        let values = eigenvalues(vec![0.0; 8], vec![1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]).unwrap();
        for (a, b) in values.iter().zip(values.iter().rev()) {
            assert!((a + b).abs() < 1e-14);
        }
    }
}
