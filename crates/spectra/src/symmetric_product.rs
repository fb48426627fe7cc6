//! A symmetric matrix and a thin one in, their product out.
//!
//! 2·n²·k flops for n×n and n×k. Only the lower triangle is read, once from memory (twice where two threads share the
//! product): every square piece of it is used
//! as it stands and, while the second cache still holds it, turned over for its place above the diagonal.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::kernel::{
    Aligned, Along, Operand, WithTiles, add_part, add_tile, pack, packed_len, tile, tile_of_columns,
    tile_of_rows, with_tiles,
};
use crate::team::{both, hands};

/// Side of a piece: a whole number of tiles of every width, and small enough for a second cache of 256 KiB.
const PIECE: usize = 144;

/// Fewest rows of pieces that are worth a thread of their own.
const WORTH_HELP: usize = 3;

/// Buffers, used again for every product.
#[derive(Debug, Default)]
pub(crate) struct SymmetricProduct {
    thin: Aligned,
    /// One for each part of the work.
    parts: Vec<PartBuffers>,
    product: Aligned,
    lead: usize,
}

#[derive(Debug, Default)]
struct PartBuffers {
    turned: Aligned,
    square: Vec<f64>,
}

impl SymmetricProduct {
    /// A·V for the n×n matrix whose lower triangle is in `a`, columns `lead` apart, and the n×k matrix V.
    ///
    /// The product is row-major, with the rows as far apart as the second value says.
    pub(crate) fn multiply(
        &mut self,
        (a, lead, n): (&[f64], usize, usize),
        (v, v_lead, k): (&[f64], usize, usize),
    ) -> (&mut [f64], usize) {
        let hands = hands().min(n / (WORTH_HELP * PIECE)).max(1);
        self.multiply_by(hands, (a, lead, n), (v, v_lead, k))
    }

    /// In so many parts at a time.
    fn multiply_by(
        &mut self,
        hands: usize,
        (a, lead, n): (&[f64], usize, usize),
        (v, v_lead, k): (&[f64], usize, usize),
    ) -> (&mut [f64], usize) {
        let thin = Operand { elements: v, lead: v_lead, along: Along::Depth };
        let (packed, height) = Arch::new().dispatch(PackThin { buffer: &mut self.thin, n, thin, k });
        self.lead = k.next_multiple_of(height);
        self.parts.resize_with(hands.max(self.parts.len()), PartBuffers::default);
        let multiply =
            Multiply { a, lead, n, k, left: Left { packed, height, depth: n }, out_lead: self.lead };
        let out = self.product.take(n * self.lead);
        out.fill(0.0);
        multiply.fill_rows(out, 0..n, &mut self.parts[..hands]);
        (out, self.lead)
    }
}

/// Packs the thin matrix; tells the height of its panels.
struct PackThin<'a> {
    buffer: &'a mut Aligned,
    n: usize,
    thin: Operand<'a>,
    k: usize,
}

impl<'a> WithSimd for PackThin<'a> {
    type Output = (&'a [f64], usize);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        with_tiles(simd, self)
    }
}

impl<'a> WithTiles for PackThin<'a> {
    type Output = (&'a [f64], usize);

    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, _simd: S) -> Self::Output {
        let height = V * S::F64_LANES;
        let packed = self.buffer.take(packed_len(self.k, self.n, height));
        pack(packed, height, self.k, self.n, self.thin);
        (packed, height)
    }
}

/// What is multiplied.
#[derive(Clone, Copy)]
struct Multiply<'a> {
    a: &'a [f64],
    lead: usize,
    n: usize,
    k: usize,
    left: Left<'a>,
    out_lead: usize,
}

