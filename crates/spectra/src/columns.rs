//! A few columns and a vector or two in, their dot products or updates out, with the widest vectors of the machine.
//!
//! Taking K columns at a time loads every element of the vectors once for K columns, which is what bounds these loops;
//! four of them fill the registers of every machine with vectors of 128 bits or more. No closure here touches a vector:
//! one that isn't inlined is compiled without the features of the machine and costs more than it saves.

use pulp::Simd;

/// Every element of `a` in all lanes of its own vector.
#[inline(always)]
fn splat<S: Simd, const K: usize>(simd: S, a: [f64; K]) -> [S::f64s; K] {
    let mut vectors = [simd.splat_f64s(0.0); K];
    for k in 0..K {
        vectors[k] = simd.splat_f64s(a[k]);
    }
    vectors
}

/// The sum over the lanes of every vector.
#[inline(always)]
fn lanes<S: Simd, const K: usize>(simd: S, vectors: [S::f64s; K]) -> [f64; K] {
    let mut sums = [0.0; K];
    for k in 0..K {
        sums[k] = simd.reduce_sum_f64s(vectors[k]);
    }
    sums
}

/// Whole vectors of every column, and the rests shorter than one.
type Split<'a, V, const K: usize> = [(&'a [V], &'a [f64]); K];

#[inline(always)]
fn split<'a, S: Simd, const K: usize>(c: [&'a [f64]; K], whole: usize) -> Split<'a, S::f64s, K> {
    let mut parts: Split<'a, S::f64s, K> = [(&[], &[]); K];
    for k in 0..K {
        let (vectors, rest) = S::as_simd_f64s(c[k]);
        parts[k] = (&vectors[..whole], rest);
    }
    parts
}

/// y += Σ aₖ·cₖ.
#[inline(always)]
pub(crate) fn add<S: Simd, const K: usize>(simd: S, y: &mut [f64], c: [&[f64]; K], a: [f64; K]) {
    let a = splat(simd, a);
    let (y, y_rest) = S::as_mut_simd_f64s(y);
    let c = split::<S, K>(c, y.len());
    for (i, y) in y.iter_mut().enumerate() {
        let mut sum = *y;
        for k in 0..K {
            sum = simd.mul_add_e_f64s(a[k], c[k].0[i], sum);
        }
        *y = sum;
    }
    if !y_rest.is_empty() {
        let mut sum = simd.partial_load_f64s(y_rest);
        for k in 0..K {
            sum = simd.mul_add_e_f64s(a[k], simd.partial_load_f64s(c[k].1), sum);
        }
        simd.partial_store_f64s(y_rest, sum);
    }
}

/// cₖ·v for every k.
#[inline(always)]
pub(crate) fn dot<S: Simd, const K: usize>(simd: S, c: [&[f64]; K], v: &[f64]) -> [f64; K] {
    let mut sums = splat(simd, [0.0; K]);
    let (v, v_rest) = S::as_simd_f64s(v);
    let c = split::<S, K>(c, v.len());
    for (i, &v) in v.iter().enumerate() {
        for k in 0..K {
            sums[k] = simd.mul_add_e_f64s(c[k].0[i], v, sums[k]);
        }
    }
    if !v_rest.is_empty() {
        let v = simd.partial_load_f64s(v_rest);
        for k in 0..K {
            sums[k] = simd.mul_add_e_f64s(simd.partial_load_f64s(c[k].1), v, sums[k]);
        }
    }
    lanes(simd, sums)
}

/// y += Σ aₖ·cₖ, and cₖ·v for every k, in one pass over the columns.
#[inline(always)]
pub(crate) fn add_and_dot<S: Simd, const K: usize>(
    simd: S,
    y: &mut [f64],
    c: [&[f64]; K],
    a: [f64; K],
    v: &[f64],
) -> [f64; K] {
    let sums = splat(simd, [0.0; K]);
    lanes(simd, add_and_accumulate(simd, y, c, splat(simd, a), v, sums))
}

/// The same of the parts of the columns below their diagonal, where column k has it in row k; vectors have K lanes.
#[inline(always)]
pub(crate) fn add_and_dot_below<S: Simd, const K: usize>(
    simd: S,
    y: &mut [f64],
    c: [&[f64]; K],
    a: [f64; K],
    v: &[f64],
) -> [f64; K] {
    const ROWS: [f64; 8] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let (y_corner, y) = y.split_at_mut(K);
    let (v_corner, v) = v.split_at(K);
    let (y_corner, v_corner) = (&mut S::as_mut_simd_f64s(y_corner).0[0], S::as_simd_f64s(v_corner).0[0]);
    let (zero, row) = (simd.splat_f64s(0.0), S::as_simd_f64s(&ROWS).0[0]);
    let a = splat(simd, a);
    let (mut sum, mut sums) = (*y_corner, [zero; K]);
    let mut below: [&[f64]; K] = [&[]; K];
    for k in 0..K {
        let (corner, rest) = c[k].split_at(K);
        let x = S::as_simd_f64s(corner).0[0];
        let x = simd.select_f64s(simd.less_than_f64s(simd.splat_f64s(k as f64), row), x, zero);
        sum = simd.mul_add_e_f64s(a[k], x, sum);
        sums[k] = simd.mul_f64s(x, v_corner);
        below[k] = rest;
    }
    *y_corner = sum;
    lanes(simd, add_and_accumulate(simd, y, below, a, v, sums))
}

