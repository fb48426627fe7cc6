//! A symmetric band matrix in, an orthogonally similar tridiagonal one out: the second of two stages.
//!
//! One sweep a column: a reflector empties it below the first subdiagonal, which pushes a bulge out of the band, and the
//! bulge is chased down and off the end, one block of the band at a time: 6·n²·b flops. A few sweeps follow each other
//! down the band in step, two blocks apart, so that what they work on stays in the second cache. Only the first column
//! of every bulge is removed; the next sweep takes up the rest (Murata and Horikoshi 1975; Lang, "A parallel algorithm
//! for reducing symmetric banded matrices to tridiagonal form", 1993).

use pulp::{Arch, Simd, WithSimd};

use crate::band::Band;
use crate::columns::{add, dot, update_four, update_one};
use crate::reflector::{Place, columns, four_mut, reflector, two_sided};
use crate::stop::checkpoint;

/// Bytes of the band that the sweeps under way may hold together: half of a small second cache.
const CACHE: usize = 256 << 10;

/// Reduces a band matrix to its diagonal and the n − 1 elements beside it.
pub fn to_tridiagonal(mut band: Band) -> (Vec<f64>, Vec<f64>) {
    if band.width > 1 {
        Arch::new().dispatch(Chase { band: &mut band });
    }
    let stride = band.stride();
    let column = |j: usize| &band.elements[j * stride..];
    let diagonal = (0..band.n).map(|j| column(j)[0]).collect();
    let beside = (1..band.n).map(|j| column(j - 1)[1]).collect();
    (diagonal, beside)
}

/// The whole second stage, for one kind of vectors.
struct Chase<'a> {
    band: &'a mut Band,
}

/// One sweep on its way down the band.
struct Sweep {
    /// First row of the reflector in `v`.
    row: usize,
    /// The reflector 1 − tau·v·vᵀ that is still to be applied from the other side.
    v: Vec<f64>,
    tau: f64,
    /// How many elements of `v` are in use; 0 once the bulge has left the matrix.
    len: usize,
}

impl WithSimd for Chase<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Band { n, width, .. } = *self.band;
        let together = (CACHE / (2 * width * 2 * width * 8)).clamp(1, 16);
        let mut work = vec![0.0; 2 * width];
        let mut sweeps: Vec<Sweep> =
            (0..together).map(|_| Sweep { row: 0, v: vec![0.0; width], tau: 0.0, len: 0 }).collect();
        let columns = n.saturating_sub(2);
        for first in (0..columns).step_by(together) {
            checkpoint();
            let count = together.min(columns - first);
            let steps = (n - first).div_ceil(width) + 1;
            for tick in 0..steps + 2 * (count - 1) {
                for (behind, sweep) in sweeps[..count].iter_mut().enumerate() {
                    if tick == 2 * behind {
                        start(simd, self.band, sweep, first + behind);
                    }
                    if tick >= 2 * behind && sweep.len > 0 {
                        advance(simd, self.band, sweep, &mut work);
                    }
                }
            }
        }
    }
}

/// Empties column `column` below its first subdiagonal.
#[inline(always)]
fn start<S: Simd>(simd: S, band: &mut Band, sweep: &mut Sweep, column: usize) {
    let stride = band.stride();
    sweep.row = column + 1;
    sweep.len = band.width.min(band.n - column - 1);
    let below = &mut band.elements[column * stride + 1..][..sweep.len];
    sweep.tau = reflector(simd, below, &mut sweep.v);
}

