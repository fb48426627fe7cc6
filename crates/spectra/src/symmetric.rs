//! A symmetric matrix in, its eigenvalues (and eigenvectors, when asked) out, ascending.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Col, MatMut, MatRef, Par, Spec};

use crate::Error;

/// The eigenvalues of a symmetric n×n matrix, ascending.
///
/// `a` is column-major; only the elements `i + j·n` with i ≥ j are read, and all are overwritten.
///
/// # Errors
/// [`Error::Length`] if `a` does not hold n² elements, [`Error::NotFinite`] for a NaN or an infinity among those read,
/// [`Error::NoConvergence`] if the iteration fails, which no finite matrix is known to do.
pub fn symmetric_eigenvalues(a: &mut [f64], n: usize) -> Result<Vec<f64>, Error> {
    check(a, n)?;
    let mut values = Col::<f64>::zeros(n);
    let params = Spec::default();
    let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::No, Par::Seq, params);
    self_adjoint_evd(
        MatRef::from_column_major_slice(&*a, n, n),
        values.as_mut().as_diagonal_mut(),
        None,
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        params,
    )
    .map_err(|_| Error::NoConvergence { size: n })?;
    ascending(values.iter().copied().collect(), n)
}

/// Eigenvalues, ascending, and the eigenvectors that belong to them.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// n values, ascending.
    pub values: Vec<f64>,
    /// n×n, column-major; column k is the unit vector of `values[k]`.
    pub vectors: Vec<f64>,
}

/// Eigenvalues and eigenvectors of a symmetric n×n matrix; `a` as for [`symmetric_eigenvalues`], left as it is.
///
/// Vectors of equal eigenvalues are an arbitrary orthonormal basis, and every sign is arbitrary.
///
/// # Errors
/// As for [`symmetric_eigenvalues`].
pub fn symmetric_eigen(a: &[f64], n: usize) -> Result<Eigen, Error> {
    check(a, n)?;
    let mut values = Col::<f64>::zeros(n);
    let mut vectors = vec![0.0; n * n];
    let params = Spec::<_, f64>::default();
    let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, params);
    self_adjoint_evd(
        MatRef::from_column_major_slice(a, n, n),
        values.as_mut().as_diagonal_mut(),
        Some(MatMut::from_column_major_slice_mut(&mut vectors, n, n)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        params,
    )
    .map_err(|_| Error::NoConvergence { size: n })?;
    Ok(Eigen { values: ascending(values.iter().copied().collect(), n)?, vectors })
}

fn check(a: &[f64], n: usize) -> Result<(), Error> {
    let expected = n.checked_mul(n).ok_or(Error::Shape { rows: n, cols: n })?;
    if a.len() != expected {
        return Err(Error::Length { len: a.len(), expected });
    }
    for j in 0..n {
        if let Some(below) = a[j * n + j..(j + 1) * n].iter().position(|x| !x.is_finite()) {
            return Err(Error::NotFinite { value: a[j * n + j + below], row: j + below, column: j });
        }
    }
    Ok(())
}

fn ascending(values: Vec<f64>, n: usize) -> Result<Vec<f64>, Error> {
    if values.iter().all(|x| x.is_finite()) && values.is_sorted() {
        return Ok(values);
    }
    Err(Error::NoConvergence { size: n })
}
