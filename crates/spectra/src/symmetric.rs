//! A symmetric matrix in, its eigenvalues (and eigenvectors, when asked) out, ascending.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd};
use faer::{Col, ColRef, MatMut, Par, Spec};

use crate::blocks::{largest_finite, safe_scale};
use crate::kernel::tile_height;
use crate::turn_back::turn_back;
use crate::{Error, LowerTriangle, band, chase, tridiagonal, tridiagonal_eigenvalues};

/// The way from a dense symmetric matrix to a tridiagonal one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// A reflector a column.
    OneStage,
    /// A band first, in matrix products; then bulge chasing.
    TwoStage {
        /// Diagonals of the band below the main one, at least 1.
        width: usize,
    },
}

impl Reduction {
    /// The fastest way for n×n: one stage up to some 1500, then a band of 24; on machines with vectors shorter than 512
    /// bits up to 800, and a band of 48 from 1800 on.
    ///
    /// The wider the band, the faster the first stage and the slower the second. Where one tile of the multiplication is
    /// as high as a band of 24, a wider one gains nothing. Bands were measured on Zen 2 with AVX2 and on Zen 4 with
    /// AVX-512, the end of the one stage on Zen 4: 31 % faster at 768, 21 % at 1024, 5 % at 1536, 8 % slower at 2048.
    #[must_use]
    pub fn fastest(n: usize) -> Self {
        let long_vectors = tile_height() >= 24;
        match n {
            0..800 => Self::OneStage,
            800..1500 if long_vectors => Self::OneStage,
            1800.. if !long_vectors => Self::TwoStage { width: 48 },
            _ => Self::TwoStage { width: 24 },
        }
    }
}

/// The eigenvalues of a symmetric n×n matrix, ascending, each within 4·n·eps·|λ|_max.
///
/// `a` is spent. 4/3·n³ flops to a tridiagonal matrix, by [`Reduction::fastest`]; then some 60·n² to its eigenvalues.
///
/// # Errors
/// [`Error::NotFinite`] for a NaN or an infinity, [`Error::NoConvergence`] if the iteration fails, which no finite
/// matrix is known to do.
pub fn symmetric_eigenvalues(a: &mut LowerTriangle) -> Result<Vec<f64>, Error> {
    symmetric_eigenvalues_by(Reduction::fastest(a.side()), a)
}

/// [`symmetric_eigenvalues`] by a way of the caller's choice.
///
/// # Errors
/// As for [`symmetric_eigenvalues`].
pub fn symmetric_eigenvalues_by(reduction: Reduction, a: &mut LowerTriangle) -> Result<Vec<f64>, Error> {
    let scale = safe_scale(check(a)?);
    rescale(a, scale);
    let (diagonal, beside) = match reduction {
        Reduction::OneStage => tridiagonal::to_tridiagonal(a),
        Reduction::TwoStage { width } => chase::to_tridiagonal(band::to_band(a, width.max(1))),
    };
    let mut values = tridiagonal_eigenvalues::eigenvalues(diagonal, beside);
    values.iter_mut().for_each(|value| *value /= scale);
    finite(values)
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
/// Vectors of equal eigenvalues are an arbitrary orthonormal basis, and every sign is arbitrary. 4/3·n³ flops to a
/// tridiagonal matrix, at most 8/3·n³ to its vectors by divide and conquer, and 2·n³ to turn them back.
///
/// # Errors
/// As for [`symmetric_eigenvalues`].
pub fn symmetric_eigen(a: &LowerTriangle) -> Result<Eigen, Error> {
    let scale = safe_scale(check(a)?);
    let mut a = a.clone();
    rescale(&mut a, scale);
    let n = a.side();
    if n == 0 {
        return Ok(Eigen { values: Vec::new(), vectors: Vec::new() });
    }
    let (diagonal, mut beside, taus) = tridiagonal::to_tridiagonal_keeping_reflectors(&mut a);
    beside.resize(n, 0.0);
    let mut values = Col::<f64>::zeros(n);
    let mut vectors = vec![0.0; n * n];
    let params = Spec::<_, f64>::default();
    let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, params);
    tridiagonal_self_adjoint_evd(
        ColRef::from_slice(&diagonal).as_diagonal(),
        ColRef::from_slice(&beside).as_diagonal(),
        values.as_mut().as_diagonal_mut(),
        Some(MatMut::from_column_major_slice_mut(&mut vectors, n, n)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        params,
    )
    .map_err(|_| Error::NoConvergence { size: n })?;
    turn_back(&a, &taus, MatMut::from_column_major_slice_mut(&mut vectors, n, n));
    Ok(Eigen { values: finite(values.iter().map(|value| value / scale).collect())?, vectors })
}

/// Multiplies every element, where there is something to multiply.
fn rescale(a: &mut LowerTriangle, scale: f64) {
    if scale.to_bits() != 1.0_f64.to_bits() {
        a.elements_mut().iter_mut().for_each(|x| *x *= scale);
    }
}

/// Refuses a matrix with a NaN; the largest |element|.
pub(crate) fn check(a: &LowerTriangle) -> Result<f64, Error> {
    let mut largest = 0.0_f64;
    for j in 0..a.side() {
        let column = a.column(j);
        if let Some(max) = largest_finite(column) {
            largest = largest.max(max);
        } else if let Some(below) = column.iter().position(|x| !x.is_finite()) {
            return Err(Error::NotFinite { value: column[below], row: j + below, column: j });
        }
    }
    Ok(largest)
}

/// Hands on values that a scale or a sum may have pushed out of range, if it did not.
fn finite(values: Vec<f64>) -> Result<Vec<f64>, Error> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(Error::EigenvalueNotFinite { value: values[index], index }),
        None => Ok(values),
    }
}
