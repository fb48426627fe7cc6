//! A vector in, the reflector that folds it onto an axis out; and what such a reflector does to a symmetric block.

use pulp::Simd;

use crate::columns::{add_and_dot, add_and_dot_below, dot, update_four, update_one};

/// Where in a matrix a symmetric block lies, of which the lower triangle is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Elements from one column to the next.
    pub(crate) lead: usize,
    /// Its first row, where rows that are multiples of 8 begin lines of memory; 0 where no lines are known.
    pub(crate) row: usize,
    /// Whether nothing is kept above its diagonal, so that it may be written over.
    pub(crate) spare_above: bool,
}

/// The order in which a product goes through the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// From the first to the last.
    Forward,
    /// From the last to the first.
    Backward,
}

/// How the columns of a block are taken: some until a line of memory begins, K at a time, and the last.
struct Groups<const K: usize> {
    head: usize,
    count: usize,
}

impl<const K: usize> Groups<K> {
    #[inline(always)]
    fn of(row: usize, len: usize) -> Self {
        let head = ((K - row % K) % K).min(len);
        Self { head, count: (len - head) / K }
    }

    /// The first of the last columns, fewer than K.
    #[inline(always)]
    fn last(&self) -> usize {
        self.head + K * self.count
    }
}

/// w ← D·v for the lower triangle of a diagonal block, K columns at a time, no more than 8.
#[inline(always)]
pub(crate) fn symmetric_times<S: Simd, const K: usize>(
    simd: S,
    d: &[f64],
    Place { lead, row, .. }: Place,
    v: &[f64],
    w: &mut [f64],
    order: Order,
) {
    let len = v.len();
    let groups = Groups::<K>::of(row, len);
    let last = groups.last();
    w.fill(0.0);
    if order == Order::Forward {
        times_head(simd, d, lead, v, w, groups.head);
    } else if last < len {
        triangle_times(&d[last * (lead + 1)..], lead, &v[last..], &mut w[last..]);
    }
    for group in 0..groups.count {
        let group = if order == Order::Forward { group } else { groups.count - 1 - group };
        let j = groups.head + K * group;
        times::<S, K>(simd, &d[j * (lead + 1)..], lead, &v[j..], &mut w[j..]);
    }
    if order == Order::Backward {
        times_head(simd, d, lead, v, w, groups.head);
    } else if last < len {
        triangle_times(&d[last * (lead + 1)..], lead, &v[last..], &mut w[last..]);
    }
}

/// w += what the first K columns of D contribute to D·v.
#[inline(always)]
fn times<S: Simd, const K: usize>(simd: S, d: &[f64], lead: usize, v: &[f64], w: &mut [f64]) {
    let mut a = [0.0; K];
    a.copy_from_slice(&v[..K]);
    let sums = if S::F64_LANES == K {
        for k in 0..K {
            w[k] += d[k * (lead + 1)] * v[k];
        }
        add_and_dot_below(simd, w, columns(d, lead, v.len()), a, v)
    } else {
        triangle_times(d, lead, &v[..K], &mut w[..K]);
        add_and_dot(simd, &mut w[K..], columns(&d[K..], lead, v.len() - K), a, &v[K..])
    };
    for k in 0..K {
        w[k] += sums[k];
    }
}

