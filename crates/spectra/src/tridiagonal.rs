//! A dense symmetric matrix in, an orthogonally similar tridiagonal one out, in one stage.
//!
//! A reflector a column, applied from both sides: 4/3·n³ flops. While the triangle is larger than the second cache the
//! columns go in panels: half of the flops, a product of the matrix with a vector a column, read it from the third cache,
//! and the other half, what the panel's reflectors do to the rest, is one product of matrices (Dongarra, Hammarling and
//! Sorensen, "Block reduction of matrices to condensed forms", 1989). Below that a reflector at a time. Householder 1958.

use pulp::{Arch, Simd, WithSimd};

use crate::LowerTriangle;
use crate::aligned::{Aligned, LINE};
use crate::columns::{add, dot};
use crate::kernel::{Along, Operand};
use crate::rank_update::RankUpdate;
use crate::reflector::{Order, Place, correct, reflector, symmetric_times, two_sided};
use crate::stop::checkpoint;

/// Columns of a panel.
const PANEL: usize = 24;

/// Sides up to which the second cache holds the triangle, so that panels gain nothing.
const SMALL: usize = 256;

/// Reduces a symmetric n×n matrix to its diagonal and the n − 1 elements beside it; `a` is spent.
pub fn to_tridiagonal(a: &mut LowerTriangle) -> (Vec<f64>, Vec<f64>) {
    let (diagonal, beside, _) = to_tridiagonal_keeping_reflectors(a);
    (diagonal, beside)
}

/// [`to_tridiagonal`], and tau of every reflector 1 − tau·v·vᵀ; v₀ = 1, and the rest of the j-th lies in column j of `a`
/// from row j + 2 on.
pub(crate) fn to_tridiagonal_keeping_reflectors(a: &mut LowerTriangle) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (n, lead) = (a.side(), a.lead());
    let mut taus = vec![0.0; n.saturating_sub(2)];
    let mut start = 0;
    if n > SMALL {
        let (mut vwv, mut rank_update) = (Aligned::zeros(3 * PANEL * lead), RankUpdate::default());
        while n - start > SMALL {
            checkpoint();
            let (rest, rows) = (&mut a.elements_mut()[start * (lead + 1)..], n - start);
            let taus = &mut taus[start..start + PANEL];
            Arch::new().dispatch(Panel { a: &mut *rest, lead, rows, vwv: &mut vwv, taus });
            vwv.copy_within(..PANEL * lead, 2 * PANEL * lead);
            let left = Operand { elements: &vwv[PANEL..], lead, along: Along::Rows };
            let right = Operand { elements: &vwv[PANEL * lead + PANEL..], ..left };
            let below = (&mut rest[PANEL * (lead + 1)..], lead, rows - PANEL);
            rank_update.add(below, -1.0, (left, right, 2 * PANEL));
            start += PANEL;
        }
    }
    let rest = &mut a.elements_mut()[start * (lead + 1)..];
    Arch::new().dispatch(OneByOne { a: rest, lead, n: n - start, taus: &mut taus[start..] });
    let diagonal = (0..n).map(|j| a.column(j)[0]).collect();
    let beside = (1..n).map(|j| a.column(j - 1)[1]).collect();
    (diagonal, beside, taus)
}

/// The first columns of a matrix, which are reduced and leave what is to be done to the others:
/// A − V·Wᵀ − W·Vᵀ.
struct Panel<'a> {
    a: &'a mut [f64],
    lead: usize,
    rows: usize,
    /// V, and W beside it; columns `lead` apart, with the rows of `a`.
    vwv: &'a mut [f64],
    taus: &'a mut [f64],
}

impl WithSimd for Panel<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::F64_LANES == 8 { self.reduce::<S, 8>(simd) } else { self.reduce::<S, 4>(simd) }
    }
}

impl Panel<'_> {
    /// Takes K columns at a time.
    #[inline(always)]
    fn reduce<S: Simd, const K: usize>(self, simd: S) {
        let Self { a, lead, rows, vwv, taus } = self;
        let (v, w) = vwv.split_at_mut(PANEL * lead);
        for (j, tau) in taus.iter_mut().enumerate() {
            let (v_before, v) = v.split_at_mut(j * lead);
            let (w_before, w) = w.split_at_mut(j * lead);
            let before = Before { v: v_before, w: w_before, lead, count: j };
            // From the beginning of a line on: what lies above the diagonal means nothing.
            let top = j / LINE * LINE;
            before.apply_to(simd, &mut a[j * lead + top..][..rows - top], (top, j));
            v[..=j].fill(0.0);
            let column = &mut a[j * lead + j + 1..][..rows - j - 1];
            *tau = reflector(simd, column, &mut v[j + 1..rows]);
            column[1..].copy_from_slice(&v[j + 2..rows]);
            if *tau == 0.0 {
                v[..rows].fill(0.0);
                w[..rows].fill(0.0);
                continue;
            }
            // What the last product has read last is in the second cache still.
            let order = if j % 2 == 0 { Order::Forward } else { Order::Backward };
            let place = Place { lead, row: j + 1, spare_above: true };
            let below = &a[(j + 1) * (lead + 1)..];
            symmetric_times::<S, K>(simd, below, place, &v[j + 1..rows], &mut w[j + 1..rows], order);
            before.take_from(simd, &mut w[top..rows], &v[top..rows], top);
            w[..=j].fill(0.0);
            correct(simd, &mut w[top..rows], &v[top..rows], *tau);
        }
    }
}

