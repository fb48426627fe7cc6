//! Two operands of n rows and a symmetric matrix in, its lower triangle plus or minus their product out.
//!
//! n²·k flops for n×k operands: half of what a product needs, since tiles above the diagonal are left out. Those that
//! cross it are computed whole, so elements above the diagonal change too and mean nothing.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::kernel::{
    Aligned, Along, Operand, WithTiles, add_part, add_tile, pack_part, packed_len, tile, with_tiles,
};
use crate::team::{both, hands};

/// Bytes of packed rows that the second cache keeps while the columns run past.
const CACHE: usize = 192 << 10;

/// Columns in a part of the work: a whole number of tiles of every width.
const STEP: usize = 24;

/// Flops that are worth a second thread, which takes some ten microseconds to come if it has no job left, and up to a
/// millisecond if it waits for memory.
const WORTH_HELP: usize = 1 << 22;

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
        c: (&mut [f64], usize, usize),
        sign: f64,
        (left, right, depth): (Operand<'_>, Operand<'_>, usize),
    ) {
        let hands = hands_for(c.2, depth);
        self.add_by(hands, c, sign, (left, right, depth));
    }

    /// Where there is something to add: in so many parts at a time.
    fn add_by(
        &mut self,
        hands: usize,
        (c, lead, n): (&mut [f64], usize, usize),
        sign: f64,
        (left, right, depth): (Operand<'_>, Operand<'_>, usize),
    ) {
        if depth == 0 {
            return;
        }
        let pack = Pack { buffers: self, n, depth, part: 0..depth, left, right: Some(right) };
        let (left, right) = Arch::new().dispatch(pack);
        Product { left, right, lead, n, sign, depth }.add_columns(c, 0..n, hands);
    }

    /// C ← C + L·Lᵀ of an n×`depth` operand that comes in parts, and is packed once where the tiles allow it.
    pub(crate) fn square(&mut self, n: usize, depth: usize) -> Square<'_> {
        Square { buffers: self, n, depth, packed: 0 }
    }
}

/// How many threads are worth asking for.
fn hands_for(n: usize, depth: usize) -> usize {
    if n * n * depth < WORTH_HELP { 1 } else { hands() }
}

/// An operand that is multiplied by itself.
pub(crate) struct Square<'a> {
    buffers: &'a mut RankUpdate,
    n: usize,
    depth: usize,
    /// How much of the depth is there.
    packed: usize,
}

impl Square<'_> {
    /// Packs the next `count` of the depth.
    pub(crate) fn pack(&mut self, left: Operand<'_>, count: usize) {
        let part = self.packed..self.packed + count;
        self.packed = part.end;
        let (n, depth) = (self.n, self.depth);
        Arch::new().dispatch(Pack { buffers: self.buffers, n, depth, part, left, right: None });
    }

    /// Adds the product to a lower triangle whose columns are `lead` apart, once all of the depth is packed.
    pub(crate) fn add_to(self, c: (&mut [f64], usize)) {
        let hands = hands_for(self.n, self.depth);
        self.add_by(hands, c);
    }

    fn add_by(self, hands: usize, (c, lead): (&mut [f64], usize)) {
        let Self { buffers, n, depth, packed } = self;
        debug_assert_eq!(packed, depth, "panels are added when they are full");
        if depth == 0 {
            return;
        }
        let nothing = Operand { elements: &[], lead: 0, along: Along::Rows };
        let pack = Pack { buffers, n, depth, part: depth..depth, left: nothing, right: None };
        let (left, right) = Arch::new().dispatch(pack);
        Product { left, right, lead, n, sign: 1.0, depth }.add_columns(c, 0..n, hands);
    }
}

/// Packs a part of the depth; what it gives is all that is packed so far.
struct Pack<'a, 'o> {
    buffers: &'a mut RankUpdate,
    n: usize,
    depth: usize,
    part: Range<usize>,
    left: Operand<'o>,
    /// The left one where nothing is given.
    right: Option<Operand<'o>>,
}

impl<'a> WithSimd for Pack<'a, '_> {
    type Output = (&'a [f64], Option<&'a [f64]>);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        with_tiles(simd, self)
    }
}

/// Tiles that are as much higher than wide can take columns out of the panels of rows.
const WIDTHS: usize = 3;

impl<'a> WithTiles for Pack<'a, '_> {
    type Output = (&'a [f64], Option<&'a [f64]>);

    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, _simd: S) -> Self::Output {
        let Self { buffers, n, depth, part, left, right } = self;
        let height = V * S::F64_LANES;
        // Columns in the middle of the last panel reach past its end by less than a step.
        let l = buffers.left.take(packed_len(n, depth, height) + height);
        pack_part(l, height, n, (depth, part.clone()), left);
        if right.is_none() && height == WIDTHS * COLS {
            return (l, None);
        }
        let r = buffers.right.take(packed_len(n, depth, COLS));
        pack_part(r, COLS, n, (depth, part), right.unwrap_or(left));
        (l, Some(r))
    }
}