/// The same of the first `head`, fewer than 8.
#[inline(always)]
fn times_head<S: Simd>(simd: S, d: &[f64], lead: usize, v: &[f64], w: &mut [f64], head: usize) {
    match head {
        1 => times::<S, 1>(simd, d, lead, v, w),
        2 => times::<S, 2>(simd, d, lead, v, w),
        3 => times::<S, 3>(simd, d, lead, v, w),
        4 => times::<S, 4>(simd, d, lead, v, w),
        5 => times::<S, 5>(simd, d, lead, v, w),
        6 => times::<S, 6>(simd, d, lead, v, w),
        7 => times::<S, 7>(simd, d, lead, v, w),
        _ => {}
    }
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

/// D ← (1 − tau·v·vᵀ)·D·(1 − tau·v·vᵀ) for the lower triangle of a diagonal block, K columns at a time, no more than 8.
#[inline(always)]
pub(crate) fn two_sided<S: Simd, const K: usize>(
    simd: S,
    d: &mut [f64],
    place: Place,
    (v, tau): (&[f64], f64),
    w: &mut [f64],
) {
    symmetric_times::<S, K>(simd, d, place, v, w, Order::Forward);
    correct(simd, w, v, tau);
    let Place { lead, row, spare_above } = place;
    let (v, w) = (v, &*w);
    let groups = Groups::<K>::of(row, v.len());
    match groups.head {
        1 => update::<S, 1>(simd, d, lead, (v, w), false),
        2 => update::<S, 2>(simd, d, lead, (v, w), false),
        3 => update::<S, 3>(simd, d, lead, (v, w), false),
        4 => update::<S, 4>(simd, d, lead, (v, w), false),
        5 => update::<S, 5>(simd, d, lead, (v, w), false),
        6 => update::<S, 6>(simd, d, lead, (v, w), false),
        7 => update::<S, 7>(simd, d, lead, (v, w), false),
        _ => {}
    }
    for group in 0..groups.count {
        let j = groups.head + K * group;
        update::<S, K>(simd, &mut d[j * (lead + 1)..], lead, (&v[j..], &w[j..]), spare_above);
    }
    let last = groups.last();
    if last < v.len() {
        triangle_update(&mut d[last * (lead + 1)..], lead, &v[last..], &w[last..]);
    }
}

/// The first K columns of D −= v·wᵀ + w·vᵀ.
#[inline(always)]
fn update<S: Simd, const K: usize>(
    simd: S,
    d: &mut [f64],
    lead: usize,
    (v, w): (&[f64], &[f64]),
    spare_above: bool,
) {
    // A whole vector is faster than the part of one from the diagonal down.
    let from = if S::F64_LANES == K && spare_above { 0 } else { K };
    if from > 0 {
        triangle_update(d, lead, &v[..K], &w[..K]);
    }
    let (x, y) = (&v[from..], &w[from..]);
    let mut k = 0;
    while k + 4 <= K {
        let c = four_mut(&mut d[k * lead + from..], lead, x.len());
        let a = [-w[k], -w[k + 1], -w[k + 2], -w[k + 3]];
        let b = [-v[k], -v[k + 1], -v[k + 2], -v[k + 3]];
        update_four(simd, c, (x, a), (y, b));
        k += 4;
    }
    while k < K {
        update_one(simd, &mut d[k * lead + from..][..x.len()], (x, -w[k]), (y, -v[k]));
        k += 1;
    }
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

/// The first K columns of a block.
#[inline(always)]
pub(crate) fn columns<const K: usize>(block: &[f64], lead: usize, rows: usize) -> [&[f64]; K] {
    let mut columns: [&[f64]; K] = [&[]; K];
    for k in 0..K {
        columns[k] = &block[k * lead..][..rows];
    }
    columns
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A product and a change from both sides, under the vectors of one kind of machine.
    struct Both<'a, const K: usize> {
        d: &'a mut [f64],
        place: Place,
        v: &'a [f64],
        order: Order,
    }

    impl<const K: usize> pulp::WithSimd for Both<'_, K> {
        type Output = Vec<f64>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
            let Self { d, place, v, order } = self;
            let (mut product, mut w) = (vec![f64::NAN; v.len()], vec![f64::NAN; v.len()]);
            symmetric_times::<S, K>(simd, d, place, v, &mut product, order);
            two_sided::<S, K>(simd, d, place, (v, 0.3), &mut w);
            product
        }
    }

    fn noise(len: usize) -> Vec<f64> {
        (0..len).map(|i| ((i * i * 29 + i * 7) % 101) as f64 / 50.0 - 1.0).collect()
    }

    /// D·v and (1 − 0.3·v·vᵀ)·D·(1 − 0.3·v·vᵀ), written out.
    fn plainly(d: &[f64], lead: usize, v: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let n = v.len();
        let at = |i: usize, j: usize| d[i.min(j) * lead + i.max(j)];
        let product: Vec<f64> = (0..n).map(|i| (0..n).map(|j| at(i, j) * v[j]).sum()).collect();
        let inner: f64 = product.iter().zip(v).map(|(a, b)| a * b).sum();
        let after = |i: usize, j: usize| {
            at(i, j) - 0.3 * (v[i] * product[j] + product[i] * v[j]) + 0.09 * inner * v[i] * v[j]
        };
        let changed = (0..n).map(|j| (j..n).map(|i| after(i, j)).collect()).collect();
        (product, changed)
    }

    fn assert_plain<const K: usize>(run: impl Fn(Both<'_, K>) -> Vec<f64>) {
        for n in (1..36).chain([64, 77]) {
            for (row, spare_above) in (0..9).flat_map(|row| [(row, false), (row, true)]) {
                for order in [Order::Forward, Order::Backward] {
                    let place = Place { lead: n + 3, row, spare_above };
                    // What lies above the diagonal must not count.
                    let mut d = noise(place.lead * n);
                    let above = if spare_above { f64::NAN } else { 7.0 };
                    (0..n).for_each(|j| d[j * place.lead..][..j].fill(above));
                    let v = noise(n);
                    let (product, after) = plainly(&d, place.lead, &v);
                    let found = run(Both { d: &mut d, place, v: &v, order });
                    for j in 0..n {
                        let kept = d[j * place.lead..][..j].iter().all(|x| x.to_bits() == 7f64.to_bits());
                        assert!(spare_above || kept, "n = {n}, row {row}: written above the diagonal");
                        assert!((found[j] - product[j]).abs() < 1e-12, "n = {n}, row {row}, {order:?}");
                        for i in j..n {
                            let error = d[j * place.lead + i] - after[j][i - j];
                            assert!(error.abs() < 1e-12, "n = {n}, row {row}, ({i}, {j}): {error:e}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn products_and_changes_are_those_written_out_under_every_length_of_vectors() {
        assert_plain::<4>(|both| pulp::Scalar.vectorize(both));
        assert_plain::<4>(|both| pulp::Scalar256b.vectorize(both));
        assert_plain::<8>(|both| pulp::Scalar512b.vectorize(both));
        assert_plain::<4>(|both| pulp::Arch::new().dispatch(both));
        assert_plain::<8>(|both| pulp::Arch::new().dispatch(both));
    }
}
