//! The reflectors of a reduction and vectors in, the vectors turned back by them out.
//!
//! Reflectors are applied in blocks: 2·n²·k flops for k vectors, nearly all in matrix products (Bischof and Van Loan,
//! "The WY representation", 1987).

use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_upper_triangular_in_place;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::LowerTriangle;
use crate::stop::checkpoint;

/// Reflectors applied together.
const BLOCK: usize = 32;

/// Y ← H₀·H₁⋯·Y for the reflectors of a reduction, below the subdiagonal of `a`; their taus as
/// [`to_tridiagonal_keeping_reflectors`](crate::tridiagonal::to_tridiagonal_keeping_reflectors) gives them.
pub(crate) fn turn_back(a: &LowerTriangle, taus: &[f64], mut y: MatMut<'_, f64>) {
    let n = a.side();
    for first in (0..taus.len()).step_by(BLOCK).rev() {
        checkpoint();
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