/// The panel's reflectors so far: columns of V and W.
struct Before<'a> {
    v: &'a [f64],
    w: &'a [f64],
    lead: usize,
    count: usize,
}

impl Before<'_> {
    /// x ← x − V·(row `row` of W)ᵀ − W·(row `row` of V)ᵀ, for the rows from `from` on.
    #[inline(always)]
    fn apply_to<S: Simd>(&self, simd: S, x: &mut [f64], (from, row): (usize, usize)) {
        let at = row - from;
        for p in (0..self.count / 2 * 2).step_by(2) {
            let ([v, w], [v1, w1]) = (self.reflector(p, from, x.len()), self.reflector(p + 1, from, x.len()));
            add(simd, x, [v, w, v1, w1], [-w[at], -v[at], -w1[at], -v1[at]]);
        }
        if self.count % 2 == 1 {
            let [v, w] = self.reflector(self.count - 1, from, x.len());
            add(simd, x, [v, w], [-w[at], -v[at]]);
        }
    }

    /// y ← y − V·(Wᵀx) − W·(Vᵀx), for the rows from `from` on.
    #[inline(always)]
    fn take_from<S: Simd>(&self, simd: S, y: &mut [f64], x: &[f64], from: usize) {
        for p in (0..self.count / 2 * 2).step_by(2) {
            let ([v, w], [v1, w1]) = (self.reflector(p, from, x.len()), self.reflector(p + 1, from, x.len()));
            let [to_w, to_v, to_w1, to_v1] = dot(simd, [v, w, v1, w1], x);
            add(simd, y, [v, w, v1, w1], [-to_v, -to_w, -to_v1, -to_w1]);
        }
        if self.count % 2 == 1 {
            let [v, w] = self.reflector(self.count - 1, from, x.len());
            let [to_w, to_v] = dot(simd, [v, w], x);
            add(simd, y, [v, w], [-to_v, -to_w]);
        }
    }

    /// A column of V and one of W, some rows of them.
    #[inline(always)]
    fn reflector(&self, p: usize, from: usize, len: usize) -> [&[f64]; 2] {
        [&self.v[p * self.lead + from..][..len], &self.w[p * self.lead + from..][..len]]
    }
}

struct OneByOne<'a> {
    a: &'a mut [f64],
    lead: usize,
    n: usize,
    taus: &'a mut [f64],
}

impl WithSimd for OneByOne<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::F64_LANES == 8 { self.reduce::<S, 8>(simd) } else { self.reduce::<S, 4>(simd) }
    }
}

impl OneByOne<'_> {
    /// Takes K columns at a time.
    #[inline(always)]
    fn reduce<S: Simd, const K: usize>(self, simd: S) {
        let Self { a, lead, n, taus } = self;
        let (mut v, mut w) = (Aligned::zeros(n), Aligned::zeros(n));
        for (j, kept) in taus.iter_mut().enumerate() {
            let len = n - j - 1;
            let (v, w) = (&mut v[j + 1..], &mut w[j + 1..]);
            let tau = reflector(simd, &mut a[j * lead + j + 1..][..len], v);
            if tau != 0.0 {
                let place = Place { lead, row: j + 1, spare_above: true };
                two_sided::<S, K>(simd, &mut a[(j + 1) * (lead + 1)..], place, (v, tau), w);
            }
            a[j * lead + j + 2..][..len - 1].copy_from_slice(&v[1..]);
            *kept = tau;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tridiagonal_eigenvalues::eigenvalues;

    /// The eigenvalues of a matrix of noise after `run`.
    fn reduced(n: usize, run: impl FnOnce(OneByOne<'_>)) -> Vec<f64> {
        let noise: Vec<f64> = (0..n * n).map(|i| ((i * i * 29 + i * 7) % 101) as f64 / 50.0 - 1.0).collect();
        let mut a = LowerTriangle::new(&noise, n).unwrap();
        let (lead, mut taus) = (a.lead(), vec![0.0; n.saturating_sub(2)]);
        run(OneByOne { a: a.elements_mut(), lead, n, taus: &mut taus });
        let diagonal = (0..n).map(|j| a.column(j)[0]).collect();
        eigenvalues(diagonal, (1..n).map(|j| a.column(j - 1)[1]).collect())
    }

    #[test]
    fn one_by_one_keeps_the_eigenvalues_under_every_length_of_vectors() {
        for n in [1, 2, 3, 9, 16, 41, 64, 77] {
            let expected = reduced(n, |one| pulp::Scalar.vectorize(one));
            let ways = [
                reduced(n, |one| pulp::Scalar128b.vectorize(one)),
                reduced(n, |one| pulp::Scalar256b.vectorize(one)),
                reduced(n, |one| pulp::Scalar512b.vectorize(one)),
                reduced(n, |one| Arch::new().dispatch(one)),
            ];
            for (way, found) in ways.iter().enumerate() {
                for (a, b) in found.iter().zip(&expected) {
                    assert!((a - b).abs() < 1e-13 * n as f64, "{n}, way {way}: {a} for {b}");
                }
            }
        }
    }
}
