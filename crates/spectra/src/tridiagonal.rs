//! A dense symmetric matrix in, an orthogonally similar tridiagonal one out, in one stage.
//!
//! A reflector a column, applied from both sides: 4/3·n³ flops, none of them in matrix products, so this is the way for
//! matrices that the second cache holds. Householder 1958.

use pulp::{Arch, Simd, WithSimd};

use crate::reflector::{reflector, two_sided};

/// Reduces the symmetric n×n matrix whose lower triangle is in `a` (column-major) to its diagonal and the n − 1 elements
/// beside it; `a` is spent.
pub fn to_tridiagonal(a: &mut [f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    Arch::new().dispatch(OneStage { a, n });
    let diagonal = (0..n).map(|j| a[j * n + j]).collect();
    let beside = (1..n).map(|j| a[(j - 1) * n + j]).collect();
    (diagonal, beside)
}

struct OneStage<'a> {
    a: &'a mut [f64],
    n: usize,
}

impl WithSimd for OneStage<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, n } = self;
        let (mut v, mut w) = (vec![0.0; n], vec![0.0; n]);
        for j in 0..n.saturating_sub(2) {
            let len = n - j - 1;
            let (v, w) = (&mut v[..len], &mut w[..len]);
            let tau = reflector(simd, &mut a[j * n + j + 1..][..len], v);
            if tau != 0.0 {
                two_sided(simd, &mut a[(j + 1) * (n + 1)..], n, v, tau, w);
            }
        }
    }
}