/// Applies the sweep's reflector to its diagonal block from both sides and to the block below from the right, then
/// empties the first column of the bulge with a new one.
#[inline(always)]
fn advance<S: Simd>(simd: S, band: &mut Band, sweep: &mut Sweep, work: &mut [f64]) {
    let (n, width, lead) = (band.n, band.width, band.stride() - 1);
    let (row, len, tau) = (sweep.row, sweep.len, sweep.tau);
    let (u, next) = work.split_at_mut(width);
    let v = &mut sweep.v[..len];
    let corner = row * (lead + 1);
    if tau != 0.0 {
        // Above the diagonal of a block lie the far ends of the columns before it.
        let place = Place { lead, row: 0, spare_above: false };
        two_sided::<S, 4>(simd, &mut band.elements[corner..], place, (v, tau), &mut u[..len]);
    }
    let below = (n - row - len).min(width);
    sweep.len = 0;
    if below == 0 {
        return;
    }
    let block = &mut band.elements[corner + len..];
    let u = &mut u[..below];
    u.fill(0.0);
    let mut j = 0;
    while j + 4 <= len {
        let c: [&[f64]; 4] = columns(&block[j * lead..], lead, below);
        add(simd, u, c, [v[j], v[j + 1], v[j + 2], v[j + 3]]);
        j += 4;
    }
    while j < len {
        add(simd, u, [&block[j * lead..][..below]], [v[j]]);
        j += 1;
    }
    // The first column first: it makes the reflector that the others need.
    let first = &mut block[..below];
    add(simd, first, [&*u], [-tau * v[0]]);
    let next = &mut next[..below];
    let next_tau = reflector(simd, first, next);
    let [along] = dot(simd, [&*u], next);
    let mut j = 1;
    while j + 4 <= len {
        let a = [-tau * v[j], -tau * v[j + 1], -tau * v[j + 2], -tau * v[j + 3]];
        let c = four_mut(&mut block[j * lead..], lead, below);
        let mut b = dot(simd, [&*c[0], &*c[1], &*c[2], &*c[3]], next);
        for k in 0..4 {
            b[k] = -next_tau * (b[k] + a[k] * along);
        }
        update_four(simd, c, (u, a), (next, b));
        j += 4;
    }
    while j < len {
        let a = -tau * v[j];
        let c = &mut block[j * lead..][..below];
        let [b] = dot(simd, [&*c], next);
        update_one(simd, c, (u, a), (next, -next_tau * (b + a * along)));
        j += 1;
    }
    sweep.v[..below].copy_from_slice(next);
    sweep.row = row + len;
    sweep.len = below;
    sweep.tau = next_tau;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LowerTriangle;
    use crate::symmetric::{Reduction, symmetric_eigenvalues_by};
    use crate::tridiagonal_eigenvalues::eigenvalues;

    /// The eigenvalues of a band of noise, chased by `run` and by way of the whole matrix.
    fn both_ways(n: usize, width: usize, run: impl FnOnce(Chase<'_>)) -> (Vec<f64>, Vec<f64>) {
        let mut band = Band { n, width, elements: vec![0.0; (n + width) * 2 * width] };
        let (stride, mut whole) = (band.stride(), vec![0.0; n * n]);
        for j in 0..n {
            for i in j..n.min(j + width + 1) {
                let x = ((i * i * 29 + i * j * 7 + j * 3) % 101) as f64 / 50.0 - 1.0;
                (band.elements[j * stride + i - j], whole[j * n + i]) = (x, x);
            }
        }
        run(Chase { band: &mut band });
        let diagonal = (0..n).map(|j| band.elements[j * stride]).collect();
        let beside = (1..n).map(|j| band.elements[(j - 1) * stride + 1]).collect();
        let mut whole = LowerTriangle::new(&whole, n).unwrap();
        (eigenvalues(diagonal, beside), symmetric_eigenvalues_by(Reduction::OneStage, &mut whole).unwrap())
    }

    #[test]
    fn chasing_keeps_the_eigenvalues_under_every_length_of_vectors() {
        for (n, width) in [(30, 4), (30, 5), (40, 8), (60, 24), (130, 48)] {
            let ways = [
                both_ways(n, width, |chase| pulp::Scalar.vectorize(chase)),
                both_ways(n, width, |chase| pulp::Scalar128b.vectorize(chase)),
                both_ways(n, width, |chase| pulp::Scalar256b.vectorize(chase)),
                both_ways(n, width, |chase| pulp::Scalar512b.vectorize(chase)),
                both_ways(n, width, |chase| Arch::new().dispatch(chase)),
            ];
            for (way, (found, expected)) in ways.iter().enumerate() {
                let largest = expected.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
                for (a, b) in found.iter().zip(expected) {
                    assert!((a - b).abs() < 1e-13 * largest, "{n}, {width}, way {way}: {a} for {b}");
                }
            }
        }
    }
}
