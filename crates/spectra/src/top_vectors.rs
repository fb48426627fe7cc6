//! A symmetric matrix in, the eigenvectors of its largest or smallest eigenvalues out.
//!
//! Where a few are wanted, the way over a tridiagonal matrix costs 4/3·n³ + 2·n²·k flops, those of all vectors some 9·n³:
//! eigenvalues by bisection, vectors of the tridiagonal matrix by inverse iteration, and the reflectors of the reduction
//! applied to them in blocks (Bischof and Van Loan, "The WY representation", 1987).

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::blocks::safe_scale;
use crate::symmetric::{Eigen, check, symmetric_eigen};
use crate::{Error, LowerTriangle, tridiagonal, tridiagonal_eigenvalues, tridiagonal_vectors};

/// Which end of the spectrum is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The largest eigenvalues.
    Largest,
    /// The smallest ones.
    Smallest,
}

/// Reflectors applied together.
const BLOCK: usize = 32;

/// Sides from which the way over the tridiagonal matrix pays.
const SMALL: usize = 64;

/// The eigenvectors of the `count` eigenvalues at an end of the spectrum, n×count, column-major, the outermost first.
///
/// `a` is spent.
///
/// # Errors
/// As for [`symmetric_eigenvalues`](crate::symmetric::symmetric_eigenvalues).
pub fn end_vectors(a: &mut LowerTriangle, count: usize, end: End) -> Result<Vec<f64>, Error> {
    let largest = check(a)?;
    let n = a.side();
    // What has to be scaled is the whole solver's.
    if n >= SMALL && count <= n / 3 && safe_scale(largest).to_bits() == 1.0_f64.to_bits() {
        let kept = a.clone();
        if let Some(vectors) = few(a, count, end) {
            return Ok(vectors);
        }
        *a = kept;
    }
    let Eigen { vectors, .. } = symmetric_eigen(a)?;
    let columns = vectors.chunks_exact(n.max(1));
    Ok(match end {
        End::Largest => columns.rev().take(count).flatten().copied().collect(),
        End::Smallest => columns.take(count).flatten().copied().collect(),
    })
}

/// The way over the tridiagonal matrix; nothing where it fails.
fn few(a: &mut LowerTriangle, count: usize, end: End) -> Option<Vec<f64>> {
    if end == End::Smallest {
        a.elements_mut().iter_mut().for_each(|x| *x = -*x);
    }
    let (diagonal, beside, taus) = tridiagonal::to_tridiagonal_keeping_reflectors(a);
    let mut values = tridiagonal_eigenvalues::eigenvalues(diagonal.clone(), beside.clone());
    values.reverse();
    values.truncate(count);
    let mut vectors = tridiagonal_vectors::eigenvectors(&diagonal, &beside, &values)?;
    turn_back(a, &taus, MatMut::from_column_major_slice_mut(&mut vectors, a.side(), count));
    Some(vectors)
}

/// Y ← H₀·H₁⋯·Y for the reflectors of a reduction, below the subdiagonal of `a`.
fn turn_back(a: &LowerTriangle, taus: &[f64], mut y: MatMut<'_, f64>) {
    let n = a.side();
    for first in (0..taus.len()).step_by(BLOCK).rev() {
        let taus = &taus[first..(first + BLOCK).min(taus.len())];
        let (top, count) = (first + 1, taus.len());
        let v = Mat::from_fn(n - top, count, |i, j| match i.cmp(&j) {
            _ if taus[j] == 0.0 => 0.0,
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => 1.0,
            std::cmp::Ordering::Greater => a.column(first + j)[1 + i - j],
        });
        let v: MatRef<'_, f64> = v.as_ref();
        // 1 − V·T⁻¹·Vᵀ is the product of the reflectors, T having 1/tau on its diagonal and VᵀV above it.
        let mut t = Mat::zeros(count, count);
        matmul(t.as_mut(), Accum::Replace, v.transpose(), v, 1.0, Par::Seq);
        for (j, tau) in taus.iter().enumerate() {
            t[(j, j)] = if *tau == 0.0 { 1.0 } else { 1.0 / tau };
        }
        let mut y = y.as_mut().subrows_mut(top, n - top);
        let mut inner = Mat::zeros(count, y.ncols());
        matmul(inner.as_mut(), Accum::Replace, v.transpose(), y.as_ref(), 1.0, Par::Seq);
        solve_upper_triangular_in_place(t.as_ref(), inner.as_mut(), Par::Seq);
        matmul(y.as_mut(), Accum::Add, v, inner.as_ref(), -1.0, Par::Seq);
    }
}