impl Multiply<'_> {
    /// Fills some rows of the product, with which `out` begins; a part for each of the buffers.
    fn fill_rows(self, out: &mut [f64], rows: Range<usize>, buffers: &mut [PartBuffers]) {
        let hands = buffers.len();
        let (first_buffers, second_buffers) = buffers.split_at_mut(hands / 2);
        let middle = rows.start + rows.len() * (hands / 2) / hands / PIECE * PIECE;
        if let ([], [buffers, ..]) = (&*first_buffers, &mut *second_buffers) {
            let product = Product { out, lead: self.out_lead, first: rows.start, left: self.left };
            Arch::new().dispatch(Rows { multiply: self, product, rows, buffers });
            return;
        }
        let (first, second) = out.split_at_mut((middle - rows.start) * self.out_lead);
        both(
            || self.fill_rows(first, rows.start..middle, first_buffers),
            || self.fill_rows(second, middle..rows.end, second_buffers),
        );
    }
}

struct Rows<'a> {
    multiply: Multiply<'a>,
    product: Product<'a>,
    rows: Range<usize>,
    buffers: &'a mut PartBuffers,
}

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        with_tiles(simd, self);
    }
}

impl WithTiles for Rows<'_> {
    type Output = ();

    /// The sum for each row runs over the columns in their order, whichever rows there are.
    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, simd: S) {
        let Self { multiply: Multiply { a, lead, n, k, .. }, product: mut out, rows: mine, buffers } = self;
        let turned = buffers.turned.take(packed_len(PIECE, PIECE, COLS));
        for j in (0..mine.end).step_by(PIECE) {
            let cols = PIECE.min(n - j);
            if mine.contains(&j) {
                let square = fill_square(&mut buffers.square, &a[j * lead + j..], lead, cols);
                let whole = Operand { elements: square, lead: cols, along: Along::Rows };
                pack(&mut turned[..packed_len(cols, cols, COLS)], COLS, cols, cols, whole);
                out.add_packed::<S, V, COLS>(simd, (j, cols), turned, (j, cols));
            }
            let last = if mine.contains(&j) { n } else { mine.end };
            for i in ((j + cols).max(mine.start)..last).step_by(PIECE) {
                let rows = PIECE.min(n - i);
                let piece = &a[j * lead + i..];
                if mine.contains(&i) {
                    if k <= out.left.height && rows == PIECE {
                        out.add_rows::<S, V, COLS>(simd, (j, cols), (piece, lead), (i, rows));
                    } else {
                        let rows_first = Operand { elements: piece, lead, along: Along::Rows };
                        pack(&mut turned[..packed_len(rows, cols, COLS)], COLS, rows, cols, rows_first);
                        out.add_packed::<S, V, COLS>(simd, (j, cols), turned, (i, rows));
                    }
                }
                if mine.contains(&j) {
                    out.add_columns::<S, V, COLS>(simd, (i, rows), (piece, lead), (j, cols));
                }
            }
        }
    }
}

/// A diagonal piece, both triangles.
fn fill_square<'a>(square: &'a mut Vec<f64>, a: &[f64], lead: usize, side: usize) -> &'a [f64] {
    /// Side of what is turned over at a time: rows as long as a line of memory, and no more of them than a cache holds.
    const TURNED: usize = 8;
    square.resize(side * side, 0.0);
    for j in (0..side).step_by(TURNED) {
        for i in (j..side).step_by(TURNED) {
            for j in j..(j + TURNED).min(side) {
                for i in i.max(j)..(i + TURNED).min(side) {
                    let x = a[j * lead + i];
                    square[j * side + i] = x;
                    square[i * side + j] = x;
                }
            }
        }
    }
    square
}

/// The packed thin matrix, k rows by `depth`.
#[derive(Clone, Copy)]
struct Left<'a> {
    packed: &'a [f64],
    height: usize,
    depth: usize,
}

impl Left<'_> {
    /// One panel after the other, of each the part that belongs to some rows of the thin matrix.
    fn panels(&self, (start, count): (usize, usize)) -> impl Iterator<Item = &[f64]> {
        let range = start * self.height..(start + count) * self.height;
        self.packed.chunks_exact(self.depth * self.height).map(move |panel| &panel[range.clone()])
    }
}

/// The product under way.
struct Product<'a> {
    out: &'a mut [f64],
    lead: usize,
    /// The row with which `out` begins.
    first: usize,
    left: Left<'a>,
}