/// What is added to the lower triangle of a matrix whose columns are `lead` apart.
#[derive(Clone, Copy)]
struct Product<'a> {
    left: &'a [f64],
    /// Nothing where columns are taken out of the panels of rows.
    right: Option<&'a [f64]>,
    lead: usize,
    n: usize,
    sign: f64,
    depth: usize,
}

impl Product<'_> {
    /// Adds to some of the columns, with which `c` begins.
    fn add_columns(self, c: &mut [f64], columns: Range<usize>, hands: usize) {
        let first_hands = hands / 2;
        let middle = self.middle(&columns, first_hands as f64 / hands as f64);
        if first_hands == 0 || !(columns.start < middle && middle < columns.end) {
            Arch::new().dispatch(Columns { product: self, c, columns });
            return;
        }
        let (first, second) = c.split_at_mut((middle - columns.start) * self.lead);
        both(
            || self.add_columns(first, columns.start..middle, first_hands),
            || self.add_columns(second, middle..columns.end, hands - first_hands),
        );
    }

    /// The column that leaves this share of the work before it.
    fn middle(&self, columns: &Range<usize>, share: f64) -> usize {
        let below = |j: usize| (self.n - j) as f64;
        let (first, last) = (below(columns.start).powi(2), below(columns.end).powi(2));
        let rest = (first - share * (first - last)).sqrt();
        self.n.saturating_sub(rest.round() as usize) / STEP * STEP
    }
}

struct Columns<'a> {
    product: Product<'a>,
    c: &'a mut [f64],
    columns: Range<usize>,
}

impl WithSimd for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        with_tiles(simd, self);
    }
}

impl WithTiles for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, simd: S) {
        let height = V * S::F64_LANES;
        let (l, depth) = (self.product.left, self.product.depth);
        if let Some(r) = self.product.right {
            self.add_panels::<S, V, COLS, 1>(simd, l, |j| &r[j * depth..][..COLS * depth]);
        } else {
            let column = |j: usize| &l[j / height * height * depth + j % height..][..height * depth];
            self.add_panels::<S, V, COLS, WIDTHS>(simd, l, column);
        }
    }
}

impl Columns<'_> {
    /// Adds the product of packed panels of rows with the packed columns from a given one on.
    #[inline(always)]
    fn add_panels<'r, S: Simd, const V: usize, const COLS: usize, const WIDTHS: usize>(
        self,
        simd: S,
        l: &[f64],
        columns_from: impl Fn(usize) -> &'r [f64],
    ) {
        let Self { product: Product { lead, n, sign, depth, .. }, c, columns } = self;
        let height = V * S::F64_LANES;
        let panels = n.div_ceil(height);
        let group = (CACHE / (8 * depth * height)).max(1);
        for first in (0..panels).step_by(group) {
            let last = (first + group).min(panels);
            for j in (columns.start..(last * height).min(columns.end)).step_by(COLS) {
                let right = columns_from(j);
                let cols = COLS.min(n - j);
                // The first panel of rows that reaches down to the diagonal.
                for panel in first.max(j / height)..last {
                    let left = &l[panel * height * depth..][..height * depth];
                    let sums = tile::<S, V, COLS, WIDTHS>(simd, left, right);
                    let i = panel * height;
                    let rows = height.min(n - i);
                    let c = &mut c[(j - columns.start) * lead + i..];
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Along;

    #[test]
    fn any_number_of_parts_adds_the_same_and_what_a_plain_sum_does() {
        for (n, depth) in [(1, 3), (23, 7), (145, 1), (300, 40)] {
            let number = |at: usize| ((at * at * 7 + at * 3) % 13) as f64 - 6.0;
            let elements: Vec<f64> = (0..n * depth).map(number).collect();
            let operand = Operand { elements: &elements, lead: n, along: Along::Rows };
            let add = |c: &mut [f64], hands: usize| {
                RankUpdate::default().add_by(hands, (c, n, n), -1.0, (operand, operand, depth));
            };
            let add_square = |c: &mut [f64], hands: usize| {
                let mut update = RankUpdate::default();
                let mut square = update.square(n, depth);
                for first in (0..depth).step_by(11) {
                    let next = Operand { elements: &elements[first * n..], ..operand };
                    square.pack(next, 11.min(depth - first));
                }
                square.add_by(hands, (c, n));
            };
            for (sign, add) in [(-1.0, &add as &dyn Fn(&mut [f64], usize)), (1.0, &add_square)] {
                let added = |hands: usize| {
                    let mut c = vec![1.0; n * n];
                    add(&mut c, hands);
                    c
                };
                let whole = added(1);
                for (i, j) in (0..n).flat_map(|j| (j..n).map(move |i| (i, j))) {
                    let sum: f64 = (0..depth).map(|p| elements[p * n + i] * elements[p * n + j]).sum();
                    assert!((whole[j * n + i] - (1.0 + sign * sum)).abs() < 1e-12);
                }
                for hands in 2..6 {
                    let parts = added(hands);
                    let same = |j: usize| parts[j * n + j..(j + 1) * n] == whole[j * n + j..(j + 1) * n];
                    assert!((0..n).all(same), "side {n}, {hands} parts");
                }
            }
        }
    }
}
