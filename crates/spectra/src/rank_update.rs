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
        let right = Some(right);
        Arch::new().dispatch(Update { buffers: self, c, lead, n, sign, left, right, depth });
    }

    /// C ← C + L·Lᵀ, as [`add`](Self::add) but packing L once where the tiles allow it.
    pub(crate) fn add_square(
        &mut self,
        (c, lead, n): (&mut [f64], usize, usize),
        (left, depth): (Operand<'_>, usize),
    ) {
        Arch::new().dispatch(Update { buffers: self, c, lead, n, sign: 1.0, left, right: None, depth });
    }
}

struct Update<'a> {
    buffers: &'a mut RankUpdate,
    c: &'a mut [f64],
    lead: usize,
    n: usize,
    sign: f64,
    left: Operand<'a>,
    /// The left one where nothing is given.
    right: Option<Operand<'a>>,
    depth: usize,
}

impl WithSimd for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        with_tiles(simd, self);
    }
}

/// Tiles that are as much higher than wide can take columns out of the panels of rows.
const WIDTHS: usize = 3;

impl WithTiles for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, simd: S) {
        let Self { buffers, c, lead, n, sign, left, right, depth } = self;
        if depth == 0 {
            return;
        }
        let height = V * S::F64_LANES;
        // Columns in the middle of the last panel reach past its end by less than a step.
        let l = buffers.left.take(packed_len(n, depth, height) + height);
        pack(l, height, n, depth, left);
        let c = Triangle { c, lead, n, sign, depth };
        if right.is_none() && height == WIDTHS * COLS {
            let column = |j: usize| &l[j / height * height * depth + j % height..][..height * depth];
            c.add_panels::<S, V, COLS, WIDTHS>(simd, l, column);
        } else {
            let r = buffers.right.take(packed_len(n, depth, COLS));
            pack(r, COLS, n, depth, right.unwrap_or(left));
            c.add_panels::<S, V, COLS, 1>(simd, l, |j| &r[j * depth..][..COLS * depth]);
        }
    }
}

/// The lower triangle that grows.
struct Triangle<'a> {
    c: &'a mut [f64],
    lead: usize,
    n: usize,
    sign: f64,
    depth: usize,
}

impl Triangle<'_> {
    /// Adds the product of packed panels of rows with the packed columns from a given one on.
    #[inline(always)]
    fn add_panels<'r, S: Simd, const V: usize, const COLS: usize, const WIDTHS: usize>(
        self,
        simd: S,
        l: &[f64],
        columns_from: impl Fn(usize) -> &'r [f64],
    ) {
        let Self { c, lead, n, sign, depth } = self;
        let height = V * S::F64_LANES;
        let panels = n.div_ceil(height);
        let group = (CACHE / (8 * depth * height)).max(1);
        for first in (0..panels).step_by(group) {
            let last = (first + group).min(panels);
            for j in (0..(last * height).min(n)).step_by(COLS) {
                let right = columns_from(j);
                let cols = COLS.min(n - j);
                // The first panel of rows that reaches down to the diagonal.
                for panel in first.max(j / height)..last {
                    let left = &l[panel * height * depth..][..height * depth];
                    let sums = tile::<S, V, COLS, WIDTHS>(simd, left, right);
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