/// y += Σ aₖ·cₖ, and sumsₖ += cₖ·v lane by lane.
#[inline(always)]
fn add_and_accumulate<S: Simd, const K: usize>(
    simd: S,
    y: &mut [f64],
    c: [&[f64]; K],
    a: [S::f64s; K],
    v: &[f64],
    mut sums: [S::f64s; K],
) -> [S::f64s; K] {
    let (y, y_rest) = S::as_mut_simd_f64s(y);
    let (v, v_rest) = S::as_simd_f64s(v);
    let v = &v[..y.len()];
    let c = split::<S, K>(c, y.len());
    for i in 0..y.len() {
        let mut sum = y[i];
        for k in 0..K {
            let x = c[k].0[i];
            sum = simd.mul_add_e_f64s(a[k], x, sum);
            sums[k] = simd.mul_add_e_f64s(x, v[i], sums[k]);
        }
        y[i] = sum;
    }
    if !y_rest.is_empty() {
        let mut sum = simd.partial_load_f64s(y_rest);
        let v = simd.partial_load_f64s(v_rest);
        for k in 0..K {
            let x = simd.partial_load_f64s(c[k].1);
            sum = simd.mul_add_e_f64s(a[k], x, sum);
            sums[k] = simd.mul_add_e_f64s(x, v, sums[k]);
        }
        simd.partial_store_f64s(y_rest, sum);
    }
    sums
}

/// c += a·x + b·y.
#[inline(always)]
pub(crate) fn update_one<S: Simd>(simd: S, c: &mut [f64], (x, a): (&[f64], f64), (y, b): (&[f64], f64)) {
    let (a, b) = (simd.splat_f64s(a), simd.splat_f64s(b));
    let (c, c_rest) = S::as_mut_simd_f64s(c);
    let (x, x_rest) = S::as_simd_f64s(x);
    let (y, y_rest) = S::as_simd_f64s(y);
    let (x, y) = (&x[..c.len()], &y[..c.len()]);
    for i in 0..c.len() {
        c[i] = simd.mul_add_e_f64s(b, y[i], simd.mul_add_e_f64s(a, x[i], c[i]));
    }
    if !c_rest.is_empty() {
        let (x, y) = (simd.partial_load_f64s(x_rest), simd.partial_load_f64s(y_rest));
        let new = simd.mul_add_e_f64s(b, y, simd.mul_add_e_f64s(a, x, simd.partial_load_f64s(c_rest)));
        simd.partial_store_f64s(c_rest, new);
    }
}

/// cₖ += aₖ·x + bₖ·y for four columns.
#[inline(always)]
pub(crate) fn update_four<S: Simd>(
    simd: S,
    c: [&mut [f64]; 4],
    (x, a): (&[f64], [f64; 4]),
    (y, b): (&[f64], [f64; 4]),
) {
    let (a, b) = (splat(simd, a), splat(simd, b));
    let [c0, c1, c2, c3] = c;
    let (x, x_rest) = S::as_simd_f64s(x);
    let (y, y_rest) = S::as_simd_f64s(y);
    let (c0, rest0) = S::as_mut_simd_f64s(c0);
    let (c1, rest1) = S::as_mut_simd_f64s(c1);
    let (c2, rest2) = S::as_mut_simd_f64s(c2);
    let (c3, rest3) = S::as_mut_simd_f64s(c3);
    let len = x.len();
    let (y, c0, c1, c2, c3) = (&y[..len], &mut c0[..len], &mut c1[..len], &mut c2[..len], &mut c3[..len]);
    for i in 0..len {
        c0[i] = simd.mul_add_e_f64s(b[0], y[i], simd.mul_add_e_f64s(a[0], x[i], c0[i]));
        c1[i] = simd.mul_add_e_f64s(b[1], y[i], simd.mul_add_e_f64s(a[1], x[i], c1[i]));
        c2[i] = simd.mul_add_e_f64s(b[2], y[i], simd.mul_add_e_f64s(a[2], x[i], c2[i]));
        c3[i] = simd.mul_add_e_f64s(b[3], y[i], simd.mul_add_e_f64s(a[3], x[i], c3[i]));
    }
    if !x_rest.is_empty() {
        let (x, y) = (simd.partial_load_f64s(x_rest), simd.partial_load_f64s(y_rest));
        let rests = [rest0, rest1, rest2, rest3];
        for k in 0..4 {
            let old = simd.partial_load_f64s(rests[k]);
            let new = simd.mul_add_e_f64s(b[k], y, simd.mul_add_e_f64s(a[k], x, old));
            simd.partial_store_f64s(rests[k], new);
        }
    }
}
