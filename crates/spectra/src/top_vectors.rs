//! A symmetric matrix in, the eigenvectors of its largest or smallest eigenvalues out.
//!
//! Where a few are wanted, the way over a tridiagonal matrix costs 4/3·n³ + 2·n²·k flops, those of all vectors some 9·n³:
//! eigenvalues by bisection, vectors of the tridiagonal matrix by inverse iteration, and the reflectors of the reduction
//! applied to them.

use faer::MatMut;

use crate::blocks::safe_scale;
use crate::symmetric::{Eigen, check, symmetric_eigen};
use crate::turn_back::turn_back;
use crate::{Error, LowerTriangle, tridiagonal, tridiagonal_eigenvalues, tridiagonal_vectors};

/// Which end of the spectrum is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The largest eigenvalues.
    Largest,
    /// The smallest ones.
    Smallest,
}

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
