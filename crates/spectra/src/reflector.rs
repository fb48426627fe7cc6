//! A vector in, the reflector that folds it onto an axis out; and what such a reflector does to a symmetric block.

use pulp::Simd;

use crate::columns::{add_and_dot, dot, update_four};

/// w ← D·v for the lower triangle of a diagonal block, the columns `lead` apart.
#[inline(always)]
pub(crate) fn symmetric_times<S: Simd>(simd: S, d: &[f64], lead: usize, v: &[f64], w: &mut [f64]) {
    let len = v.len();
    w.fill(0.0);
    let mut j = 0;
    while j + 4 < len {
        triangle_times(&d[j * lead + j..], lead, &v[j..j + 4], &mut w[j..j + 4]);
        let c = four(&d[j * lead + j + 4..], lead, len - j - 4);
        let (w_here, w_below) = w[j..].split_at_mut(4);
        let sums = add_and_dot(simd, w_below, c, [v[j], v[j + 1], v[j + 2], v[j + 3]], &v[j + 4..]);
        for k in 0..4 {
            w_here[k] += sums[k];
        }
        j += 4;
    }
    triangle_times(&d[j * lead + j..], lead, &v[j..], &mut w[j..]);
}

/// w ← tau·w − ½·tau²·(wᵀv)·v, of w = D·v, with which (1 − tau·v·vᵀ)·D·(1 − tau·v·vᵀ) = D − v·wᵀ − w·vᵀ.
#[inline(always)]
pub(crate) fn correct<S: Simd>(simd: S, w: &mut [f64], v: &[f64], tau: f64) {
    let [wv] = dot(simd, [&*w], v);
    let half = 0.5 * tau * tau * wv;
    for (w, v) in w.iter_mut().zip(v) {
        *w = tau * *w - half * v;
    }
}

/// D ← (1 − tau·v·vᵀ)·D·(1 − tau·v·vᵀ) for the lower triangle of a diagonal block, the columns `lead` apart.
#[inline(always)]
pub(crate) fn two_sided<S: Simd>(simd: S, d: &mut [f64], lead: usize, v: &[f64], tau: f64, w: &mut [f64]) {
    let len = v.len();
    symmetric_times(simd, d, lead, v, w);
    correct(simd, w, v, tau);
    let mut j = 0;
    while j + 4 < len {
        triangle_update(&mut d[j * lead + j..], lead, &v[j..j + 4], &w[j..j + 4]);
        let c = four_mut(&mut d[j * lead + j + 4..], lead, len - j - 4);
        let a = [-w[j], -w[j + 1], -w[j + 2], -w[j + 3]];
        let b = [-v[j], -v[j + 1], -v[j + 2], -v[j + 3]];
        update_four(simd, c, (&v[j + 4..], a), (&w[j + 4..], b));
        j += 4;
    }
    triangle_update(&mut d[j * lead + j..], lead, &v[j..], &w[j..]);
}

/// w += D·v for a small symmetric D of which the lower triangle is read.
#[inline(always)]
fn triangle_times(d: &[f64], lead: usize, v: &[f64], w: &mut [f64]) {
    for j in 0..v.len() {
        w[j] += d[j * lead + j] * v[j];
        for i in j + 1..v.len() {
            let x = d[j * lead + i];
            w[i] += x * v[j];
            w[j] += x * v[i];
        }
    }
}

/// D −= v·wᵀ + w·vᵀ in the lower triangle of a small D.
#[inline(always)]
fn triangle_update(d: &mut [f64], lead: usize, v: &[f64], w: &[f64]) {
    for j in 0..v.len() {
        for i in j..v.len() {
            d[j * lead + i] -= v[i] * w[j] + w[i] * v[j];
        }
    }
}

/// The first four columns of a block.
#[inline(always)]
pub(crate) fn four(block: &[f64], lead: usize, rows: usize) -> [&[f64]; 4] {
    [&block[..rows], &block[lead..][..rows], &block[2 * lead..][..rows], &block[3 * lead..][..rows]]
}

/// The first four columns of a block, to be changed.
#[inline(always)]
pub(crate) fn four_mut(block: &mut [f64], lead: usize, rows: usize) -> [&mut [f64]; 4] {
    let (a, rest) = block.split_at_mut(lead);
    let (b, rest) = rest.split_at_mut(lead);
    let (c, d) = rest.split_at_mut(lead);
    [&mut a[..rows], &mut b[..rows], &mut c[..rows], &mut d[..rows]]
}

/// The reflector 1 − tau·v·vᵀ, v₀ = 1, that maps `x` to a multiple of the first unit vector, which replaces it.
#[inline(always)]
pub(crate) fn reflector<S: Simd>(simd: S, x: &mut [f64], v: &mut [f64]) -> f64 {
    let v = &mut v[..x.len()];
    v.copy_from_slice(x);
    v[0] = 1.0;
    let [below] = dot(simd, [&x[1..]], &x[1..]);
    if below == 0.0 {
        x[1..].fill(0.0);
        return 0.0;
    }
    let beta = -(x[0] * x[0] + below).sqrt().copysign(x[0]);
    let scale = 1.0 / (x[0] - beta);
    for v in &mut v[1..] {
        *v *= scale;
    }
    let tau = (beta - x[0]) / beta;
    x.fill(0.0);
    x[0] = beta;
    tau
}
