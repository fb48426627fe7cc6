//! A symmetric tridiagonal matrix T and some points in, det(T − x) and the number of eigenvalues below x out.
//!
//! The leading minors follow from each other by pₖ = (aₖ − x)·pₖ₋₁ − bₖ₋₁²·pₖ₋₂, and their sign changes count the
//! eigenvalues below x (Givens 1954). What rounding adds is a change of aₖ and bₖ by some eps·(|aₖ| + |x| + |bₖ|), so
//! that the count is exact for a matrix as near as that (Wilkinson, "The Algebraic Eigenvalue Problem", 5.38). Three
//! operations a minor and none of them a division, for as many points at a time as the registers hold: some half a
//! cycle for a minor at a point, where a step of the QL iteration waits for two divisions.

use pulp::Simd;

/// Vectors of points looked at together: enough for one to go on while the others wait for their sums.
pub(crate) const VECTORS: usize = 3;

/// Minors from one scaling to the next: each pair of them shrinks by b² at worst, which is at least eps²/4.
const STRIDE: usize = 16;

/// A tridiagonal matrix that does not fall apart.
///
/// Invariant: every eigenvalue is below 2 in size and every element beside the diagonal is above eps/2, so that the
/// minors stay in the range of f64 from one scaling to the next.
pub(crate) struct Unreduced<'a> {
    /// The diagonal.
    pub(crate) diagonal: &'a [f64],
    /// Squares of the elements before those of the diagonal in the same row; the first counts as zero.
    pub(crate) squares: &'a [f64],
}

/// det(T − x), as |det| = `fraction`·2^`exponent`, and the number of eigenvalues below x.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sturm {
    pub(crate) below: usize,
    pub(crate) fraction: f64,
    pub(crate) exponent: i64,
}

/// Looks at all points; their number is rounded up to whole vectors by looking at the last one again.
#[inline(always)]
pub(crate) fn look<S: Simd>(simd: S, matrix: &Unreduced<'_>, points: &mut Vec<f64>, found: &mut Vec<Sturm>) {
    found.clear();
    let last = points.last().copied().unwrap_or_default();
    points.resize(points.len().next_multiple_of(VECTORS * S::F64_LANES), last);
    let points = S::as_simd_f64s(points).0.as_chunks::<VECTORS>().0;
    for points in points {
        let seen = minors(simd, matrix, points);
        let fractions: &[f64] = pulp::bytemuck::cast_slice(&seen.minor);
        let agreed: &[f64] = pulp::bytemuck::cast_slice(&seen.agreed);
        let exponents: &[u64] = pulp::bytemuck::cast_slice(&seen.exponent);
        let (n, scalings) = (matrix.diagonal.len(), matrix.diagonal.len().div_ceil(STRIDE));
        for ((fraction, agreed), exponent) in fractions.iter().zip(agreed).zip(exponents) {
            found.push(Sturm {
                // Every minor added 1 where the sign stayed and −1 where it changed.
                below: (n - (agreed + n as f64) as usize / 2).min(n),
                fraction: fraction.abs(),
                exponent: (exponent >> 32) as i64 - 1023 * scalings as i64,
            });
        }
    }
}

/// What the minors at three vectors of points came to.
struct Minors<S: Simd> {
    /// The last minor.
    minor: [S::f64s; VECTORS],
    /// Minors that kept the sign less those that changed it.
    agreed: [S::f64s; VECTORS],
    /// Sum of the biased exponents taken out, in the upper half of each word.
    exponent: [S::u64s; VECTORS],
}

#[inline(always)]
fn minors<S: Simd>(simd: S, matrix: &Unreduced<'_>, points: &[S::f64s; VECTORS]) -> Minors<S> {
    let (zero, one, sign) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(-0.0));
    let (mut p, mut before) = ([one; VECTORS], [zero; VECTORS]);
    let mut agreed = [zero; VECTORS];
    let mut exponent = [simd.splat_u64s(0); VECTORS];
    for (diagonal, squares) in matrix.diagonal.chunks(STRIDE).zip(matrix.squares.chunks(STRIDE)) {
        for (&a, &square) in diagonal.iter().zip(squares) {
            let (a, square) = (simd.splat_f64s(a), simd.splat_f64s(-square));
            for k in 0..VECTORS {
                let rest = simd.mul_f64s(square, before[k]);
                before[k] = p[k];
                p[k] = simd.mul_add_e_f64s(simd.sub_f64s(a, points[k]), p[k], rest);
                // Signs are compared as bits: a minor of zero agrees with one neighbour and not with the other.
                let changed = simd.and_f64s(simd.xor_f64s(p[k], before[k]), sign);
                agreed[k] = simd.add_f64s(agreed[k], simd.or_f64s(changed, one));
            }
        }
        for k in 0..VECTORS {
            let largest = simd.max_f64s(simd.abs_f64s(p[k]), simd.abs_f64s(before[k]));
            let biased = simd.and_u64s(simd.transmute_u64s_f64s(largest), simd.splat_u64s(0x7ff << 52));
            // 2^−e has the biased exponent 2046 − (e + 1023).
            let scale = simd.transmute_f64s_u64s(simd.sub_u64s(simd.splat_u64s(0x7fe << 52), biased));
            p[k] = simd.mul_f64s(p[k], scale);
            before[k] = simd.mul_f64s(before[k], scale);
            exponent[k] = simd.add_u64s(exponent[k], to_upper_half(simd, biased));
        }
    }
    Minors { minor: p, agreed, exponent }
}

/// Moves the biased exponents of doubles, all other bits zero, to the bottom of the upper halves of their words.
#[inline(always)]
fn to_upper_half<S: Simd>(simd: S, biased: S::u64s) -> S::u64s {
    if S::F64_LANES == 1 {
        // A machine without vectors has no pairs of halves to shift together.
        let word: u64 = pulp::bytemuck::cast(biased);
        return pulp::bytemuck::cast(word >> 20);
    }
    let halves = simd.wrapping_dyn_shr_u32s(pulp::bytemuck::cast(biased), simd.splat_u32s(20));
    pulp::bytemuck::cast(halves)
}