impl Product<'_> {
    /// Adds what a packed piece, `to` rows by `from` columns, makes of the rows `from` of the thin matrix.
    #[inline(always)]
    fn add_packed<S: Simd, const V: usize, const COLS: usize>(
        &mut self,
        simd: S,
        from: (usize, usize),
        piece: &[f64],
        (start, count): (usize, usize),
    ) {
        let height = self.left.height;
        for (at, left) in self.left.panels(from).enumerate() {
            for (right, i) in piece.chunks_exact(from.1 * COLS).zip((0..count).step_by(COLS)) {
                let sums = tile::<S, V, COLS, 1>(simd, left, right);
                let out = &mut self.out[(start - self.first + i) * self.lead + at * height..];
                let cols = COLS.min(count - i);
                if cols == COLS {
                    add_tile(simd, out, self.lead, 1.0, &sums);
                } else {
                    add_part(simd, out, self.lead, 1.0, &sums, (height, cols));
                }
            }
        }
    }

    /// As [`add_packed`](Self::add_packed) for a whole piece that lies in the matrix; worth it where it is read once.
    #[inline(always)]
    fn add_rows<S: Simd, const V: usize, const COLS: usize>(
        &mut self,
        simd: S,
        from: (usize, usize),
        (piece, lead): (&[f64], usize),
        (start, count): (usize, usize),
    ) {
        let height = self.left.height;
        for (at, left) in self.left.panels(from).enumerate() {
            for i in (0..count).step_by(COLS) {
                let sums = tile_of_rows::<S, V, COLS>(simd, left, &piece[i..], lead);
                add_tile(
                    simd,
                    &mut self.out[(start - self.first + i) * self.lead + at * height..],
                    self.lead,
                    1.0,
                    &sums,
                );
            }
        }
    }

    /// Adds what a piece, `from` rows by `to` columns, makes of the rows `from` of the thin matrix when turned over.
    #[inline(always)]
    fn add_columns<S: Simd, const V: usize, const COLS: usize>(
        &mut self,
        simd: S,
        from: (usize, usize),
        (piece, lead): (&[f64], usize),
        (start, count): (usize, usize),
    ) {
        let height = self.left.height;
        for (at, left) in self.left.panels(from).enumerate() {
            for j in (0..count).step_by(COLS) {
                let mut right = [&piece[..0]; COLS];
                for (c, right) in right.iter_mut().enumerate() {
                    *right = &piece[(j + c) * lead..][..from.1];
                }
                let sums = tile_of_columns::<S, V, COLS>(simd, left, right);
                add_tile(
                    simd,
                    &mut self.out[(start - self.first + j) * self.lead + at * height..],
                    self.lead,
                    1.0,
                    &sums,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_parts_makes_the_same_and_what_a_plain_sum_does() {
        for (n, k) in [(1, 1), (143, 8), (144, 24), (431, 1), (700, 24), (300, 48)] {
            let number = |at: usize| ((at * at * 5 + at * 7) % 17) as f64 - 8.0;
            let a: Vec<f64> = (0..n * n).map(number).collect();
            let v: Vec<f64> = (0..n * k).map(|at| number(at + 3)).collect();
            let product = |hands: usize| {
                let mut buffers = SymmetricProduct::default();
                let (out, lead) = buffers.multiply_by(hands, (&a, n, n), (&v, n, k));
                (0..n).flat_map(|i| out[i * lead..][..k].to_vec()).collect::<Vec<f64>>()
            };
            let whole = product(1);
            for (i, c) in [(0, 0), (n / 2, k / 2), (n - 1, k - 1)] {
                let element = |j: usize| a[i.min(j) * n + i.max(j)];
                let sum: f64 = (0..n).map(|j| element(j) * v[c * n + j]).sum();
                assert!((whole[i * k + c] - sum).abs() < 1e-9, "{n}, {k}: row {i}, column {c}");
            }
            for hands in 2..6 {
                assert!(product(hands) == whole, "{n}, {k}: {hands} parts");
            }
        }
    }
}
