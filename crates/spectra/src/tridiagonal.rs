//! A dense symmetric matrix in, an orthogonally similar tridiagonal one out, in one stage.
//!
//! A reflector a column, applied from both sides: 4/3·n³ flops, none of them in matrix products, so this is the way for
//! matrices that the second cache holds. Householder 1958.

use pulp::{Arch, Simd, WithSimd};

use crate::LowerTriangle;
use crate::reflector::{reflector, two_sided};

/// Reduces a symmetric n×n matrix to its diagonal and the n − 1 elements beside it; `a` is spent.
pub fn to_tridiagonal(a: &mut LowerTriangle) -> (Vec<f64>, Vec<f64>) {
    let (diagonal, beside, _) = to_tridiagonal_keeping_reflectors(a);
    (diagonal, beside)
}

/// [`to_tridiagonal`], and tau of every reflector 1 − tau·v·vᵀ; v₀ = 1, and the rest of the j-th lies in column j of `a`
/// from row j + 2 on.
pub(crate) fn to_tridiagonal_keeping_reflectors(a: &mut LowerTriangle) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (n, lead) = (a.side(), a.lead());
    let taus = Arch::new().dispatch(OneStage { a: a.elements_mut(), lead, n });
    let diagonal = (0..n).map(|j| a.column(j)[0]).collect();
    let beside = (1..n).map(|j| a.column(j - 1)[1]).collect();
    (diagonal, beside, taus)
}

struct OneStage<'a> {
    a: &'a mut [f64],
    lead: usize,
    n: usize,
}

impl WithSimd for OneStage<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let Self { a, lead, n } = self;
        let (mut v, mut w) = (vec![0.0; n], vec![0.0; n]);
        let mut taus = vec![0.0; n.saturating_sub(2)];
        for (j, kept) in taus.iter_mut().enumerate() {
            let len = n - j - 1;
            let (v, w) = (&mut v[..len], &mut w[..len]);
            let tau = reflector(simd, &mut a[j * lead + j + 1..][..len], v);
            if tau != 0.0 {
                two_sided(simd, &mut a[(j + 1) * (lead + 1)..], lead, v, tau, w);
            }
            a[j * lead + j + 2..][..len - 1].copy_from_slice(&v[1..]);
            *kept = tau;
        }
        taus
    }
}
