//! Two operands of n rows and a symmetric matrix in, its lower triangle plus or minus their product out.
//!
//! n²·k flops for n×k operands: half of what a product needs, since tiles above the diagonal are left out. Those that
//! cross it are computed whole, so elements above the diagonal change too and mean nothing.

use pulp::{Arch, Simd, WithSimd};

use crate::kernel::{Aligned, Operand, WithTiles, add_part, add_tile, pack, packed_len, tile, with_tiles};

/// Bytes of packed rows that the second cache keeps while the columns run past.
const CACHE: usize = 192 << 10;

/// Buffers of the packed operands, used again for every update.
#[derive(Debug, Default)]
pub(crate) struct RankUpdate {
    left: Aligned,
    right: Aligned,
}

impl RankUpdate {
    /// C ← C + sign·L·Rᵀ for the n×n lower triangle in `c`, whose columns are `lead` apart; the operands are n×`depth`.
    pub(crate) fn add(
        &mut self,
        (c, lead, n): (&mut [f64], usize, usize),
        sign: f64,
        (left, right, depth): (Operand<'_>, Operand<'_>, usize),
    ) {
        Arch::new().dispatch(Update { buffers: self, c, lead, n, sign, left, right, depth });
    }
}

struct Update<'a> {
    buffers: &'a mut RankUpdate,
    c: &'a mut [f64],
    lead: usize,
    n: usize,
    sign: f64,
    left: Operand<'a>,
    right: Operand<'a>,
    depth: usize,
}

impl WithSimd for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        with_tiles(simd, self);
    }
}

impl WithTiles for Update<'_> {
    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, simd: S) {
        let Self { buffers, c, lead, n, sign, left, right, depth } = self;
        if depth == 0 {
            return;
        }
        let height = V * S::F64_LANES;
        let l = buffers.left.take(packed_len(n, depth, height));
        pack(l, height, n, depth, left);
        let r = buffers.right.take(packed_len(n, depth, COLS));
        pack(r, COLS, n, depth, right);
        let panels = n.div_ceil(height);
        let group = (CACHE / (8 * depth * height)).max(1);
        for first in (0..panels).step_by(group) {
            let last = (first + group).min(panels);
            let columns = (last * height).min(n);
            for (right, j) in r.chunks_exact(COLS * depth).zip((0..columns).step_by(COLS)) {
                let cols = COLS.min(n - j);
                // The first panel of rows that reaches down to the diagonal.
                for panel in first.max(j / height)..last {
                    let sums =
                        tile::<S, V, COLS>(simd, &l[panel * height * depth..][..height * depth], right);
                    let i = panel * height;
                    let rows = height.min(n - i);
                    let c = &mut c[j * lead + i..];
                    if (rows, cols) == (height, COLS) {
                        add_tile(simd, c, lead, sign, &sums);
                    } else {
                        add_part(simd, c, lead, sign, &sums, (rows, cols));
                    }
                }
            }
        }
    }
}
